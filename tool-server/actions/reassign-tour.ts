import { z } from 'zod'
import { defineAction } from '../define.ts'
import { handTour } from '../store/crm-adopt.ts'
import { lockDays } from '../store/tours.ts'
import { fairnessMs } from './book-tour.ts'
import { seen, tellChange, tourNow, tourToMove } from './tour-change.ts'

// The same visit, shown by somebody else. For its prospect nothing changes but whom they will meet.
const args = z.strictObject({ ...seen, agent: z.uuid(), day: z.string(), gapMs: z.int(), perDay: z.int() })
const result = z.strictObject({ status: z.enum(['reassigned', 'busy', 'changed', 'missing']), tour: tourNow.optional() })
export const reassignTour = defineAction({ name: 'reassign-tour', args, result, scopes: ['tours:write'], callers: ['staff', 'system'] }).decides(async ({ agent, day, gapMs, perDay, ...which }, act) => {
  const { subject: { person } } = act
  if (person) await lockDays(act, { agents: [agent], person, day, from: act.now - fairnessMs, to: act.now + fairnessMs, moving: which.tour })
  const found = await tourToMove(act, which)
  if (found.status !== 'found') return found
  const { tour } = found
  if (tour.agent === agent) return { status: 'reassigned', tour }
  const version = await handTour(act, { tour, agent, gapMs, perDay })
  if (version === undefined) return { status: 'busy', tour }
  await tellChange(act, { id: tour.id, person: tour.person, version }, 'moved')
  return { status: 'reassigned', tour: { ...tour, agent, version } }
})
