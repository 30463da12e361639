import { z } from 'zod'
import { eventWords } from '@portero/shared'
import { defineAction, type Act, type Millis } from '../define.ts'
import { timeLabel } from '../domain/card-views.ts'
import type { EventFacts } from '../domain/event-facts.ts'
import { minuteMs } from '../domain/zones.ts'
import { noteKnown, projectionAt, shownAs, type Projection, type SeenThere } from '../store/projections.ts'
import { findTour } from '../store/tours.ts'
import { callOff, moveByPeople, type Whole } from './adopt-visit.ts'
import { askPeople } from './ask-people.ts'
import type { eventMoved } from './calendar-turns.ts'
import { projectVisit } from './project-visit.ts'

// What people did with a visit in a calendar: the visit goes with it, and its prospect hears of it. What can't be is put back there, and somebody of ours looks.
const words = eventWords['es-MX']

export const adoptEvent = async (act: Act, which: z.infer<typeof eventMoved.payload>, facts: EventFacts): Promise<void> => {
  const known = await projectionAt(act, which)
  if (!known?.seen || known.state === 'sent') return // nothing any more, or its answer comes first
  const { seen } = known
  const visits = await shownAs(act, known.ours)
  const outcomes: Outcome[] = []
  for (const { id } of visits) {
    const tour = await findTour(act, { id, person: undefined })
    const home = tour && facts.catalogue.homes.find((each) => each.id === tour.home)
    if (!tour || !home || tour.status !== 'confirmed' || tour.startsAt <= act.now) continue
    act.subject = { ...act.subject, person: tour.person }
    const isTheirs = facts.calendars.some(({ connection, agent }) => connection === which.connection && agent === tour.agent) // of a visit that somebody else shows by now, it says nothing
    outcomes.push(isTheirs ? await follow(act, { tour, home, catalogue: facts.catalogue }, known) : 'same')
  }
  await noteKnown(act, known, { seen: null, digest: null, ...(seen.is === 'there' ? { version: seen.version } : !seen.isPutSince && { state: 'gone' as const }) })
  for (const { id } of visits) await projectVisit(act, { tour: id }, facts)
  for (const outcome of outcomes) await act.act(noteAdopted, { outcome, lagMs: Math.max(0, act.now - seen.at) })
}

type Outcome = z.infer<typeof adopted>['outcome']
const follow = async (act: Act, whole: Whole, { seen, startsAt: told, returned }: Projection): Promise<Outcome> => {
  const { tour, home } = whole
  const at = (ms: Millis): string => timeLabel(home.building.zone, ms, 'es-MX')
  if (!seen || (seen.is === 'there' && (seen.startsAt === tour.startsAt || told !== tour.startsAt))) return 'same' // it is there already, or was put elsewhere meanwhile
  if (seen.is === 'gone' && !seen.many && !returned) return (await callOff(act, whole)) ? 'cancelled' : 'same'
  if (seen.is === 'there' && seen.endsAt - seen.startsAt <= longestMs && (await moveByPeople(act, whole, seen, tour.agent))) return 'moved'
  const summary = seen.is === 'there' ? words.putBack(home.title, at(seen.startsAt), at(tour.startsAt)) : goneWords(seen, home.title, at(tour.startsAt))
  if (summary !== undefined) await askPeople(act, { person: tour.person, conversation: tour.conversation, summary })
  return 'put_back'
}
// Of those that a list has left out, one asks for all.
const goneWords = ({ many, listed }: Extract<SeenThere, { is: 'gone' }>, home: string, when: string): string | undefined => {
  if (listed === undefined) return many ? words.manyGone(home, when) : words.goneAgain(home, when)
  return listed === 0 ? undefined : words.unlisted(home, when, listed - 1)
}
const longestMs = 4 * 60 * minuteMs // of a visit: what was drawn over a whole day has no time any more

// For the record, and to be counted.
const adopted = z.strictObject({ outcome: z.enum(['moved', 'cancelled', 'put_back', 'same']), lagMs: z.int() })
export const noteAdopted = defineAction({ name: 'note-adopted-event', args: adopted, result: adopted, scopes: [], callers: ['system'] }).decides(async (what) => what)
