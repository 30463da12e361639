import type { Request } from 'express'
import { bookingWords, type BookingWords, type Language } from '@portero/shared'
import type { Millis } from '../define.ts'
import type { BusyList } from '../domain/busy.ts'
import type { Catalogue, Home } from '../domain/homes.ts'
import { alternatives, reach, searchFor, wantsFor } from '../domain/offers.ts'
import type { Own } from '../domain/reads.ts'
import { freeSlots } from '../domain/slots.ts'
import type { Slot, Taken, Tour } from '../domain/tours.ts'
import { dayOf, dayStart, nextDay } from '../domain/zones.ts'
import type { Html } from '../spine/page.ts'
import type { BookingLink } from '../store/booking-links.ts'
import { bookedPage, choosePage, gonePage, photoOf, saidNow, type Choice, type View } from './booking-views.ts'

// Where a link leads, and what is shown there.
export type Place = { link: BookingLink; own: Own; catalogue: Catalogue; home: Home; moving: Tour | undefined; view: View; now: Millis }
export type Gone = keyof BookingWords['gone']
export type Said = keyof BookingWords['said']
export type Shown = { status: number; view: Pick<View, 'words' | 'language'>; body: Html; photo?: string | undefined; refreshMs?: Millis }

const mostDays = 7 // with free times, on one page

// What whoever shows it has to speak.
export const spokenIn = ({ link: { wish }, moving }: Pick<Place, 'link' | 'moving'>): Language | undefined => (moving ? moving.language : 'home' in wish ? wish.language : undefined)

// Free times, from a day on; with what became of the last try above them.
export const choosing = async (place: Place, { status = 200, said, from, taken, calendars, wanted, party = 1 }: { status?: number; said?: Said | undefined; from?: string | undefined; taken?: readonly Taken[] | undefined; calendars?: readonly BusyList[] | undefined; wanted?: Millis; party?: number }): Promise<Shown> => {
  const { link: { person }, own, catalogue, home, moving, view, now } = place
  const { zone } = home.building
  const around = { catalogue, home, now, taken: taken ?? (await own.tours.taken(reach({ catalogue, home }, now))), calendars: calendars ?? (await own.calendars.busy()).lists, wants: moving ? wantsFor(moving, home) : { party, language: spokenIn(place) } }
  const all = freeSlots(searchFor(around))
  const after = from === undefined ? all : all.filter(({ startsAt }) => startsAt >= dayStart(zone, from))
  const isNone = after.length === 0 && all.length > 0
  const days = [...Map.groupBy(isNone ? all : after, ({ startsAt }) => dayOf(zone, startsAt)).values()]
  const choice = async ({ startsAt, seatsLeft }: Slot): Promise<Choice> => ({ startsAt, seatsLeft, slot: await own.handles.slot(person, { home: home.no, startsAt }) })
  const last = days[mostDays - 1]?.[0]
  const page = (day: string): string => `${view.here}&from=${day}`
  const body = choosePage({
    home, moving, party, said: said ? saidNow(view.words.said[said]) : isNone ? saidNow(view.words.noneLater) : undefined,
    nearest: wanted === undefined ? [] : await Promise.all(alternatives(around, wanted).map(choice)),
    days: await Promise.all(days.slice(0, mostDays).map((day) => Promise.all(day.map(choice)))),
    later: last && days.length > mostDays ? page(nextDay(dayOf(zone, last.startsAt))) : undefined, first: from !== undefined && !isNone ? view.here : undefined,
  }, view)
  return { status, view, body, photo: photoOf(home)?.url }
}

export const booked = async ({ own, catalogue, home, view }: Place, tour: Tour, isMoved: boolean): Promise<Shown> => {
  const agent = catalogue.agents.find(({ id }) => id === tour.agent)?.name
  return { status: 200, view, photo: photoOf(home)?.url, body: bookedPage({ home, tour, agent, calendarUrl: await own.handles.calendarUrl(tour.id), isMoved }, view) }
}

// ?lang is what they chose; else their browser's, where we speak it; else the one they write in.
export const viewOf = (request: Request<{ token?: string }>, link?: BookingLink): View => {
  const { lang } = request.query
  const [, first] = /^\s*(en|es)\b/i.exec(request.get('accept-language') ?? '') ?? []
  const language: Language = lang === 'en' || lang === 'es-MX' ? lang : first?.toLowerCase() === 'en' ? 'en' : first ? 'es-MX' : (link?.language ?? 'es-MX')
  const page = (of: Language): string => `/book/${encodeURIComponent(request.params.token ?? '')}?lang=${of}`
  return { language, words: bookingWords[language], here: page(language), there: page(language === 'en' ? 'es-MX' : 'en') }
}

// Of a link that is forged, foreign or of nothing, one and the same is said.
export const gone = (why: Gone, { words, language }: Pick<View, 'words' | 'language'>): Shown => ({ status: why === 'unknown' ? 404 : 410, view: { words, language }, body: gonePage(words.gone[why]) })
