import type { Act } from '../define.ts'
import { endOverlaps, findOverlapsOf } from '../store/overlaps.ts'
import { weighOverlap } from './calendar-turns.ts'
import { overlapsOver } from './overlap-over.ts'

// A visit that is where it was not before: what was in its way may be no more, and something that was noted in a calendar at the same moment may be.
// Not what people of ours knew of when they put it there: they see the calendar, and decided.
export const watchOverlaps = async (act: Act, { tour }: { tour: string }): Promise<void> => {
  await overlapsOver(act, await endOverlaps(act, { tour }))
  for (const each of await findOverlapsOf(act, tour)) await weighOverlap(act, each)
}
