import { conflict, invalid, iso, missing } from './answers.ts'
import type { Properties } from './properties.ts'
import type { Property } from './property.ts'
import { about, type Type } from './types.ts'
import { checkedValues, invalidValues, type Given } from './values.ts'

// What HubSpot holds of each record: its values with who wrote them when, and what became of it.
export type Author = { source: string; sourceId: string; userId?: number }
export type Version = { value: string; at: number; by: Author }
export type Row = { id: string; type: Type; properties: Record<string, string>; history: Record<string, Version[]>; createdAt: number; updatedAt: number; archivedAt?: number; merged: string[] }
export type Happening = { type: Type; id: string; by: Author } & (
  | { what: 'creation' | 'deletion' | 'restore' | 'privacyDeletion' }
  | { what: 'propertyChange'; property: string; value: string }
  | { what: 'merge'; primary: string; merged: readonly string[]; into: string; moved: number }
)
export type Claims = Set<string> // the unique values that others of the same batch have taken
export type Records = {
  all(type: Type, how?: { archived: boolean }): Row[]
  byNumber(type: Type, id: string, how?: { archived: boolean }): Row
  found(type: Type, id: string, idProperty?: string, how?: { archived: boolean }): Row
  byValue(type: Type, name: string, value: string): Row | undefined
  preparedNew(type: Type, given: Given, by: Author, claims?: Claims): () => Row // looks first and writes when it is called, so that a batch can be all or nothing
  preparedChange(row: Row, given: Given, by: Author, claims?: Claims): () => Row
  archive(type: Type, id: string, by: Author): void
  restore(type: Type, id: string, by: Author): Row
  merge(type: Type, primary: string, other: string, by: Author): Row
  forget(row: Row, by: Author): void
}

