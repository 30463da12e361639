import { z } from 'zod'
import { messageWords } from '@portero/shared'
import { defineAction, type Act } from '../define.ts'
import { noteSubscription } from '../domain/ports/messaging.ts'
import { isOptedOut, lockWishes, noteConsent } from '../store/consents.ts'
import { contactOf } from '../store/people.ts'
import { conversationsOf, type Reached } from '../store/standing.ts'
import { say, unattended } from './say.ts'

// Somebody wants no more messages, or wants them again. It holds before the next thing is said; what was on its way is taken back.
const args = z.strictObject({ person: z.uuid(), conversation: z.uuid(), evidence: z.string(), at: z.int() }) // at: when they said so
const result = z.strictObject({ isNew: z.boolean() })
const callers = ['prospect', 'staff', 'system'] as const

export const optOut = defineAction({ name: 'opt-out', args, result, scopes: [], callers: [...callers] }).decides(async ({ person, conversation, evidence, at }, act) => {
  act.concerns(person)
  await lockWishes(act, person)
  if (await isOptedOut(act.tx, act.subject.tenant, person)) return { isNew: false }
  await noteConsent(act, { person, purpose: 'messages', status: 'revoked', evidence, at })
  if (!(await isOptedOut(act.tx, act.subject.tenant, person))) return { isNew: false } // an old message that comes late
  const reached = await conversationsOf(act, person)
  for (const { id } of reached) await act.drop(unattended(id))
  await say(act, { conversation, purpose: 'goodbye', content: { type: 'text', text: messageWords[languageOf(reached, conversation)].goodbye }, key: evidence })
  await tellVendors(act, { person, reached, subscribed: false, evidence })
  return { isNew: true }
})

export const optIn = defineAction({ name: 'opt-in', args, result, scopes: [], callers: [...callers] }).decides(async ({ person, conversation, evidence, at }, act) => {
  act.concerns(person)
  await lockWishes(act, person)
  if (!(await isOptedOut(act.tx, act.subject.tenant, person))) return { isNew: false }
  await noteConsent(act, { person, purpose: 'messages', status: 'granted', evidence, at })
  if (await isOptedOut(act.tx, act.subject.tenant, person)) return { isNew: false }
  const reached = await conversationsOf(act, person)
  await say(act, { conversation, purpose: 'answer', content: { type: 'text', text: messageWords[languageOf(reached, conversation)].welcomeBack }, key: `back:${evidence}` })
  await tellVendors(act, { person, reached, subscribed: true, evidence })
  return { isNew: true }
})

const languageOf = (reached: readonly Reached[], conversation: string): Reached['language'] => reached.find(({ id }) => id === conversation)?.language ?? 'es-MX'

// So that nobody else's campaign goes out to them either.
const tellVendors = async (act: Act, { person, reached, subscribed, evidence }: { person: string; reached: readonly Reached[]; subscribed: boolean; evidence: string }): Promise<void> => {
  const to = await contactOf(act, person)
  if (!to) return
  for (const connection of new Set(reached.map((each) => each.connection))) await act.send(noteSubscription, { to, subscribed }, { key: `subscription:${person}:${evidence}:${connection}`, to: connection, serial: `subscription:${person}`, lane: 'sync', person })
}
