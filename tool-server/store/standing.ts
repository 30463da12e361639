import { sql, type Kysely } from 'kysely'
import type { Act, DB, Millis } from '../define.ts'
import { isNo, takesFollowUps, takesOffers, type ConsentStatus } from '../domain/consent.ts'
import type { ConversationMode } from '../domain/send-gate.ts'
import { at } from '../spine/db.ts'
import { heldNow } from './consents.ts'
import { isShownNotice } from './notices.ts'

// What the send gate must know of a conversation, in one look.
export type ConversationStanding = { person: string; connection: string; vendor: string; external: string | undefined; mode: ConversationMode; heardAt: Millis | undefined; sendsUntil: Millis | undefined; isOptedOut: boolean; isPeopleOnly: boolean; takesOffers: boolean; takesFollowUps: boolean; isBlocked: boolean; language: 'es-MX' | 'en' }
type Row = { person: string; connection: string; vendor: string; external: string | null; mode: ConversationMode; heardAt: Millis | null; sendsUntil: Millis | null; consent: ConsentStatus | null; automated: ConsentStatus | null; offers: ConsentStatus | null; isShown: boolean; isBlocked: boolean; language: 'es-MX' | 'en' }

const read = (on: Kysely<DB>, tenant: string, conversation: string, lock: boolean) => sql<Row>`select c.person_id as person, c.connection_id as connection, n.vendor, c.external_id as external, c.state as mode, c.heard_at as "heardAt", c.sends_until as "sendsUntil", p.language, p.blocked_at is not null as "isBlocked",
    ${heldNow(sql`c.tenant_id`, sql`c.person_id`, 'messages')} as consent, ${heldNow(sql`c.tenant_id`, sql`c.person_id`, 'automated')} as automated,
    ${heldNow(sql`c.tenant_id`, sql`c.person_id`, 'marketing')} as offers, ${isShownNotice(sql`c.tenant_id`, sql`c.person_id`, sql`p.language`)} as "isShown"
  from conversation c join person p on p.tenant_id = c.tenant_id and p.id = c.person_id join connection n on n.tenant_id = c.tenant_id and n.id = c.connection_id
  where c.tenant_id = ${tenant} and c.id = ${conversation} ${lock ? sql`for key share of p for no key update of c` : sql``}`.execute(on)

const standingOf = ({ rows: [row] }: { rows: Row[] }): ConversationStanding | undefined => {
  if (!row) return undefined
  const { external, heardAt, sendsUntil, consent, automated, offers, isShown, ...rest } = row
  return { ...rest, external: rest.isBlocked ? undefined : (external ?? undefined), // nothing is told the vendor of whoever is blocked
    heardAt: heardAt ?? undefined, sendsUntil: sendsUntil ?? undefined, isOptedOut: isNo(consent), isPeopleOnly: isNo(automated), takesOffers: takesOffers(offers), takesFollowUps: takesFollowUps(offers, isShown) }
}

// Locked, so that a takeover comes before or after what is being said, never in its middle. The person first, as whoever merges or blocks them does; if it became somebody else's while we waited, it is looked at again.
export const standing = async ({ tx, subject }: Act, conversation: string): Promise<ConversationStanding | undefined> =>
  standingOf(await read(tx, subject.tenant, conversation, true)) ?? standingOf(await read(tx, subject.tenant, conversation, true))
export const standingNow = async (on: Kysely<DB>, tenant: string, conversation: string): Promise<ConversationStanding | undefined> => standingOf(await read(on, tenant, conversation, false))

export const spaceOut = async ({ tx, subject }: Act, conversation: string, until: Millis): Promise<void> => {
  await sql`update conversation set sends_until = ${at(until)} where tenant_id = ${subject.tenant} and id = ${conversation}`.execute(tx)
}

export type Reached = { id: string; connection: string; language: 'es-MX' | 'en' }
export const conversationsOf = async ({ tx, subject }: Act, person: string): Promise<Reached[]> => {
  const { rows } = await sql<Reached>`select c.id, c.connection_id as connection, p.language from conversation c join person p on p.tenant_id = c.tenant_id and p.id = c.person_id
    where c.tenant_id = ${subject.tenant} and c.person_id = ${person}`.execute(tx)
  return rows
}

// By the name that the vendor's flow knows; two connections with one of that name are nobody's.
export const standingOfExternal = async (on: Kysely<DB>, tenant: string, external: string): Promise<(ConversationStanding & { id: string; tenant: string }) | undefined> => {
  const { rows } = await sql<{ id: string }>`select id from conversation where tenant_id = ${tenant} and external_id = ${external} limit 2`.execute(on)
  const [row] = rows
  const known = row && rows.length === 1 ? await standingNow(on, tenant, row.id) : undefined
  return row && known && { ...known, id: row.id, tenant }
}
