import { z } from 'zod'
import { defineAction } from '../define.ts'
import { isOn } from '../domain/tours.ts'
import { acceptOverlaps } from '../store/overlaps.ts'
import { findTour, lockDays, moveTour, takenTimes } from '../store/tours.ts'
import { bookTour, fairnessMs, inTurn } from './book-tour.ts'
import { ownerFor, seen, sinceFor, tellChange, tourNow } from './tour-change.ts'

// The same visit at another time, by the rules by which it was booked. Who was to show it still does, where they can. language: instead of the one that was asked for before. byPeople: decided by people of ours, so that the language is only wished for.
const args = z.strictObject({ ...bookTour.args.shape, ...seen, version: seen.version.optional(), byPeople: z.boolean().optional() }) // without a version: as it is
// stays: it is when and where it was.
const result = z.strictObject({ status: z.enum(['moved', 'clash', 'gone', 'changed', 'illegal', 'missing']), tour: tourNow.optional(), stays: z.literal(true).optional(), taken: bookTour.result.shape.taken })

export const rescheduleTour = defineAction({ name: 'reschedule-tour', args, result, scopes: ['tours:write'], callers: ['prospect', 'workflow', 'staff', 'system'] }).decides(
  async ({ tour: id, version, elsewhere, weights = {}, ...wanted }, act) => {
    const person = ownerFor(act) ?? (await findTour(act, { id, person: undefined }))?.person
    if (!person) return { status: 'missing' }
    const { shown } = await lockDays(act, { agents: wanted.agents, person, day: wanted.day, from: act.now - fairnessMs, to: act.now + fairnessMs, moving: id })
    const since = sinceFor(act)
    const { before, after, clash } = await moveTour(act, { ...wanted, id, person, version, since, agents: inTurn(wanted.agents, { weights: new Map(Object.entries(weights)), shown }) })
    if (!before) return { status: 'missing' }
    act.concerns(person)
    if (after) {
      const isElsewhere = after.home !== before.home || after.startsAt !== before.startsAt
      if (wanted.byPeople) await acceptOverlaps(act, id)
      await tellChange(act, after, 'moved', isElsewhere ? { was: before } : {})
      return { status: 'moved', tour: after, ...(!isElsewhere && { stays: true as const }) }
    }
    if (version !== undefined && before.version !== version) return { status: 'changed', tour: before }
    if (!isOn(before.status) || before.startsAt <= since) return { status: 'illegal', tour: before }
    if (before.home === wanted.home && before.startsAt === wanted.startsAt && before.language === (wanted.language ?? before.language)) return { status: 'moved', tour: before, stays: true } // it is there already
    return clash ? { status: 'clash', tour: before } : { status: 'gone', tour: before, taken: await takenTimes(act.tx, act.subject.tenant, { ...elsewhere, now: act.now }) }
  },
)
