import { z } from 'zod'
import { agentSerial } from '../actions/agent-end.ts'
import { agentBegin, agentUnbegun } from '../actions/agent-wait.ts'
import type { Flow } from '../define.ts'
import { respond } from '../domain/ports/model.ts'
import { defineFlow, type Reads } from '../domain/reads.ts'
import { noteTurn } from '../store/agent-runs.ts'
import { definitionOf } from './ask.ts'
import { current, type Agent } from './at.ts'
import { begin, unbegun } from './begin.ts'
import { callTool } from './call-tool.ts'
import { fallBack } from './fall-back.ts'
import { runIn } from './run-key.ts'
import { called, spentIn, step } from './step.ts'
import { wallTimer } from './wall.ts'

// Our own agent, as flows: each turn of it decides in one transaction, and whatever it wants from a model or a tool is a command whose answer is the next turn.
const answerOf = <R extends z.ZodType>(result: R) =>
  z.strictObject({ command: z.string(), key: z.string(), args: z.unknown(), done: result.optional(), dead: z.strictObject({ code: z.string(), uncertain: z.boolean() }).optional() })
const serial = ({ key }: { key: string }): string => agentSerial(runIn(key)?.conversation ?? key)
const gather = (_payload: unknown, { homes }: Reads) => homes.catalogue()

// isShadow: nothing leaves the house, so nobody is made to wait for an answer.
type House = Omit<Agent, 'definitions'> & { isShadow: boolean }
export const agentFlows = ({ isShadow, ...house }: House): readonly Flow[] => flowsOf({ ...house, definitions: house.tools.map(definitionOf) }, isShadow)

const flowsOf = (agent: Agent, isShadow: boolean): readonly Flow[] => {
  const whereOurs = async ({ connection }: { connection: string }, { channels, homes }: Reads) => (!isShadow && (await channels.agentOf(connection)) === 'portero' ? homes.catalogue() : undefined)
  return [
    defineFlow({
      ...agentBegin,
      name: 'agent.begin',
      serial: ({ conversation }) => agentSerial(conversation),
      gather: whereOurs,
      async decide(payload, catalogue, act) {
        if (catalogue) await begin(act, agent, payload, catalogue)
      },
    }),
    defineFlow({
      ...agentUnbegun,
      name: 'agent.unbegun',
      serial: ({ conversation }) => agentSerial(conversation),
      gather: whereOurs,
      async decide({ conversation }, catalogue, act) {
        if (catalogue) await unbegun(act, agent, conversation, catalogue)
      },
    }),
    defineFlow({
      name: 'agent.step',
      payload: answerOf(respond.result), serial, gather,
      async decide({ key, done }, catalogue, act) {
        const whose = runIn(key)
        const at = whose && (await current(act, agent, whose, catalogue))
        if (at) await step(act, at, done)
        else if (whose) await noteTurn(act, whose.run, spentIn(done)) // it was paid for all the same
      },
    }),
    defineFlow({
      name: 'agent.called',
      payload: answerOf(callTool.result), serial, gather,
      async decide({ key, done }, catalogue, act) {
        const whose = runIn(key)
        const at = whose && (await current(act, agent, whose, catalogue))
        if (at) await called(act, at, done)
      },
    }),
    defineFlow({
      ...wallTimer,
      name: 'agent.wall',
      serial: ({ conversation }) => agentSerial(conversation),
      gather,
      async decide(whose, catalogue, act) {
        const at = await current(act, agent, whose, catalogue)
        if (at) await fallBack(act, at, 'slow')
      },
    }),
  ]
}
