import { PropertyCreateFieldTypeEnum as Field, PropertyCreateTypeEnum as Type, type PropertyCreate } from '@hubspot/api-client/lib/codegen/crm/properties/index.js'
import { z } from 'zod'
import { AppError } from '@portero/shared'
import type { Thing } from '../../define.ts'
import type { Kind } from '../../domain/ports/crm-fields.ts'
import { read } from '../../domain/ports/answers.ts'
import type { Codec } from './codecs.ts'
import { dispensable, idProperty, objects, rowsOf, type Property } from './mapping.ts'
import type { Settings } from './settings.ts'
import { replyOf, type HubSpot } from './typed.ts'

// The properties of one object, as the mapping needs them. What somebody made by our name is never changed into something else, and nothing is taken away.
const groupName = 'portero'
const option = z.object({ value: z.string(), label: z.string(), displayOrder: z.int().default(-1), hidden: z.boolean().default(false) })
const known = z.object({ name: z.string().min(1), type: z.string().default(''), hasUniqueValue: z.boolean().default(false), options: z.array(option).default([]) })
type Known = z.infer<typeof known>
const all = z.object({ results: z.array(known) })
const named = z.object({ name: z.string().min(1) })

// scopes: crm.schemas.contacts.read, crm.schemas.deals.read; to make them, the same with write. Activities go by those of contacts, tickets by tickets.
// https://developers.hubspot.com/docs/api-reference/crm-properties-v3/core/get-crm-v3-properties-objectType
export const propertyThings = async (hubSpot: HubSpot, kind: Kind, { currency }: Settings): Promise<Thing[]> => {
  const type = objects[kind]
  const { results } = read('hubspot', all, await replyOf(hubSpot.properties.getAllWithHttpInfo(type)))
  const wanted = rowsOf(kind).flatMap(({ properties }) => properties).filter(({ name }) => currency !== undefined || name !== 'deal_currency_code') // which only accounts with several currencies have
  const missing = [id, ...wanted].filter(({ name, label }) => label !== undefined && !results.some((one) => one.name === name))
  let making: Promise<void> | undefined
  const on: On = { hubSpot, type, make: () => (making ??= make(hubSpot, type, missing)) } // all of them at once, whichever is asked for first
  return [id, ...wanted].map((one) => thingFor(on, one, results.find(({ name }) => name === one.name)))
}

type Wanted = Property & { isUnique?: true; description?: string }
const id: Wanted = { name: idProperty, label: 'Portero: id', type: 'string', fieldType: 'text', isUnique: true, description: 'El identificador de Portero. No lo edites.' }

type On = { hubSpot: HubSpot; type: string; make(): Promise<void> }
const thingFor = (on: On, wanted: Wanted, found: Known | undefined): Thing => {
  const { type } = on
  const what = `property ${wanted.name} of ${type}`
  const place = `HubSpot: Settings > Properties > ${type} > ${wanted.name}`
  if (!found) return dispensable.includes(wanted.name) ? { what: `${what}: is not there, and is done without`, is: 'well' } : wanted.label === undefined ? { what: `${what}: HubSpot has none`, is: 'blocked', mend: `${place}: it is HubSpot's own; ask its support why this account lacks it.` } : { what, is: 'missing', ensure: on.make }
  // Neither can be changed afterwards; and with an id that is not unique, a second put would be a second record.
  if (wanted.isUnique && !found.hasUniqueValue) return { what: `${what}: is not unique`, is: 'blocked', mend: `${place}: somebody made it by hand. Delete it, and Portero makes it anew.` }
  if (wanted.label !== undefined && found.type !== wanted.type) return { what: `${what}: is ${found.type} where ${wanted.type} is needed`, is: 'blocked', mend: `${place}: somebody made it by hand. Delete it, and Portero makes it anew.` }
  const lacking = Object.keys(wanted.options ?? {}).filter((value) => found.options.length > 0 && !found.options.some((one) => one.value === value))
  if (lacking.length === 0) return { what, is: 'well' }
  const odd = `${what}: lacks ${lacking.join(', ')}`
  if (wanted.label !== undefined) return { what: odd, is: 'wrong', ensure: () => addOptions(on, wanted, found) }
  if (dispensable.includes(wanted.name)) return { what: `${odd}, and is left as it is`, is: 'well' }
  return { what: odd, is: 'blocked', mend: `${place}: give it the choice ${lacking.join(', ')} again.` }
}

const make = async ({ properties, manyProperties, groups }: HubSpot, type: string, missing: readonly Wanted[]): Promise<void> => {
  // https://developers.hubspot.com/docs/api-reference/crm-properties-v3/groups/post-crm-v3-properties-objectType-groups
  await unlessThere(async () => read('hubspot', named, await replyOf(groups.createWithHttpInfo(type, { name: groupName, label: 'Portero' }))))
  // https://developers.hubspot.com/docs/api-reference/crm-properties-v3/batch/post-crm-v3-properties-objectType-batch-create
  await unlessThere(async () => read('hubspot', made, await replyOf(manyProperties.createWithHttpInfo(type, { inputs: missing.map(definitionOf) }))))
  // Another replica may have been faster with some; else one is there and not shown.
  const { results } = read('hubspot', all, await replyOf(properties.getAllWithHttpInfo(type)))
  const hidden = missing.filter(({ name }) => !results.some((one) => one.name === name)).map(({ name }) => name)
  if (hidden.length > 0) throw new AppError('conflict', `${hidden.join(', ')} of ${type} can't be made at hubspot: if it is in Settings > Properties > Archived properties, restore it`)
}
const made = z.object({ results: z.array(z.unknown()) })
const definitionOf = ({ name, label = name, type, fieldType, options, isUnique, description }: Wanted): PropertyCreate => ({
  name, label, type: types[type], fieldType: fieldTypes[fieldType], groupName,
  ...(options && { options: optionsOf(options) }), ...(isUnique && { hasUniqueValue: true, formField: false }), ...(description !== undefined && { description }),
})
const optionsOf = (labels: Readonly<Record<string, string>>): z.infer<typeof option>[] => Object.entries(labels).map(([value, label], displayOrder) => ({ value, label, displayOrder, hidden: false }))

// Those that are there stay, people's own among them.
// https://developers.hubspot.com/docs/api-reference/crm-properties-v3/core/patch-crm-v3-properties-objectType-propertyName
const addOptions = async ({ hubSpot: { properties }, type }: On, { name, options = {} }: Wanted, { options: there }: Known): Promise<void> => {
  const more = optionsOf(options).filter(({ value }) => !there.some((one) => one.value === value)).map((each, at) => ({ ...each, displayOrder: there.length + at }))
  read('hubspot', named, await replyOf(properties.updateWithHttpInfo(type, name, { options: [...there, ...more] })))
}

// 409: it is there already.
const unlessThere = async (making: () => Promise<unknown>): Promise<void> => {
  try {
    await making()
  } catch (thrown) {
    if (!(thrown instanceof AppError) || thrown.code !== 'conflict') throw thrown
  }
}

const types: Record<Codec<unknown>['type'], Type> = { bool: Type.Bool, date: Type.Date, datetime: Type.Datetime, enumeration: Type.Enumeration, number: Type.Number, string: Type.String }
const fieldTypes: Record<Codec<unknown>['fieldType'], Field> = { booleancheckbox: Field.Booleancheckbox, date: Field.Date, number: Field.Number, select: Field.Select, text: Field.Text }
