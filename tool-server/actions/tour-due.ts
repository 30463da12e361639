import { z } from 'zod'
import { visitWords } from '@portero/shared'
import type { Act } from '../define.ts'
import { timeLabel } from '../domain/card-views.ts'
import { mapOf, seatsOf, type Home } from '../domain/homes.ts'
import { byTemplate } from '../domain/message-templates.ts'
import { dueKinds, type DueKind } from '../domain/reminders.ts'
import type { VisitFacts } from '../domain/visit-facts.ts'
import { toursAhead } from '../store/crm-adopt.ts'
import { findLead } from '../store/leads.ts'
import { visitNow, type VisitNow } from '../store/tour-life.ts'
import { cancelTour } from './cancel-tour.ts'
import { markTour } from './mark-tour.ts'
import { aboutVisit, buttonsOf, sayVisit, timesAround, timesUnder } from './say-visit.ts'
import { isWanted } from './waitlist.ts'

// What comes around a visit falls due. The row says whether it still does: what was meant for another time says nothing.
export const visitDue = { name: 'tours.due', payload: z.strictObject({ tour: z.uuid(), person: z.uuid(), since: z.int(), what: z.enum(dueKinds) }) }
export const dueOf = (tour: string, what: DueKind | ''): string => `tour:${tour}:due:${what}`

export const meetDue = async (act: Act, { tour: id, since, what }: z.infer<typeof visitDue.payload>, facts: VisitFacts): Promise<void> => {
  const visit = await visitNow(act, { id, person: undefined })
  const home = facts.catalogue.homes.find((each) => each.id === visit?.home)
  if (!visit || !home || visit.since !== since || visit.status !== (what === 'follow-up' ? 'completed' : 'confirmed')) return
  act.concerns(visit.person)
  const around: Around = { visit, home, facts }
  if (what === 'no-show') return missed(act, around)
  if (what === 'follow-up') return followUp(act, around)
  if (visit.startsAt <= act.now) return
  return what === 'unsure' ? giveAway(act, around) : remind(act, around, what)
}

type Around = { visit: VisitNow; home: Home; facts: VisitFacts }
const keyOf = ({ id, since }: VisitNow, what: DueKind): string => `${aboutVisit(id)}${since}:${what}`

// Who has said that they come needs only the way there, and something to press when they are.
const remind = async (act: Act, { visit, home, facts: { handle } }: Around, what: DueKind): Promise<void> => {
  const { isAcknowledged, startsAt } = visit
  if (isAcknowledged && what !== 'hours') return
  const { title, building } = home
  await sayVisit(act, visit, { purpose: 'service', key: keyOf(visit, what), zone: building.zone }, (language) => {
    const words = visitWords[language]
    const given = { when: timeLabel(building.zone, startsAt, language), home: title, place: building.address }
    const instead = byTemplate('portero_tour_reminder', language, given)
    const text = isAcknowledged ? words.soon(given.home, given.when, given.place) : instead.text
    return { content: { type: 'text', text: `${text}\n\n${words.map(mapOf(building))}`, buttons: buttonsOf(language, handle, [isAcknowledged ? 'here' : 'confirm', 'move', 'cancel']) }, instead }
  })
}

// Nobody was seen. Its prospect hears of it in the turn of that change.
const missed = async (act: Act, { visit: { id, version, hasArrived } }: Around): Promise<void> => {
  if (!hasArrived) await act.act(markTour, { tour: id, version, as: 'no_show' })
}

// Nobody knows whether they come, and somebody waits for a time like this one, who can still be asked.
const giveAway = async (act: Act, { visit, home, facts: { catalogue, handle } }: Around): Promise<void> => {
  const { id, version, startsAt, isAcknowledged, person, agent, party, language } = visit
  const { title, building } = home
  if (isAcknowledged || !(await isWanted(act, { home, startsAt, catalogue }, { but: person, agent, only: seatsOf(home) > 1 ? { home: home.id, seats: party } : undefined }))) return // the others of a group come all the same
  const { status } = await act.act(cancelTour, { tour: id, version })
  if (status !== 'cancelled') return
  const slots = await timesAround(act, { catalogue, home, startsAt, agent, party, language })
  await sayVisit(act, visit, { purpose: 'service', key: `given-away:${id}:${startsAt}`, zone: building.zone }, (language) => {
    const when = timeLabel(building.zone, startsAt, language)
    return { content: timesUnder(visitWords[language].givenAway(title, when), slots, { language, zone: building.zone, handle }), instead: byTemplate('portero_reschedule', language, { home: title, when }) }
  })
}

const isSettled = new Set(['application', 'won', 'lost'])
const followUp = async (act: Act, { visit, home: { title, building: { zone } } }: Around): Promise<void> => {
  const lead = await findLead(act.tx, act.subject.tenant, visit.person)
  if ((lead && isSettled.has(lead.stage)) || (await toursAhead(act, visit.person)).length > 0) return
  await sayVisit(act, visit, { purpose: 'service', key: keyOf(visit, 'follow-up'), zone }, (language) => {
    const instead = byTemplate('portero_follow_up', language, { home: title })
    return { content: { type: 'text', text: instead.text }, instead }
  })
}
