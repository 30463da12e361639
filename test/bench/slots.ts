import { readFileSync } from 'node:fs'
import { createHash } from 'node:crypto'
import { parseArgs } from 'node:util'
import { DateTime } from 'luxon'
import { z } from 'zod'
import { AppError } from '@portero/shared'
import { merge } from '@portero/tool-server/domain/busy.ts'
import { weekday } from '@portero/tool-server/domain/homes.ts'
import { hoursOn } from '@portero/tool-server/domain/hours.ts'
import { freeStarts, type Diary } from '@portero/tool-server/domain/slots.ts'
import { isZone, minuteMs } from '@portero/tool-server/domain/zones.ts'
import { percentile } from './house.ts'

// How long it takes to find every free start, from busy lists as they came: in no order, overlapping. Beside it the same answer worked out minute by minute with luxon, which must be equal.
// warmMs: with the busy lists in order, as they are kept for each version of a calendar.
const moment = z.iso.datetime({ offset: true, error: 'expected a moment with its offset, such as 2027-01-04T06:00:00Z or 2027-01-04T00:00:00-06:00' }).transform((text) => new Date(text).toISOString())
const zone = z.string().refine(isZone, 'expected a time zone, such as America/Mexico_City')
const wall = z.string().regex(/^(([01]\d|2[0-3]):[0-5]\d|24:00)$/, 'expected a time such as 09:30, from 00:00 to 24:00')
const window = z.object({ days: z.array(z.int().min(0).max(7)), start: wall, end: wall }).refine(({ start, end }) => start < end, 'a window that ends before it begins: make it two, one for each day') // days: 1 is Monday; Sunday is 0 or 7
const busy = z.tuple([moment, moment]).refine(([start, end]) => start <= end, 'a busy time that ends before it begins')
// The engine's grid begins at midnight and a workload's at each hour: they are one where the step goes into an hour.
const step = z.int().min(1).refine((minutes) => 60 % minutes === 0, 'expected a step that goes into an hour: 1, 2, 3, 4, 5, 6, 10, 12, 15, 20, 30 or 60')
const workload = z
  .object({
    name: z.string(), timeZone: zone.optional(), from: moment, to: moment, durationMin: z.int().min(1), stepMin: step, minNoticeMin: z.int().min(0).default(0),
    agents: z.array(z.object({ id: z.string(), timeZone: zone.optional(), workingHours: z.array(window), busy: z.array(busy) })),
  })
  .transform(({ timeZone, agents, ...rest }, { addIssue }) => ({
    ...rest,
    agents: agents.map((agent, at) => {
      const own = agent.timeZone ?? timeZone
      if (own === undefined) addIssue({ code: 'custom', path: ['agents', at, 'timeZone'], message: 'missing, and the file has none for all of them' })
      return { ...agent, timeZone: own ?? '' }
    }),
  }))
export type Workload = z.infer<typeof workload>

export const readWorkload = (text: string): Workload => {
  const { success, data, error } = workload.safeParse(jsonIn(text))
  if (!success) throw new AppError('invalid_input', error.issues.map(({ path, message }) => `${path.length === 0 ? '' : `${path.join('.')}: `}${message}`).join('\n'))
  return data
}
const jsonIn = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new AppError('invalid_input', 'this is no JSON', { cause })
  }
}

export const slots = (): object[] => {
  const { values } = parseArgs({ args: process.argv.slice(3), options: { workload: { type: 'string' }, print: { type: 'boolean' } } })
  return (values.workload ? [readWorkload(readFileSync(values.workload, 'utf8'))] : workloads()).map((each) => {
    const ready = readied(each)
    const starts = isoStarts(ready)
    // oxlint-disable-next-line no-console
    if (values.print) console.log(starts.join('\n'))
    const began = performance.now()
    const naive = naiveStarts(each)
    const naiveMs = Math.round(performance.now() - began)
    if (naive.join() !== starts.join()) throw new Error(`${each.name}: counting minute by minute finds ${naive.length} starts, the engine ${starts.length}`)
    const cold = timed(() => freeStarts(diariesOf(ready), ready.span))
    const diaries = diariesOf(ready)
    const warm = timed(() => freeStarts(diaries, ready.span))
    const sha256_16 = createHash('sha256').update(starts.join('\n')).digest('hex').slice(0, 16)
    return { name: each.name, p50Ms: percentile(cold, 0.5), p95Ms: percentile(cold, 0.95), slots: starts.length, sha256_16, warmMs: percentile(warm, 0.5), naiveMs, barMs: bars[each.name] }
  })
}
const bars: Record<string, number> = { W1: 0.5, W2: 6, W5: 6 }

const timed = (work: () => unknown): number[] => {
  for (let run = 0; run < 30; run++) work()
  return Array.from({ length: 200 }, () => {
    const began = performance.now()
    work()
    return performance.now() - began
  }).toSorted((a, b) => a - b)
}

type Ready = { agents: (Omit<Workload['agents'][number], 'busy'> & { busy: { startsAt: number; endsAt: number }[] })[]; span: Parameters<typeof freeStarts>[1] }
const readied = ({ agents, from, to, durationMin, stepMin, minNoticeMin }: Workload): Ready => ({
  agents: agents.map(({ busy, ...rest }) => ({ ...rest, busy: busy.map(([start, end]) => ({ startsAt: Date.parse(start), endsAt: Date.parse(end) })) })),
  span: { from: Date.parse(from) + minNoticeMin * minuteMs, to: Date.parse(to), lengthMs: durationMin * minuteMs, gridMinutes: stepMin },
})
// A visit lies inside one working window, so each window is a diary of its own.
const diariesOf = ({ agents }: Ready): Diary[] =>
  agents.flatMap(({ id, timeZone, workingHours, busy }) => {
    const merged = [merge(busy)]
    return workingHours.map(({ days, start, end }) => {
      const hours = [{ days: days.map((day) => weekday.options[(day + 6) % 7]!), from: start, to: end }]
      return { agent: id, zone: timeZone, hoursOn: (day, number) => hoursOn(day, number, hours), busy: merged }
    })
  })
