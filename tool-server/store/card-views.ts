import type { z } from 'zod'
import { AppError, views, type Language } from '@portero/shared'
import type { Millis, Subject } from '../define.ts'
import { factsOf, hiding, isoOf, isUnmarked, maskedPhone, nextFirst, timeLabel, visitOf, type Visit } from '../domain/card-views.ts'
import { homeBySlug, type Catalogue } from '../domain/homes.ts'
import type { Lead } from '../domain/leads.ts'
import { reach, searchFor } from '../domain/offers.ts'
import type { Own } from '../domain/reads.ts'
import { freeSlots } from '../domain/slots.ts'
import type { Tour } from '../domain/tours.ts'
import { dayStart, isDay } from '../domain/zones.ts'
import type { Audit } from '../spine/audit.ts'
import { cardDoor, isSomebody, type CardDoor, type Visitor } from '../spine/cards.ts'
import type { Clock } from '../spine/clock.ts'
import type { Db } from '../spine/db.ts'
import type { Vault } from '../spine/vault.ts'
import { personOfRecord, type CardPerson, type CardReads } from './card-people.ts'
import type { Tickets } from './card-tickets.ts'
import { cardZone, transcriptOf } from './card-transcript.ts'
import { waitingSince } from './card-waiting.ts'
import { whyOf } from './card-why.ts'
import type { MediaPlace } from './media.ts'
import { calendarStateOf } from './projections.ts'

// What the cards ask to see. A record that we don't know is empty, never an error; what was read of a conversation is in the audit; the number is hidden wherever it stands.
// see: that a person of ours has looked at a conversation
type Needs = { db: Db; clock: Clock; vault: Vault; audit: Audit; tickets: Tickets; own(tenant: string): Own; hasModel(tenant: string): Promise<boolean>; see(visitor: Visitor, conversation: string): Promise<void> }
const mostSlots = 24
const mostHistory = 30
const languageFor = (language: Language | undefined): Language => language ?? 'es-MX'

