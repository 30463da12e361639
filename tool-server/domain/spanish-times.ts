import type { Millis } from '../define.ts'
import { dayMs, dayNamed, instant, isDay, minuteAt, numberAt, numberOf, zoneDay } from './zones.ts'

// Times as people in Mexico say them, always by the clock of the property.
const weekdays = ['domingo', 'lunes', 'martes', 'miércoles', 'jueves', 'viernes', 'sábado'] as const
const months = ['enero', 'febrero', 'marzo', 'abril', 'mayo', 'junio', 'julio', 'agosto', 'septiembre', 'octubre', 'noviembre', 'diciembre'] as const

// lunes 23 nov, 11:00 h
export const label = (zone: string, ms: Millis): string => {
  const { date, month, weekday } = dayAt(numberAt(zone, ms))
  return `${weekdays[weekday]} ${date} ${months[month]?.slice(0, 3)}, ${hourLabel(zone, ms)}`
}
export const hourLabel = (zone: string, ms: Millis): string => {
  const minute = minuteAt(zone, ms)
  return `${Math.floor(minute / 60)}:${`${minute % 60}`.padStart(2, '0')} h`
}

// viernes 18 de diciembre
export const dayLabel = (day: string): string => {
  const { date, month, weekday } = dayAt(numberOf(day))
  return `${weekdays[weekday]} ${date} de ${months[month]}`
}

// What a model wrote for a wanted time: the next one that it may mean. undefined where it is over, contradicts itself or says more than is read here:
// to ask again costs a message, a wrong guess costs a visit.
export const readWhen = (text: string, { zone, now }: { zone: string; now: Millis }): { startsAt: Millis } | { day: string } | undefined => {
  if (text.length > 80) return undefined
  const said = plain(text)
  const exact = readInstant(said)
  if (exact !== undefined) return exact > now ? { startsAt: exact } : undefined
  const today = numberAt(zone, now)
  const { rules, rest } = readDay(said)
  const time = readTime(rest)
  if (!isFiller.test(time?.rest ?? rest) || (rules.length === 0 && !time?.isClear)) return undefined
  for (let number = today; number < today + 365; number++) {
    const day = dayAt(number)
    if (!rules.every((holds) => holds(day, number - today))) continue
    if (time === undefined) return { day: dayNamed(number) }
    const startsAt = instant(zoneDay(zone, number), time.minute)
    if (startsAt > now && minuteAt(zone, startsAt) === time.minute) return { startsAt } // a time that the clock skips that day is none
  }
  return undefined
}

type Day = { year: number; month: number; date: number; weekday: number }
const dayAt = (number: number): Day => {
  const day = new Date(number * dayMs)
  return { year: day.getUTCFullYear(), month: day.getUTCMonth(), date: day.getUTCDate(), weekday: day.getUTCDay() }
}

// Lower case, without accents and commas.
const plain = (text: string): string => text.normalize('NFD').replace(/[\u0300-\u036f]/g, '').toLowerCase().replace(/[\s,]+/g, ' ').trim()

const readInstant = (said: string): Millis | undefined => {
  const [, day = '', time, offset] = /^(\d{4}-\d\d-\d\d)[t ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?) ?(z|[+-]\d\d:\d\d)$/.exec(said) ?? []
  const ms = isDay(day) ? Date.parse(`${day}T${time}${offset?.toUpperCase()}`) : Number.NaN
  return Number.isNaN(ms) ? undefined : ms
}

