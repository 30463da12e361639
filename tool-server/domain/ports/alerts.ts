import { z } from 'zod'
import { defineCommand } from '../../define.ts'

// What the admins' letters say, for a machine that calls somebody: nothing of a person, no words that a vendor said, no secret. cause: a code of ours. docs/alerts.md shows it.
export const alertVersion = 1 // of what is sent; fields may be added within one
export const tellAlert = defineCommand({
  name: 'alerts.tell',
  args: z.strictObject({
    alert: z.enum(['connection.key', 'connection.scopes', 'connection.setup', 'connection.grant', 'connection.agents', 'connection.silent', 'work.dead', 'work.late', 'escalations.unseen', 'house.disk', 'audit.unsealed', 'console.lock-outs']), state: z.enum(['begun', 'over']), severity: z.enum(['critical', 'warning']), summary: z.string().min(1).max(200),
    vendor: z.string().optional(), connection: z.uuid().optional(), cause: z.string().optional(), waiting: z.int(), since: z.iso.datetime(), page: z.url(), runbook: z.string(),
  }),
  result: z.strictObject({ status: z.int() }),
  attempts: 8, blocksSerialWhenDead: false,
})
