import { z } from 'zod'
import { defineAction, type Act } from '../define.ts'
import { dueOf, remindersOf, terms, type CaseClock, type Term } from '../domain/privacy-case.ts'
import { lockCase, saveClock, type PrivacyCase } from '../store/privacy-desk.ts'

// What rings for a request about somebody's data: reminders to whoever answers for privacy, the end of the person's time to complete it, and the day on which their data goes.
const termNames = z.enum(['ask', 'complete', 'answer', 'effect'] satisfies (keyof typeof terms)[])
export const privacyDue = { name: 'privacy.due', payload: z.strictObject({ case: z.uuid(), term: termNames, left: z.int().min(0) }) }
export const privacyLapse = { name: 'privacy.lapse', payload: z.strictObject({ case: z.uuid() }) }
export const privacyErase = { name: 'privacy.erase', payload: z.strictObject({ case: z.uuid() }) }
const dues = (id: string): string => `privacy-due:${id}:`
export const dueKey = (id: string, { term, left }: { term: Term; left: number }): string => `${dues(id)}${term}:${left}`

// Where it stands from now on, and what rings for it then; of what rang for it before, nothing more does.
export const keepClock = async (act: Act, { id, kind, person }: Pick<PrivacyCase, 'id' | 'kind' | 'person'>, clock: CaseClock): Promise<void> => {
  await saveClock(act, id, clock)
  await watchCase(act, { id, kind, person }, clock)
}
// Of one that was asked for while somebody waits for its folio.
export const watchOpened = defineAction({ name: 'privacy-watch', args: z.strictObject({ case: z.uuid() }), result: z.strictObject({}), scopes: [], callers: ['prospect', 'staff', 'workflow', 'system'] }).decides(async ({ case: id }, act) => {
  const found = await lockCase(act, id)
  await watchCase(act, found, found.clock)
  return {}
})
export const watchCase = async (act: Act, { id, kind, person }: Pick<PrivacyCase, 'id' | 'kind' | 'person'>, clock: CaseClock): Promise<void> => {
  await act.drop(dues(id))
  const whose = person === undefined ? {} : { person }
  if (clock.state === 'asked') await act.later(privacyLapse, { case: id }, { key: `${dues(id)}lapse`, at: dueOf(clock, 'complete') + 60_000, ...whose })
  if (clock.state === 'accepted' && kind === 'cancel') return // they are blocked already, and the rest goes by itself
  for (const { at, ...which } of remindersOf(clock, act.now)) await act.later(privacyDue, { case: id, ...which }, { key: dueKey(id, which), at, ...whose })
}
