import { sql, type RawBuilder } from 'kysely'
import { z } from 'zod'
import type { Millis } from '../define.ts'
import { emailOf } from '../domain/identity.ts'
import type { CaseClock, IdentifiedBy } from '../domain/privacy-case.ts'
import type { ArcoKind } from '../domain/privacy.ts'
import { at, type Db } from '../spine/db.ts'
import type { Vault } from '../spine/vault.ts'
import { goneOn, thereOf, type There, type ThereState } from './erased-there.ts'
import { claimValue, personEmail, personName, privacyAsker, privacyDetails, privacyText } from './places.ts'
import type { Asker } from './privacy-cases.ts'
import { askerOf, clockColumns, clockOf, type ClockRow, type Way } from './privacy-desk.ts'
import { opener, type Place, type Shown } from './transcripts.ts'

// Requests on people's data as whoever answers for privacy sees them: what is due first comes first.
type Reads = { db: Db; vault: Vault; tenant: string }
export type CaseShown = { id: string; person: string | undefined; kind: ArcoKind; clock: CaseClock; dueAt: Millis; closedAt: Millis | undefined; name: Shown; channel: 'chat' | 'mail' | 'web' | 'desk'; eraseAt: Millis | undefined; by: IdentifiedBy | undefined; certificate: string | undefined; language: 'es-MX' | 'en'; asked: number; left: number; isHeld: boolean } // asked, left: how much of an erasure vendors haven't answered yet, or won't do. isHeld: its day has come, but nothing leaves the house
type Row = ClockRow & { id: string; person: string | null; kind: ArcoKind; due: Millis; closed: Millis | null; channel: CaseShown['channel']; language: 'es-MX' | 'en' | null; name: Buffer | null; erased: boolean | null; asker: Buffer | null; details: Buffer | null; erase: Millis | null; by: IdentifiedBy | null; certificate: string | null; asked: number; left: number; held: boolean }
const there = (state: ThereState) => sql`(select count(*) from erasure_there e where e.tenant_id = c.tenant_id and e.case_id = c.id and e.state = ${state})`
const isHeld = sql`(c.state = 'accepted' and exists (select 1 from privacy_step s where s.tenant_id = c.tenant_id and s.case_id = c.id and s.what = 'held'))`
const columns = sql`c.id, c.person_id as person, c.kind, c.due_at as due, c.closed_at as closed, c.channel, p.language, p.name_sealed as name, p.erased_at is not null as erased, c.asker_sealed as asker, c.details_sealed as details, c.erase_at as erase, c.identified_by as by, c.certificate, ${there('asked')} as asked, ${there('left')} as left, ${isHeld} as held, ${clockColumns}`
const of = sql`privacy_case c left join person p on p.tenant_id = c.tenant_id and p.id = c.person_id`

type Open = ReturnType<typeof opener>
const shownOf = async (open: Open, row: Row): Promise<CaseShown> => {
  const { id, person, kind, due, closed, channel, name, erase, by, certificate, asked, left, held } = row
  const asker = person === null ? await saidBy(open, row) : undefined
  return { id, asked, left, isHeld: held, person: person ?? undefined, kind, clock: clockOf(row), dueAt: due, closedAt: closed ?? undefined, channel, eraseAt: erase ?? undefined, by: by ?? undefined, certificate: certificate ?? undefined, language: row.language ?? 'es-MX', name: row.erased ? 'erased' : person !== null ? await open(personName(person), name) : asker && { known: asker.name } }
}
const saidBy = async (open: Open, { id, asker }: Row): Promise<Asker | undefined> => {
  const said = await open(privacyAsker(id), asker)
  return typeof said === 'object' ? askerOf(said.known) : undefined
}

