import { z } from 'zod'
import type { Answer, Route, Simulator, Time } from '../simulator.ts'
import { invalid, lacksScope, notFound, nothing, ok, parsed, Refusal, unauthorized } from './answers.ts'
import { makeCalendar, type Calendar } from './calendar.ts'
import { makeChannels, type Channel, type Push } from './channels.ts'
import { controlsOf, type Deeds, type Refuse } from './controls.ts'
import { makeListing } from './listing.ts'
import { makeQuota } from './quota.ts'
import { given, shown, takesTime, type Kept } from './wire.ts'

// Google Calendar: a calendar for each account, shared with nobody. Its wire and its faults are the lab's.
export type Invitation = { to: string; about: 'invited' | 'changed' | 'cancelled'; event: string; calendar: string; at: number }
export type Tokens = { whose(bearer: string): { email: string; scopes?: readonly string[] } | undefined } // without scopes: all
export type Google = Simulator & Deeds & {
  routes: Record<string, Route>
  channels(): Channel[] // that still tell
  pushes(): Push[]
  invitations(): Invitation[] // who was written to
  silent(): Promise<void> // when no push is under way
}

type Surroundings = { clock: Time; accounts: readonly { email: string; zone: string }[]; tokens: Tokens; deliver?: (address: string) => string | undefined } // deliver: where what is for that address is taken to; undefined: it takes nothing there
const base = '/calendar/v3'
const scope = 'https://www.googleapis.com/auth/calendar'
const busyScopes = ['', '.readonly', '.freebusy', '.events.freebusy']
const eventScopes = ['', '.events', '.events.owned']
const seeing = [...eventScopes, '.readonly', '.events.readonly', '.events.owned.readonly']
const calendarScopes = ['', '.readonly', '.calendars', '.calendars.readonly']
const updates = z.enum(['all', 'externalOnly', 'none']).default('none')
const window = z.looseObject({ timeMin: z.iso.datetime({ offset: true }), timeMax: z.iso.datetime({ offset: true }), items: z.array(z.looseObject({ id: z.string() })).max(50).default([]) })

