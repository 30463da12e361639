import { z } from 'zod'
import { defineAction } from '../define.ts'
import { said } from '../domain/ports/messaging.ts'
import { attend, noteFate, noteMessage } from '../store/conversations.ts'
import { isColleague, noteStray } from '../store/hands.ts'
import { identify } from './identify.ts'
import { wantMedia } from './keep-media.ts'
import { mindNotice } from './late-notice.ts'
import { refreshCrm } from './refresh-crm.ts'
import { noteTaken } from './take-over.ts'

// Something was said to the prospect by the vendor's bot, a person of ours or us, or its fate became known.
export const noteSaid = defineAction({ name: 'note-said', args: said, result: z.strictObject({ isNew: z.boolean() }), scopes: [], callers: ['system'] }).decides(
  async ({ connection, message, conversation: external, contact, body, author, status, at: sentAt, cost }, act) => {
    if (!contact) {
      await noteFate(act, { connection, external: message, status })
      return { isNew: false }
    }
    if (author === 'portero' && (await isColleague(act, contact))) return { isNew: false } // they were called to somebody: that is no conversation with a prospect
    const person = await identify(act, contact)
    const conversation = await attend(act, { person, connection, external })
    const { id, isNew, isFirstHeard } = await noteMessage(act, { conversation: conversation.id, person: conversation.person, connection, external: message, author, body, status, sentAt, cost })
    if (isFirstHeard && author !== 'portero') await wantMedia(act, { message: id, person: conversation.person, body }) // what we sent, we have
    if (isFirstHeard && body) await mindNotice(act, { person: conversation.person, conversation: conversation.id, author, text: body.text })
    if (isNew && author === 'human') await act.act(noteTaken, { conversation: conversation.id, saidAt: sentAt })
    if (isNew && author === 'bot') await noteStray(act, id)
    if (isNew || isFirstHeard) await refreshCrm(act, conversation.person)
    return { isNew }
  },
)
