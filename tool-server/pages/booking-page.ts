import { Router, urlencoded, type ErrorRequestHandler, type Request, type Response } from 'express'
import { z } from 'zod'
import { AppError, errors, type ErrorCode } from '@portero/shared'
import { bookByLink } from '../actions/book-by-link.ts'
import { confirmHold } from '../actions/confirm-hold.ts'
import { holdMs } from '../actions/hold-tour.ts'
import type { BusyList } from '../domain/busy.ts'
import { freeThen, keepsFree } from '../domain/free-then.ts'
import { seatsOf } from '../domain/homes.ts'
import { emailOf } from '../domain/identity.ts'
import { placing } from '../domain/offers.ts'
import type { Millis } from '../define.ts'
import type { Own } from '../domain/reads.ts'
import type { Taken, Tour } from '../domain/tours.ts'
import { isDay, minuteMs } from '../domain/zones.ts'
import type { Acting } from '../spine/act.ts'
import type { Clock } from '../spine/clock.ts'
import type { Db } from '../spine/db.ts'
import { answer } from '../spine/doors.ts'
import { faultFields, isDatabaseAway } from '../spine/fault.ts'
import type { Log } from '../spine/log.ts'
import { html, layout, pagePolicy } from '../spine/page.ts'
import { answerAsset } from '../spine/page-assets.ts'
import { currentTrace } from '../spine/trace.ts'
import type { Vault } from '../spine/vault.ts'
import { linkOfToken, type BookingLink } from '../store/booking-links.ts'
import { makeBookingLimit } from './booking-limit.ts'
import { booked, choosing, gone, spokenIn, viewOf, type Gone, type Place, type Said, type Shown } from './booking-place.ts'
import { bookingAssets, bookingScript, gonePage, heldPage, photoOf, saidNow } from './booking-views.ts'

// GET, POST /book/{token}: a prospect chooses when to see a home, or another time for a visit, without signing in. Whoever has the link may use it, once; it works without script.
type Needs = { db: Db; clock: Clock; vault: Vault; tenant: string; acting: Acting; own(tenant: string): Own; isInviting(tenant: string): Promise<boolean>; log: Log } // isInviting: whether we send invitations by mail

const slot = z.string().max(100)
const form = z.discriminatedUnion('do', [
  z.looseObject({ do: z.literal('hold'), slot, people: z.coerce.number().int().min(1).catch(1).default(1) }), z.looseObject({ do: z.literal('move'), slot }),
  z.looseObject({ do: z.literal('confirm'), hold: slot, name: z.string().default(''), email: z.string().default('') }), z.looseObject({ do: z.literal('release'), hold: slot }),
])

