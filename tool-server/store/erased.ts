import { sql } from 'kysely'
import type { Act, Millis } from '../define.ts'
import type { Kind } from '../domain/ports/crm-fields.ts'
import { at } from '../spine/db.ts'
import { sweepJobs, sweepInbox, type Those } from '../spine/sweep.ts'
import { personal, rowsOf } from './personal.ts'
import { contactIndex, emptied } from './privacy-cases.ts'
import { privacyDetails } from './places.ts'

// What is deleted of somebody, here and elsewhere. Counts are by table.
type Counts = Record<string, number>
type Selves = readonly string[]
const theirs = (selves: Selves) => sql`${[...selves]}::uuid[]`

export type Elsewhere = { kind: Kind; ours: string; external: string; person: string }
export const atTheCrm = async ({ tx, subject: { tenant } }: Act, selves: Selves): Promise<Elsewhere[]> => {
  const { rows } = await sql<Elsewhere>`select kind, our_id as ours, external_id as external, person_id as person from counterpart where tenant_id = ${tenant} and person_id = any(${theirs(selves)}) and external_id is not null order by kind = 'contact' desc, kind, our_id`.execute(tx)
  return rows
}

// Their conversations by the vendor's names for them, but for those that somebody new goes on with.
export type Spoken = { connection: string; external: string; person: string; isGoneOn: boolean }
export const spokenIn = async ({ tx, subject: { tenant } }: Act, selves: Selves): Promise<Spoken[]> => {
  const { rows } = await sql<Spoken>`select c.connection_id as connection, substr(c.external_id, 9) as external, c.person_id as person,
    exists (select 1 from conversation o where o.tenant_id = c.tenant_id and o.connection_id = c.connection_id and o.external_id = substr(c.external_id, 9)) as "isGoneOn"
    from conversation c where c.tenant_id = ${tenant} and c.person_id = any(${theirs(selves)}) and c.external_id like 'blocked:%' order by c.id`.execute(tx)
  return rows
}
// Where a contact of theirs may be: at each connection to that vendor that a conversation of theirs was on, also one without the vendor's name for it; where they have none, at each that there is.
export const contactsAt = async ({ tx, subject: { tenant } }: Act, selves: Selves, vendor: string): Promise<string[]> => {
  const own = sql`select c.connection_id from conversation c where c.tenant_id = ${tenant} and c.person_id = any(${theirs(selves)})`
  const { rows } = await sql<{ id: string }>`select id from connection where tenant_id = ${tenant} and vendor = ${vendor} and (id in (${own}) or ended_at is null and not exists (${own})) order by id`.execute(tx)
  return rows.map(({ id }) => id)
}
export type Stands = { ours: string; connection: string; external: string }
export const standsInCalendars = async ({ tx, subject: { tenant } }: Act, selves: Selves): Promise<Stands[]> => {
  const { rows } = await sql<Stands>`select ours, connection_id as connection, external_id as external from projection where tenant_id = ${tenant} and external_id is not null and state <> 'gone'
    and tours && array(select id from tour where tenant_id = ${tenant} and person_id = any(${theirs(selves)})) order by ours`.execute(tx)
  return rows
}
// Whoever goes by one of these names now, and since when they have been known.
export const holderSince = async ({ tx, sealing, subject: { tenant } }: Act, { kind, value }: { kind: string; value: string }): Promise<Millis | undefined> => {
  const { rows: [row] } = await sql<{ since: Millis }>`select p.created_at as since from claim c join person p on p.tenant_id = c.tenant_id and p.id = c.person_id where c.tenant_id = ${tenant} and c.kind = ${kind} and c.value_bidx = ${await sealing.blind(`claim:${kind}`, value)}`.execute(tx)
  return row?.since
}

