import type { z } from 'zod'
import { views, type Language } from '@portero/shared'
import type { Do, Millis } from '../define.ts'
import { isoOf, timeLabel } from '../domain/card-views.ts'
import type { BusyList } from '../domain/busy.ts'
import { freeThen } from '../domain/free-then.ts'
import type { Catalogue, Home } from '../domain/homes.ts'
import { leaves } from '../domain/known-busy.ts'
import { alternatives, placing, reach } from '../domain/offers.ts'
import type { Own } from '../domain/reads.ts'
import type { Acting } from '../spine/act.ts'
import type { Clock } from '../spine/clock.ts'
import type { Db } from '../spine/db.ts'
import type { BoundSubject } from '../spine/tool-bind.ts'
import type { Vault } from '../spine/vault.ts'
import { visitShown } from '../store/card-views.ts'
import { bookTour } from './book-tour.ts'
import { cancelTour } from './cancel-tour.ts'
import { makeOnce, outcome, type Outcome } from './card-once.ts'
import { markTour } from './mark-tour.ts'
import { rescheduleTour } from './reschedule-tour.ts'

// What a person of ours does about somebody's visits, from a card or from the console: book, move and mark, by the same actions as everybody else, each once for its key. Neither the language that was asked for nor anybody's calendar binds them: they are told where it isn't spoken, and where another thing stands there.
type Needs = { db: Db; clock: Clock; vault: Vault; acting: Acting; own(tenant: string): Own }
export type VisitCame = z.infer<typeof views.writeView>
type Asked = { key: string; language?: Language | undefined }
type Booking = Asked & { slot: string }
type Moving = Booking & { tour: string; version: number }
type Marking = Asked & { tour: string; version: number; to: 'completed' | 'no_show' | 'cancelled' }
export type VisitHands = { book(subject: BoundSubject, ask: Booking): Promise<VisitCame>; move(subject: BoundSubject, ask: Moving): Promise<VisitCame>; mark(subject: BoundSubject, ask: Marking): Promise<VisitCame> }

