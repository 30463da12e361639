import { createHash, createHmac } from 'node:crypto'
import type { Contract, Delivery, Exchange, Failures } from '../../define.ts'
import type { Settings } from './map.ts'

// What Bird CRM sends and answers. The people are invented, and their words unlike anything else here, so that one which leaks is found.
const workspace = '3f0c2a71-58d4-4a0e-9b57-6a1de0c47b15'
const channel = '52ad151f-7b4e-46f9-a5c6-d3318e650c84'
const smsChannel = '73ce262a-8c5f-4709-b6d7-e4429f761d95'
const person = 'd4e8935a-5f48-45a5-95a5-ee7ba1e2c5b4'
const conversation = 'c5d1f0a2-9b3e-4f6d-8a7c-3b2e1d0f9a8b'
const asked = '0b6f31c4-1c59-4925-8f97-9b0e4c1a6d7f'
const answered = '6f0b7c1e-2d6a-4a36-9a8e-0c1f5d2b7e90'
const byStaff = '7a1c9d2f-3e7b-4b47-8b9f-1d2a6e3c8fa1'
const byUs = '8b2dae30-4f8c-4c58-9ca0-2e3b7f4d90b2'

const failures: Failures = {
  unauthorized: { tell: { status: 401, body: { code: 'Unauthorized', message: 'invalid access key' } }, code: 'disconnected' },
  missing: { tell: { status: 404, body: { code: 'ResourceNotFound', message: 'no such resource' } }, code: 'not_found' },
  throttled: { tell: { status: 429, headers: { 'retry-after': '2' }, body: { code: 'TooManyRequests', message: 'not processed' } }, code: 'throttled', retryAfterMs: 2_000 },
  away: { tell: { status: 503, body: { code: 'ServiceUnavailable', message: 'try again' } }, code: 'unavailable', uncertain: true },
  garbled: { tell: { status: 200, body: '{"id": "8b2d' }, code: 'bad_response', uncertain: true },
  misshapen: { tell: { status: 200, body: { not: 'what was promised' } }, code: 'bad_response', uncertain: true },
  lost: { tell: 'lost', code: 'unavailable', uncertain: true },
}

const ana = { id: person, identifierKey: 'phonenumber', identifierValue: '+5215512345678' }
const us = { connector: { id: '60bf59d6-fc6f-4511-89c4-75d9127d7a7c', identifierValue: '+525588990011' } }
const context = (message: string): object => ({ type: 'conversation_message', id: `${conversation}:${message}:${person}` })
const words = (text: string): object => ({ type: 'text', text: { text } })

const inbound = (payload: object = {}): object => ({
  service: 'channels', event: 'whatsapp.inbound',
  payload: {
    id: asked, channelId: channel, sender: { contact: { ...ana, annotations: { name: 'Ximena Aldrete' } } }, receiver: us,
    body: words('¿sigue libre el depa de la Roma?'), meta: { extraInformation: { timestamp: '1795453200', user_locale: 'es_MX', whatsappbsuid: 'MX.1349007521683' } },
    reference: '', parts: [{ platformReference: 'wamid.HBgMNTIxNTUxMjM0NTY3OBUC' }], status: 'delivered', reason: '', direction: 'incoming', chargeableUnits: 1,
    lastStatusAt: '2026-11-23T17:00:00.340Z', createdAt: '2026-11-23T17:00:00.120Z', updatedAt: '2026-11-23T17:00:00.340Z', ...payload,
  },
})
const outbound = (payload: object): object => ({
  service: 'channels', event: 'whatsapp.outbound',
  payload: {
    channelId: channel, sender: us, receiver: { contacts: [ana] }, reference: '', parts: [], reason: '', direction: 'outgoing', chargeableUnits: 1,
    lastStatusAt: '2026-11-23T17:00:09.900Z', createdAt: '2026-11-23T17:00:09.000Z', updatedAt: '2026-11-23T17:00:09.900Z', ...payload,
  },
})
const sentByUs = {
  id: byUs, context: context(byUs), body: words('Tu visita quedó para el lunes'), reference: 'portero:tour:1:say', status: 'delivered',
  createdAt: '2026-11-23T17:06:00.000Z', updatedAt: '2026-11-23T17:06:03.500Z',
}
const readByAna = {
  service: 'channels', event: 'whatsapp.interaction',
  payload: {
    id: '91c3bf41-5a9d-4d69-8db1-3f4c8a5ea1c3', type: 'read', messageId: byUs, messageReference: 'portero:tour:1:say', channelId: channel, receiver: { contacts: [ana] },
    createdAt: '2026-11-23T17:09:00.250Z', updatedAt: '2026-11-23T17:09:00.250Z',
  },
}
const thread = {
  id: conversation, channelId: channel, status: 'active', visibility: 'public', attributes: {},
  featuredParticipants: [
    { id: 'b07e', type: 'bot', displayName: 'Vivi, asistente' },
    { id: person, type: 'contact', displayName: 'Ximena Aldrete', contact: { identifierKey: 'phonenumber', identifierValue: '+5215512345678', platformAddress: '+52 1 55 1234 5678' } },
  ],
  lastMessageIncomingAt: '2026-11-23T17:00:00.120Z', createdAt: '2026-11-23T17:00:00.050Z', updatedAt: '2026-11-23T17:00:00.050Z',
}
const changed = (event: string, payload: object): object => ({ service: 'conversations', event, payload })
const about = (payload: object): object => ({ meta: { extraInformation: { timestamp: '1795453200', whatsappbsuid: 'MX.1349007521683', ...payload } } })
const later = { updatedAt: '2026-11-23T17:02:00.000Z' }
const reaction = (emoji: string): object => ({ body: { type: 'reaction', reaction: { emoji } }, replyTo: { id: answered, order: 0, type: 'reaction' } })
const bySms = (event: string, payload: object): object => ({ service: 'channels', event, payload: { channelId: smsChannel, receiver: us, reference: '', parts: [], reason: '', chargeableUnits: 1, createdAt: '2026-11-23T17:00:00.120Z', updatedAt: '2026-11-23T17:00:00.340Z', ...payload } })
const preferring = (attributes: object): object => ({
  service: 'contacts', event: 'contact.updated',
  payload: { id: person, computedDisplayName: 'Ximena', attributes, featuredIdentifiers: [{ key: 'phonenumber', value: '+5215512345678' }, { key: 'whatsappbsuid', value: 'MX.1349007521683' }], createdAt: '2026-11-20T17:00:00.000Z', updatedAt: '2026-11-23T17:10:00.000Z' },
})
const template = { id: 'tpl-visita-2', projectId: 'prj-visita', status: 'active', localeStatuses: { 'es-MX': 'active', en: 'pending', 'pt-BR': 'draft' }, platformInfo: { whatsapp: { category: 'MARKETING', locales: { 'es-MX': { status: 'APPROVED' } } } }, updatedAt: '2026-11-23T17:20:00.000Z' }

