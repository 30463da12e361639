import { sql, type Kysely } from 'kysely'
import type { DB } from '../define.ts'
import type { Clock } from './clock.ts'
import { at, type Db } from './db.ts'

// Dead letters: raw deliveries that no parser understood, and jobs that gave up. Nothing here goes away by itself.
export type Dead = { id: string; kind: string; name: string; code: string; error: string; uncertain: boolean }

export const listDead = async (db: Db): Promise<Dead[]> => {
  const { rows } = await sql<Dead>`select id, 'delivery' as kind, connection_id::text as name, coalesce(error_code, '') as code, coalesce(error, '') as error, false as uncertain, received_at as since from inbox where state = 'dead'
    union all select id, kind, name, coalesce(error_code, ''), coalesce(error, ''), uncertain_since is not null, created_at from job where state = 'dead' order by since limit 1000`.execute(db.bare)
  return rows
}

// A command whose outcome is unknown and that must not happen twice goes on only where a human is sure; others look first and then act.
// on: where it belongs to more that is done at once.
type Replaying = { db: Db; clock: Clock; on?: Kysely<DB> }
export const replayDead = async ({ db, clock, on = db.bare }: Replaying, { id, sure }: { id?: string; sure: boolean }): Promise<number> => {
  const one = id ? sql`and id = ${id}` : sql``
  const deliveries = await sql`update inbox set state = 'new', parsed_at = null where state = 'dead' and raw_sealed is not null ${one}`.execute(on)
  const jobs = await sql`update job set state = 'ready', run_at = ${at(clock.now())}, due_at = ${at(clock.now())}, attempts = 0, finished_at = null ${sure ? sql`, uncertain_since = null` : sql``} where state = 'dead' ${one}`.execute(on)
  if (db.engine.name === 'postgres') await sql`select pg_notify('portero_job', '')`.execute(on) // the running servers begin at once
  return Number(deliveries.numAffectedRows ?? 0) + Number(jobs.numAffectedRows ?? 0)
}
