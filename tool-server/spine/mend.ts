import { z } from 'zod'
import { AppError } from '@portero/shared'
import type { Inbound } from '../define.ts'

// Corrections of what came in, place by place (JSON pointers, RFC 6901): whoever corrects sees it masked, so what isn't named stays as it is, and a value that only stands elsewhere is taken from there unseen.
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json }
export const json: z.ZodType<Json> = z.json()
const path = z.string().max(1_000).regex(/^(\/([^~/]|~[01])*)*$/)
export const edit = z.union([z.strictObject({ path, value: json }), z.strictObject({ path, from: path }), z.strictObject({ path, gone: z.literal(true) })])
export const edits = z.array(edit).min(1).max(50)
export type Edit = z.infer<typeof edit>

export const applyEdits = (value: Json, wanted: readonly Edit[]): Json => wanted.reduce(apply, value)

const apply = (value: Json, wanted: Edit): Json => {
  const steps = stepsOf(wanted.path)
  if ('value' in wanted) return put(value, steps, wanted.value, wanted.path)
  const from = 'from' in wanted ? wanted.from : wanted.path
  const found = at(value, stepsOf(from))
  if (found === undefined) throw new AppError('invalid_input', `there is nothing at ${from}`)
  return 'from' in wanted ? put(value, steps, found, wanted.path) : without(value, steps)
}

const stepsOf = (path: string): string[] => path.split('/').slice(1).map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))
export const pathOf = (steps: readonly PropertyKey[]): string => steps.map((step) => `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')

export const at = (value: Json, [step, ...rest]: readonly string[]): Json | undefined => {
  if (step === undefined) return value
  if (typeof value !== 'object' || value === null) return undefined
  const next = Array.isArray(value) ? value[placeIn(value, step) ?? -1] : Object.entries(value).find(([key]) => key === step)?.[1]
  return next === undefined ? undefined : at(next, rest)
}
export const valueAt = (value: Json, path: string): Json | undefined => at(value, stepsOf(path))

// What lacks on the way is made: a vendor that drops a field drops what is around it.
const put = (value: Json | undefined, [step, ...rest]: readonly string[], to: Json, path: string): Json => {
  if (step === undefined) return to
  if (Array.isArray(value)) {
    const place = step === '-' ? value.length : placeIn(value, step)
    if (place === undefined) throw new AppError('invalid_input', `there is no place for ${path}`)
    return value.toSpliced(place, 1, put(value[place], rest, to, path))
  }
  if (value !== undefined && (typeof value !== 'object' || value === null)) throw new AppError('invalid_input', `there is no place for ${path}`)
  const entries = Object.entries(value ?? {})
  const known = entries.findIndex(([key]) => key === step)
  const next: [string, Json] = [step, put(entries[known]?.[1], rest, to, path)]
  return Object.fromEntries(known < 0 ? [...entries, next] : entries.with(known, next))
}
const without = (value: Json, [step, ...rest]: readonly string[]): Json => {
  if (step === undefined) return null
  if (Array.isArray(value)) {
    const place = placeIn(value, step) ?? -1
    return value.flatMap((each, at) => (at !== place ? [each] : rest.length === 0 ? [] : [without(each, rest)]))
  }
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).flatMap(([key, each]): [string, Json][] => (key !== step ? [[key, each]] : rest.length === 0 ? [] : [[key, without(each, rest)]])))
}
const placeIn = (list: readonly unknown[], step: string): number | undefined => (/^(0|[1-9]\d{0,8})$/.test(step) && Number(step) < list.length ? Number(step) : undefined)

// A delivery as corrections see it. What is no JSON is one text.
export const asDocument = ({ headers, rawBody }: Inbound): Json => ({ headers: Object.fromEntries(Object.entries(headers).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]))), body: bodyIn(rawBody) })
const bodyIn = (rawBody: Buffer): Json => {
  const text = rawBody.toString('utf8')
  try {
    const parsed = json.parse(JSON.parse(text))
    return typeof parsed === 'object' ? parsed : text
  } catch {
    return text // which is no JSON
  }
}
const document = z.strictObject({ headers: z.record(z.string(), z.string()), body: json })

// Its bytes stay where nothing of the body is corrected.
export const mended = (inbound: Inbound, wanted: readonly Edit[]): Inbound => {
  if (wanted.length === 0) return inbound
  const told = document.safeParse(applyEdits(asDocument(inbound), wanted))
  if (!told.success) throw new AppError('invalid_input', 'a delivery is headers, which are texts, and a body')
  const { headers, body } = told.data
  const isSame = wanted.every(({ path }) => path.startsWith('/headers/'))
  return { ...inbound, headers, rawBody: isSame ? inbound.rawBody : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)) }
}

export const mendPlace = (id: string): string => `inbox.mend:${id}`
export const wasPlace = (id: string): string => `mend.was:${id}`
export const editsIn = (plain: Buffer): Edit[] => edits.parse(JSON.parse(plain.toString()))
