import { z } from 'zod'

// What people do at the CRM, as it is told and read. What an event says of a change is only a hint: the record is read, so that order and repetition don't matter.
export const recordKind = z.enum(['contact', 'deal', 'meeting'])
export type RecordKind = z.infer<typeof recordKind>

// fields: by our names (domain/ports/crm-fields.ts), each as one text; what is empty there, or says nothing that we know, is left out. phones, email: all by which a contact can be found.
export const crmRecord = z.strictObject({
  kind: recordKind, id: z.string().min(1), ours: z.uuid().optional(), changedAt: z.int(),
  fields: z.record(z.string(), z.string()), phones: z.array(z.string()).default([]), email: z.string().optional(),
})
export type CrmRecord = z.infer<typeof crmRecord>

// A delivery: somebody may have changed one.
export const recordSeen = z.strictObject({ kind: recordKind, id: z.string().min(1) })
// A delivery: somebody may have cut a record off the contact or the deal that it hung on.
export const linkCut = z.strictObject({ kind: z.enum(['deal', 'meeting']), id: z.string().min(1), end: z.enum(['contact', 'deal']), other: z.string().min(1) })
// A delivery: a page of those that changed lately, or of all. left: of a walk through all, how many come after these.
export const recordsListed = z.strictObject({ connection: z.string().min(1), records: z.array(crmRecord), left: z.int().min(0).optional() })

// Everything as one text, so that what was told, what we know and what is read there can be compared.
export type Texts = Readonly<Record<string, string>>
type Value = string | number | boolean | undefined
const namesOthers = new Set(['ours', 'contact', 'deal'])
export const textsOf = (args: Readonly<Record<string, unknown>>): Texts => {
  const { facts, ...rest } = args
  const all = { ...rest, ...(isRecord(facts) ? facts : {}) }
  return Object.fromEntries(Object.entries(all).flatMap(([field, value]) => (namesOthers.has(field) || !isValue(value) || value === undefined || value === '' ? [] : [[field, textOf(field, value)]])))
}
// To the CRM a hold is a visit like any other.
const textOf = (field: string, value: Exclude<Value, undefined>): string => (field === 'status' && value === 'held' ? 'confirmed' : String(value).normalize('NFC').replace(/\s+/g, ' ').trim())
const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null
const isValue = (value: unknown): value is Value => value === undefined || ['string', 'number', 'boolean'].includes(typeof value)
