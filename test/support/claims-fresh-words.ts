import { type Chance, corpusNow } from './claims-corpus.ts'

// How people in Mexico write figures, days and hours in a chat: the same fact in many forms.
export type Moment = { ahead: number; hour: number; minute: number } // days from today, by the clock of the building

const dayMs = 86_400_000
const weekdays = ['domingo', 'lunes', 'martes', 'miércoles', 'jueves', 'viernes', 'sábado']
const englishDays = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday']
const months = ['enero', 'febrero', 'marzo', 'abril', 'mayo', 'junio', 'julio', 'agosto', 'septiembre', 'octubre', 'noviembre', 'diciembre']
const englishMonths = ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December']
const ones = ['cero', 'uno', 'dos', 'tres', 'cuatro', 'cinco', 'seis', 'siete', 'ocho', 'nueve', 'diez', 'once', 'doce', 'trece', 'catorce', 'quince', 'dieciséis', 'diecisiete', 'dieciocho', 'diecinueve', 'veinte', 'veintiuno', 'veintidós', 'veintitrés', 'veinticuatro', 'veinticinco', 'veintiséis', 'veintisiete', 'veintiocho', 'veintinueve']
const tens = ['', '', '', 'treinta', 'cuarenta', 'cincuenta', 'sesenta', 'setenta', 'ochenta', 'noventa']
const hundreds = ['', 'cien', 'doscientos', 'trescientos', 'cuatrocientos', 'quinientos', 'seiscientos', 'setecientos', 'ochocientos', 'novecientos']

export const dateOf = (ahead: number): { weekday: number; day: number; month: number; iso: string } => {
  const date = new Date(Date.parse('2026-11-21T00:00Z') + ahead * dayMs)
  return { weekday: date.getUTCDay(), day: date.getUTCDate(), month: date.getUTCMonth(), iso: date.toISOString().slice(0, 10) }
}
export const startOf = ({ ahead, hour, minute }: Moment): string => `${dateOf(ahead).iso}T${two(hour)}:${two(minute)}-06:00`
export const msOf = (moment: Moment): number => Date.parse(startOf(moment))
export const isAhead = (moment: Moment): boolean => msOf(moment) > corpusNow
const two = (number: number): string => String(number).padStart(2, '0')

const belowHundred = (number: number): string => (number < 30 ? ones[number]! : `${tens[Math.floor(number / 10)]}${number % 10 ? ` y ${ones[number % 10]}` : ''}`)
const asThousands = (number: number): string => belowHundred(number).replace(/veintiuno$/, 'veintiún').replace(/uno$/, 'un')
const inWords = (amount: number): string => {
  const rest = Math.round((amount % 1000) / 100)
  return `${Math.floor(amount / 1000) >= 100 ? `ciento ${asThousands(Math.floor(amount / 1000) - 100)}` : asThousands(Math.floor(amount / 1000))} mil${rest ? ` ${hundreds[rest]}` : ''}`
}

// Every amount is a multiple of a hundred, below 200,000.
export const money = (chance: Chance, amount: number, isEnglish = false): string => {
  const commas = amount.toLocaleString('en-US')
  if (isEnglish) return chance.one([`$${commas}`, `$${commas} MXN`, `${commas} pesos`, `MXN ${commas}`, `${amount / 1000}k pesos`])
  return chance.one([`$${commas}`, `$${commas}`, `$${amount}`, `$${amount} mxn`, `$${commas} MXN`, `${commas} pesos`, commas, `${amount} pesos`, `${amount / 1000} mil`, `${amount / 1000} mil pesos`, `$${commas}.00`, inWords(amount), inWords(amount) + ' pesos', `${commas} pesitos`])
}

// With its article, «el lunes 23», «mañana»: a preposition comes before it.
export const day = (chance: Chance, ahead: number, isEnglish = false): string => {
  const { weekday, day: date, month } = dateOf(ahead)
  const [name, english] = [weekdays[weekday]!, englishDays[weekday]!]
  if (isEnglish) return chance.one([`${english} ${englishMonths[month]} ${date}`, `${english}, ${englishMonths[month]!.slice(0, 3)} ${date}`, ...(ahead < 7 && ahead > 1 ? [english, `this ${english}`] : []), ...(ahead === 1 ? ['tomorrow'] : [])])
  const near = [...(ahead === 1 ? ['mañana', `mañana ${name}`] : []), ...(ahead === 2 ? ['pasado mañana', `pasado mañana ${name}`] : []), ...(ahead > 1 && ahead < 7 ? [`el ${name}`, `este ${name}`] : [])]
  const full = [`el ${name} ${date}`, `el ${name} ${date} de ${months[month]}`, `el ${date} de ${months[month]}`, `el ${date}/${month + 1}`, `el ${name} ${date}/${month + 1}`, `el ${name.slice(0, 3)} ${date}`, `el día ${date}`]
  return near.length > 0 && chance.is(0.5) ? chance.one(near) : chance.one(full)
}

