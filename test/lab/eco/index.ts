import { z } from 'zod'
import { changes, does, reads, watch } from './client.ts'
import { defineConnector } from './port.ts'
import { webhook } from './webhook.ts'

// Eco is the vendor that exists only in the lab: it has one of everything that real ones have. Copy this folder to begin a connector.
export const eco = defineConnector({
  name: 'eco',
  settings: z.strictObject({ baseUrl: z.url(), apiKey: z.string().min(16), signingSecrets: z.array(z.string().min(16)).min(1).max(2) }),
  auth: { kind: 'key', header: 'authorization', prefix: 'Bearer ' },
  limits: { perSecond: 200, concurrent: 8, timeoutMs: 5_000 },
  redact: ['text'],
  webhook,
  reads,
  does,
  pulls: { changes },
  watch,
})
