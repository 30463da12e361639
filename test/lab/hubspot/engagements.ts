import { z } from 'zod'
import type { Route } from '../simulator.ts'
import { invalid, missing, ok, parsed, Refusal } from './answers.ts'
import type { Associations } from './associations.ts'
import type { Author, Records, Row } from './records.ts'
import type { Type } from './types.ts'

// The older calls that HubSpot's own MCP server still makes: notes and tasks as engagements, the schemas of an account's own objects, its workflows.
// https://developers.hubspot.com/docs/api-reference/legacy/crm/activities/engagements
const kinds = {
  NOTE: { type: 'notes', values: { hs_note_body: 'body' } },
  TASK: { type: 'tasks', values: { hs_task_body: 'body', hs_task_subject: 'subject', hs_task_status: 'status' } },
} as const satisfies Record<string, { type: Type; values: Record<string, string> }>
type Kind = keyof typeof kinds
const ids = z.array(z.union([z.int(), z.string()]).transform(String)).default([])
const associated = z.object({ contactIds: ids, companyIds: ids, dealIds: ids, ticketIds: ids }).prefault({})
const metadata = z.record(z.string(), z.unknown())
const making = z.object({ engagement: z.object({ type: z.enum(['NOTE', 'TASK']), ownerId: z.union([z.int(), z.string()]).optional(), timestamp: z.int() }), associations: associated, metadata: metadata.default({}) })
const changing = z.object({ engagement: z.object({ ownerId: z.union([z.int(), z.string()]).optional(), timestamp: z.int().optional() }).prefault({}), metadata: metadata.default({}) })

type Needs = { records: Records; associations: Associations; by: Author }
export const engagementRoutes = ({ records, associations, by }: Needs): Record<string, Route> => {
  const find = (id = ''): [Kind, Row] => {
    for (const kind of ['NOTE', 'TASK'] as const) {
      try {
        return [kind, records.byNumber(kinds[kind].type, id)]
      } catch (thrown) {
        if (!(thrown instanceof Refusal)) throw thrown
      }
    }
    throw missing()
  }
  const shown = (kind: Kind, { id, type, properties, createdAt, updatedAt }: Row): object => {
    const to = (other: Type): number[] => associations.to(type, id, other).map(Number)
    const owner = properties['hubspot_owner_id']
    return {
      engagement: { id: Number(id), active: true, type: kind, createdAt, lastUpdated: updatedAt, timestamp: Date.parse(properties['hs_timestamp'] ?? ''), ...(owner !== undefined && { ownerId: Number(owner) }) },
      associations: { contactIds: to('contacts'), companyIds: to('companies'), dealIds: to('deals'), ticketIds: to('tickets') },
      metadata: Object.fromEntries(Object.entries(kinds[kind].values).map(([name, short]) => [short, properties[name] ?? ''])),
    }
  }
  const given = (kind: Kind, told: Record<string, unknown>): Record<string, string> => Object.fromEntries(Object.entries(kinds[kind].values).flatMap(([name, short]) => (told[short] === undefined ? [] : [[name, textIn(told[short])]])))
  const common = ({ ownerId, timestamp }: { ownerId?: string | number | undefined; timestamp?: number | undefined }): Record<string, string> => ({ ...(timestamp !== undefined && { hs_timestamp: String(timestamp) }), ...(ownerId !== undefined && { hubspot_owner_id: String(ownerId) }) })
  return {
    'POST /engagements/v1/engagements': ({ body }) => {
      const { engagement, associations: links, metadata: told } = parsed(making, body)
      const { type } = kinds[engagement.type]
      const row = records.preparedNew(type, { ...common(engagement), ...given(engagement.type, told) }, by)()
      for (const [to, all] of [['contacts', links.contactIds], ['companies', links.companyIds], ['deals', links.dealIds], ['tickets', links.ticketIds]] as const) for (const id of all) associations.link(type, row.id, to, id)
      return ok(shown(engagement.type, row))
    },
    'GET /engagements/v1/engagements/:id': ({ parts }) => ok(shown(...find(parts['id']))),
    'PATCH /engagements/v1/engagements/:id': ({ parts, body }) => {
      const { engagement, metadata: told } = parsed(changing, body)
      const [kind, row] = find(parts['id'])
      return ok(shown(kind, records.preparedChange(row, { ...common(engagement), ...given(kind, told) }, by)()))
    },
    'GET /crm-object-schemas/v3/schemas': () => ok({ results: [] }),
    'GET /automation/v4/flows': () => ok({ results: [] }),
    'GET /automation/v4/flows/:id': () => {
      throw missing()
    },
  }
}
const textIn = (value: unknown): string => {
  if (typeof value === 'string') return value
  throw invalid('metadata is made of texts')
}
