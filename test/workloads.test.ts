import { createHash } from 'node:crypto'
import { describe, expect, test } from '@jest/globals'
import { naiveStarts, readWorkload, startsOf, workloads } from './bench/slots.ts'

// The workloads that the bench is given from outside: what it takes, and what it says to the rest.
const agent = { id: 'ana', workingHours: [{ days: [1], start: '09:00', end: '11:00' }], busy: [['2027-01-04T09:30:00-06:00', '2027-01-04T16:00:00.000Z']] }
const one = { name: 'W9', seed: 9, days: 1, timeZone: 'America/Mexico_City', from: '2027-01-04T00:00:00-06:00', to: '2027-01-05T06:00:00Z', durationMin: 30, stepMin: 30, agents: [agent] }
const startsIn = (given: object): string[] => {
  const read = readWorkload(JSON.stringify({ ...one, ...given }))
  const starts = startsOf(read)
  expect(naiveStarts(read)).toEqual(starts)
  return starts.map((each) => each.slice(5, 16))
}

describe('a workload', () => {
  test.each<[string, object, string[]]>([
    ['with one zone for all, and moments with any offset', {}, ['01-04T15:00', '01-04T16:00', '01-04T16:30']],
    ['with an agent who has a zone of their own', { agents: [agent, { ...agent, id: 'beto', timeZone: 'America/Tijuana' }] }, ['01-04T15:00', '01-04T16:00', '01-04T16:30', '01-04T17:00', '01-04T17:30', '01-04T18:00', '01-04T18:30']],
    ['with zones of agents only', { timeZone: undefined, agents: [{ ...agent, timeZone: 'America/Cancun' }] }, ['01-04T14:00', '01-04T14:30', '01-04T15:00']],
    ['with hours until midnight', { agents: [{ ...agent, workingHours: [{ days: [1], start: '23:00', end: '24:00' }] }] }, ['01-05T05:00', '01-05T05:30']],
  ])('%s', (_title, given, starts) => expect(startsIn(given)).toEqual(starts))
  test('of the design has the answers that it had', () => {
    const hashes = workloads().filter(({ name }) => ['W1', 'W2', 'W5'].includes(name)).map((each) => createHash('sha256').update(startsOf(readWorkload(JSON.stringify(each))).join('\n')).digest('hex').slice(0, 16))
    expect(hashes).toEqual(['9e2fd6920d5a2d28', '4f87d0a93d6eade6', '3058d4537b5c9e19'])
  })
})

describe('what is none', () => {
  const hours = (start: string, end: string): object => ({ agents: [{ ...agent, workingHours: [{ days: [1], start, end }] }] })
  test.each<[string, object, string]>([
    ['a step that no hour is a multiple of', { stepMin: 45 }, 'stepMin: expected a step that goes into an hour: 1, 2, 3, 4, 5, 6, 10, 12, 15, 20, 30 or 60'],
    ['a moment of no place', { from: '2027-01-04T06:00:00' }, 'from: expected a moment with its offset, such as 2027-01-04T06:00:00Z or 2027-01-04T00:00:00-06:00'],
    ['an agent of no zone', { timeZone: undefined }, 'agents.0.timeZone: missing, and the file has none for all of them'],
    ['a zone that is none', { timeZone: 'America/CDMX' }, 'timeZone: expected a time zone, such as America/Mexico_City'],
    ['an hour that no clock shows', hours('09:75', '11:00'), 'agents.0.workingHours.0.start: expected a time such as 09:30, from 00:00 to 24:00'],
    ['hours over midnight', hours('22:00', '02:00'), 'agents.0.workingHours.0: a window that ends before it begins: make it two, one for each day'],
    ['a busy time backwards', { agents: [{ ...agent, busy: [['2027-01-04T16:00:00Z', '2027-01-04T09:30:00-06:00']] }] }, 'agents.0.busy.0: a busy time that ends before it begins'],
  ])('%s', (_title, given, says) => expect(() => readWorkload(JSON.stringify({ ...one, ...given }))).toThrow(expect.objectContaining({ code: 'invalid_input', message: says })))
  test('no JSON', () => expect(() => readWorkload('{')).toThrow('this is no JSON'))
})
