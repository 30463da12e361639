import { numberWord } from './claims-money.ts'
import { allIn } from './claims-text.ts'
import { dayMs, isDay, numberOf } from './zones.ts'

// Days and hours in free text. What is said of a day is a question to a day; what is said of an hour is the minutes it may mean.
type IsDay = (day: number) => boolean
export type Moment = { from: number; to: number; isDay?: IsDay; minutes?: readonly number[]; until?: readonly number[]; part?: readonly [number, number]; isVague: boolean; isCarried?: true }
type Mark = { from: number; to: number } & ({ day: IsDay; bare?: IsDay; isVague: boolean } | { minutes: readonly number[]; until?: readonly number[] } | { part: readonly [number, number] })

const weekdays = ['domingo|sunday', 'lunes|monday', 'martes|tuesday', 'miercoles|wednesday', 'jueves|thursday', 'viernes|friday', 'sabado|saturday']
const weekday = `${weekdays.join('|')}|lun|mie|jue|vie|sab|dom|mon|tue|wed|thu|fri|sat|sun`
const monthsEs = ['ene', 'feb', 'mar', 'abr', 'may', 'jun', 'jul', 'ago', 'sep', 'oct', 'nov', 'dic']
const monthsEn = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']
const month = '(?:ene(?:ro)?|feb(?:rero)?|mar(?:zo)?|abr(?:il)?|mayo?|jun(?:io)?|jul(?:io)?|ago(?:sto)?|sept?(?:iembre)?|setiembre|oct(?:ubre)?|nov(?:iembre)?|dic(?:iembre)?|january|jan|february|march|april|apr|june|july|august|aug|september|october|november|december|dec)'
const monthOf = (name: string): number => {
  const start = name.slice(0, 3).replace('set', 'sep')
  const at = monthsEs.indexOf(start)
  return at < 0 ? monthsEn.indexOf(start) : at
}
const weekdayAt = (day: number): number => (((day + 4) % 7) + 7) % 7
const weekdayNamed = (name: string): number => weekdays.findIndex((each) => each.split('|').some((full) => full.startsWith(name.slice(0, 3))))

const dated = (date: string, name?: string | number, year?: string): IsDay => {
  const number = /^(?:primero|1r?o)$/.test(date) ? 1 : (numberWord(date) ?? Number(date))
  const wanted = typeof name === 'string' ? monthOf(name) : name
  return (day) => {
    const at = new Date(day * dayMs)
    return at.getUTCDate() === number && (wanted === undefined || at.getUTCMonth() === wanted) && (year === undefined || at.getUTCFullYear() % 100 === Number(year) % 100)
  }
}
const both = (one: IsDay, other: IsDay): IsDay => (day) => one(day) && other(day)
const either = (one: IsDay, other: IsDay): IsDay => (day) => one(day) || other(day)
const isTuesday: IsDay = (day) => weekdayAt(day) === 2

