import { z } from 'zod'
import { AppError } from '@portero/shared'
import type { Reply } from '../../define.ts'

// An answer came, so the call arrived, whatever we make of the answer: only that keeps a write from being repeated blindly.
export const read = <S extends z.ZodType>(vendor: string, schema: S, { status, body }: Reply): z.infer<S> => {
  const parsed = schema.safeParse(body)
  if (parsed.success) return parsed.data
  throw new AppError('bad_response', `${vendor} answered ${status} with something else: ${parsed.error.issues.slice(0, 3).map(({ path, code }) => `${path.join('.')} ${code}`).join(', ')}`, { arrived: 'unknown' })
}

// What stands beside an error where the key is good, and may not do everything.
export const lacked = z.object({ lacks: z.array(z.string()) })
