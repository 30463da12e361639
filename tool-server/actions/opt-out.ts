import { z } from 'zod'
import { messageWords, wishWords } from '@portero/shared'
import { defineAction, type Act } from '../define.ts'
import { consentChannels, isNo } from '../domain/consent.ts'
import { noteSubscription } from '../domain/ports/messaging.ts'
import { consentTo, isOptedOut, lockWishes, noteConsent } from '../store/consents.ts'
import { contactOf } from '../store/people.ts'
import { conversationsOf, type Reached } from '../store/standing.ts'
import { stopFollowing } from './follow-lead.ts'
import { stopAgent } from './agent-end.ts'
import { say, unattended } from './say.ts'

// Somebody wants no more messages, or wants them again. It holds before the next thing is said; what was on its way is taken back.
const args = z.strictObject({ person: z.uuid(), conversation: z.uuid(), evidence: z.string(), said: z.string().optional(), channel: z.enum(consentChannels).optional(), at: z.int() }) // at: when they said so
const result = z.strictObject({ isNew: z.boolean() })
const callers = ['prospect', 'staff', 'system'] as const

export const optOut = defineAction({ name: 'opt-out', args, result, scopes: [], callers: [...callers] }).decides(async ({ conversation, ...wish }, act) => {
  const { person } = wish
  act.concerns(person)
  await lockWishes(act, person)
  if (await isOptedOut(act.tx, act.subject.tenant, person)) return { isNew: false }
  await noteConsent(act, { ...wish, purpose: 'messages', status: 'revoked' })
  if (!(await isOptedOut(act.tx, act.subject.tenant, person))) return { isNew: false } // an old message that comes late
  await stopMessages(act, { conversation, ...wish })
  return { isNew: true }
})

// Whoever wants no messages wants no offers either, also where they never spoke of them; those need a word of their own again.
export const stopMessages = async (act: Act, { conversation, ...wish }: z.infer<typeof args>): Promise<void> => {
  const { person, evidence } = wish
  if (!isNo(await consentTo(act.tx, act.subject.tenant, person, 'marketing'))) await noteConsent(act, { ...wish, purpose: 'marketing', status: 'revoked' })
  const reached = await conversationsOf(act, person)
  for (const { id } of reached) {
    await stopAgent(act, id, 'opted-out')
    await act.drop(unattended(id))
  }
  await stopFollowing(act, person)
  await say(act, { conversation, purpose: 'goodbye', content: { type: 'text', text: messageWords[languageOf(reached, conversation)].goodbye }, key: evidence })
  await tellVendors(act, { person, evidence })
}

export const optIn = defineAction({ name: 'opt-in', args, result, scopes: [], callers: [...callers] }).decides(async ({ conversation, ...wish }, act) => {
  const { person } = wish
  act.concerns(person)
  await lockWishes(act, person)
  if (!(await isOptedOut(act.tx, act.subject.tenant, person))) return { isNew: false }
  await noteConsent(act, { ...wish, purpose: 'messages', status: 'granted' })
  if (await isOptedOut(act.tx, act.subject.tenant, person)) return { isNew: false }
  await startMessages(act, { conversation, ...wish })
  return { isNew: true }
})

export const startMessages = async (act: Act, { person, conversation, evidence }: z.infer<typeof args>): Promise<void> => {
  const language = languageOf(await conversationsOf(act, person), conversation)
  const isWithoutOffers = isNo(await consentTo(act.tx, act.subject.tenant, person, 'marketing'))
  const text = `${messageWords[language].welcomeBack}${isWithoutOffers ? ` ${wishWords[language].offersAgain}` : ''}`
  await say(act, { conversation, purpose: 'answer', content: { type: 'text', text }, key: `back:${evidence}` })
  await tellVendors(act, { person, evidence })
}

export const languageOf = (reached: readonly Reached[], conversation: string): Reached['language'] => reached.find(({ id }) => id === conversation)?.language ?? 'es-MX'

// So that nobody else's campaign goes out to them either: a vendor's one switch is off for whoever wants no messages, or no offers.
export const tellVendors = async (act: Act, { person, evidence }: { person: string; evidence: string }): Promise<void> => {
  const to = await contactOf(act, person)
  if (!to) return
  const { tx, subject: { tenant } } = act
  const subscribed = !(await isOptedOut(tx, tenant, person)) && !isNo(await consentTo(tx, tenant, person, 'marketing'))
  for (const connection of new Set((await conversationsOf(act, person)).map((each) => each.connection))) await act.send(noteSubscription, { to, subscribed }, { key: `subscription:${person}:${evidence}:${connection}`, to: connection, serial: `subscription:${person}`, lane: 'sync', person })
}
