import { z } from 'zod'
import { AppError } from '@portero/shared'
import { read } from '../../domain/ports/answers.ts'
import type { Kind } from '../../domain/ports/crm-fields.ts'
import { objects } from './mapping.ts'
import { replyOf, type HubSpot } from './typed.ts'

// HubSpot's records as it shows them, found or by their ids; and how it keeps a number.
export const digits = z.string().regex(/^\d{1,20}$/)
const known = z.record(z.string(), z.string().nullable()).transform((given) => Object.fromEntries(Object.entries(given).flatMap(([name, value]): [string, string][] => (value === null || value === '' ? [] : [[name, value]]))))
export const page = z.object({ total: z.int().default(0), results: z.array(z.object({ id: digits, properties: known })), errors: z.array(z.object({ category: z.string(), context: z.object({ ids: z.array(z.string()).default([]) }).default({ ids: [] }) })).default([]) })
export type Page = z.infer<typeof page>
export type Shown = Page['results'][number]

// One for each, a hundred at most, in their order; what was merged into another is shown as that one. Only what HubSpot says it has not is gone.
// https://developers.hubspot.com/docs/api-reference/crm-objects-v3/batch/post-crm-v3-objects-objectType-batch-read
type Asked = { kind: Kind; properties: string[] }
export const shownBy = async (hubSpot: HubSpot, asked: Asked, ids: readonly string[]): Promise<(Shown | undefined)[]> => {
  if (ids.length === 0) return []
  const { kind, properties } = asked
  const { results, errors } = read('hubspot', page, await replyOf(hubSpot.objects.readWithHttpInfo(objects[kind], { inputs: ids.map((id) => ({ id })), properties, propertiesWithHistory: [] })))
  const missing = errors.filter(({ category }) => category === 'OBJECT_NOT_FOUND')
  const gone = new Set(ids.length === 1 && missing.length > 0 ? ids : missing.flatMap(({ context }) => context.ids))
  const shown = new Map(results.map((each) => [each.id, each]))
  const found: (Shown | undefined)[] = []
  for (const id of ids) {
    if (shown.has(id) || gone.has(id)) found.push(shown.get(id))
    else if (ids.length > 1) found.push(...(await shownBy(hubSpot, asked, [id]))) // two that were merged are one row, which has one of their ids
    else if (results.length === 1) found.push(results[0])
    else throw new AppError('bad_response', `hubspot was asked for one of its ${objects[kind]} and showed ${results.length}`, { arrived: 'unknown' })
  }
  return found
}

export const phoneProperties = ['phone', 'mobilephone', 'hs_whatsapp_phone_number']
export const phonesOf = (kind: Kind, properties: Shown['properties']): string[] => (kind === 'contact' ? [...new Set(phoneProperties.flatMap((name) => properties[name] ?? []))] : [])

// HubSpot keeps a number as it was typed, and beside it, to be searched by, without its country (https://developers.hubspot.com/docs/api-reference/search/guide#phone-numbers).
export const searchable = ['phone', 'mobile'].map((which) => `hs_searchable_calculated_${which}_number`)
export const mexicanOf = (phone: string): string | undefined => /^\+52(\d{10})$/.exec(phone)?.[1]
export const nationalOf = (phone: string): string => mexicanOf(phone) ?? phone.slice(1)
