import { z } from 'zod'
import type { Consent, TokenFrom } from '../../define.ts'

const uri = z.url() // Calendly names everything by its address
const host = z.string().regex(/^(?:[a-z0-9-]+\.)+[a-z]{2,}$/, 'expected a domain, such as visitas.example.com')

// One user of Calendly.
export const settings = z.strictObject({
  baseUrl: z.url().default('https://api.calendly.com'),
  grant: z.discriminatedUnion('by', [z.strictObject({ by: z.literal('given'), token: z.string().min(16) }), z.strictObject({ by: z.literal('person') })]), // given: a personal access token
  user: uri.optional(), // with its organization; asked of Calendly where they don't stand here
  organization: uri.optional(),
  eventType: uri.optional(), // what is booked, as long as a visit; without it, the only one that is active
  question: z.string().min(1).optional(), // of that event type, word for word: its answer says which visit it is, since an event is called as its type
  aliasDomain: host.default('portero.invalid'), // where whoever has given no address gets one that nobody reads: Calendly books nobody without
  pushSecrets: z.array(z.string().min(32)).default([]), // the newest first; where a person consented, the app's own signing key
})
export type Settings = z.infer<typeof settings>

// https://developer.calendly.com/docs/authentication/scopes
const server = { issuer: 'https://auth.calendly.com', authorizationUrl: 'https://auth.calendly.com/oauth/authorize', tokenUrl: 'https://auth.calendly.com/oauth/token', revocationUrl: 'https://auth.calendly.com/oauth/revoke' }
export const scopes: Consent['scopes'] = ['users:read', 'event_types:read', 'availability:read', 'scheduled_events:write', 'scheduling_links:write', 'webhooks:write']
export const consentServer: Consent['server'] = server
export const tokenFrom = ({ grant }: Settings): TokenFrom => (grant.by === 'given' ? grant : { by: 'person', server })
