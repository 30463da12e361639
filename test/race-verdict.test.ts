import { describe, expect, test } from '@jest/globals'
import type { Rules } from './race/ground.ts'
import { againstRules, againstWord, type Told, type Visit } from './race/verdict.ts'

// The checker of the race says no where it must: to each kind of fault, planted, and to nothing else.
const rules: Rules = { zone: 'America/Mexico_City', wayMinutes: { near: 15, far: 45 }, seats: { 'near-shared': 3 }, perDay: 3, perWeek: { ana: 5 }, languages: { ana: ['es-MX'], beto: ['es-MX', 'en'] } }
const minute = 60_000
const at = (when: string): number => Date.parse(`2026-11-${when}:00-06:00`)
let made = 0
const visit = (when: string, more: Partial<Visit> = {}): Visit => ({
  id: `v${++made}`, person: `p${made}`, home: 'near-1', building: 'near', agent: 'ana', startsAt: at(when), endsAt: at(when) + 30 * minute, status: 'confirmed', session: null, party: 1, language: null, ...more,
})
const found = (...visits: Visit[]): string[] => againstRules(visits, rules).map(({ kind }) => kind)
const far = { building: 'far', home: 'far-1' }
const shared = { session: 's1', home: 'near-shared' }

describe('the rules', () => {
  test.each([
    ['one after the other in one building', [], [visit('23T10:00'), visit('23T10:30')]],
    ['two agents at one time', [], [visit('23T10:00'), visit('23T10:00', { agent: 'beto' })]],
    ['one agent in two places', ['overlap'], [visit('23T10:00'), visit('23T10:00')]],
    ['one agent in two places for the last minutes', ['overlap'], [visit('23T10:00', { endsAt: at('23T11:00') }), visit('23T10:45')]],
    ['what is held counts', ['overlap'], [visit('23T10:00'), visit('23T10:00', { status: 'held' })]],
    ['the way to a far building', [], [visit('23T10:00'), visit('23T11:15', far)]],
    ['a minute less than the way to a far building', ['gap'], [visit('23T10:00'), visit('23T11:14', far)]],
    ['and from it, which was booked first', ['gap'], [visit('23T11:14'), visit('23T10:00', far)]],
    ['so many as a day has room for', [], [visit('23T10:00'), visit('23T11:00'), visit('23T12:00'), visit('24T10:00')]],
    ['one more', ['daily'], [visit('23T10:00'), visit('23T11:00'), visit('23T12:00'), visit('23T23:00')]],
    ['one more, by another clock than that of the property', [], [visit('23T10:00'), visit('23T11:00'), visit('23T23:30'), visit('24T00:00')]],
    ['from Monday to Sunday so many as they show', [], [visit('23T10:00'), visit('24T10:00'), visit('25T10:00'), visit('26T10:00'), visit('29T10:00'), visit('30T10:00')]],
    ['one more in a week', ['weekly'], [visit('23T10:00'), visit('24T10:00'), visit('25T10:00'), visit('26T10:00'), visit('28T10:00'), visit('29T10:00')]],
    ['of whom no week is said', [], ['23', '24', '25', '26', '28', '29'].map((day) => visit(`${day}T10:00`, { agent: 'beto' }))],
    ['together, with a seat for each', [], [visit('23T10:00', shared), visit('23T10:00', { ...shared, party: 2 })]],
    ['together, with a seat too few', ['seats'], [visit('23T10:00', { ...shared, party: 2 }), visit('23T10:00', { ...shared, party: 2 })]],
    ['together, but not at one time', ['overlap'], [visit('23T10:00', shared), visit('23T10:15', shared)]],
    ['who come together are one visit of the day', [], [visit('23T10:00', shared), visit('23T10:00', shared), visit('23T11:00'), visit('23T12:00')]],
    ['one guest at two places', ['person'], [visit('23T10:00', { person: 'ximena' }), visit('23T10:15', { person: 'ximena', agent: 'beto' })]],
    ['in the language that was asked for', [], [visit('23T10:00', { agent: 'beto', language: 'en' }), visit('23T10:00', { language: 'es-MX' })]],
    ['with who does not speak it', ['language'], [visit('23T10:00', { language: 'en' })]],
    ['one guest who holds two', ['person'], [visit('23T10:00', { person: 'ximena', status: 'held' }), visit('24T10:15', { person: 'ximena', status: 'held' })]],
  ])('%s: %j', (_title, kinds, visits) => {
    expect(found(...visits)).toEqual(kinds)
  })
})

describe('what callers were told', () => {
  const there = visit('23T10:00', { person: 'ximena' })
  const told = (more: Partial<Told> = {}, { id, home, startsAt }: Visit = there): Told => ({ person: 'ximena', visits: new Map([[id, { home, startsAt }]]), held: undefined, ...more })
  const kinds = (visits: Visit[], ...all: Told[]): string[] => againstWord(visits, all).map(({ kind }) => kind)
  test.each([
    ['is there', [], [there], [told()]],
    ['is nowhere', ['lost'], [], [told()]],
    ['is only held', ['lost'], [{ ...there, status: 'held' }], [told()]],
    ['is at another time', ['lost'], [{ ...there, startsAt: there.startsAt + 30 * minute }], [told()]],
    ['is in the language that they asked for', [], [{ ...there, language: 'en' }], [told({ visits: new Map([[there.id, { home: there.home, startsAt: there.startsAt, language: 'en' }]]) })]],
    ['is in no language any more', ['lost'], [there], [told({ visits: new Map([[there.id, { home: there.home, startsAt: there.startsAt, language: 'en' }]]) })]],
    ['is of another home', ['lost'], [{ ...there, home: 'near-2' }], [told()]],
    ["is somebody else's", ['lost'], [{ ...there, person: 'yolanda' }], [told()]],
    ['has one that nobody was told of', ['unasked'], [there, visit('23T12:00')], [told()]],
    ['has one that was called off', ['unasked'], [there], [told({ visits: new Map() })]],
    ['has one that was only held', ['unasked'], [there], [told({ visits: new Map(), held: there.id })]],
    ['holds what it was told', [], [{ ...there, status: 'held' }], [told({ visits: new Map(), held: there.id })]],
    ['holds no more what is over', [], [], [told({ visits: new Map(), held: there.id })]],
    ['holds one that nobody was told of', ['unasked'], [{ ...there, status: 'held' }], [told({ visits: new Map() })]],
  ])('%s: %j', (_title, expected, visits, all) => {
    expect(kinds(visits, ...all)).toEqual(expected)
  })
})
