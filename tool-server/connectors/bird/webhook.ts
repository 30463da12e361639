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
import { checkSignature, digestOf } from '../../domain/ports/signature.ts'
import type { Body, conversationChanged, heard, renumbered, revised, said, templatesChanged, unsubscribed } from '../../domain/ports/messaging.ts'
import type { Connection, Delivery, Millis, Webhook } from '../../define.ts'
import { bodyOf, emojiIn, heardBody } from './body.ts'
import { costIn } from './cost.ts'
import { failedBy, reasonIn, wireFailure } from './failures.ts'
import { fit } from './fit.ts'
import { contactOf, conversationIn, id, keyIn, seenConversation, when, wireContact, wireContext, wireConversation, type Settings } from './map.ts'

// Bird tries for up to a day, and each try carries the first one's timestamp; what comes twice is told once by its id.
const windowMs: Millis = 26 * 3_600_000

export const webhook: Webhook<Settings> = {
  // https://docs.bird.com/api/notifications-api/api-reference/webhooks/verifying-a-webhook
  verify({ headers, url, rawBody }, { settings }, now) {
    const signature = headers['messagebird-signature']
    const sentAt = headers['messagebird-request-timestamp']
    checkSignature({
      secrets: settings.signingKeys, over: signedOver(sentAt, url, rawBody),
      given: signature === undefined ? undefined : [signature], encoding: 'base64', sentAt: { text: sentAt, unit: 'seconds' }, windowMs, now,
    })
  },
  signs: {
    secrets: ({ signingKeys }) => signingKeys,
    sign(inbound, secret, now) {
      const sentAt = String(Math.floor(now / 1_000))
      return { ...inbound, headers: { ...inbound.headers, 'messagebird-request-timestamp': sentAt, 'messagebird-signature': digestOf(secret, signedOver(sentAt, inbound.url, inbound.rawBody)).toString('base64') } }
    },
  },

  parse({ rawBody }, connection) {
    const { event, payload } = fit(envelope, jsonOf(rawBody), 'webhook')
    const tell = tellings.get(event)
    if (!tell) return [] // Bird has more kinds of events than we have uses for
    const [about = ''] = event.split('.')
    if (ofWorkspace.has(about)) return tell(event, payload, connection)
    const { channel, smsChannel } = connection.settings
    const { channelId } = fit(aboutChannel, payload, event)
    return channelId === (about === 'sms' ? smsChannel : channel) ? tell(event, payload, connection) : []
  },
}

const signedOver = (sentAt: string | undefined, url: string, rawBody: Buffer): (string | Buffer)[] => [`${sentAt}\n${url}\n`, createHash('sha256').update(rawBody).digest()]
const ofWorkspace: ReadonlySet<string> = new Set(['contact', 'template'])
const envelope = z.object({ event: z.string(), payload: z.unknown() })
const aboutChannel = z.object({ channelId: id })
const jsonOf = (rawBody: Buffer): unknown => {
  try {
    return JSON.parse(rawBody.toString())
  } catch (cause) {
    throw new AppError('bad_response', 'Bird sent something that is not JSON', { cause })
  }
}

const maybe = z.string().nullish()
const body = z.looseObject({ type: z.string() })
const message = z.object({ id, status: z.string(), context: wireContext, createdAt: when, updatedAt: when })
const received = message.extend({
  sender: z.object({ contact: wireContact }), replyTo: z.object({ id: maybe }).nullish(),
  meta: z.object({ extraInformation: z.object({ whatsappbsuid: maybe, whatsappnewbsuid: maybe, edited: maybe, deleted: maybe }).nullish() }).nullish(),
})
const withBody = z.object({ body })
const sent = message.extend({ reason: maybe, failure: wireFailure, body: body.nullish(), template: z.object({}).nullish(), reference: maybe, sender: z.object({ type: maybe }).nullish(), receiver: z.object({ contacts: z.tuple([wireContact], wireContact) }) })
const interaction = z.object({ type: z.string(), messageId: id, messageReference: maybe, receiver: z.object({ contacts: z.tuple([wireContact], wireContact) }).nullish(), createdAt: when, updatedAt: when.nullish() })
const renumbering = z.object({ system: z.object({ type: z.string(), identifierValue: maybe }) })

