import type { Agent, Hours } from '@portero/tool-server/domain/homes.ts'
import type { Search } from '@portero/tool-server/domain/slots.ts'
import type { Slot } from '@portero/tool-server/domain/tours.ts'

// The rules of slots once more, minute by minute, by the platform's own calendar: what freeSlots must answer.
type Wall = { day: string; weekday: string; time: string }
const minute = 60_000
const holidays = ['2026-11-16', '2027-03-15']

// What the clocks of a zone show, each minute read once.
const clocks = new Map<string, Map<number, Wall>>()
const clockOf = (zone: string): ((at: number) => Wall) => {
  const shown = clocks.get(zone) ?? new Map<number, Wall>()
  clocks.set(zone, shown)
  const format = new Intl.DateTimeFormat('en-GB', { timeZone: zone, dateStyle: 'short', timeStyle: 'short', hourCycle: 'h23' })
  return (at) => {
    const known = shown.get(at)
    if (known) return known
    const [, date, month, year, time = ''] = /^(\d\d)\/(\d\d)\/(\d{4}), (\d\d:\d\d)$/.exec(format.format(at)) ?? []
    const day = `${year}-${month}-${date}`
    const read = { day, weekday: ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'][new Date(`${day}T12:00Z`).getUTCDay()]!, time }
    shown.set(at, read)
    return read
  }
}
const whole = (at: number): number => Math.floor(at / minute) * minute

const mondayOf = (day: string): string => new Date(Date.parse(`${day}T12:00Z`) - ((new Date(`${day}T12:00Z`).getUTCDay() + 6) % 7) * 1440 * minute).toISOString().slice(0, 10)

export const slowSlots = ({ building, agents: all, taken, blackouts, ways = new Map(), calendars = [], now, from = -Infinity, to = Infinity, most = Infinity, home, seats = 1, wants = {} }: Search): Slot[] => {
  const { visits, zone } = building
  const agents = all.filter(({ languages, skills }) => (!wants.language || languages.includes(wants.language)) && (wants.skills ?? []).every((each) => skills.includes(each)))
  const clock = clockOf(zone)
  const today = clock(whole(now)).day
  const lastDay = new Date(Date.parse(`${today}T00:00Z`) + visits.horizonDays * 1440 * minute).toISOString().slice(0, 10)
  const minutes: ({ at: number } & Wall)[] = []
  for (let at = whole(now) - 1560 * minute; at < now + (visits.horizonDays + 2) * 1440 * minute; at += minute) {
    const { day, weekday, time } = clock(at)
    if (day >= today && day <= lastDay) minutes.push({ at, day, weekday, time })
  }
  const during = ({ startsAt, endsAt }: { startsAt: number; endsAt: number }, gap = 0): number[] => {
    const touched = []
    for (let at = whole(startsAt - gap); at < endsAt + gap; at += minute) touched.push(at)
    return touched
  }

  // When hours are open: on each day, from the first minute that shows so or later, to the first that shows the end or later.
  const byDay = [...Map.groupBy(minutes, ({ day }) => day).values()]
  const openIn = (hours: Hours): Set<number> => {
    const open = new Set<number>()
    for (const ofDay of byDay)
      for (const { days, from, to } of hours) {
        if (!days.some((each) => each === ofDay[0]!.weekday)) continue
        const opens = ofDay.findIndex(({ time }) => time >= from)
        const closes = ofDay.findIndex(({ time }) => time >= to)
        if (opens >= 0) for (const { at } of ofDay.slice(opens, closes < 0 ? undefined : closes)) open.add(at)
      }
    return open
  }
  const doors = building.hours && openIn(building.hours)
  const open = new Map(agents.map(({ id, hours }) => [id, doors ? openIn(hours).intersection(doors) : openIn(hours)]))

  const busy = new Map(agents.map(({ id }) => {
    const own = taken.filter(({ agent }) => agent === id)
    const out = [...blackouts.filter((each) => (each.building === undefined || each.building === building.id) && (each.agent === undefined || each.agent === id)), ...calendars.filter(({ agent }) => agent === id).flatMap(({ stretches }) => stretches)]
    const gap = (there: string): number => (there === building.id ? 0 : Math.max(visits.bufferMinutes * minute, visits.travelMinutes * minute, ways.get(there) ?? 0))
    return [id, new Set([...out.flatMap((each) => during(each)), ...own.flatMap((each) => during(each, gap(each.building)))])] as const
  }))
  const days = new Map(agents.map(({ id }) => [id, taken.filter(({ agent }) => agent === id).map(({ startsAt }) => clock(whole(startsAt)).day)]))
  const isFull = ({ id, perWeek = Infinity }: Agent, day: string): boolean => {
    const shown = days.get(id) ?? []
    return shown.filter((each) => each === day).length >= visits.perAgentAndDay || (perWeek < Infinity && shown.filter((each) => mondayOf(each) === mondayOf(day)).length >= perWeek)
  }
  const closed = new Map(agents.map(({ id }) => [id, new Set(blackouts.filter((each) => (each.building === undefined || each.building === building.id) && (each.agent === undefined || each.agent === id)).flatMap((each) => during(each)))]))
  const partHours = { morning: ['00:00', '12:00'], afternoon: ['12:00', '17:00'], evening: ['17:00', '24:00'] } as const
  const isPart = (startsAt: number): boolean => !wants.part || (clock(whole(startsAt)).time >= partHours[wants.part][0] && clock(whole(startsAt)).time < partHours[wants.part][1])

  // Of the groups that begin then, at a time at which one could, the one with most seats; of two such, the last.
  const joined = (startsAt: number, whole: number[]): Slot | undefined => {
    let best: Slot | undefined
    for (const { agent, endsAt, group, ...rest } of taken) {
      const seatsLeft = seats - (group?.seatsTaken ?? 0)
      if (rest.startsAt !== startsAt || group?.home !== home || !agents.some(({ id }) => id === agent) || seatsLeft < (wants.party ?? 1) || endsAt > to || clock(Math.floor((endsAt - 1) / minute) * minute).day > lastDay) continue
      if (whole.every((at) => open.get(agent)?.has(at) && !closed.get(agent)?.has(at)) && seatsLeft >= (best?.seatsLeft ?? 0)) best = { startsAt, endsAt, agents: [agent], seatsLeft }
    }
    return best
  }

  const slots: Slot[] = []
  const soonest = Math.max(from, now + visits.noticeMinutes * minute)
  const read = new Set<string>()
  for (const { at: startsAt, day, time } of minutes) {
    if ((Number(time.slice(0, 2)) * 60 + Number(time.slice(3))) % visits.gridMinutes !== 0 || read.has(`${day} ${time}`)) continue
    read.add(`${day} ${time}`)
    const isAsked = startsAt >= soonest && startsAt + visits.minutes * minute <= to && isPart(startsAt) && startsAt !== wants.besides
    if (!isAsked || (!visits.onHolidays && holidays.includes(day)) || (seats > 1 && (wants.party ?? 1) > seats)) continue
    const whole = during({ startsAt, endsAt: startsAt + visits.minutes * minute })
    const group = joined(startsAt, whole)
    const free = agents.filter((agent) => !isFull(agent, day) && whole.every((at) => open.get(agent.id)?.has(at) && !busy.get(agent.id)?.has(at)))
    if (group) slots.push(group)
    else if (free.length > 0) slots.push({ startsAt, endsAt: startsAt + visits.minutes * minute, agents: free.map(({ id }) => id), seatsLeft: seats })
  }
  return slots.slice(0, most)
}