const datedWords = String.raw`\d{1,2}|primero|1r?o|(?:veinti|dieci)[a-z]+|uno|dos|tres|cuatro|cinco|seis|siete|ocho|nueve|diez|once|doce|trece|catorce|quince|veinte|treinta`
type Form = readonly [RegExp, (said: Partial<Record<string, string>>, today: number) => { day: IsDay; bare?: IsDay; isVague?: true } | undefined] // bare: the day of the week, whatever week
const forms: readonly Form[] = [
  [/\b(?<iso>\d{4}-\d\d-\d\d)\b/g, ({ iso = '' }) => (isDay(iso) ? { day: (day) => day === numberOf(iso) } : undefined)],
  [/(?<![\d/] ?)(?<date>\d{1,2})\/(?<month>0?[1-9]|1[0-2])(?:\/(?<year>20\d\d|\d\d))?(?![\d/]|:\d| ban| bath)/g, ({ date = '', month, year }) => (date === '24' && month === '7' ? undefined : { day: dated(date, Number(month) - 1, year) })],
  [new RegExp(String.raw`(?<![:.])\b(?<date>${datedWords}) (?:al?|y|o|e|hasta el|y el|o el) (?=(?:el )?(?:${datedWords}) (?:de )?(?<name>${month})\b)`, 'g'), ({ date = '', name }) => ({ day: dated(date, name) })],
  [new RegExp(String.raw`\b(?<date>${datedWords})(?: de|/)? ?(?<name>${month})\b\.?(?:,? (?:del? )?(?<year>20\d\d)\b)?`, 'g'), ({ date = '', name, year }) => ({ day: dated(date, name, year) })],
  [new RegExp(String.raw`\b(?<name>${month})\.? (?<date>\d{1,2})(?:st|nd|rd|th)?\b(?!:\d|\d| ?[ap]m\b)(?:,? (?<year>20\d\d)\b)?`, 'g'), ({ date = '', name, year }) => ({ day: name === 'mar' ? either(dated(date, name, year), both(isTuesday, dated(date))) : dated(date, name, year) })], // «mar 24» is a Tuesday more often than in March
  [/\bpasado manana\b|\b(?:the )?day after tomorrow\b/g, (_, today) => ({ day: (day) => day === today + 2, isVague: true })],
  [/\bhoy(?: mismo)?\b|\besta (?:manana|tarde|noche)\b|\btoday\b|\btonight\b|\bthis (?:morning|afternoon|evening)\b/g, (_, today) => ({ day: (day) => day === today, isVague: true })],
  [/\bayer\b|\byesterday\b/g, (_, today) => ({ day: (day) => day === today - 1, isVague: true })],
  [/(?<!\b(?:la|las|una|buena|cada) )\bmanana(?: mismo)?\b|\btomorrow\b/g, (_, today) => ({ day: (day) => day === today + 1, isVague: true })],
  [new RegExp(String.raw`\b(?:(?<next>proximo|siguiente|next) )?(?<name>${weekday})\b(?! a (?:${weekday})\b)(?:,? (?:el )?(?:dia )?(?<date>\d{1,2})(?!\d|[:.]\d|/| ?[ap]m\b| ?(?:h|hrs?|horas)\b| ?de la | y (?:media|cuarto)| ?mil\b| rec| del? (?:medio ?)?dia))?(?<then> (?:que viene|proximo|siguiente|pasado|(?:de )?la (?:proxima|otra|siguiente) semana|de la semana que (?:viene|entra)|next week))?`, 'g'),
    ({ next, name = '', date, then = '' }, today) => {
      const week: IsDay = (day) => weekdayAt(day) === weekdayNamed(name)
      if (date) return { day: both(both(week, dated(date)), (day) => Math.abs(day - today) < 32) }
      const [first, last] = /pasado/.test(then) ? [-7, -1] : /semana|next week/.test(then) ? [1, 13] : next || then ? [1, 13] : [0, 7]
      return { day: both(week, (day) => day - today >= first && day - today <= last), bare: week }
    }],
  [/\b(?:el |dia |el dia |los dias |the )(?<date>\d{1,2})(?:st|nd|rd|th)?(?=$|[,;!?)]|\.(?!\d)| a las?\b| por la| en la| y (?:el )?\d| o (?:el )?\d| (?:hay|esta|tengo|tienes|si|no|de este|quedo|al?|at)\b)/g, ({ date = '' }, today) => ({ day: both(dated(date), (day) => Math.abs(day - today) < 40) })],
  [/\b(?:el )?dias? (?<date>\d{1,2})(?!\d|[.,:/]\d| (?:dias|habiles|horas|meses))\b/g, ({ date = '' }, today) => ({ day: both(dated(date), (day) => Math.abs(day - today) < 40) })],
  [/\b(?:este |el )?(?:fin de semana|finde)\b|\beste fin\b|\b(?:this )?weekend\b/g, (_, today) => ({ day: (day) => [0, 6].includes(weekdayAt(day)) && day >= today && day < today + 8, isVague: true })],
  [/\b(?:la )?(?:proxima|otra|siguiente) semana\b|\bla semana que (?:viene|entra)\b|\bnext week\b/g, (_, today) => ({ day: (day) => day > today && day < today + 14, isVague: true })],
  [/\besta semana\b|\bthis week\b/g, (_, today) => ({ day: (day) => day >= today && day < today + 7, isVague: true })],
]

