import { sql } from 'kysely'
import type { Language } from '@portero/shared'
import type { Act } from '../define.ts'
import { languageOf } from '../domain/language.ts'
import { openJson } from './open-json.ts'
import { messageBody } from './places.ts'
import { z } from 'zod'

export const languageWith = async ({ tx, subject: { tenant } }: Act, person: string): Promise<Language | undefined> => {
  const { rows: [row] } = await sql<{ language: Language }>`select language from person where tenant_id = ${tenant} and id = ${person}`.execute(tx)
  return row?.language
}

// In which language they wrote before this, as far back as one of their last few messages tells.
const lookBack = 5
const worded = z.looseObject({ text: z.string() })
export const wroteBefore = async (act: Act, { conversation, message }: { conversation: string; message: string }): Promise<Language | undefined> => {
  const { rows } = await sql<{ id: string; sealed: Buffer }>`select id, body_sealed as sealed from message where tenant_id = ${act.subject.tenant} and conversation_id = ${conversation} and direction = 'in' and id <> ${message}
    and body_sealed is not null order by sent_at desc, id desc limit ${lookBack}`.execute(act.tx)
  for (const { id, sealed } of rows) {
    const { data } = worded.safeParse(await openJson(act, messageBody(id), sealed))
    const language = data && languageOf(data.text)
    if (language) return language
  }
  return undefined
}