const perPage = { open: 200, closed: 50 }
export type Listed = { cases: CaseShown[]; all: number; next: Place | undefined } // next: where the page after this one begins
// open, closed: from where on.
export const casesShown = async ({ db, vault, tenant }: Reads, from: { open?: Place | undefined; closed?: Place | undefined }): Promise<{ open: Listed; closed: Listed }> => {
  const show = opener(db, vault, tenant)
  const listed = async (which: 'open' | 'closed', order: RawBuilder<unknown>, isFurther: (place: Place) => RawBuilder<unknown>): Promise<Listed> => {
    const most = perPage[which]
    const these = sql`c.tenant_id = ${tenant} and c.closed_at is ${which === 'open' ? sql`null` : sql`not null`}`
    const place = from[which]
    const { rows } = await sql<Row>`select ${columns} from ${of} where ${these} ${place ? sql`and ${isFurther(place)}` : sql``} order by ${order} limit ${most + 1}`.execute(db.bare)
    const { rows: [counted] } = await sql<{ all: number }>`select count(*) as all from privacy_case c where ${these}`.execute(db.bare)
    const last = rows.length > most ? rows[most - 1] : undefined
    return { cases: await Promise.all(rows.slice(0, most).map((row) => shownOf(show, row))), all: counted?.all ?? 0, next: last && { at: last.closed ?? last.due, id: last.id } }
  }
  return {
    open: await listed('open', sql`c.due_at, c.id`, (place) => sql`(c.due_at, c.id) > (${at(place.at)}, ${place.id}::uuid)`),
    closed: await listed('closed', sql`c.closed_at desc, c.id desc`, (place) => sql`(c.closed_at, c.id) < (${at(place.at)}, ${place.id}::uuid)`),
  }
}
// Of those that are open, how many are due by then. An erasure goes by itself, unless it waits for a vendor's answer or is held back.
export const countDue = async ({ db, tenant }: Pick<Reads, 'db' | 'tenant'>, by: Millis): Promise<number> => {
  const { rows: [row] } = await sql<{ count: number }>`select count(*) as count from privacy_case c where tenant_id = ${tenant} and closed_at is null and due_at <= ${at(by)} and state not in ('asked') and (state <> 'accepted' or kind <> 'cancel' or ${isHeld} or ${there('asked')} > 0)`.execute(db.bare)
  return row?.count ?? 0
}
export const nextDueOf = async ({ db, tenant }: Pick<Reads, 'db' | 'tenant'>, now: Millis): Promise<Millis | undefined> => {
  const { rows: [row] } = await sql<{ due: Millis | null }>`select min(due_at) as due from privacy_case where tenant_id = ${tenant} and closed_at is null and due_at >= ${at(now)}`.execute(db.bare)
  return row?.due ?? undefined
}
// Of those that are done, how many have left something at a vendor that nobody else goes on with.
export const countPartly = async ({ db, tenant }: Pick<Reads, 'db' | 'tenant'>): Promise<number> => {
  const { rows: [row] } = await sql<{ count: number }>`select count(distinct e.case_id) as count from erasure_there e join privacy_case c on c.tenant_id = e.tenant_id and c.id = e.case_id where e.tenant_id = ${tenant} and e.state = 'left' and e.code <> ${goneOn} and c.state = 'done'`.execute(db.bare)
  return row?.count ?? 0
}

export type StepShown = { id: string; what: string; actor: string; at: Millis; text: Shown; how: Way | undefined }
export type CaseOpened = CaseShown & { details: string[] | 'erased'; asker: Asker | undefined; match: { person: string; name: Shown; ending: string | undefined } | undefined; reach: { phone: Shown; mail: Shown }; steps: StepShown[]; there: There[] }
const list = z.array(z.string())
export const caseShown = async ({ db, vault, tenant }: Reads, id: string): Promise<CaseOpened | undefined> => {
  const { rows: [row] } = await sql<Row>`select ${columns} from ${of} where c.tenant_id = ${tenant} and c.id = ${id}`.execute(db.bare)
  if (!row) return undefined
  const open = opener(db, vault, tenant)
  const said = await open(privacyDetails(id), row.details)
  const asker = await saidBy(open, row)
  const match = asker && row.person === null ? await matchOf({ db, vault, tenant }, open, asker) : undefined
  const { rows: steps } = await sql<Omit<StepShown, 'text' | 'how'> & { sealed: Buffer | null; how: Way | null }>`select s.id, s.what, coalesce(o.name, s.actor) as actor, s.at, s.text_sealed as sealed, s.how from privacy_step s
    left join operator o on o.tenant_id = s.tenant_id and o.id::text = s.actor where s.tenant_id = ${tenant} and s.case_id = ${id} order by s.at, s.id`.execute(db.bare)
  return {
    ...(await shownOf(open, row)), details: typeof said === 'object' ? list.parse(JSON.parse(said.known)) : 'erased', asker, match, reach: await reachOf({ db, tenant }, open, row.person ?? match?.person), there: await thereOf(db.bare, tenant, id),
    steps: await Promise.all(steps.map(async ({ sealed, how, ...step }) => ({ ...step, how: how ?? undefined, text: await open(privacyText(step.id), sealed) }))),
  }
}

// Whose contact it is that they gave: for one of ours to look at, since it proves nothing.
const matchOf = async ({ db, vault, tenant }: Reads, open: Open, { contact }: Asker): Promise<CaseOpened['match']> => {
  const kind = emailOf(contact) === undefined ? 'phone' : 'email'
  const bidx = await vault.blindIndex(db.bare, tenant, `claim:${kind}`, contact)
  const { rows: [row] } = await sql<{ person: string; name: Buffer | null }>`select p.id as person, p.name_sealed as name from claim c join person p on p.tenant_id = c.tenant_id and p.id = c.person_id where c.tenant_id = ${tenant} and c.kind = ${kind} and c.value_bidx = ${bidx}`.execute(db.bare)
  return row && { person: row.person, name: await open(personName(row.person), row.name), ending: kind === 'phone' ? contact.slice(-4) : undefined }
}
const reachOf = async ({ db, tenant }: Pick<Reads, 'db' | 'tenant'>, open: Open, person: string | undefined): Promise<CaseOpened['reach']> => {
  if (person === undefined) return { phone: undefined, mail: undefined }
  const { rows: [row] } = await sql<{ mail: Buffer | null; phone: Buffer | null }>`select email_sealed as mail, (select value_sealed from claim c where c.tenant_id = p.tenant_id and c.person_id = p.id and kind = 'phone' order by claimed_at limit 1) as phone from person p where tenant_id = ${tenant} and id = ${person}`.execute(db.bare)
  return { phone: await open(claimValue('phone', person), row?.phone ?? null), mail: await open(personEmail(person), row?.mail ?? null) }
}
