import { z } from 'zod'
import { defineAction } from '../define.ts'
import { takeBlackout } from '../store/settings.ts'

// A closed time is open again.
const args = z.strictObject({ blackout: z.uuid() })
const result = z.strictObject({ status: z.enum(['removed', 'gone']), before: z.strictObject({ building: z.uuid().optional(), agent: z.uuid().optional(), startsAt: z.int(), endsAt: z.int(), reason: z.string().optional() }).optional() })
export const removeBlackout = defineAction({ name: 'remove-blackout', args, result, scopes: ['settings:write'], callers: ['staff', 'system'] }).decides(async ({ blackout }, act) => {
  const before = await takeBlackout(act, blackout)
  return before ? { status: 'removed', before } : { status: 'gone' }
})
