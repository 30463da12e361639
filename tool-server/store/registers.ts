import { sql, type Kysely } from 'kysely'
import type { Act, DB, Millis } from '../define.ts'
import { at, type Db } from '../spine/db.ts'
import type { Vault } from '../spine/vault.ts'
import { breachNotice, breachWhat } from './places.ts'
import type { Way } from './privacy-desk.ts'
import { opener, type Shown } from './transcripts.ts'

// The two registers that the law asks for: who processes data for us, and what happened to it.
export type Processor = { id: string; vendor: string | undefined; name: string; country: string; purpose: string; contractOn: string | undefined }
export const processorsOf = async (on: Kysely<DB>, tenant: string): Promise<Processor[]> => {
  const { rows } = await sql<Omit<Processor, 'vendor' | 'contractOn'> & { vendor: string | null; contractOn: string | null }>`select id, vendor, name, country, purpose, contract_on as "contractOn" from processor where tenant_id = ${tenant} order by name, id`.execute(on)
  return rows.map(({ vendor, contractOn, ...row }) => ({ ...row, vendor: vendor ?? undefined, contractOn: contractOn ?? undefined }))
}
export const putProcessor = async ({ tx, now, subject: { tenant } }: Act, { id, vendor, name, country, purpose, contractOn }: Processor): Promise<void> => {
  const values = sql`${tenant}, ${id}, ${vendor ?? null}, ${name}, ${country}, ${purpose}, ${contractOn ?? null}, ${at(now)}`
  const same = sql`name = excluded.name, country = excluded.country, purpose = excluded.purpose, contract_on = excluded.contract_on, changed_at = excluded.changed_at`
  await (vendor === undefined
    ? sql`insert into processor (tenant_id, id, vendor, name, country, purpose, contract_on, changed_at) values (${values}) on conflict (tenant_id, id) do update set ${same}`
    : sql`insert into processor (tenant_id, id, vendor, name, country, purpose, contract_on, changed_at) values (${values}) on conflict (tenant_id, vendor) do update set ${same}`
  ).execute(tx)
}

export type Breach = { id: string; what: string; knownAt: Millis; from: Millis; to: Millis; connection: string | undefined }
export const addBreach = async ({ tx, sealing, now, subject: { tenant } }: Act, { id, what, knownAt, from, to, connection }: Breach): Promise<void> => {
  await sql`insert into breach (tenant_id, id, what_sealed, known_at, from_at, to_at, connection_id, noted_at) values (${tenant}, ${id}, ${await sealing.seal(breachWhat(id), what)}, ${at(knownAt)}, ${at(from)}, ${at(to)}, ${connection ?? null}, ${at(now)})`.execute(tx)
}
// Whoever wrote or was written to in that time, there or anywhere; those of whom something stands at that connection, which were known by then; and those who are named besides, whoever they have become.
export const addAffected = async ({ tx, subject: { tenant } }: Act, { id, from, to, connection }: Breach, named: readonly string[]): Promise<number> => {
  const there = connection === undefined ? sql`` : sql`and m.connection_id = ${connection}`
  const { numAffectedRows = 0n } = await sql`insert into breach_person (tenant_id, breach_id, person_id) select ${tenant}::uuid, ${id}::uuid, person_id from (
      select c.person_id from message m join conversation c on c.tenant_id = m.tenant_id and c.id = m.conversation_id where m.tenant_id = ${tenant} and m.sent_at between ${at(from)} and ${at(to)} ${there}
      ${connection === undefined ? sql`` : sql`union ${standingAt(tenant, connection, { from, to })}`}
      union select unnest(${[...named]}::uuid[])) touched on conflict do nothing`.execute(tx)
  return Number(numAffectedRows)
}
// Their record, their visits and their meetings. When each came there isn't known, so whoever we knew by the end of that time counts; a visit that had been taken out before its beginning doesn't.
const standingAt = (tenant: string, connection: string, { from, to }: { from: Millis; to: Millis }) => sql`select p.id from person p where p.tenant_id = ${tenant} and p.created_at <= ${at(to)} and p.id in (
        select k.person_id from counterpart k where k.tenant_id = ${tenant} and k.external_id is not null and exists (select 1 from connection n where n.tenant_id = ${tenant} and n.id = ${connection} and n.vendor = 'hubspot')
        union select t.person_id from projection s join tour t on t.tenant_id = s.tenant_id and t.id = any(s.tours) where s.tenant_id = ${tenant} and s.connection_id = ${connection} and s.external_id is not null and (s.state <> 'gone' or s.changed_at >= ${at(from)})
        union select m.person_id from met m where m.tenant_id = ${tenant} and m.connection_id = ${connection})`
