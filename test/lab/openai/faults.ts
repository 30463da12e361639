import { z } from 'zod'
import { Refusal, type Complaint } from './answers.ts'

// What OpenAI refuses in its own words, and what its model gets wrong, when the lab is told to; what goes wrong on the wire is the desk's.
const refusals = ['unauthorized', 'rate-limit', 'insufficient-quota', 'internal', 'unavailable', 'content-policy'] as const
// refusal: the model won't. incomplete: it ran out of tokens amid a sentence. filtered: it was cut by the content filter. empty: it says nothing at all. failed: the answer is a 200 that failed.
// malformed: a call whose arguments are no JSON. unknown-tool: a call to a tool that it was not given. several: the same call and another at once, whatever parallel_tool_calls says.
const wrongs = ['refusal', 'incomplete', 'filtered', 'empty', 'failed', 'malformed', 'unknown-tool', 'several'] as const
const times = z.int().min(1).default(1)
// on: a route as the desk names it, or '*'; retryAfter: seconds.
export const refuseWish = z.strictObject({ with: z.enum(refusals), on: z.string().default('*'), times, retryAfter: z.number().min(0).optional() })
export const amissWish = z.strictObject({ how: z.enum(wrongs), times })
type Refuse = z.infer<typeof refuseWish>
type Amiss = z.infer<typeof amissWish>
export type Wrong = (typeof wrongs)[number]
export type OpenaiFaults = { refuse(wish: Refuse): void; refusal(on: string): Refusal | undefined; amiss(wish: Amiss): void; wrong(): Wrong | undefined }

export const makeOpenaiFaults = (): OpenaiFaults => {
  let refused: Refuse[] = []
  let wrong: Amiss[] = []
  const lessOne = <T extends { times: number }>(all: readonly T[], used: T): T[] => all.flatMap((each) => (each !== used ? each : each.times > 1 ? { ...each, times: each.times - 1 } : []))
  return {
    refuse: (wish) => void refused.push(wish),
    amiss: (wish) => void wrong.push(wish),
    refusal(on) {
      const next = refused.find((each) => each.on === on || each.on === '*')
      if (!next) return undefined
      refused = lessOne(refused, next)
      return new Refusal({ ...said[next.with], ...(next.retryAfter !== undefined && { headers: { 'retry-after': String(next.retryAfter), 'retry-after-ms': String(next.retryAfter * 1_000) } }) })
    },
    wrong() {
      const [next] = wrong
      if (next) wrong = lessOne(wrong, next)
      return next?.how
    },
  }
}

const said: Record<Refuse['with'], Complaint> = {
  unauthorized: { status: 401, message: 'Your authentication token has been revoked.', code: 'token_revoked' },
  'rate-limit': { status: 429, type: 'requests', message: 'Rate limit reached for the model on requests per min (RPM). Please try again later.', code: 'rate_limit_exceeded' },
  'insufficient-quota': { status: 429, type: 'insufficient_quota', message: 'You exceeded your current quota, please check your plan and billing details.', code: 'insufficient_quota' },
  internal: { status: 500, type: 'server_error', message: 'The server had an error while processing your request. Sorry about that!', code: null },
  unavailable: { status: 503, type: 'service_unavailable_error', message: 'The server is overloaded, please try again later.', code: 'server_is_overloaded' },
  'content-policy': { status: 400, message: 'This request was refused by the safety system.', code: 'content_policy_violation' },
}
