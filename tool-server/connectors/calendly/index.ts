import { defineConnector } from '../../domain/ports/index.ts'
import { readCalendar, whoIs } from './client.ts'
import { pulls } from './pull.ts'
import { does } from './put.ts'
import { consentServer, scopes, settings, tokenFrom } from './settings.ts'
import { watch } from './watch.ts'
import { webhook } from './webhook.ts'

// Calendly (api.calendly.com): the bookings of one leasing agent there, and what takes their time. The account is their address.
export const calendly = defineConnector({
  name: 'calendly',
  settings,
  auth: { kind: 'token', from: tokenFrom },
  consent: { server: consentServer, scopes, who: async (http) => (await whoIs(http)).email, settings: { grant: { by: 'person' } }, endUrl: 'https://calendly.com/integrations' },
  quotas: [
    { what: 'calls of a user', theirs: '500 a minute (who pays), 50 (who doesn\'t)', source: 'https://developer.calendly.com/api-docs/overview/rate-limits', sure: 'read' },
    { what: 'tokens of a user', theirs: '8 a minute', source: 'https://developer.calendly.com/api-docs/overview/rate-limits', sure: 'read' },
    { what: 'bookings of a user', theirs: '10 a minute, 50 an hour, 100 a day; 5 a day in a trial; 500 a minute (Enterprise)', source: 'https://developer.calendly.com/api-docs/overview/rate-limits', sure: 'read' },
  ],
  // Others share them. Who doesn't is told to wait now and then: limits belong to a vendor, not to a plan.
  limits: { perSecond: 4, burst: 40, concurrent: 4, timeoutMs: 8_000 },
  redact: ['email', 'name', 'user_name', 'user_email', 'location', 'reason', 'answer', 'booking_url'],
  webhook,
  reads: { calendar: readCalendar },
  does,
  pulls,
  watch,
})
