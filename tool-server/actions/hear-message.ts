import { z } from 'zod'
import { defineAction } from '../define.ts'
import { wishIn } from '../domain/opt-out.ts'
import { heard } from '../domain/ports/messaging.ts'
import { attend, noteHeard, noteMessage } from '../store/conversations.ts'
import { startLead } from '../store/leads.ts'
import { identify } from './identify.ts'
import { wantMedia } from './keep-media.ts'
import { optIn, optOut } from './opt-out.ts'
import { refreshCrm } from './refresh-crm.ts'

// The prospect wrote: it is in the transcript once, under the right person, and they are a lead from now on.
export const hearMessage = defineAction({ name: 'hear-message', args: heard, result: z.strictObject({ isNew: z.boolean() }), scopes: [], callers: ['system'] }).decides(
  async ({ connection, message, conversation: external, contact, body, by, at: sentAt }, act) => {
    const person = await identify(act, contact)
    const conversation = await attend(act, { person, connection, external })
    const { id, isNew } = await noteMessage(act, { conversation: conversation.id, person: conversation.person, connection, external: message, author: 'prospect', body, status: 'delivered', sentAt })
    if (!isNew) return { isNew }
    if (by !== 'sms') await noteHeard(act, conversation.id, sentAt) // which opens no window on WhatsApp
    await wantMedia(act, { message: id, person: conversation.person, body })
    const wish = body.kind === 'text' ? wishIn(body.text) : undefined
    const wanted = { person: conversation.person, conversation: conversation.id, evidence: message, at: sentAt }
    if (wish === 'stop') await act.act(optOut, wanted)
    if (wish === 'start') await act.act(optIn, wanted)
    await startLead(act, conversation.person)
    await refreshCrm(act, conversation.person)
    return { isNew }
  },
)
