import type { Home } from '@portero/tool-server/domain/homes.ts'
import { dayIn, minuteIn, type Dice, type Scene } from './blind-three-scene.ts'

// How people say the same time, day, amount or home.
const hours = ['doce', 'una', 'dos', 'tres', 'cuatro', 'cinco', 'seis', 'siete', 'ocho', 'nueve', 'diez', 'once']
const weekdays = ['domingo', 'lunes', 'martes', 'miércoles', 'jueves', 'viernes', 'sábado']
const months = ['enero', 'febrero', 'marzo', 'abril', 'mayo', 'junio', 'julio', 'agosto', 'septiembre', 'octubre', 'noviembre', 'diciembre']
const weekdaysEn = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday']
const monthsEn = ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December']
const two = (value: number): string => `${value}`.padStart(2, '0')
const dated = (number: number): { weekday: number; date: number; month: number; year: number } => {
  const day = new Date(number * 86_400_000)
  return { weekday: day.getUTCDay(), date: day.getUTCDate(), month: day.getUTCMonth(), year: day.getUTCFullYear() }
}

export const clock = (roll: Dice, minute: number): string => {
  const [hour, rest] = [Math.floor(minute / 60), minute % 60]
  const small = (hour + 11) % 12 + 1
  const part = hour < 12 ? 'de la mañana' : hour === 12 ? 'del día' : hour < 19 ? 'de la tarde' : 'de la noche'
  const half = hour < 12 ? 'am' : 'pm'
  const digits = rest === 0 ? `${small}` : `${small}:${two(rest)}`
  const words = `${hours[small % 12]}${rest === 30 ? ' y media' : rest === 15 ? ' y cuarto' : rest === 0 ? '' : ` y ${rest}`}`
  const mixed = `${small}${rest === 30 ? ' y media' : rest === 15 ? ' y cuarto' : rest === 0 ? '' : `:${two(rest)}`}`
  return roll.of([`${hour}:${two(rest)}`, `${hour}:${two(rest)} h`, `${hour}:${two(rest)} hrs`, `${small}:${two(rest)} ${half}`, `${digits} ${half}`, `${digits}${half}`, `${digits} ${half === 'am' ? 'a.m.' : 'p.m.'}`, `${mixed} ${part}`, `${words} ${part}`, mixed])
}
export const las = (roll: Dice, minute: number): string => {
  if (minute === 720 && roll.odds(0.35)) return 'mediodía'
  const said = clock(roll, minute)
  return `${/^(?:1\b|1:|una|13:)/.test(said) && !said.startsWith('13') ? 'la' : 'las'} ${said}`.replace(/^la (?=1[0-9])/, 'las ').replace(/^las una/, 'la una')
}
export const alas = (roll: Dice, minute: number): string => {
  const said = las(roll, minute)
  return said === 'mediodía' ? 'al mediodía' : `a ${said}`
}
export const clockEn = (roll: Dice, minute: number): string => {
  const [hour, rest] = [Math.floor(minute / 60), minute % 60]
  const small = (hour + 11) % 12 + 1
  const half = hour < 12 ? 'am' : 'pm'
  if (minute === 720 && roll.odds(0.3)) return 'noon'
  return roll.of([`${small}${rest ? `:${two(rest)}` : ''} ${half}`, `${small}:${two(rest)} ${half.toUpperCase()}`, `${hour}:${two(rest)}`, `${small}${rest ? `:${two(rest)}` : ''}${half}`])
}

export const date = (number: number): string => `${dated(number).date} de ${months[dated(number).month]}`
export const day = (roll: Dice, s: Scene, number: number): string => {
  const { weekday, date: of, month } = dated(number)
  const [name, ahead] = [weekdays[weekday], number - s.today]
  const full = [`el ${name} ${of} de ${months[month]}`, `el ${name} ${of}`, `el ${of} de ${months[month]}`]
  if (ahead === 0) return 'hoy'
  if (ahead === 1) return roll.of(['mañana', 'mañana', `mañana ${name}`, `el ${name}`, ...full])
  if (ahead === 2 && roll.odds(0.4)) return 'pasado mañana'
  return ahead < 7 ? roll.of([`el ${name}`, `el ${name}`, `este ${name}`, ...full]) : roll.of(full)
}
export const bareDay = (number: number): string => `${weekdays[dated(number).weekday]} ${dated(number).date}`
export const dayEn = (roll: Dice, s: Scene, number: number): string => {
  const { weekday, date: of, month } = dated(number)
  const ahead = number - s.today
  if (ahead === 1 && roll.odds(0.5)) return 'tomorrow'
  return ahead < 7 && roll.odds(0.5) ? `on ${weekdaysEn[weekday]}` : roll.of([`on ${weekdaysEn[weekday]}, ${monthsEn[month]} ${of}`, `on ${monthsEn[month]} ${of}`, `on ${weekdaysEn[weekday]} the ${of}${of % 10 === 1 && of !== 11 ? 'st' : of % 10 === 2 && of !== 12 ? 'nd' : of % 10 === 3 && of !== 13 ? 'rd' : 'th'}`])
}
// A day and an hour together, as they are mostly said.
export const when = (roll: Dice, s: Scene, at: number): string => {
  const [on, minute] = [day(roll, s, dayIn(s, at)), minuteIn(s, at)]
  return roll.of([`${on} ${alas(roll, minute)}`, `${on} ${alas(roll, minute)}`, `${on}, ${clock(roll, minute)}`, `${on} ${alas(roll, minute)}`])
}
export const whenEn = (roll: Dice, s: Scene, at: number): string => `${dayEn(roll, s, dayIn(s, at))} at ${clockEn(roll, minuteIn(s, at))}`
export const numberOfDay = (iso: string): number => Date.parse(`${iso}T00:00:00Z`) / 86_400_000

