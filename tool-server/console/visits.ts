import type { Response } from 'express'
import { z } from 'zod'
import { AppError, cardWords } from '@portero/shared'
import type { Came } from '../actions/hands.ts'
import { makeVisitHands } from '../actions/visit-hands.ts'
import type { Own } from '../domain/reads.ts'
import { isOn, type Tour } from '../domain/tours.ts'
import { dayMs, isDay } from '../domain/zones.ts'
import type { Clock } from '../spine/clock.ts'
import type { Html } from '../spine/page.ts'
import { timesFree, visitShown } from '../store/card-views.ts'
import type { Transcript } from '../store/transcripts.ts'
import { navFor, paths, sendPage, type DoorNeeds, type Inside } from './frame.ts'
import { choosePage, visitsPanel, type Visit } from './visits-page.ts'

// What an operator does about somebody's visits: book one, move it, call it off, say how it went. The same as a leasing agent from a card, by the same actions.
type Needs = DoorNeeds & { told(id: string | undefined): Promise<Transcript>; show(response: Response, inside: Inside, told: Transcript, came: Came): Promise<void> }
const key = z.string().regex(/^[\w-]{8,64}$/)
const handle = z.string().max(200)
const version = z.coerce.number().int()
const form = z.discriminatedUnion('do', [
  z.looseObject({ do: z.literal('book'), key, slot: handle, home: handle.optional() }), z.looseObject({ do: z.literal('move'), key, slot: handle, tour: handle, version, home: handle.optional() }),
  z.looseObject({ do: z.literal('mark'), key, tour: handle, version, to: z.enum(['completed', 'no_show', 'cancelled']) }),
])
const asked = z.object({ tour: handle.optional().catch(undefined), home: handle.optional().catch(undefined), from: z.string().refine(isDay).optional().catch(undefined) })

export const visitsDoors = ({ door, forScope, db, clock, vault, acting, audit, own: ownOf, tenant, told: toldOf, show }: Needs): void => {
  const own = ownOf(tenant)
  const hands = makeVisitHands({ db, clock, vault, acting, own: ownOf })

  // came: why the time that was chosen can't be, and what is free instead.
  type Asked = z.infer<typeof asked> & { came?: { ok: boolean; say: string; slots: Parameters<typeof choosePage>[0]['slots'] } }
  const choose = async (response: Response, inside: Inside, told: Transcript, { tour, home, from, came }: Asked): Promise<void> => {
    const { person, id } = told
    const { homes } = await own.homes.catalogue()
    const moving = tour === undefined ? undefined : await visitOf(own, clock, person, tour)
    if (tour !== undefined && !moving && !came) return response.redirect(303, paths.conversation(id)) // it is over, or not theirs
    const wanted = moving?.home ?? home ?? homes.find(({ isOpen }) => isOpen)?.slug
    const slots = came ? came.slots : wanted === undefined ? [] : (await timesFree(own, person, { home: wanted, fromDay: from, now: clock.now(), language: inside.language })).slots
    await audit.record(db.bare, { subject: { ...inside.subject, person, conversation: id }, what: 'read:visit', object: id })
    const title = cardWords[inside.language][moving ? 'move' : 'book']
    sendPage(response, came ? 409 : 200, inside, { title, nav: navFor(inside, 'conversations'), body: choosePage({ told, key: newKey(clock), homes, home: wanted, fromDay: from, moving, slots, came }, inside) })
  }

  door.get('/console/conversations/:id/visits', forScope('conversations:write', async (request, response, inside) => choose(response, inside, await toldOf(idOf(request.params['id'])), asked.parse(request.query))))
  door.post('/console/conversations/:id/visits', forScope('conversations:write', async (request, response, inside) => {
    const parsed = form.safeParse(request.body)
    if (!parsed.success) throw new AppError('invalid_input', 'a form of visits that does not fit')
    const told = await toldOf(idOf(request.params['id']))
    const subject = { ...inside.subject, person: told.person, conversation: told.id }
    const { data: wish } = parsed
    const how = { key: wish.key, language: inside.language }
    const came = wish.do === 'mark' ? await hands.mark(subject, { ...how, tour: wish.tour, version: wish.version, to: wish.to })
      : wish.do === 'move' ? await hands.move(subject, { ...how, tour: wish.tour, version: wish.version, slot: wish.slot }) : await hands.book(subject, { ...how, slot: wish.slot })
    if (wish.do !== 'mark' && !came.ok && came.alternatives) return choose(response, { ...inside, here: paths.visits(told.id) }, told, { tour: wish.do === 'move' ? wish.tour : undefined, home: wish.home, from: undefined, came: { ...came, slots: came.alternatives } })
    await show(response, { ...inside, here: paths.conversation(told.id) }, await toldOf(told.id), { ok: came.ok, say: came.say, code: came.code ?? wish.do })
  }))
}

// Those that can still be had, and those of which it can still be said how they went.
const openOf = async (own: Own, clock: Clock, person: string): Promise<Tour[]> =>
  (await own.tours.of(person)).filter(({ status, endsAt }) => isOn(status) || (status === 'no_show' && endsAt > clock.now() - dayMs)).toSorted((a, b) => a.startsAt - b.startsAt)
const visitsOf = async (own: Own, clock: Clock, person: string): Promise<Visit[]> => {
  const tours = await openOf(own, clock, person)
  const catalogue = await own.homes.catalogue()
  return (await Promise.all(tours.map((tour) => visitShown(own.handles, person, catalogue, tour)))).flatMap((visit) => visit ?? [])
}
const visitOf = async (own: Own, clock: Clock, person: string, handle: string): Promise<Visit | undefined> => {
  const id = await own.handles.tourOf(person, handle)
  return visitShown(own.handles, person, await own.homes.catalogue(), (await openOf(own, clock, person)).find((tour) => tour.id === id))
}
export const visitsHere = async ({ own, clock, tenant }: Pick<DoorNeeds, 'own' | 'clock' | 'tenant'>, told: Transcript, inside: Inside): Promise<Html> => visitsPanel(told, await visitsOf(own(tenant), clock, told.person), newKey(clock), inside)

const newKey = (clock: Clock): string => clock.bytes(12).toString('base64url')
const idOf = (id: unknown): string | undefined => (typeof id === 'string' ? id : undefined)
