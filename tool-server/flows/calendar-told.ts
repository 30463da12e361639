import { z } from 'zod'
import { lineOf } from '../actions/calendar-turns.ts'
import { calendarTold as tell } from '../actions/calendar-told.ts'
import { toldBy } from '../actions/project-visit.ts'
import { dropEvent, putEvent } from '../domain/ports/calendar.ts'
import { defineFlow } from '../domain/reads.ts'

// A calendar has answered what it was told of a visit.
export const calendarTold = defineFlow({
  name: 'calendar.told',
  payload: z.strictObject({ command: z.string(), key: z.string(), args: z.unknown(), done: z.unknown().optional(), dead: z.strictObject({ code: z.string(), uncertain: z.boolean() }).optional() }),
  serial({ key }) {
    const which = toldBy(key)
    return which ? lineOf(which) : key
  },
  gather: async (_payload, { homes }) => ({ catalogue: await homes.catalogue() }),
  decide({ command, key, done, dead }, facts, act) {
    const wasDrop = command === dropEvent.name
    return tell(act, { key, ...(dead && { dead: { code: dead.code, wasDrop } }), ...(!dead && (wasDrop ? { drop: dropEvent.result.parse(done) } : { put: putEvent.result.parse(done) })) }, facts)
  },
})
