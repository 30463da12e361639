import { z } from 'zod'
import { AppError, figureWords } from '@portero/shared'
import { csvOf } from '../domain/csv.ts'
import { may } from '../domain/roles.ts'
import { dayMs, dayNamed, dayOf, dayStart, nextDay, numberAt, numberOf } from '../domain/zones.ts'
import type { Millis } from '../define.ts'
import { cardZone } from '../store/card-transcript.ts'
import { compared, costsOf, countOf, funnelOf, isFigure, isPrivate, perDay, reasonsOf, replyTimes, rowsOf, shadowReplies, type FigureName, type Span } from '../store/figures.ts'
import { depths } from '../store/queue.ts'
import { shadowing, sidesOf } from '../store/shadow.ts'
import { countToReview } from '../store/crm-reviews-view.ts'
import { listPage, titleOf, todayBody, todayPage, type Today } from './figures-page.ts'
import { navFor, paths, sendPage, type DoorNeeds } from './frame.ts'
import { valueRows } from './value-csv.ts'
import { periods, valuePage, type Period, type Value } from './value-page.ts'

// The doors of what is counted: the day, and a stretch of days. Numbers name nobody; a list does, so it is in the audit.
const mostRows = 100
const longestMs: Millis = 100 * dayMs
const asked = z.object({ period: z.enum(['week', 'month', 'quarter']).catch('month') })
const part = z.object({ which: z.string().max(40).optional().catch(undefined) })
const stretch = z.object({ from: z.coerce.number().int().min(0), to: z.coerce.number().int().max(8_000_000_000_000) }).refine(({ from, to }) => from < to && to - from <= longestMs)

export const figuresDoors = ({ door, forScope, liveFor, db, clock, vault, audit, tenant }: DoorNeeds): void => {
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
  door.get(paths.home, forScope('conversations:read', async ({ query }, response, inside) => {
    if (query['waiting'] === '1') return response.redirect(303, paths.unanswered) // the list stood here once, and links to it are kept
    sendPage(response, 200, inside, { title: figureWords[inside.language].today, nav: navFor(inside, 'today'), body: todayPage(await todayOf(), inside) })
  }))
  door.get(paths.today, forScope('conversations:read', async (_request, response) => response.redirect(303, paths.home)))
  door.get(paths.live(paths.today), liveFor('conversations:read', async (_request, inside) => ({ body: todayBody(await todayOf(), inside) })))

  // Whole days until now.
  const spanOf = (period: Period): Span & { first: string; end: string } => {
    const now = clock.now()
    const first = dayNamed(numberAt(cardZone, now) - periods[period] + 1)
    const end = nextDay(dayOf(cardZone, now))
    return { from: dayStart(cardZone, first), to: dayStart(cardZone, end), now, first, end }
  }
  const valueOf = async (period: Period): Promise<Value> => {
    const { first, end, ...span } = spanOf(period)
    const [funnel, booked, reasons, speakers, spent, counted, held] = await Promise.all([
      funnelOf(on, span), countOf(on, 'booked', span), reasonsOf(on, span), compared(on, span), costsOf(on, span, { first, end }), perDay(on, span, cardZone), shadowing(db.bare, tenant, span),
    ])
    const days = Array.from({ length: periods[period] }, (_, place) => dayNamed(numberOf(first) + place)).map((day) => ({ day, span: { from: dayStart(cardZone, day), to: dayStart(cardZone, nextDay(day)), now: span.now }, ...(counted.get(day) ?? { conversations: 0, booked: 0 }) }))
    return { period, span, funnel, booked, reasons, speakers, ...spent, days, shadow: held && { ...held, replies: await shadowReplies(on, span) } }
  }
  door.get(paths.value, forScope('conversations:read', async (request, response, inside) =>
    sendPage(response, 200, inside, { title: figureWords[inside.language].value, nav: navFor(inside, 'value'), body: valuePage(await valueOf(asked.parse(request.query).period), inside) })))
  door.get('/console/value.csv', forScope('conversations:read', async (request, response) => {
    const value = await valueOf(asked.parse(request.query).period)
    response.type('text/csv; charset=utf-8').set('content-disposition', `attachment; filename="portero-${value.period}-${value.days.at(-1)?.day ?? ''}.csv"`).send(csvOf([['what', 'which', 'count'], ...valueRows(value)]))
  }))

  door.get('/console/figures/:name', forScope('conversations:read', async (request, response, inside) => {
    const { name } = request.params
    if (typeof name !== 'string' || !isFigure(name)) throw new AppError('not_found', 'no such figure')
    if (isPrivate(name) && !may(inside.signedIn.operator.role, 'privacy:read')) throw new AppError('refused', 'a list for whoever answers for privacy')
    const now = clock.now()
    const span = { ...todaySpan(now), ...stretch.safeParse(request.query).data, ...part.parse(request.query) }
    const { count, rows } = await rowsOf({ db, vault, tenant }, name, span, mostRows)
    await audit.record(db.bare, { subject: inside.subject, what: 'read:figure', object: tenant, after: { figure: name, ...(span.which !== undefined && { which: span.which }), people: [...new Set(rows.flatMap(({ person }) => person ?? []))] } })
    const title = titleOf(name, span.which, inside.language)
    sendPage(response, 200, inside, { title, nav: navFor(inside, undefined), body: listPage({ name, title, count, rows, ...(name === 'shadow' && { sides: await sidesOf({ db, vault, tenant }, rows.map(({ id }) => id)), which: span.which }) }, inside) })
  }))
}

const todaySpan = (now: Millis): Span => {
  const today = dayOf(cardZone, now)
  return { from: dayStart(cardZone, today), to: dayStart(cardZone, nextDay(today)), now }
}
