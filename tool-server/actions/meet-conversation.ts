import { z } from 'zod'
import { defineAction, type Act, type Millis } from '../define.ts'
import { contact, type Contact } from '../domain/ports/messaging.ts'
import { buriedSince } from '../store/blocked.ts'
import { attend, noteHeard } from '../store/conversations.ts'
import { startLead } from '../store/leads.ts'
import { blinded, holdersOf } from '../store/people.ts'
import { claimsOf, identify } from './identify.ts'
import { refreshCrm } from './refresh-crm.ts'

// A conversation got its name, by the vendor's word: from a webhook, or because a tool call came from it before any webhook did.
const args = z.strictObject({ connection: z.string(), conversation: z.string(), contact, heardAt: z.int().optional() })
export const meetConversation = defineAction({ name: 'meet-conversation', args, result: z.strictObject({}), scopes: [], callers: ['system'] }).decides(
  async ({ connection, conversation: external, contact: who, heardAt }, act) => {
    if (await wasBuried(act, who, heardAt)) return {}
    const person = await identify(act, who)
    const conversation = await attend(act, { person, connection, external })
    if (heardAt === undefined) return {}
    await noteHeard(act, conversation.id, heardAt)
    await startLead(act, conversation.person)
    await refreshCrm(act, conversation.person)
    return {}
  },
)

// Whoever cancelled is met anew only by what they write after that; what is told of them otherwise is of before.
export const wasBuried = async (act: Act, contact: Contact, at: Millis | undefined): Promise<boolean> => {
  const since = await buriedSince(act, claimsOf(contact))
  const isOver = since !== undefined && ((at !== undefined && at <= since) || (await holdersOf(act, await blinded(act, claimsOf(contact)))).length === 0)
  if (isOver) act.concernsNobody()
  return isOver
}