export const cardViews = ({ db, clock, vault, audit, tickets, own, hasModel, see }: Needs): Record<string, CardDoor> => {
  const readsOf = ({ tenant }: Subject): CardReads & { tickets: Tickets } => ({ db, vault, tickets, tenant })
  const read = (visitor: Visitor, what: string, person: CardPerson, after?: object): Promise<void> => {
    const conversation = person.conversations[0]?.id
    return audit.record(db.bare, { subject: { ...visitor, person: person.id, ...(conversation && { conversation }) }, what, object: conversation ?? person.id, ...(after && { after }) })
  }
  // How it stands in the calendar of whoever shows it, where they have one.
  const inCalendar = async (tenant: string, { id, status }: Tour): Promise<Pick<Visit, 'inCalendar' | 'inCalendarUrl'>> => {
    if (status !== 'confirmed') return {}
    const { is, link } = await db.tx((tx) => calendarStateOf({ tx, subject: { tenant } }, id))
    return is === 'none' ? {} : { inCalendar: is, ...(link !== undefined && { inCalendarUrl: link }) }
  }

  return {
    transcript: cardDoor('viewer', views.transcriptAsk, views.transcriptView, async ({ record, before, search, language }, visitor) => {
      const now = clock.now()
      const person = await personOfRecord(readsOf(visitor), record)
      if (!person) return { zone: cardZone, asOf: isoOf(now), state: 'none', lines: [] }
      const { homes, tours, handles } = own(visitor.tenant)
      const around = { person, catalogue: await homes.catalogue(), tours: await tours.of(person.id), mediaUrl: (place: MediaPlace) => handles.mediaUrl({ ...place, user: visitor.user }) }
      const view = await transcriptOf(readsOf(visitor), { before, search, language: languageFor(language), user: visitor.user, now }, around)
      await read(visitor, 'read:conversation', person, { conversations: person.conversations.map(({ id }) => id), lines: view.lines.length })
      if (view.escalation && isSomebody(visitor)) for (const { id } of person.conversations) await see({ ...visitor, person: person.id, conversation: id }, id)
      return hiding({ ...view, ...((await hasModel(visitor.tenant)) && { canDraft: true }) }, person.phone)
    }),

    visit: cardDoor('viewer', views.visitAsk, views.visitView, async ({ record, language }, visitor) => {
      const now = clock.now()
      const asOf = isoOf(now)
      const person = await personOfRecord(readsOf(visitor), record)
      if (!person) return { asOf, facts: [], history: [], homes: [] }
      const { homes, tours, people, handles } = own(visitor.tenant)
      const catalogue = await homes.catalogue()
      const lead = await leadOf(people, person.id)
      const { next, others } = nextFirst(await tours.of(person.id), now)
      const shown = (tour: Tour | undefined): Promise<Visit | undefined> => visitShown(handles, person.id, catalogue, tour)
      const [coming, ...history] = await Promise.all([next, ...others.slice(0, mostHistory)].map(shown))
      const { name, phone } = person
      await read(visitor, 'read:visit', person)
      return hiding({
        asOf, facts: lead ? factsOf(lead.facts, catalogue, languageFor(language)) : [], history: history.filter((each) => each !== undefined),
        person: { isMasked: true, ...(name !== undefined && { name }), ...(phone !== undefined && { phone: maskedPhone(phone) }) },
        ...(lead && { stage: lead.stage }), ...(next && coming && { next: { ...coming, ...(await inCalendar(visitor.tenant, next)) }, ...(isUnmarked(next, now) && { isUnmarked: true }) }),
        homes: catalogue.homes.filter(({ isOpen }) => isOpen).map(({ slug, title, building }) => ({ home: slug, title, area: building.neighbourhood })),
      }, phone)
    }),

    preview: cardDoor('viewer', views.previewAsk, views.previewView, async ({ record }, visitor) => {
      const now = clock.now()
      const person = await personOfRecord(readsOf(visitor), record)
      if (!person) return { asOf: isoOf(now), state: 'none' }
      const { homes, tours, people, handles } = own(visitor.tenant)
      const lead = await leadOf(people, person.id)
      const { next: tour } = nextFirst(await tours.of(person.id), now)
      const next = await visitShown(handles, person.id, await homes.catalogue(), tour)
      const since = await waitingSince(readsOf(visitor), person, now)
      return { asOf: isoOf(now), state: person.conversations[0]?.state ?? 'none', ...(lead && { stage: lead.stage }), ...(next && { next, ...(tour && isUnmarked(tour, now) && { isUnmarked: true }) }), ...(since !== undefined && { waitingSince: isoOf(since) }) }
    }),

    slots: cardDoor('viewer', views.slotsAsk, views.slotsView, async ({ record, home: slug, fromDay, language }, visitor) => {
      const now = clock.now()
      const person = await personOfRecord(readsOf(visitor), record)
      if (fromDay !== undefined && !isDay(fromDay)) throw new AppError('invalid_input', 'fromDay is no day')
      return { asOf: isoOf(now), ...(person ? await timesFree(own(visitor.tenant), person.id, { home: slug, fromDay, now, language: languageFor(language) }) : { zone: cardZone, slots: [] }) }
    }),

    why: cardDoor('viewer', views.whyAsk, views.whyView, async ({ record, field, language }, visitor) => {
      const person = await personOfRecord(readsOf(visitor), record)
      if (!person) return { steps: [] }
      const { homes, tours, people } = own(visitor.tenant)
      const around = { person, catalogue: await homes.catalogue(), tours: await tours.of(person.id), lead: await leadOf(people, person.id), language: languageFor(language) }
      const steps = await whyOf(readsOf(visitor), field, around)
      await read(visitor, 'read:conversation', person, { field })
      return hiding({ steps }, person.phone)
    }),

    reveal: cardDoor('agent', views.revealAsk, views.revealView, async ({ record }, visitor) => {
      const person = await personOfRecord(readsOf(visitor), record)
      if (!person) return { phone: '' }
      await read(visitor, 'reveal:phone', person)
      return { phone: person.phone ?? '' }
    }),
  }
}

// When somebody could be shown a home, each time under a name that only they can use.
export const timesFree = async ({ homes, tours, handles, calendars }: Own, person: string, { home: slug, fromDay, now, language }: { home: string; fromDay: string | undefined; now: Millis; language: Language }): Promise<Omit<z.infer<typeof views.slotsView>, 'asOf'>> => {
  const catalogue = await homes.catalogue()
  const home = homeBySlug(catalogue, slug)
  if (!home?.isOpen) return { zone: home?.building.zone ?? cardZone, slots: [] }
  const { zone } = home.building
  const [taken, { lists }] = await Promise.all([tours.taken(reach({ catalogue, home }, now)), calendars.busy()])
  const free = freeSlots({ ...searchFor({ catalogue, home, now, taken, calendars: lists }), most: mostSlots, ...(fromDay !== undefined && { from: dayStart(zone, fromDay) }) })
  const slots = free.map(async ({ startsAt }) => ({ slot: await handles.slot(person, { home: home.no, startsAt }), startsAt: isoOf(startsAt), label: timeLabel(zone, startsAt, language) }))
  return { zone, slots: await Promise.all(slots) }
}

// Of somebody whose key was erased nothing can be read.
const leadOf = async (people: Own['people'], person: string): Promise<Lead | undefined> => {
  try {
    return await people.lead(person)
  } catch (thrown) {
    if (thrown instanceof AppError && thrown.code === 'not_found') return undefined
    throw thrown
  }
}

export const visitShown = async (handles: Own['handles'], person: string, catalogue: Catalogue, tour: Tour | undefined): Promise<Visit | undefined> =>
  tour && visitOf(tour, catalogue, { tour: await handles.tour(person, tour.id), calendarUrl: await handles.calendarUrl(tour.id) })
