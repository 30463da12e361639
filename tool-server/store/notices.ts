import { sql, type Kysely } from 'kysely'
import type { Language } from '@portero/shared'
import type { Act, DB, Millis, Tx } from '../define.ts'
import type { Notice } from '../domain/notice.ts'
import { at, type Db } from '../spine/db.ts'
import type { Metrics } from '../spine/metrics.ts'

// The notice that holds, and who has been shown it.
export const putNotice = async (tx: Tx, tenant: string, { version, language, text }: Notice, now: Millis): Promise<void> => {
  await sql`insert into notice (tenant_id, language, version, text, valid_from) values (${tenant}, ${language}, ${version}, ${text}, ${at(now)}) on conflict do nothing`.execute(tx)
}

// What this person hasn't been shown yet of what holds in their language.
export const unshownNotice = async (on: Kysely<DB>, { tenant, person }: { tenant: string; person: string }): Promise<Notice | undefined> => {
  const { rows: [row] } = await sql<Notice & { shown: boolean }>`select n.version, n.language, n.text, s.version is not null as shown from notice n
    join person p on p.tenant_id = n.tenant_id and p.id = ${person} and p.language = n.language left join notice_shown s on s.tenant_id = n.tenant_id and s.version = n.version and s.person_id = p.id
    where n.tenant_id = ${tenant} order by n.valid_from desc, n.version limit 1`.execute(on)
  return row && !row.shown ? { version: row.version, language: row.language, text: row.text } : undefined
}

// false: somebody else has just done so.
export const noteNoticeShown = async ({ tx, subject, now }: Act, { person, version, how }: { person: string; version: string; how: 'gate' | 'message' | 'bot' }): Promise<boolean> => {
  const { rows } = await sql`insert into notice_shown (tenant_id, person_id, version, how, shown_at) values (${subject.tenant}, ${person}, ${version}, ${how}, ${at(now)}) on conflict do nothing returning version`.execute(tx)
  return rows.length > 0
}

export const currentNotice = async (on: Kysely<DB>, tenant: string, language: Language): Promise<(Notice & { validFrom: Millis }) | undefined> => {
  const { rows: [row] } = await sql<{ version: string; text: string; validFrom: Millis }>`select version, text, valid_from as "validFrom" from notice where tenant_id = ${tenant} and language = ${language} order by valid_from desc, version limit 1`.execute(on)
  return row && { ...row, language }
}

export const measureNotices = async ({ db, metrics }: { db: Db; metrics: Metrics }): Promise<void> => {
  const { rows } = await sql<{ how: string; count: number }>`select how, count(*) as count from notice_shown group by how`.execute(db.bare)
  for (const { how, count } of rows) metrics.notices.set({ how }, count)
}
