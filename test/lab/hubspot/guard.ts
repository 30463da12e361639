import { createHash } from 'node:crypto'
import type { Answer, Route } from '../simulator.ts'
import { Refusal, type Fault } from './answers.ts'
import type { HubspotFaults } from './faults.ts'
import type { Quota } from './quota.ts'
import type { Rules } from './rules.ts'
import { lacking, scopesOf } from './scopes.ts'

// What every call passes: the token, the quota, the scopes; and every refusal in HubSpot's shape, with a correlation id that nobody else has.
export type TokenState = 'good' | 'expired' | 'revoked'
type Guard = { apiKey: string; token(): TokenState; has(scope: string): boolean; quota: Quota; faults: HubspotFaults; rules: Rules }

export const guarded = (routes: Record<string, Route>, { apiKey, token, has, quota, faults, rules }: Guard): Record<string, Route> => {
  let refused = 0
  const refusing = ({ status, headers, ...fault }: Fault, spent: Record<string, string>): Answer => ({
    status,
    headers: { ...spent, ...headers },
    body: { status: 'error', correlationId: `00000000-0000-4000-8000-${String(++refused).padStart(12, '0')}`, ...(status === 429 && { requestId: createHash('md5').update(String(refused)).digest('hex') }), ...fault },
  })
  const unauthorized = (category: string, message: string): Refusal => new Refusal({ status: 401, category, message })
  const checkToken = (sent: string | undefined): void => {
    if (sent === undefined) throw unauthorized('INVALID_AUTHENTICATION', 'Authentication credentials not found. This API supports OAuth 2.0 authentication.')
    if (sent !== `Bearer ${apiKey}` || token() === 'revoked') throw unauthorized('INVALID_AUTHENTICATION', 'The access token is invalid or expired.')
    if (token() === 'expired') throw unauthorized('EXPIRED_AUTHENTICATION', 'The OAuth token used to make this call expired 7 second(s) ago.')
  }

  const behind = (on: string, route: Route, isDated: boolean): Route => (asked) => {
    let spent: Record<string, string> = {}
    try {
      const refusal = faults.refusal(on)
      if (refusal) throw refusal
      checkToken(asked.headers['authorization'])
      spent = quota.spend(on.endsWith('/search'))
      const scopes = scopesOf(on, asked.parts)
      if (scopes.length > 0 && !scopes.some(has)) throw lacking(scopes)
      const { headers, ...answer } = rules.during(isDated, () => route(asked))
      return { ...answer, headers: { ...spent, ...headers } }
    } catch (thrown) {
      if (thrown instanceof Refusal) return refusing(thrown.fault, spent)
      throw thrown
    }
  }
  return Object.fromEntries(Object.entries(routes).flatMap(([on, route]) => addresses(on).map((address): [string, Route] => [address, behind(on, route, address.includes('/2026-09/'))])))
}

// The same call has a dated address as well, and the client has its own for labels.
const addresses = (on: string): string[] => [on, ...moved.flatMap(([from, to]) => (on.includes(` ${from}`) ? on.replace(` ${from}`, ` ${to}`) : []))]
const moved: readonly [string, string][] = [
  ['/crm/v3/objects/', '/crm/objects/2026-09/'], ['/crm/v4/objects/', '/crm/objects/2026-09/'], ['/crm/v4/associations/', '/crm/associations/2026-09/'], ['/crm/v4/associations/', '/crm/associations/v4/'],
  ['/crm/v3/properties/', '/crm/properties/2026-09/'], ['/crm/v3/pipelines/', '/crm/pipelines/2026-09/'], ['/crm/v3/owners', '/crm/owners/2026-09'],
]
