import { defineConnector } from '../../domain/ports/index.ts'
import { does, reads, whoseIsIt } from './client.ts'
import { pulls } from './pull.ts'
import { asked, scopes, server, settings, tokenFrom } from './settings.ts'
import { watch } from './watch.ts'
import { webhook } from './webhook.ts'

// Google Calendar: when a leasing agent is busy, and where their visits are shown.
export const google = defineConnector({
  name: 'google',
  settings,
  auth: { kind: 'token', from: tokenFrom },
  consent: { server, scopes, asked, who: whoseIsIt, settings: { grant: { by: 'person' }, calendar: 'primary' }, endUrl: 'https://myaccount.google.com/connections' },
  // 600 a minute are allowed for one person and 10,000 for all of ours together, which is thirty agents at once: https://developers.google.com/workspace/calendar/api/guides/quota
  limits: { perSecond: 5, burst: 30, concurrent: 4, timeoutMs: 8_000 },
  redact: ['summary', 'description', 'location', 'email', 'displayName'],
  webhook,
  reads: { calendar: reads },
  does,
  pulls,
  watch,
})
