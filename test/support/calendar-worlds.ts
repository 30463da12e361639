import { oursName } from '@portero/tool-server/connectors/graph/map.ts'
import { scopes } from '../lab/auth/people.ts'
import type { Desk } from '../lab/desk.ts'
import type { Lab } from '../lab/index.ts'

// Each vendor of calendars as the behaviour suite sees it: what people do there, what stands there, and what goes wrong with it. What one can't do is said here, and the suite says what happens instead.
const minute = 60_000
export type Visit = { id: string; ours: string; startsAt: number; endsAt: number }
export type World = {
  vendor: 'google' | 'graph' | 'calendly'
  email: string // of the agent whose calendar it is
  desk: Desk
  routes: { make: string; list: string; busy: string } // where a visit is put, what changed is asked, and who is busy
  visits(): Visit[] // of ours, that stand there
  moves(visit: Visit, startsAt: number): void // by people; whichever way they have
  drops(visit: Visit): void
  occupies(startsAt: number, endsAt: number): string[] // with something of their own, by whose ids it can be freed
  frees(ids: readonly string[]): void
  // Something of their own that takes no time, and a whole day by another zone than the homes'; undefined where the vendor has no such thing.
  idles: ((startsAt: number, endsAt: number) => void) | undefined
  dayOff: ((day: string) => { startsAt: number; endsAt: number }) | undefined
  shifts: ((id: string, startsAt: number, endsAt: number) => void) | undefined // their own event
  behind: ((startsAt: number, endsAt: number, yes?: boolean) => void) | undefined // in another calendar, that this one takes into account and tells nobody of
  invitations(): number
  losePushes(yes: boolean): void
  killCursors(): Promise<void> // and forgets what was deleted
  revoke(yes: boolean): void
}
export type Rows = <T>(text: string) => Promise<T[]>

// One visit has one half hour.
const halves = (startsAt: number, endsAt: number): number[] => Array.from({ length: Math.ceil((endsAt - startsAt) / (30 * minute)) }, (_, at) => startsAt + at * 30 * minute)
const many = 1_000_000
const accountOf = (lab: Lab, vendor: string): { account: string; token: string } => {
  const found = lab.accounts.find((each) => each.vendor === vendor)!
  return { account: found.account, token: (found.settings as { grant: { token: string } }).grant.token }
}
const revoking = (lab: Lab, vendor: string) => (yes: boolean): void => {
  const { account, token } = accountOf(lab, vendor)
  if (yes) lab.auth.tokens.end(token)
  else lab.auth.tokens.know(token, { email: account, scopes })
}

export const googleWorld = (all: Lab): World => {
  const { google: lab } = all
  const { account: email } = accountOf(all, 'google')
  const act = (name: string, wish: object): any => lab.controls[name]!({ email, ...wish })
  return {
    vendor: 'google', email, desk: lab,
    routes: { make: 'POST /calendar/v3/calendars/:calendar/events', list: 'GET /calendar/v3/calendars/:calendar/events', busy: 'POST /calendar/v3/freeBusy' },
    visits: () => lab.calendar(email).events().flatMap(({ id, status, start, end, properties }) => (status !== 'cancelled' && properties.private['portero'] !== undefined ? [{ id, ours: properties.private['portero'], startsAt: start.ms, endsAt: end.ms }] : [])),
    moves: ({ id, startsAt: was, endsAt }, startsAt) => act('move', { id, start: startsAt, end: startsAt + endsAt - was }),
    drops: ({ id }) => act('delete', { id }),
    occupies: (start, end) => [act('put', { start, end }).id],
    frees: (ids) => ids.forEach((id) => act('delete', { id })),
    idles(start, end) {
      act('put', { start, end, transparency: 'transparent' })
      act('invite', { start, end, by: 'otra.persona@fuera.example', title: 'Junta', answer: 'declined' })
    },
    dayOff(day) {
      const next = new Date(Date.parse(`${day}T00:00Z`) + 24 * 60 * minute).toISOString().slice(0, 10)
      act('put', { start: day, end: next })
      return { startsAt: Date.parse(`${day}T00:00-06:00`), endsAt: Date.parse(`${next}T00:00-06:00`) } // by the calendar's zone; it has no other
    },
    shifts: (id, start, end) => act('move', { id, start, end }),
    behind: undefined,
    invitations: () => lab.invitations().length,
    losePushes: (yes) => lab.losePushes(yes ? many : 0),
    async killCursors() {
      lab.calendar(email).forget()
      lab.killCursors(email)
    },
    revoke: revoking(all, 'google'),
  }
}

