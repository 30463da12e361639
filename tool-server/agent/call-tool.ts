import type { Kysely } from 'kysely'
import { z } from 'zod'
import { defineCommand, doing, type Connector, type DB } from '../define.ts'
import { isActive } from '../store/agent-runs.ts'
import { standingNow } from '../store/standing.ts'
import { argsOf } from './next.ts'
import { runIn } from './run-key.ts'

// The house is a provider of its own tools: what the model wants done goes the way of every effect, so that a crash in its middle is the outbox's to mend. Asked again, a tool gives the first answer again (spine/run-tool.ts).
// args: JSON, as the model wrote it.
export const callTool = defineCommand({
  name: 'tools.call', args: z.strictObject({ conversation: z.uuid(), tool: z.string(), args: z.string() }), result: z.strictObject({ status: z.int(), code: z.string(), text: z.string() }),
  attempts: 3, blocksSerialWhenDead: false, gated: true,
})

export type Caller = (call: { tenant: string; conversation: string; tool: string; args: object }) => Promise<z.infer<typeof callTool.result>>
export const ownTools = (call: Caller): Connector => ({
  name: houseVendor,
  settings: z.strictObject({ baseUrl: z.url() }),
  auth: { kind: 'none' },
  limits: { perSecond: 1_000, concurrent: 64, timeoutMs: 10_000 },
  redact: [],
  does: [doing(callTool, 'same-effect', ({ conversation, tool, args }, { connection: { tenant } }) => call({ tenant, conversation, tool, args: argsOf({ args }) ?? {} }))],
})
export const houseVendor = 'portero'

// Asked again at the moment it is made, and of what the model is asked too: it is still the run that wanted it, and still the bot's to make.
export const mayStillCall = async (on: Kysely<DB>, { tenant, key }: { tenant: string; key: string }): Promise<boolean> => {
  const whose = runIn(key)
  if (!whose) return true // no run of ours asked for it: nothing that we know of speaks against it
  if (!(await isActive(on, tenant, whose))) return false
  const known = await standingNow(on, tenant, whose.conversation)
  return known?.mode === 'bot' && !known.isOptedOut && !known.isPeopleOnly
}
