import { z } from 'zod'
import { guardWords, sayings, type Language } from '@portero/shared'
import { defineAction, type Act, type Do, type Millis } from '../define.ts'
import { callsPerson, guardKinds, guardsIn, type Guard, type GuardKind } from '../domain/guards.ts'
import { languageOf } from '../domain/language.ts'
import type { Content } from '../domain/message-fit.ts'
import { arcoKinds, dueDay, folioOf } from '../domain/privacy.ts'
import { windowMs } from '../domain/send-gate.ts'
import { dayLabel } from '../domain/spanish-times.ts'
import type { Metrics } from '../spine/metrics.ts'
import { toursAhead } from '../store/crm-adopt.ts'
import { calledFor, noteGuard } from '../store/guards.ts'
import { lockPerson } from '../store/people.ts'
import { standing } from '../store/standing.ts'
import { stopAgent } from './agent-end.ts'
import { endEscalation, escalate, privacy } from './escalate.ts'
import { noteInInbox } from './inbox.ts'
import { showNotice } from './late-notice.ts'
import { requestPrivacy } from './request-privacy.ts'
import { say } from './say.ts'

// What no model answers is answered here, and a person is called where one is needed: by whichever of the gate and the webhook tells of the message first.
// isOurs: nobody else is to answer it. noted: for the first time in a while. by: where it did not come by the vendor's chat.
export const stopPick = 'guard:stop' // pressed under our question, by SMS too, where there is nothing to press
const guard = z.strictObject({ kind: z.enum(guardKinds), more: z.boolean(), arco: z.enum(arcoKinds).optional() })
const args = z.strictObject({ person: z.uuid(), conversation: z.uuid(), guard, text: z.string(), language: z.enum(['es-MX', 'en']).optional(), by: z.literal('sms').optional() })
export const guardMessage = defineAction({ name: 'guard-message', args, result: z.strictObject({ isOurs: z.boolean(), isNew: z.boolean(), noted: z.enum(guardKinds).optional() }), scopes: [], callers: ['system'] }).decides(async ({ person, conversation, guard, text, language: written, by }, act) => {
  act.concerns(person)
  if (guard.kind === 'privacy') await lockPerson(act, person) // whoever attends to a request of theirs has them, then the request, then the conversation
  const known = await standing(act, conversation)
  if (!known || (known.mode !== 'bot' && !despiteTakeover.has(guard.kind))) return { isOurs: false, isNew: false } // a person of ours reads it
  const hit = await noteGuard(act, { conversation, kind: guard.kind })
  const isCalled = callsPerson(guard)
  if (isCalled) await stopAgent(act, conversation, 'answered') // also of what they wrote before
  if (hit === 'same') return { isOurs: isCalled || !guard.more, isNew: false }
  const language = written ?? known.language
  const before = isCalled ? await calledFor(act, conversation) : undefined
  if (isGrave(guard.kind) && before !== undefined && before !== emergency) await act.act(endEscalation, { conversation }) // who is in danger doesn't wait for what somebody was called for before
  const called = isCalled ? await onBehalf(act, { person, conversation }, () => call(act, { conversation, guard, text, language, before })) : undefined
  const isNew = hit === 'first' || called?.isNew === true
  if (isNew && !isGrave(guard.kind)) await showNotice(act, { conversation, person }) // help comes before the law's words
  if (isNew) await say(act, { conversation, purpose: 'answer', content: called ? { type: 'text', text: called.answer } : await answer(act, person, guard.kind, language), key: `guard:${guard.kind}:${act.now}`, ...(by && { by }) })
  return { isOurs: isCalled || (isNew && !guard.more), isNew, ...(hit === 'first' && { noted: guard.kind }) }
})
export const measureGuards = ({ guards }: Pick<Metrics, 'guards'>) => (action: string, done: unknown): void => {
  if (action !== guardMessage.name) return
  const { noted } = guardMessage.result.parse(done)
  if (noted) guards.inc({ kind: noted })
}
const despiteTakeover: ReadonlySet<GuardKind> = new Set(['crisis', 'emergency', 'privacy'])

