import { z } from 'zod'
import { badge, empty, html, live, type Html } from '@portero/tool-server/spine/page.ts'
import type { Desk } from './desk.ts'
import { moment, type View } from './home-view.ts'

// What stands in the calendars of those who show homes, and what they do there: move something, delete it, write down something of their own.
type Shown = { id: string; title: string; startsAt: number; endsAt: number; isOurs: boolean }
type Press = { url: string; body: object }
type Vendor = { name: string; label: string; read(state: unknown): Record<string, Shown[]>; put(email: string, startsAt: number): Press; move(email: string, event: Shown, byMs: number): Press; remove(email: string, event: Shown): Press }

const hourMs = 3_600_000
const daysMs = 14 * 24 * hourMs
const iso = (ms: number): string => new Date(ms).toISOString()
const byOwner = <T extends { email: string }>(owners: readonly T[], eventsOf: (owner: T) => Shown[]): Record<string, Shown[]> => Object.fromEntries(owners.map((owner) => [owner.email, eventsOf(owner)]))

const when = z.object({ dateTime: z.string().optional(), date: z.string().optional() }).transform(({ dateTime, date }) => Date.parse(dateTime ?? `${date}T06:00:00Z`))
const googleState = z.object({ calendars: z.array(z.object({ email: z.string(), events: z.array(z.object({ id: z.string(), status: z.string(), summary: z.string().optional(), start: when.optional(), end: when.optional(), extendedProperties: z.object({ private: z.record(z.string(), z.string()).optional() }).optional() })) })) })
const graphState = z.object({ mailboxes: z.array(z.object({ email: z.string(), events: z.array(z.object({ id: z.string(), subject: z.string(), startsAt: z.number(), endsAt: z.number(), properties: z.array(z.unknown()) })) })) })
const calendlyState = z.object({ users: z.array(z.object({ email: z.string(), id: z.string() })), events: z.array(z.object({ id: z.string(), user: z.string(), name: z.string(), startsAt: z.number(), endsAt: z.number(), canceled: z.unknown(), invitees: z.array(z.object({ tracking: z.object({ utm_source: z.string().nullable() }) })) })) })
const graphMoment = (ms: number): object => ({ dateTime: iso(ms).slice(0, 19), timeZone: 'UTC' })

const vendors: readonly Vendor[] = [
  {
    name: 'google', label: 'Google Calendar',
    read: (state) => byOwner(googleState.parse(state).calendars, ({ events }) => events.flatMap(({ id, status, summary = '', start = 0, end = 0, extendedProperties }) => (status === 'cancelled' ? [] : [{ id, title: summary, startsAt: start, endsAt: end, isOurs: extendedProperties?.private !== undefined }]))),
    put: (email, startsAt) => ({ url: '/_lab/google/put', body: { email, title: 'Dentista', start: startsAt, end: startsAt + hourMs } }),
    move: (email, { id, startsAt, endsAt }, byMs) => ({ url: '/_lab/google/move', body: { email, id, start: startsAt + byMs, end: endsAt + byMs } }),
    remove: (email, { id }) => ({ url: '/_lab/google/delete', body: { email, id } }),
  },
  {
    name: 'graph', label: 'Outlook',
    read: (state) => byOwner(graphState.parse(state).mailboxes, ({ events }) => events.map(({ subject, properties, ...event }) => ({ ...event, title: subject, isOurs: properties.length > 0 }))),
    put: (email, startsAt) => ({ url: '/_lab/graph/put', body: { email, subject: 'Dentista', start: graphMoment(startsAt), end: graphMoment(startsAt + hourMs) } }),
    move: (email, { id, startsAt }, byMs) => ({ url: '/_lab/graph/move', body: { email, event: id, start: graphMoment(startsAt + byMs) } }),
    remove: (email, { id }) => ({ url: '/_lab/graph/delete', body: { email, event: id } }),
  },
  {
    name: 'calendly', label: 'Calendly',
    read(state) {
      const { users, events } = calendlyState.parse(state)
      return byOwner(users, ({ id: owner }) => events.flatMap(({ id, user, name, startsAt, endsAt, canceled, invitees }) => (user !== owner || canceled !== null ? [] : [{ id, title: name, startsAt, endsAt, isOurs: invitees.some(({ tracking }) => tracking.utm_source === 'portero') }])))
    },
    put: (email, startsAt) => ({ url: '/_lab/calendly/book', body: { account: email, start: startsAt, email: 'cliente@correo.example', name: 'Cliente' } }),
    move: (_email, { id, startsAt }, byMs) => ({ url: '/_lab/calendly/reschedule', body: { event: id, start: startsAt + byMs } }),
    remove: (_email, { id }) => ({ url: '/_lab/calendly/cancel', body: { event: id, by: 'host' } }),
  },
]

// connected: by vendor, whose the house knows from the start. The others show once something stands there.
export type Connected = Readonly<Record<string, string>>
type Calendar = { vendor: Vendor; email: string; events: Shown[] }
const calendarsIn = async (desks: ReadonlyMap<string, Desk>, connected: Connected, { now }: View): Promise<Calendar[]> => {
  const all: Calendar[] = []
  for (const vendor of vendors) {
    const answer = await desks.get(vendor.name)?.control({ method: 'GET', path: '', query: {}, headers: {}, body: undefined }, 'state')
    for (const [email, events] of Object.entries(answer ? vendor.read(answer.body) : {})) {
      const soon = events.filter(({ startsAt, endsAt }) => endsAt > now && startsAt < now + daysMs).toSorted((a, b) => a.startsAt - b.startsAt)
      if (soon.length > 0 || connected[vendor.name] === email) all.push({ vendor, email, events: soon })
    }
  }
  return all
}

export const calendarsList = async (desks: ReadonlyMap<string, Desk>, connected: Connected, view: View): Promise<Html> => {
  const { words, now } = view
  const all = await calendarsIn(desks, connected, view)
  const tomorrow = Math.ceil(now / hourMs) * hourMs + 24 * hourMs
  return all.length === 0 ? empty(words.noCalendars, words.noCalendarsText) : html`<div class="calendars">${all.map((calendar) => html`<section class="card"><h2>${calendar.vendor.label}</h2><div class="in stack"><p class="soft">${calendar.email}</p>
${calendar.events.length === 0 ? html`<p class="soft">${words.nothingThere}</p>` : calendar.events.map((event) => eventShown(calendar, event, view))}
<div class="line">${press(words.writeDown, calendar.vendor.put(calendar.email, tomorrow))}</div></div></section>`)}</div>`
}

const eventShown = ({ vendor, email }: Calendar, event: Shown, { words, language }: View): Html => html`<div class="stack" data-event="${event.id}"><div><b>${event.title}</b> ${event.isOurs && badge(words.ofPortero, 'info')}<br><span class="soft">${moment(event.startsAt, language)}</span></div>
<div class="line">${press(words.hourLater, vendor.move(email, event, hourMs))}${press(words.remove, vendor.remove(email, event))}</div></div>`
const press = (label: string, { url, body }: Press): Html => html`<button data-url="${url}" data-method="POST" data-body="${JSON.stringify(body)}">${label}</button>`

export const calendarsBody = async (desks: ReadonlyMap<string, Desk>, connected: Connected, view: View): Promise<Html> => html`<div class="head"><div><h1>${view.words.calendars}</h1><p class="soft">${view.words.calendarsLead}</p></div></div>
${live({ url: '/_pages/calendars', everyMs: 2_000, away: view.words.away, body: await calendarsList(desks, connected, view) })}`
