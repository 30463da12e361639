import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { AppError } from '@portero/shared'
import type { Connection, Connector, Inbound, Millis } from '../define.ts'
import type { Clock } from './clock.ts'
import type { Connections } from './connections.ts'
import type { Db } from './db.ts'
import { answer, refuse, refuseFault } from './doors.ts'
import type { Inbox } from './inbox.ts'
import { faultFields } from './fault.ts'
import { refuseOddJson } from './json-shape.ts'
import { homeOf, type Limits } from './knocks.ts'
import type { Log } from './log.ts'
import type { Metrics } from './metrics.ts'
import type { Registry } from './registry.ts'
import { noSpans, type Spans } from './spans.ts'
import { inTrace, newTrace, toldBy } from './trace.ts'

// Where vendors knock: connection found, signature checked over the raw bytes, one row, 2xx. Nothing is parsed here, so nothing can go wrong after the row.
// Plain Node instead of Express, whose router and answers took a third of a delivery's time (npm run bench -- ingest).
type Needs = { db: Db; clock: Clock; log: Log; metrics: Metrics; registry: Registry; connections: Connections; inbox: Inbox; limits: Limits; publicBaseUrl: string; mostBytes: number; started(): boolean; spans?: Spans }

const fullMs: Millis = 5_000
const path = /^\/webhooks\/([^/?]+)(?:\/([^/?]+))?\/?(?:\?|$)/
export const webhookUrl = (publicBaseUrl: string, { vendor, id }: { vendor: string; id: string }): string => `${publicBaseUrl}/webhooks/${vendor}/${id}`
export const isWebhook = (url: string | undefined): boolean => url?.startsWith('/webhooks/') ?? false

export const webhooks = (needs: Needs): RequestListener => {
  const { db, clock, log, metrics, registry, connections, inbox, limits, publicBaseUrl, mostBytes, started, spans = noSpans } = needs

  const knock = async (request: IncomingMessage, response: ServerResponse, trace: string): Promise<void> => {
    const arrived = clock.now()
    if (!started()) return refuse(response, 'unavailable')
    const [, vendor = '', id] = path.exec(request.url ?? '')?.map(decoded) ?? []
    const connector = registry.connectors.get(vendor)
    if (!connector?.webhook) return refuse(response, 'not_found', { say: 'No vendor by that name sends webhooks here.' })
    const count = (outcome: string): void => metrics.webhooks.inc({ vendor, outcome })
    if (inbox.isFull()) return full(response) // before its bytes are taken in
    const inbound = inboundOf(request, await bodyOf(request, mostBytes), publicBaseUrl)
    if (isJson(inbound.rawBody)) refuseOddJson(inbound.rawBody) // some read who it is for before they check who sent it
    const connection = await addressee(connector, id, inbound)
    if (!connection) {
      count('unknown-connection')
      return refuse(response, 'not_found', { say: `No connection by that name receives webhooks of ${vendor}.` })
    }
    const handshake = connector.webhook.handshake?.(inbound, connection)
    if (handshake) {
      count('handshake')
      return answer(response, handshake.status, handshake.body, handshake.type)
    }
    if (request.method !== 'POST') return refuse(response, 'not_found', { say: 'Webhooks arrive here by POST.' })
    try {
      connector.webhook.verify(inbound, connection, clock.now())
    } catch (thrown) {
      if (!(thrown instanceof AppError)) log.error('webhook.verify-failed', { vendor, connection: connection.id, ...faultFields(thrown) })
      count('refused')
      limits.wrong(homeOf(request.socket.remoteAddress))
      // A connector's own refusals are fixed sentences; anything else that is thrown says nothing outside.
      return thrown instanceof AppError ? refuse(response, thrown.code, { say: thrown.message }) : refuse(response, 'unauthorized')
    }
    if (inbox.isFull()) return full(response)
    const how = await inbox.accept(connection, inbound, trace)
    count(how)
    metrics.webhookAck.observe({ vendor }, (clock.now() - arrived) / 1_000)
    metrics.webhookLast.set({ vendor }, clock.now() / 1_000)
    answer(response, 200, how === 'repeated' ? '{"ok":true,"repeated":true}' : '{"ok":true,"repeated":false}')
  }

  const addressee = async (connector: Connector, id: string | undefined, inbound: Inbound): Promise<Connection | undefined> => {
    const all = (await connections.all(db.bare)).filter(({ vendor }) => vendor === connector.name)
    if (id) return all.find((connection) => connection.id === id)
    const account = connector.webhook?.connectionOf?.(inbound)
    const meant = account === undefined ? all : all.filter((connection) => connection.account === account)
    return meant.length === 1 ? meant[0] : undefined
  }

  return (request, response) => {
    const told = toldBy(request.headers['traceparent']?.toString())
    const trace = told?.trace ?? newTrace(clock)
    response.setHeader('x-trace-id', trace)
    const connector = registry.connectors.get(path.exec(request.url ?? '')?.[1] ?? '')
    const vendor = connector?.name ?? 'none'
    // Whatever kept us from taking it in, the database or a start that isn't over: the vendor sees the same.
    const countFault = (): void => {
      if (connector?.webhook && response.statusCode >= 500) metrics.webhooks.inc({ vendor, outcome: 'failed' })
    }
    const step = spans.begin({ name: `webhook ${vendor}`, kind: 'server', trace, parent: told?.span, attributes: { 'http.request.method': request.method, 'portero.vendor': vendor } })
    if (spans.isOn) response.once('close', () => step.end({ attributes: { 'http.response.status_code': response.statusCode }, failed: response.statusCode >= 500 ? String(response.statusCode) : undefined }))
    void inTrace(trace, () => knock(request, response, trace).catch((thrown: unknown) => refuseFault(response, thrown, { log, door: '/webhooks' })).then(countFault), step.id)
  }
}

