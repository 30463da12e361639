import { invalid } from './answers.ts'
import type { Property } from './property.ts'

// Whether a value is one that its property may have. All of a record's values are texts, and '' clears.
export type Given = Record<string, string | number | boolean | null>
type Wrong = { error: string; message: string }
type Known = { property(name: string): Property | undefined; isOwner(id: string): boolean; portal: string }

export const checkedValues = (given: Given, { property: propertyNamed, isOwner, portal }: Known): Record<string, string> => {
  const faults: (Wrong & { name: string })[] = []
  const values: Record<string, string> = {}
  for (const [name, value] of Object.entries(given)) {
    const property = propertyNamed(name)
    const text = value === null ? '' : String(value)
    const fault = property ? (faultIn(property, text) ?? ownerFault(name, text, isOwner)) : { error: 'PROPERTY_DOESNT_EXIST', message: `Property "${name}" does not exist` }
    if (fault) faults.push({ name, ...fault })
    else values[name] = property ? kept(property, text) : text
  }
  if (faults.length === 0) return values
  throw invalidValues(faults, portal)
}
export const invalidValues = (faults: readonly (Wrong & { name: string })[], portal: string): Error => {
  const told = faults.map((fault) => ({ isValid: false, ...fault, localizedErrorMessage: fault.message, portalId: Number(portal) }))
  return invalid(`Property values were not valid: ${JSON.stringify(told)}`, faults.map(({ name, error, message }) => ({ message, code: error, context: { propertyName: [name] } })))
}

const mostCharacters = 65_536
const faultIn = ({ name, type, fieldType, options, readOnly }: Property, text: string): Wrong | undefined => {
  if (readOnly) return { error: 'READ_ONLY_VALUE', message: `"${name}" is a read only property; its value cannot be set.` }
  if (text === '') return undefined
  if (text.length > mostCharacters) return { error: 'VALUE_TOO_LONG', message: `"${name}" may have at most ${mostCharacters} characters` }
  if (name === 'email' && !/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(text)) return { error: 'INVALID_EMAIL', message: `Email address ${text} is invalid` }
  if (type === 'number' && !Number.isFinite(Number(text))) return { error: 'INVALID_INTEGER', message: `${text} was not a valid number.` }
  if (type === 'datetime' && Number.isNaN(timeIn(text))) return { error: 'INVALID_DATE', message: `${text} was not a valid long or ISO-8601 date.` }
  if (type === 'date' && (Number.isNaN(timeIn(text)) || timeIn(text) % 86_400_000 !== 0)) return { error: 'INVALID_DATE', message: `${text} is not midnight UTC.` }
  if (type === 'enumeration' || type === 'bool') {
    const chosen = fieldType === 'checkbox' ? text.split(';').filter(Boolean) : [text]
    if (!chosen.every((each) => options.some(({ value }) => value === each))) return { error: 'INVALID_OPTION', message: `${text} was not one of the allowed options: [${options.map(({ value }) => value).join(', ')}]` }
  }
  return undefined
}
const ownerFault = (name: string, text: string, isOwner: (id: string) => boolean): Wrong | undefined =>
  name !== 'hubspot_owner_id' || text === '' || isOwner(text) ? undefined : { error: 'INVALID_OWNER_ID', message: `${text} is not a valid owner ID` }

const kept = ({ name, type }: Property, text: string): string => {
  if (text === '') return text
  if (type === 'datetime') return new Date(timeIn(text)).toISOString()
  if (type === 'date') return new Date(timeIn(text)).toISOString().slice(0, 10)
  return name === 'email' ? text.toLowerCase() : text
}
export const timeIn = (text: string): number => (/^-?\d+$/.test(text) ? Number(text) : /^\d{4}-\d{2}-\d{2}(T.+(Z|[+-]\d{2}:\d{2}))?$/.test(text) ? Date.parse(text) : Number.NaN)
