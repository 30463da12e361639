// The days on which nobody has to work in Mexico: Ley Federal del Trabajo, article 74. What a state or an operator adds is a blackout.
export const isHoliday = (day: string): boolean => {
  const [year = 0, month = 0, date = 0] = day.split('-').map(Number)
  const isMonday = new Date(Date.UTC(year, month - 1, date)).getUTCDay() === 1
  const week = Math.ceil(date / 7)
  if (isMonday && ((month === 2 && week === 1) || (month === 3 && week === 3) || (month === 11 && week === 3))) return true
  if (month === 10 && date === 1) return year >= 2024 && (year - 2024) % 6 === 0 // a president takes office; until 2018 it was 1 December
  return fixed.has(day.slice(5))
}

// Días hábiles: neither a weekend nor a holiday. The day itself isn't counted.
export const businessDaysAfter = (day: string, count: number): string => {
  let [at, left] = [Date.parse(`${day}T00:00:00Z`), count]
  while (left > 0) {
    at += 86_400_000
    if (!isWeekend(at) && !isHoliday(new Date(at).toISOString().slice(0, 10))) left--
  }
  return new Date(at).toISOString().slice(0, 10)
}
// The business day that lies so many before one.
export const businessDaysBefore = (day: string, count: number): string => {
  let [at, left] = [Date.parse(`${day}T00:00:00Z`), count]
  while (left > 0) {
    at -= 86_400_000
    if (!isWeekend(at) && !isHoliday(new Date(at).toISOString().slice(0, 10))) left--
  }
  return new Date(at).toISOString().slice(0, 10)
}
const isWeekend = (at: number): boolean => new Date(at).getUTCDay() % 6 === 0

const fixed = new Set(['01-01', '05-01', '09-16', '12-25'])
