import type { RequestHandler, Response, Request, Router } from 'express'
import { z } from 'zod'
import { AppError, figureWords } from '@portero/shared'
import { csvOf } from '../domain/csv.ts'
import type { Scope } from '../domain/roles.ts'
import { dayMs, dayNamed, dayOf, dayStart, nextDay, numberAt, numberOf } from '../domain/zones.ts'
import type { Millis } from '../define.ts'
import { cardZone } from '../store/card-transcript.ts'
import { compared, costsOf, countOf, funnelSteps, isFigure, perDay, reasonsOf, replyTimes, rowsOf, type FigureName, type Span } from '../store/figures.ts'
import { depths } from '../store/queue.ts'
import { shadowedCommands } from '../store/shadow.ts'
import { countToReview } from '../store/crm-reviews-view.ts'
import { listPage, todayBody, todayPage, type Today } from './figures-page.ts'
import { navFor, paths, sendLive, sendPage, type ConsoleNeeds, type Inside } from './frame.ts'
import { periods, valuePage, type Period, type Value } from './value-page.ts'

// The doors of what is counted: the day, and a stretch of days. Numbers name nobody; a list does, so it is in the audit.
type Needs = ConsoleNeeds & { door: Router; forScope(scope: Scope, serve: (request: Request, response: Response, inside: Inside) => Promise<void>): RequestHandler }
const mostRows = 100
const longestMs: Millis = 100 * dayMs
const asked = z.object({ period: z.enum(['week', 'month', 'quarter']).catch('month') })
const stretch = z.object({ from: z.coerce.number().int().min(0), to: z.coerce.number().int().max(8_000_000_000_000) }).refine(({ from, to }) => from < to && to - from <= longestMs)

export const figuresDoors = ({ door, forScope, db, clock, vault, audit, tenant }: Needs): void => {
  const on = { on: db.bare, tenant }

  const todayOf = async (): Promise<Today> => {
    const now = clock.now()
    const span = todaySpan(now)
    const past = { from: now - 30 * dayMs, to: now, now }
    const count = (name: FigureName, within: Span = span): Promise<number> => countOf(on, name, within)
    const [conversations, booked, visits, called, waiting, late, came, missed, replies, { dead }, toReview] = await Promise.all([
      count('conversations'), count('booked'), count('visits'), count('called'), count('waiting'), count('late'), count('came', past), count('missed', past), replyTimes(on, span), depths(db, tenant), countToReview({ db, tenant }),
    ])
    return { span, past, conversations, booked, visits, called, waiting, late, came, missed, replies, dead, toReview }
  }
  door.get(paths.today, forScope('conversations:read', async (_request, response, inside) =>
    sendPage(response, 200, inside, { title: figureWords[inside.language].today, nav: navFor(inside, 'today'), body: todayPage(await todayOf(), inside) })))
  door.get(paths.live(paths.today), forScope('conversations:read', async (request, response, inside) => sendLive(request, response, todayBody(await todayOf(), inside))))

  // Whole days until now.
  const spanOf = (period: Period): Span & { first: string; end: string } => {
    const now = clock.now()
    const first = dayNamed(numberAt(cardZone, now) - periods[period] + 1)
    const end = nextDay(dayOf(cardZone, now))
    return { from: dayStart(cardZone, first), to: dayStart(cardZone, end), now, first, end }
  }
  const valueOf = async (period: Period): Promise<Value> => {
    const { first, end, ...span } = spanOf(period)
    const [funnel, booked, reasons, speakers, costs, counted, shadowed] = await Promise.all([
      Promise.all(funnelSteps.map(async (step) => ({ step, count: await countOf(on, step, span) }))), countOf(on, 'booked', span), reasonsOf(on, span), compared(on, span), costsOf(on, span, { first, end }), perDay(on, span, cardZone), shadowedCommands(db.bare, tenant),
    ])
    const days = Array.from({ length: periods[period] }, (_, place) => dayNamed(numberOf(first) + place)).map((day) => ({ day, ...(counted.get(day) ?? { conversations: 0, booked: 0 }) }))
    return { period, span, funnel, booked, reasons, speakers, costs, days, shadowed }
  }
  door.get(paths.value, forScope('conversations:read', async (request, response, inside) =>
    sendPage(response, 200, inside, { title: figureWords[inside.language].value, nav: navFor(inside, 'value'), body: valuePage(await valueOf(asked.parse(request.query).period), inside) })))
  door.get('/console/value.csv', forScope('conversations:read', async (request, response) => {
    const { period, funnel, booked, reasons, speakers, costs, days, shadowed } = await valueOf(asked.parse(request.query).period)
    const rows = [
      ...funnel.map(({ step, count }) => ['funnel', step, String(count)]), ['visits', 'booked', String(booked)], ...reasons.map(({ reason, count }) => ['called', reason, String(count)]),
      ...speakers.flatMap(({ speaker, conversations, booked: theirs, called, p50 }) => [['conversations', speaker, String(conversations)], ['conversations booked', speaker, String(theirs)], ['conversations called', speaker, String(called)], ['median reply s', speaker, p50 === undefined ? '' : String(p50 / 1_000)]]),
      ...costs.flatMap(({ currency, micros }) => [['cost', currency, String(micros / 1e6)], ['cost per booking', currency, booked === 0 ? '' : String(micros / 1e6 / booked)]]),
      ...days.flatMap(({ day, ...each }) => [['conversations by day', day, String(each.conversations)], ['booked by day', day, String(each.booked)]]), ...shadowed.map(({ name, count }) => ['shadowed', name, String(count)]),
    ]
    response.type('text/csv; charset=utf-8').set('content-disposition', `attachment; filename="portero-${period}-${days.at(-1)?.day ?? ''}.csv"`).send(csvOf([['what', 'which', 'count'], ...rows]))
  }))

  door.get('/console/figures/:name', forScope('conversations:read', async (request, response, inside) => {
    const { name } = request.params
    if (typeof name !== 'string' || !isFigure(name)) throw new AppError('not_found', 'no such figure')
    const now = clock.now()
    const span = { ...todaySpan(now), ...stretch.safeParse(request.query).data }
    const [count, rows] = [await countOf(on, name, span), await rowsOf({ db, vault, tenant }, name, span, mostRows)]
    await audit.record(db.bare, { subject: inside.subject, what: 'read:figure', object: tenant, after: { figure: name, people: [...new Set(rows.map(({ person }) => person))] } })
    const title = figureWords[inside.language].name[name]
    sendPage(response, 200, inside, { title, nav: navFor(inside, undefined), body: listPage({ title, count, rows }, inside) })
  }))
}

const todaySpan = (now: Millis): Span => {
  const today = dayOf(cardZone, now)
  return { from: dayStart(cardZone, today), to: dayStart(cardZone, nextDay(today)), now }
}
