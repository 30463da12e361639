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
  // 500 a minute to a user who pays and 50 to one who doesn't (https://developer.calendly.com/api-docs/overview/rate-limits), and others share them. Who doesn't is told to wait now and then: limits belong to a vendor, not to a plan.
  limits: { perSecond: 4, burst: 40, concurrent: 4, timeoutMs: 8_000 },
  redact: ['email', 'name', 'user_name', 'user_email', 'location', 'reason', 'answer', 'booking_url'],
  webhook,
  reads: { calendar: readCalendar },
  does,
  pulls,
  watch,
})
