import { z } from 'zod'
import { privacyWords } from '@portero/shared'
import { defineAction, type Act } from '../define.ts'
import { emailOf, phoneOf } from '../domain/identity.ts'
import { dueOf, grounds, moveCase, newClock, type CaseClock, type CaseMove } from '../domain/privacy-case.ts'
import { arcoKinds, dueAfter } from '../domain/privacy.ts'
import { openUnproven } from '../store/privacy-cases.ts'
import { addStep, lockCase, type PrivacyCase, type Way } from '../store/privacy-desk.ts'
import { keepClock, watchCase } from './privacy-clock.ts'
import { outward, tellPerson, wordsFor } from './privacy-letters.ts'

// What whoever answers for privacy does about a request, but for who it is (privacy-identify.ts) and what is done when it is granted (privacy-answer.ts). Each step is on record with the words that went out.
export const cameNames = ['ok', 'not_now', 'again', 'late', 'unidentified', 'wrong_code', 'no_way', 'nobody', 'other_open', 'others_first', 'nothing', 'taken', 'bad_contact', 'bad_date'] as const
export const came = z.strictObject({ came: z.enum(cameNames) })
export type PrivacyCame = z.infer<typeof came>['came']
export const ofCase = outward.extend({ case: z.uuid() })
export const deskScope = 'privacy:decide'
const desk = { result: came, scopes: [deskScope], callers: ['staff', 'system'] } satisfies { result: typeof came; scopes: string[]; callers: ('staff' | 'system')[] }
const words = z.string().trim().min(1).max(2_000)

// Whoever says to be somebody is taken at their word for nothing: until it is proven, the request is nobody's, so that nobody learns by it whom we know.
const opened = z.strictObject({ case: z.uuid(), dueAt: z.int() })
const asking = z.strictObject({ kind: z.enum(arcoKinds), name: z.string().trim().min(1).max(120), contact: z.string().max(254), details: z.string().trim().min(1).max(2_000), language: z.enum(['es-MX', 'en']) })
export const contactTyped = (text: string): string | undefined => (text.includes('@') ? emailOf(text) : phoneOf(text))
export const openPrivacy = defineAction({ name: 'open-privacy', args: asking, result: opened, scopes: [], callers: ['prospect', 'staff'] }).decides(async ({ kind, name, contact, details, language }, act) => {
  act.concernsNobody() // what they gave goes with the case
  const id = act.newId()
  const dueAt = dueAfter(act.now)
  await openUnproven(act, { id, kind, details: [details], asker: { name, contact: contactTyped(contact) ?? contact, language }, channel: act.subject.by === 'staff' ? 'desk' : 'web', dueAt })
  await watchCase(act, { id, kind, person: undefined }, newClock(act.now))
  await addStep(act, { id, person: undefined }, { what: 'opened' })
  return { case: id, dueAt }
})

export const begin = async (act: Act, id: string): Promise<PrivacyCase> => {
  const found = await lockCase(act, id)
  if (found.person !== undefined) act.concerns(found.person)
  return found
}
type Letter = (of: Awaited<ReturnType<typeof wordsFor>>, clock: CaseClock) => string
// One step: if it may be done now, it is said to the person in their language, and noted.
const step = async (act: Act, id: string, move: CaseMove, { mail, text, note }: { mail: boolean; text?: Letter; note?: string | undefined }): Promise<z.infer<typeof came>> => {
  const found = await begin(act, id)
  const clock = moveCase(found.clock, move, act.now)
  if (typeof clock === 'string') return { came: clock }
  const said = text && (await tell(act, found, { key: `${move}:${found.clock.state}`, text: text(await wordsFor(act, found), clock), mail }))
  await addStep(act, found, { what: move, text: said?.text ?? note, how: said?.how })
  await keepClock(act, found, clock)
  return { came: 'ok' }
}
export const tell = async (act: Act, found: PrivacyCase, telling: Parameters<typeof tellPerson>[2]): Promise<{ text: string; how: Way }> => ({ text: telling.text, how: await tellPerson(act, found, telling) })

export const askMissing = defineAction({ ...desk, name: 'privacy-ask', args: ofCase.extend({ missing: words }) }).decides(({ case: id, mail, missing }, act) =>
  step(act, id, 'ask', { mail, text: ({ letters, folio, day }, clock) => letters.missing(folio, missing, day(dueOf(clock, 'complete'))) }))
export const completeCase = defineAction({ ...desk, name: 'privacy-complete', args: ofCase.extend({ note: words.optional() }) }).decides(({ case: id, mail, note }, act) => step(act, id, 'complete', { mail, note }))
export const extendCase = defineAction({ ...desk, name: 'privacy-extend', args: ofCase.extend({ why: words }) }).decides(({ case: id, mail, why }, act) =>
  step(act, id, 'extend', { mail, text: ({ letters, folio, day }, clock) => letters.extended(folio, day(dueOf(clock, clock.state === 'accepted' ? 'effect' : 'answer')), why) }))
export const refuseCase = defineAction({ ...desk, name: 'privacy-refuse', args: ofCase.extend({ ground: z.enum(grounds), note: z.string().trim().max(2_000) }) }).decides(({ case: id, mail, ground, note }, act) =>
  step(act, id, 'refuse', { mail, text: ({ letters, folio, language }) => letters.refused(folio, privacyWords[language].grounds[ground], note) }))
export const withdrawCase = defineAction({ ...desk, name: 'privacy-withdraw', args: ofCase }).decides(({ case: id, mail }, act) => step(act, id, 'withdraw', { mail, text: ({ letters, folio }) => letters.withdrawn(folio) }))
// By itself, once the person's time is over.
export const lapseCase = defineAction({ ...desk, name: 'privacy-lapse', args: ofCase, callers: ['system'] }).decides(({ case: id, mail }, act) => step(act, id, 'lapse', { mail, text: ({ letters, folio }) => letters.lapsed(folio) }))
