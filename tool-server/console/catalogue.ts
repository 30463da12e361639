import type { Request, Response } from 'express'
import { z } from 'zod'
import { AppError, catalogueDeskWords, connectionsWords, views } from '@portero/shared'
import { makeCatalogueHands } from '../actions/catalogue-hands.ts'
import { changed } from '../domain/catalogue-change.ts'
import { isWithin, previewOf, reachOf, type Booked } from '../domain/catalogue-preview.ts'
import { catalogueText } from '../domain/catalogue-text.ts'
import type { Agent } from '../domain/homes.ts'
import { dayOf } from '../domain/zones.ts'
import { badge, html, type Html } from '../spine/page.ts'
import { bookedAhead, namesOf, type Named } from '../store/catalogue-view.ts'
import { connectionsShown } from '../store/connections-view.ts'
import { cardZone } from '../store/card-transcript.ts'
import { catalogueNow, catalogueShown, type CatalogueShown } from '../store/homes.ts'
import { takenTimes } from '../store/tours.ts'
import { closeForm, groupsOf, reopenForm } from './catalogue-blackout-forms.ts'
import { blackoutsPage } from './catalogue-blackouts-page.ts'
import { differences, type Form, type Typed } from './catalogue-fields.ts'
import { agentForm, homeForm, showsForm, visitsForm } from './catalogue-forms.ts'
import { cataloguePage, type CalendarOf } from './catalogue-page.ts'
import { agentPage, buildingPage, homePage, type Sent } from './catalogue-place-pages.ts'
import { mostVisits, previewPage } from './catalogue-preview-page.ts'
import { stateOf } from './connections-page.ts'
import { navFor, paths, sendPage, uuid, type DoorNeeds, type Inside } from './frame.ts'

// The doors of the page on what is rented, who shows it and when. A change is shown before it is saved; whose visits were shown is in the audit.
const sent = z.looseObject({ do: z.string().max(20), version: z.string().max(60), key: z.string().max(40).default(''), go: z.enum(['preview', 'save', 'edit']).default('preview') })
const sought = z.object({ q: z.string().max(80).catch(''), only: z.enum(['all', 'open', 'closed']).catch('all') })
const wanted = z.object({ building: z.uuid().optional().catch(undefined), agent: z.uuid().optional().catch(undefined) })
// A page with forms: how it is shown, and those that can be sent to it.
type Desk = { title: string; path: string; shown: CatalogueShown; forms: readonly Form[]; show(sent: Sent): Promise<Html> }

