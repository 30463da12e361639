import { z } from 'zod'
import { defineAction } from '../define.ts'
import { agentDetails } from '../domain/homes.ts'
import { versionOf } from '../domain/settings.ts'
import { lockHours, putHours } from '../store/settings.ts'

// When an agent shows homes, from now on: tours that are booked stay. version: the hours that whoever decided this had seen.
const { hours } = agentDetails.shape
const args = z.strictObject({ agent: z.uuid(), version: z.string(), hours })
const result = z.strictObject({ status: z.enum(['saved', 'changed', 'gone']), before: hours.optional() })
export const setHours = defineAction({ name: 'set-hours', args, result, scopes: ['settings:write'], callers: ['staff', 'system'] }).decides(async ({ agent, version, hours }, act) => {
  const before = await lockHours(act, agent)
  if (!before) return { status: 'gone' }
  if (versionOf(before) !== version) return { status: 'changed' }
  await putHours(act, agent, hours)
  return { status: 'saved', before }
})