const hourWords = 'una|dos|tres|cuatro|cinco|seis|siete|ocho|nueve|diez|once|doce|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve'
const hour = String.raw`(?:[01]?\d|2[0-3])(?!\d|[,.]\d{3})`
const pastWords: Readonly<Record<string, number>> = { media: 30, cuarto: 15, cinco: 5, diez: 10, veinte: 20, veinticinco: 25, treinta: 30, quince: 15, 'cuarenta y cinco': 45, cuarenta: 40, cincuenta: 50 }
const past = String.raw`(?:[:.](?<minute>[0-5]\d)(?!\d)| (?:y|con) (?<more>media|cuarto|cuarenta y cinco|veinticinco|veinte|treinta|quince|diez|cinco|cuarenta|cincuenta)\b(?! (?:de|a) las)| en punto)?`
const half = String.raw`(?: ?(?<half>[ap]m)\b| ?(?<clock>hrs?|h|horas)\b| ?o'clock| (?:de|por|en) la (?<part>manana|tarde|noche)\b| (?:del? ?)?(?<noon>medio ?dia)\b| del dia\b| in the (?<when>morning|afternoon|evening)\b)?`
const noUnit = String.raw`(?!\s*(?:opciones|casas|depa|departament|recamara|cuarto|habitacion|bano|unidad|propiedad|persona|foto|vivienda|visita|semana|dia|mes\b|meses|minuto|ano|m2|mts|metros|pesos|mil\b|%|bedroom|k\b|lugar|home|photo|least))`
const clocks: readonly RegExp[] = [
  new RegExp(String.raw`\b(?:de|entre|desde|from|between) (?:las? )?(?<first>${hour}|${hourWords})(?:[:.](?<firstMinute>[0-5]\d))?(?<firstHalf> ?[ap]m)?(?: ?hrs?| ?h)? (?:a|y|hasta|to|and|-) (?<last>las? )?(?<hour>${hour}|${hourWords})\b${past}${half}${noUnit}`, 'g'),
  new RegExp(String.raw`\b(?<minute>cuarto|diez|cinco|veinte|\d{1,2}) (?<before>para) las? (?<hour>${hour}|${hourWords})\b${half}`, 'g'),
  new RegExp(String.raw`\b(?:a|para|hasta|desde|de|antes de|despues de|como a|tipo|sobre|el de|la de|y|o|entre|que) las? (?<hour>${hour}|${hourWords})\b${past}${half}${noUnit}`, 'g'),
  new RegExp(String.raw`(?:\b(?<at>at|las?) )?(?<![\d$.,:/#])(?<hour>[01]?\d|2[0-3]):(?<minute>[0-5]\d)(?![\d:])${half}`, 'g'),
  new RegExp(String.raw`(?<![\d$.,:/#])\b(?<hour>[01]?\d|2[0-3])(?:\.(?<minute>[0-5]\d))? ?(?<half>[ap]m)\b`, 'g'),
  new RegExp(String.raw`(?<![\d$.,:/#])\b(?<hour>0?[7-9]|1\d|2[0-2]) ?(?<clock>hrs?|h)\b`, 'g'),
  new RegExp(String.raw`(?<![\d$.,:/#])\b(?:las? )?(?<hour>${hour}|${hourWords})(?: y (?<more>media|cuarto))? (?:de|en) la (?<part>manana|tarde|noche)\b`, 'g'),
  new RegExp(String.raw`\b(?:at|by|until) (?<hour>${hour}|${hourWords})\b${past}${half}(?=$|[ ,.;!?)])${noUnit}`, 'g'),
  new RegExp(String.raw`\blas (?<hour>${hour}|${hourWords})${past}(?=$|[,.;!?)]| (?:esta|sigue|hay|te|si|ya|tambien)\b)${half}`, 'g'),
  new RegExp(String.raw`(?<![\d$.,:/#])\b(?:las? )?(?<hour>${hour}|${hourWords})(?: y (?<more>media|cuarto))? del (?:medio ?)?dia\b`, 'g'),
  new RegExp(String.raw`(?<=, |: |\bes |\by )(?<![\d$.,:/#])\b(?<hour>${hour}|${hourWords}) y (?<more>media|cuarto)\b(?! (?:hora|cuadra|vez|ban|rec))`, 'g'),
  /\b(?:al? |at )?(?<noon>medio ?dia|noon)\b/g,
  /\b(?<midnight>medianoche|midnight)\b/g,
]
const listed = new RegExp(String.raw`^(?:,| ?/ ?| y| o| u| e|, y|, o| and| or| a|/)(?: a)?(?: las?)? ?(?<hour>${hour})${past}${half}(?=$| ?[,.;!?)]| (?:y|o|u|and|or)\b)`)

