import { z } from 'zod'
import { defineCommand } from '../../define.ts'

// What the admins' letters say, for a machine that calls somebody: nothing of a person, no words that a vendor said, no secret. docs/alerts.md shows it.
export const tellAlert = defineCommand({
  name: 'alerts.tell',
  args: z.strictObject({
    alert: z.enum(['connection.key', 'connection.scopes', 'connection.setup', 'connection.grant', 'connection.agents']), state: z.enum(['begun', 'over']), severity: z.enum(['critical', 'warning']), summary: z.string().min(1).max(200),
    vendor: z.string(), connection: z.uuid(), waiting: z.int(), since: z.iso.datetime(), page: z.url(), runbook: z.string(),
  }),
  result: z.strictObject({ status: z.int() }),
  attempts: 8, blocksSerialWhenDead: false,
})
