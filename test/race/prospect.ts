import { bookingWords, type Language } from '@portero/shared'
import { Unexpected, type Door } from './door.ts'
import type { Told } from './verdict.ts'

// One prospect's life: so many attempts, one after the other, by the agent they write with and by the booking page; and what they were told along the way.
export type Outcome = 'booked' | 'moved' | 'cancelled' | 'refused' | 'left'
export type Way = {
  door: Door
  chance(): number
  wish(): { home: string; startsAt: number }
  slotFor(person: string, wish: { home: string; startsAt: number }): Promise<string>
  pathFor(conversation: string, what: { home: string; language?: Language | undefined } | { tour: string }): Promise<string>
  tourOf(person: string, handle: string): Promise<string> // its id
}
// handles: what a visit is called in the chat. used: the pages that did what they were for.
export type Prospect = { person: string; conversation: string; told: Told; handles: Map<string, string>; used: Set<string> }
export const newProspect = (person: string, conversation: string): Prospect => ({ person, conversation, told: { person, visits: new Map(), held: undefined }, handles: new Map(), used: new Set() })

const words = bookingWords['es-MX']

// isLast: most make room for others then, or after a while nobody could have anything.
export const attempt = (who: Prospect, way: Way, isLast: boolean): Promise<Outcome> => {
  const [visit] = who.told.visits.keys()
  if (isLast && visit !== undefined && way.chance() < 0.9) return cancel(who, way, visit)
  const dice = way.chance()
  if (visit === undefined || dice < 0.1) return way.chance() < 0.7 ? bookByTool(who, way) : bookByPage(who, way)
  if (dice < 0.4) return moveByTool(who, way, visit)
  return dice < 0.6 ? moveByPage(who, way, visit) : cancel(who, way, visit)
}

const bookByTool = async (who: Prospect, way: Way): Promise<Outcome> => {
  const people = way.chance() < 0.3 ? 2 : 1
  const language = languageOf(way)
  const call = (slot: string) => way.door.tool('book_tour', `cv-${who.conversation}`, { slot_id: slot, people, ...(language && { language }) })
  const first = await call(await way.slotFor(who.person, way.wish()))
  const [instead] = first.slots
  const said = !first.ok && instead !== undefined && way.chance() < 0.2 ? await call(instead) : first
  if (said.ok) await note(who, way, said.tour, language)
  return said.ok ? 'booked' : refused(said.code, ['slot_gone', 'clash', 'not_offered'])
}

const moveByTool = async (who: Prospect, way: Way, visit: string): Promise<Outcome> => {
  const said = await way.door.tool('reschedule_tour', `cv-${who.conversation}`, { tour_id: who.handles.get(visit), slot_id: await way.slotFor(who.person, way.wish()) })
  if (said.ok) await note(who, way, said.tour)
  return said.ok ? 'moved' : refused(said.code, ['slot_gone', 'clash', 'not_offered'])
}

const cancel = async (who: Prospect, { door }: Way, visit: string): Promise<Outcome> => {
  const said = await door.tool('cancel_tour', `cv-${who.conversation}`, { tour_id: who.handles.get(visit) })
  if (said.ok) who.told.visits.delete(visit)
  return said.ok ? 'cancelled' : refused(said.code, [])
}

// Chosen, then confirmed; now and then given back, or left alone.
const bookByPage = async (who: Prospect, way: Way): Promise<Outcome> => {
  const { door, chance } = way
  const wish = way.wish()
  const language = languageOf(way)
  const path = await way.pathFor(who.conversation, { home: wish.home, language })
  if (who.used.has(path)) return bookByTool(who, way)
  const chosen = await door.page('POST', path, { do: 'hold', slot: await way.slotFor(who.person, wish) })
  if (chosen.status === 409) return 'refused'
  if (chosen.status !== 303) throw unexpected(path, chosen)
  const held = await door.page('GET', path)
  const hold = /name="hold" value="([\w-]+)"/.exec(held.text)?.[1]
  if (held.status !== 200 || hold === undefined) throw unexpected(path, held)
  who.told.held = await way.tourOf(who.person, hold)
  const dice = chance()
  if (dice < 0.1) return 'left'
  if (dice < 0.2) {
    const back = await door.page('POST', path, { do: 'release', hold })
    if (back.status !== 303) throw unexpected(path, back)
    who.told.held = undefined
    return 'left'
  }
  const done = await door.page('POST', path, { do: 'confirm', hold, name: 'Invitada de Prueba' })
  if (done.status !== 200 || !done.text.includes(words.bookedTitle)) throw unexpected(path, done) // it is held for seven minutes, and nobody else can have it
  who.used.add(path)
  who.told.held = undefined
  await note(who, way, { id: hold, ...wish }, language)
  return 'booked'
}

const moveByPage = async (who: Prospect, way: Way, visit: string): Promise<Outcome> => {
  const path = await way.pathFor(who.conversation, { tour: visit })
  if (who.used.has(path)) return moveByTool(who, way, visit)
  const { startsAt } = way.wish()
  const home = who.told.visits.get(visit)?.home ?? ''
  const moved = await way.door.page('POST', path, { do: 'move', slot: await way.slotFor(who.person, { home, startsAt }) })
  if (moved.status === 409) return 'refused'
  if (moved.status !== 200 || !moved.text.includes(words.movedTitle)) throw unexpected(path, moved)
  who.used.add(path)
  who.told.visits.set(visit, { ...who.told.visits.get(visit), home, startsAt })
  return 'moved'
}

const note = async ({ person, told, handles }: Prospect, { tourOf }: Way, tour: { id: string; home: string; startsAt: number } | undefined, language?: Language): Promise<void> => {
  if (!tour) throw new Unexpected('it is done, and of what nobody says')
  const id = await tourOf(person, tour.id)
  handles.set(id, tour.id)
  told.visits.set(id, { ...told.visits.get(id), home: tour.home, startsAt: tour.startsAt, ...(language && { language }) })
}
// Some want whoever shows it to speak English.
const languageOf = ({ chance }: Way): Language | undefined => (chance() < 0.25 ? 'en' : undefined)
const refused = (code: string, expected: readonly string[]): Outcome => {
  if (!expected.includes(code)) throw new Unexpected(`refused by ${code}`)
  return 'refused'
}
const unexpected = (path: string, { status, text }: { status: number; text: string }): Unexpected => new Unexpected(`${path.slice(0, 12)} answers ${status} ${/<h1>(.*?)<\/h1>/.exec(text)?.[1] ?? ''}${text.replaceAll(/<[^>]+>/g, ' ').replaceAll(/\s+/g, ' ').slice(0, 200)}`)
