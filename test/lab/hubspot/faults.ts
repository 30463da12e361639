import { z } from 'zod'
import { Refusal, type Fault } from './answers.ts'
import { tooMany } from './quota.ts'
import { lacking } from './scopes.ts'

// What HubSpot refuses in its own words when the lab is told to; what goes wrong on the wire is the desk's.
// https://developers.hubspot.com/docs/api-reference/latest/error-handling
const kinds = ['expired', 'unauthorized', 'scopes', 'missing', 'ten-secondly', 'secondly', 'daily', 'locked', 'migrating', 'internal', 'gateway', 'unavailable', 'timeout'] as const
// on: a route as the desk names it, or '*'; retryAfter: seconds.
export const refuseWish = z.strictObject({ with: z.enum(kinds), on: z.string().default('*'), times: z.int().min(1).default(1), retryAfter: z.int().min(0).optional(), scopes: z.array(z.string()).default([]) })
// Every such row of a batch fails alone, by a 207. verb: create, read, update or upsert.
export const partialWish = z.strictObject({ every: z.int().min(1).default(2), verb: z.enum(['create', 'read', 'update', 'upsert']).optional(), times: z.int().min(1).default(1) })
type Refuse = z.infer<typeof refuseWish>
type Some = z.infer<typeof partialWish>
export type HubspotFaults = { refuse(wish: Refuse): void; refusal(on: string): Refusal | undefined; partial(wish: Some): void; isFailing(verb: string): ((at: number) => boolean) | undefined }

export const makeHubspotFaults = (): HubspotFaults => {
  let refusals: Refuse[] = []
  let partials: Some[] = []
  const lessOne = <T extends { times: number }>(all: readonly T[], used: T): T[] => all.flatMap((each) => (each !== used ? each : each.times > 1 ? { ...each, times: each.times - 1 } : []))
  return {
    refuse: (wish) => void refusals.push(wish),
    partial: (wish) => void partials.push(wish),
    refusal(on) {
      const next = refusals.find((each) => each.on === on || each.on === '*')
      if (!next) return undefined
      refusals = lessOne(refusals, next)
      return refusalOf(next)
    },
    isFailing(verb) {
      const next = partials.find((each) => each.verb === undefined || each.verb === verb)
      if (!next) return undefined
      partials = lessOne(partials, next)
      return (at) => (at + 1) % next.every === 0
    },
  }
}

const plain: Partial<Record<Refuse['with'], Pick<Fault, 'status' | 'category' | 'message'>>> = {
  expired: { status: 401, category: 'EXPIRED_AUTHENTICATION', message: 'The OAuth token used to make this call expired 7 second(s) ago.' },
  unauthorized: { status: 401, category: 'INVALID_AUTHENTICATION', message: 'The access token is invalid or expired.' },
  missing: { status: 404, category: 'OBJECT_NOT_FOUND', message: 'resource not found' },
  locked: { status: 423, category: 'LOCKED', message: 'The resource is locked while a large volume of it is being changed.' },
  migrating: { status: 477, category: 'MIGRATION_IN_PROGRESS', message: 'The account is being migrated.' }, // to another data centre
  internal: { status: 500, category: 'INTERNAL_ERROR', message: 'internal error' },
  gateway: { status: 502, category: 'BAD_GATEWAY', message: 'bad gateway' },
  unavailable: { status: 503, category: 'SERVICE_UNAVAILABLE', message: 'service unavailable' },
  timeout: { status: 504, category: 'GATEWAY_TIMEOUT', message: 'gateway timeout' },
}
const policies = { 'ten-secondly': 'TEN_SECONDLY_ROLLING', secondly: 'SECONDLY', daily: 'DAILY' } as const
const migratingSeconds = 3_600 // HubSpot always says for how long
const refusalOf = ({ with: kind, retryAfter = kind === 'migrating' ? migratingSeconds : undefined, scopes }: Refuse): Refusal => {
  const headers = retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) }
  if (kind === 'ten-secondly' || kind === 'secondly' || kind === 'daily') return tooMany(policies[kind], headers)
  const fault = plain[kind]
  return fault ? new Refusal({ ...fault, headers }) : lacking(scopes)
}
