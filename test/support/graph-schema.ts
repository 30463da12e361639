import { readFileSync } from 'node:fs'
import { afterAll, expect } from '@jest/globals'
import { Ajv } from 'ajv'
import { z } from 'zod'

// Microsoft's published description of Graph, which is not ours to ship: whoever has it names its file in GRAPH_SPEC.
export type Exchange = { method: string; path: string; request: unknown; status: number; answer: unknown }
const content = z.object({ content: z.object({ 'application/json': z.object({ schema: z.looseObject({}) }) }).optional() }).or(z.object({ $ref: z.string() }))
const operation = z.object({ requestBody: content.optional(), responses: z.record(z.string(), content) })
const described = z.looseObject({ paths: z.record(z.string(), z.looseObject({})) })

export const judgedBySpec = (exchanges: readonly Exchange[]): void => {
  const file = process.env['GRAPH_SPEC']
  if (!file) return
  const judge = publishedBy(file)
  afterAll(() => {
    const judged = exchanges.map((exchange) => ({ exchange, ...judge(exchange) }))
    const things = judged.reduce((sum, each) => sum + each.things, 0)
    expect(things).toBeGreaterThan(0)
    expect([...new Set(judged.flatMap(({ exchange: { method, path, status }, faults }) => faults.map((fault) => `${method} ${path.replace(/AAMk[^/]+|[^/]+@[^/]+|[^/]+%40[^/]+/g, '…')} ${status}: ${fault}`)))]).toEqual([])
  })
}

export const publishedBy = (file: string): ((exchange: Exchange) => { things: number; faults: string[] }) => {
  const spec = described.parse(JSON.parse(readFileSync(file, 'utf8'), revised))
  const ajv = new Ajv({ strict: false, validateFormats: false, discriminator: false })
  ajv.addSchema(spec, 'graph')
  const check = (pointer: string, value: unknown): string[] => {
    const validate = ajv.getSchema(`graph#${pointer}`) ?? ajv.compile({ $ref: `graph#${pointer}` })
    return validate(value) === true ? [] : (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`)
  }
  const step = (text: string): string => encodeURIComponent(text.replaceAll('~', '~0').replaceAll('/', '~1'))

  return ({ method, path, request, status, answer }) => {
    const template = Object.keys(spec.paths).find((each) => fits(each, path) && spec.paths[each]?.[method.toLowerCase()] !== undefined)
    if (template === undefined) return { things: 0, faults: ['is not described'] }
    const place = `/paths/${step(template)}/${method.toLowerCase()}`
    const { requestBody, responses } = operation.parse(spec.paths[template]?.[method.toLowerCase()])
    const schemaOf = (at: string, found: z.infer<typeof content> | undefined): string | undefined => (found === undefined ? undefined : '$ref' in found ? `${found.$ref.slice(1)}/content/${step('application/json')}/schema` : found.content && `${at}/content/${step('application/json')}/schema`)
    const asked = request === undefined ? undefined : schemaOf(`${place}/requestBody`, requestBody)
    const code = [String(status), `${String(status)[0]}XX`].find((each) => responses[each])
    const told = answer === undefined || code === undefined ? undefined : schemaOf(`${place}/responses/${code}`, responses[code])
    const faults = [...(asked === undefined ? [] : check(asked, request).map((fault) => `asked ${fault}`)), ...(told === undefined ? [] : check(told, answer).map((fault) => `told ${fault}`))]
    return { things: Number(asked !== undefined) + Number(told !== undefined), faults: code === undefined && status !== 202 ? [...faults, 'has no such status'] : faults }
  }
}
// Every object is described as if it said of which type it is, which Graph does only where it must be told; and some may be null of which no type is said.
const untyped = z.looseObject({ nullable: z.literal(true), type: z.undefined().optional() })
const revised = (key: string, value: unknown): unknown => {
  if (key === 'required' && Array.isArray(value)) return value.filter((name) => name !== '@odata.type')
  const { data } = untyped.safeParse(value)
  if (!data) return value
  const { nullable: _, ...rest } = data
  return rest
}
const fits = (template: string, path: string): boolean => {
  const [wanted, given] = [template.split('/'), path.split('/')]
  return wanted.length === given.length && wanted.every((part, at) => part.startsWith('{') || part === given[at])
}
