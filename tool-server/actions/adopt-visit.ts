import type { Act, Millis } from '../define.ts'
import { timeLabel } from '../domain/card-views.ts'
import { agentsFor, type Agent, type Catalogue, type Home } from '../domain/homes.ts'
import { placing } from '../domain/offers.ts'
import type { CrmRecord } from '../domain/ports/crm-seen.ts'
import { gapMs } from '../domain/slots.ts'
import type { Tour } from '../domain/tours.ts'
import { dayOf, minuteMs } from '../domain/zones.ts'
import { crmWords } from '@portero/shared'
import { retell } from '../store/counterparts.ts'
import { toursAhead } from '../store/crm-adopt.ts'
import { noteConflict } from '../store/crm-reviews.ts'
import { findTour } from '../store/tours.ts'
import { cancelTour } from './cancel-tour.ts'
import { callAttention } from './crm-attention.ts'
import { markTour } from './mark-tour.ts'
import { reassignTour } from './reassign-tour.ts'
import { refreshCrm } from './refresh-crm.ts'
import { rescheduleTour } from './reschedule-tour.ts'
import { tellVisit } from './tell-visit.ts'

// What people did with a visit at the CRM: moved, called off, said how it went, gave it to somebody. Its prospect hears of what concerns them; what can't be is put back, and somebody looks.
const words = crmWords['es-MX']
export type Whole = { tour: Tour; home: Home; catalogue: Catalogue }

export const adoptVisit = async (act: Act, { ours, record, adopt, catalogue }: { ours: string; record: CrmRecord; adopt: readonly string[]; catalogue: Catalogue }): Promise<void> => {
  const tour = await findTour(act, { id: ours, person: undefined })
  const home = tour && catalogue.homes.find(({ id }) => id === tour.home)
  if (!tour || !home) return
  const whole = { tour, home, catalogue }
  const { status, startsAt, endsAt, owner } = record.fields
  if (adopt.includes('status') && status === 'cancelled') {
    if (!(await callOff(act, whole))) await putBack(act, whole, { field: 'status', theirs: status })
    return
  }
  if (adopt.includes('startsAt')) await move(act, whole, { startsAt: Number(startsAt), endsAt: Number(endsAt) })
  if (adopt.includes('status')) await mark(act, whole, status)
  const agent = owner === undefined ? undefined : agentBy(catalogue, owner)
  if (adopt.includes('owner') && agent) await give(act, whole, agent)
}

// false: it was over.
export const callOff = async (act: Act, { tour, home }: Pick<Whole, 'tour' | 'home'>): Promise<boolean> => {
  const came = await act.act(cancelTour, { tour: tour.id, version: tour.version })
  if (came.status === 'cancelled' && came.tour && tour.startsAt > act.now) await tellVisit(act, { tour: came.tour, home, was: tour.startsAt, change: 'cancelled' })
  return came.status === 'cancelled'
}

// A person chose the time, so neither the grid nor the notice nor the hours bind it, nor the language that was asked for, here as where they give it to somebody; what does is that nobody is in two places, or in one that is closed.
// by: who alone is to show it then, since it was they who moved it. false: it can't be.
type To = { startsAt: Millis; endsAt: Millis }
export const moveByPeople = async (act: Act, { tour, home, catalogue }: Whole, to: To, by?: string): Promise<boolean> => {
  const { building } = home
  const wanted = placing({ catalogue, home, now: act.now }, to.startsAt, agentsFor(catalogue, building.id).map(({ id }) => id))
  const lengthMs = to.endsAt - to.startsAt
  const endsAt = lengthMs >= 10 * minuteMs && lengthMs <= 240 * minuteMs ? to.endsAt : wanted.endsAt
  const able = wanted.agents.filter((agent) => (by ?? agent) === agent && !catalogue.blackouts.some((each) => (each.building ?? building.id) === building.id && (each.agent ?? agent) === agent && each.startsAt < endsAt && each.endsAt > to.startsAt))
  const came = to.startsAt > act.now && able.length > 0 ? await act.act(rescheduleTour, { ...wanted, agents: able, endsAt, tour: tour.id, byPeople: true }) : undefined
  if (came?.status !== 'moved' || !came.tour) return false
  await tellVisit(act, { tour: came.tour, home, was: tour.startsAt, change: 'moved' })
  return true
}

const move = async (act: Act, whole: Whole, to: To): Promise<void> => {
  const { tour, home } = whole
  if (await moveByPeople(act, whole, to)) return
  const at = (ms: Millis): string => timeLabel(home.building.zone, ms, 'es-MX')
  await putBack(act, whole, { field: 'startsAt', theirs: String(to.startsAt), summary: words.putBack(home.title, at(to.startsAt), at(tour.startsAt)) })
}

const mark = async (act: Act, whole: Whole, status: string | undefined): Promise<void> => {
  const { tour, home } = whole
  if (status !== 'completed' && status !== 'no_show') return putBack(act, whole, { field: 'status', theirs: status })
  const { version } = (await findTour(act, { id: tour.id, person: undefined })) ?? tour // moved a moment ago
  const came = await act.act(markTour, { tour: tour.id, version, as: status })
  if (came.status !== 'marked') await putBack(act, whole, { field: 'status', theirs: status, ...(came.status === 'early' && { summary: words.keptOn(home.title, timeLabel(home.building.zone, tour.startsAt, 'es-MX')) }) })
}

const putBack = async (act: Act, { tour }: Whole, { field, theirs, summary }: { field: string; theirs: string | undefined; summary?: string }): Promise<void> => {
  const { id: ours, person, conversation } = tour
  await noteConflict(act, { person, kind: 'meeting', ours, field, won: 'ours', values: { ours: field === 'status' ? tour.status : String(tour.startsAt), theirs } })
  await retell(act, 'meeting', ours)
  await refreshCrm(act, person)
  if (summary !== undefined) await callAttention(act, { person, conversation, summary })
}

export const agentBy = ({ agents }: Catalogue, email: string): Agent | undefined => agents.find((agent) => agent.isActive && agent.email?.toLowerCase() === email.toLowerCase())

// Who looks after somebody shows them what they have ahead, where they can.
export const giveVisits = async (act: Act, person: string, agent: Agent, catalogue: Catalogue): Promise<void> => {
  for (const { id } of await toursAhead(act, person)) {
    const tour = await findTour(act, { id, person })
    const home = tour && catalogue.homes.find((each) => each.id === tour.home)
    if (tour && home && tour.agent !== agent.id) await give(act, { tour, home, catalogue }, agent)
  }
}
const give = async (act: Act, { tour: before, home }: Whole, agent: Agent): Promise<void> => {
  const { building } = home
  const tour = (await findTour(act, { id: before.id, person: undefined })) ?? before
  if (tour.agent === agent.id || tour.status !== 'confirmed') return
  act.subject = { ...act.subject, person: tour.person }
  const { id, version, startsAt, person, conversation } = tour
  const isAble = agent.buildings.has(building.id)
  const came = isAble ? await act.act(reassignTour, { tour: id, version, agent: agent.id, day: dayOf(building.zone, startsAt), gapMs: gapMs(building, false), perDay: building.visits.perAgentAndDay, byPeople: true }) : undefined
  if (came?.status === 'reassigned') return
  await noteConflict(act, { person, kind: 'meeting', ours: id, field: 'owner', won: 'ours', values: { theirs: agent.email } })
  await callAttention(act, { person, conversation, summary: words.ownerBusy(agent.name, home.title, timeLabel(building.zone, startsAt, 'es-MX')) })
}
