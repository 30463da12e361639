import type OpenAI from 'openai'
import type { Wanted } from './request.ts'

// What goes over the wire: the SDK's own types, without what the SDK itself adds to an answer.
type R = OpenAI.Responses.Response
export type WireResponse = Omit<R, 'output_text' | '_request_id'>
type Wired<E> = E extends { response: R } ? Omit<E, 'response'> & { response: WireResponse } : E
export type WireEvent = Wired<OpenAI.Responses.ResponseStreamEvent>
type Unnumbered<E> = E extends { sequence_number: number } ? Omit<E, 'sequence_number'> : never
export type EventToBe = Unnumbered<WireEvent>
export type OutputItem = OpenAI.Responses.ResponseOutputItem
export type Usage = OpenAI.Responses.ResponseUsage

// Secrets of a server that the model may call are never told again.
const toolsOf = ({ functions, servers }: Wanted): OpenAI.Responses.Tool[] => [
  ...functions.map(({ name, description, parameters, strict }) => ({ type: 'function' as const, name, description: description ?? null, parameters: parameters ?? null, strict: strict ?? true })),
  ...servers.map(({ server_label, server_url, allowed_tools }) => ({ type: 'mcp' as const, server_label, server_url, allowed_tools: allowedOf(allowed_tools), headers: null, require_approval: 'never' as const })),
]
const allowedOf = (allowed: Wanted['servers'][number]['allowed_tools']): string[] | OpenAI.Responses.Tool.Mcp.McpToolFilter | null =>
  !allowed || Array.isArray(allowed) ? (allowed ?? null) : { ...(allowed.tool_names && { tool_names: allowed.tool_names }), ...(allowed.read_only !== undefined && { read_only: allowed.read_only }) }

export type Ending = { status: 'completed' } | { status: 'incomplete'; reason: 'max_output_tokens' | 'content_filter' } | { status: 'failed'; message: string } | { status: 'in_progress' }
type Told = { id: string; at: number; wanted: Wanted; output: OutputItem[]; usage?: Usage; ending: Ending }
export const responseOf = ({ id, at, wanted, output, usage, ending }: Told): WireResponse => ({
  id, object: 'response', created_at: Math.floor(at / 1_000), status: ending.status, background: false, access_programs: null,
  completed_at: ending.status === 'completed' ? Math.floor(at / 1_000) : null,
  error: ending.status === 'failed' ? { code: 'server_error', message: ending.message } : null,
  incomplete_details: ending.status === 'incomplete' ? { reason: ending.reason } : null,
  instructions: wanted.instructions ?? null, max_output_tokens: wanted.max_output_tokens ?? null, max_tool_calls: wanted.max_tool_calls ?? null, model: wanted.model, output,
  parallel_tool_calls: wanted.parallel_tool_calls ?? true, previous_response_id: wanted.previous_response_id ?? null,
  prompt_cache_key: wanted.prompt_cache_key ?? null, prompt_cache_retention: wanted.prompt_cache_retention ?? null, prompt_cache_options: { ttl: '30m', mode: wanted.prompt_cache_options?.mode ?? 'implicit' },
  reasoning: { effort: wanted.reasoning?.effort ?? 'medium', summary: wanted.reasoning?.summary ?? null }, safety_identifier: wanted.safety_identifier ?? null, service_tier: 'default',
  temperature: wanted.temperature ?? 1, text: { format: { type: 'text' }, verbosity: wanted.text?.verbosity ?? 'medium' }, tool_choice: wanted.tool_choice ?? 'auto', tools: toolsOf(wanted),
  top_logprobs: wanted.top_logprobs ?? 0, top_p: wanted.top_p ?? 1, truncation: wanted.truncation ?? 'disabled', metadata: wanted.metadata ?? {},
  ...(usage && { usage }), ...(wanted.user !== undefined && { user: wanted.user }),
})