const minutesOf = ({ hour = '', minute, more, half, part, when, noon, midnight, before, firstHalf }: Partial<Record<string, string>>): number[] => {
  if (midnight) return [0, 1440]
  if (noon && !hour) return [720]
  const said = numberWord(hour) ?? Number(hour)
  const beyond = before ? -(minute === 'cuarto' ? 15 : (numberWord(minute ?? '') ?? Number(minute))) : minute !== undefined ? Number(minute) : (pastWords[more ?? ''] ?? 0)
  const isLate = half === 'pm' || part === 'tarde' || part === 'noche' || when === 'afternoon' || when === 'evening' || firstHalf?.trim() === 'pm'
  const isEarly = half === 'am' || part === 'manana' || when === 'morning' || firstHalf?.trim() === 'am'
  const whole = isLate ? [said < 12 ? said + 12 : said] : isEarly ? [said === 12 ? 0 : said] : said > 12 || said === 0 || said === 12 ? [said] : [said, said + 12]
  return whole.map((each) => each * 60 + beyond)
}

const parts: readonly (readonly [RegExp, readonly [number, number]])[] = [
  [/\b(?:por|en|de) la manana\b|\bin the morning\b/g, [0, 720]],
  [/\b(?:por|en|de) la tarde\b|\bin the afternoon\b|\besta tarde\b/g, [720, 1200]],
  [/\b(?:por|en|de) la noche\b|\bin the evening\b|\besta noche\b|\btonight\b/g, [1080, 1440]],
]

const marksIn = (said: string, today: number): Mark[] => {
  const marks: Mark[] = []
  let low = said
  const hide = (from: number, to: number): void => void (low = low.slice(0, from) + '|'.repeat(to - from) + low.slice(to))
  for (const [form, part] of parts.slice(1)) for (const { index, 0: { length }, 0: whole } of allIn(form, said)) if (/^(?:esta|tonight)/.test(whole)) marks.push({ from: index, to: index + length, part })
  for (const [form, read] of forms) {
    for (const found of allIn(form, low)) {
      const day = read({ ...found.groups }, today)
      const [from, to] = [found.index, found.index + found[0].length]
      if (!day || low.slice(from, to).includes('|')) continue
      marks.push({ from, to, isVague: false, ...day })
      hide(from, to)
    }
  }
  for (const [at, form] of clocks.entries()) {
    for (const found of allIn(form, low)) {
      const groups: Partial<Record<string, string>> = { ...found.groups }
      const [from, to] = [found.index, found.index + found[0].length]
      if (low.slice(from, to).includes('|') || Number(groups['hour']) > 23) continue
      const isRange = at === 0
      if (isRange && !(groups['last'] ?? groups['minute'] ?? groups['firstMinute'] ?? groups['half'] ?? groups['firstHalf'] ?? groups['part'] ?? groups['clock'] ?? groups['when']) && !/ las? /.test(found[0])) continue
      const minutes = minutesOf(groups)
      const { first, firstMinute, firstHalf } = groups
      marks.push(isRange
        ? { from, to, until: minutes, minutes: minutesOf({ ...(first && { hour: first }), ...(firstMinute && { minute: firstMinute }), ...(firstHalf && { half: firstHalf.trim() }) }) }
        : { from, to, minutes })
      hide(from, to)
      for (let end = to; ; ) {
        const next = listed.exec(low.slice(end))
        if (!next || next[0].includes('|')) break
        marks.push({ from: end, to: end + next[0].length, minutes: minutesOf({ ...next.groups }) })
        hide(end, end + next[0].length)
        end += next[0].length
      }
    }
  }
  for (const [form, part] of parts) for (const { index, 0: { length } } of allIn(form, low)) marks.push({ from: index, to: index + length, part })
  return marks.toSorted((a, b) => a.from - b.from)
}

