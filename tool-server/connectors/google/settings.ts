import { z } from 'zod'
import type { Consent, TokenFrom } from '../../define.ts'

// One calendar of one leasing agent at Google. The account is their address there.
const grant = z.discriminatedUnion('by', [
  z.strictObject({ by: z.literal('given'), token: z.string().min(1) }),
  z.strictObject({ by: z.literal('person') }),
  // A service account; forWhom: the agent, where the domain lets it act for its people. Without that it sees what was shared with it, and may invite nobody.
  z.strictObject({ by: z.literal('signed'), email: z.email(), privateKey: z.string().min(1), keyId: z.string().min(1).optional(), forWhom: z.email().optional() }),
])

export const settings = z.strictObject({
  baseUrl: z.url().default('https://www.googleapis.com/calendar/v3'),
  grant,
  calendar: z.string().min(1).default('primary'),
  pushSecrets: z.array(z.string().min(32)).min(1).max(2), // the newest first; from these come the tokens of the channels that tell us of changes
})
export type Settings = z.infer<typeof settings>

// https://developers.google.com/workspace/calendar/api/auth, the least first: when they are busy, whose calendar it is, and the events of the calendars that are theirs.
const scope = 'https://www.googleapis.com/auth/calendar'
export const scopes = [`${scope}.freebusy`, `${scope}.calendars.readonly`, `${scope}.events.owned`]

export const server: Consent['server'] = { issuer: 'https://accounts.google.com' }
// Without prompt, Google gives what we hold for good only the first time that somebody agrees: https://developers.google.com/identity/protocols/oauth2/web-server#offline
export const asked = { access_type: 'offline', prompt: 'consent' }

export const tokenFrom = ({ grant }: Settings): TokenFrom => {
  if (grant.by === 'signed') return { ...grant, tokenUrl: 'https://oauth2.googleapis.com/token', scopes }
  return grant.by === 'person' ? { by: 'person', server } : grant
}
