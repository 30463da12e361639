import { z } from 'zod'
import { defineAction } from '../define.ts'
import { forgetMirror } from '../store/busy-mirror.ts'
import { calendarOwner } from '../store/calendars.ts'
import { dropOverlaps } from '../store/overlaps.ts'
import { forgetProjections, toursAheadOf } from '../store/projections.ts'
import { connectionArgs } from './connection-args.ts'
import { projectSoon } from './calendar-turns.ts'

// Somebody's calendar was connected: what they have ahead is shown there.
const done = z.strictObject({})
export const calendarMade = defineAction({ name: 'calendar-made', args: connectionArgs, result: done, scopes: [], callers: ['staff', 'system'] }).decides(async ({ connection }, act) => {
  const { agent: owner } = (await calendarOwner(act, connection)) ?? {}
  const tours = owner === undefined ? [] : await toursAheadOf(act, owner)
  for (let from = 0; from < tours.length; from += atOnce) await projectSoon(act, tours.slice(from, from + atOnce))
  return {}
})
const atOnce = 20

// It isn't any longer: what we knew of it is old from here on. What of ours stands there stays, since nobody lets us in.
export const calendarEnded = defineAction({ name: 'calendar-ended', args: connectionArgs, result: done, scopes: [], callers: ['staff', 'system'] }).decides(async ({ connection }, act) => {
  await forgetMirror(act, connection)
  await dropOverlaps(act, connection)
  await forgetProjections(act, connection)
  return {}
})
