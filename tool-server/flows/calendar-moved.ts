import { adoptEvent } from '../actions/adopt-event.ts'
import { eventMoved } from '../actions/calendar-turns.ts'
import { eventFacts } from '../domain/event-facts.ts'
import { defineFlow } from '../domain/reads.ts'

// People did something with a visit in a calendar.
export const calendarMoved = defineFlow({ ...eventMoved, name: 'calendar.moved', gather: (_payload, reads) => eventFacts(reads), decide: (which, facts, act) => adoptEvent(act, which, facts) })
