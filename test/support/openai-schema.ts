import { readFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { z } from 'zod'
import type { Exchange } from './openai-stage.ts'

// OpenAI's published description of its API, which is not ours to ship: whoever has it names its file in OPENAI_SPEC.
export type Judged = { things: number; faults: string[] }
const described = z.looseObject({ components: z.looseObject({ schemas: z.record(z.string(), z.looseObject({ properties: z.looseObject({ type: z.looseObject({ enum: z.array(z.string()).optional() }).optional() }).optional() })) }) })

export const publishedBy = (file: string): ((exchange: Exchange) => Judged) => {
  const spec: unknown = JSON.parse(readFileSync(file, 'utf8'), (key, value: unknown) => (key === 'InputItem' ? eitherOf(value) : value))
  const { schemas } = described.parse(spec).components
  const ajv = new Ajv2020({ strict: false, validateFormats: false })
  ajv.addSchema(z.record(z.string(), z.unknown()).parse(spec), 'openai')
  const check = (schema: string, value: unknown): string[] => {
    const validate = ajv.getSchema(`openai#/components/schemas/${schema}`)
    if (!validate) throw new Error(`no schema is named ${schema}`)
    return validate(value) === true ? [] : (validate.errors ?? []).map(({ instancePath, message }) => `${schema}${instancePath} ${message}`)
  }
  const eventNamed = (type: string): string => Object.entries(schemas).find(([name, { properties }]) => name.endsWith('Event') && properties?.type?.enum?.[0] === type)?.[0] ?? `none for ${type}`

  return ({ path, request, status, answer, events }) => {
    const wanted: [string, unknown][] = []
    if (path === '/openai/v1/responses' && status === 200) wanted.push(['CreateResponse', request], ...events.map(({ type, ...rest }): [string, unknown] => [eventNamed(type), { type, ...rest }]))
    if (status === 200 && events.length === 0 && isResponse(answer)) wanted.push(['Response', answer])
    if (path.endsWith('/models') && status === 200) wanted.push(['ListModelsResponse', answer])
    if (path.endsWith('/transcriptions') && status === 200 && answer !== undefined) wanted.push(['CreateTranscriptionResponseJson', answer])
    if (status >= 400 && answer !== undefined) wanted.push(['ErrorResponse', answer])
    return { things: wanted.length, faults: wanted.flatMap(([schema, value]) => check(schema, value)) }
  }
}
// A message in parts fits two of the items that there are, so that 'exactly one of them' would take none.
const eitherOf = (schema: unknown): unknown => {
  const { oneOf, ...rest } = z.looseObject({ oneOf: z.array(z.unknown()) }).parse(schema)
  return { ...rest, anyOf: oneOf }
}
const isResponse = (answer: unknown): boolean => z.looseObject({ object: z.literal('response'), deleted: z.undefined().optional() }).safeParse(answer).success
