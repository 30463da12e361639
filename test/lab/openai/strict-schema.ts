import { z } from 'zod'
import { Refusal } from './answers.ts'

// What a function's schema may be: https://platform.openai.com/docs/guides/structured-outputs#supported-schemas
const keywords = ['type', 'title', 'description', 'properties', 'required', 'additionalProperties', 'items', 'anyOf', 'enum', 'const', '$ref', '$defs', 'definitions', 'pattern', 'format', 'minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf', 'minItems', 'maxItems']
const formats = ['date-time', 'time', 'date', 'duration', 'email', 'hostname', 'ipv4', 'ipv6', 'uuid']
const types = ['string', 'number', 'boolean', 'integer', 'object', 'array', 'null']
const most = { properties: 5_000, levels: 10, enums: 1_000, letters: 120_000 }

const schema = z.looseObject({
  type: z.union([z.string(), z.array(z.string())]).optional(), properties: z.record(z.string(), z.unknown()).optional(), required: z.array(z.string()).optional(), additionalProperties: z.unknown().optional(),
  items: z.unknown().optional(), anyOf: z.array(z.unknown()).optional(), enum: z.array(z.unknown()).optional(), $ref: z.string().optional(), $defs: z.record(z.string(), z.unknown()).optional(), format: z.string().optional(),
})
type Schema = z.infer<typeof schema>

export const checkSchema = (parameters: unknown, { name, strict, param }: { name: string; strict: boolean; param: string }): void => {
  const invalid = (message: string): Refusal => new Refusal({ message: `Invalid schema for function '${name}': ${message}`, param, code: 'invalid_function_parameters' })
  const root = schema.safeParse(parameters).data
  if (root?.type !== 'object') throw invalid(`schema must be a JSON Schema of 'type: "object"', got 'type: ${JSON.stringify(root?.type ?? 'None')}'.`)
  if (strict) checkStrict(root, invalid)
}

type Refuse = (message: string) => Refusal
const checkStrict = (root: Schema, invalid: Refuse): void => {
  const seen = { properties: 0, enums: 0, letters: 0 }
  const walk = (value: unknown, context: string[], depth: number): void => {
    const at = `In context=(${context.map((part) => `'${part}'`).join(', ')}), `
    const result = schema.safeParse(value)
    if (!result.success) throw invalid(`${at}schema is not a valid JSON Schema.`)
    const each = result.data
    const odd = Object.keys(each).find((keyword) => !keywords.includes(keyword))
    if (odd) throw invalid(`${at}'${odd}' is not permitted.`)
    if (each.format !== undefined && !formats.includes(each.format)) throw invalid(`${at}'${each.format}' is not a valid format.`)
    if (depth > most.levels) throw invalid(`${at}the schema exceeds the limit of ${most.levels} levels of nesting.`)
    seen.enums += each.enum?.length ?? 0
    seen.letters += [...(each.enum ?? []), ...Object.keys(each.properties ?? {})].join('').length
    if (each.$ref === undefined && each.anyOf === undefined && each.type === undefined) throw invalid(`${at}schema must have a 'type' key.`)
    for (const type of [each.type ?? []].flat()) if (!types.includes(type)) throw invalid(`${at}'${type}' is not a valid type.`)
    if ([each.type].flat().includes('object')) {
      if (each.additionalProperties !== false) throw invalid(`${at}'additionalProperties' is required to be supplied and to be false.`)
      const names = Object.keys(each.properties ?? {})
      const missing = names.find((property) => !each.required?.includes(property))
      if (missing !== undefined || !each.required) throw invalid(`${at}'required' is required to be supplied and to be an array including every key in properties. Missing '${missing ?? ''}'.`)
      const extra = each.required.find((property) => !names.includes(property))
      if (extra !== undefined) throw invalid(`${at}'required' is required to be supplied and to be an array including every key in properties. Extra required key '${extra}' supplied.`)
      seen.properties += names.length
    }
    if ([each.type].flat().includes('array') && each.items === undefined) throw invalid(`${at}array schema missing items.`)
    for (const [property, inner] of Object.entries(each.properties ?? {})) walk(inner, [...context, 'properties', property], depth + 1)
    for (const [def, inner] of Object.entries(each.$defs ?? {})) walk(inner, [...context, '$defs', def], depth)
    for (const [no, inner] of (each.anyOf ?? []).entries()) walk(inner, [...context, 'anyOf', String(no)], depth)
    if (each.items !== undefined) walk(each.items, [...context, 'items'], depth + 1)
  }
  if (root.anyOf) throw invalid("schema must have type 'object' and not have 'anyOf' at the top level.")
  walk(root, [], 1)
  if (seen.properties > most.properties) throw invalid(`the schema exceeds the limit of ${most.properties} properties.`)
  if (seen.enums > most.enums) throw invalid(`the schema exceeds the limit of ${most.enums} enum values.`)
  if (seen.letters > most.letters) throw invalid(`the schema exceeds the limit of ${most.letters} letters of names and enum values.`)
}