// At the gate nobody can tell a pressed Cancelar from a written one: whoever hears the message does.
export const gatedGuard = async (act: Do, whose: Pick<Heard, 'person' | 'conversation' | 'text'>): Promise<'human' | 'paused' | undefined> => {
  const guard = guardsIn(whose.text)
  if (!guard) return undefined
  if (guard.kind === 'cancel') return 'paused'
  const { isOurs } = await act(guardMessage, argsOf(guard, whose))
  return isOurs ? (callsPerson(guard) ? 'human' : 'paused') : undefined
}

// at: when they wrote it. What is a day old was answered, or never will be.
type Heard = { person: string; conversation: string; text: string; at: Millis; by?: 'sms' | undefined }
export const guarded = async (act: Pick<Act, 'act' | 'now'>, { at, text, by, ...whose }: Heard): Promise<boolean> => {
  const guard = at > act.now - windowMs ? guardsIn(text) : undefined
  if (!guard) return false
  return (await act.act(guardMessage, { ...argsOf(guard, { ...whose, text }), ...(by && { by }) })).isOurs
}
const argsOf = (guard: Guard, { text, ...whose }: Pick<Heard, 'person' | 'conversation' | 'text'>): z.infer<typeof args> => {
  const language = languageOf(text)
  return { ...whose, guard, text: text.slice(0, quoteLength), ...(language && { language }) }
}
const quoteLength = 500

const minute = 60_000
const withinMs: Record<'crisis' | 'emergency' | 'legal' | 'person' | 'privacy', Millis> = { crisis: 2 * minute, emergency: 2 * minute, legal: 15 * minute, person: 15 * minute, privacy: 24 * 60 * minute }
const emergency = 'emergency'
const reasonOf = { crisis: emergency, emergency, legal: 'complaint', person: 'asked_for_person', privacy } as const
type Calling = { conversation: string; guard: Guard; text: string; language: Language; before: string | undefined }
type Called = { isNew: boolean; answer: string }

const call = async (act: Act, { conversation, guard: { kind, arco }, text, language, before }: Calling): Promise<Called> => {
  const [words, says] = [guardWords[language], sayings[language]]
  if (kind === 'privacy' && arco) {
    const { isNew, ...found } = await act.act(requestPrivacy, { kind: arco, details: text })
    return { isNew, answer: (isNew ? says.privacyReceived : says.privacyKnown)(arco, folioOf(found.case), dayLabel(dueDay(found.dueAt))) }
  }
  if (!isCalling(kind)) return { isNew: false, answer: '' }
  const { summary, quoted } = guardWords['es-MX'] // for our own people
  const told = quoted(summary[kind], text)
  const { isNew, owner } = await act.act(escalate, { reason: reasonOf[kind], summary: told, withinMs: withinMs[kind] })
  if (!isNew && before !== reasonOf[kind]) await noteInInbox(act, conversation, told, `guard:${kind}:${act.now}`)
  const coming = isNew ? says.escalated(owner, withinMs[kind] / minute) : says.alreadyEscalated
  return { isNew, answer: isGrave(kind) ? words[kind] : words[kind](kind === 'privacy' ? '' : coming).trim() }
}
const isGrave = (kind: GuardKind): kind is 'crisis' | 'emergency' => kind === 'crisis' || kind === emergency
const isCalling = (kind: GuardKind): kind is keyof typeof withinMs => kind in withinMs

const answer = async (act: Act, person: string, kind: GuardKind, language: Language): Promise<Content> => {
  const words = guardWords[language]
  if (kind !== 'cancel') return { type: 'text', text: kind === 'apart' || kind === 'welcome' ? words[kind] : words.children }
  const { presses, ...asks } = words.cancel
  const hasVisit = (await toursAhead(act, person)).length > 0
  const [visit, stop, nothing] = [{ id: 'guard:visit', title: presses.visit }, { id: stopPick, title: presses.stop }, { id: 'guard:nothing', title: presses.nothing }]
  return { type: 'text', text: hasVisit ? asks.visit : asks.messages, buttons: hasVisit ? [visit, stop, nothing] : [stop, nothing] }
}

// They ask for it themselves, by what they wrote.
const onBehalf = async <T>(act: Act, who: { person: string; conversation: string }, ask: () => Promise<T>): Promise<T> => {
  const { subject } = act
  act.subject = { ...subject, by: 'prospect', ...who }
  const asked = await ask()
  act.subject = subject
  return asked
}
