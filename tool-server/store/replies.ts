import { sql } from 'kysely'
import { AppError } from '@portero/shared'
import type { Act } from '../define.ts'
import { noteMessage } from './conversations.ts'

// What a person of ours wrote here stands in the transcript under a name of our own until the vendor has given it one.
const nameOf = (key: string): string => `reply:${key}`

export const noteReply = async (act: Act, { conversation, text, key }: { conversation: string; text: string; key: string }): Promise<string> => {
  const { rows: [row] } = await sql<{ person: string; connection: string }>`select person_id as person, connection_id as connection from conversation where tenant_id = ${act.subject.tenant} and id = ${conversation}`.execute(act.tx)
  if (!row) throw new AppError('bug', 'a reply belongs to a conversation')
  await noteMessage(act, { conversation, ...row, external: nameOf(key), author: 'human', body: { kind: 'text', text }, status: 'accepted', sentAt: act.now })
  return row.person
}

// The vendor may have told us of it before it answered: then that one is it.
export const replyLeft = async ({ tx, subject: { tenant } }: Act, { conversation, key, message, failure }: { conversation: string; key: string; message?: string | undefined; failure?: string | undefined }): Promise<void> => {
  const ours = sql`tenant_id = ${tenant} and conversation_id = ${conversation} and external_id = ${nameOf(key)}`
  if (message === undefined) return void (await sql`update message set status = 'failed', failure = ${failure ?? null} where ${ours}`.execute(tx))
  const { rows: [told] } = await sql`update message set author = 'human' where tenant_id = ${tenant} and conversation_id = ${conversation} and external_id = ${message} returning id`.execute(tx)
  if (told) await sql`delete from message where ${ours}`.execute(tx)
  else await sql`update message set external_id = ${message} where ${ours}`.execute(tx)
}
