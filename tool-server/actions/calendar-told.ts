import { eventWords } from '@portero/shared'
import type { z } from 'zod'
import type { Act } from '../define.ts'
import { timeLabel } from '../domain/card-views.ts'
import type { EventFacts } from '../domain/event-facts.ts'
import type { dropEvent, putEvent } from '../domain/ports/calendar.ts'
import { pullSoon } from '../store/busy-mirror.ts'
import { noteKnown, noteOvertaken, projectionAt, shownAs, type Projection, type SeenThere } from '../store/projections.ts'
import { askPeople } from './ask-people.ts'
import { decideMoved, lineOf, projectSoon } from './calendar-turns.ts'
import { keyOf, toldBy } from './project-visit.ts'

// A calendar has answered what it was told of a visit, which stands whatever it says.
type Answered = { key: string; put?: z.infer<typeof putEvent.result>; drop?: z.infer<typeof dropEvent.result>; dead?: { code: string; wasDrop: boolean } }
const words = eventWords['es-MX']

export const calendarTold = async (act: Act, { key, put, drop, dead }: Answered, { catalogue }: Pick<EventFacts, 'catalogue'>): Promise<void> => {
  const which = toldBy(key)
  const known = which && (await projectionAt(act, which))
  if (!which || !known) return // of a calendar that is not connected any more
  const isLast = known.number === which.number // or what was told since is on its way
  if (put) await noteKnown(act, known, { external: put.id, version: put.version, ...(known.external !== null && known.external !== put.id && { former: known.external }), isBooked: put.isBooked, link: put.link ?? null, ...(isLast && { state: 'stands', refusals: 0 }), ...seenSince(known.seen, put) })
  if (put && which.number === 1) await pullSoon(act, which.connection) // what is taken away before a list has shown it, some never tell
  if (drop && isLast) await noteKnown(act, known, { state: 'gone', external: null, link: null, seen: null })
  const isAgain = dead !== undefined && isLast && again.has(dead.code) && known.external !== null && known.refusals < mostRefusals - 1
  if (dead && isLast) await refused(act, known, { isAgain, code: dead.code })
  await noteOvertaken(act, lineOf(which), isAgain ? undefined : keyOf(which, known.number))
  const now = await projectionAt(act, which)
  if (now?.seen) await decideMoved(act, which)
  else if (now?.digest === null && !isAgain) await projectSoon(act, now.tours)
  // Told once for each time that it has.
  if (put && isLast && !put.isBooked && (known.isBooked || known.wasStartsAt !== known.startsAt)) await ask(act, known, catalogue, (home, when) => words.byHand(home, when, put.link))
  if (dead && isLast && !isAgain) await ask(act, known, catalogue, dead.wasDrop ? words.stays : words.refused)
}

// What people did is nothing new where it is this very version; and what they took away may stand there again.
const seenSince = (seen: Projection['seen'], { version }: { version?: string | undefined }): { seen?: SeenThere | null } => {
  if (seen?.is === 'gone') return { seen: { ...seen, isPutSince: true } }
  return seen?.version === version ? { seen: null } : {}
}

// Somebody changed it there a moment ago, or took it away: once that has been read, it is decided again. Where nothing stood, or it goes on, it is the calendar that is not there, and a person has to look.
const again: ReadonlySet<string> = new Set(['conflict', 'not_found'])
const mostRefusals = 3
const refused = async (act: Act, known: Projection, { isAgain, code }: { isAgain: boolean; code: string }): Promise<void> => {
  if (!isAgain) return noteKnown(act, known, { state: 'dead' })
  // What we took for the last version is none any more: the one before it may be, where we read what people did and put ours over it before that was answered.
  await noteKnown(act, known, { state: 'stands', digest: null, refusals: known.refusals + 1, ...(code === 'conflict' && { version: known.versions.at(-2) }) })
  await pullSoon(act, known.connection)
}

const ask = async (act: Act, { ours }: Projection, { homes }: EventFacts['catalogue'], say: (home: string, when: string) => string): Promise<void> => {
  for (const { person, conversation, home: id, startsAt } of await shownAs(act, ours)) {
    const home = homes.find((each) => each.id === id)
    if (home && startsAt > act.now) await askPeople(act, { person, conversation, summary: say(home.title, timeLabel(home.building.zone, startsAt, 'es-MX')) })
  }
}
