import { z } from 'zod'
import { defineAction } from '../define.ts'
import { said } from '../domain/ports/messaging.ts'
import { attend, noteFate, noteMessage } from '../store/conversations.ts'
import { identify } from './identify.ts'
import { refreshCrm } from './refresh-crm.ts'

// Something was said to the prospect by the vendor's bot, a person of ours or us, or its fate became known.
export const noteSaid = defineAction({ name: 'note-said', args: said, result: z.strictObject({ isNew: z.boolean() }), scopes: [], callers: ['system'] }).decides(
  async ({ connection, message, conversation: external, contact, body, author, status, at: sentAt }, act) => {
    if (!contact) {
      await noteFate(act, { connection, external: message, status })
      return { isNew: false }
    }
    const person = await identify(act, contact)
    const conversation = await attend(act, { person, connection, external })
    const isNew = await noteMessage(act, { conversation: conversation.id, person: conversation.person, connection, external: message, author, body, status, sentAt })
    if (isNew) await refreshCrm(act, conversation.person)
    return { isNew }
  },
)