// By which a delivery is known to be about them, where nobody wrote down whose it is.
export const namesWithin = async ({ tx, subject: { tenant } }: Act, selves: Selves): Promise<string[]> => {
  const among = sql`(select id from conversation where tenant_id = ${tenant} and person_id = any(${theirs(selves)}))`
  const { rows } = await sql<{ name: string }>`select external_id as name from message where tenant_id = ${tenant} and conversation_id in ${among}
    union select id::text from conversation where tenant_id = ${tenant} and person_id = any(${theirs(selves)}) union select id::text from tour where tenant_id = ${tenant} and person_id = any(${theirs(selves)})
    union select external_id from met where tenant_id = ${tenant} and person_id = any(${theirs(selves)})
    union select p.external_id from projection p where p.tenant_id = ${tenant} and p.external_id is not null and p.tours && array(select id from tour where tenant_id = ${tenant} and person_id = any(${theirs(selves)}))`.execute(tx)
  return rows.map(({ name }) => name)
}

// Before their key goes: whoever else is in what they share keeps it.
export const eraseRows = async (act: Act, selves: Selves): Promise<Counts> => {
  const { tx, subject: { tenant } } = act
  const counts: Counts = {}
  const count = (table: string, { numAffectedRows = 0n }: { numAffectedRows?: bigint }): void => {
    if (numAffectedRows > 0n) counts[table] = (counts[table] ?? 0) + Number(numAffectedRows)
  }
  count('projection', await sql`delete from projection where tenant_id = ${tenant} and tours && array(select id from tour where tenant_id = ${tenant} and person_id = any(${theirs(selves)}))`.execute(tx))
  count('job', await sql`delete from job where tenant_id = ${tenant} and person_id = any(${theirs(selves)}) and state <> 'running'`.execute(tx))
  count('privacy_step', await sql`update privacy_step set text_sealed = null where ${rowsOf({ table: 'privacy_step', of: 'case', erase: 'own' }, tenant, selves)} and text_sealed is not null`.execute(tx))
  await emptyCases(act, selves)
  // A key that is gone is what lets the ledger of consents go.
  for (const person of selves) await act.sealing.erase(person)
  for (const each of personal) if (each.erase === 'delete') count(each.table, await sql`delete from ${sql.table(each.table)} where ${rowsOf(each, tenant, selves)}`.execute(tx))
  await sql`update person set name_sealed = null, email_sealed = null, source = null, language = 'es-MX', erased_at = ${at(act.now)} where tenant_id = ${tenant} and id = any(${theirs(selves)})`.execute(tx)
  return counts
}
// The cases themselves are the proof of what was asked and done; what was said in them goes.
const emptyCases = async ({ tx, sealing, subject: { tenant } }: Act, selves: Selves): Promise<void> => {
  const { rows } = await sql<{ id: string }>`select id from privacy_case where tenant_id = ${tenant} and person_id = any(${theirs(selves)})`.execute(tx)
  for (const { id } of rows) await sql`update privacy_case set details_sealed = ${await sealing.seal(privacyDetails(id), '[]')}, asker_sealed = null, code_bidx = null where tenant_id = ${tenant} and id = ${id}`.execute(tx)
}

// Nor does what was said in a closed one by somebody who was never proven, and gave a contact of theirs. One that is open waits for its answer, and is emptied when its time has come (store/retention.ts). until: what came later is of whoever has these names now.
export const emptyUnproven = async ({ tx, sealing, subject: { tenant } }: Act, names: readonly { kind: string; value: string }[], until: Millis): Promise<number> => {
  const contacts = await Promise.all(names.filter(({ kind }) => kind === 'phone' || kind === 'email').map(({ value }) => contactIndex(sealing, value)))
  if (contacts.length === 0) return 0
  const { numAffectedRows = 0n } = await emptied(sql`tenant_id = ${tenant} and person_id is null and contact_bidx in (${sql.join(contacts)}) and closed_at is not null and opened_at <= ${at(until)}`).execute(tx)
  return Number(numAffectedRows)
}

// What came in about them before anybody knew whose it was, sealed with the tenant's key.
export const sweepDeliveries = async (act: Act, those: Those): Promise<Counts> => {
  const [inbox, delivery] = [await sweepInbox(act, those), await sweepJobs(act, those)]
  return { ...(inbox > 0 && { inbox }), ...(delivery > 0 && { delivery }) }
}
