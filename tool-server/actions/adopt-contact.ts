import { z } from 'zod'
import { defineAction } from '../define.ts'
import { renamePerson, speakWith } from '../store/crm-adopt.ts'
import { refreshCrm } from './refresh-crm.ts'

// What people call somebody, and in which language they speak with them.
const args = z.strictObject({ person: z.uuid(), name: z.string().min(1).max(300).optional(), language: z.enum(['es-MX', 'en']).optional() })
export const adoptContact = defineAction({ name: 'adopt-contact', args, result: z.strictObject({}), scopes: ['people:write'], callers: ['staff', 'system'] }).decides(async ({ person, name, language }, act) => {
  act.concerns(person)
  if (name !== undefined) await renamePerson(act, person, name)
  if (language !== undefined) await speakWith(act, person, language)
  await refreshCrm(act, person)
  return {}
})
