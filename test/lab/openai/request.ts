import { z } from 'zod'
import { Refusal } from './answers.ts'
import { parsed } from './complain.ts'
import { itemsIn, type InputItem } from './items.ts'
import { knownModel } from './models.ts'
import { checkSchema } from './strict-schema.ts'

// What a request for an answer may say, held as strictly as OpenAI holds it. What the lab can't do it says loudly, instead of pretending.
const functionTool = z.strictObject({ type: z.literal('function'), name: z.string().min(1).max(64).regex(/^[a-zA-Z0-9_-]+$/), description: z.string().nullish(), parameters: z.looseObject({}).nullish(), strict: z.boolean().nullish() })
const toolFilter = z.strictObject({ tool_names: z.array(z.string()).optional(), read_only: z.boolean().optional() })
const mcpTool = z.strictObject({
  type: z.literal('mcp'), server_label: z.string().min(1), server_url: z.url().optional(), server_description: z.string().optional(), authorization: z.string().optional(), headers: z.record(z.string(), z.string()).nullish(),
  allowed_tools: z.union([z.array(z.string()), toolFilter]).nullish(), require_approval: z.union([z.enum(['always', 'never']), z.looseObject({})]).nullish(),
})
const tool = z.discriminatedUnion('type', [functionTool, mcpTool])
const toolTypes = ['function', 'mcp']
export type FunctionTool = z.infer<typeof functionTool>
export type McpTool = z.infer<typeof mcpTool> & { server_url: string }

const includes = ['file_search_call.results', 'web_search_call.results', 'web_search_call.action.sources', 'message.input_image.image_url', 'computer_call_output.output.image_url', 'code_interpreter_call.outputs', 'reasoning.encrypted_content', 'message.output_text.logprobs'] as const
const reasoning = z.strictObject({ effort: z.enum(['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max']).nullish(), summary: z.enum(['auto', 'concise', 'detailed']).nullish(), generate_summary: z.enum(['auto', 'concise', 'detailed']).nullish() })

const create = z.strictObject({
  model: z.string(), input: z.union([z.string(), z.array(z.unknown())]).optional(), instructions: z.string().nullish(),
  tools: z.array(z.unknown()).optional(), tool_choice: z.union([z.enum(['none', 'auto', 'required']), z.strictObject({ type: z.literal('function'), name: z.string() })]).optional(), parallel_tool_calls: z.boolean().nullish(), max_tool_calls: z.int().nullish(),
  max_output_tokens: z.int().min(16).nullish(), reasoning: reasoning.nullish(), include: z.array(z.enum(includes)).nullish(),
  text: z.strictObject({ format: z.strictObject({ type: z.literal('text') }).optional(), verbosity: z.enum(['low', 'medium', 'high']).nullish() }).optional(),
  temperature: z.number().min(0).max(2).nullish(), top_p: z.number().min(0).max(1).nullish(), top_logprobs: z.int().min(0).max(20).nullish(),
  store: z.boolean().nullish(), previous_response_id: z.string().nullish(), stream: z.boolean().nullish(), stream_options: z.strictObject({ include_obfuscation: z.boolean().optional() }).nullish(), background: z.literal(false).nullish(),
  metadata: z.record(z.string().max(64), z.string().max(512)).nullish(), safety_identifier: z.string().max(64).nullish(), user: z.string().optional(), service_tier: z.enum(['auto', 'default', 'flex', 'priority']).nullish(), truncation: z.enum(['auto', 'disabled']).nullish(),
  prompt_cache_key: z.string().nullish(), prompt_cache_retention: z.enum(['in_memory', '24h']).nullish(), prompt_cache_options: z.strictObject({ ttl: z.literal('30m').optional(), mode: z.enum(['implicit', 'explicit']).optional() }).optional(),
})
export type Wanted = Omit<z.infer<typeof create>, 'input' | 'tools'> & { items: InputItem[]; functions: FunctionTool[]; servers: McpTool[] }

export const wantedIn = (body: unknown): Wanted => {
  if (typeof body !== 'object' || body === null) throw new Refusal({ message: 'We could not parse the JSON body of your request.' })
  const { input, tools = [], ...wanted } = parsed(create, body)
  if (input === undefined && !wanted.previous_response_id) throw new Refusal({ message: "One of 'input' or 'previous_response_id' or 'prompt' or 'conversation' must be provided.", param: 'input', code: 'missing_required_parameter' })
  knownModel('speaking', wanted.model)
  const effort = wanted.reasoning?.effort ?? 'medium'
  for (const param of ['temperature', 'top_p', 'top_logprobs'] as const) {
    if (effort !== 'none' && typeof wanted[param] === 'number') throw new Refusal({ message: `Unsupported parameter: '${param}' is not supported with this model.`, param })
  }
  const held = tools.map((each, at) => toolIn(each, at))
  const functions = held.filter((each) => each.type === 'function')
  const { tool_choice: choice } = wanted
  if (typeof choice === 'object' && !functions.some(({ name }) => name === choice.name)) throw new Refusal({ message: `Tool choice '${choice.name}' not found in 'tools' parameter.`, param: 'tool_choice' })
  return { ...wanted, items: itemsIn(input ?? []), functions, servers: held.filter((each) => each.type === 'mcp') }
}

const toolIn = (value: unknown, at: number): FunctionTool | McpTool => {
  const place = ['tools', at]
  const { type } = parsed(z.looseObject({ type: z.string() }), value, place)
  if (!toolTypes.includes(type)) throw new Error(`the lab's OpenAI has no tool of the type ${type}`)
  const given = parsed(tool, value, place)
  if (given.type === 'function') {
    if (given.parameters) checkSchema(given.parameters, { name: given.name, strict: given.strict === true, param: `tools[${at}].parameters` })
    return given
  }
  const { server_url: url, ...server } = given
  if (url === undefined) throw new Refusal({ message: "One of 'server_url' or 'connector_id' must be provided.", param: `tools[${at}].server_url`, code: 'missing_required_parameter' })
  if (given.require_approval !== 'never') throw new Error("the lab's OpenAI has nobody who approves calls: require_approval must be 'never'")
  return { ...server, server_url: url }
}
