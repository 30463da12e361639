import { sql } from 'kysely'
import { z } from 'zod'
import { AppError } from '@portero/shared'
import type { Act } from '../define.ts'
import { stage } from '../domain/leads.ts'
import { at } from '../spine/db.ts'
import { factPlace } from '../spine/tool-bind.ts'
import { handMediaBack } from './media.ts'
import { lockPeople } from './people.ts'
import { agentItems, claimValue, conflictValues, escalationSummary, invitationEmail, leadFacts, messageBody, metTitle, noteText, personEmail, personName, privacyDetails, privacyText, shadowValues } from './places.ts'

// What of one person became another's, by row. Ciphertexts keep the key of whom they were sealed for, but for what is bound to the person's own id.
const keys = { conversation: 'id', lead: 'id', tour: 'id', waitlist: 'id', escalation: 'id', note: 'id', consent: 'id', privacy_case: 'id', counterpart: 'our_id', crm_conflict: 'id', notice_shown: 'version', agent_run: 'id', met: 'id', breach_person: 'breach_id', shadow_row: 'id' } as const
type Table = keyof typeof keys
const tables: readonly Table[] = ['conversation', 'lead', 'tour', 'waitlist', 'escalation', 'note', 'consent', 'privacy_case', 'counterpart', 'crm_conflict', 'notice_shown', 'agent_run', 'met', 'breach_person', 'shadow_row']
const moved = z.strictObject({ claims: z.array(z.strictObject({ kind: z.string(), bidx: z.string() })), rows: z.record(z.string(), z.array(z.string())), unnamed: z.array(z.string()), isNamed: z.boolean(), hasMail: z.boolean().default(false) })
type Moved = z.infer<typeof moved>
export type MergeState = 'proposed' | 'merged' | 'undone' | 'refused'
export type MergeReason = 'told_together' | 'at_odds' | 'by_hand'
export type Merge = { id: string; kept: string; merged: string; state: MergeState }

// Both as they are now, and nobody changes them or adds to them until we are done; whoever hears from them by one of their names waits as well.
export const lockPair = async ({ tx, subject }: Act, people: readonly [string, string], { mergedInto = null }: { mergedInto?: string | null } = {}): Promise<void> => {
  await lockPeople(tx, sql`select unnest(${[...people]}::uuid[]) as id`)
  const { rows } = await sql<{ id: string; merged_into: string | null }>`select id, merged_into from person where tenant_id = ${subject.tenant} and id in (${sql.join(people)}) order by id for update`.execute(tx)
  if (rows.length < 2) throw new AppError('not_found', 'a person to merge is not there')
  // What was merged last is taken back first.
  if (rows.some(({ id, merged_into }) => merged_into !== (id === mergedInto ? null : id === people[1] ? mergedInto : null))) throw new AppError('conflict', 'a person to merge was merged already')
}

// Who of them keeps the deal that is open: whose is further along, else who has been known for longer.
export const furthest = async ({ tx, subject }: Act, people: readonly [string, string]): Promise<[kept: string, merged: string]> => {
  const { rows } = await sql<{ person: string; stage: string }>`select person_id as person, stage from lead where tenant_id = ${subject.tenant} and person_id in (${sql.join(people)}) and stage not in ('won', 'lost')`.execute(tx)
  const stepOf = (id: string): number => stage.options.findIndex((each) => each === rows.find(({ person }) => person === id)?.stage)
  const [kept = people[0], merged = people[1]] = people.toSorted((a, b) => stepOf(b) - stepOf(a) || (a < b ? -1 : 1))
  return [kept, merged]
}

