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
import { replyOf } from './typed.ts'

// HubSpot's records of all kinds that we keep there, many at a time: to compare them with ours, and to find ours again.
const phoneProperties = ['phone', 'mobilephone', 'hs_whatsapp_phone_number']
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
    hasHelpDesk: async () => settings.helpDesk !== undefined,
    // https://developers.hubspot.com/docs/api-reference/crm-objects-v3/batch/post-crm-v3-objects-objectType-batch-read
    async kept(kind, ids) {
      if (ids.length === 0) return []
      const { results, errors } = read('hubspot', page, await replyOf(hubSpot.objects.readWithHttpInfo(objects[kind], { inputs: ids.map((id) => ({ id })), properties: asked(kind), propertiesWithHistory: [] })))
      if (results.length < ids.length && !errors.some(({ category }) => category === 'OBJECT_NOT_FOUND')) throw new AppError('bad_response', `hubspot was asked for ${ids.length} of its ${objects[kind]} and showed ${results.length}`, { arrived: 'unknown' })
      return keptOf(kind, results, settings)
    },
    // What we don't make there has no property for our ids, and a search for it is refused.
    carrying: async (kind, after) => (kindsOf(settings).includes(kind) ? search(kind, [[{ propertyName: idProperty, operator: Is.HasProperty }]], after) : { records: [] }),
    // HubSpot keeps a number as it was typed, and beside it, to be searched by, without its country (https://developers.hubspot.com/docs/api-reference/search/guide#phone-numbers).
    numbered: (phones, after) => search('contact', ['phone', 'mobile'].map((which) => [{ propertyName: `hs_searchable_calculated_${which}_number`, operator: Is.In, values: phones.map(nationalOf) }]), after),
    // https://developers.hubspot.com/docs/api-reference/crm-associations-v4/batch/post-crm-v4-associations-fromObjectType-toObjectType-batch-read
    async hungOn(kind, ids, other) {
      if (ids.length === 0) return []
      const { results } = read('hubspot', links, await replyOf(hubSpot.manyAssociations.getPageWithHttpInfo(objects[kind], objects[other], { inputs: ids.map((id) => ({ id })) })))
      return results.map(({ _from: { id }, to }) => ({ id, others: to.map(({ toObjectId }) => String(toObjectId)) }))
    },
  }
}

const digits = z.string().regex(/^\d{1,20}$/)
const known = z.record(z.string(), z.string().nullable()).transform((given) => Object.fromEntries(Object.entries(given).flatMap(([name, value]): [string, string][] => (value === null || value === '' ? [] : [[name, value]]))))
const page = z.object({ results: z.array(z.object({ id: digits, properties: known })), errors: z.array(z.object({ category: z.string() })).default([]) })
const links = z.object({ results: z.array(z.object({ _from: z.object({ id: digits }), to: z.array(z.object({ toObjectId: z.union([digits, z.int().positive()]) })) })) })

const keptOf = (kind: Kind, found: z.infer<typeof page>['results'], settings: Settings): Kept[] =>
  found.map(({ id, properties }) => {
    const ours = z.uuid().safeParse(properties[idProperty]).data
    return { kind, id, fields: textsOf(readers[kind](properties, settings)), phones: kind === 'contact' ? [...new Set(phoneProperties.flatMap((name) => properties[name] ?? []))] : [], ...(ours !== undefined && { ours }) }
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
const nationalOf = (phone: string): string => /^\+52(\d{10})$/.exec(phone)?.[1] ?? phone.slice(1)
