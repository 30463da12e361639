import { z } from 'zod'
import { defineAction } from '../define.ts'
import { phoneOf } from '../domain/identity.ts'
import { endOfLawDay } from '../domain/privacy.ts'
import { isDay } from '../domain/zones.ts'
import { breachNotice as noticePlace } from '../store/places.ts'
import { blinded, holdersOf } from '../store/people.ts'
import { addAffected, addBreach, isToBeTold, lockBreach, noteBreachTold, putProcessor } from '../store/registers.ts'
import { deskScope } from './privacy-desk.ts'
import { outward, tellPerson } from './privacy-letters.ts'

// What the law wants on record: who processes data for us, and what happened to it; and that those whom it happened to are told.
const line = z.string().trim().max(300)
const day = z.string().refine(isDay)
const processor = z.strictObject({ id: z.uuid().optional(), vendor: z.string().max(40).optional(), name: line.min(1), country: line, purpose: line.min(1), contractOn: day.optional() })
export const noteProcessor = defineAction({ name: 'note-processor', args: processor, result: z.strictObject({ id: z.uuid() }), scopes: [deskScope], callers: ['staff'] }).decides(async ({ id, vendor, contractOn, ...rest }, act) => {
  const which = id ?? act.newId()
  await putProcessor(act, { ...rest, id: which, vendor, contractOn })
  return { id: which }
})

const startOf = (text: string): number => endOfLawDay(text) - (24 * 60 - 1) * 60_000
const breach = z.strictObject({ what: z.string().trim().min(1).max(4_000), knownOn: day, from: day, to: day, connection: z.uuid().optional(), phones: z.array(z.string().max(40)).max(2_000) })
export const noteBreach = defineAction({ name: 'note-breach', args: breach, result: z.strictObject({ breach: z.uuid(), people: z.int() }), scopes: [deskScope], callers: ['staff'] }).decides(async ({ what, knownOn, from, to, connection, phones }, act) => {
  act.concernsNobody() // whose numbers these are is in the register, which goes with them
  const id = act.newId()
  const noted = { id, what, knownAt: Math.min(act.now, startOf(knownOn)), from: startOf(from), to: endOfLawDay(to) + 59_999, connection }
  await addBreach(act, noted)
  const values = phones.flatMap((each) => phoneOf(each) ?? [])
  const named = values.length === 0 ? [] : await holdersOf(act, await blinded(act, values.map((value) => ({ kind: 'phone', value }))))
  return { breach: id, people: await addAffected(act, noted, named.map(({ id: person }) => person)) }
})

// One by one, so that nobody waits for those who can't be reached.
export const breachTimer = { name: 'privacy.breach', payload: z.strictObject({ breach: z.uuid(), person: z.uuid() }) }
export const tellBreach = defineAction({ name: 'tell-breach', args: z.strictObject({ breach: z.uuid(), notice: z.string().trim().min(1).max(3_000) }), result: z.strictObject({ people: z.int() }), scopes: [deskScope], callers: ['staff'] }).decides(async ({ breach: id, notice }, act) => {
  const people = (await lockBreach(act, id, notice)) ?? []
  for (const person of people) await act.later(breachTimer, { breach: id, person }, { key: `breach:${id}:${person}`, at: act.now, person })
  return { people: people.length }
})
export const tellAffected = defineAction({ name: 'tell-affected', args: breachTimer.payload.extend(outward.shape), result: z.strictObject({ how: z.string().optional() }), scopes: [], callers: ['system'] }).decides(async ({ breach: id, person, mail }, act) => {
  act.concerns(person)
  const sealed = await isToBeTold(act, { breach: id, person })
  if (!sealed) return {}
  const how = await tellPerson(act, { id, person, asker: undefined }, { key: `breach:${person}`, text: await act.sealing.open(noticePlace(id), sealed), mail })
  await noteBreachTold(act, { breach: id, person, how })
  return { how }
})
