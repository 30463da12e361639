import { z } from 'zod'
import { defineAction, type Millis } from '../define.ts'
import { calendarFor } from '../domain/event-facts.ts'
import type { Own } from '../domain/reads.ts'
import { dayMs } from '../domain/zones.ts'
import type { Acting } from '../spine/act.ts'
import type { Chore } from '../spine/chores.ts'
import type { Clock } from '../spine/clock.ts'
import type { Db } from '../spine/db.ts'
import type { Metrics } from '../spine/metrics.ts'
import { forgetPast } from '../store/busy-mirror.ts'
import { forgetShown, notShown } from '../store/projections.ts'
import { noteAdopted } from './adopt-event.ts'
import { projectSoon } from './calendar-turns.ts'
import { seeCalendar } from './see-calendar.ts'
import { noteOverlap } from './settle-overlap.ts'

// Visits that stand in no calendar although whoever shows them has one: it was connected after they were booked, a lost database forgot them, or what was told was out of date. And what is over is forgotten.
const args = z.strictObject({ tours: z.array(z.uuid()) })
export const showTours = defineAction({ name: 'show-tours', args, result: z.strictObject({}), scopes: [], callers: ['system'] }).decides(async ({ tours }, act) => {
  for (let from = 0; from < tours.length; from += atOnce) await projectSoon(act, tours.slice(from, from + atOnce))
  return {}
})
const atOnce = 20
const shownDays = 60 // of what is over

type Needs = { db: Db; clock: Clock; acting: Acting; tenant: string; own: Own; shadow: boolean } // shadow: nothing gets there, so it is told once that does
export const tendCalendars = ({ db, clock, acting, tenant, own, shadow }: Needs): Chore => ({
  everyMs: 60_000,
  async run() {
    const now = clock.now()
    const calendars = await own.calendars.all()
    const agents = [...new Set(calendars.flatMap(({ agent }) => agent ?? []))]
    const tours = shadow ? [] : await notShown(db.bare, tenant, { places: agents.map((agent) => ({ agent, connection: calendarFor(calendars, agent) ?? '' })), now })
    if (tours.length > 0) await acting.as({ tenant, by: 'system' }, 'all')(showTours, { tours })
    return { shown: tours.length, past: await forgetPast(db.bare, tenant, now - dayMs), forgotten: await forgetShown(db.bare, tenant, now - shownDays * dayMs) }
  },
})

// How long a change was known before it counted, and what became of what crossed.
export const measureCalendars = ({ calendarLag, calendarConflicts, calendarChanges }: Pick<Metrics, 'calendarLag' | 'calendarConflicts' | 'calendarChanges'>) => (action: string, result: unknown): void => {
  if (action === seeCalendar.name) {
    const { lagMs, conflicts, over } = seeCalendar.result.parse(result)
    if (lagMs !== undefined) calendarLag.observe({ what: 'slots' }, seconds(lagMs))
    if (conflicts > 0) calendarConflicts.inc({ outcome: 'found' }, conflicts)
    if (over > 0) calendarConflicts.inc({ outcome: 'over' }, over)
  }
  if (action === noteAdopted.name) {
    const { outcome, lagMs } = noteAdopted.result.parse(result)
    calendarLag.observe({ what: 'visit' }, seconds(lagMs))
    calendarChanges.inc({ outcome })
  }
  if (action === noteOverlap.name) calendarConflicts.inc({ outcome: noteOverlap.result.parse(result).outcome })
}
const seconds = (ms: Millis): number => ms / 1_000
