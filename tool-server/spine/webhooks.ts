import express, { Router, type Request, type Response } from 'express'
import { AppError } from '@portero/shared'
import type { Connection, Connector, Inbound } from '../define.ts'
import type { Clock } from './clock.ts'
import type { Connections } from './connections.ts'
import type { Db } from './db.ts'
import { refuse } from './doors.ts'
import type { Inbox } from './inbox.ts'
import { faultFields } from './fault.ts'
import type { Log } from './log.ts'
import type { Metrics } from './metrics.ts'
import type { Registry } from './registry.ts'
import { currentTrace, newTrace } from './trace.ts'

// Where vendors knock: connection found, signature checked over the raw bytes, one row, 2xx. Nothing is parsed here, so nothing can go wrong after the row.
type Needs = { db: Db; clock: Clock; log: Log; metrics: Metrics; registry: Registry; connections: Connections; inbox: Inbox; publicBaseUrl: string; mostBytes: number }

export const webhooks = (needs: Needs): Router => {
  const { db, clock, log, metrics, registry, connections, inbox, publicBaseUrl, mostBytes } = needs

  const knock = async (request: Request, response: Response): Promise<void> => {
    const vendor = String(request.params['vendor'])
    const connector = registry.connectors.get(vendor)
    if (!connector?.webhook) return refuse(response, 'not_found', { say: 'No vendor by that name sends webhooks here.' })
    const count = (outcome: string): void => metrics.webhooks.inc({ vendor, outcome })
    const inbound = inboundOf(request, publicBaseUrl)
    const connection = await addressee(connector, request.params['connection'], inbound)
    if (!connection) {
      count('unknown-connection')
      return refuse(response, 'not_found', { say: `No connection by that name receives webhooks of ${vendor}.` })
    }
    const handshake = connector.webhook.handshake?.(inbound, connection)
    if (handshake) {
      count('handshake')
      return void response.status(handshake.status).type(handshake.type).set('x-content-type-options', 'nosniff').send(handshake.body)
    }
    if (request.method !== 'POST') return refuse(response, 'not_found', { say: 'Webhooks arrive here by POST.' })
    try {
      connector.webhook.verify(inbound, connection, clock.now())
    } catch (thrown) {
      if (!(thrown instanceof AppError)) log.error('webhook.verify-failed', { vendor, connection: connection.id, ...faultFields(thrown) })
      count('refused')
      // A connector's own refusals are fixed sentences; anything else that is thrown says nothing outside.
      return thrown instanceof AppError ? refuse(response, thrown.code, { say: thrown.message }) : refuse(response, 'unauthorized')
    }
    const how = await inbox.accept(connection, inbound, currentTrace() ?? newTrace(clock))
    count(how)
    response.status(200).json({ ok: true, repeated: how === 'repeated' })
  }

  const addressee = async (connector: Connector, id: unknown, inbound: Inbound): Promise<Connection | undefined> => {
    const all = (await connections.all(db.bare)).filter(({ vendor }) => vendor === connector.name)
    if (typeof id === 'string') return all.find((connection) => connection.id === id)
    const account = connector.webhook?.connectionOf?.(inbound)
    const meant = account === undefined ? all : all.filter((connection) => connection.account === account)
    return meant.length === 1 ? meant[0] : undefined
  }

  const door = Router()
  // inflate: false, since a signature is over the bytes as they were sent.
  door.all(['/webhooks/:vendor', '/webhooks/:vendor/:connection'], express.raw({ type: () => true, limit: mostBytes, inflate: false }), knock)
  return door
}

// The URL that the vendor was given is ours by configuration; the Host header is anybody's.
const inboundOf = (request: Request, publicBaseUrl: string): Inbound => ({
  method: request.method,
  url: publicBaseUrl + request.originalUrl,
  headers: Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : value])),
  rawBody: Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0),
})