const hear = (event: string, payload: unknown, connection: Connection<Settings>): Delivery[] => {
  const wire = fit(received, payload, event)
  const { contact: who } = wire.sender
  const { whatsappbsuid: whatsapp, whatsappnewbsuid: newWhatsapp, edited, deleted } = wire.meta?.extraInformation ?? {}
  const contact = contactOf(who, { whatsapp, name: who.annotations?.name })
  const revise = (message: string, more: { body?: Body }): Delivery => told(`revised:${fingerprint(event, wire.id, wire.status, edited ?? '', wire.updatedAt)}`, 'messaging.revised', {
    connection: connection.id, message, contact, ...more, at: Date.parse(wire.updatedAt),
  } satisfies z.infer<typeof revised>)
  const hearing = (message: string, body: Body): Delivery => told(`heard:${wire.id}`, 'messaging.heard', {
    connection: connection.id, message, ...named(conversationIn(wire.context)), contact, body, ...bySms(event), at: Date.parse(wire.createdAt),
  } satisfies z.infer<typeof heard>)

  if (wire.status === 'deleted' || deleted === 'true') return [revise(wire.id, {})]
  const { body } = fit(withBody, payload, event)
  if (edited === 'true') return [revise(wire.id, { body: heardBody(body) })]
  if (body.type === 'system') return renumber(event, fit(renumbering, body, 'system message').system, { wire, newWhatsapp, connection })
  const emoji = emojiIn(body)
  if (emoji === undefined) return [hearing(wire.id, heardBody(body))]
  // There is one of a person on a message at a time, and it may change.
  const line = `${wire.replyTo?.id ?? wire.id}/reaction/${who.id}`
  return emoji === '' ? [revise(line, {})] : [hearing(line, bodyOf(body)), revise(line, { body: bodyOf(body) })]
}

// Whom we knew by that number or account has another one now.
type Renumbered = { wire: z.infer<typeof received>; newWhatsapp: string | null | undefined; connection: Connection<Settings> }
const renumber = (event: string, { type, identifierValue: phone }: z.infer<typeof renumbering>['system'], { wire, newWhatsapp, connection }: Renumbered): Delivery[] => {
  const { id, identifierKey, identifierValue } = wire.sender.contact
  const before = identifierKey === 'phonenumber' ? identifierValue : wire.meta?.extraInformation?.whatsappbsuid
  if (type !== 'user_changed_number' || !phone || !before) return []
  return [told(`renumbered:${fingerprint(event, wire.id)}`, 'messaging.renumbered', {
    connection: connection.id, contact: contactOf({ id, identifierKey: 'phonenumber', identifierValue: phone }, { whatsapp: newWhatsapp }), before, at: Date.parse(wire.createdAt),
  } satisfies z.infer<typeof renumbered>)]
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
  const { settings } = connection
  const by = bySms(event)
  const key = keyIn(wire.reference)
  const body = wire.body ? bodyOf(wire.body) : undefined
  return [told(`said:${fingerprint(event, wire.id, wire.status, '', wire.updatedAt)}`, 'messaging.said', {
    connection: connection.id, message: wire.id, ...named(conversationIn(wire.context)), contact: contactOf(contact, { name: contact.annotations?.name }),
    ...(body && { body }), author: key !== undefined ? 'portero' : staff.includes(wire.sender?.type ?? '') ? 'human' : 'bot', ...(key !== undefined && { key }), status, ...by, at: Date.parse(wire.createdAt),
    ...(status === 'failed' && { failed: failedBy(reasonIn(wire), { ...by, settings }) }),
    ...costIn({ isSms: by.by === 'sms', text: body?.text, isTemplate: Boolean(wire.template), status, to: contact, at: Date.parse(wire.updatedAt) }, settings.rates),
  } satisfies z.infer<typeof said>)]
}

