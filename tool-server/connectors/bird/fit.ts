import type { z } from 'zod'
import { AppError } from '@portero/shared'

// What Bird sends is as promised, or it is kept as it came until we know better. The message names places, never values.
export const fit = <S extends z.ZodType>(schema: S, value: unknown, what: string): z.infer<S> => {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  throw new AppError('bad_response', `a ${what} of Bird is not as promised: ${parsed.error.issues.map(({ path, code }) => `${path.join('.')} ${code}`).join(', ')}`)
}
