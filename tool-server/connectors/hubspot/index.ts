import { defineConnector } from '../../domain/ports/index.ts'
import { does, readCrm } from './client.ts'
import { watch } from './properties.ts'
import { settings } from './settings.ts'
import { webhook } from './webhook.ts'

// HubSpot as the CRM: contacts, deals, meetings and what was said on WhatsApp, each by our id.
export const hubspot = defineConnector({
  name: 'hubspot',
  settings,
  auth: { kind: 'key', header: 'authorization', prefix: 'Bearer ' },
  // 190 in 10 s are allowed to an app (https://developers.hubspot.com/docs/developer-tooling/platform/usage-guidelines); others may share the account.
  limits: { perSecond: 15, concurrent: 4, timeoutMs: 8_000 },
  redact: ['phone', 'firstname', 'lastname', 'dealname', 'hs_meeting_title', 'hs_meeting_body', 'hs_meeting_location', 'hs_communication_body', 'hs_task_subject', 'hs_task_body'],
  webhook,
  reads: { crm: readCrm },
  does,
  watch,
})
