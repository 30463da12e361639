import { FilterOperatorEnum as Is, type Filter } from '@hubspot/api-client/lib/codegen/crm/objects/index.js'
import { z } from 'zod'
import { AppError } from '@portero/shared'
import type { At } from '../../define.ts'
import { read } from '../../domain/ports/answers.ts'
import type { Kind } from '../../domain/ports/crm-fields.ts'
import type { CrmKeptReads, Kept } from '../../domain/ports/crm-kept.ts'
import { textsOf } from '../../domain/ports/crm-seen.ts'
import { hubSpotAsking } from './asking.ts'
import { idProperty, kindsOf, objects, read as readFields, rowsOf, tables, type Properties } from './mapping.ts'
import type { Settings } from './settings.ts'
import { digits, nationalOf, page, phoneProperties, phonesOf, searchable, shownBy, type Shown } from './shown.ts'
import { replyOf } from './typed.ts'

// HubSpot's records of all kinds that we keep there, many at a time: to compare them with ours, and to find ours again.
const asked = (kind: Kind): string[] => [...new Set([...rowsOf(kind).flatMap(({ properties }) => properties.map(({ name }) => name)), idProperty, ...(kind === 'contact' ? phoneProperties : [])])]
const most = 100

export const readKept = ({ http, connection: { settings } }: Pick<At<Settings>, 'http' | 'connection'>): CrmKeptReads => {
  const hubSpot = hubSpotAsking(http)
  // https://developers.hubspot.com/docs/api-reference/crm-objects-v3/search/post-crm-v3-objects-objectType-search
  // Never asked for a second page but for what comes after the last one, since a search shows 10,000 at most.
  const search = async (kind: Kind, groups: Filter[][], after = '0'): Promise<{ records: Kept[]; next?: string }> => {
    const filterGroups = groups.map((filters) => ({ filters: [...filters, { propertyName: 'hs_object_id', operator: Is.Gt, value: after }] }))
    const { results } = read('hubspot', page, await replyOf(hubSpot.search.doSearchWithHttpInfo(objects[kind], { filterGroups, sorts: ['hs_object_id'], limit: most, after: '0', properties: asked(kind) })))
    const last = results.at(-1)
    return { records: keptOf(kind, results, settings), ...(last && results.length === most && { next: last.id }) }
  }
  return {
    // Its properties are many and its own, so it is asked for their names first.
    async whole(kind, ids) {
      const { results } = read('hubspot', named, await replyOf(hubSpot.properties.getAllWithHttpInfo(objects[kind])))
      const shown = await shownBy(hubSpot, { kind, properties: results.map(({ name }) => name) }, ids)
      return [...new Map(shown.flatMap((each) => (each ? [[each.id, each]] : []))).values()].map(({ id, properties }) => ({ kind, id, fields: properties }))
    },
    hasHelpDesk: async () => settings.helpDesk !== undefined,
    // Of two that were merged it is the same one, once.
    async kept(kind, ids) {
      const shown = await shownBy(hubSpot, { kind, properties: asked(kind) }, ids)
      return keptOf(kind, [...new Map(shown.flatMap((each) => (each ? [[each.id, each]] : []))).values()], settings)
    },
    // What we don't make there has no property for our ids, and a search for it is refused.
    carrying: async (kind, after) => (kindsOf(settings).includes(kind) ? search(kind, [[{ propertyName: idProperty, operator: Is.HasProperty }]], after) : { records: [] }),
    numbered: (phones, after) => search('contact', searchable.map((propertyName) => [{ propertyName, operator: Is.In, values: phones.map(nationalOf) }]), after),
    // https://developers.hubspot.com/docs/api-reference/crm-associations-v4/batch/post-crm-v4-associations-fromObjectType-toObjectType-batch-read
    async hungOn(kind, ids, other) {
      if (ids.length === 0) return []
      const { results, errors } = read('hubspot', links, await replyOf(hubSpot.manyAssociations.getPageWithHttpInfo(objects[kind], objects[other], { inputs: ids.map((id) => ({ id })) })))
      // Of what hangs on nothing it says so; of what it couldn't look at we know nothing.
      if (errors.some(({ category }) => category !== 'OBJECT_NOT_FOUND')) throw new AppError('bad_response', `hubspot didn't say on which ${objects[other]} all of the ${objects[kind]} hang`, { arrived: 'unknown' })
      return results.map(({ _from: { id }, to }) => ({ id, others: to.map(({ toObjectId }) => String(toObjectId)) }))
    },
  }
}

const named = z.object({ results: z.array(z.object({ name: z.string().min(1) })) })
const links = z.object({ results: z.array(z.object({ _from: z.object({ id: digits }), to: z.array(z.object({ toObjectId: z.union([digits, z.int().positive()]) })) })), errors: z.array(z.object({ category: z.string() })).default([]) })

const keptOf = (kind: Kind, found: readonly Shown[], settings: Settings): Kept[] =>
  found.map(({ id, properties }) => {
    const ours = z.uuid().safeParse(properties[idProperty]).data
    return { kind, id, fields: textsOf(readers[kind](properties, settings)), phones: phonesOf(kind, properties), ...(ours !== undefined && { ours }) }
  })
const readers: Record<Kind, (given: Properties, settings: Settings) => Record<string, unknown>> = {
  contact: (given, settings) => readFields(tables.contact, given, settings),
  deal: (given, settings) => readFields(tables.deal, given, settings),
  meeting: (given, settings) => readFields(tables.meeting, given, settings),
  communication: (given, settings) => readFields(tables.communication, given, settings),
  task: (given, settings) => readFields(tables.task, given, settings),
  note: (given, settings) => readFields(tables.note, given, settings),
  ticket: (given, settings) => readFields(tables.ticket, given, settings),
}
