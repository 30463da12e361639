import { z } from 'zod'
import type { Clock } from '@portero/tool-server/spine/clock.ts'
import type { LateRoute, Route } from '../simulator.ts'
import { Refusal, refusing } from './answers.ts'
import type { OpenaiFaults } from './faults.ts'

// Every route behind the account's key and its limits: https://platform.openai.com/docs/guides/rate-limits
export const limitsWish = z.strictObject({ requestsPerMinute: z.int().min(1), tokensPerMinute: z.int().min(1) }).partial()
export type Limits = { limit(wish: z.infer<typeof limitsWish>): void; spend(tokens: number): Record<string, string> }
const minuteMs = 60_000
const lettersPerToken = 4

export const makeLimits = ({ now }: { now(): number }): Limits => {
  let most = { requestsPerMinute: 15_000, tokensPerMinute: 40_000_000 } // of the highest tier
  let recent: { at: number; tokens: number }[] = []
  return {
    limit: (wish) => void (most = { ...most, ...Object.fromEntries(Object.entries(wish).filter(([, value]) => value !== undefined)) }),
    spend(tokens) {
      recent = recent.filter(({ at }) => now() - at < minuteMs)
      const used = recent.reduce((sum, each) => sum + each.tokens, 0)
      const reset = `${Math.ceil(Math.max(0, (recent[0]?.at ?? now()) + minuteMs - now()) / 1_000)}s`
      const over = recent.length >= most.requestsPerMinute ? 'requests' : used + tokens > most.tokensPerMinute ? 'tokens' : undefined
      if (over === undefined) recent.push({ at: now(), tokens })
      const headers = {
        'x-ratelimit-limit-requests': String(most.requestsPerMinute), 'x-ratelimit-remaining-requests': String(most.requestsPerMinute - recent.length), 'x-ratelimit-reset-requests': reset,
        'x-ratelimit-limit-tokens': String(most.tokensPerMinute), 'x-ratelimit-remaining-tokens': String(Math.max(0, most.tokensPerMinute - used - tokens)), 'x-ratelimit-reset-tokens': reset,
      }
      if (over !== undefined) throw new Refusal({ status: 429, type: over, message: `Rate limit reached on ${over} per min. Please try again in ${reset}.`, code: 'rate_limit_exceeded', headers: { ...headers, 'retry-after': reset.slice(0, -1) } })
      return headers
    },
  }
}

type Guard = { clock: Pick<Clock, 'now'>; apiKey: string; newId(prefix: string): string; faults: OpenaiFaults; limits: Limits }
export const guarded = (routes: Record<string, Route | LateRoute>, { clock, apiKey, newId, faults, limits }: Guard): Record<string, LateRoute> =>
  Object.fromEntries(Object.entries(routes).map(([on, route]): [string, LateRoute] => [
    on,
    async (asked) => {
      const begunAt = clock.now()
      let told: Record<string, string> = {}
      const answer = await refusing(async (each) => {
        checkKey(each.headers['authorization'], apiKey)
        const refusal = faults.refusal(on)
        if (refusal) throw refusal
        told = limits.spend(Buffer.isBuffer(each.body) ? 1 : Math.ceil(JSON.stringify(each.body ?? '').length / lettersPerToken))
        return route(each)
      })(asked)
      return { ...answer, headers: { 'x-request-id': newId('req'), 'openai-version': '2020-10-01', 'openai-organization': 'the-lab', 'openai-processing-ms': String(clock.now() - begunAt), ...told, ...answer.headers } }
    },
  ]))

const checkKey = (authorization: string | undefined, apiKey: string): void => {
  if (authorization === `Bearer ${apiKey}`) return
  const given = /^Bearer (.+)$/.exec(authorization ?? '')?.[1]
  if (given === undefined) throw new Refusal({ status: 401, message: "You didn't provide an API key. You need to provide your API key in an Authorization header using Bearer auth (i.e. Authorization: Bearer YOUR_KEY)." })
  throw new Refusal({ status: 401, message: `Incorrect API key provided: ${given.slice(0, 3)}***${given.slice(-4)}. You can find your API key at https://platform.openai.com/account/api-keys.`, code: 'invalid_api_key' })
}