// Each thing said about the day is one rule; the day is the first that keeps them all: 'mañana martes 24 de noviembre' has three.
type Rule = (day: Day, ahead: number) => boolean
type Said = Partial<Record<string, string>>
const oneOf = (words: readonly string[]): string => words.map(plain).join('|')
const monthNames = `${months.map((month) => `${month.slice(0, 3)}(?:${month.slice(3)})?`).join('|')}|sept|setiembre`
const isTime = String.raw`(?![\d:.]|h| y (?:media|cuarto)| ?[ap]\.? ?m\b| (?:h|hrs?|horas)\b| de la )`
const isDated = ({ date, month, year }: Said): Rule => (day) => day.date === Number(date) && (month === undefined || day.month === Number(month) - 1) && (year === undefined || day.year === Number(year))
const forms: readonly (readonly [RegExp, (said: Said) => Rule])[] = [
  [/^(?<year>\d{4})-(?<month>\d\d)-(?<date>\d\d)(?:t|$| )/, isDated],
  [/\b(?<date>\d{1,2})\/(?<month>\d{1,2})(?:\/(?<year>\d{4}))?\b/, isDated],
  [
    new RegExp(String.raw`\b(?<date>\d{1,2}|1o|1ro|primero) (?:de )?(?<name>${monthNames})\b\.?(?: (?:del? )?(?<year>\d{4})\b)?`),
    ({ date = '', name = '', year }) => isDated({ date: /^(1r?o|primero)$/.test(date) ? '1' : date, month: `${months.findIndex((month) => month.startsWith(name.slice(0, 3).replace('set', 'sep'))) + 1}`, ...(year && { year }) }),
  ],
  [/\bhoy\b|\besta (?:manana|tarde|noche)\b/, () => (_, ahead) => ahead === 0],
  [/\bpasado manana\b/, () => (_, ahead) => ahead === 2],
  [/(?<!\bla )\bmanana\b/, () => (_, ahead) => ahead === 1],
  [new RegExp(String.raw`\b(?:(?:${oneOf(weekdays)}) (?:el |dia )*|(?:el |dia )+)(?<date>\d{1,2})\b${isTime}`), ({ date }) => (day, ahead) => day.date === Number(date) && ahead < 31],
  [new RegExp(String.raw`\b(?<name>${oneOf(weekdays)})\b`), ({ name }) => (day) => plain(weekdays[day.weekday] ?? '') === name],
]

const readDay = (said: string): { rules: Rule[]; rest: string } => {
  const rules: Rule[] = []
  let rest = said
  for (const [form, rule] of forms) {
    const found = form.exec(rest)
    if (!found) continue
    rules.push(rule({ ...found.groups }))
    // What was read makes way for a bar, so that its neighbours don't become one phrase. A weekday before a date is read by itself.
    const weekday = /^[a-z]+(?= .*\d)/.exec(found[0])?.[0] ?? ''
    rest = `${rest.slice(0, found.index)}${weekdays.some((name) => plain(name) === weekday) ? weekday : ''} | ${rest.slice(found.index + found[0].length)}`
  }
  return { rules, rest }
}

const clock = /(?:\b(?<at>a las?|las) )?\b(?<hour>\d{1,2})(?!\d)(?:[:.h](?<minute>[0-5]\d)(?!\d)(?::[0-5]\d(?:\.\d+)?)?| y (?<more>media|cuarto)\b| en punto\b)? ?(?<hours>(?:h|hrs?|horas)\b\.?)? ?(?:(?<half>[ap])\.? ?m\b\.?|(?:de|por|en) la (?<part>manana|tarde|noche)\b)?/
const noon = /\b(?:a|al) medio ?dia\b/
const isFiller = /^(?:\s|\||\.|(?:el|los|dia|de|del|para|este|proximo|que viene|a las?|(?:por|en) la (?:manana|tarde|noche))(?=[\s|]|$))*$/

// isClear: a time even where no day is said.
const readTime = (said: string): { minute: number; isClear: boolean; rest: string } | undefined => {
  const found = noon.exec(said) ?? clock.exec(said)
  if (!found) return undefined
  const { at, hour = '12', minute, more, hours, half, part } = found.groups ?? {}
  const rest = `${said.slice(0, found.index)} | ${said.slice(found.index + found[0].length)}`
  const isLate = half === 'p' || part === 'tarde' || part === 'noche'
  const isEarly = half === 'a' || part === 'manana'
  // Nobody sees a home at night: from 1 to 7 is the afternoon, unless it is written as a clock shows it.
  const isAfternoon = isLate || (!isEarly && hours === undefined && /^[1-7]$/.test(hour))
  const isOdd = Number(hour) > 23 || (Number(hour) > 12 && isEarly) || (hour === '12' && (part === 'noche' || part === 'manana')) || (Number(hour) === 0 && (isEarly || isLate))
  if (isOdd) return undefined
  const whole = isAfternoon && Number(hour) < 12 ? Number(hour) + 12 : half === 'a' && hour === '12' ? 0 : Number(hour)
  const past = minute === undefined ? (more === 'media' ? 30 : more === 'cuarto' ? 15 : 0) : Number(minute)
  return { minute: whole * 60 + past, isClear: (at ?? minute ?? half ?? part) !== undefined || found[0].includes('dia'), rest }
}
