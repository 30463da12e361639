import { z } from 'zod'
import { defineConnector } from '../../domain/ports/index.ts'
import { does, reads } from './client.ts'
import { webhook } from './webhook.ts'

// Bird CRM (api.bird.com): the WhatsApp channel that prospects write to, and its conversations. The account is the channel's id.
const key = z.string().min(16)
const settings = z.strictObject({ baseUrl: z.url(), apiKey: key, workspace: z.string().min(1), channel: z.string().min(1), signingKeys: z.array(key).min(1).max(2) }) // the newest key first

export const bird = defineConnector({
  name: 'bird',
  settings,
  auth: { kind: 'key', header: 'authorization', prefix: 'AccessKey ' },
  // 50 GET and 500 POST a second for the whole workspace, which other programs use too: https://docs.bird.com/api/channels-api/rate-limit
  limits: { perSecond: 40, concurrent: 16, timeoutMs: 5_000 },
  redact: ['text', 'altText', 'address', 'label', 'identifierValue', 'platformAddress', 'name', 'displayName', 'whatsappbsuid'],
  webhook,
  reads,
  does,
})
