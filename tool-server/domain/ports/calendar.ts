import { z } from 'zod'
import { defineCommand, type Millis } from '../../define.ts'
import type { Stretch } from '../busy.ts'

// A leasing agent's calendar: a source of busy time, and where their visits are shown. Our database decides; what stands there follows it, and what people do there comes back as deliveries.
// A connection is one calendar of one person; its account is that person's address.
const when = { startsAt: z.int(), endsAt: z.int() }
// id, version: of what stands there, as it was last seen.
const standing = z.strictObject({ id: z.string().min(1), version: z.string().optional() })
export const putEvent = defineCommand({
  name: 'calendar.put-event', attempts: 12, blocksSerialWhenDead: false,
  // ours: under which it is known here for good, in a private property of the event. standing: left out where nothing of ours stands there yet. guest: who comes. invites: whether the calendar itself is to write to them.
  // isQuiet: for whoever comes nothing changes, so nobody is to be written to, where the calendar can be told not to.
  args: z.strictObject({
    ours: z.uuid(), title: z.string().min(1), body: z.string(), location: z.string(), ...when, zone: z.string(), standing: standing.optional(),
    guest: z.strictObject({ name: z.string().optional(), email: z.email().optional() }).optional(), invites: z.boolean(), isQuiet: z.boolean().optional(),
  }),
  // link: where people see it; or, where the calendar did not take it by itself (isBooked false), where somebody may book it by hand.
  result: z.strictObject({ ...standing.shape, isBooked: z.boolean(), link: z.url().optional() }),
})
// What is not there any more is done.
export const dropEvent = defineCommand({
  name: 'calendar.drop-event', attempts: 12, blocksSerialWhenDead: false,
  args: z.strictObject({ ours: z.uuid(), standing, invites: z.boolean(), isQuiet: z.boolean().optional(), reason: z.string().optional() }),
  result: z.strictObject({}),
})

// Deliveries. What somebody changed in a calendar, in the order in which it is told; at most 200 at once, whose events are the delivery's items.
// ours: of an event that we put there. isBusy: whether it takes its owner's time. gone: deleted, called off, or not theirs any more. swept: nobody says that it is gone; it only wasn't listed any more. title, guests: only of a meeting with others, who may be prospects.
export const mostEvents = 200
const gone = z.strictObject({ id: z.string().min(1), is: z.literal('gone'), ours: z.uuid().optional(), swept: z.literal(true).optional() })
const there = z.strictObject({
  id: z.string().min(1), is: z.literal('there'), ours: z.uuid().optional(), ...when, isBusy: z.boolean(), version: z.string().optional(),
  title: z.string().max(300).optional(), guests: z.array(z.email()).max(50).optional(),
})
export const calendarEvent = z.discriminatedUnion('is', [there, gone])
export type CalendarEvent = z.infer<typeof calendarEvent>
export const eventsSeen = z.strictObject({ connection: z.uuid(), events: z.array(calendarEvent).min(1).max(mostEvents) })
export const sweptDays = 60 // how far ahead every calendar lists what is there
export const seenFlow = 'calendar.seen'
export const seenSerial = (connection: string): string => `calendar:${connection}`
// Something changed there, whatever it was: it is asked for at once instead of when its time has come.
export const calendarPing = z.strictObject({ connection: z.uuid() })
export const pingFlow = 'calendar.ping'
// Whoever was to come did not, as its owner says there.
export const guestMissing = z.strictObject({ connection: z.uuid(), ours: z.uuid() })
export const missingFlow = 'calendar.guest-missing'

export type CalendarReads = {
  // What takes their time, asked there and now. isKnown: false where it can't say, which is never the same as free.
  busy(asked: { connection: string; from: Millis; to: Millis }): Promise<{ isKnown: boolean; stretches: Stretch[] }>
}
export const changesPull = 'changes' // of each calendar's connector: the pull that a ping hastens
export const behindPull = 'behind' // of those that take other calendars into account and don't tell when something changes in these: the pull that asks for it
