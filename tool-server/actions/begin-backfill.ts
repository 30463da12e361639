import { z } from 'zod'
import { defineAction } from '../define.ts'
import { beginBackfill as begin } from '../store/crm-backfill.ts'

// All contacts of the CRM are looked through, behind everything else, for those that are somebody of ours. What is linked stays linked, so doing it again does no harm.
export const beginBackfill = defineAction({ name: 'begin-backfill', args: z.strictObject({ connection: z.uuid() }), result: z.strictObject({ isNew: z.boolean() }), scopes: ['people:write'], callers: ['staff', 'system'] }).decides(async ({ connection }, act) => ({ isNew: await begin(act.tx, { tenant: act.subject.tenant, connection }, act.now) }))
