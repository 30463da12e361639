import { z } from 'zod'
import type { Route } from '../simulator.ts'
import { conflict, created, gone, invalid, missing, ok, parsed, Refusal } from './answers.ts'

// The properties that an object may have: HubSpot's own, as far as we use them, and those that somebody makes.
export const types = ['contacts', 'deals', 'meetings', 'communications', 'tickets', 'tasks'] as const
export type Type = (typeof types)[number]
const typeIds: Record<string, Type> = { '0-1': 'contacts', contact: 'contacts', '0-3': 'deals', deal: 'deals', '0-5': 'tickets', ticket: 'tickets', '0-47': 'meetings', meeting: 'meetings', '0-18': 'communications', communication: 'communications', '0-27': 'tasks', task: 'tasks' }
export const typeOf = (name = ''): Type => {
  const found = types.find((type) => type === name) ?? typeIds[name.toLowerCase()]
  if (found) return found
  throw invalid(`Unable to infer object type from: ${name}`)
}

const valueTypes = ['bool', 'date', 'datetime', 'enumeration', 'number', 'phone_number', 'string'] as const
const fieldTypes = ['booleancheckbox', 'calculation_equation', 'checkbox', 'date', 'file', 'html', 'number', 'phonenumber', 'radio', 'select', 'text', 'textarea'] as const
const option = z.object({ value: z.string(), label: z.string(), displayOrder: z.int().default(-1), hidden: z.boolean().default(false) })
const makeable = z.object({
  name: z.string().regex(/^[a-z][a-z0-9_]{0,99}$/, 'lower case letters, digits and _'),
  label: z.string().min(1),
  type: z.enum(valueTypes),
  fieldType: z.enum(fieldTypes),
  groupName: z.string().min(1),
  description: z.string().default(''),
  options: z.array(option).default([]),
  hasUniqueValue: z.boolean().default(false),
  formField: z.boolean().default(false),
})
export type Property = z.infer<typeof makeable> & { hubspotDefined: boolean; readOnly: boolean; required: boolean }
const changeable = makeable.omit({ name: true, hasUniqueValue: true }).partial()
const group = z.object({ name: z.string().min(1), label: z.string().min(1), displayOrder: z.int().default(-1) })

export type Given = Record<string, string | number | boolean | null>
export type Properties = { of(type: Type): ReadonlyMap<string, Property>; checked(type: Type, given: Given): Record<string, string>; routes: Record<string, Route> }

