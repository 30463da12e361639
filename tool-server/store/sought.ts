import { sql, type RawBuilder } from 'kysely'
import type { Millis } from '../define.ts'
import { at } from '../spine/db.ts'

// Which conversations somebody of ours looks for.
export const soughtStates = ['bot', 'human', 'paused', 'unanswered', 'escalated'] as const
export type Sought = { state?: (typeof soughtStates)[number] | undefined; from?: Millis | undefined; to?: Millis | undefined; people?: readonly string[] | undefined } // from, to: of the last message; to: not in it any more

// e: an escalation. Somebody of ours was called, and nobody has come, or nobody has answered.
export const isWaiting = sql`e.closed_at is null and (e.reason = 'unanswered' or e.seen_at is null)`

// heading: a conversation with who, when, its state, and whether it is unanswered.
export const isSought = ({ state, from, to, people }: Sought, tenant: string): RawBuilder<unknown> => sql`${stateIs(state, tenant)}
  ${from === undefined ? sql`` : sql`and at >= ${at(from)}`} ${to === undefined ? sql`` : sql`and at < ${at(to)}`} ${people === undefined ? sql`` : sql`and person = any(${[...people]}::uuid[])`}`
const stateIs = (state: Sought['state'], tenant: string): RawBuilder<unknown> => {
  if (state === undefined) return sql`true`
  if (state === 'unanswered') return sql`unanswered`
  if (state === 'escalated') return sql`exists (select 1 from escalation e where e.tenant_id = ${tenant} and e.conversation_id = heading.id and e.closed_at is null)`
  return sql`state = ${state}`
}
