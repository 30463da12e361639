import { Router } from 'express'
import { ICalAlarmType, ICalCalendar, ICalEventStatus } from 'ical-generator'
import { calendarWords } from '@portero/shared'
import type { Millis } from '../define.ts'
import type { Home } from '../domain/homes.ts'
import type { Own } from '../domain/reads.ts'
import type { Tour } from '../domain/tours.ts'
import type { Clock } from '../spine/clock.ts'
import type { Db } from '../spine/db.ts'
import { answer, languageOf } from '../spine/doors.ts'
import type { Vault } from '../spine/vault.ts'
import { tourOfToken, type CalendarTour } from '../store/calendar-links.ts'

// GET /ics/{token}: a prospect's visit, for their own calendar. Whoever has the link may have it, so it names nobody.
type Needs = { db: Db; clock: Clock; vault: Vault; own(tenant: string): Own }

export const calendarFiles = ({ db, clock, vault, own }: Needs): Router => {
  const router = Router()
  router.get('/ics/:token', async (request, response) => {
    const now = clock.now()
    const tour = await tourOfToken({ on: db.bare, vault }, request.params.token, now)
    const home = tour && (await own(tour.tenant).homes.catalogue()).homes.find(({ id }) => id === tour.home)
    response.set({ 'cache-control': 'no-store', 'x-robots-tag': 'noindex' })
    if (!home) return answer(response, 404, calendarWords[languageOf(request.get('accept-language'))].gone, 'text/plain; charset=utf-8')
    response.set('content-disposition', `attachment; filename="${calendarWords[tour.language].file}"`)
    answer(response, 200, calendarOf(tour, home, now), 'text/calendar; charset=utf-8')
  })
  return router
}

const remindSeconds = 2 * 60 * 60
const statuses: Record<Tour['status'], ICalEventStatus> = {
  held: ICalEventStatus.TENTATIVE, confirmed: ICalEventStatus.CONFIRMED, completed: ICalEventStatus.CONFIRMED, no_show: ICalEventStatus.CONFIRMED, cancelled: ICalEventStatus.CANCELLED,
}

// Times are UTC, so that no calendar has to know the zones. What is imported again replaces what was there: the same UID, and a SEQUENCE that grows.
const calendarOf = ({ id, startsAt, endsAt, status, version, language }: CalendarTour, { title, unit, building }: Home, now: Millis): string => {
  const words = calendarWords[language]
  const { name, address, mapUrl } = building
  const calendar = new ICalCalendar({ prodId: '//Portero//Portero//ES' })
  calendar.createEvent({
    id: `${id}@portero`, sequence: version, status: statuses[status], stamp: new Date(now), start: new Date(startsAt), end: new Date(endsAt),
    summary: words.title(title), location: `${name}, ${unit} · ${address}`, description: [words.about, ...(mapUrl === undefined ? [] : [words.map(mapUrl)])].join('\n'),
    ...(mapUrl !== undefined && { url: unescaped(mapUrl) }), ...(status !== 'cancelled' && { alarms: [{ type: ICalAlarmType.display, triggerBefore: remindSeconds, description: words.reminder(title) }] }),
  })
  return calendar.toString()
}

// The library escapes these in every value, and a URL is none of the texts where that is undone (RFC 5545, 3.3.13).
const unescaped = (url: string): string => url.replaceAll(/[,;\\]/g, encodeURIComponent)
