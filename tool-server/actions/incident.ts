import { z } from 'zod'
import { isErrorCode } from '@portero/shared'
import type { Millis } from '../define.ts'
import type { Catalogue } from '../domain/homes.ts'
import { incident, minutes, reason, toolCode, type Came, type Did, type Incident } from '../domain/incident.ts'
import { isClosed, meaningOf, type Done, type Listed } from '../domain/incident-meaning.ts'
import { failureReason } from '../domain/ports/messaging.ts'
import { minuteAt, minuteMs, numberAt, weekdayOf } from '../domain/zones.ts'
import type { Deed, Fact, Life, Minute, Said, Slow } from '../store/incidents.ts'

// One conversation told by kinds alone: of all that is known of it, what came from outside and what the house did. What is read here is somebody's; what is written passes a form that has no room for it.
export type Found = { agent: 'bird' | 'portero'; said: readonly Said[]; facts: readonly Fact[]; deeds: readonly Deed[]; slow: readonly Slow[]; minutes: readonly Minute[]; lives: readonly Life[]; calendars: ReadonlyMap<string, string> } // calendars: in which a visit stands
type Names = { catalogue: Catalogue; zone: string; tools: readonly string[]; commands: readonly string[]; vendors: readonly string[] }

const asked = z.looseObject({ startsAt: z.int().optional(), home: z.string().optional(), tour: z.string().optional(), reason: z.string().optional(), kind: z.string().optional(), stage: z.string().optional(), name: z.string().optional() })
const answered = z.looseObject({ status: z.string().optional(), isNew: z.boolean().optional(), tour: z.union([z.string(), z.looseObject({ id: z.string(), home: z.string(), startsAt: z.int() })]).optional() })
const reply = z.looseObject({ ok: z.boolean(), data: z.unknown().optional(), error: z.looseObject({ code: z.string(), alternatives: z.unknown().optional() }).nullish() })
const homesIn = z.looseObject({ homes: z.array(z.looseObject({ home: z.string() })) })
const slotsIn = z.looseObject({ slots: z.array(z.looseObject({ start: z.string() })) })

export const actionsTold = ['book-tour', 'hold-tour', 'confirm-hold', 'release-hold', 'reschedule-tour', 'cancel-tour', 'mark-tour', 'reassign-tour', 'escalate', 'request-privacy', 'opt-out', 'opt-in', 'note-unsubscribed', 'take-over', 'note-taken', 'hand-back', 'adopt-deal', 'adopt-contact'] as const

export const incidentOf = (found: Found, names: Names): Incident => {
  const beganAt = Math.min(...found.said.map(({ at }) => at))
  const since = (at: Millis): number => Math.max(0, Math.round(at - beganAt))
  const outside = [...wroteIn(found, names, since), ...changedIn(found, names, since), ...failedIn(found, names, since), ...beganIn(found, since)]
  return incident.parse({
    portero: 'incident', version: 1, agent: found.agent, began: { weekday: weekdayOf(numberAt(names.zone, beganAt)), minute: minuteAt(names.zone, beganAt) },
    came: inOrder(outside), did: inOrder(didIn(found, names, since)),
    left: { files: heardIn(found).filter(({ body }) => body !== undefined && body.kind !== 'text').length, edited: found.said.filter(({ isEdited }) => isEdited).length, unread: heardIn(found).filter(({ body }) => !body).length },
  })
}
type Since = (at: Millis) => number
const inOrder = <T extends { atMs: number }>(all: readonly T[]): T[] => all.toSorted((a, b) => a.atMs - b.atMs)
const heardIn = ({ said }: Found): Said[] => said.filter(({ author }) => author === 'prospect')

