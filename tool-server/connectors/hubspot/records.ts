import { FilterOperatorEnum as Is, type Filter } from '@hubspot/api-client/lib/codegen/crm/objects/index.js'
import { z } from 'zod'
import type { At, Http, Millis } from '../../define.ts'
import { read } from '../../domain/ports/answers.ts'
import type { CrmReads } from '../../domain/ports/crm.ts'
import { textsOf, type CrmRecord, type RecordKind } from '../../domain/ports/crm-seen.ts'
import { hubSpotAsking } from './asking.ts'
import { idProperty, objects, ownerProperty, read as readFields, rowsOf, tables } from './mapping.ts'
import type { Settings } from './settings.ts'
import { digits, mexicanOf, nationalOf, page, phoneProperties, phonesOf, searchable, shownBy, type Page } from './shown.ts'
import { lacksScopes, replyOf, type HubSpot } from './typed.ts'

// HubSpot's records in our words.
export const modified: Record<RecordKind, string> = { contact: 'lastmodifieddate', deal: 'hs_lastmodifieddate', meeting: 'hs_lastmodifieddate' }

const asked = (kind: RecordKind): string[] => [...new Set([...rowsOf(kind).flatMap(({ properties }) => properties.map(({ name }) => name)), idProperty, modified[kind], ownerProperty, ...(kind === 'contact' ? ['email', ...phoneProperties] : [])])]

const mostAtOnce = 100
type Reading = Pick<At<Settings>, 'http' | 'connection'>

export const readRecords = ({ http, connection }: Reading): Pick<CrmReads, 'records' | 'contactsWith'> => {
  const hubSpot = hubSpotAsking(http)
  const at = { http, settings: connection.settings }
  // Of what is gone, the visit is called off with it.
  const byId = async (kind: RecordKind, ids: readonly string[]): Promise<(CrmRecord | undefined)[]> => {
    const shown = await shownBy(hubSpot, { kind, properties: asked(kind) }, ids)
    const records = new Map((await recordsOf(kind, shown.filter((each) => each !== undefined), at)).map((record) => [record.id, record]))
    return shown.map((each) => each && records.get(each.id))
  }
  return {
    records: byId,
    async contactsWith(phone) {
      const filterGroups = waysToWrite(phone)
      // Read once more, since the index of the search is some seconds behind: https://developers.hubspot.com/docs/api-reference/search/guide
      const { results } = await found(hubSpot, 'contact', { filterGroups, sorts: ['hs_object_id'], limit: mostAtOnce })
      return (await byId('contact', results.map(({ id }) => id))).filter((record) => record !== undefined)
    },
  }
}

const waysToWrite = (phone: string): { filters: Filter[] }[] => {
  const mexican = mexicanOf(phone)
  const forms = mexican === undefined ? [phone, phone.slice(1)] : [`+52${mexican}`, `52${mexican}`, `+521${mexican}`, `521${mexican}`, `044${mexican}`, `045${mexican}`, `01${mexican}`, mexican]
  return [
    ...['phone', 'mobilephone'].map((propertyName) => ({ filters: [{ propertyName, operator: Is.In, values: forms }] })),
    ...searchable.map((propertyName) => ({ filters: [{ propertyName, operator: Is.Eq, value: nationalOf(phone) }] })),
  ]
}

type Search = { filterGroups: { filters: Filter[] }[]; sorts: string[]; limit: number }
// https://developers.hubspot.com/docs/api-reference/crm-objects-v3/search/post-crm-v3-objects-objectType-search
export const found = async ({ search }: HubSpot, kind: RecordKind, wanted: Search): Promise<Page> =>
  read('hubspot', page, await replyOf(search.doSearchWithHttpInfo(objects[kind], { ...wanted, after: '0', properties: asked(kind) })))

type Around = { http: Http; settings: Settings }
export const recordsOf = async (kind: RecordKind, found: Page['results'], { http, settings }: Around): Promise<CrmRecord[]> => {
  const owners = await ownersAmong(http, found.flatMap(({ properties }) => properties[ownerProperty] ?? []))
  return found.map(({ id, properties }) => {
    const ownerId = properties[ownerProperty]
    const owner = ownerId === undefined ? undefined : (owners.get(ownerId) ?? `hubspot:${ownerId}`) // who is none of ours is somebody all the same
    const fields = textsOf({ ...fieldsOf(kind, properties, settings), ...(owner !== undefined && { owner }) })
    const { email } = properties
    const ours = z.uuid().safeParse(properties[idProperty]).data
    return { kind, id, changedAt: msOf(properties[modified[kind]]), fields, phones: phonesOf(kind, properties), ...(ours !== undefined && { ours }), ...(kind === 'contact' && email !== undefined && { email }) }
  })
}
const fieldsOf = (kind: RecordKind, given: Record<string, string>, settings: Settings): object => (kind === 'contact' ? readFields(tables.contact, given, settings) : kind === 'deal' ? readFields(tables.deal, given, settings) : readFields(tables.meeting, given, settings))
const msOf = (time = ''): Millis => (/^\d+$/.test(time) ? Number(time) : Date.parse(time) || 0)

const ownersAmong = async (http: Http, ids: readonly string[]): Promise<ReadonlyMap<string, string>> => {
  if (ids.length === 0) return new Map()
  const remembered = await ownersOf(hubSpotAsking(http))
  return ids.every((id) => remembered.has(id)) ? remembered : ownersOf(hubSpotAsking(http, { isNew: true }))
}
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
