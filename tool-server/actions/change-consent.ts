import { z } from 'zod'
import { AppError, wishWords } from '@portero/shared'
import { defineAction, type Act, type Millis } from '../define.ts'
import { consentChannels, consentPurposes, consentStatuses, isNo, notable, type ConsentPurpose } from '../domain/consent.ts'
import { consentTo, isOptedOut, lockWishes, noteConsent, type Consent } from '../store/consents.ts'
import { calledFor } from '../store/guards.ts'
import { conversationsOf, standing } from '../store/standing.ts'
import { stopAgent } from './agent-end.ts'
import { endEscalation, escalate } from './escalate.ts'
import { stopFollowing } from './follow-lead.ts'
import { showNotice } from './late-notice.ts'
import { languageOf, optIn, startMessages, stopMessages, tellVendors } from './opt-out.ts'
import { refreshCrm } from './refresh-crm.ts'
import { say } from './say.ts'

// Somebody agrees to one thing, or takes it back, in words that need no model; or one of ours notes that they did elsewhere. It holds before the next thing is said.
const result = z.strictObject({ isNew: z.boolean() })
const what = { person: z.uuid(), conversation: z.uuid(), purpose: z.enum(consentPurposes), status: z.enum(consentStatuses) }

const heard = z.strictObject({ ...what, channel: z.enum(consentChannels).optional(), evidence: z.string(), said: z.string().optional(), at: z.int() }) // at: when they said so
export const changeConsent = defineAction({ name: 'change-consent', args: heard, result, scopes: [], callers: ['staff', 'system'] }).decides(async ({ conversation, ...wish }, act) => {
  const { person, purpose, status } = wish
  act.concerns(person)
  await lockWishes(act, person)
  if (!(await isNewWish(act, wish))) return { isNew: false }
  await noteConsent(act, wish)
  if ((await consentTo(act.tx, act.subject.tenant, person, purpose)) !== status) return { isNew: false } // an old message that comes late
  await takesEffect(act, { conversation, ...wish, isTold: true })
  return { isNew: true }
})

// By phone, by mail, in person: why they took it back, or by what it is on record that they agreed, is kept with it, and nothing is said to them but what an opt-out says anyway.
const byHand = z.strictObject({ ...what, mode: z.enum(['express', 'written']), channel: z.enum(consentChannels), reason: z.string().trim().min(1).max(500) })
export const noteConsentByHand = defineAction({ name: 'note-consent-by-hand', args: byHand, result, scopes: ['privacy:write'], callers: ['staff'] }).decides(async ({ conversation, ...wish }, act) => {
  if (wish.status === 'granted' && !notable.some((each) => each === wish.purpose)) throw new AppError('refused', 'only they themselves can agree to that')
  if (!(await conversationsOf(act, wish.person)).some(({ id }) => id === conversation)) throw new AppError('not_found', 'no conversation of this person')
  return { isNew: await noteForThem(act, { conversation, ...wish, evidence: `by-hand:${act.newId()}` }) }
})

export const noteForThem = async (act: Act, { conversation, ...wish }: Omit<Consent, 'at'> & { conversation: string }): Promise<boolean> => {
  act.concerns(wish.person)
  await lockWishes(act, wish.person)
  if (!(await isNewWish(act, wish))) return false
  await noteConsent(act, { ...wish, at: act.now })
  await takesEffect(act, { ...wish, conversation, at: act.now, isTold: false })
  return true
}

// What holds already is not noted again, nor said: once is enough. That a machine may answer needs no word of theirs unless they had said no.
type Wish = Pick<z.infer<typeof heard>, 'person' | 'purpose' | 'status'>
const isNewWish = async ({ tx, subject: { tenant } }: Act, { person, purpose, status }: Wish): Promise<boolean> => {
  const before = await consentTo(tx, tenant, person, purpose)
  if (purpose === 'automated' && status === 'granted') return isNo(before)
  return before === undefined || isNo(before) !== isNo(status)
}

// isTold: they said it here, and hear once that it was understood.
type Effect = Omit<z.infer<typeof heard>, 'channel'> & { isTold: boolean }
const takesEffect = async (act: Act, effect: Effect): Promise<void> => {
  await effects[effect.purpose]?.(act, effect)
  await refreshCrm(act, effect.person)
}
const effects: Partial<Record<ConsentPurpose, (act: Act, effect: Effect) => Promise<void>>> = {
  messages: async (act, { purpose: _purpose, status, isTold: _isTold, ...wish }) => (isNo(status) ? stopMessages(act, wish) : startMessages(act, wish)),
  async marketing(act, { person, conversation, status, evidence, said, at, isTold }) {
    if (isNo(status)) await stopFollowing(act, person)
    // Whoever asks for offers asks to be written to.
    else if (isTold && (await isOptedOut(act.tx, act.subject.tenant, person))) await act.act(optIn, { person, conversation, evidence, at, ...(said !== undefined && { said }) })
    await tellVendors(act, { person, evidence: `${evidence}:offers` })
    if (isTold) await tell(act, { person, conversation, key: `offers:${evidence}`, what: isNo(status) ? 'offersOff' : 'offersOn' })
  },
  async automated(act, { person, conversation, status, evidence, said, isTold }) {
    if (!isNo(status)) {
      if ((await calledFor(act, conversation)) === asked) await act.act(endEscalation, { conversation }) // or whoever was called would keep the assistant away
      return isTold ? tell(act, { person, conversation, key: `assistant:${evidence}`, what: 'assistantBack' }) : undefined
    }
    for (const { id } of await conversationsOf(act, person)) await stopAgent(act, id, 'taken')
    await callPerson(act, { person, conversation, said: said ?? '' })
    if (isTold) await tell(act, { person, conversation, key: `assistant:${evidence}`, what: 'peopleOnly' })
  },
}

// While one of ours has them in hand, that person tells them.
type Telling = { person: string; conversation: string; key: string; what: 'offersOn' | 'offersOff' | 'peopleOnly' | 'assistantBack' }
const tell = async (act: Act, { person, conversation, key, what }: Telling): Promise<void> => {
  const known = await standing(act, conversation)
  if (!known || known.mode !== 'bot' || known.isOptedOut) return
  await showNotice(act, { conversation, person })
  await say(act, { conversation, purpose: 'answer', content: { type: 'text', text: wishWords[languageOf(await conversationsOf(act, person), conversation)][what] }, key })
}

// Whoever wants no machine is answered by somebody of ours, also when they write again after that one is done.
const asked = 'asked_for_person'
const withinMs: Millis = 15 * 60_000
const quoteLength = 500
type Called = { person: string; conversation: string; said: string }
export const callPerson = async (act: Act, { person, conversation, said }: Called): Promise<void> => {
  const { subject } = act
  act.subject = { ...subject, person, conversation }
  await act.act(escalate, { reason: asked, summary: wishWords['es-MX'].summary(said.slice(0, quoteLength)), withinMs })
  act.subject = subject
}
