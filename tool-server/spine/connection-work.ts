import { sql } from 'kysely'
import type { Connection, Millis, Tx } from '../define.ts'
import { at } from './db.ts'
import type { Job } from './jobs.ts'
import type { Outbox } from './outbox.ts'

// What is under way for a connection, when somebody connects it anew or ends it.
type Whose = Pick<Connection, 'tenant' | 'id'>
const its = ({ tenant, id }: Whose) => sql`tenant_id = ${tenant} and connection_id = ${id}`

// Whatever rests until it is let in, or until its time has come, finds out at once.
export const hasten = async (tx: Tx, whose: Whose, now: Millis): Promise<void> => {
  await sql`update job set state = 'ready', run_at = ${at(now)} where ${its(whose)} and (kind in ('pull', 'watch') and state in ('scheduled', 'ready') or state = 'ready' and error_code = 'disconnected')`.execute(tx)
}

// Nothing is asked or told there any more. Whoever waits for a command's answer hears that there is none. keeps: of commands whose key begins so, that they may be tried again once it is connected anew.
export const stopWork = async (tx: Tx, whose: Whose, { now, buried, keeps }: { now: Millis; buried: Outbox['buried']; keeps: string }): Promise<number> => {
  await sql`delete from job where ${its(whose)} and kind in ('pull', 'watch')`.execute(tx) // one that runs is fenced
  for (const table of ['pull_cursor', 'pull_item', 'trouble']) await sql`delete from ${sql.table(table)} where ${its(whose)}`.execute(tx) // connected again, all of it is read anew
  const { rows } = await sql<Job>`update job set state = case when starts_with(key, ${keeps}) then 'dead' else 'dropped' end, finished_at = ${at(now)}, error_code = 'disconnected', error = 'its connection was ended' where ${its(whose)} and kind = 'command' and state in ('scheduled', 'ready')
    returning tenant_id, id, seq, kind, name, key, connection_id, person_id, serial, lane, attempts, fence, uncertain_since, args_sealed, then_flow, trace, span, run_at, leased_until`.execute(tx)
  for (const job of rows) await buried(tx, job, 'disconnected', job.uncertain_since !== null)
  return rows.length
}