const units = ['', 'un', 'dos', 'tres', 'cuatro', 'cinco', 'seis', 'siete', 'ocho', 'nueve', 'diez', 'once', 'doce', 'trece', 'catorce', 'quince', 'dieciséis', 'diecisiete', 'dieciocho', 'diecinueve', 'veinte', 'veintiún', 'veintidós', 'veintitrés', 'veinticuatro', 'veinticinco', 'veintiséis', 'veintisiete', 'veintiocho', 'veintinueve']
const tens = ['', '', '', 'treinta', 'cuarenta', 'cincuenta', 'sesenta', 'setenta', 'ochenta', 'noventa']
const hundreds = ['', 'cien', 'doscientos', 'trescientos', 'cuatrocientos', 'quinientos', 'seiscientos', 'setecientos', 'ochocientos', 'novecientos']
const below100 = (value: number): string => (value < 30 ? (units[value] ?? '') : `${tens[Math.floor(value / 10)]}${value % 10 ? ` y ${units[value % 10]}` : ''}`)
const below1000 = (value: number): string => (value < 100 ? below100(value) : value === 100 ? 'cien' : `${value < 200 ? 'ciento' : hundreds[Math.floor(value / 100)]}${value % 100 ? ` ${below100(value % 100)}` : ''}`)
export const moneyWords = (amount: number): string => `${below1000(Math.floor(amount / 1000))} mil${amount % 1000 ? ` ${below1000(amount % 1000)}` : ''}`
const commas = (amount: number): string => `${amount}`.replaceAll(/\B(?=(?:\d{3})+$)/g, ',')
export const money = (roll: Dice, amount: number): string => {
  const whole = amount % 1000 === 0
  const forms = [`$${commas(amount)}`, `$${commas(amount)}`, `$${commas(amount)} MXN`, `$${commas(amount)} pesos`, `${commas(amount)} pesos`, `$${amount}`, commas(amount), `$ ${commas(amount)}`]
  if (whole) forms.push(`${amount / 1000} mil`, `${amount / 1000} mil pesos`, `$${amount / 1000}k`, `${moneyWords(amount)} pesos`)
  else forms.push(`${Math.floor(amount / 1000)} mil ${amount % 1000}`, `${moneyWords(amount)} pesos`, ...(amount % 100 === 0 ? [`${amount / 1000}k`, `$${amount / 1000}k`, `${amount / 1000} mil pesos`] : []))
  return roll.of(forms)
}
export const moneyEn = (roll: Dice, amount: number): string => roll.of([`$${commas(amount)}`, `$${commas(amount)} MXN`, `${commas(amount)} pesos`])

const lower = (text: string): string => text.replace(/^\p{Lu}/u, (first) => first.toLowerCase())
// The home by a name that stands for itself; it, by what has been spoken of.
export const named = (roll: Dice, { title, unit, building }: Home): string => roll.of([`«${title}»`, title, `el depa ${unit} de ${building.name}`, `el ${unit} de ${building.name}`, `*${title}*`, `${title} (${building.neighbourhood})`])
export const it = (roll: Dice, home: Home): string => roll.of(['ese depa', 'ese departamento', 'esa vivienda', 'el depa', 'el departamento', `«${home.title}»`, `el de ${home.building.neighbourhood}`, named(roll, home)])
export const Cap = (text: string): string => text.replace(/^\p{Ll}/u, (first) => first.toUpperCase())
export const counted = (count: number, one: string, many: string): string => `${count === 1 ? one.startsWith('cajón') || one.startsWith('baño') || one.startsWith('lugar') ? 'un' : 'una' : count === 2 ? 'dos' : count === 3 ? 'tres' : `${count}`} ${count === 1 ? one : many}`
export const rooms = (roll: Dice, count: number): string => count === 0 ? 'es tipo estudio' : `tiene ${roll.of([`${count}`, ['', 'una', 'dos', 'tres', 'cuatro', 'cinco'][count] ?? `${count}`])} ${count === 1 ? 'recámara' : 'recámaras'}`
export const list = (items: readonly string[], last = 'y'): string => (items.length < 2 ? (items[0] ?? '') : `${items.slice(0, -1).join(', ')} ${last} ${items.at(-1)}`)
export const low = lower
