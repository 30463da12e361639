import type { Request, Response } from 'express'
import { z } from 'zod'
import { AppError, reviewWords } from '@portero/shared'
import { beginReplay, stopReplay } from '../actions/replay-page.ts'
import type { Problem } from '../actions/review.ts'
import { edit, type Edit } from '../spine/mend.ts'
import { countToReview } from '../store/crm-reviews-view.ts'
import { mergesOf } from '../store/merges-view.ts'
import { depths, stuck, waiting } from '../store/queue.ts'
import { latestReplay } from '../store/replays.ts'
import { causesOf, deadList } from '../store/review.ts'
import { deadPage, kinds, mostEdits, type Tried, type Typed } from './dead-page.ts'
import { navFor, paths, placeOf, sendPage, uuid, type DoorNeeds, type Inside } from './frame.ts'
import { confirmPage } from './queue-page.ts'
import { reviewBody, reviewPage, type Dead, type Elsewhere, type ReviewCame } from './review-page.ts'

// The doors of what has stopped. Whoever looks into one, or rehearses it, stands in the audit; its payload is never shown as it is.
const perPage = 25
const mostMerges = 5

export const reviewDoors = ({ door, forScope, liveFor, ...needs }: DoorNeeds): void => {
  const { db, audit, acting, tenant, review } = needs

  const deadOf = async (request: Request): Promise<Dead> => {
    const cause = z.string().max(500).optional().catch(undefined).parse(request.query['cause'])
    const before = placeOf(request, 'before')
    return { causes: await causesOf({ db, tenant }), list: await deadList({ db, tenant }, { cause, most: perPage, before }), cause, before, replay: await latestReplay(db, tenant), queue: { ...(await depths(db, tenant)), waiting: await waiting(db, tenant) } }
  }
  const elsewhereOf = async (): Promise<Elsewhere> => {
    const [merged, proposed] = await Promise.all([mergesOf(needs, { state: 'merged', most: mostMerges }), mergesOf(needs, { state: 'proposed', most: 1 })])
    return { contacts: await countToReview({ db, tenant }), people: proposed.total, merges: merged.merges }
  }
  const shown = async ({ subject }: Inside, { merges }: Elsewhere): Promise<void> => {
    if (merges.length > 0) await audit.record(db.bare, { subject, what: 'read:people', object: tenant, after: { people: merges.flatMap(({ sides }) => sides.map(({ person }) => person)) } })
  }
  const showOne = async (response: Response, inside: Inside, id: string, { status = 200, came, ...tried }: Tried & { status?: number; came?: ReviewCame | undefined }): Promise<void> => {
    const looked = await review.look(inside.subject, id)
    if (!looked) throw new AppError('not_found', 'nothing that stopped has that id')
    sendPage(response, status, inside, { title: reviewWords[inside.language].title, nav: navFor(inside, 'queue'), body: deadPage(looked, tried, came, inside) })
  }
  const act = ({ subject }: Inside) => acting.as(subject, subject.scopes)

  door.get(paths.queue, forScope('queue:write', async (request, response, inside) => {
    const [dead, elsewhere] = [await deadOf(request), await elsewhereOf()]
    await shown(inside, elsewhere)
    sendPage(response, 200, inside, { title: reviewWords[inside.language].title, nav: navFor(inside, 'queue'), body: reviewPage(dead, elsewhere, cameOf(request), inside) })
  }))
  door.get('/console/live/queue', liveFor('queue:write', async (request, inside) => ({ body: reviewBody(await deadOf(request), inside) })))

  door.post(paths.replayAll, forScope('queue:write', async (request, response, inside) => {
    const { cause } = grouped.parse(request.body)
    const { isNew, total } = await act(inside)(beginReplay, { cause })
    response.redirect(303, `${paths.queue}?came=${isNew ? 'begun' : total === 0 ? 'none' : 'busy'}`)
  }))
  door.post(paths.stopReplay, forScope('queue:write', async (_request, response, inside) => {
    const { isStopped } = await act(inside)(stopReplay, {})
    response.redirect(303, `${paths.queue}?came=${isStopped ? 'stopped' : 'none'}`)
  }))
  door.post('/console/queue/:id/replay', forScope('queue:write', async (request, response, inside) => {
    const id = idOf(request)
    const { sure } = sureness.parse(request.body)
    const [row] = await stuck(db, tenant, { id })
    if (row?.uncertain && sure === undefined) return sendPage(response, 409, inside, { title: inside.words.confirmTitle, nav: navFor(inside, 'queue'), body: confirmPage(row, inside) })
    response.redirect(303, `${paths.queue}?came=${await review.replay(inside.subject, id, sure === 'yes')}`)
  }))
  door.get(paths.dead(':id'), forScope('queue:write', (request, response, inside) => showOne(response, inside, idOf(request), { typed: [], came: cameOf(request) })))
  door.post(paths.dead(':id'), forScope('queue:write', async (request, response, inside) => {
    const id = idOf(request)
    const typed = typedIn(request.body)
    const wanted = editsOf(typed)
    if (!wanted) return showOne(response, inside, id, { status: 409, typed, problems: [{ issue: 'form' }] })
    if (wishes.parse(request.body).do === 'preview') return showOne(response, inside, id, { typed, preview: await review.preview(inside.subject, id, wanted) })
    const problems: Problem[] = wanted.length === 0 ? [{ issue: 'form' }] : []
    const came = problems.length > 0 ? { problems } : await review.mend(inside.subject, id, wanted)
    if (typeof came === 'object') return showOne(response, inside, id, { status: 409, typed, problems: came.problems })
    response.redirect(303, `${paths.dead(id)}?came=${came}`)
  }))
}

const idOf = ({ params: { id } }: Request): string => uuid(typeof id === 'string' ? id : undefined)
const grouped = z.looseObject({ cause: z.string().max(500).nullable().default(null).catch(null) })
const sureness = z.looseObject({ sure: z.enum(['yes', 'no']).optional().catch(undefined) })
const wishes = z.looseObject({ do: z.enum(['preview', 'save']).catch('preview') })
const cames = z.enum(['back', 'repeated', 'gone', 'unknown', 'begun', 'none', 'busy', 'stopped', 'undone', 'uncertain'])
const cameOf = ({ query }: Request): ReviewCame | undefined => cames.safeParse(query['came']).data

const text = z.string().max(4_000).catch('')
const typedIn = (body: unknown): Typed => {
  const form = z.record(z.string(), z.unknown()).catch({}).parse(body)
  return Array.from({ length: mostEdits }, (_, at) => ({ path: text.parse(form[`path${at}`]).trim(), kind: z.enum(kinds).catch('text').parse(form[`kind${at}`]), with: text.parse(form[`with${at}`]) })).filter(({ path }) => path !== '')
}
// undefined: one of them is none.
const editsOf = (typed: Typed): Edit[] | undefined => {
  const read = typed.map(({ path, kind, with: given }) => edit.safeParse(kind === 'text' ? { path, value: given } : kind === 'json' ? { path, value: jsonIn(given) } : kind === 'from' ? { path, from: given.trim() } : { path, gone: true }).data)
  return read.every((each) => each !== undefined) ? read : undefined
}
const jsonIn = (given: string): unknown => {
  try {
    return JSON.parse(given)
  } catch {
    return undefined // which is no value
  }
}
