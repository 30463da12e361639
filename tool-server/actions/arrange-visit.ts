import type { z } from 'zod'
import { visitWords } from '@portero/shared'
import type { Act } from '../define.ts'
import { timeLabel } from '../domain/card-views.ts'
import { mapOf } from '../domain/homes.ts'
import { byTemplate } from '../domain/message-templates.ts'
import { duesOf, followUpOf } from '../domain/reminders.ts'
import type { VisitFacts } from '../domain/visit-facts.ts'
import { conversationsOf } from '../store/standing.ts'
import { visitNow, type VisitNow } from '../store/tour-life.ts'
import { unattended } from './say.ts'
import { aboutVisit, sayVisit, timesAround, timesUnder } from './say-visit.ts'
import { tellVisit } from './tell-visit.ts'
import { dueOf, visitDue } from './tour-due.ts'
import { lineOf, type tourChanged } from './tour-change.ts'
import { offerTime, waitsNoMore } from './waitlist.ts'

// A visit was booked, moved, had or called off: what comes around it is set anew, its prospect hears of what they don't know, and its time is offered to who waits.
// In the turn that was committed with the change, so that no tool waits for it and none of it is lost.
export const arrangeVisit = async (act: Act, { tour: id, version, change, placed, freed, isUntold }: z.infer<typeof tourChanged.payload>, facts: VisitFacts): Promise<void> => {
  if (freed) await offerTime(act, freed)
  const visit = await visitNow(act, { id, person: undefined })
  const home = facts.catalogue.homes.find((each) => each.id === visit?.home)
  if (!visit || !home) return
  const isOnlyHanded = visit.status === 'confirmed' && visit.home === placed?.home && visit.startsAt === placed.startsAt // to somebody else since then, whose turn leaves all of this to this one
  if (visit.version !== version && !isOnlyHanded) return // what came after has a turn of its own
  if (change === 'moved' && !freed) return // somebody else shows it, at the same time: what is due then may be just now
  const { person, status, startsAt, since } = visit
  const { zone } = home.building
  await act.drop(dueOf(id, ''))
  for (const { id: conversation } of await conversationsOf(act, person)) await act.drop(`${unattended(conversation)}service:${aboutVisit(id)}`) // what waits for the morning was about how it was
  const dues = status === 'confirmed' ? duesOf({ startsAt, since, zone }) : status === 'completed' ? followUpOf({ startsAt, zone }, act.now) : []
  for (const { what, at } of dues) if (at > act.now) await act.later(visitDue, { tour: id, person, since, what }, { key: dueOf(id, what), at, serial: lineOf(person), person })
  if (change === 'booked') await waitsNoMore(act, { person, home: home.id, state: 'taken' })
  if (change === 'no_show') await askAgain(act, visit, facts)
  if (!isUntold || startsAt <= act.now) return
  if (change === 'booked') await confirm(act, visit, facts)
  if ((change === 'moved' || change === 'cancelled') && freed) await tellVisit(act, { tour: known(visit), home, was: freed.startsAt, change })
}
const known = ({ conversation, ...visit }: VisitNow) => ({ ...visit, ...(conversation !== undefined && { conversation }) })

// As its row has it, with the way there and the calendar file. Whoever books in the chat has it from the tool, in the words of whoever talks with them, and would read it twice:
// this is for who booked on the page, and for whom one of ours or a workflow booked.
const confirm = async (act: Act, visit: VisitNow, { catalogue, calendarUrl }: VisitFacts): Promise<void> => {
  const home = catalogue.homes.find(({ id }) => id === visit.home)
  const agent = catalogue.agents.find(({ id }) => id === visit.agent)
  if (!home) return
  const { title, building } = home
  await sayVisit(act, visit, { purpose: 'service', key: `visit:${visit.id}:${visit.version}`, zone: building.zone }, (language) => {
    const instead = byTemplate('portero_tour_confirmed', language, { home: title, when: timeLabel(building.zone, visit.startsAt, language), agent: agent?.name ?? '', place: building.address })
    return { content: { type: 'text', text: `${instead.text}\n\n${visitWords[language].links(mapOf(building), calendarUrl)}` }, instead }
  })
}

const askAgain = async (act: Act, visit: VisitNow, { catalogue, handle }: VisitFacts): Promise<void> => {
  const home = catalogue.homes.find(({ id }) => id === visit.home)
  if (!home) return
  const { title, building: { zone } } = home
  const slots = await timesAround(act, { catalogue, home, startsAt: visit.startsAt, agent: visit.agent, party: visit.party, language: visit.language })
  await sayVisit(act, visit, { purpose: 'service', key: `${aboutVisit(visit.id)}${visit.version}:no-show`, zone }, (language) => ({
    content: timesUnder(visitWords[language].noShow(title), slots, { language, zone, handle }), instead: byTemplate('portero_missed', language, { home: title, when: timeLabel(zone, visit.startsAt, language) }),
  }))
}
