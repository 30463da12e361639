import { createHash } from 'node:crypto'
import { sql, type Kysely, type RawBuilder } from 'kysely'
import type { Act, DB, Millis } from '../define.ts'
import { isNo, type ConsentChannel, type ConsentMode, type ConsentPurpose, type ConsentStatus } from '../domain/consent.ts'
import { at, type Db } from '../spine/db.ts'
import { Erased, type Vault } from '../spine/vault.ts'
import { consentReason } from './places.ts'

// The ledger of what people agreed to, refused and took back. Rows are only added, which the database sees to; the latest of a purpose holds.
// evidence: the message, or whatever else it was said by. said: what they said, of which only the hash is kept. reason: why one of ours notes it. at: when they said so.
export type Consent = { person: string; purpose: ConsentPurpose; status: ConsentStatus; mode?: ConsentMode; channel?: ConsentChannel | undefined; evidence: string; said?: string | undefined; reason?: string | undefined; at: Millis }

// The version of the notice that they had been shown by then is part of the evidence.
export const noteConsent = async ({ tx, subject, sealing, newId }: Act, { person, purpose, status, mode = 'express', channel, evidence, said, reason, at: saidAt }: Consent): Promise<void> => {
  const id = newId()
  const [hash, sealed] = [said === undefined ? null : createHash('sha256').update(said).digest('hex'), reason === undefined ? null : await sealing.seal(consentReason(id), reason, person)]
  await sql`insert into consent (tenant_id, id, person_id, purpose, status, mode, channel, evidence, text_hash, notice, reason_sealed, actor, at)
    values (${subject.tenant}, ${id}, ${person}, ${purpose}, ${status}, ${mode}, ${channel ?? null}, ${evidence}, ${hash},
      (select version from notice_shown where tenant_id = ${subject.tenant} and person_id = ${person} and shown_at <= ${at(saidAt)} order by shown_at desc, version limit 1), ${sealed}, ${subject.user ?? subject.by}, ${at(saidAt)})`.execute(tx)
}

// The flow's gate and the webhook bring the same wish at the same time: one of them waits and finds it noted. People come before their conversations, for whoever needs both, so that nobody waits in a circle.
export const lockWishes = async ({ tx, subject }: Act, person: string): Promise<void> => {
  await sql`select 1 from person where tenant_id = ${subject.tenant} and id = ${person} for no key update`.execute(tx)
}

// What holds of a purpose, as part of a statement that knows the tenant and the person.
export const heldNow = (tenant: string | RawBuilder<unknown>, person: string | RawBuilder<unknown>, purpose: ConsentPurpose): RawBuilder<ConsentStatus | null> =>
  sql`(select held.status from consent held where held.tenant_id = ${tenant} and held.person_id = ${person} and held.purpose = ${purpose} order by held.at desc, held.id desc limit 1)`

export const consentTo = async (on: Kysely<DB>, tenant: string, person: string, purpose: ConsentPurpose): Promise<ConsentStatus | undefined> => {
  const { rows: [row] } = await sql<{ status: ConsentStatus | null }>`select ${heldNow(tenant, person, purpose)} as status`.execute(on)
  return row?.status ?? undefined
}
// Said nothing is not the same as said no: writing to us is asking for an answer.
export const isOptedOut = async (on: Kysely<DB>, tenant: string, person: string): Promise<boolean> => isNo(await consentTo(on, tenant, person, 'messages'))

// Everything, the latest first; isHeld: the one of its purpose that holds.
export type NotedConsent = { id: string; purpose: ConsentPurpose; status: ConsentStatus; mode: ConsentMode; channel: ConsentChannel | undefined; evidence: string; textHash: string | undefined; notice: string | undefined; actor: string; at: Millis; isHeld: boolean }
type Row = Omit<NotedConsent, 'channel' | 'textHash' | 'notice'> & { channel: ConsentChannel | null; textHash: string | null; notice: string | null; reason: Buffer | null; name: string | null }
const rowsOf = async (on: Kysely<DB>, tenant: string, person: string): Promise<Row[]> => {
  const { rows } = await sql<Row>`select c.id, c.purpose, c.status, c.mode, c.channel, c.evidence, c.text_hash as "textHash", c.notice, c.actor, c.at, c.reason_sealed as reason, o.name,
      row_number() over (partition by c.purpose order by c.at desc, c.id desc) = 1 as "isHeld" from consent c left join operator o on o.tenant_id = c.tenant_id and o.id::text = c.actor
    where c.tenant_id = ${tenant} and c.person_id = ${person} order by c.at desc, c.id desc`.execute(on)
  return rows
}
const told = ({ channel, textHash, notice, reason: _reason, name: _name, ...rest }: Row): NotedConsent => ({ ...rest, channel: channel ?? undefined, textHash: textHash ?? undefined, notice: notice ?? undefined })
export const consentsOf = async (on: Kysely<DB>, tenant: string, person: string): Promise<NotedConsent[]> => (await rowsOf(on, tenant, person)).map(told)

// As one of ours reads them: with who noted it, by name, and why.
export type ShownConsent = NotedConsent & { by: string | undefined; reason: string | undefined }
export const consentsShown = async ({ db, vault, tenant }: { db: Db; vault: Vault; tenant: string }, person: string): Promise<ShownConsent[]> => {
  const rows = await rowsOf(db.bare, tenant, person)
  return Promise.all(rows.map(async (row) => ({ ...told(row), by: row.name ?? undefined, reason: row.reason === null ? undefined : await openReason(vault.open(db.bare, tenant, consentReason(row.id), row.reason)) })))
}
const openReason = (opened: Promise<Buffer>): Promise<string | undefined> =>
  opened.then(String).catch((thrown: unknown) => {
    if (thrown instanceof Erased) return undefined
    throw thrown
  })

// What somebody decided is still on its way to the vendor, whose own word is older until then.
export const isBeingTold = async ({ tx, subject }: Act, person: string): Promise<boolean> => {
  const { rows } = await sql`select 1 from job where tenant_id = ${subject.tenant} and kind = 'command' and serial = ${`subscription:${person}`} and state in ('scheduled', 'ready', 'running')`.execute(tx)
  return rows.length > 0
}

// The vendor has one switch, which we turned off ourselves for whoever wants no offers but does want answers: what it says is nothing new then.
export const toldOfOffersOnly = async ({ tx, subject: { tenant } }: Act, person: string): Promise<boolean> => {
  const { rows: [offers] } = await sql<{ status: ConsentStatus; channel: ConsentChannel | null; at: Millis; wantedSince: Millis | null }>`select m.status, m.channel, m.at,
      (select max(w.at) from consent w where w.tenant_id = m.tenant_id and w.person_id = m.person_id and w.purpose = 'messages' and w.status = 'granted') as "wantedSince"
    from consent m where m.tenant_id = ${tenant} and m.person_id = ${person} and m.purpose = 'marketing' order by m.at desc, m.id desc limit 1`.execute(tx)
  return offers !== undefined && isNo(offers.status) && (offers.channel !== 'vendor' || (offers.wantedSince !== null && offers.wantedSince >= offers.at))
}
