import { z } from 'zod'
import type { Simulator } from '../simulator.ts'
import type { Calendar } from './calendar.ts'
import { limitsWish } from './quota.ts'
import { given, shown } from './wire.ts'

// What people do in their calendars, and what befalls Google. POST /_lab/google/{control}
export type Refuse = { with: string; status: number; times: number; of?: string | undefined } // of: whose calls; anybody's without
export type Deeds = {
  calendar(email: string): Calendar
  killCursors(email: string): void
  losePushes(times: number): void
  expireChannels(): void
  blind(email: string, yes: boolean): void // whether it can't say when they are busy
  refuse(wish: Refuse): void
  limit(wish: z.infer<typeof limitsWish>): void
}

const email = z.string().min(1)
const span = { start: z.union([z.int(), z.string()]), end: z.union([z.int(), z.string()]) }
const momentAt = (at: string | number): object => (typeof at === 'number' ? { dateTime: new Date(at).toISOString() } : /^\d{4}-\d\d-\d\d$/.test(at) ? { date: at } : { dateTime: at })
const timed = ({ start, end }: { start: string | number; end: string | number }): object => ({ start: momentAt(start), end: momentAt(end) })

const wishes = {
  put: z.looseObject({ email, ...span, title: z.string().default('Ocupada') }), // with whatever else an event may have at Google
  move: z.strictObject({ email, id: z.string(), ...span }),
  delete: z.strictObject({ email, id: z.string() }),
  invite: z.strictObject({ email, by: z.email(), title: z.string(), ...span, answer: z.enum(['needsAction', 'declined', 'tentative', 'accepted']).default('needsAction') }),
  'drop-pushes': z.strictObject({ times: z.int().min(0).default(1) }),
  'kill-cursors': z.strictObject({ email }),
  blind: z.strictObject({ email, yes: z.boolean().default(true) }),
  refuse: z.strictObject({ with: z.string(), status: z.int().default(403), times: z.int().min(1).default(1), of: email.optional() }),
}

export const controlsOf = (google: Deeds): Simulator['controls'] => ({
  put(wanted) {
    const { email, start, end, title, ...more } = wishes.put.parse(wanted)
    const calendar = google.calendar(email)
    return shown(calendar.put(given.parse({ summary: title, ...more, ...timed({ start, end }) })), calendar)
  },
  move(wanted) {
    const { email, id, ...span } = wishes.move.parse(wanted)
    const calendar = google.calendar(email)
    return shown(calendar.patch(id, given.parse(timed(span))).after, calendar)
  },
  delete(wanted) {
    const { email, id } = wishes.delete.parse(wanted)
    google.calendar(email).remove(id)
    return {}
  },
  invite(wanted) {
    const { email, by, title, answer, ...span } = wishes.invite.parse(wanted)
    const calendar = google.calendar(email)
    return shown(calendar.put(given.parse({ summary: title, ...timed(span), attendees: [{ email: by, organizer: true, responseStatus: 'accepted' }, { email, responseStatus: answer }] }), { organizer: by }), calendar)
  },
  expire: () => (google.expireChannels(), {}),
  'drop-pushes': (wanted) => (google.losePushes(wishes['drop-pushes'].parse(wanted ?? {}).times), {}),
  'kill-cursors': (wanted) => (google.killCursors(wishes['kill-cursors'].parse(wanted).email), {}),
  blind: (wanted) => {
    const { email, yes } = wishes.blind.parse(wanted)
    google.blind(email, yes)
    return {}
  },
  refuse: (wanted) => (google.refuse(wishes.refuse.parse(wanted)), {}),
  limits: (wanted) => (google.limit(limitsWish.parse(wanted)), {}),
})
