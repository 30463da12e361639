import { z } from 'zod'
import { defineAction, type Act, type Millis } from '../define.ts'
import { buryNames, dropWork, endCalls, markBlocked, visitsToEnd, type Ahead } from '../store/blocked.ts'
import { dropHeld } from '../store/holds.ts'
import { invitedTo, noteUninvited } from '../store/invitations.ts'
import { projectionsOf, shownAs, asWhat } from '../store/projections.ts'
import { callOff } from '../store/tours.ts'
import { projectSoon } from './calendar-turns.ts'
import { drop } from './project-visit.ts'
import { offerTime, waitsNoMore } from './waitlist.ts'

// Whoever cancelled is blocked at once: nothing of theirs is read, told or sent any more, until it is deleted at its date. Their visits are off without a word to them, and whoever writes from their number from now on is somebody new.
const args = z.strictObject({ person: z.uuid(), case: z.uuid(), eraseAt: z.int() })
export const blockPerson = defineAction({ name: 'block-person', args, result: z.strictObject({}), scopes: ['privacy:decide'], callers: ['staff', 'system'] }).decides(async ({ person, case: privacyCase, eraseAt }, act) => {
  const { selves, since, isNew, isErased } = await markBlocked(act, person, eraseAt)
  if (isErased) return {}
  const { subject } = act
  const { person: _whose, conversation: _which, ...nobody } = subject // what is set now is to be read once nothing of theirs opens
  act.subject = nobody
  if (isNew) await block(act, selves, since)
  await act.later(erasureDueAt, { case: privacyCase }, { key: erasureKey(person), at: eraseAt })
  act.subject = subject
  return {}
})

const block = async (act: Act, selves: readonly string[], since: Millis): Promise<void> => {
  await dropWork(act, selves)
  await endVisits(act, await visitsToEnd(act, selves))
  for (const self of selves) await waitsNoMore(act, { person: self, state: 'left' })
  await endCalls(act, selves)
  await buryNames(act, selves, since)
  await act.sealing.block(selves, since)
}
// What is set for no person is to be read while nothing of theirs opens, and once their key has gone.
export const asNobody = async (act: Act, set: () => Promise<void>): Promise<void> => {
  const { subject } = act
  const { person: _whose, conversation: _which, ...nobody } = subject
  act.subject = nobody
  await set()
  act.subject = subject
}
export const erasureDueAt = { name: 'privacy.erasure-due', payload: args.pick({ case: true }) }
export const erasureKey = (person: string): string => `privacy:erase:${person}`
export const erasing = 'erase:' // how the keys of what vendors are asked to delete begin
export const vendorErased = { name: 'privacy.vendor-erased' } // hears what has become of each that a vendor was asked to delete

// Whoever was to show them reads that they are off.
const off = z.strictObject({ tour: z.uuid(), email: z.string() })
export const showersToTell = { name: 'privacy.visits-off', payload: z.strictObject({ visits: z.array(off) }) }
const endVisits = async (act: Act, ahead: readonly Ahead[]): Promise<void> => {
  const told: z.infer<typeof off>[] = []
  for (const { id, person, version, status, ...time } of ahead) {
    if (status === 'held') await dropHeld(act, { id, person })
    else {
      for (const one of await invitedTo(act, id)) {
        await noteUninvited(act, id, one)
        if (one.role === 'agent') told.push({ tour: id, email: one.email })
      }
      await callOff(act, { id, version, person: undefined, since: act.now })
      await takeOut(act, id)
    }
    await offerTime(act, time)
  }
  if (told.length > 0) await act.later(showersToTell, { visits: told }, { key: `privacy:visits-off:${told[0]?.tour}`, at: act.now })
}

// What others share stays in the calendar with the rest of them.
const takeOut = async (act: Act, tour: string): Promise<void> => {
  for (const ours of await asWhat(act, tour)) {
    if ((await shownAs(act, ours)).length > 0) await projectSoon(act, [tour])
    else for (const each of await projectionsOf(act, ours)) await drop(act, each, true)
  }
}
