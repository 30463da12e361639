import { describe, expect, test } from '@jest/globals'
import { businessDaysAfter, isHoliday } from '@portero/tool-server/domain/holidays.ts'
import { nextDay, numberOf } from '@portero/tool-server/domain/zones.ts'

const holidaysOf = (year: number): string[] => {
  const found: string[] = []
  for (let day = `${year}-01-01`; day.startsWith(`${year}`); day = nextDay(day)) if (isHoliday(numberOf(day))) found.push(day.slice(5))
  return found
}

describe('the statutory holidays', () => {
  test.each([
    [2023, ['01-01', '02-06', '03-20', '05-01', '09-16', '11-20', '12-25']],
    [2024, ['01-01', '02-05', '03-18', '05-01', '09-16', '10-01', '11-18', '12-25']],
    [2026, ['01-01', '02-02', '03-16', '05-01', '09-16', '11-16', '12-25']],
    [2027, ['01-01', '02-01', '03-15', '05-01', '09-16', '11-15', '12-25']],
    [2029, ['01-01', '02-05', '03-19', '05-01', '09-16', '11-19', '12-25']],
    [2030, ['01-01', '02-04', '03-18', '05-01', '09-16', '10-01', '11-18', '12-25']],
    [2036, ['01-01', '02-04', '03-17', '05-01', '09-16', '10-01', '11-17', '12-25']],
  ])('of %s', (year, days) => {
    expect(holidaysOf(year)).toEqual(days)
  })
})

describe('twenty business days', () => {
  test.each([
    ['a Monday', '2026-11-23', '2026-12-21'],
    ['a Friday, over Christmas', '2026-11-27', '2026-12-28'],
    ['a Saturday, as from the day before', '2026-11-28', '2026-12-28'],
    ['Easter, on which one works', '2027-03-15', '2027-04-12'],
  ])('from %s', (_title, day, due) => expect(businessDaysAfter(day, 20)).toBe(due))
})
