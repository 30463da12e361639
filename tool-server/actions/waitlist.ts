import { z } from 'zod'
import { sayings, visitWords } from '@portero/shared'
import type { Act, Millis } from '../define.ts'
import { timeLabel } from '../domain/card-views.ts'
import { seatsOf, type Building, type Catalogue, type Home } from '../domain/homes.ts'
import { partOf } from '../domain/hours.ts'
import { byTemplate } from '../domain/message-templates.ts'
import { placing } from '../domain/offers.ts'
import { nextAllowed, night } from '../domain/quiet-hours.ts'
import { dayOf, minuteMs } from '../domain/zones.ts'
import { dropHeld } from '../store/holds.ts'
import { endWaiting, nextInLine, putWaiting, waitingBy, type Ended, type Free, type Waiting } from '../store/waitlist.ts'
import { ableThen } from './able-then.ts'
import { bookTour, takeSlot } from './book-tour.ts'
import { sayVisit } from './say-visit.ts'
import { freed } from './tour-change.ts'

// A time that has become free goes to who waits for one, in the order of joining: it is kept for them for an hour, and then for the next.
// after: who is before that one has been asked.
export const timeFreed = { name: 'waitlist.freed', payload: z.strictObject({ ...freed.shape, after: z.uuid().optional() }) }
export const offerOver = { name: 'waitlist.over', payload: z.strictObject({ waiting: z.uuid(), dueAt: z.int() }) }
const keptMs: Millis = 60 * minuteMs
const leastMs: Millis = 15 * minuteMs // with less nobody could make up their mind
const overOf = (waiting: string): string => `waitlist:${waiting}:over`

export const offerTime = async (act: Act, { home, building, startsAt }: z.infer<typeof freed>, after?: string): Promise<void> => {
  if (startsAt > act.now) await act.later(timeFreed, { home, building, startsAt, ...(after !== undefined && { after }) }, { key: `waitlist:${building}:${startsAt}:${after ?? ''}`, at: act.now })
}

// One of them a turn, since each is locked with the days of those who show it. Turns of one building come one after the other.
export const refill = async (act: Act, { after, ...time }: z.infer<typeof timeFreed.payload>, catalogue: Catalogue): Promise<void> => {
  const { startsAt, building } = time
  const place = catalogue.homes.find(({ id }) => id === time.home)?.building
  if (!place) return
  const first = await nextInLine(act, { ...spotOf(place, startsAt), after })
  if (!first) return
  const home = catalogue.homes.find(({ id }) => id === first.home)
  const came = home ? await offerTo(act, first, { home, startsAt, catalogue }) : 'not-theirs'
  // As much may be free as was called off meanwhile, or as there are seats: until it is gone, and where visits are shared for a smaller party even then.
  const isShared = catalogue.homes.some((each) => each.building.id === building && seatsOf(each) > 1)
  if (came !== 'over' && (came !== 'gone' || isShared)) await offerTime(act, time, first.id)
}

const spotOf = ({ id, zone }: Building, startsAt: Millis): Free => ({ building: id, day: dayOf(zone, startsAt), part: partOf(zone, startsAt), startsAt })

type What = { home: Home; startsAt: Millis; catalogue: Catalogue }
// Until when it can be kept for whoever is asked now, and who could show it; undefined where there is no time left for an answer.
const keeping = async (act: Act, { home, startsAt, catalogue }: What, { language }: Pick<Waiting, 'language'>): Promise<{ dueAt: Millis; able: readonly string[] } | undefined> => {
  const { now } = act
  const { zone, visits } = home.building
  const saidAt = nextAllowed(now, { zone, ...night }) // when they will read it
  const dueAt = Math.min(saidAt + keptMs, startsAt - visits.noticeMinutes * minuteMs)
  if (dueAt < saidAt + leastMs) return undefined
  return { dueAt, able: (await ableThen(act, { catalogue, home, wants: { language } }, startsAt)).able }
}

// Whether somebody waits for this time to whom it could still be offered.
export const isWanted = async (act: Act, { home: { building }, startsAt, catalogue }: What, whom: Pick<Free, 'but' | 'only' | 'agent'>): Promise<boolean> => {
  const first = await nextInLine(act, { ...spotOf(building, startsAt), ...whom })
  const home = catalogue.homes.find(({ id }) => id === first?.home)
  const kept = first && home && (await keeping(act, { home, startsAt, catalogue }, first))
  return kept !== undefined && kept.able.length > 0
}

