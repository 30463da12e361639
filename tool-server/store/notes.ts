import { sql } from 'kysely'
import { AppError } from '@portero/shared'
import type { Act } from '../define.ts'
import { at } from '../spine/db.ts'
import { noteText } from './places.ts'

// What a person of ours writes down about a conversation. Answers whom it is about.
export const addNote = async ({ tx, subject: { tenant, user }, sealing, now, newId }: Act, { conversation, text }: { conversation: string; text: string }): Promise<string> => {
  const { rows: [row] } = await sql<{ person: string }>`select person_id as person from conversation where tenant_id = ${tenant} and id = ${conversation}`.execute(tx)
  if (!row) throw new AppError('bug', 'a note about no conversation')
  const id = newId()
  await sql`insert into note (tenant_id, id, person_id, conversation_id, author, text_sealed, written_at)
    values (${tenant}, ${id}, ${row.person}, ${conversation}, ${user ?? null}, ${await sealing.seal(noteText(id), text, row.person)}, ${at(now)})`.execute(tx)
  return row.person
}
