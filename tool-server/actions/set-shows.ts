import { z } from 'zod'
import { defineAction } from '../define.ts'
import { versions } from '../domain/catalogue-change.ts'
import { lockShowers, putShowers } from '../store/catalogue-writes.ts'

// Who shows a building, from now on: tours that are booked stay with whom they are. version: those whom whoever decided this had seen.
const agents = z.array(z.uuid()).max(500)
const args = z.strictObject({ building: z.uuid(), version: z.string(), agents })
const result = z.strictObject({ status: z.enum(['saved', 'changed', 'gone']), before: agents.optional() })
export const setShows = defineAction({ name: 'set-shows', args, result, scopes: ['settings:write'], callers: ['staff', 'system'] }).decides(async ({ building, version, agents }, act) => {
  const before = await lockShowers(act, building)
  if (!before) return { status: 'gone' }
  if (versions.shows(before) !== version) return { status: 'changed' }
  await putShowers(act, building, agents)
  return { status: 'saved', before }
})
