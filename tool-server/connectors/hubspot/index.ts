import { defineConnector } from '../../domain/ports/index.ts'
import { does, readCrm } from './client.ts'
import { apiVersion } from './paths.ts'
import { pulls } from './pull.ts'
import { settings } from './settings.ts'
import { setup, watch } from './setup.ts'
import { webhook } from './webhook.ts'

// HubSpot as the CRM: contacts, deals, meetings and what was said on WhatsApp, each by our id.
export const hubspot = defineConnector({
  name: 'hubspot',
  settings,
  auth: { kind: 'key', header: 'authorization', prefix: 'Bearer ' },
  apiVersion,
  quotas: [
    { what: 'calls of an app', theirs: '190 in 10 s (Professional, Enterprise)', source: 'https://developers.hubspot.com/docs/developer-tooling/platform/usage-guidelines', sure: 'read' },
    { what: 'calls of an account in a day', theirs: '650,000 (Professional), 1,000,000 (Enterprise)', source: 'https://developers.hubspot.com/docs/developer-tooling/platform/usage-guidelines', sure: 'read' },
    { what: 'searches of an account', theirs: '5 a second; one ends at 10,000 results', source: 'https://developers.hubspot.com/docs/developer-tooling/platform/usage-guidelines', sure: 'told' },
    { what: 'calls with a smaller subscription', theirs: '100 in 10 s an app, 250,000 a day an account (Free, Starter)', sure: 'told' },
  ],
  // 150 in 10 s and 3 searches a second are ours, since others share them.
  limits: { perSecond: 11, burst: 40, apart: { path: '/search', perSecond: 3 }, concurrent: 8, timeoutMs: 8_000 },
  redact: ['phone', 'firstname', 'lastname', 'dealname', 'portero_whatsapp', 'hs_meeting_title', 'hs_meeting_body', 'hs_meeting_location', 'hs_communication_body', 'hs_task_subject', 'hs_task_body', 'hs_note_body', 'subject', 'content'],
  webhook,
  reads: { crm: readCrm },
  does,
  pulls,
  watch,
  setup,
})
