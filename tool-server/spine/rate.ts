import { sql, type RawBuilder } from 'kysely'
import { AppError } from '@portero/shared'
import type { Connection, Lane, Millis } from '../define.ts'
import type { Clock } from './clock.ts'
import { at, type Db } from './db.ts'

// One token bucket a connection in the database, and one for each path that has a limit of its own, so that all replicas together stay below what the vendor allows.
const reserved: Record<Lane, number> = { live: 0, sync: 0.2, bulk: 0.5 } // the share of the bucket that a lane leaves to the more urgent ones
// Replicas' clocks differ by a little, which costs nothing. One that is further ahead was wrong; waiting for it would stop us for as long, so one call starts the bucket anew.
const mostSkewMs: Millis = 60_000

type Needs = { db: Db; clock: Clock }
type Limit = { perSecond: number; burst?: number; path?: string } // path: how the calls end that it is for; without it, all
export const takeToken = async (needs: Needs, connection: Pick<Connection, 'tenant' | 'id'>, limit: Limit, lane: Lane): Promise<void> => {
  const retryAfterMs = await take(needs, connection, limit, lane).catch((thrown: unknown) => {
    throw thrown instanceof AppError ? thrown : new AppError('unavailable', 'the budget of calls could not be read', { cause: thrown, arrived: 'no' })
  })
  if (retryAfterMs > 0) throw new AppError('throttled', `connection ${connection.id} has spent its ${limit.perSecond} calls${limit.path === undefined ? '' : ` of ${limit.path}`} a second`, { retryAfterMs })
}

// 0: taken. Else how long to wait.
const take = async ({ db, clock }: Needs, { tenant, id }: Pick<Connection, 'tenant' | 'id'>, { perSecond, burst = Math.max(1, perSecond), path = '' }: Limit, lane: Lane): Promise<Millis> => {
  const now = clock.now()
  const wanted = Math.min(burst, 1 + reserved[lane] * burst) // a full bucket serves every lane, or a bucket of one would never serve bulk
  const available = availableAt({ now, burst, perSecond, wanted })
  const { rows } = await sql<{ taken: boolean; available: number | null }>`
    with taken as (
      insert into budget as b (tenant_id, connection_id, path, tokens, filled_at) values (${tenant}, ${id}, ${path}, ${float(burst - 1)}, ${at(now)})
      on conflict (tenant_id, connection_id, path) do update
        set tokens = ${available} - 1, filled_at = case when b.filled_at > ${at(now + mostSkewMs)} then ${at(now)} else greatest(b.filled_at, ${at(now)}) end
        where ${available} >= ${float(wanted)}
      returning true
    )
    select exists (select from taken) as taken, (select ${available} from budget b where b.tenant_id = ${tenant} and b.connection_id = ${id} and b.path = ${path}) as available`.execute(db.bare)
  const [row] = rows
  if (row?.taken) return 0
  // Read beside the upsert, so with four takers at once it may be a token too many: an estimate of when to come back, no promise.
  const missing = Math.max(wanted - (row?.available ?? 0), 0)
  return Math.max(1, Math.ceil((missing / perSecond) * 1000))
}

// What the bucket holds by now: never less for a clock that runs behind, never more than the burst.
const availableAt = ({ now, burst, perSecond, wanted }: { now: Millis; burst: number; perSecond: number; wanted: number }): RawBuilder<number> =>
  sql<number>`case when b.filled_at > ${at(now + mostSkewMs)} then ${float(wanted)}
    else least(${float(burst)}, b.tokens + greatest(0, extract(epoch from ${at(now)} - b.filled_at))::double precision * ${float(perSecond)}) end`
const float = (value: number): RawBuilder<number> => sql<number>`${value}::double precision`
