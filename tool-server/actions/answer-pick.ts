import { z } from 'zod'
import { sayings, visitWords, type Language } from '@portero/shared'
import type { Act } from '../define.ts'
import { timeLabel } from '../domain/card-views.ts'
import type { Home } from '../domain/homes.ts'
import type { Said } from '../domain/known-busy.ts'
import type { Content } from '../domain/message-fit.ts'
import { placing } from '../domain/offers.ts'
import { isOn } from '../domain/tours.ts'
import type { VisitFacts } from '../domain/visit-facts.ts'
import { minuteMs } from '../domain/zones.ts'
import { standingNow } from '../store/standing.ts'
import { acknowledge, visitNow, type VisitNow } from '../store/tour-life.ts'
import { ableThen } from './able-then.ts'
import { bookTour } from './book-tour.ts'
import { cancelTour } from './cancel-tour.ts'
import { noteInInbox } from './inbox.ts'
import { rescheduleTour } from './reschedule-tour.ts'
import { buttonsOf, overIn, sayVisit, timeIn, timesAround, timesUnder } from './say-visit.ts'
import { answerOffer } from './waitlist.ts'

// What was pressed under something that we said about a visit, whoever else talks with them. That they come is noted in any case;
// whatever else they want is for the person of ours who has the conversation in hand, where somebody has.
export const visitPicked = { name: 'visits.picked', payload: z.strictObject({ person: z.uuid(), conversation: z.uuid(), message: z.string(), pick: z.string() }) }
// tour: undefined where the name is forged, foreign or old.
export type PickFacts = Omit<VisitFacts, 'calendarUrl'> & { tour: string | undefined; pageUrl: string | undefined; said?: readonly Said[] } // said: by the calendars of those who may show it, of the time that they chose

const nearMs = 60 * minuteMs // before that nobody has arrived

export const answerPick = async (act: Act, { person, conversation, message, pick }: z.infer<typeof visitPicked.payload>, facts: PickFacts): Promise<void> => {
  act.subject = { ...act.subject, by: 'prospect', person, conversation }
  const [about, verb = '', name = '', time = ''] = pick.split(':')
  if (about === 'wait') return answerOffer(act, { person, conversation, message, verb, id: name }, facts.catalogue)
  const visit = facts.tour === undefined ? undefined : await visitNow(act, { id: facts.tour, person })
  const home = facts.catalogue.homes.find(({ id }) => id === visit?.home)
  const tell: Tell = async (words) => void (await sayVisit(act, { person, conversation }, { purpose: 'answer', key: `pick:${message}` }, (language) => ({ content: contentOf(words(language)) })))
  if (!visit || !home) return tell((language) => sayings[language].tourUnknown)
  const pressed: Pressed = { visit, home, facts, message, conversation, tell }
  if (verb === 'confirm' || verb === 'here') return comes(act, pressed, verb)
  const mode = (await standingNow(act.tx, act.subject.tenant, conversation))?.mode
  if (mode !== 'bot') return forOurs(act, pressed, verb === 'cancel' ? 'cancel' : 'move')
  if (verb === 'cancel') return cancel(act, pressed)
  if (verb === 'move') return move(act, pressed)
  if (verb === 'to') return put(act, pressed, time)
}
const contentOf = (words: string | Content): Content => (typeof words === 'string' ? { type: 'text', text: words } : words)

type Tell = (words: (language: Language) => string | Content) => Promise<void>
type Pressed = { visit: VisitNow; home: Home; facts: PickFacts; message: string; conversation: string; tell: Tell }
const whenOf = ({ visit, home }: Pressed, language: Language): string => timeLabel(home.building.zone, visit.startsAt, language)

const forOurs = async (act: Act, pressed: Pressed, what: 'move' | 'cancel' | 'here'): Promise<void> =>
  void (await noteInInbox(act, pressed.conversation, visitWords['es-MX'].forOurs[what](pressed.home.title, whenOf(pressed, 'es-MX')), `pick:${pressed.message}`))

