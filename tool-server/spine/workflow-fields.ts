import { z } from 'zod'
import type { Tool } from '../define.ts'
import { isObject, unwrapped } from './tool-answer.ts'

// A workflow can branch on flat values only: what a tool answers, laid out flat. What is inside of an object has its name before its own; a list is its JSON.
export type Flat = Record<string, string | number | boolean>
export type FieldKind = 'string' | 'number' | 'bool'

export const flatAnswer = (body: Record<string, unknown>): Flat => {
  const { ok, say, next, error, data } = body
  const { code, retryable, alternatives } = isObject(error) ? error : {}
  return flat('', { ok, say, code, retryable, ...(isObject(data) && data), next, alternatives })
}

const flat = (prefix: string, whole: Record<string, unknown>): Flat =>
  Object.fromEntries(Object.entries(whole).flatMap(([name, value]): [string, Flat[string]][] => {
    const field = fieldName(prefix, name)
    if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return [[field, value]]
    if (Array.isArray(value)) return [[field, JSON.stringify(value)]]
    return isObject(value) ? Object.entries(flat(field, value)) : []
  }))

// The same by the tool's schema, so that what is promised is what comes.
export const flatFields = ({ output }: Tool): [string, FieldKind][] => {
  const { data, next, ...rest }: Record<string, z.core.$ZodType> = output.shape
  const inside = data && unwrapped(data)
  const told = inside instanceof z.ZodObject ? fieldsOf('', inside.shape) : []
  return [...fieldsOf('', { ...(rest['ok'] && { ok: rest['ok'] }), ...(rest['say'] && { say: rest['say'] }) }), ['code', 'string'], ['retryable', 'bool'], ...told, ...(next ? fieldsOf('', { next }) : []), ['alternatives', 'string']]
}

const fieldsOf = (prefix: string, shape: Readonly<Record<string, z.core.$ZodType>>): [string, FieldKind][] =>
  Object.entries(shape).flatMap(([name, outer]): [string, FieldKind][] => {
    const schema = unwrapped(outer)
    const field = fieldName(prefix, name)
    if (schema instanceof z.ZodObject) return fieldsOf(field, schema.shape)
    return [[field, kindOf(schema)]]
  })

export const kindOf = (schema: z.core.$ZodType): FieldKind => (schema instanceof z.ZodNumber ? 'number' : schema instanceof z.ZodBoolean ? 'bool' : 'string')
const fieldName = (prefix: string, name: string): string => (prefix === '' || name.startsWith(`${prefix}_`) ? name : `${prefix}_${name}`)
