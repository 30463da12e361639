import { sql, type Kysely } from 'kysely'
import { z } from 'zod'
import { AppError } from '@portero/shared'
import type { Act, DB, Millis } from '../define.ts'
import { dueNext, isOver, type CaseClock, type CaseState, type IdentifiedBy } from '../domain/privacy-case.ts'
import type { ArcoKind } from '../domain/privacy.ts'
import { at } from '../spine/db.ts'
import { selvesOf } from './blocked.ts'
import { lockPeople } from './people.ts'
import { privacyAsker, privacyDetails, privacyText } from './places.ts'
import type { Asker } from './privacy-cases.ts'

// One request about somebody's data, while it is being attended to. Nobody else changes it until we are done.
export type PrivacyCase = { id: string; person: string | undefined; kind: ArcoKind; clock: CaseClock; asker: Asker | undefined; identifiedBy: IdentifiedBy | undefined; eraseAt: Millis | undefined }
const asker = z.strictObject({ name: z.string(), contact: z.string(), language: z.enum(['es-MX', 'en']) })
export const askerOf = (text: string): Asker => asker.parse(JSON.parse(text))

export type ClockRow = {
  state: CaseState; opened_at: Millis; asked_at: Millis | null; completed_at: Millis | null; identified_at: Millis | null; answered_at: Millis | null; answer_extended: boolean; effect_extended: boolean
}
export const clockColumns = sql`state, opened_at, asked_at, completed_at, identified_at, answered_at, answer_extended, effect_extended`
export const clockOf = ({ state, opened_at, asked_at, completed_at, identified_at, answered_at, answer_extended, effect_extended }: ClockRow): CaseClock => ({
  state, openedAt: opened_at, askedAt: asked_at ?? undefined, completedAt: completed_at ?? undefined, identifiedAt: identified_at ?? undefined, answeredAt: answered_at ?? undefined, answerExtended: answer_extended, effectExtended: effect_extended,
})

type Row = ClockRow & { id: string; person: string | null; kind: ArcoKind; asker: Buffer | null; by: IdentifiedBy | null; eraseAt: Millis | null }
// Whose it is first, as whoever blocks or erases them has them and then all of their cases.
export const lockCase = async ({ tx, sealing, subject: { tenant } }: Act, id: string): Promise<PrivacyCase> => {
  const { rows: [whose] } = await sql<{ person: string | null }>`select person_id as person from privacy_case where tenant_id = ${tenant} and id = ${id}`.execute(tx)
  if (whose?.person) await lockPeople(tx, sql`select unnest(${await selvesOf(tx, tenant, whose.person)}::uuid[]) as id`)
  const { rows: [row] } = await sql<Row>`select id, person_id as person, kind, asker_sealed as asker, identified_by as by, erase_at as "eraseAt", ${clockColumns} from privacy_case where tenant_id = ${tenant} and id = ${id} for update`.execute(tx)
  if (!row) throw new AppError('not_found', 'there is no such privacy case')
  const said = row.asker && !row.person ? askerOf(await sealing.open(privacyAsker(id), row.asker)) : undefined
  return { id, person: row.person ?? undefined, kind: row.kind, clock: clockOf(row), asker: said, identifiedBy: row.by ?? undefined, eraseAt: row.eraseAt ?? undefined }
}

const instant = (ms: Millis | null) => (ms === null ? null : at(ms))
export const saveClock = async ({ tx, now, subject: { tenant } }: Act, id: string, clock: CaseClock): Promise<void> => {
  const { state, askedAt = null, completedAt = null, identifiedAt = null, answeredAt = null, answerExtended, effectExtended } = clock
  const due = dueNext(clock)
  await sql`update privacy_case set state = ${state}, asked_at = ${instant(askedAt)}, completed_at = ${instant(completedAt)}, identified_at = ${instant(identifiedAt)}, answered_at = ${instant(answeredAt)},
    answer_extended = ${answerExtended}, effect_extended = ${effectExtended}, closed_at = ${isOver(state) ? at(now) : null}, due_at = ${due === undefined ? sql`due_at` : at(due)} where tenant_id = ${tenant} and id = ${id}`.execute(tx)
}

