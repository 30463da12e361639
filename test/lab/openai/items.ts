import { z } from 'zod'
import { Refusal } from './answers.ts'
import { parsed, placeOf } from './complain.ts'

// What may be given to the model to read: https://platform.openai.com/docs/api-reference/responses/create
const id = z.string().min(1).nullish()
const status = z.enum(['in_progress', 'completed', 'incomplete']).nullish()
const inputText = z.strictObject({ type: z.literal('input_text'), text: z.string().max(10_485_760) })
const inputImage = z.strictObject({ type: z.literal('input_image'), image_url: z.string().max(20_971_520).nullish(), file_id: z.string().nullish(), detail: z.enum(['low', 'high', 'auto', 'original']).nullish() })
const outputText = z.strictObject({ type: z.literal('output_text'), text: z.string(), annotations: z.array(z.unknown()).optional(), logprobs: z.array(z.unknown()).optional() })
const refusal = z.strictObject({ type: z.literal('refusal'), refusal: z.string() })
const phase = z.enum(['commentary', 'final_answer']).nullish()

const asked = z.strictObject({ type: z.literal('message'), id, status, role: z.enum(['user', 'system', 'developer']), content: z.union([z.string(), z.array(z.discriminatedUnion('type', [inputText, inputImage]))]) })
const answered = z.strictObject({ type: z.literal('message'), id, status, phase, role: z.literal('assistant'), content: z.union([z.string(), z.array(z.discriminatedUnion('type', [outputText, refusal]))]) })
const functionCall = z.strictObject({ type: z.literal('function_call'), id, status, call_id: z.string().min(1).max(64), name: z.string().min(1).max(128).regex(/^[a-zA-Z0-9_-]+$/), arguments: z.string().max(10_485_760) })
const functionCallOutput = z.strictObject({ type: z.literal('function_call_output'), id, status, call_id: z.string().min(1).max(64), output: z.union([z.string().max(10_485_760), z.array(inputText)]) })
const reasoning = z.strictObject({ type: z.literal('reasoning'), id: z.string(), status, summary: z.array(z.strictObject({ type: z.literal('summary_text'), text: z.string() })), content: z.array(z.strictObject({ type: z.literal('reasoning_text'), text: z.string() })).optional(), encrypted_content: z.string().max(10_485_760).nullish() })
const listedTool = z.strictObject({ name: z.string(), description: z.string().nullish(), input_schema: z.looseObject({}), annotations: z.unknown().optional() })
const mcpListTools = z.strictObject({ type: z.literal('mcp_list_tools'), id: z.string(), server_label: z.string(), tools: z.array(listedTool), error: z.string().nullish() })
const mcpCall = z.strictObject({ type: z.literal('mcp_call'), id: z.string(), server_label: z.string(), name: z.string(), arguments: z.string(), output: z.string().nullish(), error: z.unknown().optional(), status: z.string().nullish(), approval_request_id: z.string().nullish() })

const others = { function_call: functionCall, function_call_output: functionCallOutput, reasoning, mcp_list_tools: mcpListTools, mcp_call: mcpCall }
const kinds = ['message', ...Object.keys(others)]
export type InputItem = z.infer<typeof asked> | z.infer<typeof answered> | z.infer<(typeof others)[keyof typeof others]>

export const itemsIn = (input: string | readonly unknown[]): InputItem[] =>
  typeof input === 'string' ? [{ type: 'message', role: 'user', content: input }] : input.map((each, at) => itemIn(each, ['input', at]))

const itemIn = (value: unknown, place: readonly PropertyKey[]): InputItem => {
  const { type = 'message', role, content } = parsed(z.looseObject({ type: z.string().optional(), role: z.unknown().optional(), content: z.unknown().optional() }), value, place)
  const given = { ...parsed(z.looseObject({}), value, place), type }
  switch (type) {
    case 'message': {
      const inner = role === 'assistant' ? z.discriminatedUnion('type', [outputText, refusal]) : z.discriminatedUnion('type', [inputText, inputImage])
      parsed(z.looseObject({ role: z.enum(['user', 'assistant', 'system', 'developer']) }), given, place)
      if (Array.isArray(content)) for (const [at, part] of content.entries()) checkPart(part, inner, role === 'assistant' ? ['output_text', 'refusal'] : ['input_text', 'input_image'], [...place, 'content', at])
      return role === 'assistant' ? parsed(answered, given, place) : parsed(asked, given, place)
    }
    case 'function_call':
      return parsed(functionCall, given, place)
    case 'function_call_output':
      return parsed(functionCallOutput, given, place)
    case 'reasoning':
      return parsed(reasoning, given, place)
    case 'mcp_list_tools':
      return parsed(mcpListTools, given, place)
    case 'mcp_call':
      return parsed(mcpCall, given, place)
    default:
      throw unsupported(type, kinds, [...place, 'type'])
  }
}
const checkPart = (part: unknown, schema: z.ZodType, types: readonly string[], place: readonly PropertyKey[]): void => {
  const { type } = parsed(z.looseObject({ type: z.string() }), part, place)
  if (!types.includes(type)) throw unsupported(type, types, [...place, 'type'])
  parsed(schema, part, place)
}
const unsupported = (given: string, supported: readonly string[], place: readonly PropertyKey[]): Refusal =>
  new Refusal({ message: `Invalid value: '${given}'. Supported values are: ${supported.map((each) => `'${each}'`).join(', ')}.`, param: placeOf(place), code: 'invalid_value' })

// A call is answered, once, by an output that names it; a thought is followed by what it led to, and is one that this account was given.
export const checkSequence = (items: readonly InputItem[], { isKnownThought }: { isKnownThought(item: { id: string; encrypted_content?: string | null | undefined }): boolean }): void => {
  const refuse = (message: string, code: string | null = null): Refusal => new Refusal({ message, param: 'input', code })
  const open = new Set<string>()
  for (const [at, item] of items.entries()) {
    if (item.type === 'function_call') open.add(item.call_id)
    if (item.type === 'function_call_output' && !open.delete(item.call_id)) throw refuse(`No tool call found for function call output with call_id ${item.call_id}.`)
    if (item.type !== 'reasoning') continue
    if (!item.encrypted_content) throw new Refusal({ status: 404, message: `Item with id '${item.id}' not found. Items are not persisted when \`store\` is set to false. Try again with \`store\` set to true, or remove this item from your input.`, param: 'input' })
    if (!isKnownThought(item)) throw refuse(`The encrypted content for item ${item.id} could not be verified. Reason: Encrypted content could not be decrypted or parsed.`, 'invalid_encrypted_content')
    const next = items[at + 1]
    if (!next || !['function_call', 'message', 'reasoning', 'mcp_call'].includes(next.type) || (next.type === 'message' && next.role !== 'assistant')) throw refuse(`Item '${item.id}' of type 'reasoning' was provided without its required following item.`)
  }
  const [unanswered] = open
  if (unanswered !== undefined) throw refuse(`No tool output found for function call ${unanswered}.`)
}

export const textOf = (content: string | readonly object[]): string =>
  typeof content === 'string' ? content : content.map((part) => ('text' in part ? String(part.text) : 'refusal' in part ? String(part.refusal) : '')).join('')