export const makeProperties = ({ portal, pipeline, stages }: { portal: string; pipeline: string; stages: Readonly<Record<string, string>> }): Properties => {
  const known: Record<Type, Map<string, Property>> = { contacts: new Map(), deals: new Map(), meetings: new Map(), communications: new Map(), tickets: new Map(), tasks: new Map() }
  const groups: Record<Type, Map<string, object>> = { contacts: new Map(), deals: new Map(), meetings: new Map(), communications: new Map(), tickets: new Map(), tasks: new Map() }
  for (const type of types) {
    groups[type].set(`${type}information`, { name: `${type}information`, label: type, displayOrder: 0, archived: false })
    for (const property of ownOf(type, { pipeline, stages: Object.values(stages) })) known[type].set(property.name, property)
  }

  const propertyOf = (type: Type, name = ''): Property => {
    const found = known[type].get(name)
    if (found) return found
    throw new Refusal({ status: 404, category: 'OBJECT_NOT_FOUND', subCategory: 'PropertyValidationError.PROPERTY_NOT_FOUND', message: `Property ${name} of ${type} does not exist` })
  }
  const checkGroup = (type: Type, name: string): void => {
    if (!groups[type].has(name)) throw invalid(`Property group ${name} does not exist`, [{ message: `group ${name} does not exist`, code: 'GROUP_DOES_NOT_EXIST' }])
  }

  return {
    of: (type) => known[type],
    checked(type, given) {
      const faults: { name: string; error: string; message: string }[] = []
      const values: Record<string, string> = {}
      for (const [name, value] of Object.entries(given)) {
        const property = known[type].get(name)
        const text = value === null ? '' : String(value)
        const fault = property ? faultIn(property, text) : { error: 'PROPERTY_DOESNT_EXIST', message: `Property "${name}" does not exist` }
        if (fault) faults.push({ name, ...fault })
        else values[name] = text !== '' && property?.type === 'datetime' ? new Date(timeIn(text)).toISOString() : text
      }
      if (faults.length === 0) return values
      const told = faults.map((fault) => ({ isValid: false, ...fault, localizedErrorMessage: fault.message, portalId: Number(portal) }))
      throw invalid(`Property values were not valid: ${JSON.stringify(told)}`, faults.map(({ name, error, message }) => ({ message, code: error, context: { propertyName: [name] } })))
    },
    routes: {
      'GET /crm/v3/properties/:type/groups': ({ parts }) => ok({ results: [...groups[typeOf(parts['type'])].values()] }),
      'POST /crm/v3/properties/:type/groups': ({ parts, body }) => {
        const type = typeOf(parts['type'])
        const made = { ...parsed(group, body), archived: false }
        if (groups[type].has(made.name)) throw conflict(`Property group ${made.name} already exists`)
        groups[type].set(made.name, made)
        return created(made)
      },
      'GET /crm/v3/properties/:type': ({ parts }) => ok({ results: [...known[typeOf(parts['type'])].values()].map(shown) }),
      'POST /crm/v3/properties/:type': ({ parts, body }) => {
        const type = typeOf(parts['type'])
        const made = { ...parsed(makeable, body), hubspotDefined: false, readOnly: false, required: false }
        if (known[type].has(made.name)) throw conflict(`A property named '${made.name}' already exists.`)
        checkGroup(type, made.groupName)
        if (made.hasUniqueValue && !['string', 'number'].includes(made.type)) throw invalid(`Properties of the type ${made.type} cannot be unique`)
        if ((made.type === 'enumeration' || made.type === 'bool') && made.options.length === 0) throw invalid(`Property ${made.name} needs options`)
        known[type].set(made.name, made)
        return created(shown(made))
      },
      'GET /crm/v3/properties/:type/:name': ({ parts }) => ok(shown(propertyOf(typeOf(parts['type']), parts['name']))),
      'PATCH /crm/v3/properties/:type/:name': ({ parts, body }) => {
        const type = typeOf(parts['type'])
        const before = propertyOf(type, parts['name'])
        const change = Object.fromEntries(Object.entries(parsed(changeable, body)).filter(([, value]) => value !== undefined))
        const after = { ...before, ...change }
        checkGroup(type, after.groupName)
        known[type].set(after.name, after)
        return ok(shown(after))
      },
      'DELETE /crm/v3/properties/:type/:name': ({ parts }) => {
        const type = typeOf(parts['type'])
        const { name, hubspotDefined } = propertyOf(type, parts['name'])
        if (hubspotDefined) throw invalid(`${name} is defined by HubSpot and cannot be deleted`)
        known[type].delete(name)
        return gone
      },
      'GET /crm/v3/pipelines/deals': () => ok({ results: [shownPipeline(pipeline, stages)] }),
      'GET /crm/v3/pipelines/deals/:pipeline': ({ parts }) => {
        if (parts['pipeline'] !== pipeline) throw missing()
        return ok(shownPipeline(pipeline, stages))
      },
    },
  }
}

const mostCharacters = 65_536
const faultIn = ({ name, type, options, readOnly }: Property, text: string): { error: string; message: string } | undefined => {
  if (readOnly) return { error: 'READ_ONLY_VALUE', message: `"${name}" is a read only property; its value cannot be set.` }
  if (text === '') return undefined
  if (text.length > mostCharacters) return { error: 'VALUE_TOO_LONG', message: `"${name}" may have at most ${mostCharacters} characters` }
  if (type === 'number' && !Number.isFinite(Number(text))) return { error: 'INVALID_INTEGER', message: `${text} was not a valid number.` }
  if (type === 'datetime' && Number.isNaN(timeIn(text))) return { error: 'INVALID_DATE', message: `${text} was not a valid long or ISO-8601 date.` }
  if (type === 'date' && (Number.isNaN(timeIn(text)) || timeIn(text) % 86_400_000 !== 0)) return { error: 'INVALID_DATE', message: `${text} is not midnight UTC.` }
  if (options.length > 0 && !options.some(({ value }) => value === text)) return { error: 'INVALID_OPTION', message: `${text} was not one of the allowed options: [${options.map(({ value }) => value).join(', ')}]` }
  return undefined
}
const timeIn = (text: string): number => (/^-?\d+$/.test(text) ? Number(text) : /^\d{4}-\d{2}-\d{2}(T.+(Z|[+-]\d{2}:\d{2}))?$/.test(text) ? Date.parse(text) : Number.NaN)

