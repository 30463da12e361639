import { z } from 'zod'
import { defineAction } from '../define.ts'
import { isOn } from '../domain/tours.ts'
import { findTour, forgetBookings, lockDays, moveTour, takenTimes } from '../store/tours.ts'
import { bookTour, fairnessMs, inTurn } from './book-tour.ts'
import { ownerFor, seen, tellChange, tourNow, tourToMove } from './tour-change.ts'

// The same visit at another time, by the rules by which it was booked. Who was to show it still does, where they can.
const args = z.strictObject({ ...bookTour.args.shape, ...seen })
const result = z.strictObject({ status: z.enum(['moved', 'clash', 'gone', 'changed', 'illegal', 'missing']), tour: tourNow.optional(), taken: bookTour.result.shape.taken })

export const rescheduleTour = defineAction({ name: 'reschedule-tour', args, result, scopes: ['tours:write'], callers: ['prospect', 'staff', 'system'] }).decides(
  async ({ tour: id, version, elsewhere, weights = {}, ...wanted }, act) => {
    const known = await findTour(act, { id, person: ownerFor(act) })
    if (!known) return { status: 'missing' }
    const { person } = known
    const shown = await lockDays(act, { agents: wanted.agents, person, day: wanted.day, from: act.now - fairnessMs, to: act.now + fairnessMs, moving: id })
    const found = await tourToMove(act, { tour: id, version })
    if (found.status !== 'found') return found
    if (!isOn(found.tour.status)) return { status: 'illegal', tour: found.tour }
    const others = inTurn(wanted.agents.filter((agent) => agent !== found.tour.agent), { weights: new Map(Object.entries(weights)), shown })
    const agents = others.length < wanted.agents.length ? [found.tour.agent, ...others] : others
    const tour = await moveTour(act, version, { ...wanted, id, person, agents })
    if (tour === 'clash') return { status: 'clash', tour: found.tour }
    if (!tour) return { status: 'gone', tour: found.tour, taken: await takenTimes(act.tx, act.subject.tenant, elsewhere) }
    if (tour.conversation) await forgetBookings(act, tour.conversation)
    await tellChange(act, tour, 'moved')
    return { status: 'moved', tour }
  },
)
