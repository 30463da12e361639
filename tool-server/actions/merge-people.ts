import { z } from 'zod'
import { AppError } from '@portero/shared'
import { defineAction, type Act } from '../define.ts'
import { decideMerge, findMerge, furthest, lockPair, moveAll, noteMerge, proposeAgain, type MergeReason } from '../store/merges.ts'
import { refreshCrm } from './refresh-crm.ts'

// Two people turned out to be one. All that is one's becomes the other's, under a note of what it was.
export const mergeTwo = async (act: Act, people: readonly [string, string], reason: MergeReason): Promise<{ merge: string; kept: string }> => {
  await lockPair(act, people)
  const [kept, merged] = await furthest(act, people)
  const what = await moveAll(act, merged, kept)
  await act.drop(`crm:${merged}`)
  await refreshCrm(act, kept)
  return { merge: await noteMerge(act, { kept, merged, reason, what }), kept }
}

// By hand: a proposal, or two people that somebody knows to be one.
const args = z.strictObject({ people: z.tuple([z.uuid(), z.uuid()]) })
export const mergePeople = defineAction({ name: 'merge-people', args, result: z.strictObject({ merge: z.uuid(), kept: z.uuid() }), scopes: ['people:write'], callers: ['staff', 'system'] }).decides(async ({ people }, act) => {
  if (people[0] === people[1]) throw new AppError('invalid_input', 'a person is themselves')
  return mergeTwo(act, people, 'by_hand')
})

// By hand too, for whoever looks at both before they decide.
export const proposePair = defineAction({ name: 'propose-pair', args, result: z.strictObject({ isNew: z.boolean() }), scopes: ['people:write'], callers: ['staff'] }).decides(async ({ people }, act) => {
  if (people[0] === people[1]) throw new AppError('invalid_input', 'a person is themselves')
  await lockPair(act, people)
  return { isNew: (await proposeAgain(act, people)) !== undefined }
})

// They are two, and nothing will bring them together by itself.
export const refuseMerge = defineAction({ name: 'refuse-merge', args: z.strictObject({ merge: z.uuid() }), result: z.strictObject({}), scopes: ['people:write'], callers: ['staff', 'system'] }).decides(async ({ merge }, act) => {
  const found = await findMerge(act, merge)
  if (found?.state !== 'proposed') throw new AppError(found ? 'conflict' : 'not_found', 'no such proposal waits')
  await decideMerge(act, merge, 'refused')
  return {}
})
