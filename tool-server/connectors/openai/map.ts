import type { Responses } from 'openai/resources/responses/responses'
import { z } from 'zod'
import type { ModelItem, respond } from '../../domain/ports/model.ts'
import { costOf, type Settings } from './settings.ts'

// What we say to a model, and what it says to us, in the words of the Responses API: https://developers.openai.com/api/reference/resources/responses
type Asked = z.infer<typeof respond.args>
type Told = z.infer<typeof respond.result>
const label = 'portero' // of our own MCP door
const isTheirs = (id: string): boolean => id.startsWith('mcp_') // a call that they made there themselves

// Instructions and tools come first and in the same order each time, so that the same beginning is read from their cache. Nothing of it is kept there: what a model must know again, we send again.
export const requestOf = ({ instructions, tools, hosted, items, whom, version, mostTokens }: Asked, { model, effort, hosted: isHosted }: Settings): Responses.ResponseCreateParamsNonStreaming => {
  const theirs = isHosted ? hosted : undefined
  const functions = tools.filter(({ name }) => !theirs?.tools.includes(name)).map(({ name, description, parameters }): Responses.Tool => ({ type: 'function', name, description, parameters, strict: true }))
  const door: Responses.Tool[] = theirs ? [{ type: 'mcp', server_label: label, server_url: theirs.url, authorization: theirs.token, allowed_tools: theirs.tools, require_approval: 'never' }] : []
  const offered = [...functions, ...door]
  return {
    model,
    instructions,
    ...(offered.length > 0 && { tools: offered, parallel_tool_calls: false }),
    input: items.flatMap((item) => wireItem(item, items)),
    reasoning: { effort },
    include: ['reasoning.encrypted_content'],
    max_output_tokens: mostTokens,
    safety_identifier: whom,
    prompt_cache_key: version,
    store: false,
  }
}

const wireItem = (item: ModelItem, all: readonly ModelItem[]): Responses.ResponseInputItem[] => {
  switch (item.kind) {
    case 'heard': return [{ role: 'user', content: item.text }]
    case 'said': return [{ role: 'assistant', content: item.text }]
    case 'note': return [{ role: 'developer', content: item.text }]
    case 'thought': return [{ type: 'reasoning', id: item.id, summary: [], encrypted_content: item.sealed }]
    case 'call': {
      const { id, tool: name, args } = item
      if (!isTheirs(id)) return [{ type: 'function_call', call_id: id, name, arguments: args }]
      const answer = all.find((each) => each.kind === 'answer' && each.id === id)
      return [{ type: 'mcp_call', id, server_label: label, name, arguments: args, output: answer?.kind === 'answer' ? answer.text : null }]
    }
    default: return isTheirs(item.id) ? [] : [{ type: 'function_call_output', call_id: item.id, output: item.text }]
  }
}

const id = z.string().min(1)
const part = z.union([z.object({ type: z.literal('output_text'), text: z.string() }), z.object({ type: z.literal('refusal'), refusal: z.string() })])
const status = z.string().nullish()
const known = [
  z.object({ type: z.literal('message'), content: z.array(part) }),
  z.object({ type: z.literal('function_call'), call_id: id, name: z.string(), arguments: z.string(), status }),
  z.object({ type: z.literal('mcp_call'), id, name: z.string(), arguments: z.string(), output: z.string().nullish(), error: z.looseObject({ content: z.array(z.looseObject({ text: z.string().default('') })).optional() }).nullish() }),
  z.object({ type: z.literal('reasoning'), id, encrypted_content: z.string().nullish() }),
] as const
// There are some thirty kinds, and new ones come: those that we never asked for say nothing to us.
const names = new Set<string>(known.map(({ shape: { type } }) => type.value))
const other = z.object({ type: z.string().refine((type) => !names.has(type)) }).transform(() => ({ type: 'other' as const }))
const wireOutput = z.union([...known, other])
export const wireResponse = z.object({
  model: z.string(),
  status: z.string(),
  output: z.array(wireOutput),
  error: z.object({ code: z.string() }).nullish(),
  incomplete_details: z.object({ reason: z.string().nullish() }).nullish(),
  usage: z.object({ input_tokens: z.int(), input_tokens_details: z.object({ cached_tokens: z.int().nullish() }).nullish(), output_tokens: z.int() }).nullish(),
})
export type WireResponse = z.infer<typeof wireResponse>

export const resultOf = ({ model, output, usage, ...rest }: WireResponse, settings: Settings): Told => {
  const counted = { input: usage?.input_tokens ?? 0, cached: usage?.input_tokens_details?.cached_tokens ?? 0, output: usage?.output_tokens ?? 0 }
  const cut = cutOf({ output, ...rest })
  return { items: output.flatMap(itemsOf), model, usage: { ...counted, ...costOf(counted, settings) }, ...(cut && { cut }) }
}

const itemsOf = (item: WireResponse['output'][number]): ModelItem[] => {
  switch (item.type) {
    case 'message': return item.content.flatMap((each) => (each.type === 'output_text' && each.text !== '' ? [{ kind: 'said', text: each.text }] : []))
    case 'function_call': return item.status === 'incomplete' ? [] : [{ kind: 'call', id: item.call_id, tool: item.name, args: item.arguments }]
    case 'mcp_call': return [{ kind: 'call', id: item.id, tool: item.name, args: item.arguments }, { kind: 'answer', id: item.id, text: item.output ?? item.error?.content?.map(({ text }) => text).join('\n') ?? JSON.stringify(item.error ?? null) }]
    case 'reasoning': return typeof item.encrypted_content === 'string' ? [{ kind: 'thought', id: item.id, sealed: item.encrypted_content }] : []
    default: return []
  }
}

const cutOf = ({ status, output, incomplete_details: details }: Omit<WireResponse, 'model' | 'usage'>): Told['cut'] => {
  if (output.some((item) => item.type === 'message' && item.content.some(({ type }) => type === 'refusal'))) return 'refusal'
  if (status !== 'incomplete') return undefined
  return details?.reason === 'content_filter' ? 'filter' : 'length'
}
