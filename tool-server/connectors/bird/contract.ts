import { createHash, createHmac } from 'node:crypto'
import type { Contract, Delivery, Failures } from '../../define.ts'
import type { Settings } from './map.ts'

// What Bird CRM sends and answers. The people are invented, and their words unlike anything else here, so that one which leaks is found.
const workspace = '3f0c2a71-58d4-4a0e-9b57-6a1de0c47b15'
const channel = '52ad151f-7b4e-46f9-a5c6-d3318e650c84'
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

// Ours.
const contact = { id: person, phone: '+5215512345678' }
const named = { ...contact, name: 'Ximena Aldrete' }
const connection = '{connection}'
const told = (body: object, id = asked): Delivery => ({
  id: `heard:${id}`, flow: 'messaging.heard',
  payload: { connection, message: id, contact: { ...contact, whatsapp: 'MX.1349007521683', name: 'Ximena Aldrete' }, body, at: Date.UTC(2026, 10, 23, 17, 0, 0, 120) },
})
const toldText = told({ kind: 'text', text: '¿sigue libre el depa de la Roma?' })
const toldSaid = (id: string, payload: object): Delivery => ({ id: `said:${id}`, flow: 'messaging.said', payload: { connection, contact, ...payload } })
const toldBot = toldSaid('e1301afe76d040abdcc0988128255352', {
  message: answered, conversation, body: { kind: 'text', text: '¡Claro! ¿Para cuántas personas?' }, author: 'bot', status: 'sent', at: Date.UTC(2026, 10, 23, 17, 0, 9),
})
const toldDelivered = toldSaid('4a54460d487d4a4fc1e2c6659584e09c', {
  message: byUs, conversation, body: { kind: 'text', text: 'Tu visita quedó para el lunes' }, author: 'portero', status: 'delivered', at: Date.UTC(2026, 10, 23, 17, 6),
})
const toldChanged = (id: string, payload: object): Delivery => ({ id: `changed:${id}`, flow: 'messaging.changed', payload: { connection, conversation, contact: named, ...payload } })
const files = (contentType: string, text?: string): object => ({ type: 'file', file: { ...(text !== undefined && { text }), files: [{ contentType, mediaUrl: 'https://media.api.bird.com/workspaces/w/messages/m/media/f' }] } })
const sample = (name: string, body: object, deliveries: Delivery[]) => ({ name, body, deliveries })

const list = `/workspaces/${workspace}/channels/${channel}/messages`
const query = { limit: '100', phonenumber: '+5215512345678' }

