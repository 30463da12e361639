import { z } from 'zod'
import type { Route } from '../simulator.ts'
import { missing, ok, parsed } from './answers.ts'

// What HubSpot tells of the account itself, and of what a token may do.
export type AccountAnswers = { routes: Record<string, Route>; grant(scopes: readonly string[]): void; has(scope: string): boolean; become(accountType: string): void }

const granted = [
  'oauth', 'crm.objects.contacts.read', 'crm.objects.contacts.write', 'crm.objects.deals.read', 'crm.objects.deals.write', 'tickets',
  'crm.schemas.contacts.read', 'crm.schemas.contacts.write', 'crm.schemas.deals.read', 'crm.schemas.deals.write',
  'crm.objects.companies.read', 'crm.objects.companies.write', 'crm.schemas.companies.read', 'crm.schemas.companies.write', 'crm.objects.owners.read',
]
const asked = z.object({ tokenKey: z.string().min(1) })

export const makeAccount = ({ portal, apiKey }: { portal: string; apiKey: string }): AccountAnswers => {
  let scopes: readonly string[] = granted
  let accountType = 'STANDARD'
  return {
    has: (scope) => scopes.includes(scope),
    grant: (only) => void (scopes = only),
    become: (type) => void (accountType = type),
    routes: {
      'POST /oauth/v2/private-apps/get/access-token-info': ({ body }) => {
        if (parsed(asked, body).tokenKey !== apiKey) throw missing('access token not found')
        return ok({ userId: 9433, hubId: Number(portal), appId: 31337, scopes })
      },
      'GET /account-info/v3/details': () => ok({ portalId: Number(portal), accountType, timeZone: 'America/Mexico_City', companyCurrency: 'MXN', additionalCurrencies: [], utcOffset: '-06:00', utcOffsetMilliseconds: -21_600_000, uiDomain: 'app.hubspot.com', dataHostingLocation: 'na1' }),
    },
  }
}
