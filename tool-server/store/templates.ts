import { sql, type Kysely } from 'kysely'
import type { z } from 'zod'
import type { Act, DB } from '../define.ts'
import type { seenTemplate } from '../domain/ports/messaging.ts'
import { at } from '../spine/db.ts'

// The templates of a channel, as its vendor last told them.
type Seen = z.infer<typeof seenTemplate>

export const templateFor = async ({ tx, subject }: Act, { connection, name, language }: { connection: string; name: string; language: string }): Promise<Pick<Seen, 'project' | 'version' | 'status' | 'category'> | undefined> => {
  const { rows: [row] } = await sql<Pick<Seen, 'project' | 'version' | 'status' | 'category'>>`select project, version, status, category from template
    where tenant_id = ${subject.tenant} and connection_id = ${connection} and name = ${name} and language = ${language}`.execute(tx)
  return row
}

// Asked again as it leaves: the vendor may have put it elsewhere since.
export const isPromotion = async (on: Kysely<DB>, tenant: string, { connection, name, language }: { connection: string; name: string; language: string }): Promise<boolean> => {
  const { rows } = await sql`select 1 from template where tenant_id = ${tenant} and connection_id = ${connection} and name = ${name} and language = ${language} and category = 'marketing'`.execute(on)
  return rows.length > 0
}

// All of them at once: one that isn't told any more is gone.
export const noteTemplates = async ({ tx, subject, now }: Act, connection: string, templates: readonly Seen[]): Promise<void> => {
  const each = new Map(templates.map((template) => [JSON.stringify([template.name, template.language]), template]))
  await sql`insert into template (tenant_id, connection_id, name, language, project, version, category, status, synced_at)
    select ${subject.tenant}, ${connection}, name, language, project, version, category, status, ${at(now)}
    from jsonb_to_recordset(${JSON.stringify([...each.values()])}::jsonb) as told (name text, language text, project text, version text, category text, status text)
    on conflict (tenant_id, connection_id, name, language) do update set project = excluded.project, version = excluded.version, category = excluded.category, status = excluded.status, synced_at = excluded.synced_at`.execute(tx)
  await sql`delete from template where tenant_id = ${subject.tenant} and connection_id = ${connection} and synced_at < ${at(now)}`.execute(tx)
}