// A tool belongs to the message before it, of those whose words alone don't say what is meant.
const wroteIn = (found: Found, { catalogue }: Names, since: Since): Came[] => {
  const around = { areas: [...new Set(catalogue.homes.map(({ building }) => building.neighbourhood))] }
  const heard = heardIn(found).flatMap(({ at, body }) => (body ? [{ at, text: body.text, pick: body.pick }] : []))
  return heard.map((each, place) => {
    const until = heard.slice(place + 1).find((later) => !isClosed(later))?.at ?? Infinity
    const facts = found.facts.filter(({ at }) => at >= each.at && at < until)
    const tools = facts.map((fact) => ({ tool: fact.tool, data: reply.safeParse(fact.answer).data?.data, done: doneBy(found, fact) }))
    return { atMs: since(each.at), is: 'wrote', means: meaningOf({ ...each, tools, listed: listedBefore(found, facts[0]?.at ?? each.at) }, around) }
  })
}
const decides: Readonly<Record<string, readonly string[]>> = { book_tour: ['book-tour', 'hold-tour'], reschedule_tour: ['reschedule-tour'], escalate: ['escalate'], privacy_request: ['request-privacy'] }
const longestToolMs = 70_000
const doneBy = ({ deeds }: Found, { tool, at }: Fact): Done => {
  const deed = deeds.findLast((each) => decides[tool]?.includes(each.action) && each.by === 'prospect' && each.at <= at && at - each.at < longestToolMs)
  return asked.safeParse(deed?.args).data ?? {}
}
const listedBefore = ({ facts }: Found, before: Millis): Listed => {
  const listed: { homes: readonly string[]; slots: readonly Millis[] } = { homes: [], slots: [] }
  for (const { at, answer } of facts) {
    if (at >= before) break
    const { data, error } = reply.safeParse(answer).data ?? {}
    const homes = homesIn.safeParse(data).data?.homes
    const slots = slotsIn.safeParse(data).data?.slots ?? slotsIn.safeParse({ slots: error?.alternatives }).data?.slots
    if (homes) listed.homes = homes.map(({ home }) => home)
    if (slots) listed.slots = slots.map(({ start }) => Date.parse(start))
  }
  return listed
}

// By people of ours, in the inbox, the console, the CRM and the calendars.
const changedIn = ({ said, deeds, calendars }: Found, { vendors }: Names, since: Since): Came[] => {
  const startOf = new Map<string, Millis>() // of each visit, as it was last
  const answers: Came[] = said.filter(({ author }) => author === 'human').map(({ at }) => ({ atMs: since(at), is: 'answered' }))
  return [...answers, ...deeds.flatMap(({ at, action, by, isByCalendar, args, result }): Came[] => {
    const atMs = since(at)
    const { tour: told } = answered.safeParse(result).data ?? {}
    const tour = (typeof told === 'string' ? told : told?.id) ?? asked.safeParse(args).data?.tour ?? ''
    const was = startOf.get(tour)
    const is = typeof told === 'object' ? told.startsAt : asked.safeParse(args).data?.startsAt
    if (is !== undefined) startOf.set(tour, is)
    const vendor = listedIn(vendors, calendars.get(tour))
    if (action === 'take-over' && by === 'staff') return [{ atMs, is: 'taken' }]
    if (action === 'hand-back' && by === 'staff') return [{ atMs, is: 'given-back' }]
    if (action === 'adopt-deal') return toStage(atMs, asked.safeParse(args).data?.stage)
    if (action === 'adopt-contact' && asked.safeParse(args).data?.name !== undefined) return [{ atMs, is: 'renamed' }]
    if (!isByCalendar || vendor === undefined) return []
    if (action === 'reschedule-tour') return [{ atMs, is: 'event-moved', at: vendor, minutes: (was === undefined || is === undefined ? undefined : minutesIn(is - was)) ?? 60 }]
    return action === 'cancel-tour' ? [{ atMs, is: 'event-dropped', at: vendor }] : []
  })]
}
const toStage = (atMs: number, stage: string | undefined): Came[] => {
  const moved = incident.shape.came.safeParse([{ atMs, is: 'deal-moved', to: stage }])
  return moved.success ? moved.data : []
}