export const contract: Contract<Settings & { baseUrl: string; apiKey: string }> = {
  account: channel,
  settings: (secrets) => ({ baseUrl: 'https://api.bird.com', apiKey: 'access-key-of-the-contract', workspace, channel, signingKeys: [...secrets] }),
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
      sample('whatsapp.inbound: a button', inbound({ body: { type: 'text', text: { actions: [{ type: 'postback', postback: { text: 'Sí, confirmo mi visita', payload: 'tour-1-confirm' } }] } }, replyTo: { id: answered, order: 0, type: 'click' } }), [told({ kind: 'text', text: 'Sí, confirmo mi visita' })]),
      sample('whatsapp.inbound: an image', inbound({ body: { type: 'image', image: { images: [{ mediaUrl: 'https://media.api.bird.com/i', altText: 'mi credencial' }] } } }), [told({ kind: 'image', text: 'mi credencial' })]),
      sample('whatsapp.inbound: a voice note', inbound({ body: files('audio/ogg; codecs=opus') }), [told({ kind: 'audio', text: '' })]),
      sample('whatsapp.inbound: a video', inbound({ body: files('video/mp4', 'así está la cocina') }), [told({ kind: 'video', text: 'así está la cocina' })]),
      sample('whatsapp.inbound: a document', inbound({ body: files('application/pdf') }), [told({ kind: 'file', text: '' })]),
      sample('whatsapp.inbound: a place', inbound({ body: { type: 'location', location: { coordinates: { latitude: 19.4178, longitude: -99.1621 }, location: { label: 'Fuente de Cibeles', address: 'Plaza Villa de Madrid' } } } }), [
        told({ kind: 'location', text: 'Fuente de Cibeles, Plaza Villa de Madrid' }),
      ]),
      sample('whatsapp.inbound: something that we do not know', inbound({ body: { type: 'reaction', reaction: { emoji: '👍' } } }), [told({ kind: 'other', text: '' })]),
      sample('whatsapp.outbound by the bot', outbound({ id: answered, context: context(answered), body: words('¡Claro! ¿Para cuántas personas?'), status: 'sent' }), [toldBot]),
      sample('whatsapp.outbound by a person of ours, without its words', outbound({ id: byStaff, sender: { ...us, type: 'user' }, status: 'accepted', createdAt: '2026-11-23T17:05:00.000Z', updatedAt: '2026-11-23T17:05:01.000Z' }), [
        toldSaid('89cd0b048dcef8f1fb3ee1e39f334dc1', { message: byStaff, author: 'human', status: 'accepted', at: Date.UTC(2026, 10, 23, 17, 5) }),
      ]),
      sample('whatsapp.outbound by us', outbound(sentByUs), [toldDelivered]),
      sample('whatsapp.outbound that failed', outbound({ ...sentByUs, status: 'delivery_failed', reason: 'window closed', failure: { code: 131047 }, updatedAt: '2026-11-23T17:06:04.500Z' }), [
        { ...toldDelivered, id: 'said:cf90de9886aa7579bba4411615f73ec3', payload: { ...toldDelivered.payload, status: 'failed' } },
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
      sample('another kind of event', { service: 'channels', event: 'sms.inbound', payload: { text: 'un mensaje de texto' } }, []),
    ],
    malformed: [
      { name: 'no JSON', body: 'hola' },
      { name: 'no event', body: { hello: 'there' } },
      { name: 'a message without its channel', body: inbound({ channelId: undefined }) },
      { name: 'a message without its sender', body: inbound({ sender: {} }) },
      { name: 'a text without words', body: inbound({ body: { type: 'text' } }) },
      { name: 'a message without its receiver', body: outbound({ ...sentByUs, receiver: { contacts: [] } }) },
      { name: 'a reading of nothing', body: { ...readByAna, payload: { ...readByAna.payload, messageId: undefined } } },
      { name: 'a conversation with nobody in it', body: changed('conversation.created', { ...thread, featuredParticipants: [] }) },
    ],
  },

  does: {
    'messaging.send-text': {
      args: { to: named, text: 'Tu visita quedó para el lunes' }, key: 'tour:1:say', result: { message: byUs },
      exchanges: [{
        ask: {
          method: 'POST', path: list, headers: { authorization: 'AccessKey access-key-of-the-contract' },
          body: { receiver: { contacts: [{ identifierKey: 'phonenumber', identifierValue: '+5215512345678' }] }, body: words('Tu visita quedó para el lunes'), reference: 'portero:tour:1:say' },
        },
        tell: { status: 202, body: { id: byUs, channelId: channel, status: 'accepted', reference: 'portero:tour:1:say' } },
      }],
      lookUp: {
        found: [
          { ask: { method: 'GET', path: list, query }, tell: { status: 200, body: { results: [{ id: answered, reference: '' }], nextPageToken: 'cGFnZTI' } } },
          { ask: { method: 'GET', path: list, query: { ...query, pageToken: 'cGFnZTI' } }, tell: { status: 200, body: { results: [{ id: byUs, reference: 'portero:tour:1:say' }], nextPageToken: null } } },
        ],
        missing: [{ ask: { method: 'GET', path: list, query }, tell: { status: 200, body: { results: [{ id: answered, reference: 'portero:tour:2:say' }] } } }],
      },
    },
  },

  reads: {
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
}