// carried: the day that a line before said for all that follow.
export const momentsIn = (low: string, today: number, carried?: IsDay): Moment[] => {
  const marks = merged(marksIn(low, today), low)
  const used = new Set<Mark>()
  const after = new Set<Mark>() // days that were said after their hour
  const moments: Moment[] = []
  for (const [at, mark] of marks.entries()) {
    if (!('minutes' in mark)) continue
    const before = marks.slice(0, at).findLast((each) => 'day' in each)
    const next = marks[at + 1]
    const gap = next ? low.slice(mark.to, next.from) : ''
    const isNext = next && 'day' in next && /^(?:\s|,|\(|-|del?|el|este|para|on|this|proximo)*$/.test(gap)
    const isTaken = before && !after.has(before) && (!marks[at - 1] || 'day' in (marks[at - 1] ?? mark) || gap.includes(','))
    const follows = isNext && !isTaken ? next : undefined
    const day = follows ?? before
    if (day) used.add(day)
    if (follows) after.add(follows)
    const rule = day && 'day' in day ? day.day : carried
    moments.push({ from: mark.from, to: mark.to, minutes: mark.minutes, ...(mark.until && { until: mark.until }), ...(rule && { isDay: rule }), isVague: false, ...(!day && carried && { isCarried: true }) })
  }
  for (const [at, mark] of marks.entries()) {
    if (!('day' in mark) || used.has(mark)) continue
    const beside = [marks[at + 1], marks[at - 1]].find((each) => each && 'part' in each && Math.min(Math.abs(each.from - mark.to), Math.abs(mark.from - each.to)) <= 4)
    moments.push({ from: mark.from, to: mark.to, isDay: mark.day, ...(beside && 'part' in beside && { part: beside.part }), isVague: mark.isVague })
  }
  return moments.toSorted((a, b) => a.from - b.from)
}

// «mañana jueves 26» is one day.
const merged = (marks: readonly Mark[], low: string): Mark[] => {
  const whole: Mark[] = []
  for (const mark of marks) {
    const last = whole.at(-1)
    const gap = last ? low.slice(last.to, mark.from) : ''
    const [one, other] = [last ? low.slice(last.from, last.to) : '', low.slice(mark.from, mark.to)]
    const isOne = gap.length < 12 && /^(?:\s|,|\(|el|dia|de|del|este|es)*$/.test(gap) && !/\d/.test(one) && (/\d/.test(other) || (/^(?:hoy|manana|pasado|today|tomorrow)/.test(one) && isWeekday.test(other)))
    if (last && 'day' in last && 'day' in mark && isOne) {
      whole[whole.length - 1] = { from: last.from, to: mark.to, day: both(/\d/.test(other) ? (last.bare ?? last.day) : last.day, mark.day), isVague: last.isVague && mark.isVague }
    } else whole.push(mark)
  }
  return whole
}

const isWeekday = new RegExp(`^(?:${weekday})`)

export const fits = ({ isDay, minutes, until, part }: Moment, at: { day: number; minute?: number }): boolean => {
  if (isDay && !isDay(at.day)) return false
  const { minute } = at
  if (minutes === undefined) return part === undefined || minute === undefined || (minute >= part[0] && minute <= part[1])
  if (minute === undefined) return false
  if (until === undefined) return minutes.includes(minute)
  // From 3 to 5 pm is from three in the afternoon: the shortest that it may mean.
  const [first = 0, last = 0] = minutes.flatMap((first) => until.flatMap((last) => (last > first ? [[first, last]] : []))).toSorted(([a = 0, b = 0], [c = 0, d = 0]) => b - a - (d - c))[0] ?? []
  const isSame = (from: number, to: number): boolean => (to - from <= 60 ? minute === from : minute >= from && minute <= to)
  return isSame(first, last) || (minutes.length === 2 && until.length === 2 && isSame(first + 720, last + 720))
}
export const lastDayIn = (moments: readonly Moment[]): IsDay | undefined => moments.findLast(({ isDay, isCarried }) => isDay !== undefined && !isCarried)?.isDay
