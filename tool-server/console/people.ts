import type { Request, Response } from 'express'
import { z } from 'zod'
import { AppError, peopleWords } from '@portero/shared'
import { makePeopleHands, type PeopleCame } from '../actions/people-hands.ts'
import { mergesOf } from '../store/merges-view.ts'
import { navFor, paths, sendPage, uuid, type DoorNeeds, type Inside } from './frame.ts'
import { peopleBody, peoplePage, type People, type Typed } from './people-page.ts'

// The doors of the page on who is who. Who was shown is in the audit.
const most = 20
const decided = z.looseObject({ do: z.enum(['join', 'refuse', 'undo']), key: z.coerce.number().int(), back: z.literal('review').optional().catch(undefined) })
const typed = z.looseObject({ one: z.string().max(40), other: z.string().max(40) })

export const peopleDoors = ({ door, forScope, liveFor, ...needs }: DoorNeeds): void => {
  const { db, audit, tenant } = needs
  const hands = makePeopleHands(needs)

  const peopleOf = async (person: string | undefined): Promise<People> => {
    const [proposed, merged] = await Promise.all((['proposed', 'merged'] as const).map((state) => mergesOf(needs, { state, most, person })))
    if (!proposed || !merged) throw new AppError('bug', 'two lists are two')
    return { proposed, merged, person }
  }
  const shown = ({ subject }: Inside, { proposed, merged }: People): Promise<void> =>
    audit.record(db.bare, { subject, what: 'read:people', object: tenant, after: { people: [...proposed.merges, ...merged.merges].flatMap(({ sides }) => sides.map(({ person }) => person)) } })
  const show = async (response: Response, inside: Inside, people: People, { status = 200, came, typed }: { status?: number; came?: PeopleCame | undefined; typed?: Typed } = {}): Promise<void> => {
    await shown(inside, people)
    sendPage(response, status, inside, { title: peopleWords[inside.language].title, nav: navFor(inside, 'people'), body: peoplePage(people, came, typed, inside) })
  }

  door.get(paths.people, forScope('people:read', async (request, response, inside) => show(response, inside, await peopleOf(asked(request)), { came: cameOf(request.query['came']) })))
  door.get(paths.live(paths.people), liveFor('people:read', async (request, inside) => {
    const people = await peopleOf(asked(request))
    return { body: peopleBody(people, inside), shown: () => shown(inside, people) }
  }))
  door.post(paths.people, forScope('people:write', async (request, response, inside) => {
    const numbers = typed.safeParse(request.body)
    if (!numbers.success) throw new AppError('invalid_input', 'a form of two numbers that does not fit')
    const { one, other } = numbers.data
    const came = await hands.compare(inside.subject, one, other)
    if (came.ok) return response.redirect(303, `${paths.people}?came=${came.code}`)
    await show(response, inside, await peopleOf(undefined), { status: 409, came, typed: { one, other } })
  }))
  door.post('/console/people/:id', forScope('people:write', async (request, response, inside) => {
    const { id } = request.params
    const form = decided.safeParse(request.body)
    if (!form.success) throw new AppError('invalid_input', 'a form of two people that does not fit')
    const came = await hands.decide(inside.subject, { do: form.data.do, key: form.data.key, merge: uuid(typeof id === 'string' ? id : undefined) })
    if (came.ok) return response.redirect(303, `${form.data.back === 'review' ? paths.queue : paths.people}?came=${came.code}`)
    await show(response, inside, await peopleOf(undefined), { status: 409, came })
  }))
}

// What the page says after it was sent on.
const cameOf = (code: unknown): PeopleCame | undefined => {
  const known = z.enum(['joined', 'refused', 'undone', 'proposed']).safeParse(code).data
  return known && { ok: true, code: known }
}
const asked = ({ query: { person } }: Request): string | undefined => (typeof person === 'string' ? uuid(person) : undefined)
