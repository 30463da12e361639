import type { Contract, Failures } from '@portero/tool-server/define.ts'
import { signEco } from './sign.ts'

// What eco sends and answers. Texts are unlike anything else here, so that one which leaks is found.
type Settings = { baseUrl: string; apiKey: string; signingSecrets: string[] }

const failures: Failures = {
  unauthorized: { tell: { status: 401, body: { error: 'unknown key' } }, code: 'disconnected' },
  missing: { tell: { status: 404, body: { error: 'no such thing' } }, code: 'not_found' },
  throttled: { tell: { status: 429, headers: { 'retry-after': '7' }, body: { error: 'slower' } }, code: 'throttled', retryAfterMs: 7_000 },
  away: { tell: { status: 503, body: { error: 'back soon' } }, code: 'unavailable', uncertain: true },
  garbled: { tell: { status: 200, body: '{"id": "no_' }, code: 'bad_response', uncertain: true },
  misshapen: { tell: { status: 200, body: { not: 'what was promised' } }, code: 'bad_response', uncertain: true },
  lost: { tell: 'lost', code: 'unavailable', uncertain: true },
}

const saturday = { thing_id: 'th_7', text: 'nos vemos el sábado', revision: 3, changed_at: '2026-11-23T17:00:00.000Z' }
const monday = { thing_id: 'th_9', text: 'mejor el lunes temprano', revision: 12, changed_at: '2026-11-23T17:05:00.000Z' }

const said = { id: 'ev_81', type: 'thing.said', at: '2026-11-23T17:00:00.000Z', data: { thing_id: 'th_7', text: '¿sigue libre el depa?', revision: 3, asks: ['post'] } }
const changed = { id: 'ev_82', type: 'thing.changed', at: '2026-11-23T17:00:00.120Z', data: { thing_id: 'th_9', revision: 12 } }
const gone = { id: 'ev_83', type: 'thing.gone', at: '2026-11-23T17:00:01.004Z', data: { thing_id: 'th_2', revision: 5 } }

const toldSaid = { id: 'said:ev_81', flow: 'eco.said', serial: 'eco:th_7', payload: { event: 'ev_81', thing: 'th_7', text: '¿sigue libre el depa?', asks: ['post'] } }
const toldSaturday = { id: 'changed:th_7:3', flow: 'eco.changed', serial: 'eco:th_7', lane: 'sync', payload: { thing: 'th_7', version: 3 }, item: 'th_7' } as const
const toldMonday = { id: 'changed:th_9:12', flow: 'eco.changed', serial: 'eco:th_9', lane: 'sync', payload: { thing: 'th_9', version: 12 }, item: 'th_9' } as const
const toldGone = { id: 'gone:th_2:5', flow: 'eco.gone', serial: 'eco:th_2', lane: 'sync', payload: { thing: 'th_2' }, item: 'th_2' } as const