const interact = (event: string, payload: unknown, connection: Connection<Settings>): Delivery[] => {
  const wire = fit(interaction, payload, event)
  if (wire.type !== 'read') return []
  const contact = wire.receiver?.contacts[0] // some accounts send the message's id only
  return [told(`said:${fingerprint(event, wire.messageId, '', wire.type, wire.updatedAt ?? wire.createdAt)}`, 'messaging.said', {
    connection: connection.id, message: wire.messageId, ...(contact && { contact: contactOf(contact, { name: contact.annotations?.name }) }),
    author: keyIn(wire.messageReference) !== undefined ? 'portero' : 'bot', status: 'read', at: Date.parse(wire.createdAt),
  } satisfies z.infer<typeof said>)]
}

const change = (event: string, payload: unknown, connection: Connection<Settings>): Delivery[] => {
  const wire = fit(wireConversation.extend({ updatedAt: when }), payload, event)
  const { id: conversation, contact, isOpen } = seenConversation(wire, connection.id)
  return [told(`changed:${fingerprint(event, conversation, wire.status, '', wire.updatedAt)}`, 'messaging.changed', {
    connection: connection.id, conversation, contact, isOpen, at: Date.parse(wire.updatedAt),
  } satisfies z.infer<typeof conversationChanged>)]
}

// Somebody told Bird, or a campaign of it, to stop. That they may be written to again is only believed when they say so to us.
const contactChanged = z.object({ id, attributes: z.object({ subscribedWhatsapp: z.union([z.boolean(), z.string()]).nullish() }).nullish(), featuredIdentifiers: z.array(z.object({ key: z.string(), value: z.string() })).nullish(), updatedAt: when })
const unsubscribe = (event: string, payload: unknown, connection: Connection<Settings>): Delivery[] => {
  const { id, attributes, featuredIdentifiers, updatedAt } = fit(contactChanged, payload, event)
  if (String(attributes?.subscribedWhatsapp) !== 'false') return []
  const valueOf = (wanted: string): string | undefined => featuredIdentifiers?.find(({ key }) => key === wanted)?.value
  const name = fingerprint(event, id, updatedAt)
  return [told(`unsubscribed:${name}`, 'messaging.unsubscribed', {
    connection: connection.id, contact: contactOf({ id, identifierKey: 'phonenumber', identifierValue: valueOf('phonenumber') }, { whatsapp: valueOf('whatsappbsuid') }), event: name, at: Date.parse(updatedAt),
  } satisfies z.infer<typeof unsubscribed>)]
}

const templateChanged = z.object({ id, updatedAt: when })
const decideTemplate = (event: string, payload: unknown, connection: Connection<Settings>): Delivery[] => {
  const { id, updatedAt } = fit(templateChanged, payload, event)
  return [told(`templates:${fingerprint(event, id, updatedAt)}`, 'messaging.templates', { connection: connection.id } satisfies z.infer<typeof templatesChanged>)]
}

// Of what stands outside of a channel, Bird's documentation doesn't name the events: these are believed.
const tellings: ReadonlyMap<string, typeof hear> = new Map([
  ['whatsapp.inbound', hear], ['whatsapp.outbound', say], ['whatsapp.interaction', interact], ['sms.inbound', hear], ['sms.outbound', say], ['conversation.created', change], ['conversation.updated', change],
  ['contact.updated', unsubscribe], ['template.created', decideTemplate], ['template.updated', decideTemplate], ['template.deleted', decideTemplate],
])

const told = (id: string, flow: string, payload: object): Delivery => ({ id, flow, payload })
const bySms = (event: string): { by?: 'sms' } => (event.startsWith('sms.') ? { by: 'sms' } : {})
const named = (conversation: string | undefined): { conversation?: string } => (conversation === undefined ? {} : { conversation })
// Bird's events have no id of their own.
const fingerprint = (...parts: string[]): string => createHash('sha256').update(parts.join('|')).digest('hex').slice(0, 32)
