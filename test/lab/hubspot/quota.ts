import { z } from 'zod'
import { Refusal } from './answers.ts'

// How much one app may ask: https://developers.hubspot.com/docs/developer-tooling/platform/usage-guidelines
// Searches have a limit of their own, and their answers carry none of the headers.
export const limitsWish = z.strictObject({ perTenSeconds: z.int().min(1), searchesPerSecond: z.int().min(1), perDay: z.int().min(1) }).partial()
export type Quota = {
  spend(isSearch: boolean): Record<string, string> // the headers of the answer; refuses what is beyond
  limit(wish: z.infer<typeof limitsWish>): void
}
const intervalMs = 10_000
const dayMs = 86_400_000
const midnightMs = 6 * 3_600_000 // of the account's own day, in America/Mexico_City

export const makeQuota = ({ now }: { now: () => number }): Quota => {
  const limits = { perTenSeconds: 190, searchesPerSecond: 5, perDay: 650_000 }
  let recent: number[] = []
  let searches: number[] = []
  let day = 0
  let today = 0

  const headers = (): Record<string, string> => ({
    'x-hubspot-ratelimit-daily': String(limits.perDay),
    'x-hubspot-ratelimit-daily-remaining': String(Math.max(0, limits.perDay - today)),
    'x-hubspot-ratelimit-interval-milliseconds': String(intervalMs),
    'x-hubspot-ratelimit-max': String(limits.perTenSeconds),
    'x-hubspot-ratelimit-remaining': String(Math.max(0, limits.perTenSeconds - recent.length)),
  })
  return {
    limit: (wish) => void Object.assign(limits, Object.fromEntries(Object.entries(wish).filter(([, value]) => value !== undefined))),
    spend(isSearch) {
      const at = now()
      const date = Math.floor((at - midnightMs) / dayMs)
      if (date !== day) [day, today] = [date, 0]
      if (today >= limits.perDay) throw tooMany('DAILY', isSearch ? {} : headers())
      if (isSearch) {
        searches = searches.filter((each) => at - each < 1_000)
        if (searches.length >= limits.searchesPerSecond) throw tooMany('SECONDLY')
        searches.push(at)
        today += 1
        return {}
      }
      recent = recent.filter((each) => at - each < intervalMs)
      if (recent.length >= limits.perTenSeconds) throw tooMany('TEN_SECONDLY_ROLLING', headers())
      recent.push(at)
      today += 1
      return headers()
    },
  }
}

// HubSpot's client waits by the policy's name or by the very words, and reads no Retry-After.
export const tooMany = (policyName: 'TEN_SECONDLY_ROLLING' | 'SECONDLY' | 'DAILY', headers: Record<string, string> = {}): Refusal =>
  new Refusal({ status: 429, category: 'RATE_LIMITS', errorType: 'RATE_LIMIT', policyName, message: `You have reached your ${policyName.toLowerCase()} limit.`, headers })
