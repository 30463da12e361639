import { z } from 'zod'
import { defineAction } from '../define.ts'
import { versions } from '../domain/catalogue-change.ts'
import { agentDetails } from '../domain/homes.ts'
import { lockWeekLimit, putWeekLimit } from '../store/catalogue-writes.ts'

// How many visits an agent shows from Monday to Sunday; without perWeek, as many as fit. Tours that are booked stay. version: the limit that whoever decided this had seen.
const { perWeek } = agentDetails.shape
const args = z.strictObject({ agent: z.uuid(), version: z.string(), perWeek })
const result = z.strictObject({ status: z.enum(['saved', 'changed', 'gone']), before: z.strictObject({ perWeek }).optional() })
export const setWeekLimit = defineAction({ name: 'set-week-limit', args, result, scopes: ['settings:write'], callers: ['staff', 'system'] }).decides(async ({ agent, version, perWeek }, act) => {
  const before = await lockWeekLimit(act, agent)
  if (!before) return { status: 'gone' }
  if (versions.weekLimit(before) !== version) return { status: 'changed' }
  await putWeekLimit(act, agent, { perWeek })
  return { status: 'saved', before }
})