// From here on it is theirs, sealed with their own key, so that erasing them erases what they wrote here too. false: another one of that kind is open for them.
export const giveCase = async ({ tx, sealing, subject: { tenant } }: Act, id: string, person: string): Promise<boolean> => {
  const { rows } = await sql<{ details: Buffer; asker: Buffer | null }>`update privacy_case c set person_id = ${person} where tenant_id = ${tenant} and id = ${id}
    and not exists (select 1 from privacy_case o where o.tenant_id = c.tenant_id and o.person_id = ${person} and o.kind = c.kind and o.id <> c.id and o.closed_at is null) returning details_sealed as details, asker_sealed as asker`.execute(tx)
  const [row] = rows
  if (!row) return false
  const again = async (place: string, sealed: Buffer): Promise<Buffer> => sealing.seal(place, await sealing.open(place, sealed), person)
  await sql`update privacy_case set details_sealed = ${await again(privacyDetails(id), row.details)}, asker_sealed = ${row.asker && (await again(privacyAsker(id), row.asker))}, contact_bidx = null where tenant_id = ${tenant} and id = ${id}`.execute(tx)
  const { rows: steps } = await sql<{ id: string; text: Buffer }>`select id, text_sealed as text from privacy_step where tenant_id = ${tenant} and case_id = ${id} and text_sealed is not null`.execute(tx)
  for (const step of steps) await sql`update privacy_step set text_sealed = ${await again(privacyText(step.id), step.text)} where tenant_id = ${tenant} and id = ${step.id}`.execute(tx)
  return true
}
export const noteIdentified = async ({ tx, subject: { tenant } }: Act, id: string, by: IdentifiedBy): Promise<void> => {
  await sql`update privacy_case set identified_by = ${by}, code_bidx = null, code_until = null where tenant_id = ${tenant} and id = ${id}`.execute(tx)
}

// One code at a time, for a while, and for few tries.
export const setCode = async ({ tx, sealing, subject: { tenant } }: Act, id: string, { code, until, person }: { code: string; until: Millis; person: string }): Promise<void> => {
  await sql`update privacy_case set code_bidx = ${await sealing.blind(codePurpose(id, person), code)}, code_until = ${at(until)}, code_tries = 0 where tenant_id = ${tenant} and id = ${id}`.execute(tx)
}
export const mostTries = 5
const codePurpose = (id: string, person: string): string => `privacy-code:${id}:${person}`
export const tryCode = async ({ tx, sealing, now, subject: { tenant } }: Act, id: string, { code, person }: { code: string; person: string }): Promise<boolean> => {
  const { rows: [row] } = await sql<{ bidx: Buffer }>`update privacy_case set code_tries = code_tries + 1 where tenant_id = ${tenant} and id = ${id} and code_bidx is not null and code_until > ${at(now)} and code_tries < ${mostTries} returning code_bidx as bidx`.execute(tx)
  return row !== undefined && row.bidx.equals(await sealing.blind(codePurpose(id, person), code))
}

export const setEraseAt = async ({ tx, subject: { tenant } }: Act, id: string, eraseAt: Millis): Promise<void> => {
  await sql`update privacy_case set erase_at = ${at(eraseAt)} where tenant_id = ${tenant} and id = ${id}`.execute(tx)
}
export const keepCertificate = async ({ tx, subject: { tenant } }: Act, id: string, certificate: string): Promise<void> => {
  await sql`update privacy_case set certificate = ${certificate} where tenant_id = ${tenant} and id = ${id}`.execute(tx)
}

