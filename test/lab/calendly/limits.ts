import { z } from 'zod'
import { Refusal } from './answers.ts'

// https://developer.calendly.com/api-docs/overview/rate-limits: for each user, and for their bookings besides.
export const plans = z.enum(['free', 'trial', 'paid', 'enterprise'])
export type Plan = z.infer<typeof plans>
const minuteMs = 60_000
const hourMs = 60 * minuteMs
const dayMs = 24 * hourMs
type Limit = { most: number; inMs: number }
const callsOf = (plan: Plan): Limit[] => [{ most: plan === 'free' ? 50 : 500, inMs: minuteMs }]
const bookingsOf: Readonly<Record<Plan, Limit[]>> = {
  free: [], trial: [{ most: 5, inMs: dayMs }], enterprise: [{ most: 500, inMs: minuteMs }],
  paid: [{ most: 10, inMs: minuteMs }, { most: 50, inMs: hourMs }, { most: 100, inMs: dayMs }],
}

// The headers of an answer; refuses what is beyond.
export const makeLimits = ({ now }: { now(): number }) => {
  const calls = new Map<string, number[]>()
  const bookings = new Map<string, number[]>()
  const spend = (spent: Map<string, number[]>, who: string, limits: readonly Limit[]): Record<string, string> => {
    const times = (spent.get(who) ?? []).filter((at) => now() - at < dayMs)
    const told = limits.map(({ most, inMs }) => {
      const within = times.filter((at) => now() - at < inMs)
      const oldest = within[Math.max(0, within.length - most)] ?? now()
      return { isOver: within.length >= most, headers: { 'x-ratelimit-limit': String(most), 'x-ratelimit-remaining': String(Math.max(0, most - within.length - 1)), 'x-ratelimit-reset': String(Math.ceil((oldest + inMs - now()) / 1_000)) } }
    })
    const over = told.findLast(({ isOver }) => isOver) // whoever has used up the day has done so for longer than the minute
    if (over) throw new Refusal(429, 'Too Many Requests', 'You have exceeded the rate limit', { headers: over.headers })
    spent.set(who, [...times, now()])
    return told[0]?.headers ?? {}
  }
  return {
    call: (who: string, plan: Plan): Record<string, string> => spend(calls, who, callsOf(plan)),
    booking: (who: string, plan: Plan): Record<string, string> => spend(bookings, who, bookingsOf[plan]),
  }
}
export type Limits = ReturnType<typeof makeLimits>
