import { z } from 'zod'
import { Refusal, type Complaint } from './answers.ts'

// What zod finds, in the words in which OpenAI says it. place: where the value stands in the request.
type Place = readonly PropertyKey[]
export const parsed = <S extends z.ZodType>(schema: S, value: unknown, place: Place = []): z.infer<S> => {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const [issue] = result.error.issues
  throw new Refusal(issue ? complaint(issue, value, place) : { message: 'Invalid request.' })
}

// 'tools[0].parameters'
export const placeOf = (place: Place): string => place.reduce<string>((path, part) => (typeof part === 'number' ? `${path}[${part}]` : path === '' ? String(part) : `${path}.${String(part)}`), '')

const complaint = (issue: z.core.$ZodIssue, value: unknown, before: Place): Complaint => {
  const place = [...before, ...issue.path]
  const param = placeOf(place)
  const given = issue.path.reduce<unknown>((inner, part) => (isRecord(inner) ? inner[String(part)] : undefined), value)
  const about = (message: string, code: string): Complaint => ({ message, param, code })
  switch (issue.code) {
    case 'unrecognized_keys': {
      const unknown = placeOf([...place, issue.keys[0] ?? ''])
      return { message: `Unknown parameter: '${unknown}'.`, param: unknown, code: 'unknown_parameter' }
    }
    case 'invalid_value':
      if (given === undefined) return about(`Missing required parameter: '${param}'.`, 'missing_required_parameter')
      return about(`Invalid value: '${shown(given)}'. Supported values are: ${issue.values.map((each) => `'${String(each)}'`).join(', ')}.`, 'invalid_value')
    case 'too_small':
      if (issue.origin === 'number' || issue.origin === 'int') return about(`Invalid '${param}': integer below minimum value. Expected a value >= ${issue.minimum}, but got ${shown(given)} instead.`, 'integer_below_min_value')
      return about(`Invalid '${param}': ${issue.origin} too short. Expected a minimum length of ${issue.minimum}.`, issue.origin === 'array' ? 'empty_array' : 'string_below_min_length')
    case 'too_big':
      if (issue.origin === 'string') return about(`Invalid '${param}': string too long. Expected a string with maximum length ${issue.maximum}, but got a string with length ${lengthOf(given)} instead.`, 'string_above_max_length')
      return about(`Invalid '${param}': expected a value <= ${issue.maximum}.`, issue.origin === 'array' ? 'array_above_max_length' : 'integer_above_max_value')
    case 'invalid_format':
      return about(`Invalid '${param}': string does not match pattern. Expected a string that matches the pattern '${issue.pattern ?? issue.format}'.`, 'invalid_value')
    case 'invalid_type':
      if (given === undefined) return about(`Missing required parameter: '${param}'.`, 'missing_required_parameter')
      return about(`Invalid type for '${param}': expected ${articled(issue.expected)}, but got ${articled(kindOf(given))} instead.`, 'invalid_type')
    default:
      return given === undefined ? about(`Missing required parameter: '${param}'.`, 'missing_required_parameter') : about(`Invalid type for '${param}': ${kindOf(given)} is not taken here.`, 'invalid_type')
  }
}
const lengthOf = (value: unknown): number => (typeof value === 'string' ? value.length : 0)
const shown = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value))
const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null
const kindOf = (value: unknown): string => (value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value === 'number' && Number.isInteger(value) ? 'integer' : typeof value)
const articled = (kind: string): string => (kind === 'null' ? kind : `${/^[aeio]/.test(kind) ? 'an' : 'a'} ${kind}`)
