import type { z } from 'zod'
import { agentKey } from '../actions/agent-end.ts'
import type { Act, Millis, Tool } from '../define.ts'
import { knowledgeOf } from '../domain/knowledge.ts'
import { modelTool, respond } from '../domain/ports/model.ts'
import { openAiFunction } from '../spine/tools-openai.ts'
import { addItems, itemsOf, noteCall, noteRepair } from '../store/agent-runs.ts'
import type { At, Here } from './at.ts'
import { bounds } from './bounds.ts'
import { callTool } from './call-tool.ts'
import { fallBack } from './fall-back.ts'
import { callsLeft, judge, type Call } from './next.ts'
import { promptFor, type Prompt } from './prompt.ts'

// The next thing that a run does: it asks the model again, or makes one of the calls that the model wants, the first of them first.
export const definitionOf = (tool: Tool): z.infer<typeof modelTool> => {
  const { name, description, parameters } = openAiFunction(tool)
  return modelTool.parse({ name, description, parameters })
}
export const promptOf = ({ definitions, persona, company, catalogue, zone }: Here, now: Millis): Prompt =>
  promptFor({ persona, company: { name: company, knowledge: knowledgeOf(catalogue, { now, zone }) }, tools: definitions })

export const askModel = async (act: Act, at: At): Promise<void> => {
  const { conversation, run, definitions: tools, door } = at
  if (run.turns >= bounds.turns) return fallBack(act, at, 'turns')
  const { opening, own } = await itemsOf(act, run.id)
  const { version, instructions } = promptOf(at, act.now)
  const whom = await whomOf(act, run.person)
  const hosted = door && { url: door.url, token: await door.tokenFor({ tenant: act.subject.tenant, conversation }), tools: tools.map(({ name }) => name) } // for a connection that wants it
  await act.send(respond, { version, instructions, tools: [...tools], ...(hosted && { hosted }), items: [...opening, ...own], whom, mostTokens: bounds.tokens }, {
    key: `${agentKey(conversation, 'model')}${run.id}:${run.turns + 1}`, then: 'agent.step', person: run.person,
  })
}

// Whom it speaks with, as the model's vendor may know it.
export const whomOf = async ({ sealing }: Act, person: string): Promise<string> => (await sealing.blind('model.whom', person)).toString('hex').slice(0, 64)

// What can't be called is answered at once, so that the model mends it.
export const goOn = async (act: Act, at: At): Promise<void> => {
  const { tools } = at
  let { run } = at
  for (;;) {
    const { own } = await itemsOf(act, run.id)
    const [call] = callsLeft(own)
    if (!call) return askModel(act, { ...at, run })
    const verdict = judge(call, { own, tools, run })
    if (verdict.do === 'stop') return fallBack(act, { ...at, run }, verdict.why)
    if (verdict.do === 'call') return make(act, { ...at, run }, call, verdict.isEffect)
    if (verdict.isFault && run.repairs >= bounds.repairs) return fallBack(act, { ...at, run }, 'repairs')
    if (verdict.isFault) {
      await noteRepair(act, run.id)
      run = { ...run, repairs: run.repairs + 1 }
    }
    await addItems(act, run, [{ kind: 'answer', id: call.id, text: verdict.text }])
  }
}

const make = async (act: Act, { conversation, run }: At, { id, tool, args }: Call, isEffect: boolean): Promise<void> => {
  await noteCall(act, run.id, isEffect)
  await act.send(callTool, { conversation, tool, args }, { key: `${agentKey(conversation, 'call')}${run.id}:${run.calls + 1}:${id}`, then: 'agent.called', person: run.person })
}
