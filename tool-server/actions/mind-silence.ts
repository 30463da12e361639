import { z } from 'zod'
import { takeoverWords } from '@portero/shared'
import { defineAction, type Act, type Millis } from '../define.ts'
import { chargeOf, patienceMs, silentAt } from '../domain/silence.ts'
import { label } from '../domain/spanish-times.ts'
import { cardZone } from '../store/card-transcript.ts'
import { conversationOf, handsOf, waitsSince } from '../store/silence.ts'
import { standing } from '../store/standing.ts'
import { endEscalation, escalate, unanswered } from './escalate.ts'

// Whoever writes is answered, or a person of ours hears of it. Each message sets the clock anew, so nobody has to go round and look.
export const silenceTimer = { name: 'messaging.silence', payload: z.strictObject({ conversation: z.uuid() }) }
const timerOf = (conversation: string): string => `silence:${conversation}`

export const mindSilence = async (act: Act, told: { connection: string; message: string }): Promise<void> => {
  const conversation = await conversationOf(act, told)
  const silence = conversation === undefined ? undefined : await silenceOf(act, conversation)
  if (!silence || conversation === undefined) return
  const { person, since, dueAt, calledFor } = silence
  if (since === undefined) {
    await act.drop(timerOf(conversation))
    if (calledFor === unanswered) await act.act(endEscalation, { conversation })
  } else if (calledFor === undefined) await act.later(silenceTimer, { conversation }, { key: timerOf(conversation), at: dueAt, person })
}

// The time is over. What has happened meanwhile counts, whether or not the timer has heard of it.
export const breakSilence = defineAction({ name: 'break-silence', args: silenceTimer.payload, result: z.strictObject({ isNew: z.boolean() }), scopes: [], callers: ['system'] }).decides(async ({ conversation }, act) => {
  const silence = await silenceOf(act, conversation)
  if (silence?.since === undefined || silence.calledFor !== undefined) return { isNew: false }
  const { person, since, dueAt } = silence
  act.concerns(person)
  if (dueAt > act.now) {
    await act.later(silenceTimer, { conversation }, { key: timerOf(conversation), at: dueAt, person })
    return { isNew: false }
  }
  act.subject = { ...act.subject, conversation }
  const { isNew } = await act.act(escalate, { reason: unanswered, summary: takeoverWords['es-MX'].unanswered(label(cardZone, since)), withinMs: patienceMs.human })
  return { isNew }
})

type Silence = { person: string; since: Millis | undefined; dueAt: Millis; calledFor: string | undefined }
const silenceOf = async (act: Act, conversation: string): Promise<Silence | undefined> => {
  const { tenant } = act.subject
  const known = await standing(act, conversation) // locked: an answer comes before or after, never in the middle
  const hands = known && (await handsOf(act.tx, { tenant, conversations: [conversation] }))
  if (!known || !hands) return undefined
  const { calledAt, calledFor, ...inHand } = hands
  const charge = chargeOf({ ...inHand, calledAt: calledFor === unanswered ? undefined : calledAt }, act.now)
  const since = known.isOptedOut ? undefined : await waitsSince(act.tx, { tenant, conversations: [conversation], charge, now: act.now }, act.sealing.open)
  return { person: known.person, since, dueAt: since === undefined ? act.now : silentAt(since, charge), calledFor }
}
