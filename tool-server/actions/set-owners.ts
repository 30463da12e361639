import { z } from 'zod'
import { defineAction } from '../define.ts'
import { lockOwners, putOwners, versionOfOwners } from '../store/settings.ts'

// Who is asked when a prospect wants a person, in this order (store/escalations.ts). version: the list that whoever decided this had seen.
const owners = z.array(z.strictObject({ agent: z.uuid(), language: z.enum(['es-MX', 'en']).optional(), building: z.uuid().optional() })).max(50)
const args = z.strictObject({ version: z.string(), owners })
const result = z.strictObject({ status: z.enum(['saved', 'changed']), before: owners.optional() })
export const setOwners = defineAction({ name: 'set-owners', args, result, scopes: ['settings:write'], callers: ['staff', 'system'] }).decides(async ({ version, owners }, act) => {
  const before = await lockOwners(act)
  if (versionOfOwners(before) !== version) return { status: 'changed' }
  await putOwners(act, owners)
  return { status: 'saved', before }
})
