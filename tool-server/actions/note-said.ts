import { z } from 'zod'
import { defineAction } from '../define.ts'
import { said } from '../domain/ports/messaging.ts'
import { noteConsent } from '../store/consents.ts'
import { attend, noteFate, noteMessage } from '../store/conversations.ts'
import { isColleague, noteStray } from '../store/hands.ts'
import { sentAs } from '../store/sent.ts'
import { checkSaid } from './check-said.ts'
import { fallBack } from './fall-back.ts'
import { stopFollowing } from './follow-lead.ts'
import { identify } from './identify.ts'
import { wantMedia } from './keep-media.ts'
import { mindNotice } from './late-notice.ts'
import { wasBuried } from './meet-conversation.ts'
import { refreshCrm } from './refresh-crm.ts'
import { agentSaid, sayingOf } from './say.ts'
import { noteTaken } from './take-over.ts'

// Something was said to the prospect by the vendor's bot, a person of ours or us, or its fate became known.
export const noteSaid = defineAction({ name: 'note-said', args: said, result: z.strictObject({ isNew: z.boolean() }), scopes: [], callers: ['system'] }).decides(
  async ({ connection, message, conversation: external, contact, body, author, status, failed, by, key, at: sentAt, cost }, act) => {
    if (!contact) {
      await noteFate(act, { connection, external: message, status })
      return { isNew: false }
    }
    if (author === 'portero' && (await isColleague(act, contact))) return { isNew: false } // they were called to somebody: that is no conversation with a prospect
    if (await wasBuried(act, contact, sentAt)) return { isNew: false }
    const person = await identify(act, contact)
    const conversation = await attend(act, { person, connection, external })
    const sent = by === 'sms' && key !== undefined ? await sentAs(act, key) : undefined
    const { id, isNew, isFirstHeard, hasFailed } = await noteMessage(act, {
      conversation: conversation.id, person: conversation.person, connection, external: message, author: authorOf({ author, key }, sent !== undefined),
      body: body && sent?.choices ? { ...body, choices: sent.choices } : body, status, sentAt, cost, failure: failed?.reason, by,
    })
    if (hasFailed && failed?.otherwise && key !== undefined) await act.act(fallBack, { key })
    if (hasFailed && failed?.reason === 'opted_out') {
      await noteConsent(act, { person: conversation.person, purpose: 'marketing', status: 'revoked', channel: 'vendor', evidence: message, at: act.now }) // answers they may still want
      await stopFollowing(act, conversation.person)
    }
    if (isFirstHeard && author !== 'portero') await wantMedia(act, { message: id, person: conversation.person, body }) // what we sent, we have
    if (isFirstHeard && body) await mindNotice(act, { person: conversation.person, conversation: conversation.id, author, text: body.text, message: id })
    if (isNew && author === 'human') await act.act(noteTaken, { conversation: conversation.id, saidAt: sentAt })
    if (isNew && author === 'bot') await noteStray(act, id)
    if (isFirstHeard && body && author === 'bot') await checkSaid(act, { message: id, conversation: conversation.id, person: conversation.person, text: body.text, sentAt })
    if (isNew || isFirstHeard) await refreshCrm(act, conversation.person)
    return { isNew }
  },
)

// What our own agent said is the bot's, as a vendor's would be; what a person of ours had sent by SMS is theirs.
type Told = Pick<z.infer<typeof said>, 'author' | 'key'>
const authorOf = ({ author, key }: Told, isSms: boolean): Told['author'] => {
  const saying = key === undefined ? undefined : sayingOf(key)
  if (author === 'portero' && saying?.key.startsWith(agentSaid)) return 'bot'
  return isSms && saying?.purpose === 'staff' ? 'human' : author
}
