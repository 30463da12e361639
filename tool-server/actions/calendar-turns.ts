import { z } from 'zod'
import type { Act } from '../define.ts'
import { calendarPing } from '../domain/ports/calendar.ts'
import { minuteMs } from '../domain/zones.ts'
import { weighing } from '../store/overlaps.ts'

// The turns that follow from what was seen or told in a calendar: each by itself, so that none of them holds up the mirror.
const place = z.strictObject({ ours: z.uuid(), connection: z.uuid() })
export const lineOf = ({ ours, connection }: z.infer<typeof place>): string => `event:${connection}:${ours}`

// Its vendor said that something changed.
export const asked = { name: 'calendar.asked', payload: calendarPing }

// People did something with an event of ours.
export const eventMoved = { name: 'calendar.moved', payload: place }
export const decideMoved = (act: Act, { ours, connection }: z.infer<typeof place>): Promise<void> => act.later(eventMoved, { ours, connection }, { key: `${lineOf({ ours, connection })}:moved`, at: act.now, serial: lineOf({ ours, connection }) })

// What stands in a calendar for these visits is not as it is to be.
export const projectTours = { name: 'calendar.project', payload: z.strictObject({ tours: z.array(z.uuid()).min(1).max(20) }) }
export const projectSoon = (act: Act, tours: readonly string[]): Promise<void> => act.later(projectTours, { tours: [...tours].slice(0, 20) }, { key: `project:${tours[0]}`, at: act.now, lane: 'sync' })

// Something else takes the time of a visit. It is weighed a moment later: what somebody drew there by mistake is gone by then, and what goes with the visit has followed it.
export const overlapFound = { name: weighing, payload: z.strictObject({ tour: z.uuid() }) }
export const weighOverlap = (act: Act, { tour, person }: { tour: string; person: string }): Promise<void> => act.later(overlapFound, { tour }, { key: `overlap:${tour}`, at: act.now + settlesMs, person })
const settlesMs = 2 * minuteMs
