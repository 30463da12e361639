import { z } from 'zod'
import { AppError } from '@portero/shared'
import { defineAction, type Act } from '../define.ts'
import { moveCase } from '../domain/privacy-case.ts'
import { dayMs } from '../domain/zones.ts'
import { caseOfKey, erasedHere, noteAnswer, thereOf, type There } from '../store/erased-there.ts'
import { addStep, hasStep, lockCase, type PrivacyCase } from '../store/privacy-desk.ts'
import { asNobody, erasureDueAt, erasureKey } from './block-person.ts'
import { erasePerson } from './erase-person.ts'
import { certify, type Deed } from './privacy-certificate.ts'
import { keepClock, watchVendors } from './privacy-clock.ts'
import { came, deskScope } from './privacy-desk.ts'

// The day of an accepted cancellation has come: they are erased here, and each vendor is asked to. The case is done, and certified, once all of them have answered, or will not; and certified anew where one that had given up has done it after all.
// Whoever is erased is written to no more, and nothing is sealed for them any more, or they would have a key again.
// isShadow: nothing would reach a vendor, and once their key has gone nobody could ask it any more. So they stay blocked, and it is tried again each day.
export const eraseCase = defineAction({ name: 'privacy-erase', args: z.strictObject({ case: z.uuid(), isShadow: z.boolean() }), result: came, scopes: [deskScope], callers: ['system'] }).decides(async ({ case: id, isShadow }, act) => {
  const found = await lockCase(act, id)
  const { person, kind, clock: { state } } = found
  if (state !== 'accepted' || kind !== 'cancel' || person === undefined) return { came: 'not_now' }
  const nobodys = { id, person: undefined }
  if (isShadow) {
    if (!(await hasStep(act, id, 'held'))) await addStep(act, nobodys, { what: 'held' })
    await asNobody(act, () => act.later(erasureDueAt, { case: id }, { key: erasureKey(person), at: act.now + dayMs }))
    return { came: 'not_now' }
  }
  await act.act(erasePerson, { person, case: id })
  if (!(await conclude(act, found))) {
    await addStep(act, nobodys, { what: 'erased' })
    await watchVendors(act, id, found.clock)
  }
  return { came: 'ok' }
})

const args = z.strictObject({ key: z.string(), code: z.string().optional() })
export const noteVendorErased = defineAction({ name: 'note-vendor-erased', args, result: z.strictObject({}), scopes: [], callers: ['system'] }).decides(async ({ key, code }, act) => {
  const id = await caseOfKey(act, key)
  if (id === undefined) return {}
  const found = await lockCase(act, id) // of two answers that come together, the second one sees the first
  if (await noteAnswer(act, { key, code })) await conclude(act, found)
  return {}
})

// false: there are answers to come.
const conclude = async (act: Act, { id, kind, clock, identifiedBy, ...found }: PrivacyCase): Promise<boolean> => {
  const there = await thereOf(act.tx, act.subject.tenant, id)
  if (there.some(({ state }) => state === 'asked')) return false
  const nobodys = { ...found, id, kind, clock, identifiedBy, person: undefined }
  const isAnew = clock.state === 'done'
  const over = isAnew ? clock : moveCase(clock, 'do', act.now)
  if (typeof over === 'string') throw new AppError('bug', 'an erasure was answered before its case was accepted')
  await addStep(act, nobodys, { what: isAnew ? 'certified' : 'do' })
  if (!isAnew) await keepClock(act, nobodys, over)
  const here = Object.entries(await erasedHere(act, id)).map(([where, count]): Deed => ({ where, what: 'erased', count }))
  await certify(act, nobodys, over, [...here, ...deedsOf(there)], there.flatMap(({ vendor, what, code, state, count }) => (state === 'left' ? [{ where: vendor, of: what, count, why: code ?? '' }] : [])))
  return true
}
const deedsOf = (there: readonly There[]): Deed[] => there.filter(({ state }) => state === 'done').map(({ vendor, what, count }) => ({ where: vendor, what: 'erased', of: [what], count }))