export const bookingPages = ({ db, clock, vault, tenant, acting, own, isInviting, log }: Needs): Router => {
  const limit = makeBookingLimit({ db, clock, vault, tenant })
  const door = Router()
  door.get('/_assets/:name', (request, response, next) => {
    const { v } = request.query
    const found = answerAsset({ name: request.params.name, version: typeof v === 'string' ? v : undefined, known: request.get('if-none-match') }, bookingAssets)
    if (!found) return next()
    response.status(found.status).set(found.headers).end(found.body)
  })
  door.use('/book/:token', async (request, response, next) => {
    const waitMs = await limit({ link: request.params.token, address: request.ip ?? '' })
    if (waitMs === 0) return next()
    const view = viewOf(request)
    response.set('retry-after', String(Math.ceil(waitMs / 1000)))
    show(response, { status: 429, view, body: gonePage(view.words.slowDown) })
  }, urlencoded({ extended: false, limit: '8kb' }))

  // Where the link leads, as long as it does.
  const look = async (request: Request<{ token: string }>, link: BookingLink | undefined): Promise<Place | Gone> => {
    const now = clock.now()
    if (!link) return 'unknown'
    const { wish } = link
    if (link.endsAt <= now) return 'expired'
    const theirs = own(link.tenant)
    const moving = 'tour' in wish ? (await theirs.tours.of(link.person)).find(({ id }) => id === wish.tour) : undefined
    if ('tour' in wish && !moving) return 'unknown'
    if (moving && !link.isUsed && (moving.status !== 'confirmed' || moving.startsAt <= now)) return 'off'
    const catalogue = await theirs.homes.catalogue()
    const home = catalogue.homes.find(({ id, no }) => ('home' in wish ? no === wish.home : id === moving?.home))
    return home?.isOpen ? { link, own: theirs, catalogue, home, moving, now, view: viewOf(request, link) } : 'closed'
  }

  // What is held for them, while it is.
  const holding = async ({ link, home, view, own, now }: Place, said?: Said): Promise<Shown | undefined> => {
    const { held, person, tour, isNamed, hasMail } = link
    if (!held || tour === undefined || held.until <= now) return undefined
    const leftMs = held.until - now
    const asksMail = !hasMail && (await isInviting(link.tenant))
    const body = heldPage({ home, startsAt: held.startsAt, leftMs, holdMinutes: holdMs / minuteMs, hold: await own.handles.tour(person, tour), isNamed, asksMail, said: said && saidNow(view.words.said[said]) }, view)
    return { status: said ? 400 : 200, view, body, photo: photoOf(home)?.url, refreshMs: leftMs }
  }

  door.get('/book/:token', async (request, response) => {
    const link = await linkOfToken({ on: db.bare, vault }, request.params.token)
    const place = link?.isUsed ? 'used' : await look(request, link)
    if (typeof place === 'string') return show(response, gone(place, viewOf(request)))
    const held = await holding(place)
    if (held) return show(response, held)
    const { tour } = place.link
    const { from } = request.query
    const day = typeof from === 'string' && isDay(from) ? from : undefined
    if (from !== undefined && day === undefined) return show(response, await choosing(place, { status: 400, said: 'day' }))
    show(response, await choosing(place, { from: day, said: tour === undefined ? undefined : 'lapsed' }))
  })

  door.post('/book/:token', async (request, response) => {
    const place = await look(request, await linkOfToken({ on: db.bare, vault }, request.params.token))
    if (typeof place === 'string') return show(response, gone(place, viewOf(request)))
    const { link, own, catalogue, home, moving, view, now } = place
    const { tenant, person, conversation, digest, endsAt } = link
    const refused = async (status: number, said: Said, more: { taken?: readonly Taken[] | undefined; calendars?: readonly BusyList[]; wanted?: Millis; party?: number } = {}): Promise<void> =>
      show(response, link.isUsed ? gone('used', view) : await choosing(place, { status, said, ...more }))
    // No cookie gives any right here, so this only keeps other pages from pressing buttons on a link that they happen to know. https://w3c.github.io/webappsec-fetch-metadata/#sec-fetch-site-header
    const site = request.get('sec-fetch-site')
    if (site !== undefined && site !== 'same-origin' && site !== 'none') return refused(403, 'elsewhere')
    const asked = form.safeParse(request.body)
    if (!asked.success || (asked.data.do === 'move') !== (moving !== undefined)) return refused(400, 'form')
    const wish = asked.data
    const act = (what: z.infer<typeof bookByLink.args>['wish']): Promise<z.infer<typeof bookByLink.result>> =>
      acting.as({ tenant, by: 'prospect', person, conversation }, 'all')(bookByLink, { link: { digest: digest.toString('base64url'), endsAt }, wish: what })

    if (wish.do === 'confirm' || wish.do === 'release') {
      const tour = await own.handles.tourOf(person, wish.hold)
      if (tour === undefined) return refused(409, 'lapsed')
      if (wish.do === 'release') {
        const { status } = await act({ do: 'release', tour })
        return status === 'over' ? show(response, gone('used', view)) : response.redirect(303, view.here)
      }
      const name = wish.name.replaceAll(/\s+/g, ' ').trim().slice(0, mostName)
      const email = wish.email.trim() === '' ? undefined : emailOf(wish.email)
      const again = wish.email.trim() === '' || confirmHold.args.shape.email.safeParse(email ?? '').success ? undefined : await holding(place, 'email')
      if (again) return show(response, again)
      const then = link.held && link.tour === tour && link.held.until > now ? await keepsFree(own, home, link.held) : undefined
      if (then?.able.length === 0) {
        await act({ do: 'release', tour })
        return refused(409, 'taken', { wanted: link.held?.startsAt ?? now, calendars: then.calendars })
      }
      const done = await act({ do: 'confirm', tour, ...(name !== '' && { name }), ...(email !== undefined && { email }) })
      if (done.status === 'booked' && done.tour) return show(response, await booked(place, visit(done.tour), false))
      return done.status === 'over' ? show(response, gone('used', view)) : refused(409, 'lapsed')
    }

    const chosen = await own.handles.slotOf(person, wish.slot)
    if (chosen?.home !== home.no) return refused(409, 'slotUnknown')
    const { startsAt } = chosen
    const party = wish.do === 'hold' ? Math.min(wish.people, seatsOf(home)) : (moving?.party ?? 1)
    const language = spokenIn(place)
    const { isOffered, able, calendars } = await freeThen(own, { catalogue, home, now, wants: { language } }, startsAt)
    const isAgain = link.isUsed && moving?.startsAt === startsAt // whose time may have come too near meanwhile to be asked for anew
    if (able.length === 0 && !isAgain) return refused(409, language ? 'unspoken' : isOffered ? 'taken' : 'notOffered', { wanted: startsAt, party, calendars })
    const spot = placing({ catalogue, home, now, wants: { party, language } }, startsAt, able.length > 0 ? able : [moving?.agent ?? ''])
    const done = await act(moving ? { do: 'move', tour: moving.id, place: spot } : { do: 'hold', place: spot })
    switch (done.status) {
      case 'held':
        return response.redirect(303, view.here)
      case 'moved':
        return show(response, done.tour ? await booked(place, visit(done.tour), true) : gone('off', view))
      case 'mine':
      case 'clash':
        return refused(409, done.status, { party })
      case 'gone':
        return refused(409, language ? 'unspoken' : party > 1 ? 'noRoom' : 'taken', { taken: done.taken, wanted: startsAt, party, calendars })
      case 'off':
        return show(response, gone('off', view))
      default:
        return show(response, gone('used', view))
    }
  })

  door.use('/book', (request, response) => show(response, gone('unknown', viewOf(request))))
  door.use('/book', failed(log))
  return door
}
const mostName = 80

