import type { Body, TemplateWanted } from './bodies.ts'

// How Bird shows what it holds.
export type Identifier = { key: string; value: string; attributes: Record<string, unknown> }
export type Contact = {
  id: string
  number: string // as the phone gave it first, '+5215512345678'
  bsuid: string // WhatsApp's id of them within our business
  username?: string
  hides?: boolean // their number, behind their username
  lacksWhatsapp?: 'told' | 'refused' // which is told later, or as soon as one writes to them
  name?: string
  madeAt: number
  changedAt: number
  heardAt?: number
  attributes: Record<string, unknown>
  identifiers: Identifier[]
}
export type Participant = { id: string; type: 'contact' | 'bot' | 'user' | 'flow' | 'accessKey'; displayName: string }
export type Conversation = {
  id: string
  contact: Contact
  status: 'active' | 'closed'
  mode: 'bot' | 'human' // who is to answer
  name?: string
  attributes: Record<string, unknown>
  others: Participant[] // besides the contact and the bot
  madeAt: number
  changedAt: number
  heardAt?: number
  spokeAt?: number
}
export type Author = 'prospect' | 'bot' | 'human' | 'api' | 'flow'
export type Failure = { reason: string; code: string }
export type Message = {
  id: string
  platform: 'whatsapp' | 'sms'
  contact: Contact
  conversation?: string
  by: Author
  body?: Body // absent once it was taken back
  template?: TemplateWanted
  reference: string
  status: string
  failure?: Failure // known here from the start, and told once it has happened
  units: number // what it is charged as
  meta?: Record<string, string>
  kept?: string // where its file lies, once WhatsApp has fetched it
  isDraft?: true // seen in the Inbox only
  isEdited?: true
  madeAt: number
  changedAt: number
  repliesTo?: { id: string; type: 'click' | 'message' | 'reaction' }
}
export type Our = { channel: string; smsChannel: string; number: string; botName: string }

export const iso = (ms: number): string => new Date(ms).toISOString()
const hidden = ({ hides, username }: Contact): boolean => hides === true && username !== undefined
const named = (contact: Contact): { identifierKey: string; identifierValue: string } =>
  hidden(contact) ? { identifierKey: 'whatsappusername', identifierValue: contact.username ?? '' } : { identifierKey: 'phonenumber', identifierValue: contact.number }
const wireContact = (contact: Contact): object => ({ id: contact.id, ...named(contact), ...(contact.name !== undefined && { annotations: { name: contact.name } }) })
const senderType = { bot: 'bot', human: 'user', api: 'accessKey', flow: 'flow' } as const

export const wireMessage = ({ channel, smsChannel, number }: Our, message: Message): object => {
  const { id, platform, contact, conversation, by, body, template, reference, status, units, meta, isDraft, madeAt, changedAt, repliesTo } = message
  const failure = status.endsWith('_failed') ? message.failure : undefined
  const here = platform === 'sms' ? smsChannel : channel
  const us = { connector: { id: `${here}:connector`, identifierValue: number } }
  const who = { whatsappbsuid: contact.bsuid, ...(contact.username !== undefined && { whatsappusername: contact.username }) }
  return {
    id, channelId: here,
    sender: by === 'prospect' ? { contact: wireContact(contact) } : { ...us, type: senderType[by] },
    receiver: by === 'prospect' ? us : { contacts: [wireContact(contact)] },
    ...(body && { body }), ...(template && { template }), reference, status, reason: failure?.reason ?? '', ...(failure && { failure: { code: failure.code, description: failure.reason } }),
    direction: by === 'prospect' ? 'incoming' : 'outgoing', chargeableUnits: units, parts: platform === 'sms' ? [] : [{ platformReference: `wamid.${id}` }],
    ...(isDraft && { draft: true }),
    ...(conversation !== undefined && { context: { type: 'conversation_message', id: `${conversation}:${id}:${contact.id}` } }),
    ...(by === 'prospect' && { meta: { extraInformation: { timestamp: String(Math.floor(madeAt / 1_000)), ...(platform === 'whatsapp' && { user_locale: 'es_MX', ...who }), ...meta } } }),
    ...(repliesTo !== undefined && { replyTo: { order: 0, ...repliesTo } }),
    createdAt: iso(madeAt), updatedAt: iso(changedAt), lastStatusAt: iso(changedAt),
  }
}

export const participantsOf = ({ channel, botName }: Our, { contact, others }: Conversation): object[] => [
  { id: `${channel}:bot`, type: 'bot', displayName: botName },
  { id: contact.id, type: 'contact', displayName: contact.name ?? named(contact).identifierValue, contact: { ...named(contact), platformAddress: hidden(contact) ? contact.bsuid : contact.number } },
  ...others,
]

export const wireConversation = (our: Our, conversation: Conversation, last?: Message): object => {
  const { id, status, mode, name, attributes, madeAt, changedAt, heardAt, spokeAt } = conversation
  return {
    id, channelId: our.channel, status, visibility: 'public', ...(name !== undefined && { name }), attributes: { llmbotIds: mode === 'bot' ? [`${our.channel}:bot`] : [], ...attributes },
    featuredParticipants: participantsOf(our, conversation),
    ...(last && { lastMessage: { id: last.id, type: last.body?.type ?? 'text', status: last.status, createdAt: iso(last.madeAt) } }),
    ...(heardAt !== undefined && { lastMessageIncomingAt: iso(heardAt) }), ...(spokeAt !== undefined && { lastMessageOutgoingAt: iso(spokeAt) }), createdAt: iso(madeAt), updatedAt: iso(changedAt),
  }
}

export const wireReading = ({ channel }: Our, { id, contact, reference, changedAt }: Message): object => ({
  id: `${id}:read`, type: 'read', channelId: channel, messageId: id, messageReference: reference, receiver: { contacts: [wireContact(contact)] }, createdAt: iso(changedAt), updatedAt: iso(changedAt),
})

// +52 55 1234 5678, 521 55 1234 5678 and 55 1234 5678 ring the same phone.
export const ringsAt = (number: string): string => {
  const digits = number.replace(/\D/g, '')
  if (digits.length === 10) return `+52${digits}`
  return /^521\d{10}$/.test(digits) ? `+52${digits.slice(3)}` : `+${digits}`
}
