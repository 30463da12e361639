import { z } from 'zod'
import { Refusal } from './answers.ts'

// 600 a minute for one person, 10,000 for the project, over a sliding window; nobody is told when to come back: https://developers.google.com/workspace/calendar/api/guides/quota
const minuteMs = 60_000
export const limitsWish = z.strictObject({ perUser: z.int().min(0), perProject: z.int().min(0) }).partial()

export const makeQuota = ({ now }: { now: () => number }) => {
  const limits = { perUser: 600, perProject: 10_000 }
  const spent = new Map<string, number[]>()
  let all: number[] = []
  const recent = (times: readonly number[]): number[] => times.filter((at) => now() - at < minuteMs)
  return {
    limit: (wish: z.infer<typeof limitsWish>): void => void Object.assign(limits, Object.fromEntries(Object.entries(wish).filter(([, value]) => value !== undefined))),
    spend(user: string): void {
      const own = recent(spent.get(user) ?? [])
      all = recent(all)
      if (own.length >= limits.perUser) throw tooMany('userRateLimitExceeded', 'User Rate Limit Exceeded')
      if (all.length >= limits.perProject) throw tooMany('rateLimitExceeded', 'Rate Limit Exceeded')
      spent.set(user, [...own, now()])
      all.push(now())
    },
  }
}
export const tooMany = (reason: string, message: string): Refusal => new Refusal(403, reason, message, { domain: 'usageLimits' })
