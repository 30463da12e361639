import { readFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { z } from 'zod'
import type { Calendly } from '../lab/calendly/simulator.ts'
import type { Route } from '../lab/simulator.ts'

// Calendly's published description of its API, which is not ours to ship: whoever has it names its file in CALENDLY_SPEC.
export type CalendlyExchange = { on: string; query: Record<string, string>; body: unknown; status: number; answer: unknown }
export const recording = (calendly: Calendly, exchanges: CalendlyExchange[]): Calendly => ({
  ...calendly,
  routes: Object.fromEntries(Object.entries(calendly.routes).map(([on, route]): [string, Route] => [
    on,
    (asked) => {
      const answer = route(asked)
      exchanges.push({ on, query: asked.query, body: asked.body, status: answer.status, answer: answer.body })
      return answer
    },
  ])),
})

const parameter = z.union([z.looseObject({ $ref: z.string() }), z.looseObject({ name: z.string(), in: z.string(), required: z.boolean().default(false) })])
const operation = z.looseObject({ parameters: z.array(parameter).default([]), requestBody: z.unknown().optional(), responses: z.record(z.string(), z.looseObject({ $ref: z.string().optional(), content: z.unknown().optional() })) })
const described = z.looseObject({ paths: z.record(z.string(), z.record(z.string(), z.unknown())), components: z.looseObject({ parameters: z.record(z.string(), z.looseObject({ name: z.string(), in: z.string(), required: z.boolean().default(false) })) }) })
const formats = { uri: /^https?:\/\/[^\s]+$/, email: /^[^\s@]+@[^\s@]+$/, 'date-time': /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/ }
// As it was before bookings by the API, and before no-shows were told.
const newer = { paths: ['/invitees'], events: ['invitee_no_show.created', 'invitee_no_show.deleted'] }

export const calendlyPublished = (file: string): ((exchange: CalendlyExchange) => { things: number; faults: string[] }) => {
  const spec = described.parse(JSON.parse(readFileSync(file, 'utf8'), (key, value: unknown) => fromOpenApi(key, value)))
  const ajv = new Ajv2020({ strict: false, formats })
  ajv.addSchema(spec, 'calendly')
  const check = (pointer: string, what: string, value: unknown): string[] => {
    const validate = ajv.getSchema(`calendly#${pointer}`)
    if (!validate) throw new Error(`nothing is described at ${pointer}`)
    return validate(value) === true ? [] : (validate.errors ?? []).map(({ instancePath, message, params }) => `${what}${instancePath} ${message} ${JSON.stringify(params)}`)
  }
  const part = (text: string): string => text.replaceAll('~', '~0').replaceAll('/', '~1')

  return ({ on, query, body, status, answer }) => {
    const [method = '', asked = ''] = on.split(' ')
    if (newer.paths.includes(asked)) return status === 201 ? { things: 1, faults: check('/components/schemas/Invitee', on, z.object({ resource: z.unknown() }).parse(answer).resource) } : { things: 1, faults: check('/components/schemas/ErrorResponse', on, answer) }
    const path = Object.keys(spec.paths).find((each) => each.replace(/\{[^}]+\}/g, ':') === asked.replace(/:\w+/g, ':'))
    const found = path === undefined ? undefined : spec.paths[path]?.[method.toLowerCase()]
    if (path === undefined || found === undefined) return { things: 0, faults: [`${on} is not described`] }
    const { parameters, requestBody, responses } = operation.parse(found)
    const at = `/paths/${part(path)}/${method.toLowerCase()}`
    const known = parameters.flatMap((each, index) => {
      const name = '$ref' in each && typeof each.$ref === 'string' ? each.$ref.split('/').at(-1) : undefined
      const one = name === undefined ? each : spec.components.parameters[name]
      return one && 'in' in one && one.in === 'query' ? [{ name: String(one.name), required: one.required === true, pointer: name === undefined ? `${at}/parameters/${index}/schema` : `/components/parameters/${name}/schema` }] : []
    })
    const asWanted = status < 400
    const faults = asWanted
      ? [
          ...Object.keys(query).filter((name) => !known.some((each) => each.name === name)).map((name) => `${on} has no ?${name}`),
          ...known.flatMap(({ name, required, pointer }) => (query[name] === undefined ? (required ? [`${on} lacks ?${name}`] : []) : check(pointer, `${on} ?${name}`, /^(?:\d+|true|false)$/.test(query[name]) ? JSON.parse(query[name]) : query[name]))),
          ...(requestBody === undefined || body === undefined ? [] : check(`${at}/requestBody/content/application~1json/schema`, `${on} asked`, body)),
        ]
      : []
    const said = responses[String(status)]
    if (said === undefined) return { things: 1, faults: [...faults, ...(status === 429 ? [] : [`${on} never answers ${status}`])] }
    if (status !== 204) faults.push(...(said.$ref === undefined ? check(`${at}/responses/${status}/content/application~1json/schema`, `${on} answered`, answer) : check(`${said.$ref.slice(1)}/content/application~1json/schema`, `${on} answered`, answer)))
    return { things: 2, faults }
  }
}

// What OpenAPI 3.0 says otherwise than JSON Schema: null, and here words where a list of them belongs.
const fromOpenApi = (key: string, value: unknown): unknown => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return key === 'enum' && Array.isArray(value) && value.includes('invitee.created') ? [...value, ...newer.events] : value
  const { nullable, ...rest } = z.looseObject({ nullable: z.boolean().optional() }).safeParse(value).data ?? {}
  if ('enum' in rest && !Array.isArray(rest['enum'])) delete rest['enum']
  return nullable === true ? { anyOf: [{ type: 'null' }, rest] } : rest
}