// With its article, «las 11 am»: a preposition comes before it.
export const hour = (chance: Chance, { hour: at, minute }: Pick<Moment, 'hour' | 'minute'>): string => {
  const small = at > 12 ? at - 12 : at
  const article = small === 1 ? 'la' : 'las'
  const part = at < 12 ? 'de la mañana' : at === 12 ? 'del día' : at < 19 ? 'de la tarde' : 'de la noche'
  const half = at < 12 ? 'am' : 'pm'
  const word = small === 1 ? 'una' : ones[small]!
  if (minute === 0) return chance.one([`${article} ${small}`, `${article} ${small}:00`, `${article} ${small} ${half}`, `${article} ${small}${half}`, `${article} ${small}:00 ${half}`, `${article} ${small} ${part}`, `${article} ${word} ${part}`, `${at === 13 ? 'las' : article} ${at}:00`, `${at === 13 ? 'las' : article} ${at}:00 hrs`, `${article} ${word}`, `${article} ${small} en punto`])
  return chance.one([`${article} ${small}:${two(minute)}`, `${article} ${small}:${two(minute)} ${half}`, `${article} ${small}:${two(minute)} ${part}`, `${at === 13 ? 'las' : article} ${at}:${two(minute)}`, `${at === 13 ? 'las' : article} ${at}:${two(minute)} h`, ...(minute === 30 ? [`${article} ${small} y media`, `${article} ${word} y media ${part}`, `${article} ${word} y media`] : [])])
}
export const atHour = (chance: Chance, time: Pick<Moment, 'hour' | 'minute'>, isEnglish = false): string => {
  if (isEnglish) return englishHour(chance, time)
  if (time.hour === 12 && time.minute === 0 && chance.is(0.5)) return chance.one(['a mediodía', 'al mediodía', 'a las 12 del día'])
  return `a ${hour(chance, time)}`
}
const englishHour = (chance: Chance, { hour: at, minute }: Pick<Moment, 'hour' | 'minute'>): string => {
  const [small, half] = [at > 12 ? at - 12 : at, at < 12 ? 'am' : 'pm']
  return chance.one([`at ${small}${minute ? `:${two(minute)}` : ''} ${half}`, `at ${small}:${two(minute)}`, `at ${small}:${two(minute)}${half}`, ...(at === 12 && minute === 0 ? ['at noon'] : [])])
}
export const moment = (chance: Chance, at: Moment, isEnglish = false): string => {
  const [when, time] = [day(chance, at.ahead, isEnglish), atHour(chance, at, isEnglish)]
  return chance.is(0.8) || when.startsWith('mañana') ? `${when}${chance.one([' ', ' ', ', '])}${time}` : isEnglish ? `${time} on ${when}`.replace('on tomorrow', 'tomorrow').replace('on this', 'this') : `${time} ${when.replace(/^(?=el )/, chance.one(['', 'd']))}`
}
export const count = (chance: Chance, number: number): string => (chance.is(0.5) ? String(number) : number === 1 ? 'una' : ones[number]!)

// As it is really typed: no accents, no opening marks, all small, «q» and «x», a line without its point.
const noises: readonly [number, (text: string) => string][] = [
  [0.3, (text) => text.replaceAll(/[áéíóú]/g, (letter) => 'aeiou'['áéíóú'.indexOf(letter)]!)],
  [0.5, (text) => text.replaceAll(/[¿¡]/g, '')],
  [0.2, (text) => text.toLowerCase()],
  [0.12, (text) => text.replaceAll(/\bque\b/g, 'q').replaceAll(/\bpor\b/g, 'x')],
  [0.15, (text) => text.replaceAll(/\.(\n|$)/g, '$1')],
]
export const typed = (chance: Chance, text: string): string => noises.reduce((so, [part, noise]) => (chance.is(part) ? noise(so) : so), text)