const offerTo = async (act: Act, waiting: Waiting, { home, startsAt, catalogue }: What): Promise<'offered' | 'not-theirs' | 'gone' | 'over'> => {
  const { now } = act
  const { title, building: { zone } } = home
  const kept = await keeping(act, { home, startsAt, catalogue }, waiting)
  if (!kept) return 'over'
  const { dueAt, able } = kept
  const { id, person, conversation, party, language } = waiting
  const isOfAll = language === undefined // else others may have it from whoever doesn't speak it
  if (able.length === 0) return isOfAll ? 'over' : 'not-theirs'
  act.subject = { ...act.subject, person, ...(conversation !== undefined && { conversation }) }
  const { status, tour } = await takeSlot(act, placing({ catalogue, home, now, wants: { party, language } }, startsAt, able), { heldUntil: dueAt })
  if (status === 'gone') return isOfAll ? 'gone' : 'not-theirs'
  if (status !== 'held' || tour === undefined) return 'not-theirs'
  const told = await sayVisit(act, waiting, { purpose: 'service', key: `waitlist:${id}:${startsAt}`, zone }, (language) => {
    const [when, until] = [timeLabel(zone, startsAt, language), timeLabel(zone, dueAt, language)]
    const { offered, press } = visitWords[language]
    const buttons = (['take', 'pass', 'leave'] as const).map((does) => ({ id: `wait:${does}:${id}`, title: press[does] }))
    return { content: { type: 'text', text: offered(title, when, until), buttons }, instead: byTemplate('portero_slot_free', language, { home: title, when, until }) }
  })
  if (!told?.said) {
    await dropHeld(act, { id: tour, person })
    return 'not-theirs'
  }
  await putWaiting(act, waiting, { state: 'offered', startsAt, tour, dueAt })
  await act.later(offerOver, { waiting: id, dueAt }, { key: overOf(id), at: dueAt, person })
  return 'offered'
}

// They have not answered in time.
export const lapse = async (act: Act, { waiting: id, dueAt }: z.infer<typeof offerOver.payload>, catalogue: Catalogue): Promise<void> => {
  const waiting = await waitingBy(act, id)
  if (waiting?.state !== 'offered' || waiting.dueAt !== dueAt) return
  await giveUp(act, waiting, 'expired', catalogue)
}
const giveUp = async (act: Act, waiting: Waiting, state: 'expired' | 'waiting' | 'left', catalogue: Catalogue): Promise<void> => {
  const { id, person, home, tour, startsAt } = waiting
  act.concerns(person)
  await act.drop(overOf(id))
  await putWaiting(act, waiting, { state })
  if (tour !== undefined) await dropHeld(act, { id: tour, person })
  const building = catalogue.homes.find((each) => each.id === home)?.building.id
  if (tour !== undefined && startsAt !== undefined && building !== undefined) await offerTime(act, { home, building, startsAt })
}

// They have a visit there now, however they came by it, or look no more. What else was kept for them is free again.
export const waitsNoMore = async (act: Act, ended: Ended): Promise<void> => {
  for (const { id, tour, ...time } of await endWaiting(act, ended)) {
    await act.drop(overOf(id))
    await dropHeld(act, { id: tour, person: ended.person })
    await offerTime(act, time)
  }
}

// What they pressed under an offer. Somebody else's is as missing as one that never was. What is kept for them makes way for their visit.
type Pressed = { person: string; conversation: string; message: string; verb: string; id: string }
export const answerOffer = async (act: Act, { person, conversation, message, verb, id }: Pressed, catalogue: Catalogue): Promise<void> => {
  const waiting = /^[0-9a-f-]{36}$/.test(id) ? await waitingBy(act, id, person) : undefined
  const home = catalogue.homes.find((each) => each.id === waiting?.home)
  if (!waiting || !home) return
  const { zone, address } = home.building
  const tell = (words: (language: 'es-MX' | 'en') => string) => sayVisit(act, { person, conversation }, { purpose: 'answer', key: `pick:${message}` }, (language) => ({ content: { type: 'text', text: words(language) } }))
  const { state, startsAt } = waiting
  if (verb === 'leave' || verb === 'pass') {
    if (state === 'waiting' || state === 'offered') await giveUp(act, waiting, verb === 'leave' ? 'left' : 'waiting', catalogue)
    await tell((language) => (verb === 'leave' ? visitWords[language].left : visitWords[language].passed))
    return
  }
  if (verb !== 'take' || state === 'left' || startsAt === undefined) return
  const { party, language: spoken } = waiting
  const { able } = await ableThen(act, { catalogue, home, wants: { language: spoken } }, startsAt)
  const placed = able.length > 0 ? await act.act(bookTour, placing({ catalogue, home, now: act.now, wants: { party, language: spoken } }, startsAt, able)) : undefined
  const isTheirs = placed?.status === 'booked' || placed?.status === 'mine'
  if (!isTheirs && state !== 'taken') await giveUp(act, waiting, 'waiting', catalogue)
  if (placed?.status === 'clash') return void (await tell((language) => sayings[language].clash(timeLabel(zone, startsAt, language))))
  if (!isTheirs) return void (await tell((language) => visitWords[language].tooLate))
  await act.drop(overOf(id))
  await putWaiting(act, waiting, { state: 'taken' })
  const agent = catalogue.agents.find((each) => each.id === placed.agent)?.name ?? ''
  await tell((language) => sayings[language].booked(timeLabel(zone, startsAt, language), home.title, agent, address))
}
