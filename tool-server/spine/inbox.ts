import { createHash } from 'node:crypto'
import { sql } from 'kysely'
import { z } from 'zod'
import { AppError } from '@portero/shared'
import type { Connection, Delivery, Inbound, Lane, Millis, Tx } from '../define.ts'
import { newId, type Clock } from './clock.ts'
import type { Connections } from './connections.ts'
import { at, type Db } from './db.ts'
import { enqueue, type NewJob } from './jobs.ts'
import { faultCode, faultFields, faultName } from './fault.ts'
import type { Log } from './log.ts'
import { editsIn, mended, mendPlace } from './mend.ts'
import type { Metrics } from './metrics.ts'
import type { Registry } from './registry.ts'
import { currentSpan } from './trace.ts'
import type { Vault } from './vault.ts'

// Raw deliveries: stored as they came, acknowledged once durable, parsed afterwards.
export type Inbox = {
  accept(connection: Connection, inbound: Inbound, trace: string): Promise<'stored' | 'repeated'>
  waiting(): number // deliveries that are not stored yet
  isFull(): boolean // so much waits to be stored that more would only grow in memory: the vendor comes again
  parseSome(): Promise<number> // rows that were looked at
}

type Needs = { db: Db; clock: Clock; vault: Vault; connections: Connections; registry: Registry; log: Log; metrics: Metrics; wake(what: Lane | 'inbox'): void }
type Row = { tenant: string; id: string; connection: string; sha256: Buffer; sealed: Buffer; trace: string; span: string | undefined; now: Millis }
type Unread = { id: string; raw_sealed: Buffer | null; mend_sealed: Buffer | null; trace: string; span: string | null }
type Waiting = { row: Row; resolve(how: 'stored' | 'repeated'): void; reject(thrown: unknown): void }

const mostPerInsert = 100
const mostPerParse = 50
const mostWaiting = { rows: 2_000, bytes: 64 * 2 ** 20 } // about a second's worth: whoever waits longer is given up by some vendors, and comes twice

// What is kept of a request: a line of JSON with what a parser may need, then the bytes as they came.
const envelope = z.strictObject({ method: z.string(), url: z.string(), headers: z.record(z.string(), z.string()) })
export const pack = ({ method, url, headers, rawBody }: Inbound): Buffer => Buffer.concat([Buffer.from(`${JSON.stringify({ method, url, headers })}\n`), rawBody])
export const unpack = (packed: Buffer): Inbound => {
  const end = packed.indexOf('\n')
  return { ...envelope.parse(JSON.parse(packed.subarray(0, end).toString())), rawBody: packed.subarray(end + 1) }
}