export const graphWorld = (all: Lab): World => {
  const { graph: lab } = all
  const { account: email } = accountOf(all, 'graph')
  const when = (ms: number): object => ({ dateTime: new Date(ms).toISOString().replace('Z', ''), timeZone: 'UTC' })
  const span = (startsAt: number, endsAt: number): object => ({ start: when(startsAt), end: when(endsAt) })
  const oursOf = (properties: { id: string; value: string }[]): string | undefined => properties.find(({ id }) => id.toLowerCase() === oursName.toLowerCase())?.value
  return {
    vendor: 'graph', email, desk: lab,
    routes: { make: 'POST /v1.0/users/:user/events', list: 'GET /v1.0/users/:user/calendarView/delta', busy: 'POST /v1.0/users/:user/calendar/getSchedule' },
    visits: () => lab.events(email).flatMap(({ id, startsAt, endsAt, properties }) => {
      const ours = oursOf(properties)
      return ours === undefined ? [] : [{ id, ours, startsAt, endsAt }]
    }),
    moves: ({ id }, startsAt) => lab.controls.move({ email, event: id, start: when(startsAt) }),
    drops: ({ id }) => lab.controls.delete({ email, event: id }),
    occupies: (startsAt, endsAt) => [(lab.controls.put({ email, ...span(startsAt, endsAt), subject: 'Ocupado' }) as { id: string }).id],
    frees: (ids) => ids.forEach((id) => lab.controls.delete({ email, event: id })),
    idles(startsAt, endsAt) {
      lab.controls.put({ email, ...span(startsAt, endsAt), showAs: 'free' })
      lab.controls.put({ email, ...span(startsAt, endsAt), showAs: 'busy', response: 'declined', attendees: [{ emailAddress: { address: 'otra.persona@fuera.example' } }] })
    },
    dayOff(day) {
      const next = new Date(Date.parse(`${day}T00:00Z`) + 24 * 60 * minute).toISOString().slice(0, 10)
      const timeZone = 'Pacific Standard Time (Mexico)'
      lab.controls.put({ email, isAllDay: true, start: { dateTime: `${day}T00:00:00`, timeZone }, end: { dateTime: `${next}T00:00:00`, timeZone } })
      return { startsAt: Date.parse(`${day}T00:00-08:00`), endsAt: Date.parse(`${next}T00:00-08:00`) }
    },
    shifts: (id, startsAt, endsAt) => lab.controls.move({ email, event: id, start: when(startsAt), minutes: (endsAt - startsAt) / minute }),
    behind: undefined,
    invitations: () => lab.invitations().length,
    losePushes: (yes) => lab.controls['drop-pushes']({ yes }),
    killCursors: async () => void lab.controls['kill-cursors']({}),
    revoke: revoking(all, 'graph'),
  }
}

// What is booked there is neither free nor a whole day long, and nobody moves what they booked but by calling it off and booking anew. What stands in the calendars behind it is told to whoever asks, and never by itself.
// It has no cursors: what we remember of it takes their place.
export const calendlyWorld = (all: Lab, rows: Rows): World => {
  const { calendly: lab } = all
  const { account: email } = accountOf(all, 'calendly')
  let booked = 0
  return {
    vendor: 'calendly', email, desk: lab,
    routes: { make: 'POST /invitees', list: 'GET /scheduled_events', busy: 'GET /user_busy_times' },
    visits: () => lab.events(email).flatMap(({ id, canceled, startsAt, endsAt, invitees: [first] }) => (!canceled && first?.email.endsWith('@visitas.example') ? [{ id, ours: first.tracking.utm_content ?? '', startsAt, endsAt }] : [])),
    moves: ({ id }, startsAt) => void lab.reschedule({ event: id, startsAt, keepsTracking: true, order: 'created-first' }),
    drops: ({ id }) => lab.cancel(id, { by: 'host', reason: null }),
    occupies: (startsAt, endsAt) => halves(startsAt, endsAt).map((at) => lab.book({ account: email, startsAt: at, email: `otra${++booked}@fuera.example`, name: 'Alguien' })),
    frees: (ids) => ids.forEach((id) => lab.cancel(id, { by: 'host', reason: null })),
    idles: undefined,
    dayOff: undefined,
    shifts: undefined,
    behind: (startsAt, endsAt, yes = true) => (yes ? lab.occupy : lab.free)(email, startsAt, endsAt),
    invitations: () => lab.mails().filter(({ to }) => !to.endsWith('@visitas.example') && !to.endsWith('@fuera.example')).length,
    losePushes: (yes) => lab.losePushes(yes ? many : 0),
    async killCursors() {
      await rows(`update pull_cursor set cursor = '{"of":"another version"}' where name = 'changes' and connection_id in (select id from connection where vendor = 'calendly')`)
    },
    revoke: revoking(all, 'calendly'),
  }
}
