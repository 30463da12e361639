import { z } from 'zod'
import { defineAction } from '../define.ts'
import { mostReason } from '../domain/homes.ts'
import { putBlackout } from '../store/settings.ts'

// No tours in a building, by an agent, or by that agent in that building. Those that are booked stay.
const args = z.strictObject({ building: z.uuid().optional(), agent: z.uuid().optional(), startsAt: z.int(), endsAt: z.int(), reason: z.string().min(1).max(mostReason).optional() }).refine(({ building, agent }) => building !== undefined || agent !== undefined)
const result = z.strictObject({ status: z.literal('added'), blackout: z.uuid() })
export const addBlackout = defineAction({ name: 'add-blackout', args, result, scopes: ['settings:write'], callers: ['staff', 'system'] }).decides(async ({ building, agent, startsAt, endsAt, reason }, act) => {
  const blackout = act.newId()
  await putBlackout(act, { id: blackout, building, agent, startsAt, endsAt, reason })
  return { status: 'added', blackout }
})
