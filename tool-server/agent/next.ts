import { z } from 'zod'
import { isErrorCode, type AgentTrouble } from '@portero/shared'
import type { Tool } from '../define.ts'
import type { ModelItem } from '../domain/ports/model.ts'
import { isObject } from '../spine/tool-answer.ts'
import { bounds } from './bounds.ts'

// What becomes of a call that the model wants to make. Pure: everything it may do wrong is a row in a table of tests.
export type Call = Extract<ModelItem, { kind: 'call' }>
type Answer = Extract<ModelItem, { kind: 'answer' }>
export type Verdict = { do: 'call'; isEffect: boolean } | { do: 'tell'; text: string; isFault: boolean } | { do: 'stop'; why: AgentTrouble }

// Those that nobody has answered, in their order.
export const callsLeft = (own: readonly ModelItem[]): Call[] => {
  const answered = new Set(own.flatMap((item) => (item.kind === 'answer' ? item.id : [])))
  return own.flatMap((item) => (item.kind === 'call' && !answered.has(item.id) ? item : []))
}

type Known = { own: readonly ModelItem[]; tools: readonly Tool[]; run: { calls: number } }
export const judge = (call: Call, { own, tools, run }: Known): Verdict => {
  const wanted = shapeOf(call)
  const before = own.flatMap((item) => (item.kind === 'call' && item !== call && item.id !== call.id && shapeOf(item) === wanted ? item : []))
  if (before.length >= bounds.same) return { do: 'stop', why: 'again' }
  const tool = tools.find(({ name }) => name === call.tool)
  if (!tool) return { do: 'tell', isFault: true, text: `No existe la herramienta «${call.tool.slice(0, 60)}». Tienes: ${tools.map(({ name }) => name).join(', ')}.` }
  if (argsOf(call) === undefined) return { do: 'tell', isFault: true, text: `Los argumentos de ${tool.name} no son un objeto JSON. Espero uno con: ${Object.keys(tool.input.shape).join(', ') || 'nada'}.` }
  if (before.some(({ id }) => own.some((item) => isAnswerTo(item, id) && codeIn(item) === 'still_working'))) {
    return { do: 'tell', isFault: false, text: `${tool.name} sigue en curso y su resultado le llega a la persona como mensaje. No la repitas: dile que le escribes en un momento.` }
  }
  if (run.calls >= bounds.calls) return { do: 'stop', why: 'calls' }
  return { do: 'call', isEffect: tool.policy.effect === 'write' }
}

export const argsOf = ({ args }: Pick<Call, 'args'>): Record<string, unknown> | undefined => {
  const parsed = parse(args.trim() === '' ? '{}' : args)
  return isObject(parsed) ? parsed : undefined
}
const parse = (json: string): unknown => {
  try {
    return z.json().parse(JSON.parse(json))
  } catch {
    return undefined
  }
}

const isAnswerTo = (item: ModelItem, id: string): item is Answer => item.kind === 'answer' && item.id === id
const answered = z.looseObject({ say: z.string().optional(), error: z.looseObject({ code: z.string() }).optional() }) // a fault's code is one of ours, that of business its tool's own
const codeIn = ({ text }: Answer): string | undefined => answered.safeParse(parse(text)).data?.error?.code
// What the last of its tools would say, in words that are good as they are: not what is wrong with a call.
export const lastSay = (own: readonly ModelItem[]): string | undefined => {
  const last = own.findLast((item) => item.kind === 'answer')
  const told = last && answered.safeParse(parse(last.text)).data
  return told?.error && isErrorCode(told.error.code) ? undefined : told?.say?.trim()
}

// The same call, however it is written down.
const shapeOf = (call: Call): string => `${call.tool} ${JSON.stringify(sorted(argsOf(call) ?? call.args))}`
const sorted = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(sorted)
  return isObject(value) ? Object.fromEntries(Object.entries(value).filter(([, each]) => each !== null).toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([name, each]) => [name, sorted(each)])) : value
}