export const catalogueDoors = ({ door, forScope, ...needs }: Omit<DoorNeeds, 'liveFor'>): void => {
  const { db, clock, audit, tenant, connecting, own } = needs
  const hands = makeCatalogueHands(needs)
  const load = (): Promise<CatalogueShown> => catalogueShown(db.bare, tenant)
  const ahead = (): Promise<Booked[]> => bookedAhead(db.bare, tenant, clock.now())

  const namesFor = async (visits: readonly Booked[], { subject }: Inside): Promise<Named> => {
    const people = [...new Set(visits.slice(0, mostVisits).map(({ person }) => person))]
    if (people.length > 0) await audit.record(db.bare, { subject, what: 'read:visits', object: tenant, after: { people } })
    return namesOf(needs, people)
  }
  const calendars = async (inside: Inside): Promise<CalendarOf> => {
    const { accounts } = await connectionsShown(needs)
    const words = catalogueDeskWords[inside.language]
    return ({ email, calendar }: Agent) => {
      const theirs = accounts.filter(({ vendor, account }) => connecting.calendars.includes(vendor) && account.toLowerCase() === (calendar ?? email)?.toLowerCase())
      return theirs.length === 0 ? badge(words.noCalendar) : theirs.map((account) => html`${views.vendorName(account.vendor)} ${stateOf(account, connectionsWords[inside.language], inside)} `)
    }
  }

  const buildingDesk = async (request: Request, inside: Inside): Promise<Desk> => {
    const shown = await load()
    const building = found(shown.buildings, request)
    const forms = { visits: visitsForm(building, toldIn(inside)), shows: showsForm(building, shown.catalogue, toldIn(inside)) }
    return {
      title: building.name, path: paths.buildingOf(building.id), shown, forms: [forms.visits, forms.shows],
      async show(came) {
        const homes = new Set(shown.catalogue.homes.flatMap((home) => (home.building.id === building.id ? [home.id] : [])))
        const visits = (await ahead()).filter(({ home }) => homes.has(home))
        const groups = groupsOf(shown, clock.now()).filter(({ closed }) => closed.some((each) => each.building === building.id))
        return buildingPage(building, forms, { shown, groups, visits, named: await namesFor(visits, inside), sent: came }, inside)
      },
    }
  }
  const homeDesk = async (request: Request, inside: Inside): Promise<Desk> => {
    const shown = await load()
    const home = found(shown.catalogue.homes, request)
    const form = homeForm(home, toldIn(inside))
    return {
      title: home.title, path: paths.homeOf(home.id), shown, forms: [form],
      async show(came) {
        const visits = (await ahead()).filter((visit) => visit.home === home.id)
        return homePage(home, form, { shown, visits, named: await namesFor(visits, inside), sent: came }, inside)
      },
    }
  }
  const agentDesk = async (request: Request, inside: Inside): Promise<Desk> => {
    const shown = await load()
    const agent = found(shown.catalogue.agents, request)
    const form = agentForm(agent, toldIn(inside))
    return {
      title: agent.name, path: paths.agentOf(agent.id), shown, forms: [form],
      async show(came) {
        const visits = (await ahead()).filter((visit) => visit.agent === agent.id)
        const groups = groupsOf(shown, clock.now()).filter(({ closed }) => closed.some((each) => each.agent === agent.id))
        return agentPage(agent, form, await calendars(inside), { shown, groups, visits, named: await namesFor(visits, inside), sent: came }, inside)
      },
    }
  }
  const blackoutsDesk = async (request: Request, inside: Inside): Promise<Desk> => {
    const shown = await load()
    const now = clock.now()
    const { building, agent } = wanted.parse(request.query)
    const form = closeForm(shown, now, toldIn(inside), { ...(building !== undefined && { building }), ...(agent !== undefined && { agent }) })
    return {
      title: catalogueDeskWords[inside.language].blackouts, path: paths.blackouts, shown, forms: [form, reopenForm(shown, now, toldIn(inside))],
      async show(came) {
        const booked = await ahead()
        const groups = groupsOf(shown, now).map((group) => ({ ...group, inside: booked.filter((visit) => group.closed.some((each) => isWithin(visit, each, shown.catalogue))) }))
        const named = await namesFor(groups.flatMap((group) => group.inside), inside)
        return blackoutsPage({ shown, groups, named, form, sent: came }, inside)
      },
    }
  }

  // Nothing is saved before it was shown; whoever saves over a page that is older than the last change is told, and keeps what they typed.
  const submit = (open: (request: Request, inside: Inside) => Promise<Desk>) => async (request: Request, response: Response, inside: Inside): Promise<void> => {
    const asked = sent.safeParse(request.body)
    if (!asked.success || (asked.data.go === 'save' && asked.data.key === '')) throw new AppError('invalid_input', 'a form of the catalogue that does not fit')
    const { do: wish, version, key, go, ...rest } = asked.data
    const typed: Typed = Object.fromEntries(Object.entries(rest).flatMap(([name, value]) => (typeof value === 'string' && name !== 'csrf' ? [[name, value]] : [])))
    const desk = await open(request, inside)
    const form = desk.forms.find((each) => each.do === wish)
    if (!form) throw new AppError('invalid_input', 'there is no such form here')
    const again = async (status: number, came: Sent): Promise<void> => page(response, inside, desk.title, await (status === 409 ? await open(request, inside) : desk).show({ do: wish, typed, ...came }), status)
    if (go === 'edit') return again(200, {})
    if (go === 'preview' && version !== form.version) return again(409, { came: 'changed' })
    const read = form.read(typed)
    if ('faults' in read) return wish === 'reopen' ? again(409, { came: 'gone' }) : again(400, { faults: read.faults })
    if (go === 'save') {
      const came = await hands.save(inside.subject, { key, version, change: read.change })
      return came === 'saved' ? response.redirect(303, `${desk.path}?came=saved`) : again(409, { came })
    }
    if (differences(form.lines(form.initial), form.lines(typed)).length === 0) return again(200, { came: 'noChange' })
    const { shown } = desk
    const [taken, { lists }, booked] = await Promise.all([takenTimes(db.bare, tenant, { agents: shown.catalogue.agents.map(({ id }) => id), ...reachOf(clock.now()), now: clock.now() }), own(tenant).calendars.busy(), ahead()])
    const preview = previewOf(shown.catalogue, changed(shown.catalogue, read.change), read.change, { taken, calendars: lists, booked, now: clock.now() })
    page(response, inside, catalogueDeskWords[inside.language].previewTitle, previewPage({ form, typed, version, preview, action: desk.path, key: clock.bytes(12).toString('base64url') }, shown, await namesFor(preview.out, inside), inside))
  }

  door.get(paths.catalogue, forScope('conversations:read', async (request, response, inside) => {
    const { q: text, only } = sought.parse(request.query)
    page(response, inside, catalogueDeskWords[inside.language].title, cataloguePage(await load(), { text: text.trim(), only }, await ahead(), await calendars(inside), inside))
  }))
  door.get(paths.catalogueFile, forScope('settings:write', async (_request, response, { subject, now }) => {
    await audit.record(db.bare, { subject, what: 'read:catalogue', object: tenant })
    response.type('application/yaml; charset=utf-8').set('content-disposition', `attachment; filename="portero-${dayOf(cardZone, now)}.yaml"`).send(catalogueText(await catalogueNow(db.bare, tenant)))
  }))
  door.get(paths.blackouts, forScope('conversations:read', look(blackoutsDesk)))
  door.post(paths.blackouts, forScope('settings:write', submit(blackoutsDesk)))
  door.get(paths.buildingOf(':id'), forScope('conversations:read', look(buildingDesk)))
  door.post(paths.buildingOf(':id'), forScope('settings:write', submit(buildingDesk)))
  door.get(paths.homeOf(':id'), forScope('conversations:read', look(homeDesk)))
  door.post(paths.homeOf(':id'), forScope('settings:write', submit(homeDesk)))
  door.get(paths.agentOf(':id'), forScope('conversations:read', look(agentDesk)))
  door.post(paths.agentOf(':id'), forScope('settings:write', submit(agentDesk)))
}

const page = (response: Response, inside: Inside, title: string, body: Html, status = 200): void => sendPage(response, status, inside, { title, nav: navFor(inside, 'catalogue'), body })
const look = (open: (request: Request, inside: Inside) => Promise<Desk>) => async (request: Request, response: Response, inside: Inside): Promise<void> => {
  const desk = await open(request, inside)
  page(response, inside, desk.title, await desk.show(request.query['came'] === 'saved' ? { came: 'saved' } : {}))
}
const toldIn = ({ language }: Inside) => ({ words: catalogueDeskWords[language], language })
const found = <T extends { id: string }>(some: readonly T[], { params: { id } }: Request): T => {
  const wantedId = uuid(typeof id === 'string' ? id : undefined)
  const one = some.find((each) => each.id === wantedId)
  if (!one) throw new AppError('not_found', 'nothing of the catalogue has that id')
  return one
}