// Ours.
const contact = { id: person, phone: '+5215512345678' }
const named = { ...contact, name: 'Ximena Aldrete' }
const connection = '{connection}'
const told = (body: object, id = asked): Delivery => ({
  id: `heard:${id}`, flow: 'messaging.heard',
  payload: { connection, message: id, contact: { ...contact, whatsapp: 'MX.1349007521683', name: 'Ximena Aldrete' }, body, at: Date.UTC(2026, 10, 23, 17, 0, 0, 120) },
})
const revisedBy = (id: string, payload: object): Delivery => ({
  id: `revised:${id}`, flow: 'messaging.revised',
  payload: { connection, message: asked, contact: { ...contact, whatsapp: 'MX.1349007521683', name: 'Ximena Aldrete' }, ...payload, at: Date.UTC(2026, 10, 23, 17, 2) },
})
const toldText = told({ kind: 'text', text: '¿sigue libre el depa de la Roma?' })
const toldSaid = (id: string, payload: object): Delivery => ({ id: `said:${id}`, flow: 'messaging.said', payload: { connection, contact, ...payload } })
const toldBot = toldSaid('e1301afe76d040abdcc0988128255352', {
  message: answered, conversation, body: { kind: 'text', text: '¡Claro! ¿Para cuántas personas?' }, author: 'bot', status: 'sent', at: Date.UTC(2026, 10, 23, 17, 0, 9),
})
const toldDelivered = toldSaid('4a54460d487d4a4fc1e2c6659584e09c', {
  message: byUs, conversation, body: { kind: 'text', text: 'Tu visita quedó para el lunes' }, author: 'portero', key: 'tour:1:say', status: 'delivered', at: Date.UTC(2026, 10, 23, 17, 6), cost: { micros: 8_500, currency: 'USD' },
})
const toldChanged = (id: string, payload: object): Delivery => ({ id: `changed:${id}`, flow: 'messaging.changed', payload: { connection, conversation, contact: named, ...payload } })
const mediaUrl = 'https://media.api.bird.com/workspaces/w/messages/m/media/f'
const files = (contentType: string, text?: string, filename?: string): object => ({ type: 'file', file: { ...(text !== undefined && { text }), files: [{ contentType, mediaUrl, ...(filename !== undefined && { filename }) }] } })
const media = (type: string): object => ({ media: [{ url: mediaUrl, type }] })
const photo = Buffer.from('89504e470d0a1a0a', 'hex')
const sample = (name: string, body: object, deliveries: Delivery[]) => ({ name, body, deliveries })

const list = `/workspaces/${workspace}/channels/${channel}/messages`
const query = { limit: '100', phonenumber: '+5215512345678' }
const toSay = {
  method: 'POST', path: list, headers: { authorization: 'AccessKey access-key-of-the-contract' },
  body: { receiver: { contacts: [{ identifierKey: 'phonenumber', identifierValue: '+5215512345678' }] }, body: words('Tu visita quedó para el lunes'), reference: 'portero:tour:1:say' },
}