export const moveAll = async (act: Act, from: string, to: string): Promise<Moved> => {
  const { tx, subject: { tenant } } = act
  // Only one conversation of a pair may be without a name.
  const { rows: unnamed } = await sql<{ id: string }>`update conversation c set external_id = 'merged:' || id where tenant_id = ${tenant} and person_id = ${from} and external_id is null
    and exists (select 1 from conversation o where o.tenant_id = ${tenant} and o.person_id = ${to} and o.connection_id = c.connection_id and o.external_id is null) returning id`.execute(tx)
  const rows: Record<string, string[]> = {}
  for (const table of tables) {
    // A second open deal, a second open request of a kind, and a notice that the other was shown as well, stay where they are; so does a meeting with both.
    const { rows: gone } = await sql<{ key: string }>`update ${sql.table(table)} t set person_id = ${to} ${table === 'counterpart' ? sql`, told = split_part(told, ':', 1) || ':moved'` : sql``} where tenant_id = ${tenant} and person_id = ${from}
      ${table === 'lead' ? sql`and (stage in ('won', 'lost') or not exists (select 1 from lead o where o.tenant_id = ${tenant} and o.person_id = ${to} and o.stage not in ('won', 'lost')))` : sql``}
      ${table === 'privacy_case' ? sql`and (closed_at is not null or not exists (select 1 from privacy_case o where o.tenant_id = ${tenant} and o.person_id = ${to} and o.kind = t.kind and o.closed_at is null))` : sql``}
      ${table === 'notice_shown' ? sql`and not exists (select 1 from notice_shown o where o.tenant_id = ${tenant} and o.person_id = ${to} and o.version = t.version)` : sql``}
      ${table === 'breach_person' ? sql`and not exists (select 1 from breach_person o where o.tenant_id = ${tenant} and o.person_id = ${to} and o.breach_id = t.breach_id)` : sql``}
      ${table === 'met' ? sql`and not exists (select 1 from met o where o.tenant_id = ${tenant} and o.person_id = ${to} and o.connection_id = t.connection_id and o.external_id = t.external_id)` : sql``} returning ${sql.ref(keys[table])}::text as key`.execute(tx)
    rows[table] = gone.map(({ key }) => key)
  }
  const { rows: held } = await sql<{ kind: string; bidx: Buffer }>`select kind, value_bidx as bidx from claim where tenant_id = ${tenant} and person_id = ${from}`.execute(tx)
  const claims = held.map(({ kind, bidx }) => ({ kind, bidx: bidx.toString('hex') }))
  await handClaims(act, claims, from, to)
  await sql`update person set merged_into = ${to} where tenant_id = ${tenant} and id = ${from}`.execute(tx)
  return { claims, rows, unnamed: unnamed.map(({ id }) => id), isNamed: await lend(act, from, to, 'name'), hasMail: await lend(act, from, to, 'email') }
}