// Answered at once and not written to the log: what is too much already would only be more. That 5xx comes again, all vendors say; of 429 some don't.
const full = (response: ServerResponse): void => {
  response.shouldKeepAlive = false // a body that nobody reads stands in the way of the next one
  refuse(response, 'unavailable', { retryAfterMs: fullMs })
}

const isJson = (rawBody: Buffer): boolean => /^[\s\uFEFF]*[[{]/.test(rawBody.toString('utf8', 0, 64))

const decoded = (part: string | undefined): string => {
  try {
    return decodeURIComponent(part ?? '')
  } catch (cause) {
    throw new AppError('invalid_input', 'a path that is not percent-encoded', { cause })
  }
}

// Not inflated: a signature is over the bytes as they were sent.
const bodyOf = async (request: IncomingMessage, most: number): Promise<Buffer> => {
  if ((request.headers['content-encoding'] ?? 'identity') !== 'identity') throw new AppError('unsupported', 'a compressed webhook')
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>()
  const chunks: Buffer[] = []
  let length = 0
  const refuseIfLong = (bytes: number): boolean => {
    if (bytes <= most) return false
    reject(new AppError('too_large', `a webhook of more than ${most} bytes`))
    return true
  }
  if (refuseIfLong(Number(request.headers['content-length'] ?? 0))) return promise
  request.on('data', (chunk: Buffer) => {
    length += chunk.length
    if (!refuseIfLong(length)) chunks.push(chunk)
  })
  request.once('end', () => resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks)))
  request.once('error', () => reject(new AppError('invalid_input', 'a webhook that broke off')))
  return promise
}

// The URL that the vendor was given is ours by configuration; the Host header is anybody's.
const inboundOf = (request: IncomingMessage, rawBody: Buffer, publicBaseUrl: string): Inbound => ({
  method: request.method ?? '',
  url: publicBaseUrl + request.url,
  headers: { ...request.headers, 'set-cookie': undefined }, // the only one of which Node makes a list, and no request's
  rawBody,
})
