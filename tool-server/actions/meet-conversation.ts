import { z } from 'zod'
import { defineAction } from '../define.ts'
import { contact } from '../domain/ports/messaging.ts'
import { attend, noteHeard } from '../store/conversations.ts'
import { startLead } from '../store/leads.ts'
import { identify } from './identify.ts'
import { refreshCrm } from './refresh-crm.ts'

// A conversation got its name, by the vendor's word: from a webhook, or because a tool call came from it before any webhook did.
const args = z.strictObject({ connection: z.string(), conversation: z.string(), contact, heardAt: z.int().optional() })
export const meetConversation = defineAction({ name: 'meet-conversation', args, result: z.strictObject({}), scopes: [], callers: ['system'] }).decides(
  async ({ connection, conversation: external, contact: who, heardAt }, act) => {
    const person = await identify(act, who)
    const conversation = await attend(act, { person, connection, external })
    if (heardAt === undefined) return {}
    await noteHeard(act, conversation.id, heardAt)
    await startLead(act, conversation.person)
    await refreshCrm(act, conversation.person)
    return {}
  },
)
