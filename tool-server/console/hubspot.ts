import type { Request, Response } from 'express'
import { z } from 'zod'
import { AppError, hubspotWords } from '@portero/shared'
import { makeHubspotHands, type HubspotCame } from '../actions/hubspot-hands.ts'
import { toReview, type ToReview } from '../store/crm-reviews-view.ts'
import { navFor, paths, sendPage, uuid, type DoorNeeds, type Inside } from './frame.ts'
import { confirmBegin, hubspotBody, hubspotPage } from './hubspot-page.ts'

// The doors of the page on what the sync with HubSpot leaves to people. Who was shown is in the audit.
const key = z.coerce.number().int().min(0)
const decided = z.looseObject({ key, person: z.uuid().optional() })
const settled = z.looseObject({ key, keep: z.enum(['ours', 'theirs']).optional() })
const begun = z.looseObject({ key })

export const hubspotDoors = ({ door, forScope, liveFor, ...needs }: DoorNeeds): void => {
  const { db, audit, tenant } = needs
  const hands = makeHubspotHands(needs)

  const shown = ({ subject }: Inside, { reviews, conflicts }: ToReview): Promise<void> =>
    audit.record(db.bare, { subject, what: 'read:crm-reviews', object: tenant, after: { people: [...reviews.flatMap(({ people }) => people.map(({ person }) => person)), ...conflicts.map(({ who }) => who.person)] } })
  const show = async (response: Response, inside: Inside, { status = 200, came }: { status?: number; came?: HubspotCame | undefined } = {}): Promise<void> => {
    const found = await toReview(needs)
    await shown(inside, found)
    sendPage(response, status, inside, { title: hubspotWords[inside.language].title, nav: navFor({ ...inside, toReview: found.total }, 'hubspot'), body: hubspotPage(found, came, inside) })
  }
  const answer = async (response: Response, inside: Inside, came: HubspotCame): Promise<void> => (came.ok ? response.redirect(303, `${paths.hubspot}?came=${came.code}`) : show(response, inside, { status: 409, came }))

  door.get(paths.hubspot, forScope('crm:read', (request, response, inside) => show(response, inside, { came: cameOf(request.query['came']) })))
  door.get(paths.live(paths.hubspot), liveFor('crm:read', async (_request, inside) => {
    const found = await toReview(needs)
    return { body: hubspotBody(found, inside), shown: () => shown(inside, found) }
  }))
  door.get(paths.backfill, forScope('people:write', async (_request, response, inside) => sendPage(response, 200, inside, { title: hubspotWords[inside.language].walk, nav: navFor(inside, 'hubspot'), body: confirmBegin(await toReview(needs), inside) })))
  door.post(paths.backfill, forScope('people:write', async (request, response, inside) => answer(response, inside, await hands.begin(inside.subject, formOf(begun, request).key))))
  door.post('/console/hubspot/contacts/:id', forScope('people:write', async (request, response, inside) => {
    const { key, person } = formOf(decided, request)
    await answer(response, inside, await hands.decide(inside.subject, { review: idOf(request), person, key }))
  }))
  door.post('/console/hubspot/changes/:id', forScope('people:write', async (request, response, inside) => {
    const { key, keep } = formOf(settled, request)
    await answer(response, inside, await hands.settle(inside.subject, { conflict: idOf(request), keep, key }))
  }))
}

const idOf = ({ params: { id } }: Request): string => uuid(typeof id === 'string' ? id : undefined)
const formOf = <S extends z.ZodType>(schema: S, { body }: Request): z.infer<S> => {
  const form = schema.safeParse(body)
  if (!form.success) throw new AppError('invalid_input', 'a form of the HubSpot review that does not fit')
  return form.data
}
// What the page says after it was sent on.
const cameOf = (code: unknown): HubspotCame | undefined => {
  const known = z.enum(['linked', 'apart', 'theirs', 'ours', 'seen', 'begun']).safeParse(code).data
  return known && { ok: true, code: known }
}
