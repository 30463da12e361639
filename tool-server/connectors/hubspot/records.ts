import { FilterOperatorEnum as Is, type Filter } from '@hubspot/api-client/lib/codegen/crm/objects/index.js'
import { z } from 'zod'
import { AppError } from '@portero/shared'
import type { At, Millis } from '../../define.ts'
import { read } from '../../domain/ports/answers.ts'
import type { CrmReads } from '../../domain/ports/crm.ts'
import { textsOf, type CrmRecord, type RecordKind } from '../../domain/ports/crm-seen.ts'
import { hubSpotAsking } from './asking.ts'
import { idProperty, objects, ownerProperty, read as readFields, rowsOf, tables } from './mapping.ts'
import type { Settings } from './settings.ts'
import { lacksScopes, replyOf, type HubSpot } from './typed.ts'

// HubSpot's records in our words.
export const modified: Record<RecordKind, string> = { contact: 'lastmodifieddate', deal: 'hs_lastmodifieddate', meeting: 'hs_lastmodifieddate' }

const phoneProperties = ['phone', 'mobilephone', 'hs_whatsapp_phone_number']
const asked = (kind: RecordKind): string[] => [...new Set([...rowsOf(kind).flatMap(({ properties }) => properties.map(({ name }) => name)), idProperty, modified[kind], ownerProperty, ...(kind === 'contact' ? ['email', ...phoneProperties] : [])])]

const mostAtOnce = 100
type Reading = Pick<At<Settings>, 'http' | 'connection'>

export const readRecords = ({ http, connection }: Reading): Pick<CrmReads, 'record' | 'contactsWith'> => {
  const hubSpot = hubSpotAsking(http)
  const at = { hubSpot, settings: connection.settings }
  // https://developers.hubspot.com/docs/api-reference/crm-objects-v3/batch/post-crm-v3-objects-objectType-batch-read
  const byId = async (kind: RecordKind, ids: readonly string[]): Promise<CrmRecord[]> => {
    if (ids.length === 0) return []
    const { results, errors } = read('hubspot', page, await replyOf(hubSpot.objects.readWithHttpInfo(objects[kind], { inputs: ids.map((id) => ({ id })), properties: asked(kind), propertiesWithHistory: [] })))
    // Only what HubSpot says it has not is gone: its visit is called off with it.
    if (results.length < ids.length && !errors.some(({ category }) => category === 'OBJECT_NOT_FOUND')) throw new AppError('bad_response', `hubspot was asked for ${ids.length} of its ${objects[kind]} and showed ${results.length}`, { arrived: 'unknown' })
    return recordsOf(kind, results, at)
  }
  return {
    record: async (kind, id) => (await byId(kind, [id]))[0],
    async contactsWith(phone) {
      const filterGroups = waysToWrite(phone)
      // Read once more, since the index of the search is some seconds behind: https://developers.hubspot.com/docs/api-reference/search/guide
      const { results } = await found(hubSpot, 'contact', { filterGroups, sorts: ['hs_object_id'], limit: mostAtOnce })
      return byId('contact', results.map(({ id }) => id))
    },
  }
}

// HubSpot keeps a number as it was typed, and beside it, to be searched by, without its country (https://developers.hubspot.com/docs/api-reference/search/guide#phone-numbers).
const waysToWrite = (phone: string): { filters: Filter[] }[] => {
  const mexican = /^\+52(\d{10})$/.exec(phone)?.[1]
  const forms = mexican === undefined ? [phone, phone.slice(1)] : [`+52${mexican}`, `52${mexican}`, `+521${mexican}`, `521${mexican}`, `044${mexican}`, `045${mexican}`, `01${mexican}`, mexican]
  const national = mexican ?? phone.slice(1)
  return [
    ...['phone', 'mobilephone'].map((propertyName) => ({ filters: [{ propertyName, operator: Is.In, values: forms }] })),
    ...['phone', 'mobile'].map((which) => ({ filters: [{ propertyName: `hs_searchable_calculated_${which}_number`, operator: Is.Eq, value: national }] })),
  ]
}

type Search = { filterGroups: { filters: Filter[] }[]; sorts: string[]; limit: number }
type Page = z.infer<typeof page>
// https://developers.hubspot.com/docs/api-reference/crm-objects-v3/search/post-crm-v3-objects-objectType-search
export const found = async ({ search }: HubSpot, kind: RecordKind, wanted: Search): Promise<Page> =>
  read('hubspot', page, await replyOf(search.doSearchWithHttpInfo(objects[kind], { ...wanted, after: '0', properties: asked(kind) })))

const digits = z.string().regex(/^\d{1,20}$/)
const known = z.record(z.string(), z.string().nullable()).transform((given) => Object.fromEntries(Object.entries(given).flatMap(([name, value]): [string, string][] => (value === null || value === '' ? [] : [[name, value]]))))
const page = z.object({ total: z.int().default(0), results: z.array(z.object({ id: digits, properties: known })), errors: z.array(z.object({ category: z.string() })).default([]) })

type Around = { hubSpot: HubSpot; settings: Settings }
export const recordsOf = async (kind: RecordKind, found: Page['results'], { hubSpot, settings }: Around): Promise<CrmRecord[]> => {
  const owners = found.some(({ properties }) => properties[ownerProperty]) ? await ownersOf(hubSpot) : new Map<string, string>()
  return found.map(({ id, properties }) => {
    const ownerId = properties[ownerProperty]
    const owner = ownerId === undefined ? undefined : (owners.get(ownerId) ?? `hubspot:${ownerId}`) // who is none of ours is somebody all the same
    const fields = textsOf({ ...fieldsOf(kind, properties, settings), ...(owner !== undefined && { owner }) })
    const phones = kind === 'contact' ? [...new Set(phoneProperties.flatMap((name) => properties[name] ?? []))] : []
    const { email } = properties
    const ours = z.uuid().safeParse(properties[idProperty]).data
    return { kind, id, changedAt: msOf(properties[modified[kind]]), fields, phones, ...(ours !== undefined && { ours }), ...(kind === 'contact' && email !== undefined && { email }) }
  })
}
const fieldsOf = (kind: RecordKind, given: Record<string, string>, settings: Settings): object => (kind === 'contact' ? readFields(tables.contact, given, settings) : kind === 'deal' ? readFields(tables.deal, given, settings) : readFields(tables.meeting, given, settings))
const msOf = (time = ''): Millis => (/^\d+$/.test(time) ? Number(time) : Date.parse(time) || 0)

// https://developers.hubspot.com/docs/api-reference/crm-owners-v3/owners/get-crm-v3-owners
const ownersOf = async ({ owners }: HubSpot): Promise<ReadonlyMap<string, string>> => {
  const emails = new Map<string, string>()
  try {
    for (let after: string | undefined, more = true; more; more = after !== undefined) {
      const { results, paging } = read('hubspot', ownersPage, await replyOf(owners.getPageWithHttpInfo(undefined, after, mostOwners)))
      for (const { id, email } of results) if (email) emails.set(id, email.toLowerCase())
      after = paging?.next?.after
    }
  } catch (thrown) {
    if (!lacksScopes(thrown)) throw thrown // without it they are people whom we don't know
  }
  return emails
}
const mostOwners = 500
const ownersPage = z.object({ results: z.array(z.object({ id: digits, email: z.string().nullish() })), paging: z.object({ next: z.object({ after: z.string() }).nullish() }).nullish() })
