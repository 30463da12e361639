import { sql, type Kysely } from 'kysely'
import type { Act, DB, Millis } from '../define.ts'
import { at } from '../spine/db.ts'

// What somebody agreed to or took back. Rows are only added; the latest of a purpose holds.
export type ConsentPurpose = 'messages' | 'marketing'
type Consent = { person: string; purpose: ConsentPurpose; status: 'granted' | 'revoked'; evidence: string; at: Millis }

export const noteConsent = async ({ tx, subject, newId }: Act, { person, purpose, status, evidence, at: saidAt }: Consent): Promise<void> => {
  await sql`insert into consent (tenant_id, id, person_id, purpose, status, evidence, actor, at)
    values (${subject.tenant}, ${newId()}, ${person}, ${purpose}, ${status}, ${evidence}, ${subject.user ?? subject.by}, ${at(saidAt)})`.execute(tx)
}

// The flow's gate and the webhook bring the same wish at the same time: one of them waits and finds it noted.
export const lockWishes = async ({ tx, subject }: Act, person: string): Promise<void> => {
  await sql`select 1 from person where tenant_id = ${subject.tenant} and id = ${person} for no key update`.execute(tx)
}

// Said nothing is not the same as said no: writing to us is asking for an answer.
export const isOptedOut = async (on: Kysely<DB>, tenant: string, person: string): Promise<boolean> => {
  const { rows: [row] } = await sql<{ status: string }>`select status from consent where tenant_id = ${tenant} and person_id = ${person} and purpose = 'messages' order by at desc, id desc limit 1`.execute(on)
  return row?.status === 'revoked'
}

// What somebody decided is still on its way to the vendor, whose own word is older until then.
export const isBeingTold = async ({ tx, subject }: Act, person: string): Promise<boolean> => {
  const { rows } = await sql`select 1 from job where tenant_id = ${subject.tenant} and kind = 'command' and serial = ${`subscription:${person}`} and state in ('scheduled', 'ready', 'running')`.execute(tx)
  return rows.length > 0
}
