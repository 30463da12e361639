import { createHash } from 'node:crypto'
import { FilterOperatorEnum as Is, type Filter } from '@hubspot/api-client/lib/codegen/crm/objects/index.js'
import { z } from 'zod'
import type { Delivery, Millis, Pull } from '../../define.ts'
import type { CrmRecord, RecordKind } from '../../domain/ports/crm-seen.ts'
import { hubSpotAsking } from './asking.ts'
import { found, modified, recordsOf } from './records.ts'
import type { Settings } from './settings.ts'

// What changed lately, whether or not a webhook told of it; imports are told by this alone. The index of the search is behind by seconds, so the last minutes are always looked at again.
const overlapMs: Millis = 5 * 60_000
const most = 100 // of 200 that a page may have, so that a turn stays small
const mostTold = 2_000 // told again beyond that, which does no harm
const few = 20

// A search shows 10,000 at most, and what changes meanwhile moves to its end; so it is never asked for a second page, but for what comes after the last one.
// from: changed then or later. newest: the latest that was seen. told: what of the overlap was told. tie: a page of one and the same time goes on by the id.
const walk = z.strictObject({ from: z.int(), newest: z.int(), told: z.array(z.string()), tie: z.strictObject({ at: z.int(), id: z.string() }).optional() })

const changed = (kind: RecordKind): Pull<Settings> => ({
  everyMs: 60_000,
  async pull(cursor, { http, connection, now }) {
    const { from, newest, told, tie } = cursor === null ? { from: now - overlapMs, newest: now - overlapMs, told: [] } : walk.parse(JSON.parse(cursor))
    const hubSpot = hubSpotAsking(http)
    const filters: Filter[] = tie
      ? [{ propertyName: modified[kind], operator: Is.Eq, value: String(tie.at) }, { propertyName: 'hs_object_id', operator: Is.Gt, value: tie.id }]
      : [{ propertyName: modified[kind], operator: Is.Gte, value: String(from) }]
    const { results } = await found(hubSpot, kind, { filterGroups: [{ filters }], sorts: [tie ? 'hs_object_id' : modified[kind]], limit: most })
    const records = await recordsOf(kind, results, { http, settings: connection.settings })
    const fresh = records.filter((each) => !told.includes(nameOf(each)))
    const seen = { newest: Math.max(newest, ...records.map(({ changedAt }) => changedAt)), told: [...told, ...fresh.map(nameOf)] }
    const [first, last] = [records[0], records.at(-1)]
    const deliveries = fresh.length > 0 ? [tell(connection.id, fresh, { lane: fresh.length > few ? 'bulk' : 'sync', id: `changed:${kind}:${digest(fresh)}` })] : []
    if (first && last && records.length === most) {
      const next = tie ? { from, tie: { at: tie.at, id: last.id } } : first.changedAt === last.changedAt ? { from, tie: { at: last.changedAt, id: '0' } } : { from: last.changedAt }
      return { deliveries, cursor: JSON.stringify({ ...seen, ...next }), more: true }
    }
    if (tie) return { deliveries, cursor: JSON.stringify({ ...seen, from: tie.at + 1 }), more: true }
    const again = seen.newest - overlapMs
    return { deliveries, cursor: JSON.stringify({ from: again, newest: seen.newest, told: seen.told.filter((name) => Number(name.split(':')[1]) >= again).slice(-mostTold) }) }
  },
})

// All contacts, once somebody has begun it (actions/begin-backfill.ts): run:id, the last that was told. Without a cursor it rests.
const backfill: Pull<Settings> = {
  everyMs: 3_600_000,
  lane: 'bulk',
  async pull(cursor, { http, connection }) {
    if (cursor === null) return { deliveries: [], cursor }
    const [run = '', after = '0'] = cursor.split(':')
    const hubSpot = hubSpotAsking(http)
    const { total, results } = await found(hubSpot, 'contact', { filterGroups: [{ filters: [{ propertyName: 'hs_object_id', operator: Is.Gt, value: after }] }], sorts: ['hs_object_id'], limit: most })
    const records = await recordsOf('contact', results, { http, settings: connection.settings })
    const isLast = results.length < most
    const deliveries = [tell(connection.id, records, { lane: 'bulk', id: `backfill:${run}:${after}`, left: isLast ? 0 : Math.max(1, total - results.length) })]
    return isLast ? { deliveries, cursor: null } : { deliveries, cursor: `${run}:${results.at(-1)?.id ?? after}`, more: true }
  },
}

const nameOf = ({ id, changedAt }: CrmRecord): string => `${id}:${changedAt}`
const digest = (records: readonly CrmRecord[]): string => createHash('sha256').update(records.map(nameOf).join()).digest('hex').slice(0, 24)
const tell = (connection: string, records: CrmRecord[], { id, lane, left }: { id: string; lane: 'sync' | 'bulk'; left?: number }): Delivery =>
  ({ id, flow: 'crm.listed', lane, serial: `crm-listed:${connection}`, payload: { connection, records, ...(left !== undefined && { left }) } })

export const pulls = { contacts: changed('contact'), deals: changed('deal'), meetings: changed('meeting'), backfill }
