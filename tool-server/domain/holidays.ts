import { dayMs, dayNamed, numberOf } from './zones.ts'

// The days on which nobody has to work in Mexico: Ley Federal del Trabajo, article 74. What a state or an operator adds is a blackout.
// Asked of each day on which somebody could show a home, so it is found without a text.
export const isHoliday = (day: number): boolean => {
  const at = new Date(day * dayMs)
  const [year, month, date] = [at.getUTCFullYear(), at.getUTCMonth() + 1, at.getUTCDate()]
  const week = Math.ceil(date / 7)
  if (at.getUTCDay() === 1 && ((month === 2 && week === 1) || (month === 3 && week === 3) || (month === 11 && week === 3))) return true
  if (month === 10 && date === 1) return year >= 2024 && (year - 2024) % 6 === 0 // a president takes office; until 2018 it was 1 December
  return (month === 1 && date === 1) || (month === 5 && date === 1) || (month === 9 && date === 16) || (month === 12 && date === 25)
}

// Días hábiles: neither a weekend nor a holiday. The day itself isn't counted.
export const businessDaysAfter = (day: string, count: number): string => businessDays(day, count, 1)
// The business day that lies so many before one.
export const businessDaysBefore = (day: string, count: number): string => businessDays(day, count, -1)
const businessDays = (day: string, count: number, step: number): string => {
  let [at, left] = [numberOf(day), count]
  while (left > 0) {
    at += step
    if (!isWeekend(at) && !isHoliday(at)) left--
  }
  return dayNamed(at)
}
const isWeekend = (day: number): boolean => new Date(day * dayMs).getUTCDay() % 6 === 0
