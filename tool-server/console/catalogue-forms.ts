import { showersOf, versions } from '../domain/catalogue-change.ts'
import { buildingDetails, homeDetails, type Agent, type Building, type Catalogue, type Home } from '../domain/homes.ts'
import { pesos } from '../domain/offers.ts'
import { versionOf } from '../domain/settings.ts'
import { isDay } from '../domain/zones.ts'
import { html } from '../spine/page.ts'
import { choice, field, hoursFields, hoursFrom, hoursLines, tick, typedHours, untouched, wholeOf, type Form, type Line, type Told, type Typed } from './catalogue-fields.ts'

// What of the catalogue can be changed in the console: each form with how it is read, and how it is told.
const rules = ['minutes', 'gridMinutes', 'noticeMinutes', 'horizonDays', 'bufferMinutes', 'travelMinutes', 'perAgentAndDay', 'seats'] as const
const { visits: visitsSchema } = buildingDetails.shape
const bounds = (rule: (typeof rules)[number]): { least: number; most: number } => {
  const { minValue, maxValue } = visitsSchema.unwrap().shape[rule].unwrap()
  return { least: minValue ?? 0, most: maxValue ?? Infinity }
}
const followUpDays = visitsSchema.unwrap().shape.followUps.unwrap().shape.days.unwrap()
const ticked = (name: string, label: string, typed: Typed, { words }: Told): Line => [label, typed[name] === 'yes' ? words.yes : words.no]
const ifYes = (is: boolean, name: string): Typed => (is ? { [name]: 'yes' } : {})

export const visitsForm = ({ id, hours, visits }: Building, told: Told): Form => {
  const { words } = told
  return {
    do: 'visits', version: versions.visits({ visits, ...(hours && { hours }) }),
    initial: {
      ...ifYes(hours === undefined, 'anytime'), ...typedHours(hours ?? []), ...Object.fromEntries(rules.map((rule) => [rule, String(visits[rule])])),
      ...ifYes(visits.onHolidays, 'onHolidays'), ...ifYes(visits.needsName, 'needsName'), followUps: visits.followUps.days.join(', '),
    },
    read(typed) {
      const faults: Record<string, string> = {}
      const isAnytime = typed['anytime'] === 'yes'
      const open = isAnytime ? [] : hoursFrom(typed, told, faults)
      if (!isAnytime && open.length === 0 && Object.keys(faults).length === 0) faults['anytime'] = words.fault.noHours
      const numbers = Object.fromEntries(rules.map((rule) => [rule, wholeOf(rule, bounds(rule), typed, told, faults)]))
      const asked = (typed['followUps'] ?? '').split(/[\s,;]+/).filter((each) => each !== '').map(Number)
      const days = followUpDays.safeParse(asked)
      if (!days.success) faults['followUps'] = words.fault.followUps
      const made = visitsSchema.safeParse({ ...numbers, onHolidays: typed['onHolidays'] === 'yes', needsName: typed['needsName'] === 'yes', followUps: { days: days.data ?? [] } })
      if (Object.keys(faults).length > 0 || !made.success) return { faults }
      return { change: { do: 'visits', building: id, visits: made.data, hours: isAnytime ? undefined : hours ? untouched(open, hours) : open } }
    },
    lines: (typed) => [
      [words.hours, typed['anytime'] === 'yes' ? words.always : words.inHours],
      ...hoursLines(typed, told).map(([day, text]): Line => [day, typed['anytime'] === 'yes' ? '' : text]),
      ...rules.map((rule): Line => [words.rule[rule].label, typed[rule] ?? '']), ticked('onHolidays', words.onHolidays, typed, told), ticked('needsName', words.needsName, typed, told),
      [words.followUps, (typed['followUps'] ?? '').trim() === '' ? words.never : words.days(typed['followUps'] ?? '')],
    ],
    fields: (typed, faults) => html`<h3>${words.hours}</h3><p class="soft">${words.hoursText}</p>${tick('anytime', words.anytime, typed)}${faults['anytime'] !== undefined && html`<p class="fault">${faults['anytime']}</p>`}${hoursFields(typed, faults, told)}
<h3>${words.rules}</h3><div class="fields">${rules.map((rule) => field({ name: rule, ...words.rule[rule], type: 'number', most: 9 }, typed, faults))}${field({ name: 'followUps', label: words.followUps, hint: words.followUpsHint, most: 40 }, typed, faults)}</div>
<div class="ticks">${tick('onHolidays', words.onHolidays, typed)}${tick('needsName', words.needsName, typed)}</div>`,
  }
}

