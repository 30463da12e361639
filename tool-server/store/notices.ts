import { sql, type Kysely, type RawBuilder } from 'kysely'
import type { Language } from '@portero/shared'
import type { Act, DB, Millis, Tx } from '../define.ts'
import type { Notice, WholeNotice } from '../domain/notice.ts'
import { at, type Db } from '../spine/db.ts'
import type { Metrics } from '../spine/metrics.ts'

// The versions of the notice, of which the latest holds, and who has been shown which.

// A version never changes. Words that come back after others are a version of their own, which is shown again.
export const putNotice = async (tx: Tx, tenant: string, { version, language, text, integral }: WholeNotice, now: Millis): Promise<void> => {
  const { rows: known } = await sql<{ version: string; text: string; integral: string | null; validFrom: Millis }>`select version, text, integral, valid_from as "validFrom" from notice where tenant_id = ${tenant} and language = ${language} order by valid_from desc, version`.execute(tx)
  const [latest] = known
  if (latest?.text === text && latest.integral === integral) return
  const times = known.filter((each) => each.version === version || each.version.startsWith(`${version}-`)).length
  await sql`insert into notice (tenant_id, language, version, text, integral, valid_from)
    values (${tenant}, ${language}, ${times === 0 ? version : `${version}-${times + 1}`}, ${text}, ${integral}, ${at(Math.max(now, (latest?.validFrom ?? 0) + 1))}) on conflict do nothing`.execute(tx)
}

// The one that holds in this person's language, and what is known of their having been shown it.
export type ForPerson = Notice & { isShown: boolean; message: string | undefined }
export const noticeFor = async (on: Kysely<DB>, { tenant, person }: { tenant: string; person: string }): Promise<ForPerson | undefined> => {
  const { rows: [row] } = await sql<Notice & { isShown: boolean; message: string | null }>`select n.version, n.language, n.text, s.version is not null as "isShown", s.message_id as message from notice n
    join person p on p.tenant_id = n.tenant_id and p.id = ${person} and p.language = n.language left join notice_shown s on s.tenant_id = n.tenant_id and s.version = n.version and s.person_id = p.id
    where n.tenant_id = ${tenant} order by n.valid_from desc, n.version limit 1`.execute(on)
  return row && { ...row, message: row.message ?? undefined }
}
// The same of a row in a statement, which has the tenant, the person and their language.
export const isShownNotice = (tenant: RawBuilder<unknown>, person: RawBuilder<unknown>, language: RawBuilder<unknown>): RawBuilder<boolean> => sql`exists (select 1 from notice_shown shown where shown.tenant_id = ${tenant} and shown.person_id = ${person}
  and shown.version = (select n.version from notice n where n.tenant_id = ${tenant} and n.language = ${language} order by n.valid_from desc, n.version limit 1))`
// What this person hasn't been shown yet of what holds in their language.
export const unshownNotice = async (on: Kysely<DB>, whose: { tenant: string; person: string }): Promise<Notice | undefined> => {
  const found = await noticeFor(on, whose)
  return found && !found.isShown ? { version: found.version, language: found.language, text: found.text } : undefined
}

// message: the one that showed it; where the flow's gate does, it is known only afterwards. false: somebody else has just done so.
type Showing = { person: string; version: string; how: 'gate' | 'message' | 'bot'; message?: string | undefined }
export const noteNoticeShown = async ({ tx, subject, now }: Act, { person, version, how, message }: Showing): Promise<boolean> => {
  const { rows } = await sql`insert into notice_shown (tenant_id, person_id, version, how, shown_at, message_id) values (${subject.tenant}, ${person}, ${version}, ${how}, ${at(now)}, ${message ?? null}) on conflict do nothing returning version`.execute(tx)
  return rows.length > 0
}
// Long after, it would be another that only has the link too.
const soonMs: Millis = 24 * 3_600_000
export const noteNoticeMessage = async ({ tx, subject, now }: Act, { person, version, message }: { person: string; version: string; message: string }): Promise<void> => {
  await sql`update notice_shown set message_id = ${message} where tenant_id = ${subject.tenant} and person_id = ${person} and version = ${version} and how = 'gate' and message_id is null and shown_at > ${at(now - soonMs)}`.execute(tx)
}

// integral: null of versions from before there was one. hash: of what stands there.
export type NoticeVersion = Notice & { integral: string | null; hash: string; validFrom: Millis }
export const noticeVersions = async (on: Kysely<DB>, tenant: string, language: Language): Promise<NoticeVersion[]> => {
  const { rows } = await sql<Omit<NoticeVersion, 'language'>>`select version, text, integral, coalesce(integral_sha256, text_sha256) as hash, valid_from as "validFrom" from notice where tenant_id = ${tenant} and language = ${language} order by valid_from desc, version limit 100`.execute(on)
  return rows.map((row) => ({ ...row, language }))
}
export const noticeVersion = async (on: Kysely<DB>, tenant: string, version: string): Promise<NoticeVersion | undefined> => {
  const { rows: [row] } = await sql<NoticeVersion>`select version, language, text, integral, coalesce(integral_sha256, text_sha256) as hash, valid_from as "validFrom" from notice where tenant_id = ${tenant} and version = ${version} order by language limit 1`.execute(on)
  return row
}
export const currentNotice = async (on: Kysely<DB>, tenant: string, language: Language): Promise<(Notice & { validFrom: Millis }) | undefined> => {
  const { rows: [row] } = await sql<{ version: string; text: string; validFrom: Millis }>`select version, text, valid_from as "validFrom" from notice where tenant_id = ${tenant} and language = ${language} order by valid_from desc, version limit 1`.execute(on)
  return row && { ...row, language }
}

// What somebody was shown, the latest first.
export type ShownNotice = { version: string; how: 'gate' | 'message' | 'bot'; shownAt: Millis; message: string | undefined }
export const noticesShownTo = async (on: Kysely<DB>, tenant: string, person: string): Promise<ShownNotice[]> => {
  const { rows } = await sql<Omit<ShownNotice, 'message'> & { message: string | null }>`select version, how, shown_at as "shownAt", message_id as message from notice_shown where tenant_id = ${tenant} and person_id = ${person} order by shown_at desc, version`.execute(on)
  return rows.map(({ message, ...rest }) => ({ ...rest, message: message ?? undefined }))
}

export const measureNotices = async ({ db, metrics }: { db: Db; metrics: Metrics }): Promise<void> => {
  const { rows } = await sql<{ how: string; count: number }>`select how, count(*) as count from notice_shown group by how`.execute(db.bare)
  for (const { how, count } of rows) metrics.notices.set({ how }, count)
}
