import { z } from 'zod'
import type { AuthServer, TokenFrom } from '../../define.ts'

// One mailbox at Microsoft 365; the account is its owner's address.
const secret = z.string().min(32)
const authority = z.url({ protocol: /^https?$/ }).default('https://login.microsoftonline.com') // national clouds have their own
const tenant = z.string().regex(/^[\w.-]+$/)
const grant = z.discriminatedUnion('by', [
  z.strictObject({ by: z.literal('given'), token: z.string().min(16) }),
  z.strictObject({ by: z.literal('person'), tenant: tenant.default('organizations'), authority }),
  z.strictObject({ by: z.literal('app'), tenant, clientId: z.string().min(1), clientSecret: z.string().min(16), authority }),
])
export const settings = z.strictObject({
  baseUrl: z.url().default('https://graph.microsoft.com/v1.0'),
  grant,
  pushSecrets: z.array(secret).min(1).max(2), // the newest first
  mailbox: z.string().min(1).optional(), // the name or id that they sign in with, where it isn't their address
  calendar: z.literal('primary').default('primary'), // getSchedule knows no other
  zone: z.string().min(1).optional(), // where their days begin, for days off that don't say
})
export type Settings = z.infer<typeof settings>

export const vendor = 'graph'
export const scopes = ['https://graph.microsoft.com/Calendars.ReadWrite', 'https://graph.microsoft.com/User.Read', 'offline_access', 'openid', 'email']
const appScopes = ['https://graph.microsoft.com/.default']

// https://learn.microsoft.com/entra/identity-platform/v2-protocols: an issuer for many tenants names none of them, so the addresses aren't left to be asked for.
export const authServer = ({ authority, tenant }: { authority: string; tenant: string }): AuthServer => {
  const base = `${authority.replace(/\/$/, '')}/${tenant}`
  return { issuer: `${base}/v2.0`, authorizationUrl: `${base}/oauth2/v2.0/authorize`, tokenUrl: `${base}/oauth2/v2.0/token` }
}

export const tokenFrom = ({ grant }: Settings): TokenFrom => {
  if (grant.by === 'given') return grant
  if (grant.by === 'person') return { by: 'person', server: authServer(grant) }
  return { by: 'app', server: authServer(grant), clientId: grant.clientId, clientSecret: grant.clientSecret, scopes: appScopes }
}

// Whoever let us act for them is 'me', whatever they sign in with; to an app everybody has a name.
export const mailboxOf = ({ account, settings: { grant, mailbox = account } }: { account: string; settings: Settings }): string => (grant.by === 'person' ? '/me' : `/users/${encodeURIComponent(mailbox)}`)
