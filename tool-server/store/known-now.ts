import { sql } from 'kysely'
import type { Act } from '../define.ts'
import { claimValue, personEmail, personName } from './places.ts'

// What we hold of somebody that they may have corrected.
type Row = { name: Buffer | null; mail: Buffer | null; phone: Buffer | null; language: string }
export const knownNow = async ({ tx, sealing, subject: { tenant } }: Act, person: string): Promise<Readonly<Record<string, string>>> => {
  const { rows: [row] } = await sql<Row>`select name_sealed as name, email_sealed as mail, language,
    (select value_sealed from claim c where c.tenant_id = p.tenant_id and c.person_id = p.id and kind = 'phone' order by claimed_at limit 1) as phone from person p where tenant_id = ${tenant} and id = ${person}`.execute(tx)
  if (!row) return {}
  return {
    language: row.language,
    ...(row.name && { name: await sealing.open(personName(person), row.name) }),
    ...(row.mail && { mail: await sealing.open(personEmail(person), row.mail) }),
    ...(row.phone && { phone: await sealing.open(claimValue('phone', person), row.phone) }),
  }
}
