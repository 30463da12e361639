import { overlapFound } from '../actions/calendar-turns.ts'
import { settleOverlap } from '../actions/settle-overlap.ts'
import { eventFacts } from '../domain/event-facts.ts'
import { defineFlow } from '../domain/reads.ts'

// Something else takes the time of a visit.
export const calendarOverlap = defineFlow({ ...overlapFound, name: 'calendar.overlap', gather: (_payload, reads) => eventFacts(reads), decide: (which, facts, act) => settleOverlap(act, which, facts) })
