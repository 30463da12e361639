import { z } from 'zod'
import { eventWords } from '@portero/shared'
import { defineAction, type Act } from '../define.ts'
import { busyOf, walk } from '../domain/busy.ts'
import { timeLabel } from '../domain/card-views.ts'
import type { EventFacts } from '../domain/event-facts.ts'
import { agentsFor } from '../domain/homes.ts'
import { staleMinutes } from '../domain/known-busy.ts'
import { searchFor } from '../domain/offers.ts'
import { agentsFree, gapMs } from '../domain/slots.ts'
import { minuteMs, dayOf } from '../domain/zones.ts'
import { busyWithin } from '../store/busy-lists.ts'
import { endOverlaps, noteAsked, noteHanded, openOverlaps, wasHanded } from '../store/overlaps.ts'
import { findTour } from '../store/tours.ts'
import { askPeople } from './ask-people.ts'
import { overlapsOver } from './overlap-over.ts'
import { reassignTour } from './reassign-tour.ts'
import { timesAround } from './say-visit.ts'

// Something else came to take the time of whoever shows a visit. Somebody else shows it then, and its prospect need not hear of it; where nobody can, where it was handed on once already, or where it is so soon that nobody could be sure to be there, our people are asked once, with other times.
const words = eventWords['es-MX']

export const settleOverlap = async (act: Act, { tour: id }: { tour: string }, { catalogue, calendars: read }: Pick<EventFacts, 'catalogue' | 'calendars'>): Promise<void> => {
  await overlapsOver(act, await endOverlaps(act, { tour: id })) // it was given to somebody with those who share it, or its event went
  const over = await openOverlaps(act, id)
  const tour = over.length > 0 ? await findTour(act, { id, person: undefined }) : undefined
  const home = tour && catalogue.homes.find((each) => each.id === tour.home)
  if (!tour || !home || tour.status !== 'confirmed' || tour.startsAt <= act.now) return
  act.subject = { ...act.subject, person: tour.person }
  const { startsAt, endsAt, version, agent, party, language, person, conversation } = tour
  const { building } = home
  const calendars = await busyWithin(act)
  // It is known that there is a visit then, whatever notice a new one would take. Its length is the one that it has.
  const visits = { ...building.visits, noticeMinutes: 0, minutes: Math.max(10, Math.round((endsAt - startsAt) / minuteMs)) }
  const search = searchFor({ catalogue, home: { ...home, building: { ...building, visits } }, now: act.now, taken: [], calendars, wants: { party, language } })
  const isKnown = (who: string): boolean => read.every((each) => each.agent !== who || (each.readAt !== undefined && staleMinutes(each.readAt, act.now) === undefined))
  const isSoon = startsAt - act.now < Math.max(building.visits.noticeMinutes * minuteMs, gapMs(building, false))
  const able = isSoon || (await wasHanded(act, id)) ? [] : agentsFree({ ...search, startsAt }).filter((each) => each !== agent && isKnown(each) && walk(calendars.filter((list) => list.agent === each).map(busyOf))(startsAt, endsAt))
  for (const other of able) {
    const came = await act.act(reassignTour, { tour: id, version, agent: other, day: dayOf(building.zone, startsAt), gapMs: gapMs(building, false), perDay: building.visits.perAgentAndDay, isWhole: true })
    if (came.status !== 'reassigned') continue
    await noteHanded(act, id)
    return void (await act.act(noteOverlap, { outcome: 'reassigned' }))
  }
  const slots = await timesAround(act, { catalogue, home, startsAt, agent, party, language })
  const at = (ms: number): string => timeLabel(building.zone, ms, 'es-MX')
  const name = agentsFor(catalogue, building.id).find((each) => each.id === agent)?.name ?? words.prospect
  const escalation = await askPeople(act, { person, conversation, summary: words.conflict(home.title, at(startsAt), name, slots.map((slot) => at(slot.startsAt))) })
  if (act.subject.conversation !== undefined) await noteAsked(act, id, escalation) // else nobody could be called, and the console shows it
  await act.act(noteOverlap, { outcome: 'attention' })
}

// For the record, and to be counted.
const outcome = z.strictObject({ outcome: z.enum(['reassigned', 'attention']) })
export const noteOverlap = defineAction({ name: 'note-overlap', args: outcome, result: outcome, scopes: [], callers: ['system'] }).decides(async (what) => what)