export const showsForm = ({ id }: Building, catalogue: Catalogue, { words }: Told): Form => {
  const showing = showersOf(catalogue, id)
  const known = catalogue.agents.filter((agent) => agent.isActive || showing.includes(agent.id))
  const named = ({ name, isActive }: Agent): string => (isActive ? name : `${name} (${words.inactive.toLowerCase()})`)
  return {
    do: 'shows', version: versions.shows(showing),
    initial: Object.fromEntries(showing.map((agent) => [`shows-${agent}`, 'yes'])),
    read: (typed) => ({ change: { do: 'shows', building: id, agents: catalogue.agents.map((agent) => agent.id).filter((agent) => typed[`shows-${agent}`] === 'yes') } }),
    lines: (typed) => known.map((agent) => ticked(`shows-${agent.id}`, named(agent), typed, { words, language: 'es-MX' })),
    fields: (typed) => html`<div class="ticks">${known.map((agent) => tick(`shows-${agent.id}`, named(agent), typed))}</div>`,
  }
}

export const homeForm = ({ id, isOpen, rentMxn, availableFrom }: Home, told: Told): Form => {
  const { words } = told
  const offered = [['open', words.offered], ['closed', words.notOffered]] as const
  return {
    do: 'home', version: versions.home({ isOpen, rentMxn, availableFrom }),
    initial: { status: isOpen ? 'open' : 'closed', rentMxn: String(rentMxn), availableFrom },
    read(typed) {
      const faults: Record<string, string> = {}
      const rent = wholeOf('rentMxn', { least: homeDetails.shape.rentMxn.minValue ?? 1, most: 999_999_999 }, { rentMxn: (typed['rentMxn'] ?? '').replaceAll(/[\s$,]/g, '') }, told, faults)
      const from = (typed['availableFrom'] ?? '').trim()
      if (!isDay(from)) faults['availableFrom'] = words.fault.day
      if (typed['status'] !== 'open' && typed['status'] !== 'closed') faults['status'] = words.fault.whom
      return rent === undefined || Object.keys(faults).length > 0 ? { faults } : { change: { do: 'home', home: id, isOpen: typed['status'] === 'open', rentMxn: rent, availableFrom: from } }
    },
    lines: (typed) => {
      const rent = (typed['rentMxn'] ?? '').replaceAll(/[\s$,]/g, '')
      return [[words.status, offered.find(([value]) => value === typed['status'])?.[1] ?? ''], [words.rent, /^\d{1,9}$/.test(rent) ? pesos(Number(rent)) : rent], [words.availableFrom, typed['availableFrom'] ?? '']]
    },
    fields: (typed, faults) => html`<div class="fields">${choice({ name: 'status', label: words.status }, offered, typed, faults)}${field({ name: 'rentMxn', label: words.rent, hint: words.rentHint, type: 'number', most: 14 }, typed, faults)}${field({ name: 'availableFrom', label: words.availableFrom, type: 'date', most: 10 }, typed, faults)}</div>`,
  }
}

export const agentForm = ({ id, hours, perWeek }: Agent, told: Told): Form => {
  const { words } = told
  return {
    do: 'agent', version: `${versionOf(hours)} ${versions.weekLimit({ ...(perWeek !== undefined && { perWeek }) })}`,
    initial: { ...typedHours(hours), perWeek: perWeek === undefined ? '' : String(perWeek) },
    read(typed) {
      const faults: Record<string, string> = {}
      const open = hoursFrom(typed, told, faults)
      const limit = (typed['perWeek'] ?? '').trim() === '' ? undefined : wholeOf('perWeek', { least: 1, most: 200 }, typed, told, faults)
      return Object.keys(faults).length > 0 ? { faults } : { change: { do: 'agent', agent: id, hours: untouched(open, hours), perWeek: limit } }
    },
    lines: (typed) => [...hoursLines(typed, told), [words.perWeek, (typed['perWeek'] ?? '').trim() || words.noLimit]],
    fields: (typed, faults) => html`<p class="soft">${words.hoursText}</p>${hoursFields(typed, faults, told)}<div class="fields">${field({ name: 'perWeek', label: words.perWeek, hint: words.perWeekHint, type: 'number', most: 3 }, typed, faults)}</div>`,
  }
}
