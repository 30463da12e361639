import { sql } from 'kysely'
import type { z } from 'zod'
import type { Act } from '../define.ts'
import { sendMessage } from '../domain/ports/messaging.ts'
import { openJson } from './open-json.ts'

// What we sent under that name, for as long as the outbox remembers.
export type Sent = z.infer<typeof sendMessage.args>
export const sentAs = async (act: Act, key: string): Promise<Sent | undefined> => {
  const { rows: [row] } = await sql<{ id: string; args_sealed: Buffer | null }>`select id, args_sealed from job where tenant_id = ${act.subject.tenant} and kind = 'command' and name = ${sendMessage.name} and key = ${key}`.execute(act.tx)
  const args = row?.args_sealed ? await openJson(act, `job.args:${row.id}`, row.args_sealed) : undefined
  return args === undefined ? undefined : sendMessage.args.parse(args)
}
