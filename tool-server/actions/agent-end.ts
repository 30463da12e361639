import { z } from 'zod'
import { defineAction, type Act } from '../define.ts'
import type { Metrics } from '../spine/metrics.ts'
import { closeRun, openRun } from '../store/agent-runs.ts'
import { standing } from '../store/standing.ts'
import { unattended } from './say.ts'

// A run of our own agent is over, however it ended; what of it had not begun is taken back.
// unsaid: the gate refused it. fell-back: a person was called instead. superseded: they went on writing. taken, opted-out: nothing is to be said any more. answered: somebody had, before it began. lost: none of its turns is left.
export const agentOutcomes = ['said', 'unsaid', 'fell-back', 'superseded', 'taken', 'opted-out', 'answered', 'lost'] as const
export type AgentOutcome = (typeof agentOutcomes)[number]

// By these their commands and timers are found. A takeover takes them back with all that is unattended.
export const agentKey = (conversation: string, what: 'begin' | 'wall' | 'model' | 'call'): string => `${unattended(conversation)}${what}:`
export const agentSerial = (conversation: string): string => `agent:${conversation}`

const args = z.strictObject({ run: z.uuid(), conversation: z.uuid(), outcome: z.enum(agentOutcomes), reason: z.string().optional() })
const result = z.strictObject({ outcome: z.enum(agentOutcomes), reason: z.string().optional(), turns: z.int(), claims: z.int(), micros: z.int(), ms: z.int() })
export const endAgentRun = defineAction({ name: 'end-agent-run', args, result, scopes: [], callers: ['system', 'staff', 'prospect'] }).decides(async ({ run, conversation, outcome, reason }, act) => {
  const { turns, claims, micros, since } = (await closeRun(act, { id: run, outcome, reason })) ?? { turns: 0, claims: 0, micros: 0, since: act.now }
  for (const what of ['wall', 'model', 'call'] as const) await act.drop(agentKey(conversation, what))
  return { outcome, ...(reason !== undefined && { reason }), turns, claims, micros, ms: act.now - since }
})

// Whoever it is that answers from now on, it isn't the agent.
export const stopAgent = async (act: Act, conversation: string, outcome: AgentOutcome): Promise<void> => {
  await standing(act, conversation) // locked first, as a run's own turns do
  for (const state of ['active', 'waiting'] as const) {
    const open = await openRun(act, conversation, state)
    if (open) await act.act(endAgentRun, { run: open.id, conversation, outcome })
  }
}

export const replaced = 'replaced' // why it was said otherwise than the model had it
type Gauges = Pick<Metrics, 'agentRuns' | 'agentTurns' | 'agentReply' | 'agentClaims' | 'agentDollars'>
export const measureAgent = ({ agentRuns, agentTurns, agentReply, agentClaims, agentDollars }: Gauges) => (action: string, done: unknown): void => {
  if (action !== endAgentRun.name) return
  const { outcome, reason, turns, claims, micros, ms } = result.parse(done)
  agentRuns.inc({ outcome })
  agentDollars.inc(micros / 1_000_000)
  if (claims > 0 && outcome === 'said') agentClaims.inc({ outcome: reason === replaced ? 'replaced' : 'mended' })
  if (turns > 0) agentTurns.observe(turns)
  if (outcome === 'said' || outcome === 'fell-back') agentReply.observe(ms / 1000)
}