export const makeInbox = (needs: Needs): Inbox => {
  const { db, clock, vault, connections, registry, log, metrics, wake } = needs
  const waiting: Waiting[] = []
  const insertsAtOnce = db.engine.name === 'pglite' ? 1 : 2
  let inserting = 0
  let storing = 0
  let waitingBytes = 0

  // Deliveries that arrive while an insert is under way share the next one: one commit for many, and each still waits for its own.
  const flush = async (): Promise<void> => {
    if (inserting >= insertsAtOnce) return
    inserting++
    while (waiting.length > 0) {
      const together = waiting.splice(0, mostPerInsert)
      for (const { row } of together) waitingBytes -= row.sealed.length
      try {
        await store(together)
      } catch (thrown) {
        // One row that can't be stored must not take the others with it; a database that can't be reached takes all.
        if (together.length === 1 || !isDataFault(thrown)) for (const { reject } of together) reject(thrown)
        else for (const one of together) await store([one]).catch(one.reject)
      }
    }
    inserting--
  }
  const store = async (together: Waiting[]): Promise<void> => {
    storing += together.length
    try {
      await insert(together)
    } finally {
      storing -= together.length
    }
  }
  const insert = async (together: Waiting[]): Promise<void> => {
    db.engine.room()
    const rows = sql.join(together.map(({ row }) => sql`(${row.tenant}, ${row.id}, ${row.connection}, ${row.sha256}, ${row.sealed}, ${row.trace}, ${row.span ?? null}, ${at(row.now)})`))
    const { rows: stored } = await sql<{ id: string }>`insert into inbox (tenant_id, id, connection_id, sha256, raw_sealed, trace, span, received_at) values ${rows} on conflict (tenant_id, connection_id, sha256) do nothing returning id`.execute(db.bare)
    const ids = new Set(stored.map(({ id }) => id))
    for (const { row, resolve } of together) resolve(ids.has(row.id) ? 'stored' : 'repeated')
    if (ids.size > 0) wake('inbox')
  }

  // Parsing has no effect outside the database, so one transaction under the connection's lock is all it needs: no lease, no fence,
  // and what arrived in order is parsed in order. (no key update: inserts into the inbox take a key share of the same row)
  const parseSome = async (): Promise<number> =>
    db.tx(async (tx) => {
      const { rows: [next] } = await sql<{ tenant_id: string; id: string }>`select tenant_id, id from connection c
        where exists (select 1 from inbox i where i.tenant_id = c.tenant_id and i.connection_id = c.id and i.state = 'new') limit 1 for no key update skip locked`.execute(tx)
      if (!next) return 0
      const { rows } = await sql<Unread & { received_at: Millis }>`select id, raw_sealed, mend_sealed, trace, span, received_at from inbox
        where tenant_id = ${next.tenant_id} and connection_id = ${next.id} and state = 'new' order by seq limit ${mostPerParse}`.execute(tx)
      const connection = await connections.byId(tx, next.id)
      const jobs: NewJob[] = []
      const parsed: string[] = []
      for (const row of rows) {
        try {
          if (!connection) throw new AppError('disconnected', 'its connection cannot be used any more')
          const outcome = await parseOne(tx, connection, row)
          jobs.push(...outcome.jobs)
          if (outcome.misfit) throw outcome.misfit
          parsed.push(row.id)
        } catch (thrown) {
          await setDead(tx, next.tenant_id, row.id, thrown)
        }
      }
      if (parsed.length > 0) await sql`update inbox set state = 'parsed', parsed_at = ${at(clock.now())}, error_code = null, error = null where tenant_id = ${next.tenant_id} and id in (${sql.join(parsed)})`.execute(tx)
      await enqueue(tx, jobs)
      for (const lane of new Set(jobs.map((job) => job.lane))) db.afterCommit(() => wake(lane))
      metrics.parsed.inc({ outcome: 'parsed' }, parsed.length)
      metrics.parsed.inc({ outcome: 'dead' }, rows.length - parsed.length)
      return rows.length
    })

  // A batch with one delivery that fits no flow: the others go on, and the row is dead until it is replayed after a fix; the keys see to it that nothing happens twice.
  const parseOne = async (tx: Tx, connection: Connection, row: Unread): Promise<{ jobs: NewJob[]; misfit?: AppError }> => {
    const webhook = registry.connectors.get(connection.vendor)?.webhook
    if (!webhook || !row.raw_sealed) throw new AppError('not_found', webhook ? 'its bytes are gone' : `${connection.vendor} sends no webhooks here`)
    const corrections = row.mend_sealed ? editsIn(await vault.open(tx, connection.tenant, mendPlace(row.id), row.mend_sealed)) : []
    const deliveries = webhook.parse(mended(unpack(await vault.open(tx, connection.tenant, place(row.id), row.raw_sealed)), corrections), connection)
    const misfits = deliveries.map((delivery) => misfit(registry, delivery)).filter((found) => found !== undefined)
    const fitting = deliveries.filter((delivery) => !misfit(registry, delivery))
    const jobs = await turnsOf({ vault, clock, registry }, tx, connection, { deliveries: fitting, trace: row.trace, span: row.span ?? undefined })
    return { jobs, ...(misfits[0] && { misfit: misfits[0] }) }
  }

  const setDead = async (tx: Tx, tenant: string, id: string, thrown: unknown): Promise<void> => {
    const code = thrown instanceof AppError ? thrown.code : 'invalid_input'
    const error = thrown instanceof AppError ? thrown.message : `the parser failed: ${faultName(thrown)}`
    log.warn('inbox.dead', { id, ...faultFields(thrown), code })
    await sql`update inbox set state = 'dead', parsed_at = ${at(clock.now())}, error_code = ${code}, error = ${error} where tenant_id = ${tenant} and id = ${id}`.execute(tx)
  }

  return {
    async accept(connection, inbound, trace) {
      const id = newId(clock)
      const sealed = await vault.seal(db.bare, { tenant: connection.tenant }, place(id), pack(inbound))
      const sha256 = fingerprint(inbound, registry.connectors.get(connection.vendor)?.webhook?.identity ?? [])
      const stored = new Promise<'stored' | 'repeated'>((resolve, reject) => {
        waitingBytes += sealed.length
        waiting.push({ row: { tenant: connection.tenant, id, connection: connection.id, sha256, sealed, trace, span: currentSpan(), now: clock.now() }, resolve, reject })
      })
      void flush()
      return stored
    },
    waiting: () => waiting.length + storing,
    isFull: () => waiting.length >= mostWaiting.rows || waitingBytes >= mostWaiting.bytes,
    parseSome,
  }
}

