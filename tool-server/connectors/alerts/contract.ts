import type { Contract, Failures } from '../../define.ts'

// What whoever takes alerts may answer. What a 2xx says besides is nobody's concern.
const failures: Failures = {
  unauthorized: { tell: { status: 401, body: { error: 'who are you' } }, code: 'disconnected' },
  missing: { tell: { status: 404, body: 'no such hook' }, code: 'not_found' },
  throttled: { tell: { status: 429, headers: { 'retry-after': '30' }, body: '' }, code: 'throttled', retryAfterMs: 30_000 },
  away: { tell: { status: 503, body: '' }, code: 'unavailable', uncertain: true },
  garbled: { tell: { status: 200, headers: { 'content-type': 'application/json' }, body: '{"ok' }, code: 'bad_response', uncertain: true },
  misshapen: { tell: { status: 200, body: { what: 'ever' } }, result: { status: 200 } },
  lost: { tell: 'lost', code: 'unavailable', uncertain: true },
}
const args = {
  alert: 'connection.key', state: 'begun', severity: 'critical', summary: 'HubSpot ya no acepta la clave de Portero', vendor: 'hubspot', connection: '0193a8b0-0000-7000-8000-000000000001', waiting: 3,
  since: '2026-11-23T17:00:00.000Z', page: 'https://portero.example/console/queue', runbook: 'docs/alerts.md#porteroconnectiontrouble',
}
const ask = { method: 'POST', path: '/hooks/portero', query: { team: 'rentas' }, headers: { 'content-type': 'application/json', 'webhook-id': 'msg_f58c45a247dca269d27032639b6936b2' }, body: { type: 'portero.alert', version: 1, ...args } }

export const contract: Contract = {
  account: 'env',
  settings: () => ({ baseUrl: 'https://alertas.example', path: '/hooks/portero?team=rentas', secret: 'whsec_Y2xhdmUtZGUtY29udHJhdG8tNDcxMS1wYXJhLWFsZXJ0YXM=' }),
  failures,
  does: { 'alerts.tell': { args, key: 'alert:1:key:begun', result: { status: 204 }, exchanges: [{ ask, tell: { status: 204 } }] } },
}
