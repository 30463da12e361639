import type { Language } from '@portero/shared'
import type { Millis } from '../define.ts'
import { clocksOf } from '../domain/catalogue-change.ts'
import { toldIn } from '../domain/catalogue-text.ts'
import { mostReason, type Agent, type Blackout, type Building } from '../domain/homes.ts'
import { closedIn } from '../domain/settings.ts'
import { dayOf, minuteAt } from '../domain/zones.ts'
import type { CatalogueShown } from '../store/homes.ts'
import { html } from '../spine/page.ts'
import { choice, field, type Form, type Told, type Typed } from './catalogue-fields.ts'

// Closed times. Those of the whole house are one for each building, each by its own clock: so the file has them too.
export type Group = { ids: string[]; building: Building | undefined; agent: Agent | undefined; zone: string; startsAt: Millis; endsAt: Millis; reason: string | undefined; isByPeople: boolean; closed: CatalogueShown['closed'] } // building: none where it is all of them, or wherever that agent shows
export const groupsOf = ({ closed, buildings, catalogue: { agents } }: CatalogueShown, now: Millis): Group[] => {
  const ahead = closed.filter(({ endsAt }) => endsAt > now).map((each) => {
    const [zone = 'UTC'] = clocksOf(buildings, agents, each)
    return { each, zone, ...toldIn(zone, each) }
  })
  const alike = Map.groupBy(ahead, ({ each, from, to }) => JSON.stringify([from, to, each.agent, each.reason, each.byPeople, each.building === undefined]))
  return [...alike.values()].flatMap((same) => {
    const isAll = buildings.length > 1 && buildings.every(({ id }) => same.some(({ each }) => each.building === id))
    return (isAll ? [same] : same.map((one) => [one])).flatMap((some): Group[] => {
      const [first] = some
      if (!first) return []
      const { zone, each: { building, agent, startsAt, endsAt, reason, byPeople } } = first
      return [{ ids: some.map(({ each }) => each.id), building: isAll ? undefined : buildings.find(({ id }) => id === building), agent: agents.find(({ id }) => id === agent), zone, startsAt, endsAt, reason, isByPeople: byPeople, closed: some.map(({ each }) => each) }]
    })
  }).toSorted((one, other) => one.startsAt - other.startsAt)
}
export const whomOf = ({ building, agent }: Pick<Group, 'building' | 'agent'>, { words }: Told): string => (building === undefined && agent ? agent.name : words.whom(building?.name ?? words.house, agent?.name))
// The last day is in it where it ends at midnight. In a year that is another than now, that too.
export const whenOf = ({ zone, startsAt, endsAt }: Pick<Group, 'zone' | 'startsAt' | 'endsAt'>, now: Millis, language: Language): string => {
  const [first, last] = [minuteAt(zone, startsAt), minuteAt(zone, endsAt)]
  const said = (ms: Millis, time: Millis | undefined): string => {
    const day = dayOf(zone, ms)
    const format = new Intl.DateTimeFormat(language, { weekday: 'short', day: 'numeric', month: 'short', timeZone: 'UTC', ...(day.slice(0, 4) !== dayOf(zone, now).slice(0, 4) && { year: 'numeric' }) })
    return `${format.format(Date.parse(`${day}T00:00:00Z`))}${time === undefined ? '' : `, ${timeIn(zone, time)}`}`
  }
  const isOneDay = dayOf(zone, startsAt) === dayOf(zone, endsAt - 1)
  if (isOneDay && first + last === 0) return said(startsAt, undefined)
  if (isOneDay) return `${said(startsAt, startsAt)}–${last === 0 ? '24:00' : timeIn(zone, endsAt)}`
  return `${said(startsAt, first === 0 ? undefined : startsAt)} – ${last === 0 ? said(endsAt - 1, undefined) : said(endsAt, endsAt)}`
}
export const timeIn = (zone: string, ms: Millis): string => `${two(Math.floor(minuteAt(zone, ms) / 60))}:${two(minuteAt(zone, ms) % 60)}`
const two = (value: number): string => String(value).padStart(2, '0')

