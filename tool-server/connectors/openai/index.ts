import { defineConnector } from '../../domain/ports/index.ts'
import { does, reads } from './client.ts'
import { settings } from './settings.ts'

// OpenAI (api.openai.com), or whoever speaks its Responses API: the model behind the agent of ours.
export const openai = defineConnector({
  name: 'openai',
  settings,
  auth: { kind: 'key', header: 'authorization', prefix: 'Bearer ' },
  // The lowest tier has 500 calls a minute: https://developers.openai.com/api/docs/guides/rate-limits
  limits: { perSecond: 8, burst: 30, concurrent: 24, timeoutMs: 25_000 },
  redact: ['content', 'text', 'arguments', 'encrypted_content', 'image_url'],
  reads: { model: reads },
  does,
})