const shown = ({ readOnly, required: _required, ...property }: Property): object => ({
  ...property, hidden: false, displayOrder: -1, calculated: false, externalOptions: false, archived: false, modificationMetadata: { archivable: !property.hubspotDefined, readOnlyDefinition: property.hubspotDefined, readOnlyValue: readOnly },
})
const shownPipeline = (pipeline: string, stages: Readonly<Record<string, string>>): object => ({
  id: pipeline, label: 'Renta', displayOrder: 0, archived: false, ...never,
  stages: Object.entries(stages).map(([label, id], displayOrder) => ({ id, label, displayOrder, archived: false, metadata: {}, writePermissions: 'CRM_PERMISSIONS_ENFORCEMENT', ...never })),
})
const never = { createdAt: '2026-01-05T00:00:00.000Z', updatedAt: '2026-01-05T00:00:00.000Z' }

type Own = { type?: Property['type']; options?: readonly string[]; unique?: true; readOnly?: true; required?: true }
const ownOf = (on: Type, { pipeline, stages }: { pipeline: string; stages: readonly string[] }): Property[] => {
  const dates: Record<string, Own> = { hs_object_id: { type: 'number', readOnly: true }, [createdName[on]]: { type: 'datetime', readOnly: true }, [updatedName[on]]: { type: 'datetime', readOnly: true }, hubspot_owner_id: {} }
  const time: Own = { type: 'datetime' }
  const own: Record<Type, Record<string, Own>> = {
    contacts: { email: { unique: true }, firstname: {}, lastname: {}, phone: {}, mobilephone: {}, hs_language: { options: ['en', 'en-us', 'es', 'es-mx', 'fr'] } },
    deals: {
      dealname: { required: true }, pipeline: { options: [pipeline], required: true }, dealstage: { options: stages, required: true },
      amount: { type: 'number' }, deal_currency_code: { options: ['MXN', 'USD'] }, closedate: time, description: {},
    },
    meetings: {
      hs_timestamp: { ...time, required: true }, hs_meeting_title: {}, hs_meeting_body: {}, hs_internal_meeting_notes: {}, hs_meeting_location: {}, hs_meeting_external_url: {}, hs_meeting_start_time: time, hs_meeting_end_time: time,
      hs_meeting_outcome: { options: ['SCHEDULED', 'COMPLETED', 'RESCHEDULED', 'NO_SHOW', 'CANCELED'] },
    },
    communications: {
      hs_communication_channel_type: { options: ['WHATS_APP', 'LINKEDIN_MESSAGE', 'SMS'], required: true }, hs_communication_logged_from: { options: ['CRM'], required: true },
      hs_timestamp: { ...time, required: true }, hs_communication_body: {},
    },
    tasks: {
      hs_timestamp: { ...time, required: true }, hs_task_subject: {}, hs_task_body: {}, hs_task_type: { options: ['TODO', 'CALL', 'EMAIL'] }, hs_task_priority: { options: ['NONE', 'LOW', 'MEDIUM', 'HIGH'] },
      hs_task_status: { options: ['NOT_STARTED', 'IN_PROGRESS', 'WAITING', 'COMPLETED', 'DEFERRED'] },
    },
    tickets: { subject: {}, content: {}, hs_pipeline: {}, hs_pipeline_stage: { required: true } },
  }
  return Object.entries({ ...dates, ...own[on] }).map(([name, { type, options = [], unique = false, readOnly = false, required = false }]) => ({
    name, label: name, description: '', groupName: `${on}information`, hubspotDefined: true, formField: false, readOnly, required, hasUniqueValue: unique,
    type: type ?? (options.length > 0 ? 'enumeration' : 'string'),
    fieldType: options.length > 0 ? 'select' : type === 'number' ? 'number' : type === 'datetime' ? 'date' : 'text',
    options: options.map((value, displayOrder) => ({ value, label: value, displayOrder, hidden: false })),
  }))
}
export const createdName: Record<Type, string> = { contacts: 'createdate', deals: 'createdate', meetings: 'hs_createdate', communications: 'hs_createdate', tickets: 'createdate', tasks: 'hs_createdate' }
export const updatedName: Record<Type, string> = { contacts: 'lastmodifieddate', deals: 'hs_lastmodifieddate', meetings: 'hs_lastmodifieddate', communications: 'hs_lastmodifieddate', tickets: 'hs_lastmodifieddate', tasks: 'hs_lastmodifieddate' }
