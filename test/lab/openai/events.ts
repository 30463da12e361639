import { Refusal } from './answers.ts'
import type { EventToBe, OutputItem, WireResponse } from './wire.ts'

// An answer as it is told while it is made: https://platform.openai.com/docs/api-reference/responses-streaming
// begun: the same answer before it has said anything.
export const eventsOf = (begun: WireResponse, response: WireResponse): EventToBe[] => [
  { type: 'response.created', response: begun },
  { type: 'response.in_progress', response: begun },
  ...response.output.flatMap((item, at) => itemEvents(item, at)),
  endOf(response),
]
const endOf = (response: WireResponse): EventToBe =>
  response.status === 'incomplete' ? { type: 'response.incomplete', response } : response.status === 'failed' ? { type: 'response.failed', response } : { type: 'response.completed', response }

export const sse = (events: readonly EventToBe[]): Buffer =>
  Buffer.from(events.map((event, at) => `event: ${event.type}\ndata: ${JSON.stringify({ ...event, sequence_number: at })}\n\n`).join(''))

const itemEvents = (item: OutputItem, at: number): EventToBe[] => {
  const place = { output_index: at, item_id: item.id ?? '' }
  const around = (bare: OutputItem, between: EventToBe[]): EventToBe[] => [
    { type: 'response.output_item.added', output_index: at, item: bare }, ...between, { type: 'response.output_item.done', output_index: at, item },
  ]
  switch (item.type) {
    case 'message':
      return around({ ...item, status: 'in_progress', content: [] }, item.content.flatMap((part, no) => partEvents(part, { ...place, content_index: no })))
    case 'function_call':
      return around({ ...item, status: 'in_progress', arguments: '' }, [
        ...pieces(item.arguments).map((delta): EventToBe => ({ type: 'response.function_call_arguments.delta', ...place, delta })),
        argumentsDone(item, place),
      ])
    case 'mcp_list_tools':
      return around({ ...item, tools: [] }, [{ type: 'response.mcp_list_tools.in_progress', ...place }, { type: 'response.mcp_list_tools.completed', ...place }])
    case 'mcp_call':
      return around({ ...item, status: 'in_progress', arguments: '', output: null, error: null }, [
        { type: 'response.mcp_call.in_progress', ...place },
        ...pieces(item.arguments).map((delta): EventToBe => ({ type: 'response.mcp_call_arguments.delta', ...place, delta })),
        { type: 'response.mcp_call_arguments.done', ...place, arguments: item.arguments },
        { type: item.status === 'failed' ? 'response.mcp_call.failed' : 'response.mcp_call.completed', ...place },
      ])
    case 'reasoning':
      return around(item, [])
    default:
      throw new Refusal({ status: 500, type: 'server_error', message: `the lab can't stream ${item.type}` })
  }
}

// The published schema wants the name there; the SDK's types don't know it yet.
const argumentsDone = ({ name, arguments: written }: { name: string; arguments: string }, place: { output_index: number; item_id: string }): EventToBe => {
  const event = { type: 'response.function_call_arguments.done' as const, ...place, name, arguments: written }
  return event
}

type Part = Extract<OutputItem, { type: 'message' }>['content'][number]
const partEvents = (part: Part, place: { output_index: number; item_id: string; content_index: number }): EventToBe[] => [
  { type: 'response.content_part.added', ...place, part: part.type === 'refusal' ? { ...part, refusal: '' } : { ...part, text: '' } },
  ...(part.type === 'refusal'
    ? [...pieces(part.refusal).map((delta): EventToBe => ({ type: 'response.refusal.delta', ...place, delta })), { type: 'response.refusal.done' as const, ...place, refusal: part.refusal }]
    : [...pieces(part.text).map((delta): EventToBe => ({ type: 'response.output_text.delta', ...place, delta, logprobs: [] })), { type: 'response.output_text.done' as const, ...place, text: part.text, logprobs: [] }]),
  { type: 'response.content_part.done', ...place, part },
]
// A word at a time, as a model writes.
const pieces = (text: string): string[] => text.match(/\s*\S+|\s+$/g) ?? []