const house = 'house'
const anyone = 'anyone'
export const closeForm = ({ buildings, catalogue: { agents } }: CatalogueShown, now: Millis, told: Told, wanted: { building?: string; agent?: string } = {}): Form => {
  const { words } = told
  const active = agents.filter(({ isActive }) => isActive)
  const places = [[house, words.house], ...buildings.map(({ id, name }): [string, string] => [id, name])] as const
  const people = [[anyone, words.anyone], ...active.map(({ id, name }): [string, string] => [id, name])] as const
  const spanText = (typed: Typed): string => {
    const span = closedIn('UTC', spanOf(typed['fromDay'], typed['fromTime']), spanOf(typed['toDay'], typed['toTime']))
    return span ? whenOf({ zone: 'UTC', ...span }, now, told.language) : ''
  }
  const time = /^(|([01]\d|2[0-3]):[0-5]\d)$/
  return {
    do: 'close', version: 'none',
    initial: { where: wanted.building ?? house, who: wanted.agent ?? anyone },
    read(typed) {
      const faults: Record<string, string> = {}
      for (const name of ['fromTime', 'toTime']) if (!time.test((typed[name] ?? '').trim())) faults[name] = words.fault.time
      if (textOf(places, typed['where']) === '') faults['where'] = words.fault.whom
      if (textOf(people, typed['who']) === '') faults['who'] = words.fault.whom
      const reason = (typed['reason'] ?? '').trim()
      if (reason.length > mostReason || /\p{Cc}/u.test(reason)) faults['reason'] = words.fault.tooLong(mostReason)
      for (const name of ['fromDay', 'toDay']) if (!closedIn('UTC', (typed[name] ?? '').trim(), (typed[name] ?? '').trim())) faults[name] = words.fault.day
      if (Object.keys(faults).length > 0) return { faults }
      const agent = typed['who'] === anyone ? undefined : typed['who']
      const whole = { from: spanOf(typed['fromDay'], typed['fromTime']), to: spanOf(typed['toDay'], typed['toTime']) }
      const whose = { ...(agent !== undefined && { agent }), ...(reason !== '' && { reason }) }
      const made = (building: string | undefined): Blackout | undefined => {
        const [zone, ...others] = clocksOf(buildings, agents, { ...(building !== undefined && { building }), ...(agent !== undefined && { agent }) })
        const span = zone === undefined || others.length > 0 ? undefined : closedIn(zone, whole.from, whole.to)
        return span && { ...whose, ...(building !== undefined && { building }), ...span }
      }
      const blackouts = typed['where'] !== house ? [made(typed['where'])] : agent === undefined ? buildings.map(({ id }) => made(id)) : [made(undefined)]
      const known = blackouts.filter((each) => each !== undefined)
      if (known.length === 0 || known.length < blackouts.length) return { faults: { where: words.fault.whoseClock } }
      if (known.some(({ startsAt, endsAt }) => endsAt <= startsAt)) return { faults: { toDay: words.fault.upsideDown } }
      if (known.every(({ endsAt }) => endsAt <= now)) return { faults: { toDay: words.fault.past } }
      return { change: { do: 'close', blackouts: known } }
    },
    lines: (typed) => [[words.where, textOf(places, typed['where'])], [words.who, textOf(people, typed['who'])], [words.when, spanText(typed)], [words.reasonShort, (typed['reason'] ?? '').trim()]],
    fields: (typed, faults) => html`<p class="soft">${words.closeText}</p><div class="fields">${choice({ name: 'where', label: words.where }, places, typed, faults)}${choice({ name: 'who', label: words.who }, people, typed, faults)}
${field({ name: 'fromDay', label: words.fromDay, type: 'date', most: 10 }, typed, faults)}${field({ name: 'fromTime', label: words.fromTime, type: 'time', most: 5 }, typed, faults)}${field({ name: 'toDay', label: words.toDay, type: 'date', most: 10 }, typed, faults)}${field({ name: 'toTime', label: words.toTime, type: 'time', most: 5 }, typed, faults)}
${field({ name: 'reason', label: words.reason, hint: words.reasonHint, most: mostReason }, typed, faults)}</div>`,
  }
}

const textOf = (options: readonly (readonly [string, string])[], value: string | undefined): string => options.find(([each]) => each === value)?.[1] ?? ''
const spanOf = (day = '', time = ''): string => (time.trim() === '' ? day.trim() : `${day.trim()}T${time.trim()}`)

// One that is open again, with all that belong to it.
export const reopenForm = (shown: CatalogueShown, now: Millis, told: Told): Form => {
  const { words } = told
  const groupIn = (ids: string | undefined): Group | undefined => groupsOf(shown, now).find((each) => each.ids.join(' ') === ids)
  return {
    do: 'reopen', version: 'none', initial: {},
    read(typed) {
      const group = groupIn(typed['closed'])
      return group ? { change: { do: 'reopen', closed: group.closed } } : { faults: { closed: words.came.gone } }
    },
    lines: (typed) => {
      const group = groupIn(typed['closed'])
      return [[group ? `${whomOf(group, told)} · ${whenOf(group, now, told.language)}` : '', group ? words.remove : '']]
    },
    fields: () => html``,
  }
}
