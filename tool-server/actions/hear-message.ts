import { z } from 'zod'
import { defineAction, type Act, type Millis } from '../define.ts'
import { isNo } from '../domain/consent.ts'
import { pickIn } from '../domain/message-fit.ts'
import { notLooking } from '../domain/cadence.ts'
import { saysNotLooking, wishIn } from '../domain/opt-out.ts'
import { heard, type Body } from '../domain/ports/messaging.ts'
import { isClosing } from '../domain/silence.ts'
import { isVisitPick } from '../domain/visit-facts.ts'
import { purposeWishIn } from '../domain/wishes.ts'
import { consentTo, lockWishes } from '../store/consents.ts'
import { buriedSince } from '../store/blocked.ts'
import { attend, noteHeard, noteMessage, offeredIn } from '../store/conversations.ts'
import { startLead } from '../store/leads.ts'
import { visitPicked } from './answer-pick.ts'
import { callPerson, changeConsent } from './change-consent.ts'
import { looksNoMore, mayLookNoMore, stopFollowing, watchLead } from './follow-lead.ts'
import { guarded, stopPick } from './guard-message.ts'
import { claimsOf, identify } from './identify.ts'
import { wantMedia } from './keep-media.ts'
import { noteLanguage } from './note-language.ts'
import { optIn, optOut } from './opt-out.ts'
import { refreshCrm } from './refresh-crm.ts'
import { lineOf } from './tour-change.ts'

// The prospect wrote: it is in the transcript once, under the right person, and they are a lead from now on. waits: the conversation in which they wait for what an agent says to it.
export const hearMessage = defineAction({ name: 'hear-message', args: heard, result: z.strictObject({ isNew: z.boolean(), waits: z.uuid().optional() }), scopes: [], callers: ['system'] }).decides(
  async ({ connection, message, conversation: external, contact, body: told, by, at: sentAt }, act) => {
    const since = await buriedSince(act, claimsOf(contact))
    if (since !== undefined && sentAt <= since) {
      act.concernsNobody() // it is of before they cancelled
      return { isNew: false }
    }
    const person = await identify(act, contact)
    const conversation = await attend(act, { person, connection, external })
    await lockWishes(act, conversation.person) // before the conversation itself, as the flow's gate does
    const body = await meant(act, conversation, by === 'sms' ? await picked(act, conversation.id, told, sentAt) : told)
    const { id, isNew } = await noteMessage(act, { conversation: conversation.id, person: conversation.person, connection, external: message, author: 'prospect', body, status: 'delivered', sentAt, by })
    if (!isNew) return { isNew }
    if (by !== 'sms') await noteHeard(act, conversation.id, sentAt) // which opens no window on WhatsApp
    await wantMedia(act, { message: id, person: conversation.person, body, from: { connection, conversation: conversation.id, at: sentAt } })
    const wish = body.pick === stopPick ? 'stop' : body.kind === 'text' ? wishIn(body.text) : undefined
    const wanted = { person: conversation.person, conversation: conversation.id, evidence: message, said: body.text, channel: by ?? ('whatsapp' as const), at: sentAt }
    const oneThing = body.kind === 'text' && body.pick === undefined ? purposeWishIn(body.text) : undefined
    if (wish === 'stop') await act.act(optOut, wanted)
    if (wish === 'start') await act.act(optIn, wanted)
    let isGuarded = false
    if (body.pick === undefined && body.text !== '' && body.kind !== 'location' && body.kind !== 'other') {
      await noteLanguage(act, { person: conversation.person, conversation: conversation.id, message: id, text: body.text })
      isGuarded = await guarded(act, { person: conversation.person, conversation: conversation.id, text: body.text, at: sentAt, by })
    }
    const isChanged = oneThing !== undefined && (await act.act(changeConsent, { ...wanted, ...oneThing })).isNew
    const isForPeople = isNo(await consentTo(act.tx, act.subject.tenant, conversation.person, 'automated'))
    if (isForPeople && !isGuarded && wish !== 'stop') await callPerson(act, { person: conversation.person, conversation: conversation.id, said: body.text })
    if (body.pick !== undefined && isVisitPick(body.pick)) {
      const { id: spokenIn, person } = conversation
      await act.later(visitPicked, { person, conversation: spokenIn, message, pick: body.pick }, { key: `pick:${connection}:${message}`, at: act.now, serial: lineOf(person), person })
    }
    await startLead(act, conversation.person)
    const silent = { conversation: conversation.id, person: conversation.person }
    if (body.pick === notLooking) await looksNoMore(act, { ...silent, message })
    else if (body.kind === 'text' && saysNotLooking(body.text)) await stopFollowing(act, conversation.person)
    else if (wish !== 'stop' && !isClosing(body.text)) await watchLead(act, silent, sentAt) // whoever says thanks to a goodbye looks no more than before
    await refreshCrm(act, conversation.person)
    const isSettled = wish === 'stop' || wish === 'start' || isChanged || isForPeople || isGuarded || by === 'sms' || body.pick === notLooking || (body.pick !== undefined && isVisitPick(body.pick)) || (body.kind === 'other' && !/[\p{L}\d]/u.test(body.text)) // such as a heart under one of ours
    return { isNew, ...(!isSettled && { waits: conversation.id }) }
  },
)

// There is nothing to press in an SMS: "2" or "la primera" does the same.
const picked = async (act: Act, conversation: string, body: Body, heardAt: Millis): Promise<Body> => {
  const pick = body.kind === 'text' ? pickIn(body.text, await offeredIn(act, conversation, heardAt)) : undefined
  return { ...body, ...(pick !== undefined && { pick }) }
}

// Pressed where it no longer holds, a button says no more than the words on it.
const meant = async (act: Act, { person }: { person: string }, { pick, ...words }: Body): Promise<Body> =>
  pick === undefined || (pick === notLooking && !(await mayLookNoMore(act, person))) ? words : { ...words, pick }
