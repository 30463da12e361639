import { z } from 'zod'
import { defineAction } from '../define.ts'
import { heard } from '../domain/ports/messaging.ts'
import { attend, noteHeard, noteMessage } from '../store/conversations.ts'
import { startLead } from '../store/leads.ts'
import { identify } from './identify.ts'
import { refreshCrm } from './refresh-crm.ts'

// The prospect wrote: it is in the transcript once, under the right person, and they are a lead from now on.
export const hearMessage = defineAction({ name: 'hear-message', args: heard, result: z.strictObject({ isNew: z.boolean() }), scopes: [], callers: ['system'] }).decides(
  async ({ connection, message, conversation: external, contact, body, at: sentAt }, act) => {
    const person = await identify(act, contact)
    const conversation = await attend(act, { person, connection, external })
    const isNew = await noteMessage(act, { conversation: conversation.id, person: conversation.person, connection, external: message, author: 'prospect', body, status: 'delivered', sentAt })
    if (!isNew) return { isNew }
    await noteHeard(act, conversation.id, sentAt)
    await startLead(act, conversation.person)
    await refreshCrm(act, conversation.person)
    return { isNew }
  },
)