// Those who were not told yet. Nobody else tells them meanwhile.
export const lockBreach = async ({ tx, now, sealing, subject: { tenant } }: Act, id: string, notice: string): Promise<string[] | undefined> => {
  const { rows: [row] } = await sql`update breach set notice_sealed = ${await sealing.seal(breachNotice(id), notice)}, told_at = ${at(now)} where tenant_id = ${tenant} and id = ${id} and told_at is null returning id`.execute(tx)
  if (!row) return undefined
  const { rows } = await sql<{ person: string }>`select person_id as person from breach_person where tenant_id = ${tenant} and breach_id = ${id} order by person_id`.execute(tx)
  return rows.map(({ person }) => person)
}
export const noteBreachTold = async ({ tx, now, subject: { tenant } }: Act, { breach, person, how }: { breach: string; person: string; how: Way }): Promise<void> => {
  await sql`update breach_person set how = ${how}, told_at = ${at(now)} where tenant_id = ${tenant} and breach_id = ${breach} and person_id = ${person}`.execute(tx)
}
export const isToBeTold = async ({ tx, subject: { tenant } }: Act, { breach, person }: { breach: string; person: string }): Promise<Buffer | undefined> => {
  const { rows: [row] } = await sql<{ notice: Buffer }>`select b.notice_sealed as notice from breach_person p join breach b on b.tenant_id = p.tenant_id and b.id = p.breach_id
    where p.tenant_id = ${tenant} and p.breach_id = ${breach} and p.person_id = ${person} and p.told_at is null for update of p`.execute(tx)
  return row?.notice
}

export type BreachShown = { id: string; what: Shown; notice: Shown; knownAt: Millis; from: Millis; to: Millis; account: string | undefined; toldAt: Millis | undefined; people: number; by: Record<Way, number> }
type Row = Omit<BreachShown, 'what' | 'notice' | 'account' | 'toldAt' | 'by'> & { what: Buffer; notice: Buffer | null; account: string | null; toldAt: Millis | null; whatsapp: number; mail: number; aloud: number }
const by = (way: Way) => sql`(select count(*) from breach_person p where p.tenant_id = b.tenant_id and p.breach_id = b.id and p.how = ${way})`
export const breachesOf = async ({ db, vault, tenant }: { db: Db; vault: Vault; tenant: string }): Promise<BreachShown[]> => {
  const { rows } = await sql<Row>`select b.id, b.what_sealed as what, b.notice_sealed as notice, b.known_at as "knownAt", b.from_at as from, b.to_at as to, n.vendor || ' ' || n.account as account, b.told_at as "toldAt",
    (select count(*) from breach_person p where p.tenant_id = b.tenant_id and p.breach_id = b.id) as people, ${by('whatsapp')} as whatsapp, ${by('mail')} as mail, ${by('aloud')} as aloud
    from breach b left join connection n on n.tenant_id = b.tenant_id and n.id = b.connection_id where b.tenant_id = ${tenant} order by b.known_at desc, b.id desc limit 100`.execute(db.bare)
  const open = opener(db, vault, tenant)
  return Promise.all(rows.map(async ({ what, notice, account, toldAt, whatsapp, mail, aloud, ...row }) => ({ ...row, what: await open(breachWhat(row.id), what), notice: await open(breachNotice(row.id), notice), account: account ?? undefined, toldAt: toldAt ?? undefined, by: { whatsapp, mail, aloud } })))
}
