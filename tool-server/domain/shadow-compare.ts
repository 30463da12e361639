import type { Millis } from '../define.ts'
import type { Counterpart } from './reads.ts'
import type { Shadow, Theirs } from './shadow.ts'
import type { TourStatus } from './tours.ts'

// What Portero would have done for somebody beside what people did, as it is counted: each visit once, and of their record what people look at.
export const comparedKinds = ['visit', 'stage', 'name', 'language'] as const
export const outcomes = ['equal', 'else', 'ours', 'theirs'] as const // ours: only Portero would have. theirs: only people did
export type Beside = { kind: (typeof comparedKinds)[number]; outcome: (typeof outcomes)[number]; ours?: string; theirs?: string }

type Arranged = { startsAt: Millis }
type Of = { rows: readonly Shadow[]; theirs: Theirs; tours: readonly (Arranged & { id: string; status: TourStatus })[]; meetings: readonly (Arranged & { status: string })[]; counterparts: readonly Counterpart[]; since: Millis }
export const besideOf = (of: Of): Beside[] => [...visitsBeside(of), ...fieldBeside(of, 'stage', 'deal', of.theirs.deals[0]?.fields['stage']), ...fieldBeside(of, 'name', 'contact', of.theirs.contact?.fields['name']), ...fieldBeside(of, 'language', 'contact', of.theirs.contact?.fields['language'])]

// Of several deals the first: what we would have written to each stands beside the same record.
const fieldBeside = ({ rows }: Of, kind: 'stage' | 'name' | 'language', record: Shadow['kind'], stands: string | undefined): Beside[] => {
  const row = rows.find((each) => each.kind === record && each.field === kind)
  if (!row) return stands === undefined ? [] : [{ kind, outcome: 'theirs', theirs: stands }]
  const ours = { kind, ours: row.wouldWrite }
  return [row.stands === undefined ? { ...ours, outcome: 'ours' } : { ...ours, outcome: row.verdict === 'equal' ? 'equal' : 'else', theirs: row.stands }]
}

// A visit of ours and the one of people's that is nearest to it, within half a day: equal when both begin within the same quarter of an hour. What the CRM was told of before is no news, and what carries an id of ours nobody arranged but us.
const sameVisitMs: Millis = 12 * 3_600_000
const sameTimeMs: Millis = 15 * 60_000
const visitsBeside = ({ theirs, tours, meetings, counterparts, since }: Of): Beside[] => {
  const told = new Set(counterparts.filter(({ kind, external }) => kind === 'meeting' && external !== undefined).map(({ ours }) => ours))
  const ours = tours.filter(({ id, status }) => status !== 'held' && status !== 'cancelled' && !told.has(id)).map(({ startsAt }) => startsAt).toSorted((a, b) => a - b)
  const inCrm = theirs.meetings.filter((each) => each.ours === undefined && each.fields['status'] !== 'cancelled').map(({ fields }) => Number(fields['startsAt'] ?? Number.NaN))
  const inCalendars = meetings.filter(({ status }) => status === 'confirmed').map(({ startsAt }) => startsAt)
  // The same one may stand in the CRM and in a calendar.
  const left = [...inCrm, ...inCalendars].filter((time) => Number.isFinite(time)).toSorted((a, b) => a - b).filter((time, place, all) => time - (all[place - 1] ?? -Infinity) >= sameTimeMs)
  // Whoever is nearest is paired first, and nobody twice.
  const pairs = new Map<Millis, Millis>()
  const near = ours.flatMap((time) => left.map((other) => ({ time, other, apart: Math.abs(other - time) }))).filter(({ apart }) => apart <= sameVisitMs).toSorted((a, b) => a.apart - b.apart || a.time - b.time)
  const taken = new Set<Millis>()
  for (const { time, other } of near) {
    if (pairs.has(time) || taken.has(other)) continue
    pairs.set(time, other)
    taken.add(other)
  }
  return [
    ...ours.map((time): Beside => {
      const other = pairs.get(time)
      if (other === undefined) return { kind: 'visit', outcome: 'ours', ours: String(time) }
      return { kind: 'visit', outcome: Math.abs(other - time) < sameTimeMs ? 'equal' : 'else', ours: String(time), theirs: String(other) }
    }),
    ...left.filter((time) => time >= since && !taken.has(time)).map((time): Beside => ({ kind: 'visit', outcome: 'theirs', theirs: String(time) })),
  ]
}
