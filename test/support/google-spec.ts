import { readFileSync } from 'node:fs'
import { Ajv } from 'ajv'
import { z } from 'zod'
import type { Answer, Asked } from '../lab/simulator.ts'

// Google's description of its API, which is not ours to ship: whoever has it names its file in GOOGLE_SPEC.
export type Exchange = { asked: Asked; answer: Answer }
export type Judged = { things: number; faults: string[] }
const content = z.looseObject({ content: z.looseObject({ 'application/json': z.looseObject({ schema: z.looseObject({ $ref: z.string() }) }) }).optional() })
const operation = z.looseObject({ parameters: z.array(z.looseObject({ name: z.string(), in: z.string(), schema: z.looseObject({ type: z.string() }) })).default([]), requestBody: content.optional(), responses: z.record(z.string(), content) })
const described = z.looseObject({ paths: z.record(z.string(), z.record(z.string(), operation)) })

export const publishedBy = (file: string): ((exchange: Exchange) => Judged) => {
  // Where it names what there may be, nothing else may: discovery itself never says so.
  const spec: unknown = JSON.parse(readFileSync(file, 'utf8'), (_key, value: unknown) => (isClosed(value) ? { ...value, additionalProperties: false } : value))
  const { paths } = described.parse(spec)
  const ajv = new Ajv({ strict: false, formats: { 'date-time': (text: string) => z.iso.datetime({ offset: true }).safeParse(text).success, date: (text: string) => z.iso.date().safeParse(text).success, int32: true, int64: true, byte: true } })
  ajv.addSchema(z.record(z.string(), z.unknown()).parse(spec), 'google')
  const check = (schema: object, value: unknown, where: string): string[] => {
    const validate = ajv.compile(JSON.parse(JSON.stringify(schema).replaceAll('"#/', '"google#/')))
    return validate(value) ? [] : (validate.errors ?? []).map(({ instancePath, message, params }) => `${where}${instancePath} ${message} ${JSON.stringify(params)}`)
  }
  const typed = (text: string, type: string): unknown => (type === 'integer' ? Number(text) : type === 'boolean' ? (text === 'true' ? true : text === 'false' ? false : text) : text)

  return ({ asked: { method, path, query, body }, answer: { status, body: answered } }) => {
    const where = `${method} ${path}`
    const [, found] = Object.entries(paths).toSorted(([a], [b]) => fixed(b) - fixed(a)).find(([template, operations]) => operations[method.toLowerCase()] && fits(template, path)) ?? []
    const known = found?.[method.toLowerCase()]
    if (!known) return { things: 1, faults: [`${where} is not described`] }
    const faults = Object.entries(query).flatMap(([name, text]) => {
      const parameter = known.parameters.find((each) => each.in === 'query' && each.name === name)
      return parameter ? check(parameter.schema, typed(text, parameter.schema.type), `${where}?${name}`) : [`${where}?${name} is not described`]
    })
    if (status >= 400) return { things: 0, faults: [] } // what is refused may be anything, and refusals are not described
    const [wanted, promised] = [schemaOf(known.requestBody), schemaOf(known.responses['200'])]
    faults.push(...(wanted ? check(wanted, body, `${where} asks`) : body === undefined ? [] : [`${where} asks with a body`]))
    faults.push(...(promised ? check(promised, answered, `${where} answers`) : answered === undefined ? [] : [`${where} answers with a body`]))
    return { things: 2 + Object.keys(query).length, faults }
  }
}
const isClosed = (value: unknown): value is object => typeof value === 'object' && value !== null && 'properties' in value && 'type' in value && value.type === 'object' && !('additionalProperties' in value)
const schemaOf = (of: z.infer<typeof content> | undefined): object | undefined => of?.content?.['application/json'].schema
const fixed = (template: string): number => template.split('/').filter((part) => !part.startsWith('{')).length
const fits = (template: string, path: string): boolean => {
  const [wanted, given] = [template.split('/'), path.split('/')]
  return wanted.length === given.length && wanted.every((part, at) => part.startsWith('{') || part === given[at])
}
