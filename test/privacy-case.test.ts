import { describe, expect, test } from '@jest/globals'
import { isHoliday } from '@portero/tool-server/domain/holidays.ts'
import { caseMoves, dueOf, isOver, moveCase, newClock, remindersOf, waitsFor, type CaseClock, type CaseMove, type Term } from '@portero/tool-server/domain/privacy-case.ts'
import { businessDaysLeft, lawDay } from '@portero/tool-server/domain/privacy.ts'

// The clock of a request on somebody's data, beside a second one that walks day by day and knows only what was done when.
const day = 86_400_000
const mexico = (text: string): number => Date.parse(`${text}-06:00`) // no daylight saving there since 2022
const start = mexico('2026-11-23T10:00')

// The oracle: one log of what was done.
type Done = { move: CaseMove; at: number }
const isWorking = (at: number): boolean => ![0, 6].includes(new Date(at - 6 * 3_600_000).getUTCDay()) && !isHoliday(Math.floor((at - 6 * 3_600_000) / 86_400_000))
const walk = (since: number, days: number): number => {
  let at = Math.floor((since - 6 * 3_600_000) / day) * day + 6 * 3_600_000 // midnight there
  for (let left = days; left > 0;) {
    at += day
    if (isWorking(at)) left--
  }
  return at + day - 60_000
}
const find = (log: readonly Done[], move: CaseMove): number | undefined => log.find((each) => each.move === move)?.at
const oracleState = (log: readonly Done[]): string => {
  const has = (move: CaseMove): boolean => find(log, move) !== undefined
  if (has('withdraw')) return 'withdrawn'
  if (has('lapse')) return 'lapsed'
  if (has('refuse')) return 'refused'
  if (has('do')) return 'done'
  if (has('accept')) return 'accepted'
  if (has('ask') && !has('complete')) return 'asked'
  return has('identify') ? 'identified' : 'received'
}
const extensions = (log: readonly Done[], after: boolean): boolean => log.some((each, at) => each.move === 'extend' && log.slice(0, at).some(({ move }) => move === 'accept') === after)
const oracleDue = (log: readonly Done[], term: Term): number => {
  if (term === 'ask') return walk(start, 5)
  if (term === 'complete') return walk(find(log, 'ask') ?? start, 10)
  if (term === 'answer') return walk(find(log, 'complete') ?? start, extensions(log, false) ? 40 : 20)
  return walk(find(log, 'accept') ?? start, extensions(log, true) ? 30 : 15)
}
const oracleMay = (log: readonly Done[], move: CaseMove, at: number): boolean => {
  const state = oracleState(log)
  const isOpen = state === 'received' || state === 'identified'
  switch (move) {
    case 'ask': return isOpen && find(log, 'ask') === undefined && at <= oracleDue(log, 'ask')
    case 'complete': return state === 'asked' && at <= oracleDue(log, 'complete')
    case 'identify': return (isOpen || state === 'asked') && find(log, 'identify') === undefined
    case 'extend': return isOpen ? !extensions(log, false) && at <= oracleDue(log, 'answer') : state === 'accepted' && !extensions(log, true) && at <= oracleDue(log, 'effect')
    case 'accept': return state === 'identified'
    case 'refuse': return isOpen
    case 'do': return state === 'accepted'
    case 'withdraw': return isOpen || state === 'asked'
    default: return state === 'asked' && at > oracleDue(log, 'complete')
  }
}

test('whatever is tried in whatever order, it goes as the log of what was done says', () => {
  let seed = 7
  const chance = (below: number): number => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648
    return Math.floor((seed / 2_147_483_648) * below)
  }
  const reached = new Set<string>()
  const refused = new Set<string>()
  for (let round = 0; round < 1_500; round++) {
    let clock: CaseClock = newClock(start)
    const log: Done[] = []
    let now = start
    for (let tries = 0; tries < 14; tries++) {
      now += chance(4) === 0 ? chance(25) * day : chance(2 * day)
      const move = caseMoves[chance(caseMoves.length)]!
      const next = moveCase(clock, move, now)
      expect([round, move, typeof next === 'object']).toEqual([round, move, oracleMay(log, move, now)])
      if (typeof next === 'string') {
        refused.add(`${move}:${next}`)
        continue
      }
      clock = next
      log.push({ move, at: now })
      reached.add(clock.state)
      expect(clock.state).toBe(oracleState(log))
      for (const term of waitsFor(clock)) expect([term, dueOf(clock, term)]).toEqual([term, oracleDue(log, term)])
      expect(isOver(clock.state)).toBe(waitsFor(clock).length === 0)
    }
  }
  expect([...reached].toSorted()).toEqual(['accepted', 'asked', 'done', 'identified', 'lapsed', 'received', 'refused', 'withdrawn'])
  for (const each of ['ask:late', 'ask:again', 'complete:late', 'extend:late', 'extend:again', 'accept:unidentified', 'identify:again', 'lapse:not_now']) expect(refused).toContain(each)
})

describe('the days of the law', () => {
  test.each<[string, Term, Partial<CaseClock>, string]>([
    ['what is missing may be asked for within five', 'ask', {}, '2026-11-30'],
    ['they have ten to say it', 'complete', { askedAt: mexico('2026-11-27T09:00') }, '2026-12-11'],
    ['twenty for the answer', 'answer', {}, '2026-12-21'],
    ['twenty more, over Christmas and New Year', 'answer', { answerExtended: true }, '2027-01-20'],
    ['anew once they have said what was missing', 'answer', { completedAt: mexico('2026-12-04T23:30') }, '2027-01-05'],
    ['fifteen to put it into effect', 'effect', { answeredAt: mexico('2026-12-21T12:00') }, '2027-01-13'],
    ['fifteen more, with the first Monday of February', 'effect', { answeredAt: mexico('2026-12-21T12:00'), effectExtended: true }, '2027-02-04'],
  ])('%s', (_title, term, changed, due) => expect(lawDay(dueOf({ ...newClock(start), ...changed }, term))).toBe(due))
})

test('reminders ring five, two and no business days before, at nine, and none for what has passed or is theirs', () => {
  const times = (clock: CaseClock, now: number): string[] => remindersOf(clock, now).map(({ term, left, at }) => `${term} ${left} ${new Date(at - 6 * 3_600_000).toISOString().slice(0, 16)}`)
  expect(times(newClock(start), start)).toEqual(['ask 2 2026-11-26T09:00', 'ask 0 2026-11-30T09:00', 'answer 5 2026-12-14T09:00', 'answer 2 2026-12-17T09:00', 'answer 0 2026-12-21T09:00'])
  expect(times({ ...newClock(start, start), answerExtended: true }, mexico('2027-01-14T00:00'))).toEqual(['answer 2 2027-01-18T09:00', 'answer 0 2027-01-20T09:00'])
  expect(times({ ...newClock(start), state: 'asked', askedAt: start }, start)).toEqual([])
})
test('the days that are left are business days', () => {
  expect([businessDaysLeft(mexico('2026-12-18T10:00'), mexico('2026-12-21T23:59')), businessDaysLeft(mexico('2026-12-21T10:00'), mexico('2026-12-21T23:59')), businessDaysLeft(mexico('2026-12-24T10:00'), mexico('2026-12-28T23:59'))]).toEqual([1, 0, 1])
})
