import type { Millis } from '../define.ts'

// Time that is not free: stretches in order, none of which touches the next.
export type Stretch = { startsAt: Millis; endsAt: Millis }
export type Busy = readonly Stretch[]
// What an agent's own calendar says, as it was last read. version: another one as soon as anything in it is another.
export type BusyList = { agent: string; calendar: string; version: string; stretches: readonly Stretch[] }

export const merge = (stretches: readonly Stretch[]): Stretch[] => {
  const merged: Stretch[] = []
  for (const { startsAt, endsAt } of stretches.toSorted((a, b) => a.startsAt - b.startsAt)) {
    const last = merged.at(-1)
    if (last && startsAt <= last.endsAt) last.endsAt = Math.max(last.endsAt, endsAt)
    else if (startsAt < endsAt) merged.push({ startsAt, endsAt })
  }
  return merged
}

// A calendar changes a few times a day and is searched all day: it is put in order once for each version.
export const busyOf = (list: BusyList): Busy => {
  const { calendar, version } = list
  const known = kept.get(calendar)
  if (known?.version === version) return known.busy
  const busy = merge(list.stretches)
  if (!known && kept.size >= mostKept) kept.clear()
  kept.set(calendar, { version, busy })
  return busy
}
const mostKept = 2_000
const kept = new Map<string, { version: string; busy: Busy }>()

export const both = (some: Busy, others: Busy): Stretch[] => {
  const shared: Stretch[] = []
  for (let [at, beside] = [0, 0]; ; ) {
    const [one, other] = [some[at], others[beside]]
    if (!one || !other) return shared
    const [startsAt, endsAt] = [Math.max(one.startsAt, other.startsAt), Math.min(one.endsAt, other.endsAt)]
    if (startsAt < endsAt) shared.push({ startsAt, endsAt })
    if (one.endsAt < other.endsAt) at++
    else beside++
  }
}

// Whether nothing lies between two moments, in any of these. Asked in the order of time only: each list is walked once.
export const walk = (lists: readonly Busy[]): ((startsAt: Millis, endsAt: Millis) => boolean) => {
  const walks = lists.filter((list) => list.length > 0).map(walkOne)
  return (startsAt, endsAt) => {
    for (const isFree of walks) if (!isFree(startsAt, endsAt)) return false
    return true
  }
}
const walkOne = (list: Busy): ((startsAt: Millis, endsAt: Millis) => boolean) => {
  let next = 0
  return (startsAt, endsAt) => {
    let ahead = list[next]
    while (ahead && ahead.endsAt <= startsAt) ahead = list[++next]
    return ahead === undefined || ahead.startsAt >= endsAt
  }
}
