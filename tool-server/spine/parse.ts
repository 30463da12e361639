import type { z } from 'zod'
import { AppError, type ErrorCode } from '@portero/shared'

// Parse, never cast. The message names the places that don't fit, not the values, which may be personal.
export const parseOr = <S extends z.ZodType>(code: ErrorCode, schema: S, value: unknown, what: string): z.infer<S> => {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const places = parsed.error.issues.slice(0, 5).map((issue) => `${issue.path.join('.') || '(whole)'}: ${issue.code}`)
  throw new AppError(code, `${what} do not fit: ${places.join('; ')}`)
}
