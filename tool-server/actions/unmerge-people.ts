import { z } from 'zod'
import { AppError } from '@portero/shared'
import { defineAction } from '../define.ts'
import { decideMerge, findMerge, lockPair, moveBack } from '../store/merges.ts'
import { refreshCrm } from './refresh-crm.ts'

// They are two after all: what moved goes back, what came about since stays with whom it came about.
export const unmergePeople = defineAction({ name: 'unmerge-people', args: z.strictObject({ merge: z.uuid() }), result: z.strictObject({ kept: z.uuid(), apart: z.uuid() }), scopes: ['people:write'], callers: ['staff', 'system'] }).decides(async ({ merge }, act) => {
  const found = await findMerge(act, merge)
  if (!found) throw new AppError('not_found', 'no such merge')
  const { kept, merged, state, what } = found
  if (state !== 'merged' || !what) throw new AppError('conflict', 'this merge is not in force')
  await lockPair(act, [kept, merged], { mergedInto: kept })
  await moveBack(act, what, kept, merged)
  await decideMerge(act, merge, 'undone')
  await refreshCrm(act, kept)
  await refreshCrm(act, merged)
  return { kept, apart: merged }
})