// Deliveries become turns of their flows; the delivery's id under its connection is the dedupe memory. age tells a full pull's turns from those before it.
type Told = { deliveries: readonly Delivery[]; trace: string; span?: string | undefined; age?: string }
export const turnsOf = async ({ vault, clock, registry }: Pick<Needs, 'vault' | 'clock' | 'registry'>, tx: Tx, connection: Connection, { deliveries, trace, span, age = '' }: Told): Promise<NewJob[]> => {
  const now = clock.now()
  const jobs: NewJob[] = []
  for (const delivery of deliveries) {
    const id = newId(clock)
    const args = await vault.seal(tx, { tenant: connection.tenant }, `job.args:${id}`, JSON.stringify(delivery.payload))
    const serial = delivery.serial ?? registry.flows.get(delivery.flow)?.serial?.(delivery.payload)
    jobs.push({ tenant: connection.tenant, id, kind: 'turn', name: delivery.flow, key: `delivery:${connection.id}:${age}${delivery.id}`, connection: connection.id, serial, lane: delivery.lane ?? 'live', runAt: now, args, trace, span, now })
  }
  return jobs
}

export const misfit = (registry: Registry, { flow, payload, id, serial, item }: Delivery): AppError | undefined => {
  const known = registry.flows.get(flow)
  if (!known) return new AppError('not_found', `a delivery is for the flow ${flow}, which does not exist`)
  const parsed = known.payload.safeParse(payload)
  if (!parsed.success) return new AppError('invalid_input', `a delivery does not fit the flow ${flow}`)
  const names = [id, serial ?? known.serial?.(parsed.data), ...[item ?? []].flat()].filter((name) => name !== undefined)
  if (names.every(isStorable)) return undefined
  return new AppError('invalid_input', `a delivery for the flow ${flow} has an id that cannot be stored`)
}

// PostgreSQL takes no NUL in text, and no key over a third of a page: such a name would fail the whole batch, again and again.
const isStorable = (name: string): boolean => name.length > 0 && name.length <= 500 && !name.includes('\0')

export const place = (id: string): string => `inbox.raw:${id}`
const isDataFault = (thrown: unknown): boolean => /^2[23]/.test(faultCode(thrown) ?? '')

// The same bytes to the same address are the same delivery, unless the vendor tells them apart by a header.
export const fingerprint = (inbound: Inbound, identity: readonly string[]): Buffer => {
  const hash = createHash('sha256').update(`${inbound.method} ${inbound.url}\n`)
  for (const name of identity) hash.update(`${name}: ${inbound.headers[name] ?? ''}\n`)
  return hash.update(inbound.rawBody).digest()
}
