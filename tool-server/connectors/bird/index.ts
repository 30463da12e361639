import { z } from 'zod'
import { defineConnector } from '../../domain/ports/index.ts'
import { messageRates } from '../../domain/ports/messaging.ts'
import { does, reads } from './client.ts'
import { assign } from './inbox.ts'
import { pulls } from './pull.ts'
import { setup, watch } from './setup.ts'
import { webhook } from './webhook.ts'

// Bird CRM (api.bird.com): the WhatsApp channel that prospects write to, and its conversations. The account is the channel's id.
const key = z.string().min(16)
const settings = z.strictObject({ baseUrl: z.url(), apiKey: key, workspace: z.string().min(1), channel: z.string().min(1), signingKeys: z.array(key).min(1).max(2), accessKeyId: z.string().min(1).optional(), smsChannel: z.string().min(1).optional(), channelGroup: z.string().min(1).optional(), agent: z.enum(['bird', 'portero']).optional(), rates: messageRates.optional() }) // the newest key first; accessKeyId: as whom notes are written; channelGroup: the WhatsApp account that templates are made in; agent: who answers prospects there, Bird's own without a word

export const bird = defineConnector({
  name: 'bird',
  settings,
  hosts: ['https://media.api.bird.com', 'https://media.nest.messagebird.com'],
  auth: { kind: 'key', header: 'authorization', prefix: 'AccessKey ' },
  quotas: [
    { what: 'calls of a workspace', theirs: '50 GET and 500 POST a second', source: 'https://docs.bird.com/api/channels-api/rate-limit', sure: 'read' },
    { what: 'messages of a WhatsApp number', theirs: '80 a second; more is buffered, and tried up to ten times', source: 'https://docs.bird.com/api/channels-api/rate-limit', sure: 'read' },
    { what: 'messages to one person', theirs: 'about one in 6 seconds, with a burst', sure: 'told' },
    { what: 'people written to first in a day', theirs: '250, 1,000, 10,000, 100,000 or unlimited, by the tier of the number', sure: 'told' },
  ],
  // Other programs of the workspace use it too.
  limits: { perSecond: 40, concurrent: 16, timeoutMs: 5_000 },
  redact: ['text', 'altText', 'address', 'label', 'identifierValue', 'platformAddress', 'name', 'displayName', 'whatsappbsuid', 'whatsappnewbsuid', 'phoneNumbers', 'filename'],
  webhook,
  reads,
  does: [...does, assign],
  pulls,
  watch,
  setup,
})
