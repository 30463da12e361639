import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { Tool } from '../define.ts'
import { isObject, unwrapped } from './tool-answer.ts'

// What agents send, in whatever form, becomes what a tool expects; or one Spanish sentence by which the model can mend its call.
export type Asked = { ok: true; input: object } | { ok: false; say: string }

export const readInput = (tool: Tool, raw: unknown): Asked => {
  const sent = argumentsOf(tool, raw)
  if (!sent) return { ok: false, say: 'Espero un solo objeto JSON con los datos de la llamada.' }
  const expected: z.ZodObject = tool.input
  const { shape } = expected
  const unknown = Object.keys(sent).filter((name) => !Object.hasOwn(shape, name))
  if (unknown.length > 0) return { ok: false, say: `No conozco ${unknown.slice(0, 5).map(quoted).join(', ')}. Espero: ${Object.keys(shape).join(', ') || 'nada'}.` }
  const given = Object.entries(sent).flatMap(([name, value]) => {
    const schema = shape[name]
    const read = schema && coerced(schema, value)
    return read === undefined || read === null ? [] : [[name, read]]
  })
  const input = Object.fromEntries(given)
  const parsed = expected.safeParse(input)
  if (parsed.success) return { ok: true, input: parsed.data }
  return { ok: false, say: [...new Set(parsed.error.issues.map((issue) => complaint(issue, input)))].slice(0, 3).join(' ') }
}

// The business key of a write that says what makes it the same one; as a digest, since it may hold a model's own words. One that doesn't say may be done again:
// who has pets, then none, then pets again, means each.
export const onceKey = (tool: Tool, input: object): string | undefined => {
  const named = tool.policy.once?.(input)
  return named === undefined ? undefined : `${tool.name}:${createHash('sha256').update(named).digest('hex')}`
}

// Flat, { context, arguments } or { input }. context is what a flow adds for people to read; who is meant never comes from a body.
const argumentsOf = (tool: Tool, raw: unknown): Record<string, unknown> | undefined => {
  const body = raw ?? {}
  if (!isObject(body)) return undefined
  const wrapper = (['arguments', 'input'] as const).find((name) => Object.hasOwn(body, name) && !Object.hasOwn(tool.input.shape, name))
  if (!wrapper || Object.keys(body).some((name) => name !== wrapper && name !== 'context')) return body
  const inner = body[wrapper] ?? {}
  const sent = typeof inner === 'string' ? fromJson(inner) : inner
  return isObject(sent) ? sent : undefined
}

const coerced = (outer: z.core.$ZodType, value: unknown): unknown => {
  const schema = unwrapped(outer)
  if (schema instanceof z.ZodArray && Array.isArray(value)) return value.map((each: unknown) => coerced(schema.element, each)).filter((each) => each !== undefined)
  if (typeof value !== 'string') return value
  const text = value.replaceAll('\0', '').toWellFormed().trim() // no text column takes either
  if (text === '' || /^\{\{[^{}]*\}\}$/.test(text)) return undefined // what a flow left empty, or couldn't fill in
  if (schema instanceof z.ZodNumber) return /^[+-]?(\d+|\d{1,3}(,\d{3})+)(\.\d+)?$/.test(text) ? Number(text.replaceAll(',', '')) : text
  if (schema instanceof z.ZodBoolean) return booleans[text.toLowerCase()] ?? text
  if (schema instanceof z.ZodEnum) return schema.options.find((option) => String(option).toLowerCase() === text.toLowerCase()) ?? text
  if (schema instanceof z.ZodArray) return coerced(schema, text.startsWith('[') ? (fromJson(text) ?? [text]) : [text])
  if (schema instanceof z.ZodObject) return fromJson(text) ?? text
  return text
}
const booleans: Partial<Record<string, boolean>> = { true: true, sí: true, si: true, yes: true, false: false, no: false }

const complaint = (issue: z.core.$ZodIssue, given: Record<string, unknown>): string => {
  const place = quoted(issue.path.join('.'))
  const [first] = issue.path
  const isMissing = issue.path.length === 1 && typeof first === 'string' && !Object.hasOwn(given, first)
  switch (issue.code) {
    case 'invalid_type': return isMissing ? `Falta ${place}: espero ${kinds[issue.expected] ?? 'otro dato'}.` : `En ${place} espero ${kinds[issue.expected] ?? 'otro dato'}.`
    case 'invalid_value': return `${isMissing ? 'Falta' : 'En'} ${place}${isMissing ? ':' : ''} espero uno de: ${issue.values.map(String).join(', ')}.`
    case 'too_small': return `${place} es menos de lo que puedo recibir: el mínimo es ${issue.minimum}.`
    case 'too_big': return `${place} es más de lo que puedo recibir: el máximo es ${issue.maximum}.`
    case 'unrecognized_keys': return `No conozco ${issue.keys.slice(0, 5).map(quoted).join(', ')} dentro de ${place}.`
    default: return `No entiendo lo que viene en ${place}.`
  }
}
const kinds: Record<string, string> = { string: 'un texto', number: 'un número', int: 'un número entero', boolean: 'true o false', array: 'una lista', object: 'un objeto' }
// A name is the model's own writing: one that doesn't read like a field's may be somebody's data, and isn't said again.
const quoted = (name: string): string => (name.length <= 40 && /^([a-z][a-zA-Z0-9]*([._-][a-zA-Z0-9]+)*)?$/.test(name) && !/\d{4}/.test(name) ? `«${name}»` : 'otro dato')

const fromJson = (text: string): unknown => {
  try {
    return z.json().parse(JSON.parse(text))
  } catch {
    return undefined // then it is plain text
  }
}
