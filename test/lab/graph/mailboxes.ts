import { createHash } from 'node:crypto'
import { z } from 'zod'
import { missing, Refusal } from './answers.ts'
import { instantOf, moment, momentIn, type Moment } from './zones.ts'

// What stands in the calendars, with the order in which it changed. https://learn.microsoft.com/graph/api/resources/event
const attendee = z.object({ type: z.enum(['required', 'optional', 'resource']).default('required'), emailAddress: z.object({ address: z.email(), name: z.string().optional() }), status: z.object({ response: z.string() }).optional() })
const showAs = z.enum(['unknown', 'free', 'tentative', 'busy', 'oof', 'workingElsewhere'])
const writable = {
  subject: z.string().max(255), body: z.object({ contentType: z.enum(['text', 'html']), content: z.string() }), location: z.object({ displayName: z.string() }), start: moment, end: moment, isAllDay: z.boolean(), showAs,
  sensitivity: z.enum(['normal', 'personal', 'private', 'confidential']), attendees: z.array(attendee).max(500), singleValueExtendedProperties: z.array(z.object({ id: z.string().regex(/^String \{[0-9a-f-]{36}\} Name \w+$/i), value: z.string() })),
}
export const changing = z.strictObject(writable).partial()
export const making = changing.required({ start: true, end: true }).extend({ transactionId: z.string().max(255).optional() })
export type Making = z.infer<typeof making>
export type Wish = z.infer<typeof changing> & { transactionId?: string | undefined; response?: string | undefined; isCancelled?: boolean | undefined; every?: { days: number; times: number } | undefined }

type Kind = 'singleInstance' | 'seriesMaster' | 'occurrence'
export type Event = {
  id: string; type: Kind; master?: string; startsAt: number; endsAt: number; zone: string; subject: string; body: { contentType: string; content: string }; location: { displayName: string }; isAllDay: boolean; showAs: z.infer<typeof showAs>; sensitivity: string
  attendees: z.infer<typeof attendee>[]; properties: { id: string; value: string }[]; response: string; isCancelled: boolean; transactionId: string | null; version: number; changes: number[]; madeAt: number; changedAt: number; isGone: boolean
}
export type Invitation = { to: string; about: string; kind: 'request' | 'update' | 'cancel'; comment?: string }
export type Change = { email: string; event: Event; how: 'created' | 'updated' | 'deleted' }
export type Mailbox = { email: string; zone: string; events: Map<string, Event>; transactions: Map<string, { asked: string; id: string }> }

type Needs = { clock: { now(): number }; accounts: readonly { email: string; zone: string }[]; changed(change: Change): void }
export const makeMailboxes = ({ clock, accounts, changed }: Needs) => {
  const mailboxes = new Map(accounts.map(({ email, zone }): [string, Mailbox] => [email.toLowerCase(), { email, zone, events: new Map(), transactions: new Map() }]))
  const invitations: Invitation[] = []
  let made = 0
  let order = 0

  const of = (email: string): Mailbox => {
    const found = mailboxes.get(email.toLowerCase())
    if (!found) throw new Refusal(404, 'ErrorInvalidUser', `The requested user '${email}' is invalid.`)
    return found
  }
  const one = (mailbox: Mailbox, id: string | undefined): Event => {
    const found = mailbox.events.get(id ?? '')
    if (!found || found.isGone) throw missing()
    return found
  }
  const invite = (event: Event, kind: Invitation['kind'], comment?: string): void => {
    for (const { emailAddress: { address } } of event.attendees) if (event.response === 'organizer') invitations.push({ to: address, about: event.subject, kind, ...(comment !== undefined && { comment }) })
  }
  const touch = (mailbox: Mailbox, event: Event, how: Change['how']): void => {
    event.version++
    event.changes.push(++order)
    event.changedAt = clock.now()
    changed({ email: mailbox.email, event, how })
  }
  const timesOf = ({ start, end }: { start: Moment; end: Moment }, isAllDay: boolean): { startsAt: number; endsAt: number } => {
    const [startsAt, endsAt] = [instantOf(start), instantOf(end)]
    if (endsAt < startsAt) throw new Refusal(400, 'ErrorPropertyValidationFailure', 'The end is before the start.')
    if (isAllDay && [start, end].some(({ dateTime }) => !/T00:00(:00(\.0+)?)?Z?$/.test(dateTime))) throw new Refusal(400, 'ErrorPropertyValidationFailure', 'An all-day event begins and ends at midnight.')
    return { startsAt, endsAt }
  }
  const add = (mailbox: Mailbox, wish: Wish & { start: Moment; end: Moment }, kind: Kind, more: Partial<Event> = {}): Event => {
    const { every: _, start, end, singleValueExtendedProperties: properties = [], transactionId = null, isAllDay = false, response = 'organizer', isCancelled = false, ...rest } = wish
    const { subject = '', body = { contentType: 'text', content: '' }, location = { displayName: '' }, attendees = [], sensitivity = 'normal' } = rest
    const event: Event = {
      id: `AAMk${createHash('sha256').update(`${mailbox.email}/${++made}/${clock.now()}`).digest('base64url').slice(0, 40)}=`, type: kind, ...timesOf({ start, end }, isAllDay), zone: start.timeZone, subject, body, location, isAllDay, showAs: rest.showAs ?? 'busy', sensitivity,
      attendees, properties, response, isCancelled, transactionId, version: 0, changes: [], madeAt: clock.now(), changedAt: clock.now(), isGone: false, ...more,
    }
    mailbox.events.set(event.id, event)
    touch(mailbox, event, 'created')
    return event
  }

  return {
    of, one, all: () => [...mailboxes.values()], invitations: () => [...invitations], order: () => order,
    // Asked again with the same transaction and words, it is the same event; with other words, or once that event is gone, a refusal.
    create(mailbox: Mailbox, wish: Making): Event {
      const asked = JSON.stringify(wish)
      const before = wish.transactionId === undefined ? undefined : mailbox.transactions.get(wish.transactionId)
      if (before) {
        const known = mailbox.events.get(before.id)
        if (before.asked !== asked || !known || known.isGone) throw new Refusal(409, 'ErrorDuplicateTransactionId', "Your request can't be completed. The TransactionId specified in the request has already been used to create a different event.")
        return known
      }
      const event = add(mailbox, wish, 'singleInstance')
      if (wish.transactionId !== undefined) mailbox.transactions.set(wish.transactionId, { asked, id: event.id })
      invite(event, 'request')
      return event
    },
    // As its owner would, by hand. every: a series, whose occurrences stand there each for itself.
    put(mailbox: Mailbox, wish: Wish & { start: Moment; end: Moment }): Event {
      if (!wish.every) return add(mailbox, wish, 'singleInstance')
      const master = add(mailbox, wish, 'seriesMaster')
      for (let at = 0; at < wish.every.times; at++) {
        const by = at * wish.every.days * 86_400_000
        add(mailbox, wish, 'occurrence', { master: master.id, startsAt: master.startsAt + by, endsAt: master.endsAt + by })
      }
      return master
    },
    change(mailbox: Mailbox, event: Event, wish: Wish): Event {
      const { start, end, singleValueExtendedProperties: properties, every: _, transactionId: __, ...rest } = wish
      const isAllDay = rest.isAllDay ?? event.isAllDay
      const times = start || end ? timesOf({ start: start ?? momentIn(event.startsAt, event.zone), end: end ?? momentIn(event.endsAt, event.zone) }, isAllDay) : {}
      const invited = new Set(event.attendees.map(({ emailAddress }) => emailAddress.address))
      Object.assign(event, Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined)), times, start && { zone: start.timeZone }, properties && { properties })
      touch(mailbox, event, 'updated')
      for (const { emailAddress: { address } } of event.attendees) invitations.push({ to: address, about: event.subject, kind: invited.has(address) ? 'update' : 'request' })
      return event
    },
    remove(mailbox: Mailbox, event: Event, comment?: string): void {
      invite(event, 'cancel', comment)
      for (const each of [...mailbox.events.values()].filter(({ id, master, isGone }) => !isGone && (id === event.id || master === event.id))) {
        each.isGone = true
        touch(mailbox, each, 'deleted')
      }
    },
  }
}
export type Mailboxes = ReturnType<typeof makeMailboxes>

