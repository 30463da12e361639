// POST /webhooks/bird
// messagebird-request-timestamp: 1795453200
// messagebird-signature: h1Wk…mE=   (base64 of HMAC-SHA256 over the timestamp, a line, the whole URL, a line, and the 32 bytes of the body's SHA-256)
//
// { "service": "channels", "event": "whatsapp.inbound", "payload": {
//   "id": "0b6f…", "channelId": "52ad…", "sender": { "contact": { "id": "d4e8…", "identifierKey": "phonenumber", "identifierValue": "+5215512345678", "annotations": { "name": "Ana" } } },
//   "body": { "type": "text", "text": { "text": "¿Sigue libre?" } }, "meta": { "extraInformation": { "whatsappbsuid": "MX.1349…" } }, "reference": "",
//   "status": "delivered", "direction": "incoming", "createdAt": "2026-11-23T17:00:00.120Z", "updatedAt": "2026-11-23T17:00:00.340Z" } }
import { createHash } from 'node:crypto'
import { z } from 'zod'
import { AppError } from '@portero/shared'
import { checkSignature } from '../../domain/ports/signature.ts'
import type { heard, said, conversationChanged } from '../../domain/ports/messaging.ts'
import type { Connection, Delivery, Millis, Webhook } from '../../define.ts'
import { bodyOf } from './body.ts'
import { fit } from './fit.ts'
import { contactOf, conversationIn, id, isOurs, seenConversation, when, wireContact, wireContext, wireConversation, type Settings } from './map.ts'

// Bird tries for up to a day, and each try carries the first one's timestamp; what comes twice is told once by its id.
const windowMs: Millis = 26 * 3_600_000

export const webhook: Webhook<Settings> = {
  // https://docs.bird.com/api/notifications-api/api-reference/webhooks/verifying-a-webhook
  verify({ headers, url, rawBody }, { settings }, now) {
    const signature = headers['messagebird-signature']
    const sentAt = headers['messagebird-request-timestamp']
    checkSignature({
      secrets: settings.signingKeys, over: [`${sentAt}\n${url}\n`, createHash('sha256').update(rawBody).digest()],
      given: signature === undefined ? undefined : [signature], encoding: 'base64', sentAt: { text: sentAt, unit: 'seconds' }, windowMs, now,
    })
  },

  parse({ rawBody }, connection) {
    const { event, payload } = fit(envelope, jsonOf(rawBody), 'webhook')
    const tell = tellings.get(event)
    if (!tell) return [] // Bird has more kinds of events than we have uses for
    const { channelId } = fit(aboutChannel, payload, event)
    return channelId === connection.settings.channel ? tell(event, payload, connection) : []
  },
}

const envelope = z.object({ event: z.string(), payload: z.unknown() })
const aboutChannel = z.object({ channelId: id })
const jsonOf = (rawBody: Buffer): unknown => {
  try {
    return JSON.parse(rawBody.toString())
  } catch (cause) {
    throw new AppError('bad_response', 'Bird sent something that is not JSON', { cause })
  }
}

const body = z.looseObject({ type: z.string() })
const message = z.object({ id, status: z.string(), context: wireContext, createdAt: when, updatedAt: when })
const received = message.extend({ body, sender: z.object({ contact: wireContact }), meta: z.object({ extraInformation: z.object({ whatsappbsuid: z.string().nullish() }).nullish() }).nullish() })
const sent = message.extend({ body: body.nullish(), reference: z.string().nullish(), sender: z.object({ type: z.string().nullish() }).nullish(), receiver: z.object({ contacts: z.tuple([wireContact], wireContact) }) })
const interaction = z.object({ type: z.string(), messageId: id, messageReference: z.string().nullish(), receiver: z.object({ contacts: z.tuple([wireContact], wireContact) }).nullish(), createdAt: when, updatedAt: when.nullish() })

const hear = (event: string, payload: unknown, connection: Connection<Settings>): Delivery[] => {
  const wire = fit(received, payload, event)
  const { contact } = wire.sender
  return [told(`heard:${wire.id}`, 'messaging.heard', {
    connection: connection.id, message: wire.id, ...named(conversationIn(wire.context)),
    contact: contactOf(contact, { whatsapp: wire.meta?.extraInformation?.whatsappbsuid, name: contact.annotations?.name }),
    body: bodyOf(wire.body), at: Date.parse(wire.createdAt),
  } satisfies z.infer<typeof heard>)]
}

// What Bird calls the fate of a message. A word that isn't here tells us nothing yet.
type Fate = z.infer<typeof said>['status']
const fates: ReadonlyMap<string, Fate> = new Map([
  ['accepted', 'accepted'], ['processing', 'accepted'], ['sent', 'sent'], ['delivered', 'delivered'], ['sending_failed', 'failed'], ['delivery_failed', 'failed'],
])
const staff = ['user', 'agent']

const say = (event: string, payload: unknown, connection: Connection<Settings>): Delivery[] => {
  const wire = fit(sent, payload, event)
  const status = fates.get(wire.status)
  if (!status) return []
  const [contact] = wire.receiver.contacts
  return [told(`said:${fingerprint(event, wire.id, wire.status, '', wire.updatedAt)}`, 'messaging.said', {
    connection: connection.id, message: wire.id, ...named(conversationIn(wire.context)), contact: contactOf(contact, { name: contact.annotations?.name }),
    ...(wire.body && { body: bodyOf(wire.body) }), author: isOurs(wire.reference) ? 'portero' : staff.includes(wire.sender?.type ?? '') ? 'human' : 'bot', status, at: Date.parse(wire.createdAt),
  } satisfies z.infer<typeof said>)]
}

const interact = (event: string, payload: unknown, connection: Connection<Settings>): Delivery[] => {
  const wire = fit(interaction, payload, event)
  if (wire.type !== 'read') return []
  const contact = wire.receiver?.contacts[0] // some accounts send the message's id only
  return [told(`said:${fingerprint(event, wire.messageId, '', wire.type, wire.updatedAt ?? wire.createdAt)}`, 'messaging.said', {
    connection: connection.id, message: wire.messageId, ...(contact && { contact: contactOf(contact, { name: contact.annotations?.name }) }),
    author: isOurs(wire.messageReference) ? 'portero' : 'bot', status: 'read', at: Date.parse(wire.createdAt),
  } satisfies z.infer<typeof said>)]
}

const change = (event: string, payload: unknown, connection: Connection<Settings>): Delivery[] => {
  const wire = fit(wireConversation.extend({ updatedAt: when }), payload, event)
  const { id: conversation, contact, isOpen } = seenConversation(wire, connection.id)
  return [told(`changed:${fingerprint(event, conversation, wire.status, '', wire.updatedAt)}`, 'messaging.changed', {
    connection: connection.id, conversation, contact, isOpen, at: Date.parse(wire.updatedAt),
  } satisfies z.infer<typeof conversationChanged>)]
}

const tellings: ReadonlyMap<string, typeof hear> = new Map([
  ['whatsapp.inbound', hear], ['whatsapp.outbound', say], ['whatsapp.interaction', interact], ['conversation.created', change], ['conversation.updated', change],
])

const told = (id: string, flow: string, payload: object): Delivery => ({ id, flow, payload })
const named = (conversation: string | undefined): { conversation?: string } => (conversation === undefined ? {} : { conversation })
// Bird's events have no id of their own.
const fingerprint = (...parts: string[]): string => createHash('sha256').update(parts.join('|')).digest('hex').slice(0, 32)
