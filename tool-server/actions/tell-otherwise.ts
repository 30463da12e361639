import { z } from 'zod'
import { defineAction } from '../define.ts'
import { lockNotice, noteHow } from '../store/escalations.ts'
import { reach, tellByMail } from './call-person.ts'

// A notice that never got to whom it was for goes by e-mail instead, if it hasn't yet; else it is written down that nobody was reached.
const args = z.strictObject({ escalation: z.uuid(), number: z.int().min(1), reach })
export const tellOtherwise = defineAction({ name: 'tell-otherwise', args, result: z.strictObject({ how: z.enum(['email', 'none']).optional() }), scopes: [], callers: ['system'] }).decides(async ({ escalation, number, reach }, act) => {
  const notice = await lockNotice(act, { escalation, number })
  if (!notice) return {}
  act.concerns(notice.person)
  const how = notice.how === 'whatsapp' && (await tellByMail(act, { ...notice, number }, reach)) ? 'email' : 'none'
  await noteHow(act, { escalation, number, how })
  return { how }
})