type Needs = {
  now(): number
  portal: string
  properties: Pick<Properties, 'of'>
  isOwner(id: string): boolean
  faultIn(type: Type, values: Record<string, string>): { name: string; error: string; message: string } | undefined
  checkRules(write: { type: Type; values: Record<string, string>; given: Record<string, string>; isNew: boolean }): void
  tell(happening: Happening): void
  left(type: Type, id: string): void // whatever hung on it
  moved(type: Type, id: string, into: string): void
}
const stagedBy = ['pipeline', 'dealstage', 'hs_pipeline', 'hs_pipeline_stage']
export const makeRecords = ({ now, portal, properties, isOwner, faultIn, checkRules, tell, left, moved }: Needs): Records => {
  const rows = new Map<string, Row>() // by id: no two objects share one
  const mergedInto = new Map<string, string>()
  let lastId = 20_100_000_000

  const all: Records['all'] = (type, { archived } = { archived: false }) => [...rows.values()].filter((row) => row.type === type && (row.archivedAt !== undefined) === archived)
  // Whoever asks for a record that was merged is told of the one that it became.
  const standing = (id: string): string => {
    const into = mergedInto.get(id)
    return into === undefined ? id : standing(into)
  }
  const byNumber: Records['byNumber'] = (type, id, { archived } = { archived: false }) => {
    const row = rows.get(standing(id))
    if (row?.type === type && (row.archivedAt !== undefined) === archived) return row
    throw missing()
  }
  const uniqueOf = (type: Type, name: string): Property => {
    const property = properties.of(type).get(name)
    if (!property) throw invalid(`Property "${name}" does not exist`, [{ message: `Property "${name}" does not exist`, code: 'PROPERTY_DOESNT_EXIST', context: { propertyName: [name] } }])
    if (!property.hasUniqueValue) throw invalid(`${name} is not a unique property of ${type}`)
    return property
  }
  const byValue: Records['byValue'] = (type, name, value) => {
    uniqueOf(type, name)
    const wanted = name === 'email' ? value.toLowerCase() : value
    return all(type).find(({ properties: held }) => held[name] === wanted || (name === 'email' && held['hs_additional_emails']?.split(';').includes(wanted)))
  }
  const checkUnique = (type: Type, given: Record<string, string>, claims: Claims | undefined, self?: Row): void => {
    for (const [name, value] of Object.entries(given)) {
      if (value === '' || !properties.of(type).get(name)?.hasUniqueValue) continue
      const other = byValue(type, name, value)
      if (other && other !== self) throw conflict(name === 'email' ? `Contact already exists. Existing ID: ${other.id}` : `${name} already has that value on another ${about[type].singular}. Existing ID: ${other.id}`)
      if (claims?.has(`${name}=${value}`)) throw conflict(`${name} has the same value twice in this batch`)
      claims?.add(`${name}=${value}`)
    }
  }
  const check = (type: Type, given: Given, claims: Claims | undefined, self?: Row): Record<string, string> => {
    const checked = checkedValues(given, { property: (name) => properties.of(type).get(name), isOwner, portal })
    const fault = stagedBy.some((name) => name in checked) ? faultIn(type, { ...self?.properties, ...checked }) : undefined // where it stands is looked at only when it is told
    if (fault) throw invalidValues([fault], portal)
    checkRules({ type, values: { ...self?.properties, ...checked }, given: checked, isNew: self === undefined })
    checkUnique(type, checked, claims, self)
    return checked
  }
  // What has its value already was not changed by anybody.
  const written = (row: Row, checked: Record<string, string>, by: Author, isNew = false): Row => {
    for (const [name, value] of Object.entries(checked)) {
      if ((row.properties[name] ?? '') === value) continue
      if (value === '') delete row.properties[name]
      else row.properties[name] = value
      row.history[name] = [{ value, at: now(), by }, ...(row.history[name] ?? [])]
      row.updatedAt = now()
      tell({ what: 'propertyChange', type: row.type, id: row.id, by, property: name, value })
    }
    if (isNew) row.updatedAt = now()
    return row
  }
  const fresh = (type: Type, createdAt: number): Row => {
    const row: Row = { id: String(++lastId), type, properties: {}, history: {}, createdAt, updatedAt: now(), merged: [] }
    rows.set(row.id, row)
    return row
  }
  const idsMergedBy = ({ id, merged }: Row): string[] => [id, ...merged]

  return {
    all, byNumber, byValue,
    found(type, id, idProperty = 'hs_object_id', how = { archived: false }) {
      if (idProperty === 'hs_object_id') return byNumber(type, id, how)
      const row = byValue(type, idProperty, id)
      if (row) return row
      throw missing()
    },
    preparedNew(type, given, by, claims) {
      const checked = check(type, given, claims)
      const lacking = [...properties.of(type).values()].filter(({ name, required }) => required && !checked[name]).map(({ name }) => name)
      if (lacking.length > 0) throw invalid(`Error creating ${type}. Some required properties were not set.`, [{ message: `required: ${lacking.join(', ')}`, code: 'REQUIRED_PROPERTIES_MISSING', context: { properties: lacking } }])
      return () => {
        const row = fresh(type, now())
        tell({ what: 'creation', type, id: row.id, by })
        return written(row, checked, by, true)
      }
    },
    preparedChange(row, given, by, claims) {
      const checked = check(row.type, given, claims, row)
      return () => written(row, checked, by)
    },
    // What is gone already is gone.
    archive(type, id, by) {
      const row = rows.get(standing(id))
      if (row?.type !== type || row.archivedAt !== undefined) return
      row.archivedAt = now()
      tell({ what: 'deletion', type, id: row.id, by })
    },
    restore(type, id, by) {
      const row = byNumber(type, id, { archived: true })
      delete row.archivedAt
      row.updatedAt = now()
      tell({ what: 'restore', type, id: row.id, by })
      return row
    },
    // The primary's values win, and what it lacks comes from the other. A contact keeps its number; of all else comes a new record.
    // https://knowledge.hubspot.com/records/merge-records
    merge(type, primaryId, otherId, by) {
      const [primary, other] = [byNumber(type, primaryId), byNumber(type, otherId)]
      if (primary === other) throw invalid('A record cannot be merged with itself')
      const into = type === 'contacts' ? primary : fresh(type, Math.min(primary.createdAt, other.createdAt))
      const ended = into === primary ? [other] : [primary, other]
      const values = { ...other.properties, ...primary.properties }
      const emails = [primary.properties['hs_additional_emails'], other.properties['email'], other.properties['hs_additional_emails']].flatMap((each) => each?.split(';') ?? []).filter((each) => each !== '' && each !== values['email'])
      for (const row of ended) {
        rows.delete(row.id)
        mergedInto.set(row.id, into.id)
        moved(type, row.id, into.id)
      }
      into.merged = [...new Set([...ended.flatMap(idsMergedBy), ...primary.merged, ...other.merged])]
      const before = Object.keys(into.properties).length
      if (into !== primary) into.history = Object.fromEntries(Object.entries(primary.history).map(([name, versions]) => [name, [...versions]]))
      if (into !== primary) into.properties = { ...primary.properties }
      const told = { hs_merged_object_ids: into.merged.join(';'), ...(type === 'contacts' && { hs_calculated_merged_vids: into.merged.map((id) => `${id}:${now()}`).join(';'), ...(emails.length > 0 && { hs_additional_emails: emails.join(';') }) }) }
      tell({ what: 'merge', type, id: into.id, by, primary: primary.id, merged: ended.filter((row) => row !== primary).map(({ id }) => id), into: into.id, moved: Object.keys(values).length - before })
      return written(into, { ...values, ...told }, { source: 'MERGE', sourceId: by.sourceId, ...(by.userId !== undefined && { userId: by.userId }) }, true)
    },
    forget(row, by) {
      rows.delete(row.id)
      left(row.type, row.id)
      tell({ what: 'privacyDeletion', type: row.type, id: row.id, by })
    },
  }
}

