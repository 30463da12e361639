import { sql } from 'kysely'
import type { Mailbox } from '../domain/calendar-file.ts'
import type { Act, Millis } from '../define.ts'
import { at } from '../spine/db.ts'
import { invitationEmail, personEmail, personName } from './places.ts'

// Whom a visit was put into the calendar of by mail, and as what.
export type Invited = { role: 'prospect' | 'agent'; email: string; home: string; startsAt: Millis; endsAt: Millis }

export const invitedTo = async ({ tx, sealing, subject: { tenant } }: Act, tour: string): Promise<Invited[]> => {
  const { rows } = await sql<Omit<Invited, 'email'> & { email_sealed: Buffer }>`select role, email_sealed, home_id as home, starts_at as "startsAt", ends_at as "endsAt" from invitation where tenant_id = ${tenant} and tour_id = ${tour} order by role for update`.execute(tx)
  return Promise.all(rows.map(async ({ email_sealed, ...rest }) => ({ ...rest, email: await sealing.open(invitationEmail(tour, rest.role), email_sealed) })))
}
export const noteInvited = async ({ tx, sealing, subject: { tenant } }: Act, tour: string, { role, email, home, startsAt, endsAt }: Invited): Promise<void> => {
  await sql`insert into invitation (tenant_id, tour_id, role, email_sealed, home_id, starts_at, ends_at) values (${tenant}, ${tour}, ${role}, ${await sealing.seal(invitationEmail(tour, role), email)}, ${home}, ${at(startsAt)}, ${at(endsAt)})
    on conflict (tenant_id, tour_id, role) do update set email_sealed = excluded.email_sealed, home_id = excluded.home_id, starts_at = excluded.starts_at, ends_at = excluded.ends_at`.execute(tx)
}
export const noteUninvited = async ({ tx, subject: { tenant } }: Act, tour: string, { role }: Pick<Invited, 'role'>): Promise<void> => {
  await sql`delete from invitation where tenant_id = ${tenant} and tour_id = ${tour} and role = ${role}`.execute(tx)
}

// Where somebody has mail: as our people have it in the CRM, or as they wrote it themselves.
export const noteEmail = async ({ tx, sealing, subject: { tenant } }: Act, person: string, email: string): Promise<void> => {
  await sql`update person set email_sealed = ${await sealing.seal(personEmail(person), email, person)} where tenant_id = ${tenant} and id = ${person}`.execute(tx)
}
type Row = { name: Buffer | null; email: Buffer | null; language: 'es-MX' | 'en' }
export const mailboxOf = async ({ tx, sealing, subject: { tenant } }: Act, person: string): Promise<{ mailbox: Mailbox | undefined; language: Row['language'] }> => {
  const { rows: [row] } = await sql<Row>`select name_sealed as name, email_sealed as email, language from person where tenant_id = ${tenant} and id = ${person}`.execute(tx)
  if (!row?.email) return { mailbox: undefined, language: row?.language ?? 'es-MX' }
  return { mailbox: { name: row.name ? await sealing.open(personName(person), row.name) : '', email: await sealing.open(personEmail(person), row.email) }, language: row.language }
}