export const etagOf = ({ id, version }: Event): string => `W/"${Buffer.from(`${id.slice(4, 12)}${version}`).toString('base64')}"`
// Of one day off the dates are told, in whatever zone it is asked for; what it was made in stands beside.
export const shown = (event: Event, { zone, expand = false, select }: { zone: string; expand?: boolean; select?: readonly string[] | undefined }): Record<string, unknown> => {
  const at = (ms: number): Moment => (event.isAllDay ? { ...momentIn(ms, event.zone), timeZone: zone } : momentIn(ms, zone))
  const times = { start: at(event.startsAt), end: at(event.endsAt) }
  const named = { '@odata.etag': etagOf(event), id: event.id }
  const { subject, body, location, isAllDay, showAs: as, sensitivity, isCancelled, transactionId, type } = event
  const full: Record<string, unknown> = {
    createdDateTime: new Date(event.madeAt).toISOString(), lastModifiedDateTime: new Date(event.changedAt).toISOString(), changeKey: etagOf(event).slice(3, -1), categories: [], transactionId, originalStartTimeZone: event.zone, originalEndTimeZone: event.zone, iCalUId: `0400${event.id}`,
    subject, bodyPreview: body.content.slice(0, 255), body, location, ...times, isAllDay, showAs: as, sensitivity, isCancelled, isOrganizer: event.response === 'organizer', responseStatus: { response: event.response, time: '0001-01-01T00:00:00Z' },
    attendees: event.attendees.map(({ status = { response: 'none' }, ...each }) => ({ ...each, status: { ...status, time: '0001-01-01T00:00:00Z' } })), type, seriesMasterId: event.master ?? null, recurrence: null, hasAttachments: false, isReminderOn: true, reminderMinutesBeforeStart: 15,
    webLink: `https://outlook.office365.com/owa/?itemid=${encodeURIComponent(event.id)}&exvsurl=1&path=/calendar/item`,
  }
  const wanted = select ? Object.fromEntries(Object.entries(full).filter(([name]) => select.includes(name))) : full
  const properties = event.properties.map(({ id, value }) => ({ id: id.replace(/\{.*\}/, (guid) => guid.toUpperCase()), value }))
  return { ...named, ...wanted, ...(expand && properties.length > 0 && { singleValueExtendedProperties: properties }) }
}
// What a list of changes tells of an occurrence: https://github.com/microsoftgraph/microsoft-graph-docs/issues/7632
export const bare = (event: Event, zone: string): object => ({
  '@odata.type': '#microsoft.graph.event', '@odata.etag': etagOf(event), seriesMasterId: event.master, type: 'occurrence', id: event.id, start: momentIn(event.startsAt, zone), end: momentIn(event.endsAt, zone),
})
