import { sql, type RawBuilder } from 'kysely'
import { z } from 'zod'
import { AppError } from '@portero/shared'
import type { Act, Millis } from '../define.ts'
import type { ArcoKind } from '../domain/privacy.ts'
import { at } from '../spine/db.ts'
import { privacyAsker, privacyDetails } from './places.ts'

type Asked = { id: string; person: string; kind: ArcoKind; details: string[]; channel: 'chat' | 'web' | 'desk'; dueAt: Millis }
const told = z.array(z.string())

// Who asks by a page, and hasn't proven who they are: nobody's, whoever they say they are. Each is a case of its own, so that its answer tells nothing of anybody.
export type Asker = { name: string; contact: string; language: 'es-MX' | 'en' }
export const openUnproven = async ({ tx, subject: { tenant }, sealing, now }: Act, { id, kind, details, asker, channel, dueAt }: Omit<Asked, 'person'> & { asker: Asker }): Promise<void> => {
  await sql`insert into privacy_case (tenant_id, id, kind, details_sealed, asker_sealed, contact_bidx, channel, state, opened_at, due_at, acknowledged_at)
    values (${tenant}, ${id}, ${kind}, ${await sealing.seal(privacyDetails(id), JSON.stringify(details))}, ${await sealing.seal(privacyAsker(id), JSON.stringify(asker))}, ${await contactIndex(sealing, asker.contact)}, ${channel}, 'received', ${at(now)}, ${at(dueAt)}, ${at(now)})`.execute(tx)
}

export const contactIndex = ({ blind }: Act['sealing'], contact: string): Promise<Buffer> => blind('privacy-contact', contact.toLowerCase())

// What was said in such a case goes, and the case stays, as proof that it was attended to. which: those that are not empty yet are emptied.
export const emptied = (which: RawBuilder<unknown>): RawBuilder<unknown> => sql`with emptied as materialized (select tenant_id, id from privacy_case where ${which} and (details_sealed is not null or asker_sealed is not null) limit 1000),
    steps as (update privacy_step s set text_sealed = null from emptied e where s.tenant_id = e.tenant_id and s.case_id = e.id returning 1)
    update privacy_case c set details_sealed = null, asker_sealed = null, contact_bidx = null, code_bidx = null from emptied e where (select count(*) from steps) >= 0 and c.tenant_id = e.tenant_id and c.id = e.id`

// One of a kind is open at a time: asking again finds the first, and adds to it what was not said before. Who asks is told so in the same transaction.
export const openPrivacyCase = async ({ tx, subject: { tenant }, sealing, now }: Act, { id, person, kind, details, channel, dueAt }: Asked): Promise<{ id: string; dueAt: Millis }> => {
  const sealed = await sealing.seal(privacyDetails(id), JSON.stringify(details), person)
  const isProven = channel === 'chat' // who writes from their number is whose number it is
  const { rows: [row] } = await sql<{ id: string; dueAt: Millis; sealed: Buffer }>`insert into privacy_case (tenant_id, id, person_id, kind, details_sealed, channel, state, opened_at, due_at, acknowledged_at, identified_at, identified_by)
    values (${tenant}, ${id}, ${person}, ${kind}, ${sealed}, ${channel}, ${isProven ? 'identified' : 'received'}, ${at(now)}, ${at(dueAt)}, ${at(now)}, ${isProven ? at(now) : null}, ${isProven ? 'whatsapp' : null})
    on conflict (tenant_id, person_id, kind) where closed_at is null do update set kind = excluded.kind returning id, due_at as "dueAt", details_sealed as sealed`.execute(tx)
  if (!row) throw new AppError('bug', 'a privacy case was not opened')
  if (row.id !== id) {
    const before = told.parse(JSON.parse(await sealing.open(privacyDetails(row.id), row.sealed)))
    const added = details.filter((each) => !before.includes(each))
    if (added.length > 0) await sql`update privacy_case set details_sealed = ${await sealing.seal(privacyDetails(row.id), JSON.stringify([...before, ...added]), person)} where tenant_id = ${tenant} and id = ${row.id}`.execute(tx)
  }
  return { id: row.id, dueAt: row.dueAt }
}