// The inbox: the conversation as an item of the channel's feed, and who works there. The second is there, speaks Spanish and has less to do.
const feed = `/workspaces/${workspace}/feeds/channel%3A${channel}/items`
const item = { id: 'item-1', feedId: `channel:${channel}`, closed: false, teamId: null, agentId: null }
const agents = [
  { id: 'agent-1', displayName: 'Bruno Salas', email: 'bruno@casas.example', teams: [{ id: 'team-1', name: 'Equipo en español' }], availability: { status: 'online', activity: 'available' }, rootItemAssignedCount: 9 },
  { id: 'agent-2', displayName: 'Lucía Prado', teams: [{ id: 'team-1', name: 'Equipo en español' }], availability: { status: 'online', activity: 'available' }, rootItemAssignedCount: 4 },
  { id: 'agent-3', displayName: 'Iker Montes', teams: [], availability: { status: 'offline', activity: 'away' }, rootItemAssignedCount: 0 },
]
const searched = (results: object[]): Exchange => ({ ask: { method: 'POST', path: `/workspaces/${workspace}/search/feed-items`, body: { conversationIds: [conversation] }, reading: true }, tell: { status: 200, body: { results } } })
const askedAgents: Exchange = { ask: { method: 'GET', path: `/workspaces/${workspace}/agents`, query: { agentStatuses: 'active', limit: '100' } }, tell: { status: 200, body: { results: agents } } }
const patched = (body: object): Exchange => ({ ask: { method: 'PATCH', path: `${feed}/item-1`, body }, tell: { status: 200, body: { ...item, ...body } } })

const lostAfter = `{"since":${Date.UTC(2026, 10, 23, 16, 55)}}`
const toldBefore: Delivery = { ...toldText, id: 'heard:shown-late', payload: { ...toldText.payload, message: 'shown-late', at: Date.UTC(2026, 10, 23, 16, 46) } }
const late = (told: Delivery): Delivery => ({ ...told, lane: 'sync' }) // by the clock of whoever pulls
const shown = (event: object): unknown => ('payload' in event ? event.payload : undefined)
const toldAt = 'https://portero.example/webhooks/bird/{connection}?key=f1f92138'
const subscribed = (event: string, channel?: string) => ({ id: `sub-${event}`, event, url: toldAt, status: 'active', eventFilters: channel === undefined ? [] : [{ key: 'channelId', value: channel }] })

const asTemplates: Exchange[] = [
  { ask: { method: 'GET', path: `/workspaces/${workspace}/projects`, query: { limit: '100' } }, tell: { status: 200, body: { results: [], nextPageToken: 'cGFnZTI' } } },
  { ask: { method: 'GET', path: `/workspaces/${workspace}/projects`, query: { limit: '100', pageToken: 'cGFnZTI' } }, tell: { status: 200, body: { results: [{ id: 'prj-visita', name: 'portero_visita' }], nextPageToken: null } } },
  {
    ask: { method: 'GET', path: `/workspaces/${workspace}/projects/prj-visita/channel-templates`, query: { limit: '100' } },
    tell: { status: 200, body: { results: [template, { id: 'tpl-visita-3', localeStatuses: { 'es-MX': 'inactive', en: 'inactive' }, platformInfo: { whatsapp: { category: 'UTILITY', locales: { en: { status: 'PAUSED' } } } } }] } },
  },
]