export const contract: Contract<Settings> = {
  account: 'casa',
  settings: (secrets) => ({ baseUrl: 'http://eco.example', apiKey: 'eco-api-key-of-the-contract', signingSecrets: [...secrets] }),
  failures,

  webhook: {
    account: { 'eco-account': 'casa' },
    sign: ({ body, now }, { signingSecrets: [secret = ''] }) => ({ 'eco-signature': signEco({ body, secrets: [secret], nowMs: now }) }),
    samples: [
      { name: 'thing.said', body: [said], deliveries: [toldSaid] },
      { name: 'thing.changed', body: [changed], deliveries: [toldMonday] },
      { name: 'thing.gone', body: [gone], deliveries: [toldGone] },
      { name: 'a batch, with a kind of event that we have no use for', body: [said, { ...said, id: 'ev_90', type: 'thing.sparkled' }, changed, gone], deliveries: [toldSaid, toldMonday, toldGone] },
      { name: 'fields that we do not know', body: [{ ...gone, shard: 4, data: { ...gone.data, by: 'them' } }], deliveries: [toldGone] },
      { name: 'an empty batch', body: [], deliveries: [] },
    ],
    malformed: [
      { name: 'no JSON', body: 'hola' },
      { name: 'no batch', body: said },
      { name: 'an event without an id', body: [changed, { ...said, id: undefined }] },
      { name: 'one event of a batch without its thing', body: [changed, { ...said, data: { text: 'dime algo más' } }, gone], deliveries: [toldMonday, toldGone] },
    ],
    handshakes: [
      { name: 'a challenge', method: 'GET', query: { challenge: 'c_81' }, reply: { status: 200, type: 'text/plain', body: 'c_81' } },
      { name: 'a challenge that is a page', method: 'GET', query: { challenge: '<script>' }, reply: { status: 404 } },
    ],
  },

  does: {
    'eco.keep': {
      args: { text: 'apunta que le gustó' }, key: 'tour:1:keep', result: { note: 'no_5' },
      exchanges: [{
        ask: { method: 'POST', path: '/notes', headers: { 'idempotency-key': 'tour:1:keep' }, body: { reference: 'tour:1:keep', text: 'apunta que le gustó' } },
        tell: { status: 201, body: { id: 'no_5' } },
      }],
    },
    'eco.set': {
      args: { thing: 'th/7', text: 'nos vemos el sábado' }, key: 'tour:1:set', result: { version: 3 },
      exchanges: [{
        ask: { method: 'PUT', path: '/things/th%2F7', body: { reference: 'tour:1:set', text: 'nos vemos el sábado' } },
        tell: { status: 200, body: saturday },
      }],
    },
    'eco.post': {
      args: { text: 'mejor el lunes temprano' }, key: 'tour:1:post', result: { thing: 'th_9' },
      exchanges: [{
        ask: { method: 'POST', path: '/things', body: { reference: 'tour:1:post', text: 'mejor el lunes temprano' } },
        tell: { status: 201, body: monday },
      }],
      lookUp: {
        found: [{ ask: { method: 'GET', path: '/things', query: { reference: 'tour:1:post' } }, tell: { status: 200, body: { things: [monday] } } }],
        missing: [{ ask: { method: 'GET', path: '/things', query: { reference: 'tour:1:post' } }, tell: { status: 200, body: { things: [] } } }],
      },
    },
    'eco.shout': {
      args: { text: '¡ya llegamos todos!' }, key: 'tour:1:shout', result: { shout: 'sh_2' },
      exchanges: [{
        ask: { method: 'POST', path: '/shouts', body: { reference: 'tour:1:shout', text: '¡ya llegamos todos!' } },
        tell: { status: 201, body: { id: 'sh_2' } },
      }],
      more: [{
        name: 'a 503 that says when to come back was not heard by anybody', code: 'unavailable', retryAfterMs: 3_000,
        exchanges: [{
          ask: { method: 'POST', path: '/shouts', body: { reference: 'tour:1:shout', text: '¡ya llegamos todos!' } },
          tell: { status: 503, headers: { 'retry-after': '3' }, body: { error: 'back soon' } },
        }],
      }],
    },
  },

  reads: {
    'eco.thing': {
      args: ['th_7'], result: { id: 'th_7', text: 'nos vemos el sábado', version: 3, changedAt: Date.UTC(2026, 10, 23, 17) },
      exchanges: [{ ask: { method: 'GET', path: '/things/th_7' }, tell: { status: 200, body: saturday } }],
      but: { missing: { tell: { status: 404, body: { error: 'no such thing' } }, result: undefined } },
    },
  },

  pulls: {
    changes: [
      {
        name: 'everything, in pages', cursor: null, deliveries: [toldSaturday, toldMonday], next: 'since-12',
        exchanges: [
          { ask: { method: 'GET', path: '/changes', query: {} }, tell: { status: 200, body: { things: [saturday], next: 'full-3', more: true } } },
          { ask: { method: 'GET', path: '/changes', query: { cursor: 'full-3' } }, tell: { status: 200, body: { things: [monday], next: 'since-12', more: false } } },
        ],
      },
      {
        name: 'what has changed since, and what is gone', cursor: 'since-3', deliveries: [toldGone, toldMonday], next: 'since-12',
        exchanges: [
          { ask: { method: 'GET', path: '/changes', query: { cursor: 'since-3' } }, tell: { status: 200, body: { things: [{ thing_id: 'th_2', revision: 5, gone: true }, monday], next: 'since-12', more: false } } },
        ],
      },
      {
        name: 'a forgotten cursor: everything anew, and what is not shown is gone', cursor: 'since-1', known: ['th_2', 'th_7'], next: 'since-12',
        deliveries: [toldSaturday, toldMonday, { id: 'gone:th_2', flow: 'eco.gone', serial: 'eco:th_2', lane: 'sync', payload: { thing: 'th_2' }, item: 'th_2' }],
        exchanges: [
          { ask: { method: 'GET', path: '/changes', query: { cursor: 'since-1' } }, tell: { status: 410, body: { error: 'the cursor is forgotten' } } },
          { ask: { method: 'GET', path: '/changes', query: {} }, tell: { status: 200, body: { things: [saturday], next: 'full-3', more: true } } },
          { ask: { method: 'GET', path: '/changes', query: { cursor: 'full-3' } }, tell: { status: 200, body: { things: [monday], next: 'since-12', more: false } } },
        ],
      },
    ],
  },

  watch: {
    expiresAt: Date.UTC(2030, 0, 6),
    exchanges: [{ ask: { method: 'PUT', path: '/subscriptions/casa' }, tell: { status: 200, body: { expires_at: '2030-01-06T00:00:00.000Z' } } }],
  },
}
