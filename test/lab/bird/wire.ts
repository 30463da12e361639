// How Bird shows what it holds.
export type Contact = { id: string; number: string; name?: string; madeAt: number } // number: as the phone gave it first, '+5215512345678'
export type Conversation = {
  id: string
  contact: Contact
  status: 'active' | 'closed'
  mode: 'bot' | 'human' // who is to answer
  madeAt: number
  changedAt: number
  heardAt?: number
}
export type Author = 'prospect' | 'bot' | 'human' | 'api'
export type Message = { id: string; contact: Contact; conversation?: string; by: Author; body: Body; reference: string; status: string; madeAt: number; changedAt: number; repliesTo?: string }
export type Body = { type: 'text'; text: { text: string; actions?: object[] } } | { type: 'image'; image: object } | { type: 'file'; file: object } | { type: 'location'; location: object }
export type Our = { channel: string; number: string; botName: string }

const iso = (ms: number): string => new Date(ms).toISOString()
const wireContact = ({ id, number, name }: Contact) => ({ id, identifierKey: 'phonenumber', identifierValue: number, ...(name !== undefined && { annotations: { name } }) })
const senderType = { bot: 'bot', human: 'user', api: 'accessKey' } as const

export const wireMessage = ({ channel, number }: Our, { id, contact, conversation, by, body, reference, status, madeAt, changedAt, repliesTo }: Message): object => {
  const us = { connector: { id: `${channel}:connector`, identifierValue: number } }
  return {
    id, channelId: channel,
    sender: by === 'prospect' ? { contact: wireContact(contact) } : { ...us, type: senderType[by] },
    receiver: by === 'prospect' ? us : { contacts: [wireContact(contact)] },
    body, reference, status, reason: '', direction: by === 'prospect' ? 'incoming' : 'outgoing', chargeableUnits: 1, parts: [{ platformReference: `wamid.${id}` }],
    ...(conversation !== undefined && { context: { type: 'conversation_message', id: `${conversation}:${id}:${contact.id}` } }),
    ...(by === 'prospect' && { meta: { extraInformation: { timestamp: String(Math.floor(madeAt / 1_000)), user_locale: 'es_MX' } } }),
    ...(repliesTo !== undefined && { replyTo: { id: repliesTo, order: 0, type: 'click' } }),
    createdAt: iso(madeAt), updatedAt: iso(changedAt), lastStatusAt: iso(changedAt),
  }
}

export const wireConversation = ({ channel, botName }: Our, { id, contact, status, madeAt, changedAt, heardAt }: Conversation): object => ({
  id, channelId: channel, status, visibility: 'public', attributes: {},
  featuredParticipants: [
    { id: `${channel}:bot`, type: 'bot', displayName: botName },
    { id: contact.id, type: 'contact', displayName: contact.name ?? contact.number, contact: { identifierKey: 'phonenumber', identifierValue: contact.number, platformAddress: contact.number } },
  ],
  ...(heardAt !== undefined && { lastMessageIncomingAt: iso(heardAt) }), createdAt: iso(madeAt), updatedAt: iso(changedAt),
})

export const wireReading = ({ channel }: Our, { id, contact, reference, changedAt }: Message): object => ({
  id: `${id}:read`, type: 'read', channelId: channel, messageId: id, messageReference: reference, receiver: { contacts: [wireContact(contact)] }, createdAt: iso(changedAt), updatedAt: iso(changedAt),
})

// +52 55 1234 5678, 521 55 1234 5678 and 55 1234 5678 ring the same phone.
export const ringsAt = (number: string): string => {
  const digits = number.replace(/\D/g, '')
  if (digits.length === 10) return `+52${digits}`
  return /^521\d{10}$/.test(digits) ? `+52${digits.slice(3)}` : `+${digits}`
}
