import { z } from 'zod'
import { defineAction } from '../define.ts'
import { versions } from '../domain/catalogue-change.ts'
import { buildingDetails } from '../domain/homes.ts'
import { lockVisits, putVisits } from '../store/catalogue-writes.ts'

// When and how a building is visited, from now on: tours that are booked stay. version: what whoever decided this had seen.
const { hours, visits } = buildingDetails.shape
const visiting = z.strictObject({ hours, visits: visits.unwrap() })
const args = visiting.extend({ building: z.uuid(), version: z.string() })
const result = z.strictObject({ status: z.enum(['saved', 'changed', 'gone']), before: visiting.optional() })
export const setVisits = defineAction({ name: 'set-visits', args, result, scopes: ['settings:write'], callers: ['staff', 'system'] }).decides(async ({ building, version, hours, visits }, act) => {
  const before = await lockVisits(act, building)
  if (!before) return { status: 'gone' }
  if (versions.visits(before) !== version) return { status: 'changed' }
  await putVisits(act, building, { visits, ...(hours && { hours }) })
  return { status: 'saved', before }
})
