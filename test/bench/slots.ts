import { readFileSync } from 'node:fs'
import { createHash } from 'node:crypto'
import { parseArgs } from 'node:util'
import { DateTime } from 'luxon'
import { z } from 'zod'
import { merge } from '@portero/tool-server/domain/busy.ts'
import { weekday } from '@portero/tool-server/domain/homes.ts'
import { hoursOn } from '@portero/tool-server/domain/hours.ts'
import { freeStarts, type Diary } from '@portero/tool-server/domain/slots.ts'
import { minuteMs } from '@portero/tool-server/domain/zones.ts'
import { percentile } from './house.ts'

// How long it takes to find every free start, from busy lists as they came: in no order, overlapping. Beside it the same answer worked out minute by minute with luxon, which must be equal.
// warmMs: with the busy lists in order, as they are kept for each version of a calendar.
const window = z.object({ days: z.array(z.int().min(0).max(7)), start: z.string(), end: z.string() }) // days: 1 is Monday; Sunday is 0 or 7
const workload = z.object({
  name: z.string(), from: z.iso.datetime(), to: z.iso.datetime(), durationMin: z.int().min(1), stepMin: z.int().min(1).refine((step) => 60 % step === 0, 'a step that no hour is a multiple of'), minNoticeMin: z.int().min(0).default(0),
  agents: z.array(z.object({ id: z.string(), timeZone: z.string(), workingHours: z.array(window), busy: z.array(z.tuple([z.iso.datetime(), z.iso.datetime()])) })),
})
export type Workload = z.infer<typeof workload>

export const slots = (): object[] => {
  const { values } = parseArgs({ args: process.argv.slice(3), options: { workload: { type: 'string' }, print: { type: 'boolean' } } })
  return (values.workload ? [workload.parse(JSON.parse(readFileSync(values.workload, 'utf8')))] : workloads()).map((each) => {
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
const isoStarts = (ready: Ready): string[] => [...freeStarts(diariesOf(ready), ready.span).keys()].toSorted((a, b) => a - b).map((at) => new Date(at).toISOString())

// The rule as it is written, with no thought for speed. A time that the clock shows twice is the first one.
export const naiveStarts = ({ agents, from, to, durationMin, stepMin, minNoticeMin }: Workload): string[] => {
  const found = new Set<number>()
  for (const zone of new Set(agents.map(({ timeZone }) => timeZone))) {
    const read = new Set<string>()
    for (let at = Math.floor(Date.parse(from) / minuteMs) * minuteMs; at + durationMin * minuteMs <= Date.parse(to); at += minuteMs) {
      const local = DateTime.fromMillis(at, { zone })
      const wall = local.toFormat('yyyy-MM-dd HH:mm')
      if (local.minute % stepMin !== 0 || read.has(wall)) continue
      read.add(wall)
      if (found.has(at) || at < Date.parse(from) + minNoticeMin * minuteMs) continue
      const end = at + durationMin * minuteMs
      const edge = (time: string): number => local.startOf('day').set({ hour: Number(time.slice(0, 2)), minute: Number(time.slice(3)) }).toMillis()
      const isAble = agents.some(({ timeZone, workingHours, busy }) => timeZone === zone
        && workingHours.some(({ days, start, end: closes }) => days.some((day) => day % 7 === local.weekday % 7) && at >= edge(start) && end <= edge(closes))
        && busy.every(([busyFrom, busyTo]) => end <= Date.parse(busyFrom) || at >= Date.parse(busyTo)))
      if (isAble) found.add(at)
    }
  }
  return [...found].toSorted((a, b) => a - b).map((at) => new Date(at).toISOString())
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