// What was done, and in which words: sealed with the case's person's key, or the house's as long as it has none.
export type Way = 'whatsapp' | 'mail' | 'aloud'
export const addStep = async ({ tx, sealing, now, newId, subject }: Act, { id, person }: Pick<PrivacyCase, 'id' | 'person'>, { what, text, how }: { what: string; text?: string | undefined; how?: Way | undefined }): Promise<void> => {
  const step = newId()
  await sql`insert into privacy_step (tenant_id, id, case_id, what, actor, at, text_sealed, how) values (${subject.tenant}, ${step}, ${id}, ${what}, ${subject.user ?? subject.by}, ${at(now)}, ${text === undefined ? null : await sealing.seal(privacyText(step), text, person)}, ${how ?? null})`.execute(tx)
}

export const hasStep = async ({ tx, subject: { tenant } }: Act, id: string, what: string): Promise<boolean> => (await sql`select 1 from privacy_step where tenant_id = ${tenant} and case_id = ${id} and what = ${what} limit 1`.execute(tx)).rows.length > 0

export const hasOthersOpen = async ({ tx, subject: { tenant } }: Act, { id, person }: { id: string; person: string }): Promise<boolean> =>
  (await sql`select 1 from privacy_case where tenant_id = ${tenant} and person_id = any(${await selvesOf(tx, tenant, person)}::uuid[]) and id <> ${id} and closed_at is null limit 1`.execute(tx)).rows.length > 0

// Those whose maker isn't proven yet, by what is due first.
export const unproven = async ({ tx, subject: { tenant } }: Act): Promise<{ id: string; clock: CaseClock }[]> => {
  const { rows } = await sql<ClockRow & { id: string }>`select id, ${clockColumns} from privacy_case where tenant_id = ${tenant} and closed_at is null and state = 'received' order by due_at, id`.execute(tx)
  return rows.map(({ id, ...row }) => ({ id, clock: clockOf(row) }))
}
// Those for which nothing rings any more. isErased: their data has gone here, and a vendor hasn't answered yet.
export const unwatched = async (on: Kysely<DB>, tenant: string): Promise<{ id: string; kind: ArcoKind; isErased: boolean; clock: CaseClock }[]> => {
  const isErased = sql`exists (select 1 from erasure e where e.tenant_id = c.tenant_id and e.case_id = c.id)`
  const { rows } = await sql<ClockRow & { id: string; kind: ArcoKind; isErased: boolean }>`select id, kind, ${isErased} as "isErased", ${clockColumns} from privacy_case c where tenant_id = ${tenant} and closed_at is null and state <> 'received'
    and not exists (select 1 from job j where j.tenant_id = c.tenant_id and j.kind = 'turn' and j.state in ('scheduled', 'ready', 'running') and (j.key = 'timer:privacy:erase:' || c.person_id or starts_with(j.key, 'timer:privacy-due:' || c.id || ':')))
    and (not ${isErased} or exists (select 1 from erasure_there e where e.tenant_id = c.tenant_id and e.case_id = c.id and e.state = 'asked')) order by due_at, id limit 1000`.execute(on)
  return rows.map(({ id, kind, isErased: is, ...row }) => ({ id, kind, isErased: is, clock: clockOf(row) }))
}

// Who answers for privacy, by the names that are addresses: the officers, and where there is none the admins.
export const officersOf = async ({ tx, subject: { tenant } }: Act): Promise<string[]> => {
  const { rows } = await sql<{ name: string; isOfficer: boolean }>`select name, role = 'officer' as "isOfficer" from operator where tenant_id = ${tenant} and role in ('officer', 'admin') and ended_at is null and name like '%@%' order by name`.execute(tx)
  const officers = rows.filter(({ isOfficer }) => isOfficer)
  return (officers.length > 0 ? officers : rows).map(({ name }) => name)
}

// The end of the chain of what was done, at this moment.
export const auditHead = async ({ tx, subject: { tenant } }: Act): Promise<{ link: number; seal: string }> => {
  const { rows: [row] } = await sql<{ link: number; seal: Buffer }>`select link, seal from audit_head where tenant_id = ${tenant}`.execute(tx)
  return { link: row?.link ?? 0, seal: row?.seal.toString('hex') ?? '' }
}
