import { z } from 'zod'
import { AppError } from '@portero/shared'
import type { Tool } from '../define.ts'

// The tools as OpenAI's functions. Strict mode takes a part of JSON Schema only and refuses the whole request otherwise, so we refuse at start:
// https://platform.openai.com/docs/guides/structured-outputs#supported-schemas
export type OpenAiFunction = { type: 'function'; name: string; description: string; parameters: object; strict: true }

export const openAiFunction = (tool: Tool): OpenAiFunction => {
  if (!/^[\w-]{1,64}$/.test(tool.name)) throw new AppError('bug', `${tool.name} is no name for a function`)
  const parameters = strict(schemaOf(tool.input, 'input'), tool.name)
  if (parameters['type'] !== 'object') throw new AppError('bug', `${tool.name}: the whole must be an object`)
  return { type: 'function', name: tool.name, description: tool.description, parameters, strict: true }
}

type Schema = z.core.JSONSchema.BaseSchema
export const schemaOf = (schema: z.core.$ZodType, io: 'input' | 'output'): Schema => {
  const { $schema: _, $defs, ...rest } = z.toJSONSchema(schema, { io })
  if ($defs) throw new AppError('bug', 'a schema that refers to itself: inside of an OpenAPI document it would refer to something else')
  return rest
}

const kept = ['type', 'title', 'description', 'enum', 'const', 'minimum', 'maximum']
const dropped = ['minLength', 'maxLength', 'pattern', 'format', 'minItems', 'maxItems', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf', 'default'] // our own parser holds to them
const walked = ['properties', 'required', 'additionalProperties', 'items', 'anyOf']
const plainTypes = ['string', 'number', 'boolean', 'integer', 'null']
const deepest = 10

const strict = (schema: Schema, place: string, depth = 1): Record<string, unknown> => {
  const odd = Object.keys(schema).find((keyword) => ![...kept, ...dropped, ...walked].includes(keyword))
  if (odd) throw new AppError('bug', `${place}: strict mode knows no ${odd}`)
  if (depth > deepest) throw new AppError('bug', `${place}: deeper than ${deepest}`)
  const below = (inner: unknown, name: string): Record<string, unknown> => {
    if (!isSchema(inner)) throw new AppError('bug', `${place}.${name} is no schema`)
    return strict(inner, `${place}.${name}`, depth + 1)
  }
  const simple = Object.fromEntries(Object.entries(schema).filter(([keyword, value]) => kept.includes(keyword) && !isSafeBound(value)))
  if (schema.anyOf) return { ...simple, anyOf: schema.anyOf.map((each, at) => below(each, String(at))) }
  if (Array.isArray(schema.type) ? schema.type.every(isPlain) : isPlain(schema.type)) return simple
  if (schema.type === 'array') return { ...simple, items: below(schema.items, 'items') }
  if (schema.type !== 'object') throw new AppError('bug', `${place}: strict mode wants a type`)
  if (schema.additionalProperties !== false) throw new AppError('bug', `${place}: strict mode wants a strict object`)
  const required = schema.required ?? []
  const properties = Object.entries(schema.properties ?? {}).map(([name, inner]) => [name, required.includes(name) ? below(inner, name) : orNull(below(inner, name))])
  return { ...simple, properties: Object.fromEntries(properties), required: Object.keys(schema.properties ?? {}), additionalProperties: false }
}

// What may be left out is null there: a strict model names every property.
const orNull = (schema: Record<string, unknown>): Record<string, unknown> => {
  const { anyOf, description, ...rest } = schema
  const types: unknown[] = Array.isArray(anyOf) ? anyOf.map((each: unknown) => isSchema(each) && each.type) : [schema['type']].flat()
  if (types.includes('null')) return schema
  return { ...(description !== undefined && { description }), anyOf: [...(Array.isArray(anyOf) ? anyOf : [rest]), { type: 'null' }] }
}
const isSchema = (value: unknown): value is Schema => typeof value === 'object' && value !== null && !Array.isArray(value)
const isPlain = (type: unknown): boolean => typeof type === 'string' && plainTypes.includes(type)
const isSafeBound = (value: unknown): boolean => value === Number.MAX_SAFE_INTEGER || value === Number.MIN_SAFE_INTEGER // z.int()'s own
