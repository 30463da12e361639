import type { Request, Response } from 'express'
import { z } from 'zod'
import { AppError } from '@portero/shared'
import { dayStart, isDay, nextDay } from '../domain/zones.ts'
import { cardZone } from '../store/card-transcript.ts'
import { whoIs, type Whom } from '../store/find-people.ts'
import { soughtStates, type Sought } from '../store/sought.ts'
import { headings, type Place } from '../store/transcripts.ts'
import { conversationsList, conversationsPage, type List } from './conversations-page.ts'
import { navFor, paths, placeIn, sendPage, type DoorNeeds, type Filter, type Inside } from './frame.ts'

// The list of conversations, and how one is found in it. Whom somebody looks for is never part of an address, which proxies and browsers keep: it is sent by a form.
const perPage = 50
const day = z.string().refine(isDay).optional().catch(undefined)
const filter = z.object({ state: z.enum(soughtStates).optional().catch(undefined), from: day, to: day })
const form = z.looseObject({ who: z.string().max(200) })

export const conversationsDoors = ({ door, forScope, liveFor, db, vault, audit, tenant }: DoorNeeds): void => {
  const on = { db, vault, tenant }
  const listOf = async (filter: Filter, before?: Place, whom?: Whom): Promise<List> => ({ ...(await headings(on, { before, most: perPage, sought: { ...soughtBy(filter), people: whom?.people } })), before, filter })
  // What was typed isn't written down, only what kind of thing it was.
  const shown = ({ subject }: Inside, { headings }: List, whom?: Whom): Promise<void> =>
    audit.record(db.bare, { subject, what: 'read:conversations', object: tenant, after: { ...(whom && { by: whom.by }), conversations: headings.map(({ id }) => id) } })

  door.get(paths.conversations, forScope('conversations:read', async ({ query }, response, inside) => {
    const list = await listOf(filter.parse(query), placeIn(query['before']))
    await shown(inside, list)
    show(response, inside, list)
  }))
  door.get(paths.live(paths.conversations), liveFor('conversations:read', async ({ query }, inside) => {
    const list = await listOf(filter.parse(query))
    return { body: conversationsList(list, inside), shown: () => shown(inside, list) }
  }))

  door.post(paths.conversations, forScope('conversations:read', async (request: Request, response, inside) => {
    const typed = form.safeParse(request.body)
    if (!typed.success) throw new AppError('invalid_input', 'a search that does not fit')
    const who = typed.data.who.trim()
    const asked = filter.parse(request.body)
    if (who === '') return response.redirect(303, paths.conversationsBy(asked))
    const whom = await whoIs(on, who, soughtBy(asked).to)
    const before = placeIn(typed.data['before'])
    const list = { ...(await listOf(asked, before, whom)), found: { who, by: whom.by } }
    await shown(inside, list, whom)
    const [only, ...others] = list.headings
    if (whom.by === 'phone' && only && others.length === 0 && !before) return response.redirect(303, paths.conversation(only.id)) // whoever has the number is whom they want
    show(response, inside, list)
  }))
}

const soughtBy = ({ state, from, to }: Filter): Sought => ({ state, ...(from && { from: dayStart(cardZone, from) }), ...(to && { to: dayStart(cardZone, nextDay(to)) }) })
const show = (response: Response, inside: Inside, list: List): void =>
  sendPage(response, 200, inside, { title: inside.words.conversations, nav: navFor(list.found ? { ...inside, here: paths.conversations } : inside, 'conversations'), body: conversationsPage(list, inside) })