export const makeVisitHands = ({ db, clock, vault, acting, own }: Needs): VisitHands => {
  const { settledBy, settle } = makeOnce({ db, clock, vault, acting })

  // tour: the one that goes there; without, a new one.
  type Placing = Booking & { tour?: string; version?: number }
  const place = async (door: 'book' | 'move', subject: BoundSubject, ask: Placing): Promise<VisitCame> => {
    const words = views.cardAnswers[ask.language ?? 'es-MX']
    const writing = { subject, door, ask }
    const first = await settledBy(writing)
    const at = await slotAt(subject, ask.slot)
    if (first) return told(first, subject, ask, at)
    const tour = ask.tour === undefined ? undefined : await own(subject.tenant).handles.tourOf(subject.person, ask.tour)
    if (door === 'move' && tour === undefined) return refusal('not_found', words.noTour)
    if (!at) return refusal('slot_unknown', words.slotUnknown)
    const { catalogue, home, startsAt } = at
    const { isOffered, shown, able, calendars } = await freeThen(own(subject.tenant), { catalogue, home, now: clock.now() }, startsAt)
    if (!isOffered) return { ...refusal('not_offered', words.notOffered), alternatives: await near(subject, at, ask.language) }
    const wanted = placing({ catalogue, home, now: clock.now() }, startsAt, able.length > 0 ? able : shown)
    const decide = async (act: Do): Promise<Outcome> => {
      if (tour === undefined) return outcomeOf(await act(bookTour, wanted))
      const { status } = await act(rescheduleTour, { ...wanted, tour, version: ask.version ?? 0, byPeople: true })
      return { status, tour }
    }
    return told(await settle(writing, decide), subject, ask, { ...at, calendars })
  }

  const mark = async (subject: BoundSubject, ask: Marking): Promise<VisitCame> => {
    const words = views.cardAnswers[ask.language ?? 'es-MX']
    const writing = { subject, door: 'mark', ask }
    const first = await settledBy(writing)
    if (first) return told(first, subject, ask)
    const tour = await own(subject.tenant).handles.tourOf(subject.person, ask.tour)
    if (tour === undefined) return refusal('not_found', words.noTour)
    const { to, version } = ask
    const came = await settle(writing, async (act) => {
      const { status } = await (to === 'cancelled' ? act(cancelTour, { tour, version }) : act(markTour, { tour, version, as: to }))
      return { status: status === 'marked' ? to : status, tour }
    })
    return told(came, subject, ask)
  }

  type At = { catalogue: Catalogue; home: Home; startsAt: Millis; calendars?: readonly BusyList[] }
  const slotAt = async ({ tenant, person }: BoundSubject, handle: string): Promise<At | undefined> => {
    const { homes, handles } = own(tenant)
    const catalogue = await homes.catalogue()
    const slot = await handles.slotOf(person, handle)
    const home = slot && catalogue.homes.find(({ no, isOpen }) => no === slot.home && isOpen)
    return home && { catalogue, home, startsAt: slot.startsAt }
  }
  const near = async ({ tenant, person }: BoundSubject, { catalogue, home, startsAt, calendars }: At, language: Language = 'es-MX'): Promise<NonNullable<VisitCame['alternatives']>> => {
    const { tours, handles, calendars: known } = own(tenant)
    const now = clock.now()
    const free = alternatives({ catalogue, home, now, calendars: calendars ?? (await known.busy()).lists, taken: await tours.taken(reach({ catalogue, home }, now)) }, startsAt)
    return Promise.all(free.map(async (slot) => ({ slot: await handles.slot(person, { home: home.no, startsAt: slot.startsAt }), startsAt: isoOf(slot.startsAt), label: timeLabel(home.building.zone, slot.startsAt, language) })))
  }

  // As things are now, also when the write was done by an earlier try.
  const told = async ({ status, tour: id }: Outcome, subject: BoundSubject, { language = 'es-MX' }: Asked, at?: At): Promise<VisitCame> => {
    const words = views.cardAnswers[language]
    const { homes, tours, handles, calendars } = own(subject.tenant)
    const catalogue = await homes.catalogue()
    const tour = (await tours.of(subject.person)).find((each) => each.id === id)
    const visit = await visitShown(handles, subject.person, catalogue, tour)
    const when = visit ? timeLabel(visit.zone, Date.parse(visit.startsAt), language) : ''
    const shown = visit && { visit }
    if (status === 'clash') return { ...refusal('clash', words.clash(at ? timeLabel(at.home.building.zone, at.startsAt, language) : when)), ...shown }
    if (status === 'gone') return { ...refusal('slot_gone', words.slotGone), ...(at && { alternatives: await near(subject, at, language) }), ...shown }
    if (!visit) return refusal('not_found', words.noTour)
    const { title, agent } = visit
    // A calendar only warns: somebody of ours has decided.
    const lists = at?.calendars ?? (await calendars.busy()).lists
    const warned = (say: string): string => (tour && !leaves(lists, tour.agent, tour) ? `${say} ${words.calendarBusy(agent)}` : say)
    switch (status) {
      case 'booked':
        return { ok: true, say: warned(words.booked(title, when, agent)), visit }
      case 'mine':
        return { ok: true, say: words.alreadyBooked(title, when), visit }
      case 'moved': {
        const spoken = tour?.language
        const isSpoken = !spoken || catalogue.agents.some(({ id, languages }) => id === tour.agent && languages.includes(spoken))
        return { ok: true, say: warned([words.moved(title, when, agent), ...(isSpoken ? [] : [words.unspoken[spoken](agent)])].join(' ')), visit }
      }
      case 'completed':
      case 'no_show':
      case 'cancelled':
        return { ok: true, say: words.marked[status], visit }
      case 'early':
        return { ...refusal('too_early', words.tooEarly), visit }
      case 'illegal':
        return { ...refusal('illegal', words.over), visit }
      default:
        return { ...refusal('changed', words.changed), visit }
    }
  }

  return { book: (subject, ask) => place('book', subject, ask), move: (subject, ask) => place('move', subject, ask), mark }
}

const refusal = (code: string, say: string): VisitCame => ({ ok: false, say, code })
const outcomeOf = ({ status, tour }: z.infer<typeof bookTour.result>): Outcome => outcome.parse({ status, ...(tour !== undefined && { tour }) })
