import { z } from 'zod'
import { defineAction, type Act } from '../define.ts'
import { dueOf, remindersOf, terms, type CaseClock, type Term } from '../domain/privacy-case.ts'
import { dueAfter, workingHourBefore } from '../domain/privacy.ts'
import { waitsThere } from '../store/erased-there.ts'
import { lockCase, saveClock, type PrivacyCase } from '../store/privacy-desk.ts'
import { asNobody, erasureDueAt, erasureKey } from './block-person.ts'

// What rings for a request about somebody's data: reminders to whoever answers for privacy, and the end of the person's time to complete it. The day on which their data goes rings for itself (block-person.ts).
const termNames = z.enum(['ask', 'complete', 'answer', 'effect'] satisfies (keyof typeof terms)[])
export const privacyDue = { name: 'privacy.due', payload: z.strictObject({ case: z.uuid(), term: termNames, left: z.int().min(0) }) }
export const privacyLapse = { name: 'privacy.lapse', payload: z.strictObject({ case: z.uuid() }) }
const dues = (id: string): string => `privacy-due:${id}:`
export const dueKey = (id: string, { term, left }: { term: Term; left: number }): string => `${dues(id)}${term}:${left}`

// Where it stands from now on, and what rings for it then; of what rang for it before, nothing more does.
export const keepClock = async (act: Act, { id, kind, person }: Pick<PrivacyCase, 'id' | 'kind' | 'person'>, clock: CaseClock): Promise<void> => {
  await saveClock(act, id, clock)
  await watchCase(act, { id, kind, person }, clock)
}
// Of one that was asked for while somebody waits for its folio, or that has lost what rings for it.
export const watchOpened = defineAction({ name: 'privacy-watch', args: z.strictObject({ case: z.uuid() }), result: z.strictObject({}), scopes: [], callers: ['prospect', 'staff', 'workflow', 'system'] }).decides(async ({ case: id }, act) => {
  const { person, kind, eraseAt, clock } = await lockCase(act, id)
  if (clock.state !== 'accepted' || kind !== 'cancel') await watchCase(act, { id, kind, person }, clock)
  else if (await waitsThere(act, id)) await watchVendors(act, id, clock)
  else if (person !== undefined && eraseAt !== undefined) await act.later(erasureDueAt, { case: id }, { key: erasureKey(person), at: eraseAt })
  return {}
})
export const watchCase = async (act: Act, { id, kind, person }: Pick<PrivacyCase, 'id' | 'kind' | 'person'>, clock: CaseClock): Promise<void> => {
  await act.drop(dues(id))
  const whose = person === undefined ? {} : { person }
  if (clock.state === 'asked') await act.later(privacyLapse, { case: id }, { key: `${dues(id)}lapse`, at: dueOf(clock, 'complete') + 60_000, ...whose })
  if (clock.state === 'received') return // told of together, once a day (mind-privacy.ts)
  if (clock.state === 'accepted' && kind === 'cancel') return // they are blocked already, and the rest goes by itself
  for (const { at, ...which } of remindersOf(clock, act.now)) await act.later(privacyDue, { case: id, ...which }, { key: dueKey(id, which), at, ...whose })
}
// They are erased here, and a vendor hasn't answered yet: it rings before it is late, and where no such time lies ahead, the next morning. Set for nobody, since their key has gone.
export const watchVendors = (act: Act, id: string, clock: CaseClock): Promise<void> =>
  asNobody(act, async () => {
    await act.drop(dues(id))
    const ahead = remindersOf(clock, act.now)
    const late = { term: 'effect' as const, left: 0, at: workingHourBefore(dueAfter(act.now, 1), 0) }
    for (const { at, ...which } of ahead.length > 0 ? ahead : [late]) await act.later(privacyDue, { case: id, ...which }, { key: dueKey(id, which), at })
  })
