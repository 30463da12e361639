import { found, denied, invalid } from './answers.ts'
import { inviteeUri, nothingTracked, typeName, visitMs, type Event, type Invitee, type Tracking, type User } from './wire.ts'

// What is booked, and what becomes of it. Calendly itself writes to whoever is invited, whatever anybody wants.
export type Mail = { to: string; about: 'booked' | 'canceled' | 'rescheduled'; event: string; at: number }
export type Happening = 'invitee.created' | 'invitee.canceled' | 'invitee_no_show.created' | 'invitee_no_show.deleted'
export type Wanted = { user: User; startsAt: number; email: string; name: string; zone?: string; tracking?: Tracking | undefined; answers?: object[] | undefined; location?: string | null | undefined; guests?: string[] | undefined; title?: string | undefined }
export type Rescheduling = { event: string; startsAt: number; keepsTracking: boolean; order: 'created-first' | 'canceled-first' }

type Needs = { now(): number; newId(): string; tell(what: Happening, invitee: Invitee, event: Event): void }
export const makeBookings = ({ now, newId, tell }: Needs) => {
  const events = new Map<string, Event>()
  let external: { user: string; startsAt: number; endsAt: number }[] = [] // what stands in the calendars that Calendly checks for conflicts
  const mails: Mail[] = []
  const mail = (about: Mail['about'], { email }: Invitee, event: string): void => void mails.push({ to: email, about, event, at: now() })

  const isFree = (user: string, startsAt: number): boolean => {
    const endsAt = startsAt + visitMs
    const overlaps = (each: { user: string; startsAt: number; endsAt: number }): boolean => each.user === user && each.startsAt < endsAt && startsAt < each.endsAt
    return startsAt > now() && ![...events.values()].some((each) => !each.canceled && overlaps(each)) && !external.some(overlaps)
  }
  const make = ({ user, startsAt, email, name, zone = user.zone, tracking = nothingTracked, answers = [], location = null, guests = [], title = typeName }: Wanted): { event: Event; invitee: Invitee } => {
    if (!isFree(user.id, startsAt)) throw invalid({ parameter: 'start_time', message: 'is not available', code: 'already_filled' })
    const stamps = { madeAt: now(), changedAt: now() }
    const event: Event = { id: newId(), user: user.id, name: title, startsAt, endsAt: startsAt + visitMs, location, guests, ...stamps, canceled: null, invitees: [] }
    const invitee: Invitee = { id: newId(), event: event.id, email, name, zone, status: 'active', tracking, answers, ...stamps, rescheduled: false, oldInvitee: null, newInvitee: null, noShowAt: null }
    event.invitees.push(invitee)
    events.set(event.id, event)
    return { event, invitee }
  }
  const close = (event: Event, how: { by: 'host' | 'invitee'; who: string; reason: string | null }): Invitee[] => {
    Object.assign(event, { canceled: how, changedAt: now() })
    const open = event.invitees.filter(({ status }) => status === 'active')
    for (const invitee of open) Object.assign(invitee, { status: 'canceled', changedAt: now() })
    return open
  }
  const one = (id: string): Event => found(events.get(id))

  return {
    one,
    of: (user: string): Event[] => [...events.values()].filter((event) => event.user === user),
    all: (): Event[] => [...events.values()],
    mails: (): Mail[] => mails.map((each) => ({ ...each })),
    book(wanted: Wanted): { event: Event; invitee: Invitee } {
      const made = make(wanted)
      mail('booked', made.invitee, made.event.id)
      tell('invitee.created', made.invitee, made.event)
      return made
    },
    cancel(id: string, how: { by: 'host' | 'invitee'; who: string; reason: string | null }): Event {
      const event = one(id)
      if (event.canceled) throw denied('Event is already canceled')
      if (event.startsAt <= now()) throw denied('Event in the past')
      for (const invitee of close(event, how)) {
        mail('canceled', invitee, id)
        tell('invitee.canceled', invitee, event)
      }
      return event
    },
    // On Calendly's own page: another event, and the older one is called off.
    reschedule({ event: id, startsAt, keepsTracking, order }: Rescheduling, user: User): Event {
      const older = one(id)
      const [leaving] = older.invitees.filter(({ status }) => status === 'active')
      if (!leaving) throw denied('Event is already canceled')
      const { event, invitee } = make({ user, startsAt, email: leaving.email, name: leaving.name, zone: leaving.zone, answers: leaving.answers, location: older.location, title: older.name, tracking: keepsTracking ? leaving.tracking : nothingTracked })
      invitee.oldInvitee = inviteeUri(leaving)
      Object.assign(leaving, { rescheduled: true, newInvitee: inviteeUri(invitee) })
      close(older, { by: 'invitee', who: leaving.name, reason: null })
      mail('rescheduled', invitee, event.id)
      const told = [() => tell('invitee.created', invitee, event), () => tell('invitee.canceled', leaving, older)]
      for (const say of order === 'created-first' ? told : told.toReversed()) say()
      return event
    },
    noShow(id: string, yes: boolean): void {
      const event = one(id)
      const invitee = found(event.invitees[0])
      invitee.noShowAt = yes ? now() : null
      tell(yes ? 'invitee_no_show.created' : 'invitee_no_show.deleted', invitee, event)
    },
    forget: (id: string): void => void events.delete(one(id).id), // its data are deleted: nobody is told
    occupy: (user: string, startsAt: number, endsAt: number): void => void external.push({ user, startsAt, endsAt }),
    free: (user: string, startsAt: number, endsAt: number): void => void (external = external.filter((each) => each.user !== user || each.startsAt !== startsAt || each.endsAt !== endsAt)),
    // https://developer.calendly.com/api-docs/calendly-api/availability/list-user-busy-times
    busy: (user: string, from: number, to: number): { type: 'calendly' | 'external'; startsAt: number; endsAt: number; event?: string }[] =>
      [
        ...[...events.values()].filter((event) => event.user === user && !event.canceled).map(({ id, startsAt, endsAt }) => ({ type: 'calendly' as const, startsAt, endsAt, event: id })),
        ...external.filter((each) => each.user === user).map(({ startsAt, endsAt }) => ({ type: 'external' as const, startsAt, endsAt })),
      ].filter(({ startsAt, endsAt }) => startsAt < to && from < endsAt).toSorted((a, b) => a.startsAt - b.startsAt),
  }
}
export type Bookings = ReturnType<typeof makeBookings>