export const makeGoogle = ({ clock, accounts, tokens, deliver }: Surroundings): Google => {
  const invitations: Invitation[] = []
  const blind = new Set<string>()
  let refusals: Refuse[] = []
  let revision = clock.now()
  let made = 0
  let url = `https://www.googleapis.com${base}`
  const quota = makeQuota(clock)
  const listing = makeListing()
  const channels = makeChannels({ clock, deliver, baseUrl: () => url })
  const calendars = new Map(accounts.map(({ email, zone }) => [email, makeCalendar({ email, zone, now: clock.now, nextRevision: () => ++revision, newId: () => `lab${String(++made).padStart(23, '0')}`, changed: () => channels.changed(email) })]))

  const calendarAt = (id: string, user: string): Calendar => {
    const found = calendars.get(id === 'primary' ? user : id.toLowerCase())
    if (!found || found.email !== user) throw notFound()
    return found
  }
  // Guests are told when whoever asks wants it; those at other companies, too.
  const mail = (query: Record<string, string>, about: Invitation['about'], { email }: Calendar, event: Kept): void => {
    if (updates.parse(query['sendUpdates']) === 'none') return
    for (const to of event.attendees) if (to.email !== email) invitations.push({ to: to.email, about, event: event.id, calendar: email, at: clock.now() })
  }

  type Call = { calendar: Calendar; user: string; query: Record<string, string>; headers: Record<string, string>; body: unknown; event: string }
  const behind = (scopes: readonly string[], run: (call: Call) => Answer): Route => ({ headers, query, body, parts }) => {
    try {
      const owner = tokens.whose(/^Bearer (.+)$/.exec(headers['authorization'] ?? '')?.[1] ?? '')
      if (!owner) throw unauthorized()
      const user = owner.email.toLowerCase()
      quota.spend(user)
      const refusal = refusals.find(({ of = user }) => of === user)
      if (refusal) {
        refusals = refusals.flatMap((each) => (each !== refusal ? each : each.times > 1 ? { ...each, times: each.times - 1 } : []))
        throw new Refusal(refusal.status, refusal.with, refusal.with, { domain: 'usageLimits' })
      }
      if (owner.scopes && !scopes.some((each) => owner.scopes?.includes(scope + each))) throw lacksScope()
      return run({ user, query, headers, body, event: parts['event'] ?? '', calendar: calendarAt(parts['calendar'] ?? 'primary', user) })
    } catch (thrown) {
      if (thrown instanceof Refusal) return thrown.answer
      throw thrown
    }
  }
  const change = (isWhole: boolean): Route =>
    behind(eventScopes, ({ calendar, event, body, query, headers }) => {
      const { before, after } = calendar.patch(event, parsed(given, body), { ifMatch: headers['if-match'], isWhole })
      const known = new Set(before.status === 'cancelled' ? [] : before.attendees.map(({ email }) => email))
      mail(query, 'changed', calendar, { ...after, attendees: after.attendees.filter(({ email }) => known.has(email)) })
      mail(query, 'invited', calendar, { ...after, attendees: after.attendees.filter(({ email }) => !known.has(email)) })
      return ok(shown(after, calendar))
    })

  const events = `${base}/calendars/:calendar/events`
  const routes: Record<string, Route> = {
    [`GET ${base}/calendars/:calendar`]: behind(calendarScopes, ({ calendar: { email, zone } }) => ok({ kind: 'calendar#calendar', etag: '"1"', id: email, summary: email, timeZone: zone })),
    [`GET ${events}`]: behind(seeing, ({ calendar, query }) => listing.list(calendar, query)),
    [`POST ${events}`]: behind(eventScopes, ({ calendar, query, body }) => {
      const event = calendar.put(parsed(given, body))
      mail(query, 'invited', calendar, event)
      return ok(shown(event, calendar))
    }),
    [`POST ${events}/watch`]: behind(seeing, ({ calendar, user, body }) => channels.watch(calendar.email, user, body)),
    [`GET ${events}/:event`]: behind(seeing, ({ calendar, event }) => ok(shown(calendar.find(event), calendar))),
    [`PATCH ${events}/:event`]: change(false),
    [`PUT ${events}/:event`]: change(true),
    [`DELETE ${events}/:event`]: behind(eventScopes, ({ calendar, event, query, headers }) => {
      mail(query, 'cancelled', calendar, calendar.remove(event, { ifMatch: headers['if-match'] }))
      return nothing
    }),
    [`POST ${base}/channels/stop`]: behind([...seeing, ...busyScopes], ({ user, body }) => channels.stop(user, body)),
    [`POST ${base}/freeBusy`]: behind(busyScopes, ({ user, body }) => {
      const { timeMin, timeMax, items } = parsed(window, body)
      const [from, to] = [Date.parse(timeMin), Date.parse(timeMax)]
      if (from >= to) throw invalid('The specified time range is empty.', 'timeRangeEmpty')
      const answerFor = (id: string): object => {
        const calendar = calendars.get(id === 'primary' ? user : id)
        if (!calendar || calendar.email !== user) return { errors: [{ domain: 'global', reason: 'notFound' }], busy: [] }
        return blind.has(calendar.email) ? { errors: [{ domain: 'calendar', reason: 'internalError' }], busy: [] } : { busy: busyIn(calendar, { from, to }) }
      }
      return ok({ kind: 'calendar#freeBusy', timeMin: new Date(from).toISOString(), timeMax: new Date(to).toISOString(), calendars: Object.fromEntries(items.map(({ id }) => [id, answerFor(id)])) })
    }),
  }

  const known = (email: string): Calendar => {
    const found = calendars.get(email)
    if (!found) throw new Error(`nobody has a calendar as ${email}; there are ${[...calendars.keys()].join(', ')}`)
    return found
  }
  const google: Omit<Google, keyof Simulator> = {
    calendar: known,
    channels: () => channels.living(),
    pushes: () => channels.pushes(),
    invitations: () => [...invitations],
    killCursors: (email) => listing.kill(known(email)),
    losePushes: (times) => channels.lose(times),
    expireChannels: () => channels.expire(),
    blind: (email, yes) => void blind[yes ? 'add' : 'delete'](known(email).email),
    refuse: (wish) => void refusals.push(wish),
    limit: (wish) => quota.limit(wish),
    silent: () => channels.silent(),
  }
  return {
    name: 'google', routes, ...google,
    admits: () => true, // Google refuses a token in its own words
    opened: (at) => void (url = `${at}${base}`),
    state: () => ({
      calendars: [...calendars.values()].map((calendar) => ({ email: calendar.email, zone: calendar.zone, events: calendar.events().map((event) => shown(event, calendar)) })),
      channels: channels.all(), pushes: channels.pushes(), invitations,
    }),
    controls: controlsOf(google),
    close: () => channels.close(),
  }
}

const busyIn = (calendar: Calendar, { from, to }: { from: number; to: number }): object[] => {
  const stretches: { start: number; end: number }[] = []
  const taken = calendar.events().filter((event) => takesTime(event, calendar.email) && event.start.ms < to && event.end.ms > from)
  for (const { start, end } of taken.toSorted((a, b) => a.start.ms - b.start.ms)) {
    const last = stretches.at(-1)
    const one = { start: Math.max(start.ms, from), end: Math.min(end.ms, to) }
    if (last && one.start <= last.end) last.end = Math.max(last.end, one.end)
    else stretches.push(one)
  }
  return stretches.map(({ start, end }) => ({ start: new Date(start).toISOString(), end: new Date(end).toISOString() }))
}
