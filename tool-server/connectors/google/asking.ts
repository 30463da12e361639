import { z } from 'zod'
import { AppError } from '@portero/shared'
import type { Http, Millis } from '../../define.ts'
import { scopes } from './settings.ts'

// A 403 is many things at Google: https://developers.google.com/workspace/calendar/api/guides/errors
export const asking = (http: Http): Http => (call) => http(call).catch(inOurWords)

const complaint = z.object({ error: z.object({ errors: z.array(z.object({ reason: z.string() })).nullish(), details: z.array(z.object({ reason: z.string().nullish() })).nullish() }) })
export const reasonsIn = (thrown: unknown): string[] => {
  const { errors, details } = (thrown instanceof AppError ? complaint.safeParse(thrown.detail).data?.error : undefined) ?? {}
  return [...(errors ?? []), ...(details ?? [])].flatMap(({ reason }) => reason ?? [])
}

// The limits are counted over a sliding minute, and Google never says when to come back; what is used up for the day comes back by and by.
const waits: ReadonlyMap<string, Millis> = new Map([['rateLimitExceeded', 20_000], ['userRateLimitExceeded', 20_000], ['quotaExceeded', 15 * 60_000], ['dailyLimitExceeded', 60 * 60_000]])
const unpermitted: ReadonlySet<string> = new Set(['insufficientPermissions', 'insufficientScopes', 'ACCESS_TOKEN_SCOPE_INSUFFICIENT'])
const scopeMs: Millis = 5 * 60_000 // people have to agree to it; meanwhile it spends no attempt

const inOurWords = (thrown: unknown): never => {
  if (!(thrown instanceof AppError) || !(thrown.code === 'refused' || thrown.code === 'throttled')) throw thrown
  const { arrived, detail } = thrown
  const reasons = reasonsIn(thrown)
  const [waitMs] = reasons.flatMap((reason) => waits.get(reason) ?? [])
  if (waitMs !== undefined || thrown.code === 'throttled') throw new AppError('throttled', thrown.message, { cause: thrown, arrived, detail, retryAfterMs: thrown.retryAfterMs ?? waitMs ?? 20_000 })
  if (reasons.some((reason) => unpermitted.has(reason))) throw new AppError('disconnected', thrown.message, { cause: thrown, arrived, retryAfterMs: scopeMs, detail: { lacks: scopes } })
  throw thrown
}
