import { asked } from '../actions/calendar-turns.ts'
import { calendarPing as payload } from '../domain/ports/calendar.ts'
import { defineFlow } from '../domain/reads.ts'
import { pullSoon } from '../store/busy-mirror.ts'

// Something changed in a calendar: what it was is asked for at once. By a turn in the pull's own lane, at whose end the worker looks there; however many say so, by one.
export const calendarPing = defineFlow({
  name: 'calendar.ping',
  payload,
  decide: ({ connection }, _facts, act) => act.later(asked, { connection }, { key: `calendar:${connection}:ask`, at: act.now, lane: 'sync', stays: true }),
})
export const calendarAsked = defineFlow({ ...asked, name: 'calendar.asked', decide: ({ connection }, _facts, act) => pullSoon(act, connection, true) })
