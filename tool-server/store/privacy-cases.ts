import { sql } from 'kysely'
import { z } from 'zod'
import { AppError } from '@portero/shared'
import type { Act, Millis } from '../define.ts'
import type { ArcoKind } from '../domain/privacy.ts'
import { at } from '../spine/db.ts'
import { privacyDetails } from './places.ts'

type Asked = { id: string; person: string; kind: ArcoKind; details: string[]; channel: 'chat' | 'web'; dueAt: Millis }
const told = z.array(z.string())

// One of a kind is open at a time: asking again finds the first, and adds to it what was not said before. Who asks is told so in the same transaction.
export const openPrivacyCase = async ({ tx, subject: { tenant }, sealing, now }: Act, { id, person, kind, details, channel, dueAt }: Asked): Promise<{ id: string; dueAt: Millis }> => {
  const sealed = await sealing.seal(privacyDetails(id), JSON.stringify(details), person)
  const { rows: [row] } = await sql<{ id: string; dueAt: Millis; sealed: Buffer }>`insert into privacy_case (tenant_id, id, person_id, kind, details_sealed, channel, state, opened_at, due_at, acknowledged_at)
    values (${tenant}, ${id}, ${person}, ${kind}, ${sealed}, ${channel}, 'received', ${at(now)}, ${at(dueAt)}, ${at(now)})
    on conflict (tenant_id, person_id, kind) where state = 'received' do update set kind = excluded.kind returning id, due_at as "dueAt", details_sealed as sealed`.execute(tx)
  if (!row) throw new AppError('bug', 'a privacy case was not opened')
  if (row.id !== id) {
    const before = told.parse(JSON.parse(await sealing.open(privacyDetails(row.id), row.sealed)))
    const added = details.filter((each) => !before.includes(each))
    if (added.length > 0) await sql`update privacy_case set details_sealed = ${await sealing.seal(privacyDetails(row.id), JSON.stringify([...before, ...added]), person)} where tenant_id = ${tenant} and id = ${row.id}`.execute(tx)
  }
  return { id: row.id, dueAt: row.dueAt }
}
