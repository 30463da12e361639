import { defineConnector } from '../../domain/ports/index.ts'
import { does, reads } from './client.ts'
import { settings } from './settings.ts'

// OpenAI (api.openai.com), or whoever speaks its Responses API: the model behind the agent of ours.
export const openai = defineConnector({
  name: 'openai',
  settings,
  auth: { kind: 'key', header: 'authorization', prefix: 'Bearer ' },
  apiVersion: 'v1',
  quotas: [
    { what: 'calls of a project', theirs: '500 a minute in the lowest tier; the others by the account', source: 'https://developers.openai.com/api/docs/guides/rate-limits', sure: 'read' },
    { what: 'tokens of a project', theirs: 'by model and tier: platform.openai.com > Limits', source: 'https://developers.openai.com/api/docs/guides/rate-limits', sure: 'unknown' },
  ],
  limits: { perSecond: 8, burst: 20, concurrent: 24, timeoutMs: 25_000 },
  redact: ['content', 'text', 'arguments', 'encrypted_content', 'image_url'],
  reads: { model: reads },
  does,
})
