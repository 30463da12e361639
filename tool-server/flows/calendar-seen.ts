import { seeCalendar } from '../actions/see-calendar.ts'
import { eventsSeen, seenSerial } from '../domain/ports/calendar.ts'
import { defineFlow } from '../domain/reads.ts'

// Somebody changed something in a calendar; in the order in which they did.
export const calendarSeen = defineFlow({
  name: 'calendar.seen',
  payload: eventsSeen,
  serial: ({ connection }) => seenSerial(connection),
  async decide(seen, _facts, act) {
    await act.act(seeCalendar, seen)
  },
})
