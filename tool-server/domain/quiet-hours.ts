import type { Millis } from '../define.ts'
import { dayMs, minuteAt, minuteMs, zoneDay } from './zones.ts'

// The hours in which nobody is written to without having asked, by the prospect's clock; from and to alike: there are none.
export type QuietHours = { zone: string; from: string; to: string }
export const night = { from: '21:00', to: '08:00' }

// The first instant, from now on, at which the clock doesn't read an hour of quiet.
export const nextAllowed = (now: Millis, hours: QuietHours): Millis => {
  const [from, to] = [minuteOf(hours.from), minuteOf(hours.to)]
  const left = (to - minuteAt(hours.zone, now) + 1440) % 1440
  if (left === 0 || left > (to - from + 1440) % 1440) return now
  const next = (Math.floor(now / minuteMs) + left) * minuteMs
  // Where the clock is put forward or back before that, it is asked again.
  const today = Math.floor(now / dayMs)
  const change = [today, today + 1].map((day) => zoneDay(hours.zone, day).changesAt).find((at) => at > now && at <= next)
  return change === undefined ? next : nextAllowed(change, hours)
}

const minuteOf = (time: string): number => {
  const [hour = 0, minute = 0] = time.split(':').map(Number)
  return hour * 60 + minute
}