// Back to whom it came from, sealed with their own key also where it was written meanwhile, so that erasing one of the two erases all of theirs and nothing of the other's.
export const moveBack = async (act: Act, { claims, rows, unnamed, isNamed, hasMail }: Moved, from: string, to: string): Promise<void> => {
  const { tx, subject: { tenant } } = act
  for (const table of tables) {
    if (rows[table]?.length) {
      await sql`update ${sql.table(table)} set person_id = ${to} ${table === 'counterpart' ? sql`, told = split_part(told, ':', 1) || ':moved'` : sql``}
        where tenant_id = ${tenant} and person_id = ${from} and ${sql.ref(keys[table])}::text in (${sql.join(rows[table])})`.execute(tx)
    }
  }
  if (unnamed.length > 0) await sql`update conversation set external_id = null where tenant_id = ${tenant} and id in (${sql.join(unnamed)}) and external_id = 'merged:' || id`.execute(tx)
  await handClaims(act, claims, from, to)
  if (isNamed) await sql`update person set name_sealed = null where tenant_id = ${tenant} and id = ${from}`.execute(tx)
  if (hasMail) await sql`update person set email_sealed = null where tenant_id = ${tenant} and id = ${from}`.execute(tx)
  await sql`update person set merged_into = null where tenant_id = ${tenant} and id = ${to}`.execute(tx)
  const theirs = sql`(select id from conversation where tenant_id = ${tenant} and person_id = ${to})`
  await reseal(act, to, { table: 'message', column: 'body_sealed', place: messageBody, where: sql`conversation_id in ${theirs}` })
  await reseal(act, to, { table: 'tool_fact', column: 'answer_sealed', place: factPlace, where: sql`conversation_id in ${theirs}` })
  await sql`update agent_run set person_id = ${to} where tenant_id = ${tenant} and conversation_id in ${theirs}`.execute(tx)
  await reseal(act, to, { table: 'agent_item', column: 'items_sealed', place: agentItems, where: sql`run_id in (select id from agent_run where tenant_id = ${tenant} and conversation_id in ${theirs})` })
  await handMediaBack(act, from, to)
  await reseal(act, to, { table: 'lead', column: 'facts_sealed', place: leadFacts, where: sql`person_id = ${to}` })
  await reseal(act, to, { table: 'escalation', column: 'summary_sealed', place: escalationSummary, where: sql`person_id = ${to}` })
  await reseal(act, to, { table: 'met', column: 'title_sealed', place: metTitle, where: sql`person_id = ${to}` })
  await reseal(act, to, { table: 'shadow_row', column: 'values_sealed', place: shadowValues, where: sql`person_id = ${to}` })
  await reseal(act, to, { table: 'note', column: 'text_sealed', place: noteText, where: sql`person_id = ${to}` })
  await reseal(act, to, { table: 'privacy_case', column: 'details_sealed', place: privacyDetails, where: sql`person_id = ${to}` })
  await reseal(act, to, { table: 'privacy_step', column: 'text_sealed', place: privacyText, where: sql`case_id in (select id from privacy_case where tenant_id = ${tenant} and person_id = ${to})` })
  for (const role of ['prospect', 'agent']) await reseal(act, to, { table: 'invitation', column: 'email_sealed', key: 'tour_id', place: (tour) => invitationEmail(tour, role), where: sql`role = ${role} and tour_id in (select id from tour where tenant_id = ${tenant} and person_id = ${to})` })
  await reseal(act, to, { table: 'crm_conflict', column: 'values_sealed', place: conflictValues, where: sql`person_id = ${to}` })
}

const handClaims = async ({ tx, sealing, subject: { tenant } }: Act, claims: Moved['claims'], from: string, to: string): Promise<void> => {
  for (const { kind, bidx } of claims) {
    const which = sql`tenant_id = ${tenant} and kind = ${kind} and value_bidx = ${Buffer.from(bidx, 'hex')} and person_id = ${from}`
    const { rows: [held] } = await sql<{ value_sealed: Buffer }>`select value_sealed from claim where ${which}`.execute(tx)
    if (!held) continue // given up meanwhile
    const sealed = await sealing.seal(claimValue(kind, to), await sealing.open(claimValue(kind, from), held.value_sealed), to)
    await sql`update claim set person_id = ${to}, value_sealed = ${sealed} where ${which}`.execute(tx)
  }
}

const lent = { name: { column: 'name_sealed', place: personName }, email: { column: 'email_sealed', place: personEmail } } as const
const lend = async ({ tx, sealing, subject: { tenant } }: Act, from: string, to: string, what: keyof typeof lent): Promise<boolean> => {
  const { column, place } = lent[what]
  const { rows: [row] } = await sql<{ sealed: Buffer }>`select ${sql.ref(column)} as sealed from person where tenant_id = ${tenant} and id = ${from} and ${sql.ref(column)} is not null
    and exists (select 1 from person where tenant_id = ${tenant} and id = ${to} and ${sql.ref(column)} is null)`.execute(tx)
  if (!row) return false
  const sealed = await sealing.seal(place(to), await sealing.open(place(from), row.sealed), to)
  await sql`update person set ${sql.ref(column)} = ${sealed} where tenant_id = ${tenant} and id = ${to}`.execute(tx)
  return true
}

type Sealed = { table: string; column: string; key?: string; place(id: string): string; where: ReturnType<typeof sql> }
const reseal = async ({ tx, sealing, subject: { tenant } }: Act, person: string, { table, column, key = 'id', place, where }: Sealed): Promise<void> => {
  const { rows } = await sql<{ id: string; sealed: Buffer }>`select ${sql.ref(key)} as id, ${sql.ref(column)} as sealed from ${sql.table(table)} where tenant_id = ${tenant} and ${sql.ref(column)} is not null and ${where}`.execute(tx)
  for (const { id, sealed } of rows) {
    await sql`update ${sql.table(table)} set ${sql.ref(column)} = ${await sealing.seal(place(id), await sealing.open(place(id), sealed), person)} where tenant_id = ${tenant} and ${sql.ref(key)} = ${id} and ${where}`.execute(tx)
  }
}

