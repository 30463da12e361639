import { z } from 'zod'
import { defineAction } from '../define.ts'
import { acceptOverlaps } from '../store/overlaps.ts'
import { findTour, handTours, lockDays } from '../store/tours.ts'
import { fairnessMs } from './book-tour.ts'
import { seen, tellChange, tourNow, tourToMove } from './tour-change.ts'

// The same visit, shown by somebody else. For its prospect nothing changes but whom they will meet. isWhole: for all who share it; without, they stay with whom they have. byPeople: decided by people of ours, also for who doesn't speak the language that was asked for.
const args = z.strictObject({ ...seen, agent: z.uuid(), day: z.string(), gapMs: z.int(), perDay: z.int(), isWhole: z.boolean().optional(), byPeople: z.boolean().optional() })
const result = z.strictObject({ status: z.enum(['reassigned', 'busy', 'changed', 'missing']), tour: tourNow.optional() })
export const reassignTour = defineAction({ name: 'reassign-tour', args, result, scopes: ['tours:write'], callers: ['staff', 'system'] }).decides(async ({ agent, isWhole = false, tour: id, version, ...place }, act) => {
  const person = act.subject.person ?? (await findTour(act, { id, person: undefined }))?.person
  if (person) await lockDays(act, { agents: [agent], person, day: place.day, from: act.now - fairnessMs, to: act.now + fairnessMs, moving: id })
  const found = await tourToMove(act, { tour: id, version })
  if (found.status !== 'found') return found
  const { tour } = found
  if (tour.agent === agent) return { status: 'reassigned', tour }
  const handed = await handTours(act, { ...tour, ...place, agent, isWhole })
  for (const each of handed) if (each.status === 'confirmed') await tellChange(act, each, 'moved')
  if (place.byPeople) for (const each of handed) await acceptOverlaps(act, each.id)
  const after = handed.find((each) => each.id === id)
  return after ? { status: 'reassigned', tour: after } : { status: 'busy', tour }
})
