import { defineConnector } from '../../domain/ports/index.ts'
import { does, readCrm } from './client.ts'
import { pulls } from './pull.ts'
import { settings } from './settings.ts'
import { setup, watch } from './setup.ts'
import { webhook } from './webhook.ts'

// HubSpot as the CRM: contacts, deals, meetings and what was said on WhatsApp, each by our id.
export const hubspot = defineConnector({
  name: 'hubspot',
  settings,
  auth: { kind: 'key', header: 'authorization', prefix: 'Bearer ' },
  // 190 in 10 s are allowed to an app and 5 searches a second to an account (https://developers.hubspot.com/docs/developer-tooling/platform/usage-guidelines); 150 and 3 are ours, since others share them.
  limits: { perSecond: 11, burst: 40, apart: { path: '/search', perSecond: 3 }, concurrent: 8, timeoutMs: 8_000 },
  redact: ['phone', 'firstname', 'lastname', 'dealname', 'portero_whatsapp', 'hs_meeting_title', 'hs_meeting_body', 'hs_meeting_location', 'hs_communication_body', 'hs_task_subject', 'hs_task_body', 'hs_note_body', 'subject', 'content'],
  webhook,
  reads: { crm: readCrm },
  does,
  pulls,
  watch,
  setup,
})