// One row a pair, whichever way round.
const ofPair = (tenant: string, one: string, other: string) => sql`tenant_id = ${tenant} and least(kept_id, merged_id) = least(${one}::uuid, ${other}::uuid) and greatest(kept_id, merged_id) = greatest(${one}::uuid, ${other}::uuid)`

export const noteMerge = async ({ tx, subject: { tenant }, now, newId }: Act, { kept, merged, reason, what }: { kept: string; merged: string; reason: MergeReason; what: Moved }): Promise<string> => {
  const { rows: [row] } = await sql<{ id: string }>`insert into merge (tenant_id, id, kept_id, merged_id, state, reason, moved, made_at, decided_at)
    values (${tenant}, ${newId()}, ${kept}, ${merged}, 'merged', ${reason}, ${JSON.stringify(what)}::jsonb, ${at(now)}, ${at(now)})
    on conflict (tenant_id, least(kept_id, merged_id), greatest(kept_id, merged_id)) do update
    set kept_id = excluded.kept_id, merged_id = excluded.merged_id, state = 'merged', reason = excluded.reason, moved = excluded.moved, decided_at = excluded.decided_at returning id`.execute(tx)
  if (!row) throw new AppError('bug', 'a merge was not noted')
  return row.id
}

// Of a pair that was decided about, nothing is proposed again.
export const proposeMerge = async ({ tx, subject: { tenant }, now, newId }: Act, { kept, merged, reason }: { kept: string; merged: string; reason: MergeReason }): Promise<void> => {
  await sql`insert into merge (tenant_id, id, kept_id, merged_id, state, reason, made_at) values (${tenant}, ${newId()}, ${kept}, ${merged}, 'proposed', ${reason}, ${at(now)}) on conflict do nothing`.execute(tx)
}

// Somebody of ours thinks so, whatever was decided before. undefined: it waits already.
export const proposeAgain = async ({ tx, subject: { tenant }, now, newId }: Act, [kept, merged]: readonly [string, string]): Promise<string | undefined> => {
  const { rows: [row] } = await sql<{ id: string }>`insert into merge (tenant_id, id, kept_id, merged_id, state, reason, made_at) values (${tenant}, ${newId()}, ${kept}, ${merged}, 'proposed', 'by_hand', ${at(now)})
    on conflict (tenant_id, least(kept_id, merged_id), greatest(kept_id, merged_id)) do update set state = 'proposed', reason = 'by_hand', moved = null, made_at = excluded.made_at, decided_at = null
    where merge.state in ('undone', 'refused') returning id`.execute(tx)
  return row?.id
}

export const wasDecidedApart = async ({ tx, subject: { tenant } }: Act, one: string, other: string): Promise<boolean> => {
  const { rows } = await sql`select 1 from merge where ${ofPair(tenant, one, other)} and state in ('undone', 'refused')`.execute(tx)
  return rows.length > 0
}

export const findMerge = async ({ tx, subject: { tenant } }: Act, id: string): Promise<(Merge & { what: Moved | undefined }) | undefined> => {
  const { rows: [row] } = await sql<Merge & { moved: unknown }>`select id, kept_id as kept, merged_id as merged, state, moved from merge where tenant_id = ${tenant} and id = ${id} for update`.execute(tx)
  return row && { id: row.id, kept: row.kept, merged: row.merged, state: row.state, what: row.moved === null ? undefined : moved.parse(row.moved) }
}

export const decideMerge = async ({ tx, subject: { tenant }, now }: Act, id: string, state: 'undone' | 'refused'): Promise<void> => {
  await sql`update merge set state = ${state}, decided_at = ${at(now)} where tenant_id = ${tenant} and id = ${id}`.execute(tx)
}
