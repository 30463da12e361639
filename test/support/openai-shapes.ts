import { z } from 'zod'
import type { Exchange } from './openai-stage.ts'

// What we rely on in OpenAI's answers, in our own words. Its published description says the same at more length: openai-schema.ts.
const status = z.enum(['in_progress', 'completed', 'incomplete'])
const id = (prefix: string) => z.string().regex(new RegExp(`^${prefix}_[0-9a-f]{48}$`))
const text = z.strictObject({ type: z.literal('output_text'), text: z.string(), annotations: z.array(z.never()), logprobs: z.array(z.never()) })
const refusal = z.strictObject({ type: z.literal('refusal'), refusal: z.string() })
const part = z.discriminatedUnion('type', [text, refusal])
const mcpError = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('mcp_protocol_error'), code: z.int(), message: z.string() }), z.strictObject({ type: z.literal('http_error'), code: z.int(), message: z.string() }),
  z.strictObject({ type: z.literal('mcp_tool_execution_error'), content: z.array(z.strictObject({ type: z.literal('text'), text: z.string() })) }),
])
const item = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('message'), id: id('msg'), role: z.literal('assistant'), status, content: z.array(part) }),
  z.strictObject({ type: z.literal('function_call'), id: id('fc'), call_id: id('call'), name: z.string().min(1), arguments: z.string(), status }),
  z.strictObject({ type: z.literal('reasoning'), id: id('rs'), summary: z.array(z.never()), encrypted_content: z.string().optional() }),
  z.strictObject({ type: z.literal('mcp_list_tools'), id: id('mcpl'), server_label: z.string(), error: z.null(), tools: z.array(z.strictObject({ name: z.string(), description: z.string().nullable(), input_schema: z.looseObject({ type: z.literal('object') }), annotations: z.looseObject({}).nullable() })) }),
  z.strictObject({ type: z.literal('mcp_call'), id: id('mcp'), server_label: z.string(), name: z.string(), arguments: z.string(), output: z.string().nullable(), error: mcpError.nullable(), status: z.enum(['in_progress', 'completed', 'failed']), approval_request_id: z.null() }),
])
const count = z.int().min(0)
const usage = z.strictObject({ input_tokens: count, input_tokens_details: z.strictObject({ cached_tokens: count, cache_write_tokens: count }), output_tokens: count, output_tokens_details: z.strictObject({ reasoning_tokens: count }), total_tokens: count })
export const responseShape = z
  .looseObject({
    id: id('resp'), object: z.literal('response'), created_at: z.int(), status: z.enum(['in_progress', 'completed', 'incomplete', 'failed']), completed_at: z.int().nullable(), error: z.strictObject({ code: z.string(), message: z.string() }).nullable(),
    incomplete_details: z.strictObject({ reason: z.enum(['max_output_tokens', 'content_filter']) }).nullable(), instructions: z.string().nullable(), model: z.string(), output: z.array(item), parallel_tool_calls: z.boolean(),
    tools: z.array(z.looseObject({ type: z.enum(['function', 'mcp']) })), tool_choice: z.literal(['auto', 'none']), metadata: z.record(z.string(), z.string()), temperature: z.number(), top_p: z.number(), usage: usage.optional(),
  })
  .refine(({ status: is, incomplete_details: why, error, usage: used }) => (is === 'incomplete') === (why !== null) && (is === 'failed') === (error !== null) && (is === 'in_progress') === (used === undefined), 'its status is not what the rest says')
const place = { output_index: count, item_id: z.string() }
const piece = { ...place, content_index: count }
const one = (type: string, rest: z.ZodRawShape): [string, z.ZodType] => [type, z.strictObject({ type: z.literal(type), sequence_number: count, ...rest })]
const whole = (type: string) => one(type, { response: responseShape })
export const eventShapes: ReadonlyMap<string, z.ZodType> = new Map([
  whole('response.created'), whole('response.in_progress'), whole('response.completed'), whole('response.incomplete'), whole('response.failed'),
  one('response.output_item.added', { output_index: count, item }), one('response.output_item.done', { output_index: count, item }),
  one('response.content_part.added', { ...piece, part }), one('response.content_part.done', { ...piece, part }),
  one('response.output_text.delta', { ...piece, delta: z.string(), logprobs: z.array(z.never()) }), one('response.output_text.done', { ...piece, text: z.string(), logprobs: z.array(z.never()) }),
  one('response.refusal.delta', { ...piece, delta: z.string() }), one('response.refusal.done', { ...piece, refusal: z.string() }),
  one('response.function_call_arguments.delta', { ...place, delta: z.string() }), one('response.function_call_arguments.done', { ...place, name: z.string(), arguments: z.string() }),
  one('response.mcp_list_tools.in_progress', place), one('response.mcp_list_tools.completed', place),
  one('response.mcp_call.in_progress', place), one('response.mcp_call.completed', place), one('response.mcp_call.failed', place),
  one('response.mcp_call_arguments.delta', { ...place, delta: z.string() }), one('response.mcp_call_arguments.done', { ...place, arguments: z.string() }),
])
export const errorShape = z.strictObject({ error: z.strictObject({ message: z.string().min(1), type: z.string(), param: z.string().nullable(), code: z.string().nullable() }) })

// What is odd about one exchange.
export const oddIn = ({ path, status, answer, events }: Exchange): string[] => {
  if (path !== '/openai/v1/responses') return []
  if (events.length > 0) return events.flatMap((event, at) => [...(event.sequence_number === at ? [] : [`${event.type} is number ${event.sequence_number}, not ${at}`]), ...misfits(eventShapes.get(event.type), event, event.type)])
  return misfits(status === 200 ? responseShape : errorShape, answer, String(status))
}
const misfits = (shape: z.ZodType | undefined, value: unknown, name: string): string[] => {
  if (!shape) return [`nobody knows ${name}`]
  const result = shape.safeParse(value)
  return result.success ? [] : result.error.issues.map(({ path, message }) => `${name} ${path.join('.')}: ${message}`)
}
