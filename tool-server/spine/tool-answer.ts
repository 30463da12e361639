import { z } from 'zod'
import { AppError, errors, sayings, type ErrorCode, type Refusal } from '@portero/shared'
import type { Tool } from '../define.ts'
import { isDatabaseAway } from './fault.ts'
import { parseOr } from './parse.ts'
import { currentTrace } from './trace.ts'

// What a call is answered, the same on every wire. text: the body as it goes out.
export type ToolAnswer = { status: number; code: string; body: Record<string, unknown>; text: string; retryAfterMs?: number | undefined }

const mostBytes = 8_192

// Before anything is committed: an effect whose answer can't be told would be tried again.
export const answerOf = (tool: Tool, output: unknown): ToolAnswer => {
  const schema: z.ZodObject = tool.output
  const whole = parseOr('bug', schema, output, `the output of ${tool.name}`)
  const told = said(200, codeIn(whole), whole)
  const answer = told.text.includes('null') ? said(200, told.code, withoutNulls(schema, whole)) : told
  if (Buffer.byteLength(answer.text) > mostBytes) throw new AppError('bug', `${tool.name} answers more than ${mostBytes} bytes`)
  return answer
}
export const answerAgain = (text: string): ToolAnswer => said(200, 'again', z.record(z.string(), z.unknown()).parse(JSON.parse(text)))

// Business that the house settles for every tool.
const settled = (code: string, say: string): ToolAnswer => said(200, code, { ok: false, say, error: { code, retryable: false } })
export const humanInCharge = (): ToolAnswer => settled('human_in_charge', sayings['es-MX'].humanInCharge)
export const stillWorking = (): ToolAnswer => settled('still_working', sayings['es-MX'].stillWorking)

export const refusalOf = (code: ErrorCode, { say, retryAfterMs }: { say?: string; retryAfterMs?: number | undefined } = {}): ToolAnswer => {
  const { status, retry, say: words } = errors[code]
  const body: Refusal = { ok: false, say: say ?? words['es-MX'], error: { code, retryable: retry !== 'never' }, trace: currentTrace() ?? '' }
  return { ...said(status, code, body), retryAfterMs }
}
// What was thrown never reaches a caller, only its code does.
export const faultOf = (thrown: unknown): ToolAnswer => {
  if (thrown instanceof AppError) return refusalOf(thrown.code, { retryAfterMs: thrown.retryAfterMs })
  return refusalOf(isDatabaseAway(thrown) ? 'unavailable' : 'bug')
}

// Nothing may be promised in a shape that can't say what the house itself must say.
export const checkTool = (tool: Tool): void => {
  const output: z.ZodObject = tool.output
  if (![humanInCharge(), stillWorking()].every(({ body }) => output.safeParse(body).success)) throw new AppError('bug', `the output of ${tool.name} has no room for { ok: false, say, error }`)
}

export const unwrapped = (schema: z.core.$ZodType): z.core.$ZodType =>
  schema instanceof z.ZodOptional || schema instanceof z.ZodNullable || schema instanceof z.ZodDefault ? unwrapped(schema.unwrap()) : schema

// Optional and null is absent: models read every null that they are sent.
const withoutNulls = ({ shape }: z.ZodObject, whole: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(whole).flatMap(([name, value]) => {
    const schema = shape[name]
    return value === null && schema instanceof z.ZodOptional ? [] : [[name, schema ? withoutInner(unwrapped(schema), value) : value]]
  }))
const withoutInner = (schema: z.core.$ZodType, value: unknown): unknown => {
  if (schema instanceof z.ZodArray && Array.isArray(value)) return value.map((each: unknown) => withoutInner(unwrapped(schema.element), each))
  return schema instanceof z.ZodObject && isObject(value) ? withoutNulls(schema, value) : value
}
export const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value)

const said = (status: number, code: string, body: Record<string, unknown>): ToolAnswer => ({ status, code, body, text: JSON.stringify(body) })
const codeIn = ({ error }: Record<string, unknown>): string => (isObject(error) ? String(error['code']) : 'ok')
