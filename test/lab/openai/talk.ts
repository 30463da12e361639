import { z } from 'zod'
import { textOf, type InputItem } from './items.ts'

// A conversation as the scripted model sees it: who said what, which tools were called, and what they answered.
export type Slot = { slot_id: string; label: string }
export type Answered = { ok: boolean; say: string; data: Record<string, unknown>; code: string | undefined; alternatives: Slot[] }
export type Called = { by: 'call'; tool: string; args: Record<string, unknown>; answer: Answered | undefined }
export type Turn = { by: 'prospect' | 'agent' | 'note'; text: string } | Called
// What the model has before it, and what it does next. today: AAAA-MM-DD.
export type Scene = { turns: readonly Turn[]; instructions: string; tools: ReadonlySet<string>; today: string }
export type Step = { say: string } | { call: string; args: Record<string, unknown> }

const slot = z.object({ slot_id: z.string(), label: z.string() })
export const slots = z.array(slot)
const reply = z.object({ ok: z.boolean(), say: z.string(), data: z.record(z.string(), z.unknown()).nullish(), error: z.object({ code: z.string(), alternatives: z.array(slot).nullish() }).nullish() })
const refused = z.object({ type: z.literal('mcp_tool_execution_error'), content: z.array(z.object({ text: z.string() })) }) // what a tool refused, called by OpenAI itself

export const turnsIn = (items: readonly InputItem[]): Turn[] => {
  const outputs = new Map(items.flatMap((item) => (item.type === 'function_call_output' ? [[item.call_id, textOf(item.output)] as const] : [])))
  return items.flatMap((item): Turn[] => {
    switch (item.type) {
      case 'message':
        return [{ by: item.role === 'assistant' ? 'agent' : item.role === 'user' ? 'prospect' : 'note', text: textOf(item.content) }]
      case 'function_call':
        return [{ by: 'call', tool: item.name, args: record(item.arguments), answer: answerIn(outputs.get(item.call_id)) }]
      case 'mcp_call':
        return [{ by: 'call', tool: item.name, args: record(item.arguments), answer: answerIn(item.output ?? JSON.stringify(item.error)) }]
      default:
        return []
    }
  })
}

// Whatever is no reply of a tool is nothing to go by.
const answerIn = (text: string | undefined): Answered | undefined => {
  const told = json(text ?? '')
  const said = reply.safeParse(told).data ?? reply.safeParse(json(refused.safeParse(told).data?.content[0]?.text ?? '')).data
  return said && { ok: said.ok, say: said.say, data: said.data ?? {}, code: said.error?.code, alternatives: said.error?.alternatives ?? [] }
}
const record = (text: string): Record<string, unknown> => z.record(z.string(), z.unknown()).safeParse(json(text)).data ?? {}
const json = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
