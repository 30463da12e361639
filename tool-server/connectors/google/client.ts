import { z } from 'zod'
import { doing, type At, type Doing, type Http } from '../../define.ts'
import { read } from '../../domain/ports/answers.ts'
import { dropEvent, putEvent, type CalendarReads } from '../../domain/ports/calendar.ts'
import { asking } from './asking.ts'
import { drop, put } from './put.ts'
import type { Settings } from './settings.ts'

// The calls that we make.
export const does: Doing<Settings>[] = [
  doing(putEvent, 'same-effect', put),
  doing(dropEvent, 'same-effect', drop),
]

export const reads = ({ http, connection: { settings: { calendar } } }: At<Settings>): CalendarReads => ({
  // https://developers.google.com/workspace/calendar/api/v3/reference/freebusy/query: it answers 200 also when it can't say.
  async busy({ from, to }) {
    const body = { timeMin: new Date(from).toISOString(), timeMax: new Date(to).toISOString(), items: [{ id: calendar }] }
    const { calendars } = read('google', freeBusy, await asking(http)({ method: 'POST', path: '/freeBusy', body, reading: true }))
    const found = calendars[calendar] ?? (calendar === 'primary' ? Object.values(calendars)[0] : undefined) // which may go by the address
    if (!found?.busy || (found.errors ?? []).length > 0) return { isKnown: false, stretches: [] }
    return { isKnown: true, stretches: found.busy.map(({ start, end }) => ({ startsAt: Date.parse(start), endsAt: Date.parse(end) })) }
  },
})
const when = z.iso.datetime({ offset: true })
const freeBusy = z.object({ calendars: z.record(z.string(), z.object({ busy: z.array(z.object({ start: when, end: when })).nullish(), errors: z.array(z.unknown()).nullish() })) })

// A primary calendar goes by its owner's address: https://developers.google.com/workspace/calendar/api/v3/reference/calendars/get
export const whoseIsIt = async (http: Http): Promise<string> => read('google', z.object({ id: z.email() }), await asking(http)({ method: 'GET', path: '/calendars/primary' })).id.toLowerCase()