type ToldTour = NonNullable<z.infer<typeof bookByLink.result>['tour']>
const visit = ({ conversation, ...tour }: ToldTour): Tour => ({ ...tour, conversation })

const show = (response: Response, { status, view: { words, language }, body, photo, refreshMs }: Shown): void => {
  // A photo may be anywhere; no other picture of that place is any.
  const pictures = photo === undefined ? '' : `; img-src 'self' ${new URL(photo).origin}`
  response.set({ 'content-security-policy': `${pagePolicy}${pictures}`, 'cache-control': 'no-store', 'x-robots-tag': 'noindex' })
  if (refreshMs !== undefined) response.set('refresh', String(Math.ceil(refreshMs / 1000) + 1)) // without script too
  answer(response, status, layout({ title: words.title, language, body, scripts: [bookingScript] }), 'text/html; charset=utf-8')
}

const failed = (log: Log): ErrorRequestHandler => (thrown: unknown, request, response, next) => {
  if (response.headersSent) return next(thrown)
  const code = codeOf(thrown)
  const { status } = errors[code]
  if (status >= 500) log.error('booking.failed', { ...faultFields(thrown), code })
  if (status === 503) response.set('retry-after', '5')
  const view = viewOf(request)
  const { failed, unread, trace } = view.words
  show(response, { status, view, body: gonePage(status < 500 ? unread : failed, html`<p class="soft">${trace}: <code>${currentTrace()}</code></p>`) })
}
const codeOf = (thrown: unknown): ErrorCode => {
  if (thrown instanceof AppError) return thrown.code
  if (isDatabaseAway(thrown)) return 'unavailable'
  const status = typeof thrown === 'object' && thrown !== null && 'status' in thrown && typeof thrown.status === 'number' ? thrown.status : 500
  return status === 413 ? 'too_large' : status < 500 ? 'invalid_input' : 'bug'
}
