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

export const slowSlots = ({ building, agents, taken, blackouts, now, from = -Infinity, to = Infinity, most = Infinity }: Search): Slot[] => {
  const { visits, zone } = building
  const clock = clockOf(zone)
  const today = clock(whole(now)).day
  const lastDay = new Date(Date.parse(`${today}T00:00Z`) + visits.horizonDays * 1440 * minute).toISOString().slice(0, 10)
  const minutes = Array.from({ length: (visits.horizonDays + 4) * 1440 }, (_, index) => whole(now) - 1560 * minute + index * minute).filter((at) => clock(at).day >= today && clock(at).day <= lastDay)
  const touches = (at: number, stretch: { startsAt: number; endsAt: number }, gap = 0): boolean => at < stretch.endsAt + gap && at + minute > stretch.startsAt - gap

  // When each agent's hours are open: on each day, from the first minute that shows so or later, to the first that shows the end or later.
  const open = new Map(agents.map((agent) => [agent.id, new Set<number>()]))
  for (const ofDay of Map.groupBy(minutes, (at) => clock(at).day).values())
    for (const agent of agents)
      for (const { days, from, to } of agent.hours) {
        if (!days.some((each) => each === clock(ofDay[0]!).weekday)) continue
        const opens = ofDay.findIndex((at) => clock(at).time >= from)
        const closes = ofDay.findIndex((at) => clock(at).time >= to)
        if (opens >= 0) for (const at of ofDay.slice(opens, closes < 0 ? undefined : closes)) open.get(agent.id)?.add(at)
      }

  const busy = new Map(agents.map(({ id }) => {
    const own = taken.filter(({ agent }) => agent === id)
    const out = blackouts.filter((each) => (each.building === undefined || each.building === building.id) && (each.agent === undefined || each.agent === id))
    const gap = (there: string): number => (there === building.id ? 0 : Math.max(visits.bufferMinutes, visits.travelMinutes) * minute)
    return [id, new Set(minutes.filter((at) => out.some((each) => touches(at, each)) || own.some((each) => touches(at, each, gap(each.building)))))] as const
  }))
  const isFull = (id: string, day: string): boolean => taken.filter(({ agent, startsAt }) => agent === id && clock(whole(startsAt)).day === day).length >= visits.perAgentAndDay

  const slots: Slot[] = []
  const read = new Set<string>()
  for (const startsAt of minutes) {
    const { day, time } = clock(startsAt)
    if (read.has(`${day} ${time}`)) continue
    read.add(`${day} ${time}`)
    const [hours = 0, past = 0] = time.split(':').map(Number)
    const isAsked = (hours * 60 + past) % visits.gridMinutes === 0 && startsAt >= now + visits.noticeMinutes * minute && startsAt >= from && startsAt + visits.minutes * minute <= to
    if (!isAsked || holidays.includes(day)) continue
    const during = Array.from({ length: visits.minutes }, (_, index) => startsAt + index * minute)
    const free = agents.map(({ id }) => id).filter((id) => !isFull(id, day) && during.every((at) => open.get(id)?.has(at) && !busy.get(id)?.has(at)))
    if (free.length > 0) slots.push({ startsAt, endsAt: startsAt + visits.minutes * minute, agents: free })
  }
  return slots.slice(0, most)
}
