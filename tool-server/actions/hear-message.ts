import { z } from 'zod'
import { defineAction, type Act, type Millis } from '../define.ts'
import { pickIn } from '../domain/message-fit.ts'
import { wishIn } from '../domain/opt-out.ts'
import { heard, type Body } from '../domain/ports/messaging.ts'
import { isVisitPick } from '../domain/visit-facts.ts'
import { attend, noteHeard, noteMessage, offeredIn } from '../store/conversations.ts'
import { startLead } from '../store/leads.ts'
import { visitPicked } from './answer-pick.ts'
import { identify } from './identify.ts'
import { wantMedia } from './keep-media.ts'
import { optIn, optOut } from './opt-out.ts'
import { refreshCrm } from './refresh-crm.ts'
import { lineOf } from './tour-change.ts'

// The prospect wrote: it is in the transcript once, under the right person, and they are a lead from now on.
export const hearMessage = defineAction({ name: 'hear-message', args: heard, result: z.strictObject({ isNew: z.boolean() }), scopes: [], callers: ['system'] }).decides(
  async ({ connection, message, conversation: external, contact, body: told, by, at: sentAt }, act) => {
    const person = await identify(act, contact)
    const conversation = await attend(act, { person, connection, external })
    const body = by === 'sms' ? await picked(act, conversation.id, told, sentAt) : told
    const { id, isNew } = await noteMessage(act, { conversation: conversation.id, person: conversation.person, connection, external: message, author: 'prospect', body, status: 'delivered', sentAt, by })
    if (!isNew) return { isNew }
    if (by !== 'sms') await noteHeard(act, conversation.id, sentAt) // which opens no window on WhatsApp
    await wantMedia(act, { message: id, person: conversation.person, body })
    const wish = body.kind === 'text' ? wishIn(body.text) : undefined
    const wanted = { person: conversation.person, conversation: conversation.id, evidence: message, at: sentAt }
    if (wish === 'stop') await act.act(optOut, wanted)
    if (wish === 'start') await act.act(optIn, wanted)
    if (body.pick !== undefined && isVisitPick(body.pick)) {
      const { id: spokenIn, person } = conversation
      await act.later(visitPicked, { person, conversation: spokenIn, message, pick: body.pick }, { key: `pick:${connection}:${message}`, at: act.now, serial: lineOf(person), person })
    }
    await startLead(act, conversation.person)
    await refreshCrm(act, conversation.person)
    return { isNew }
  },
)

// There is nothing to press in an SMS: "2" or "la primera" does the same.
const picked = async (act: Act, conversation: string, body: Body, heardAt: Millis): Promise<Body> => {
  const pick = body.kind === 'text' ? pickIn(body.text, await offeredIn(act, conversation, heardAt)) : undefined
  return { ...body, ...(pick !== undefined && { pick }) }
}
