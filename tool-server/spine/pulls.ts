import { sql } from 'kysely'
import type { At, Connection, Connector, Delivery, Lane, Millis, Pull, Tx } from '../define.ts'
import { AppError } from '@portero/shared'
import type { Clock } from './clock.ts'
import type { Connections } from './connections.ts'
import { at, type Db } from './db.ts'
import { misfit, turnsOf } from './inbox.ts'
import { enqueue, rearm, type Job } from './jobs.ts'
import type { Log } from './log.ts'
import type { Metrics } from './metrics.ts'
import type { WayOut } from './outbox.ts'
import { recurringOf } from './recurring.ts'
import type { Registry } from './registry.ts'
import { currentTrace } from './trace.ts'
import { Fenced } from './turns.ts'
import type { Vault } from './vault.ts'
import { webhookUrl } from './webhooks.ts'

// Pulls close what pushes lost. Deliveries and the new cursor are one transaction, so nothing is skipped and nothing is lost in between.
type Needs = { db: Db; clock: Clock; log: Log; vault: Vault; registry: Registry; connections: Connections; http: WayOut; metrics: Metrics; publicBaseUrl: string; shadow?: boolean; wake(lane: Lane): void } // shadow: nothing is made at a vendor
type Cursor = { cursor: string | null; generation: number; sweeping: boolean }

const watchAgainMs: Millis = 24 * 3_600_000
const renewBefore = 0.2 // of the time that is left

export const makePulls = (needs: Needs) => {
  const { db, clock, log, vault, registry, connections, http, metrics, publicBaseUrl, shadow = false, wake } = needs

  const reached = async (job: Job, signal: AbortSignal): Promise<{ connector: Connector; connection: Connection; at: At<unknown> }> => {
    const connection = job.connection_id ? await connections.byId(db.bare, job.connection_id) : undefined
    const connector = connection && registry.connectors.get(connection.vendor)
    if (!connection || !connector) throw new AppError('disconnected', `the connection of ${job.name} cannot be used`)
    return { connector, connection, at: { http: http(connection, connector, { lane: job.lane, signal, reading: job.kind === 'pull' }), connection, now: clock.now(), signal } }
  }

  const pull = async (job: Job, signal: AbortSignal): Promise<void> => {
    const { connector, connection, at: asker } = await reached(job, signal)
    const source = connector.pulls?.[job.name]
    if (!source) throw new AppError('not_found', `${connector.name} has no pull named ${job.name}`)
    const known = await readCursor(connection, job.name)
    const { deliveries, cursor, more, restart } = await source.pull(known.cursor, asker)
    const misfits = deliveries.map((delivery) => misfit(registry, delivery)).filter((found) => found !== undefined)
    if (misfits[0]) throw misfits[0] // the cursor stays where it is: nothing is passed over
    await db.tx(async (tx) => {
      const next: Cursor = restart ? { cursor: null, generation: known.generation + 1, sweeping: true } : { cursor, generation: known.generation, sweeping: known.sweeping && more === true }
      const now = clock.now()
      const atOnce = more || (restart && !known.sweeping) // a cursor that dies while its own full pull is under way may die for ever
      if (!(await rearm(tx, job, { until: atOnce ? now : now + source.everyMs, now }))) throw new Fenced()
      if (!restart) await seen(tx, connection, job.name, { deliveries, generation: known.generation })
      const finished = known.sweeping && !restart && !more
      const gone = finished ? await sweep(tx, connection, job.name, source, known.generation) : []
      // In a sweep everything is told anew, under the new generation; outside of one, what was told is known by its id.
      const turns = await turnsOf({ vault, clock, registry }, tx, connection, { deliveries: restart ? [] : [...deliveries, ...gone], trace: currentTrace() ?? job.trace, span: job.ownSpan, age: known.sweeping ? `g${known.generation}:` : '' })
      await enqueue(tx, turns)
      await writeCursor(tx, connection, job.name, next)
      for (const lane of new Set([...turns.map((turn) => turn.lane), job.lane])) db.afterCommit(() => wake(lane))
    })
    if (restart) log.warn('pull.restarted', { connection: connection.id, pull: job.name })
  }

  const readCursor = async (connection: Connection, name: string): Promise<Cursor> => {
    const row = await db.bare.selectFrom('pull_cursor').select(['cursor', 'generation', 'sweeping']).where('tenant_id', '=', connection.tenant).where('connection_id', '=', connection.id).where('name', '=', name).executeTakeFirst()
    return row ?? { cursor: null, generation: 0, sweeping: false }
  }
  const writeCursor = async (tx: Tx, connection: Connection, name: string, { cursor, generation, sweeping }: Cursor): Promise<void> => {
    await sql`insert into pull_cursor (tenant_id, connection_id, name, cursor, generation, sweeping, pulled_at) values (${connection.tenant}, ${connection.id}, ${name}, ${cursor}, ${generation}, ${sweeping}, ${at(clock.now())})
      on conflict (tenant_id, connection_id, name) do update set cursor = excluded.cursor, generation = excluded.generation, sweeping = excluded.sweeping, pulled_at = excluded.pulled_at`.execute(tx)
  }
  const watch = async (job: Job, signal: AbortSignal): Promise<void> => {
    if (shadow) return rest(job)
    const { connector, connection, at: asker } = await reached(job, signal)
    const { expiresAt, mended = 0 } = (await connector.watch?.ensure({ ...asker, webhookUrl: webhookUrl(publicBaseUrl, connection) })) ?? { expiresAt: null }
    if (mended > 0) {
      log.warn('watch.mended', { connection: connection.id, vendor: connection.vendor, count: mended })
      metrics.mended.inc({ vendor: connection.vendor }, mended)
    }
    const now = clock.now()
    const until = expiresAt === null ? now + (connector.watch?.everyMs ?? watchAgainMs) : now + Math.max(60_000, (expiresAt - now) * (1 - renewBefore))
    if (!(await rearm(db.bare, job, { until, now }))) throw new Fenced()
  }

  const rest = async (job: Job): Promise<void> => {
    if (!(await rearm(db.bare, job, { until: clock.now() + watchAgainMs, now: clock.now() }))) throw new Fenced()
  }

  // Every pull and watch of every connection has its row; those already there keep their time.
  const ensure = async (): Promise<void> => {
    const now = clock.now()
    const jobs = (await connections.all(db.bare)).flatMap((connection) => recurringOf(clock, connection, registry.connectors.get(connection.vendor), now))
    await enqueue(db.bare, jobs)
  }

  return { pull, watch, ensure }
}

const seen = async (tx: Tx, connection: Connection, name: string, { deliveries, generation }: { deliveries: Delivery[]; generation: number }): Promise<void> => {
  const items = [...new Set(deliveries.flatMap(({ item = [] }) => item))]
  if (items.length === 0) return
  await sql`insert into pull_item (tenant_id, connection_id, name, item, generation) values ${sql.join(items.map((item) => sql`(${connection.tenant}, ${connection.id}, ${name}, ${item}, ${generation})`))}
    on conflict (tenant_id, connection_id, name, item) do update set generation = excluded.generation`.execute(tx)
}
const sweep = async (tx: Tx, connection: Connection, name: string, source: Pull<unknown>, generation: number): Promise<Delivery[]> => {
  const { rows } = await sql<{ item: string }>`delete from pull_item where tenant_id = ${connection.tenant} and connection_id = ${connection.id} and name = ${name} and generation < ${generation} returning item`.execute(tx)
  return rows.length === 0 ? [] : (source.gone?.(rows.map(({ item }) => item).toSorted(), connection) ?? [])
}
