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
  apiVersion: 'v3',
  quotas: [
    { what: 'calls for one person', theirs: '600 a minute', source: 'https://developers.google.com/workspace/calendar/api/guides/quota', sure: 'read' },
    { what: 'calls of the project', theirs: '10,000 a minute', source: 'https://developers.google.com/workspace/calendar/api/guides/quota', sure: 'read' },
    { what: 'calls of the project in a day before they cost', theirs: 'a threshold whose number we have not seen', source: 'https://developers.google.com/workspace/calendar/api/guides/quota', sure: 'unknown' },
  ],
  // Of the project's that is thirty agents at once.
  limits: { perSecond: 5, burst: 30, concurrent: 4, timeoutMs: 8_000 },
  redact: ['summary', 'description', 'location', 'email', 'displayName'],
  webhook,
  reads: { calendar: reads },
  does,
  pulls,
  watch,
})