export const contract: Contract<Settings & { baseUrl: string; apiKey: string }> = {
  account: channel,
  settings: (secrets) => ({ baseUrl: 'https://api.bird.com', apiKey: 'access-key-of-the-contract', workspace, channel, signingKeys: [...secrets], smsChannel, rates: { currency: 'USD', zone: 'America/Mexico_City', prices: [{ category: 'service', country: 'MX', from: '2026-10-01', micros: 8_500 }, { category: 'utility', from: '2026-10-01', micros: 10_000 }, { category: 'sms', from: '2026-10-01', micros: 30_000 }] } }),
  failures,

  webhook: {
    windowMs: 26 * 3_600_000,
    sign({ url, body, now }, { signingKeys: [key = ''] }) {
      const sentAt = String(Math.floor(now / 1_000))
      const signed = Buffer.concat([Buffer.from(`${sentAt}\n${url}\n`), createHash('sha256').update(body).digest()])
      return { 'messagebird-request-id': 'e0b1', 'messagebird-request-timestamp': sentAt, 'messagebird-signature': createHmac('sha256', key).update(signed).digest('base64') }
    },
    samples: [
      sample('whatsapp.inbound', inbound(), [toldText]),
      sample('whatsapp.inbound of somebody without a number', inbound({ sender: { contact: { id: person, identifierKey: 'whatsappusername', identifierValue: 'ximena.aldrete' } } }), [
        { ...toldText, payload: { ...toldText.payload, contact: { id: person, whatsapp: 'MX.1349007521683' } } },
      ]),
      sample('whatsapp.inbound: a button', inbound({ body: { type: 'text', text: { actions: [{ type: 'postback', postback: { text: 'Sí, confirmo mi visita', payload: 'tour-1-confirm' } }] } }, replyTo: { id: answered, order: 0, type: 'click' } }), [told({ kind: 'text', text: 'Sí, confirmo mi visita', pick: 'tour-1-confirm' })]),
      sample('whatsapp.inbound: a row of a list', inbound({ body: { type: 'text', text: { text: 'martes 24 nov, 11:00', actions: [{ type: 'postback', postback: { text: 'martes 24 nov, 11:00', payload: 'slot:7f3a' } }] } }, replyTo: { id: answered, order: 0, type: 'click' } }), [told({ kind: 'text', text: 'martes 24 nov, 11:00', pick: 'slot:7f3a' })]),
      sample('whatsapp.inbound: an image', inbound({ body: { type: 'image', image: { images: [{ mediaUrl, altText: 'mi credencial' }] } } }), [told({ kind: 'image', text: 'mi credencial', media: [{ url: mediaUrl }] })]),
      sample('whatsapp.inbound: a voice note', inbound({ body: files('audio/ogg; codecs=opus') }), [told({ kind: 'audio', text: '', ...media('audio/ogg; codecs=opus') })]),
      sample('whatsapp.inbound: a video', inbound({ body: files('video/mp4', 'así está la cocina') }), [told({ kind: 'video', text: 'así está la cocina', ...media('video/mp4') })]),
      sample('whatsapp.inbound: a document', inbound({ body: files('application/pdf', undefined, 'ine-de-ximena.pdf') }), [told({ kind: 'file', text: '', media: [{ url: mediaUrl, type: 'application/pdf', name: 'ine-de-ximena.pdf' }] })]),
      sample('whatsapp.inbound: a sticker', inbound({ body: files('image/webp') }), [told({ kind: 'image', text: '', ...media('image/webp') })]),
      sample('whatsapp.inbound: a contact card', inbound({ body: { type: 'contact', contact: { name: { displayName: 'Tía Refugio' }, phoneNumbers: [{ value: '+525511112222' }] } } }), [told({ kind: 'other', text: 'Tía Refugio, +525511112222' })]),
      sample('whatsapp.inbound: a place', inbound({ body: { type: 'location', location: { coordinates: { latitude: 19.4178, longitude: -99.1621 }, location: { label: 'Fuente de Cibeles', address: 'Plaza Villa de Madrid' } } } }), [
        told({ kind: 'location', text: 'Fuente de Cibeles, Plaza Villa de Madrid', position: { latitude: 19.4178, longitude: -99.1621 } }),
      ]),
      sample('whatsapp.inbound: something that we do not know', inbound({ body: { type: 'hologram', hologram: {} } }), [told({ kind: 'other', text: '' })]),
      sample('whatsapp.inbound: a reaction', inbound({ ...reaction('👍'), ...later }), [
        { ...told({ kind: 'other', text: '👍' }), payload: { ...told({ kind: 'other', text: '👍' }).payload, message: `${answered}/reaction/${person}` } },
        revisedBy('1670c262f3a65a3cc03a459fe247ead6', { message: `${answered}/reaction/${person}`, body: { kind: 'other', text: '👍' } }),
      ]),
      sample('whatsapp.inbound: a reaction that is taken back', inbound({ ...reaction(''), ...later }), [revisedBy('1670c262f3a65a3cc03a459fe247ead6', { message: `${answered}/reaction/${person}` })]),
      sample('whatsapp.inbound that was edited', inbound({ body: words('¿sigue libre el de la Condesa?'), ...about({ edited: 'true' }), ...later }), [revisedBy('5a31c5590ab596b014a060384c626501', { body: { kind: 'text', text: '¿sigue libre el de la Condesa?' } })]),
      sample('whatsapp.inbound that was taken back', inbound({ body: undefined, status: 'deleted', ...about({ deleted: 'true' }), ...later }), [revisedBy('f44ea21e7dcdfc68f2a49a789e3e569c', {})]),
      sample('whatsapp.inbound: another number', inbound({ body: { type: 'system', system: { type: 'user_changed_number', text: 'User changed from +5215512345678 to +525598765432', identifierValue: '+525598765432' } }, ...about({ whatsappnewbsuid: 'MX.9941007521683' }) }), [
        { id: 'renumbered:1bb8d76b6becff5e78dd2d2297de6f59', flow: 'messaging.renumbered', payload: { connection, contact: { id: person, phone: '+525598765432', whatsapp: 'MX.9941007521683' }, before: '+5215512345678', at: Date.UTC(2026, 10, 23, 17, 0, 0, 120) } },
      ]),
      sample('whatsapp.inbound: something else of the system', inbound({ body: { type: 'system', system: { type: 'security_code_changed' } } }), []),
      sample('sms.inbound', bySms('sms.inbound', { id: asked, sender: { contact: ana }, status: 'delivered', direction: 'incoming', body: words('no me llega el whats, ¿me marcan?') }), [
        { ...toldText, payload: { connection, message: asked, contact, body: { kind: 'text', text: 'no me llega el whats, ¿me marcan?' }, by: 'sms', at: Date.UTC(2026, 10, 23, 17, 0, 0, 120) } },
      ]),
      sample('sms.outbound', bySms('sms.outbound', { id: byUs, sender: us, receiver: { contacts: [ana] }, reference: 'portero:tour:1:sms', status: 'delivered', direction: 'outgoing', body: words('Tu visita quedó para el lunes') }), [
        toldSaid('44f3cc8e1e015e4f06c7af247309f089', { message: byUs, body: { kind: 'text', text: 'Tu visita quedó para el lunes' }, author: 'portero', key: 'tour:1:sms', status: 'delivered', by: 'sms', at: Date.UTC(2026, 10, 23, 17, 0, 0, 120), cost: { micros: 30_000, currency: 'USD' } }),
      ]),
      sample('sms.outbound that failed: nothing else is left to try', bySms('sms.outbound', { id: byUs, sender: us, receiver: { contacts: [ana] }, reference: 'portero:tour:1:sms', status: 'delivery_failed', reason: 'details: unknown subscriber; reason: unknown_subscriber; code: 1', failure: { code: 15005, source: { name: 'sms-messagebird', code: '1' } }, direction: 'outgoing', body: words('Tu visita quedó para el lunes') }), [
        toldSaid('43cd934bfeca1ae08600ce877c7787cf', { message: byUs, body: { kind: 'text', text: 'Tu visita quedó para el lunes' }, author: 'portero', key: 'tour:1:sms', status: 'failed', failed: { reason: 'unreachable' }, by: 'sms', at: Date.UTC(2026, 10, 23, 17, 0, 0, 120), cost: { micros: 0, currency: 'USD' } }),
      ]),
      sample('whatsapp.outbound by the bot', outbound({ id: answered, context: context(answered), body: words('¡Claro! ¿Para cuántas personas?'), status: 'sent' }), [toldBot]),
      sample('whatsapp.outbound by a person of ours, without its words', outbound({ id: byStaff, sender: { ...us, type: 'user' }, status: 'accepted', createdAt: '2026-11-23T17:05:00.000Z', updatedAt: '2026-11-23T17:05:01.000Z' }), [
        toldSaid('89cd0b048dcef8f1fb3ee1e39f334dc1', { message: byStaff, author: 'human', status: 'accepted', at: Date.UTC(2026, 10, 23, 17, 5) }),
      ]),
      sample('whatsapp.outbound by us', outbound(sentByUs), [toldDelivered]),
      sample('whatsapp.outbound that failed', outbound({ ...sentByUs, status: 'delivery_failed', reason: 'window closed', failure: { code: 131047 }, updatedAt: '2026-11-23T17:06:04.500Z' }), [
        { ...toldDelivered, id: 'said:cf90de9886aa7579bba4411615f73ec3', payload: { ...toldDelivered.payload, status: 'failed', failed: { reason: 'window_closed' }, cost: { micros: 0, currency: 'USD' } } },
      ]),
      sample('whatsapp.outbound to somebody without WhatsApp', outbound({ ...sentByUs, status: 'sending_failed', reason: 'Message undeliverable', failure: { code: 15005, source: { name: 'whatsapp-platform', code: '131026' } }, updatedAt: '2026-11-23T17:06:04.500Z' }), [
        { ...toldDelivered, id: 'said:ea9393dbd138822d699a0c29263896a3', payload: { ...toldDelivered.payload, status: 'failed', failed: { reason: 'unreachable', otherwise: 'sms' }, cost: { micros: 0, currency: 'USD' } } },
      ]),
      sample('whatsapp.outbound by a template', outbound({ ...sentByUs, template: { projectId: 'prj-visita', version: 'latest', locale: 'es-MX' } }), [
        { ...toldDelivered, payload: { ...toldDelivered.payload, cost: { micros: 10_000, currency: 'USD' } } },
      ]),
      sample('whatsapp.outbound of a status that we do not know', outbound({ ...sentByUs, status: 'teleported' }), []),
      sample('whatsapp.interaction', readByAna, [toldSaid('d0bff5f3354af8b17565f687d8dc5184', { message: byUs, author: 'portero', status: 'read', at: Date.UTC(2026, 10, 23, 17, 9, 0, 250) })]),
      sample('whatsapp.interaction that names only the message', { ...readByAna, payload: { ...readByAna.payload, receiver: undefined } }, [
        { id: 'said:d0bff5f3354af8b17565f687d8dc5184', flow: 'messaging.said', payload: { connection, message: byUs, author: 'portero', status: 'read', at: Date.UTC(2026, 10, 23, 17, 9, 0, 250) } },
      ]),
      sample('whatsapp.interaction of another kind', { ...readByAna, payload: { ...readByAna.payload, type: 'clicked' } }, []),
      sample('conversation.created', changed('conversation.created', thread), [toldChanged('e539de07b607a17c8f0be5340c71e4c7', { isOpen: true, at: Date.UTC(2026, 10, 23, 17, 0, 0, 50) })]),
      sample('conversation.updated', changed('conversation.updated', { ...thread, status: 'closed', updatedAt: '2026-11-24T01:30:00.000Z' }), [
        toldChanged('5552beafdc9babe4f8cf76a588f0cd6f', { isOpen: false, at: Date.UTC(2026, 10, 24, 1, 30) }),
      ]),
      sample('another channel', inbound({ channelId: '99999999-7b4e-46f9-a5c6-d3318e650c84' }), []),
      sample('contact.updated: no more messages', preferring({ subscribedWhatsapp: false }), [
        { id: 'unsubscribed:cf45061e5ddab1a6d3b5d017c1c7ef83', flow: 'messaging.unsubscribed', payload: { connection, contact: { ...contact, whatsapp: 'MX.1349007521683' }, event: 'cf45061e5ddab1a6d3b5d017c1c7ef83', at: Date.UTC(2026, 10, 23, 17, 10) } },
      ]),
      sample('contact.updated: messages again, which only they themselves can say', preferring({ subscribedWhatsapp: true }), []),
      sample('contact.updated: something else', preferring({ city: 'Mérida' }), []),
      ...['86202744c755bd7dbcb68f76e64eeef5', '413ab46f69c8c57b79fa0e3790ff0ff0', '23b1cad9347b9790b996419078ea1e54'].map((id, at) => {
        const event = `template.${['created', 'updated', 'deleted'][at]}`
        return sample(event, { service: 'templates', event, payload: template }, [{ id: `templates:${id}`, flow: 'messaging.templates', payload: { connection } }])
      }),
      sample('the channel of somebody else by SMS', bySms('sms.inbound', { channelId: channel, text: 'un mensaje de texto' }), []),
      sample('another kind of event', { service: 'channels', event: 'telegram.inbound', payload: { text: 'un mensaje por telegram' } }, []),
    ],
    malformed: [
      { name: 'no JSON', body: 'hola' },
      { name: 'no event', body: { hello: 'there' } },
      { name: 'a message without its channel', body: inbound({ channelId: undefined }) },
      { name: 'a message without its sender', body: inbound({ sender: {} }) },
      { name: 'a message without words', body: inbound({ body: undefined }) },
      { name: 'a contact without a date', body: { service: 'contacts', event: 'contact.updated', payload: { id: person } } },
      { name: 'a template without a date', body: { service: 'templates', event: 'template.updated', payload: { id: 'tpl-visita-2' } } },
      { name: 'a reaction that shows nothing', body: inbound({ body: { type: 'reaction' } }) },
      { name: 'a text without words', body: inbound({ body: { type: 'text' } }) },
      { name: 'a message without its receiver', body: outbound({ ...sentByUs, receiver: { contacts: [] } }) },
      { name: 'a reading of nothing', body: { ...readByAna, payload: { ...readByAna.payload, messageId: undefined } } },
      { name: 'a conversation with nobody in it', body: changed('conversation.created', { ...thread, featuredParticipants: [] }) },
    ],
  },

  does: {
    'messaging.send': {
      args: { to: named, content: { type: 'text', text: 'Tu visita quedó para el lunes' } }, key: 'tour:1:say', result: { message: byUs },
      exchanges: [{ ask: toSay, tell: { status: 202, body: { id: byUs, channelId: channel, status: 'accepted', reference: 'portero:tour:1:say' } } }],
      more: [
        { name: 'is refused for whom it is for', result: { failed: { reason: 'unreachable', otherwise: 'sms' } }, exchanges: [{ ask: toSay, tell: { status: 422, body: { code: 'InvalidRecipient', message: 'the recipient has no WhatsApp account', details: {} } } }] },
        { name: 'is refused for what it says', code: 'invalid_input', exchanges: [{ ask: toSay, tell: { status: 422, body: { code: 'InvalidPayload', message: 'no such type', details: {} } } }] },
      ],
      lookUp: {
        found: [
          { ask: { method: 'GET', path: list, query }, tell: { status: 200, body: { results: [{ id: answered, reference: '' }], nextPageToken: 'cGFnZTI' } } },
          { ask: { method: 'GET', path: list, query: { ...query, pageToken: 'cGFnZTI' } }, tell: { status: 200, body: { results: [{ id: byUs, reference: 'portero:tour:1:say' }], nextPageToken: null } } },
        ],
        missing: [{ ask: { method: 'GET', path: list, query }, tell: { status: 200, body: { results: [{ id: answered, reference: 'portero:tour:2:say' }] } } }],
      },
    },
    'messaging.assign': {
      args: { conversation, to: { agent: 'Sofía Robles', email: 'sofia@casas.example' }, language: 'es-MX', building: 'Casa Tabasco' }, key: 'inbox:1', result: { assigned: 'agent-2' },
      exchanges: [searched([]), askedAgents, { ask: { method: 'POST', path: feed, body: { conversationId: conversation } }, tell: { status: 201, body: item } }, patched({ agentId: 'agent-2', closed: false })],
      more: [
        { name: 'leaves it with whoever has it', result: { assigned: 'agent-1' }, exchanges: [searched([{ ...item, agentId: 'agent-1' }]), askedAgents] },
        { name: 'opens one that was closed', result: { assigned: 'agent-2' }, exchanges: [searched([{ ...item, agentId: 'agent-1', closed: true }]), askedAgents, patched({ agentId: 'agent-2', closed: false })] },
        { name: 'has nobody to give it to', result: {}, exchanges: [searched([item]), { ...askedAgents, tell: { status: 200, body: { results: [] } } }] },
      ],
    },
    'messaging.note': {
      args: { conversation, text: 'La tomó Bruno desde HubSpot' }, key: 'note:1', result: { message: byStaff },
      exchanges: [{
        ask: {
          method: 'POST', path: `/workspaces/${workspace}/conversations/${conversation}/messages`, headers: { authorization: 'AccessKey access-key-of-the-contract' },
          body: { participantId: channel, participantType: 'accessKey', draft: true, addMissingParticipants: true, body: words('La tomó Bruno desde HubSpot') },
        },
        tell: { status: 201, body: { id: byStaff, draft: true } },
      }],
    },
    'messaging.erase': { args: { what: 'contact', id: person }, key: 'erase:1', result: {}, exchanges: [{ ask: { method: 'DELETE', path: `/workspaces/${workspace}/contacts/${person}`, headers: { authorization: 'AccessKey access-key-of-the-contract' } }, tell: { status: 204 } }], but: { missing: { ...failures.missing, result: {} }, misshapen: { tell: { status: 200, body: { not: 'what was promised' } }, result: {} } } }, // nothing in the answer matters
    'messaging.subscription': {
      args: { to: named, subscribed: false }, key: 'subscription:1', result: {},
      exchanges: [{
        ask: { method: 'PATCH', path: `/workspaces/${workspace}/contacts/identifiers/phonenumber/%2B5215512345678`, headers: { authorization: 'AccessKey access-key-of-the-contract' }, body: { attributes: { subscribedWhatsapp: false } } },
        tell: { status: 200, body: { id: person } },
      }],
      but: { misshapen: { tell: { status: 200, body: { not: 'what was promised' } }, result: {} } }, // nothing in the answer matters
    },
  },

  reads: {
    'messaging.media': {
      args: ['{baseUrl}/workspaces/w/messages/m/media/f'], result: { bytes: photo.toJSON() },
      exchanges: [{ ask: { method: 'GET', path: '/workspaces/w/messages/m/media/f', headers: { authorization: 'AccessKey access-key-of-the-contract' } }, tell: { status: 200, headers: { 'content-type': 'image/png' }, body: photo } }],
      but: { missing: { tell: { status: 404, body: { code: 'ResourceNotFound', message: 'no such media' } }, result: 'gone' } },
      more: [
        { name: 'is a text, as it came', result: { bytes: Buffer.from('hola').toJSON() }, exchanges: [{ ask: { method: 'GET', path: '/workspaces/w/messages/m/media/f' }, tell: { status: 200, headers: { 'content-type': 'text/plain' }, body: 'hola' } }] },
        { name: 'is gone for good', result: 'gone', exchanges: [{ ask: { method: 'GET', path: '/workspaces/w/messages/m/media/f' }, tell: { status: 410, body: { code: 'ResourceGone', message: 'expired' } } }] },
        { name: 'is not followed into our own network', code: 'refused', exchanges: [{ ask: { method: 'GET', path: '/workspaces/w/messages/m/media/f' }, tell: { status: 302, headers: { location: 'http://169.254.169.254/latest/meta-data' } } }] },
        { name: 'leads nowhere', code: 'bad_response', exchanges: [{ ask: { method: 'GET', path: '/workspaces/w/messages/m/media/f' }, tell: { status: 307 } }] },
      ],
    },
    'messaging.templates': {
      args: [],
      result: [
        { name: 'portero_visita', language: 'es-MX', project: 'prj-visita', version: 'tpl-visita-2', category: 'marketing', status: 'approved' },
        { name: 'portero_visita', language: 'en', project: 'prj-visita', version: 'tpl-visita-3', category: 'utility', status: 'paused' },
      ],
      exchanges: asTemplates,
    },
    'messaging.bodyOf': {
      args: [byStaff], result: { kind: 'text', text: 'Soy Bruno, te ayudo yo' },
      exchanges: [{ ask: { method: 'GET', path: `${list}/${byStaff}` }, tell: { status: 200, body: { id: byStaff, status: 'delivered', body: words('Soy Bruno, te ayudo yo') } } }],
      but: { missing: { tell: { status: 404, body: { code: 'MessageNotFound', message: 'no such message' } }, result: undefined } },
      more: [{ name: 'has none where Bird has none', result: undefined, exchanges: [{ ask: { method: 'GET', path: `${list}/${byStaff}` }, tell: { status: 200, body: { id: byStaff, status: 'delivered', body: null } } }] }],
    },
    'messaging.whole': { args: [{ connection, id: 'c1' }], result: { id: 'c1', computedDisplayName: 'Guadalupe', phonenumber: '["+525512345678"]' }, exchanges: [{ ask: { method: 'GET', path: `/workspaces/${workspace}/contacts/c1` }, tell: { status: 200, body: { id: 'c1', computedDisplayName: 'Guadalupe', attributes: { phonenumber: ['+525512345678'], subscribedWhatsapp: null } } } }], but: { missing: { tell: { status: 404, body: { code: 'ContactNotFound', message: 'no such contact' } }, result: undefined } } },
    'messaging.conversation': {
      args: ['c5/../d1'], result: { id: conversation, connection, contact: named, isOpen: true, heardAt: Date.UTC(2026, 10, 23, 17, 0, 0, 120) },
      exchanges: [{ ask: { method: 'GET', path: `/workspaces/${workspace}/conversations/c5%2F..%2Fd1` }, tell: { status: 200, body: thread } }],
      but: { missing: { tell: { status: 404, body: { code: 'ConversationNotFound', message: 'no such conversation' } }, result: undefined } },
      more: [{
        name: 'is not found in another channel', result: undefined,
        exchanges: [{ ask: { method: 'GET', path: `/workspaces/${workspace}/conversations/c5%2F..%2Fd1` }, tell: { status: 200, body: { ...thread, channelId: 'another' } } }],
      }],
    },
    'messaging.conversationOf': {
      args: [asked], result: conversation,
      exchanges: [{ ask: { method: 'GET', path: `${list}/${asked}` }, tell: { status: 200, body: { id: asked, status: 'delivered', context: context(asked) } } }],
      but: { missing: { tell: { status: 404, body: { code: 'MessageNotFound', message: 'no such message' } }, result: undefined } },
      more: [{ name: 'has none where the message stands alone', result: undefined, exchanges: [{ ask: { method: 'GET', path: `${list}/${asked}` }, tell: { status: 200, body: { id: asked, status: 'delivered' } } }] }],
    },
  },

  pulls: {
    messages: [
      {
        name: 'what push lost, back to what is known', cursor: lostAfter, deliveries: [late(toldBot), late(toldDelivered), late(toldBefore), late(toldText)], next: `{"since":${Date.UTC(2026, 10, 23, 17, 6)}}`,
        exchanges: [
          { ask: { method: 'GET', path: list, query: { limit: '100' } }, tell: { status: 200, body: { results: [shown(outbound(sentByUs)), shown(outbound({ id: answered, context: context(answered), body: words('¡Claro! ¿Para cuántas personas?'), status: 'sent' }))], nextPageToken: 'cGFnZTI' } } },
          { ask: { method: 'GET', path: list, query: { limit: '100', pageToken: 'cGFnZTI' } }, tell: { status: 200, body: { results: [shown(inbound()), shown(inbound({ id: 'shown-late', createdAt: '2026-11-23T16:46:00.000Z' })), shown(inbound({ id: 'known-before', createdAt: '2026-11-23T16:44:59.000Z' }))], nextPageToken: 'cGFnZTM' } } },
        ],
      },
      {
        name: 'nothing from before we came', cursor: null, deliveries: [], next: '{"since":{nowMs}}',
        exchanges: [{ ask: { method: 'GET', path: list, query: { limit: '100' } }, tell: { status: 200, body: { results: [shown(inbound())], nextPageToken: 'cGFnZTI' } } }],
      },
      {
        name: 'anew, where our place in the list is forgotten', cursor: '{"since":1795453200000,"top":1795456800000,"page":"cGFnZTk"}', deliveries: [], next: '{"since":1795453200000}',
        exchanges: [{ ask: { method: 'GET', path: list, query: { limit: '100', pageToken: 'cGFnZTk' } }, tell: { status: 400, body: { code: 'InvalidParameter', message: 'invalid page token' } } }],
      },
    ],
    sms: [
      {
        name: 'what push lost', cursor: lostAfter, next: `{"since":${Date.UTC(2026, 10, 23, 17, 0, 0, 120)}}`,
        deliveries: [{ ...late(toldText), payload: { connection, message: asked, contact, body: { kind: 'text', text: 'no me llega el whats, ¿me marcan?' }, by: 'sms', at: Date.UTC(2026, 10, 23, 17, 0, 0, 120) } }],
        exchanges: [{
          ask: { method: 'GET', path: list.replace(channel, smsChannel), query: { limit: '100' } },
          tell: { status: 200, body: { results: [shown(bySms('sms.inbound', { id: asked, sender: { contact: ana }, status: 'delivered', direction: 'incoming', body: words('no me llega el whats, ¿me marcan?') }))], nextPageToken: null } },
        }],
      },
    ],
    conversations: [
      {
        name: 'those that are open, page by page', cursor: null, deliveries: [late(toldChanged('1313a8bcccd93aaefd5253ac65896d75', { isOpen: true, at: Date.UTC(2026, 10, 23, 17, 0, 0, 50) }))], next: null,
        exchanges: [
          { ask: { method: 'GET', path: `/workspaces/${workspace}/conversations`, query: { limit: '100', channelId: channel, status: 'active' } }, tell: { status: 200, body: { results: [thread], nextPageToken: 'cGFnZTI' } } },
          { ask: { method: 'GET', path: `/workspaces/${workspace}/conversations`, query: { limit: '100', channelId: channel, status: 'active', pageToken: 'cGFnZTI' } }, tell: { status: 200, body: { results: [], nextPageToken: null } } },
        ],
      },
    ],
    templates: [
      { name: 'that something is another than it was', cursor: '7:0000000000000000', deliveries: [{ id: 'templates:8:7e72da4cedb89c4f', flow: 'messaging.templates', lane: 'sync', payload: { connection } }], next: '8:7e72da4cedb89c4f', exchanges: asTemplates },
      { name: 'nothing, where all is as it was', cursor: '8:7e72da4cedb89c4f', deliveries: [], next: '8:7e72da4cedb89c4f', exchanges: asTemplates },
    ],
  },

  watch: {
    expiresAt: null,
    exchanges: [
      {
        ask: { method: 'GET', path: `/workspaces/${workspace}/webhook-subscriptions`, query: { limit: '100' } },
        tell: {
          status: 200,
          body: {
            results: [
              { ...subscribed('whatsapp.inbound', channel), id: 'sub-1', url: 'https://somebody.example/hooks' }, subscribed('whatsapp.inbound', channel), { ...subscribed('whatsapp.interaction', channel), status: 'inactive' },
              ...['sms.inbound', 'sms.outbound'].map((event) => subscribed(event, smsChannel)), ...['conversation.created', 'conversation.updated', 'template.updated', 'contact.updated'].map((event) => subscribed(event)),
            ],
            nextPageToken: null,
          },
        },
      },
      {
        ask: { method: 'POST', path: `/workspaces/${workspace}/webhook-subscriptions`, body: { service: 'channels', event: 'whatsapp.outbound', eventFilters: [{ key: 'channelId', value: channel }], url: toldAt, signingKey: '{secret}' } },
        tell: { status: 201, body: { id: 'sub-whatsapp.outbound', status: 'active' } },
      },
      {
        ask: { method: 'PATCH', path: `/workspaces/${workspace}/webhook-subscriptions/sub-whatsapp.interaction`, body: { url: toldAt, signingKey: '{secret}', status: 'active' } },
        tell: { status: 200, body: { id: 'sub-whatsapp.interaction', status: 'active' } },
      },
    ],
  },
}
