import { defineConnector } from '../../domain/ports/index.ts'
import { does, readCalendar, whoIs } from './client.ts'
import { pulls } from './pull.ts'
import { authServer, scopes, settings, tokenFrom, vendor } from './settings.ts'
import { watch } from './watch.ts'
import { webhook } from './webhook.ts'

// Microsoft 365 (Graph): the Outlook calendar of a leasing agent. The account is their address.
export const graph = defineConnector({
  name: vendor,
  settings,
  auth: { kind: 'token', from: tokenFrom },
  consent: { server: authServer({ authority: 'https://login.microsoftonline.com', tenant: 'organizations' }), scopes, asked: { prompt: 'select_account' }, who: whoIs, settings: { grant: { by: 'person' } }, endUrl: 'https://myapps.microsoft.com' },
  apiVersion: 'v1.0',
  quotas: [
    { what: 'calls of an app to a mailbox', theirs: '10,000 in 10 minutes', source: 'https://learn.microsoft.com/graph/throttling-limits#outlook-service-limits', sure: 'read' },
    { what: 'at once of an app to a mailbox', theirs: '4', source: 'https://learn.microsoft.com/graph/throttling-limits#outlook-service-limits', sure: 'read' },
  ],
  limits: { perSecond: 12, burst: 40, concurrent: 3, timeoutMs: 10_000 },
  redact: ['subject', 'content', 'displayName', 'address', 'name', 'comment'],
  webhook,
  reads: { calendar: readCalendar },
  does,
  pulls,
  watch,
})
