import { sql } from 'kysely'
import { z } from 'zod'
import { AppError } from '@portero/shared'
import { defineAction } from '../define.ts'
import { settingsPlace } from '../spine/connections.ts'
import { conversationsAt, forgetRival } from '../store/agent-runs.ts'
import { stopAgent } from './agent-end.ts'

// Who answers prospects on a channel from now on. What the other was heard saying there is forgiven, and what ours was about to say is left to the other.
const args = z.strictObject({ channel: z.string(), agent: z.enum(['bird', 'portero']) })
const settings = z.looseObject({})
export const switchAgent = defineAction({ name: 'switch-agent', args, result: z.strictObject({ isNew: z.boolean() }), scopes: [], callers: ['staff', 'system'] }).decides(async ({ channel, agent }, act) => {
  const { tx, sealing, subject: { tenant } } = act
  const { rows: [row] } = await sql<{ id: string; settings_sealed: Buffer }>`select id, settings_sealed from connection where tenant_id = ${tenant} and vendor = 'bird' and account = ${channel} for update`.execute(tx)
  if (!row) throw new AppError('not_found', `there is no channel ${channel}: portero doctor names those that are connected`)
  const before = settings.parse(JSON.parse(await sealing.open(settingsPlace(row.id), row.settings_sealed)))
  await forgetRival(act, row.id)
  if ((before['agent'] ?? 'bird') === agent) return { isNew: false }
  const sealed = await sealing.seal(settingsPlace(row.id), JSON.stringify({ ...before, agent }))
  await sql`update connection set settings_sealed = ${sealed} where tenant_id = ${tenant} and id = ${row.id}`.execute(tx)
  for (const conversation of await conversationsAt(act, row.id)) await stopAgent(act, conversation, 'taken')
  return { isNew: true }
})