// As it was at a moment, for who sees it late; undefined: it was not there yet.
export const asOf = (row: Row, at: number): Row | undefined => {
  if (row.createdAt > at) return undefined
  const versions = Object.entries(row.history).map(([name, all]) => [name, all.find((version) => version.at <= at)] as const)
  const properties = Object.fromEntries(versions.flatMap(([name, version]) => (version && version.value !== '' ? [[name, version.value]] : [])))
  const { archivedAt: _archivedAt, ...standing } = row
  return { ...standing, ...(row.archivedAt !== undefined && row.archivedAt <= at && { archivedAt: row.archivedAt }), properties, updatedAt: row.updatedAt <= at ? row.updatedAt : Math.max(row.createdAt, ...versions.flatMap(([, version]) => version?.at ?? [])) }
}

export type Wanted = { properties?: readonly string[]; withHistory?: readonly string[] } // properties: all, where there is none
export type Shown = { id: string; properties: Record<string, string | null>; createdAt: string; updatedAt: string; archived: boolean }
export const shown = (row: Row, { properties: names, withHistory = [] }: Wanted = {}): Shown => {
  const { id, type, createdAt, updatedAt, archivedAt } = row
  const held = heldBy(row)
  const always = ['hs_object_id', about[type].created, about[type].updated]
  const wanted = names === undefined ? held : Object.fromEntries([...new Set([...always, ...names])].map((name) => [name, held[name] ?? null]))
  const history = Object.fromEntries(withHistory.map((name) => [name, (row.history[name] ?? []).map(shownVersion)]))
  return { id, properties: wanted, createdAt: iso(createdAt), updatedAt: iso(updatedAt), archived: archivedAt !== undefined, ...(archivedAt !== undefined && { archivedAt: iso(archivedAt) }), ...(withHistory.length > 0 && { propertiesWithHistory: history }) }
}
export const heldBy = ({ id, type, properties, createdAt, updatedAt }: Row): Record<string, string> => ({ ...properties, ...searchableOf(properties), hs_object_id: id, [about[type].created]: iso(createdAt), [about[type].updated]: iso(updatedAt) })
// Area code and number, however it is written: https://developers.hubspot.com/docs/api-reference/search/guide
const searchableOf = ({ phone = '', mobilephone = '' }: Record<string, string>): Record<string, string> =>
  Object.fromEntries([['phone', phone], ['mobile', mobilephone]].flatMap(([name, text = '']) => (text === '' ? [] : [[`hs_searchable_calculated_${name}_number`, text.replace(/\D/g, '').slice(-10)]])))
const shownVersion = ({ value, at, by: { source, sourceId, userId } }: Version): object => ({ value, timestamp: iso(at), sourceType: source, sourceId, ...(userId !== undefined && { updatedByUserId: userId }) })
