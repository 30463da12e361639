import type OpenAI from 'openai'
import { tools } from '@portero/tool-server/tools/index.ts'
import { openAiFunction } from '@portero/tool-server/spine/tools-openai.ts'

// A conversation with the scripted model: what it calls is called at the house's own door, and what that answers is given back to it.
export type Call = { tool: string; args: string; answer: { ok: boolean; say: string; data?: any; error?: { code: string } } }
export type Talk = { say(text: string): Promise<string>; note(text: string): void; answer(): Promise<string>; calls: Call[]; items: OpenAI.Responses.ResponseInput }
type Needs = { client: OpenAI; instructions: string; call(tool: string, args: string): Promise<string>; most?: number }

export const functions: OpenAI.Responses.FunctionTool[] = tools.map(openAiFunction).map(({ parameters, ...rest }) => ({ ...rest, parameters: { ...parameters } }))
export const openTalk = ({ client, instructions, call, most = 8 }: Needs): Talk => {
  const items: OpenAI.Responses.ResponseInput = []
  const calls: Call[] = []
  const answer = async (): Promise<string> => {
    for (let turn = 0; turn < most; turn++) {
      const response = await client.responses.create({ model: 'gpt-6.1-terra', instructions, tools: functions, input: items, parallel_tool_calls: false, reasoning: { effort: 'low' }, include: ['reasoning.encrypted_content'], max_output_tokens: 4_000, store: false, prompt_cache_key: 'v1' })
      items.push(...response.output.filter((item) => item.type === 'reasoning' || item.type === 'function_call' || item.type === 'message'))
      const wanted = response.output.filter((item) => item.type === 'function_call')
      if (wanted.length === 0) return response.output_text
      for (const { name, arguments: args, call_id } of wanted) {
        const output = await call(name, args)
        calls.push({ tool: name, args, answer: JSON.parse(output) })
        items.push({ type: 'function_call_output', call_id, output })
      }
    }
    throw new Error(`the model still calls after ${most} turns`)
  }
  return {
    calls, items, answer,
    note: (text) => void items.push({ role: 'developer', content: text }),
    say: (text) => {
      items.push({ role: 'user', content: text })
      return answer()
    },
  }
}