// Failures of one vendor by one cause that follow each other are one; where nothing went through, for as long as it lasted.
const failedIn = ({ minutes }: Found, { vendors }: Names, since: Since): Came[] => {
  const failures: { vendor: string; code: string; from: Millis; to: Millis; times: number; isWhole: boolean }[] = []
  for (const { at, vendor, outcome, calls } of minutes) {
    if (outcome === 'ok' || listedIn(vendors, vendor) === undefined) continue
    const isWhole = calls > 1 && !minutes.some((each) => each.at === at && each.vendor === vendor && each.outcome === 'ok')
    const last = failures.findLast((each) => each.vendor === vendor && each.code === outcome && each.to === at && each.isWhole === isWhole)
    if (last) Object.assign(last, { to: at + minuteMs, times: last.times + calls })
    else failures.push({ vendor, code: outcome, from: at, to: at + minuteMs, times: calls, isWhole })
  }
  return failures.map(({ vendor, code, from, to, times, isWhole }) => ({ atMs: since(from), is: 'failed', vendor, code: isErrorCode(code) ? code : 'other', times, forMs: isWhole ? to - from : 0 }))
}
// A server that begins after all others have fallen silent, or as they do.
const beganIn = ({ lives, said }: Found, since: Since): Came[] =>
  lives.flatMap(({ from }, place) => {
    const before = Math.max(...lives.slice(0, place).map(({ to }) => to))
    return place > 0 && from >= before && from > (said[0]?.at ?? 0) ? [{ atMs: since(from), is: 'began-again', awayMs: Math.min(600_000, Math.max(0, from - before - minuteMs)) }] : []
  })

const deedOf: Readonly<Record<string, (status: string | undefined) => Extract<Did, { is: 'visit' }>['deed']>> = {
  'book-tour': (status) => (status === 'booked' || status === 'held' ? status : 'not'), 'hold-tour': (status) => (status === 'booked' || status === 'held' ? status : 'not'), 'confirm-hold': (status) => (status === 'booked' ? 'confirmed' : 'not'), 'release-hold': () => 'released',
  'reschedule-tour': (status) => (status === 'moved' ? 'moved' : 'not'), 'cancel-tour': (status) => (status === 'cancelled' ? 'cancelled' : 'not'), 'mark-tour': (status) => (status === 'marked' ? 'marked' : 'not'), 'reassign-tour': (status) => (status === 'reassigned' ? 'reassigned' : 'not'),
}
const didIn = ({ said, facts, deeds, slow }: Found, { catalogue, tools, commands, vendors }: Names, since: Since): Did[] => {
  const homes = catalogue.homes.map(({ id }) => id)
  const visits = deeds.flatMap(({ at, action, by, isByCalendar, args, result }): unknown[] => {
    const { status, isNew, tour } = answered.safeParse(result).data ?? {}
    const wanted = asked.safeParse(args).data
    const atMs = since(at)
    const visit = deedOf[action]
    const [home, startsAt] = typeof tour === 'object' ? [tour.home, tour.startsAt] : [wanted?.home, wanted?.startsAt]
    if (visit) return [{ atMs, is: 'visit', deed: visit(status), by: isByCalendar ? 'calendar' : by, ...(home !== undefined && homes.includes(home) && { home: homes.indexOf(home) + 1 }), ...(startsAt !== undefined && { inMinutes: minutesIn(startsAt - at) }) }]
    if (action === 'escalate') return [{ atMs, is: 'called', reason: reason.safeParse(wanted?.reason).data ?? 'other', by }]
    if (isNew === false) return []
    return action === 'opt-out' || action === 'note-unsubscribed' ? [{ atMs, is: 'stopped' }] : action === 'opt-in' ? [{ atMs, is: 'started' }] : action === 'take-over' || action === 'note-taken' ? [{ atMs, is: 'silent' }] : action === 'hand-back' ? [{ atMs, is: 'back' }] : []
  })
  return incident.shape.did.parse([
    ...visits,
    ...facts.map(({ at, tool, answer }) => {
      const refused = reply.safeParse(answer).data?.error?.code
      return { atMs: since(at), is: 'tool', tool: listedIn(tools, tool) ?? 'other', ...(refused !== undefined && { code: toolCode.safeParse(refused).data ?? 'other' }) }
    }),
    ...said.flatMap(({ at, author, status, failure, isSms }) => (author === 'prospect' ? [] : [{ atMs: since(at), is: 'said', by: author, status, ...(failure !== null && { failure: failureReason.safeParse(failure).data ?? 'unknown' }), ...(isSms && { isSms }) }])),
    ...slow.map(({ at, command, vendor, state, tries, code }) => ({ atMs: since(at), is: 'command', command: listedIn(commands, command) ?? 'other', vendor: listedIn(vendors, vendor), state, tries, ...(code !== null && { code: isErrorCode(code) ? code : 'other' }) })),
  ])
}
const minutesIn = (ms: number): number | undefined => minutes.safeParse(Math.round(ms / minuteMs)).data
const listedIn = (names: readonly string[], one: string | null | undefined): string | undefined => names.find((each) => each === one)