export const startsOf = (each: Workload): string[] => isoStarts(readied(each))
const isoStarts = (ready: Ready): string[] => [...freeStarts(diariesOf(ready), ready.span).keys()].toSorted((a, b) => a - b).map((at) => new Date(at).toISOString())

// The rule as it is written, with no thought for speed. A time that the clock shows twice is the first one.
export const naiveStarts = ({ agents, from, to, durationMin, stepMin, minNoticeMin }: Workload): string[] => {
  const found = new Set<number>()
  for (const zone of new Set(agents.map(({ timeZone }) => timeZone))) {
    const read = new Set<string>()
    const edges = new Map<string, number>()
    for (let at = Math.floor(Date.parse(from) / minuteMs) * minuteMs; at + durationMin * minuteMs <= Date.parse(to); at += minuteMs) {
      const local = DateTime.fromMillis(at, { zone })
      const wall = local.toFormat('yyyy-MM-dd HH:mm')
      if (local.minute % stepMin !== 0 || read.has(wall)) continue
      read.add(wall)
      if (found.has(at) || at < Date.parse(from) + minNoticeMin * minuteMs) continue
      const end = at + durationMin * minuteMs
      const edge = (time: string): number => {
        const key = `${wall.slice(0, 10)} ${time}`
        const known = edges.get(key) ?? edgeOn(local, time)
        edges.set(key, known)
        return known
      }
      const isAble = agents.some(({ timeZone, workingHours, busy }) => timeZone === zone
        && workingHours.some(({ days, start, end: closes }) => days.some((day) => day % 7 === local.weekday % 7) && at >= edge(start) && end <= edge(closes))
        && busy.every(([busyFrom, busyTo]) => busyFrom === busyTo || end <= Date.parse(busyFrom) || at >= Date.parse(busyTo)))
      if (isAble) found.add(at)
    }
  }
  return [...found].toSorted((a, b) => a - b).map((at) => new Date(at).toISOString())
}
// The first minute of its day at which the clock reads that or later. A time that is skipped luxon puts past the end of the gap.
const edgeOn = (day: DateTime, time: string): number => {
  let first = day.startOf('day').set({ hour: Number(time.slice(0, 2)), minute: Number(time.slice(3)) })
  for (let before = first.minus({ minutes: 1 }); before.hasSame(day, 'day') && before.toFormat('HH:mm') >= time; before = before.minus({ minutes: 1 })) first = before
  return first.toMillis()
}

// W1, W2 and W5 are those of the design; W3 and W4 go over the day on which the border changes its clocks.
export const workloads = (): Workload[] => [
  invented({ name: 'W1', seed: 11, agents: 1, busy: 50, days: 30 }),
  invented({ name: 'W2', seed: 22, agents: 10, busy: 500, days: 60 }),
  invented({ name: 'W3', seed: 33, agents: 3, busy: 120, days: 30, zones: ['America/Tijuana'], since: '2027-03-01' }),
  invented({ name: 'W4', seed: 44, agents: 6, busy: 200, days: 30, zones: ['America/Ciudad_Juarez', 'America/Chihuahua', 'America/Ojinaga', 'America/Matamoros', 'America/Cancun', 'America/Hermosillo'], since: '2026-10-19' }),
  invented({ name: 'W5', seed: 55, agents: 4, busy: 700, days: 60, durationMin: 45, stepMin: 15 }),
]
type Plan = { name: string; seed: number; agents: number; busy: number; days: number; durationMin?: number; stepMin?: number; zones?: string[]; since?: string }
const invented = ({ name, seed, agents, busy, days, durationMin = 30, stepMin = 30, zones = ['America/Mexico_City'], since = '2027-01-04' }: Plan): Workload => {
  const chance = seeded(seed)
  const pick = <T>(from: readonly T[]): T => from[Math.floor(chance() * from.length)]!
  const iso = (at: DateTime): string => at.toUTC().toJSDate().toISOString()
  const first = DateTime.fromISO(since, { zone: zones[0]! })
  return {
    name, from: iso(first), to: iso(first.plus({ days })), durationMin, stepMin, minNoticeMin: 0,
    agents: Array.from({ length: agents }, (_, at) => {
      const timeZone = zones[at % zones.length]!
      return {
        id: `agent-${at + 1}`, timeZone, workingHours: [{ days: [1, 2, 3, 4, 5], start: '09:00', end: '18:00' }, { days: [6], start: '10:00', end: '14:00' }],
        busy: Array.from({ length: busy }, (): [string, string] => {
          const start = DateTime.fromISO(since, { zone: timeZone }).plus({ days: Math.floor(chance() * days) }).set({ hour: 8 + Math.floor(chance() * 10), minute: 5 * Math.floor(chance() * 12) })
          return [iso(start), iso(start.plus({ minutes: pick([15, 25, 30, 45, 60, 90, 120]) }))]
        }),
      }
    }),
  }
}
// mulberry32: https://gist.github.com/tommyettinger/46a874533244883189143505d203312c
const seeded = (seed: number) => (): number => {
  seed = (seed + 0x6d2b79f5) | 0
  let mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed)
  mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
}
