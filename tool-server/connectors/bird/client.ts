import { z } from 'zod'
import { AppError } from '@portero/shared'
import { doing, type At, type Doing } from '../../define.ts'
import { read } from '../../domain/ports/answers.ts'
import type { Ports } from '../../domain/ports/index.ts'
import { eraseThere, noteInternally, noteSubscription, sendMessage, type Contact } from '../../domain/ports/messaging.ts'
import { bodyOf } from './body.ts'
import { channelMessage } from './channel-message.ts'
import { failedBy, isUnreachable } from './failures.ts'
import { conversationIn, id, referenceOf, seenConversation, wireContext, wireConversation, type Settings } from './map.ts'
import { mediaAt } from './media.ts'
import { templatesAt } from './templates.ts'

// The calls that we make.
export const reads: { messaging(at: At<Settings>): Ports['messaging'] } = {
  messaging: ({ http, connection: { id: connection, settings } }) => ({
    // https://docs.bird.com/api/conversations-api/api-reference/conversations-management/get-conversation
    async conversation(id) {
      const reply = await http({ method: 'GET', path: `${workspace(settings)}/conversations/${encodeURIComponent(id)}`, accept: [404] })
      if (reply.status === 404) return undefined
      const found = read('bird', wireConversation, reply)
      return found.channelId === settings.channel ? seenConversation(found, connection) : undefined
    },
    // https://docs.bird.com/api/channels-api/api-reference/messaging
    async conversationOf(message) {
      const reply = await http({ method: 'GET', path: `${messages(settings)}/${encodeURIComponent(message)}`, accept: [404] })
      return reply.status === 404 ? undefined : conversationIn(read('bird', wireMessage, reply).context)
    },
    async bodyOf(message) {
      const reply = await http({ method: 'GET', path: `${messages(settings)}/${encodeURIComponent(message)}`, accept: [404] })
      const body = reply.status === 404 ? undefined : read('bird', wireMessage, reply).body
      return body ? bodyOf(body) : undefined
    },
    media: (url) => mediaAt(http, url),
    templates: () => templatesAt(http, settings),
    // https://docs.bird.com/api/contacts-api/api-reference/manage-workspace-contacts/get-a-contact-by-contact-id
    async whole({ id: contact }) {
      const reply = await http({ method: 'GET', path: `${workspace(settings)}/contacts/${encodeURIComponent(contact)}`, accept: [404] })
      if (reply.status === 404) return undefined
      const { attributes, ...rest } = read('bird', wireWhole, reply)
      const told = Object.entries({ ...rest, ...attributes }).filter(([, value]) => value !== null && value !== '')
      return Object.fromEntries(told.map(([name, value]) => [name, typeof value === 'string' ? value : JSON.stringify(value)]))
    },
  }),
}

export const does: Doing<Settings>[] = [
  // https://docs.bird.com/api/channels-api/supported-channels/programmable-whatsapp/sending-whatsapp-messages and .../programmable-sms: sends again each time, and only the list of messages tells whether it did.
  doing(sendMessage, { find: async ({ to, by }, at) => found(to, by, at), lagMs: 10_000 }, async ({ to, content, by }, { http, connection: { settings }, key }) => {
    const body = { receiver: { contacts: [receiverOf(to)] }, ...channelMessage(content), reference: referenceOf(key) }
    try {
      return { message: read('bird', z.object({ id }), await http({ method: 'POST', path: messages(settings, by), body })).id }
    } catch (thrown) {
      if (isUnreachable(thrown)) return { failed: failedBy('unreachable', { by, settings }) }
      throw thrown
    }
  }),
  // https://docs.bird.com/api/conversations-api/api-reference/conversation-messages: a draft is seen in the Inbox only.
  doing(noteInternally, 'never', async ({ conversation, text }, { http, connection: { settings } }) => {
    const body = { participantId: settings.accessKeyId ?? settings.channel, participantType: 'accessKey', draft: true, addMissingParticipants: true, body: { type: 'text', text: { text } } }
    const reply = await http({ method: 'POST', path: `${workspace(settings)}/conversations/${encodeURIComponent(conversation)}/messages`, body })
    return { message: read('bird', z.object({ id }), reply).id }
  }),
  // https://docs.bird.com/api/contacts-api/api-reference/manage-contacts
  doing(noteSubscription, 'same-effect', async ({ to, subscribed }, { http, connection: { settings } }) => {
    const { identifierKey, identifierValue } = receiverOf(to)
    const path = identifierKey === undefined ? `/contacts/${encodeURIComponent(to.id)}` : `/contacts/identifiers/${encodeURIComponent(identifierKey)}/${encodeURIComponent(identifierValue)}`
    await http({ method: 'PATCH', path: workspace(settings) + path, body: { attributes: { subscribedWhatsapp: subscribed } } })
    return {}
  }),
  // https://docs.bird.com/api/conversations-api/api-reference/conversations-management/delete-conversation and https://docs.bird.com/api/contacts-api/api-reference/manage-workspace-contacts/delete-a-contact
  doing(eraseThere, 'same-effect', async ({ what, id }, { http, connection: { settings } }) => {
    await http({ method: 'DELETE', path: `${workspace(settings)}/${what}s/${encodeURIComponent(id)}`, accept: [404] })
    return {}
  }),
]

const wireWhole = z.looseObject({ id, attributes: z.record(z.string(), z.json()).nullish() })
const wireMessage = z.object({ id, context: wireContext, body: z.looseObject({ type: z.string() }).nullish() })
const wirePage = z.object({ results: z.array(z.object({ id, reference: z.string().nullish() })), nextPageToken: z.string().nullish() })

// https://docs.bird.com/api/channels-api/api-reference/messaging: the newest first, so what was sent a moment ago stands on the first pages.
const mostPages = 3
const found = async ({ phone }: Contact, by: 'sms' | undefined, { http, connection, key }: At<Settings> & { key: string }): Promise<{ message: string } | undefined> => {
  let pageToken: string | undefined
  for (let page = 0; page < mostPages; page++) {
    const query = { limit: '100', ...(phone !== undefined && { phonenumber: phone }), ...(pageToken !== undefined && { pageToken }) }
    const { results, nextPageToken } = read('bird', wirePage, await http({ method: 'GET', path: messages(connection.settings, by), query }))
    const sent = results.find(({ reference }) => reference === referenceOf(key))
    if (sent) return { message: sent.id }
    if (!nextPageToken) return undefined
    pageToken = nextPageToken
  }
  return undefined
}

// Who hides their number behind a username has none to write to.
type Receiver = { id: string; identifierKey?: undefined; identifierValue?: undefined } | { identifierKey: string; identifierValue: string }
const receiverOf = ({ id, phone, whatsapp }: Contact): Receiver => {
  if (phone !== undefined) return { identifierKey: 'phonenumber', identifierValue: phone }
  return whatsapp === undefined ? { id } : { identifierKey: 'whatsappbsuid', identifierValue: whatsapp }
}

const workspace = ({ workspace }: Settings): string => `/workspaces/${encodeURIComponent(workspace)}`
const messages = (settings: Settings, by?: 'sms'): string => `${workspace(settings)}/channels/${encodeURIComponent(channelFor(settings, by))}/messages`
const channelFor = ({ channel, smsChannel }: Settings, by: 'sms' | undefined): string => {
  if (by === undefined) return channel
  if (smsChannel === undefined) throw new AppError('refused', 'this connection has no channel for SMS')
  return smsChannel
}
