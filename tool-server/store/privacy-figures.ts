import { sql, type Kysely, type RawBuilder } from 'kysely'
import type { Language } from '@portero/shared'
import type { DB, Millis } from '../define.ts'
import type { ConsentPurpose, ConsentStatus } from '../domain/consent.ts'
import { at } from '../spine/db.ts'
import { isSeen } from './blocked.ts'
import { isShownNotice } from './notices.ts'

// How it stands with consents and notices: whom each number counts, with the conversation that they were last in.
type Asked = { tenant: string; from: Millis; to: Millis }
const lastOf = (tenant: string, person: RawBuilder<unknown>): RawBuilder<unknown> => sql`(select c.id from conversation c where c.tenant_id = ${tenant} and c.person_id = ${person} order by c.opened_at desc, c.id desc limit 1)`

// What holds of each purpose, of whoever ever said anything about it.
export const heldRows = ({ tenant }: Asked): RawBuilder<unknown> => sql`select distinct on (c.person_id, c.purpose) c.id, c.person_id as person, ${lastOf(tenant, sql`c.person_id`)} as conversation, c.at, c.purpose, c.status from consent c
  where c.tenant_id = ${tenant} and ${isSeen(tenant, sql`c.person_id`)} order by c.person_id, c.purpose, c.at desc, c.id desc`
// Who took something back in that time, once for each purpose, whatever they said afterwards.
export const withdrawnRows = ({ tenant, from, to }: Asked): RawBuilder<unknown> => sql`select distinct on (c.person_id, c.purpose) c.id, c.person_id as person, ${lastOf(tenant, sql`c.person_id`)} as conversation, c.at, c.purpose from consent c
  where c.tenant_id = ${tenant} and c.status = 'revoked' and c.at >= ${at(from)} and c.at < ${at(to)} and ${isSeen(tenant, sql`c.person_id`)} order by c.person_id, c.purpose, c.at desc, c.id desc`
export const noticeRows = ({ tenant }: Asked): RawBuilder<unknown> => sql`select s.person_id as id, s.person_id as person, ${lastOf(tenant, sql`s.person_id`)} as conversation, s.shown_at as at, s.version from notice_shown s where s.tenant_id = ${tenant} and ${isSeen(tenant, sql`s.person_id`)}`
// Who is in a conversation with us and was not shown the version in force in their language.
export const unshownRows = ({ tenant }: Asked): RawBuilder<unknown> => sql`select p.id, p.id as person, ${lastOf(tenant, sql`p.id`)} as conversation, p.created_at as at, p.language from person p
  where p.tenant_id = ${tenant} and p.blocked_at is null and p.merged_into is null and exists (select 1 from conversation c where c.tenant_id = ${tenant} and c.person_id = p.id) and not ${isShownNotice(sql`p.tenant_id`, sql`p.id`, sql`p.language`)}`

export type ConsentCount = { purpose: ConsentPurpose; status: ConsentStatus | 'withdrawn'; count: number }
export const consentCounts = async (on: Kysely<DB>, asked: Asked): Promise<ConsentCount[]> => {
  const { rows } = await sql<ConsentCount>`select purpose, status, count(*) as count from (${heldRows(asked)}) held group by 1, 2 union all select purpose, 'withdrawn', count(*) from (${withdrawnRows(asked)}) gone group by 1`.execute(on)
  return rows
}
// Each version by language, the latest first, and how many were shown it. isInForce: the latest of its language.
export type NoticeCount = { version: string; language: Language; validFrom: Millis; isInForce: boolean; shown: number }
export const noticeCounts = async (on: Kysely<DB>, asked: Asked): Promise<{ versions: NoticeCount[]; unshown: { language: Language; count: number }[] }> => {
  const { rows: versions } = await sql<NoticeCount>`select n.version, n.language, n.valid_from as "validFrom", row_number() over (partition by n.language order by n.valid_from desc, n.version) = 1 as "isInForce", coalesce(s.shown, 0) as shown from notice n
    left join (select version, count(*) as shown from (${noticeRows(asked)}) each_one group by version) s on s.version = n.version where n.tenant_id = ${asked.tenant} order by n.language desc, n.valid_from desc, n.version`.execute(on)
  const { rows: unshown } = await sql<{ language: Language; count: number }>`select language, count(*) as count from (${unshownRows(asked)}) u group by language order by language desc`.execute(on)
  return { versions, unshown }
}

export type BreachCount = { breaches: number; people: number; untold: number; lastKnownAt: Millis | undefined }
export const breachCounts = async (on: Kysely<DB>, tenant: string): Promise<BreachCount> => {
  const { rows: [row] } = await sql<{ breaches: number; untold: number; last: Millis | null; people: number }>`select count(*) as breaches, count(*) filter (where told_at is null) as untold, max(known_at) as last, (select count(*) from breach_person p where p.tenant_id = ${tenant}) as people from breach where tenant_id = ${tenant}`.execute(on)
  return { breaches: row?.breaches ?? 0, people: row?.people ?? 0, untold: row?.untold ?? 0, lastKnownAt: row?.last ?? undefined }
}