const comes = async (act: Act, pressed: Pressed, verb: 'confirm' | 'here'): Promise<void> => {
  const { visit, facts, tell } = pressed
  const isThere = verb === 'here' && act.now >= visit.startsAt - nearMs
  if (isThere && act.now < visit.endsAt && (visit.status === 'no_show' || (visit.status === 'confirmed' && (await acknowledge(act, visit, true))))) {
    const agent = facts.catalogue.agents.find(({ id }) => id === visit.agent)?.name ?? ''
    await forOurs(act, pressed, 'here')
    return tell((language) => visitWords[language].arrived(agent))
  }
  if (act.now >= visit.startsAt || !(await acknowledge(act, visit, false))) return tell((language) => overIn(language, visit, act.now) ?? sayings[language].tourChanged(whenOf(pressed, language)))
  return tell((language) => ({ type: 'text', text: `${visitWords[language].seeYou(whenOf(pressed, language))} ${visitWords[language].whenThere}`, buttons: buttonsOf(language, facts.handle, ['here']) }))
}

const cancel = async (act: Act, pressed: Pressed): Promise<void> => {
  const { visit, home, tell } = pressed
  const { status } = await act.act(cancelTour, { tour: visit.id, version: visit.version })
  return tell((language) => (status === 'cancelled' ? sayings[language].cancelled(whenOf(pressed, language), home.title) : overIn(language, visit, act.now) ?? sayings[language].tourChanged(whenOf(pressed, language))))
}

const move = async (act: Act, { visit, home, facts: { catalogue, handle, pageUrl }, tell }: Pressed): Promise<void> => {
  if (overIn('es-MX', visit, act.now) !== undefined) return tell((language) => overIn(language, visit, act.now) ?? '')
  const slots = await timesAround(act, { catalogue, home, startsAt: visit.startsAt, agent: visit.agent, party: visit.party, language: visit.language })
  return tell((language) => timesUnder(`${sayings[language].moveWhen}${pageUrl === undefined ? '' : `\n\n${visitWords[language].ownPage(pageUrl)}`}`, slots, { language, zone: home.building.zone, handle }))
}

// One of the times that were offered: the visit goes there, or, where it is over, another one is booked.
const put = async (act: Act, { visit, home, facts: { catalogue, handle, said }, tell }: Pressed, time: string): Promise<void> => {
  const startsAt = timeIn(time)
  const { title, isOpen, building: { zone, address } } = home
  if (!Number.isSafeInteger(startsAt)) return
  if (!isOpen) return tell((language) => sayings[language].homeClosed)
  const { party, language: spoken } = visit
  const { isOffered, able } = await ableThen(act, { catalogue, home, wants: { language: spoken }, said }, startsAt)
  const place = able.length > 0 ? placing({ catalogue, home, now: act.now, wants: { party, language: spoken } }, startsAt, able) : undefined
  const isAhead = isOn(visit.status) && visit.startsAt > act.now
  const came = place && (isAhead ? await moved(act, { ...place, tour: visit.id }) : await booked(act, place))
  if (came?.status === 'clash') return tell((language) => sayings[language].clash(timeLabel(zone, startsAt, language)))
  if (came?.status === 'done') {
    const agent = catalogue.agents.find(({ id }) => id === came.agent)?.name ?? ''
    return tell((language) => sayings[language][isAhead ? 'moved' : 'booked'](timeLabel(zone, startsAt, language), title, agent, address))
  }
  const slots = await timesAround(act, { catalogue, home, startsAt, agent: visit.agent, party, language: spoken })
  return tell((language) => timesUnder(spoken ? sayings[language].noneSpeaking(spoken) : isOffered ? sayings[language].slotGone : sayings[language].timeNotOffered, slots, { language, zone, handle }))
}

type Came = { status: 'done' | 'clash' | 'gone'; agent?: string | undefined }
const moved = async (act: Act, where: z.infer<typeof rescheduleTour.args>): Promise<Came> => {
  const { status, tour } = await act.act(rescheduleTour, where)
  return { status: status === 'moved' ? 'done' : status === 'clash' ? 'clash' : 'gone', agent: tour?.agent }
}
const booked = async (act: Act, where: z.infer<typeof bookTour.args>): Promise<Came> => {
  const { status, agent } = await act.act(bookTour, where)
  return { status: status === 'booked' || status === 'mine' ? 'done' : status === 'clash' ? 'clash' : 'gone', agent }
}
