import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { ranked } from '@portero/tool-server/domain/alternatives.ts'
import { mostOffered, spread } from '@portero/tool-server/domain/offers.ts'
import { belief, likeliest, showRates, type Shown } from '@portero/tool-server/domain/show-rate.ts'
import type { Slot } from '@portero/tool-server/domain/tours.ts'

// At which times people come to their visits, and what that changes in what they are offered.
const zone = 'America/Mexico_City'
const roma = { id: 'roma', zone }
const slot = (start: string): Slot => ({ startsAt: Date.parse(start), endsAt: Date.parse(start) + 1_800_000, agents: ['ana'], seatsLeft: 1 })
const [monday, saturday, sunday] = [slot('2026-11-30T18:00-06:00'), slot('2026-11-28T10:00-06:00'), slot('2026-11-29T10:00-06:00')]
const times = (came: number, missed: number, change: Partial<Shown> = {}): Shown => ({ building: 'condesa', weekday: 'sat', part: 'morning', came, missed, ...change })
const earlier = slot('2026-11-23T18:00-06:00')
const evenings = { weekday: 'mon', part: 'evening' } as const
const history = [times(95, 5), times(40, 60, evenings), times(70, 30, { weekday: 'wed', part: 'afternoon' })]
const order = (slots: readonly Slot[], shown: readonly Shown[], most = mostOffered): readonly Slot[] => likeliest(slots, showRates(shown)(roma), most)

describe('of times that are all as good', () => {
  test('come first those to which people come', () => {
    expect(order([earlier, saturday], [times(95, 5), times(40, 60, evenings)])).toEqual([saturday, earlier])
    expect(order([saturday, sunday, monday], [times(40, 60), times(95, 5, evenings)])).toEqual([monday, sunday, saturday]) // of what is not known, nothing bad
  })
  test('the sooner comes first where nothing is known, or too little, or nothing that differs', () => {
    const slots = [saturday, sunday, monday]
    for (const shown of [[], [times(0, 29)], [times(1, 28), times(28, 1, evenings)], [times(40, 10), times(40, 10, evenings)], [times(16, 14), times(14, 16, evenings)]]) expect([showRates(shown)(roma), order(slots, shown)]).toEqual([undefined, slots])
  })
  test('a building has a say of its own once enough visits were had in it', () => {
    const other = (came: number, missed: number): Shown => times(came, missed, { building: 'roma' })
    const scoreIn = (id: string, shown: readonly Shown[]): number => showRates(shown)({ id, zone })?.(saturday.startsAt) ?? NaN
    const few = [...history, other(0, 29)]
    expect(scoreIn('roma', few)).toBe(scoreIn('juarez', few))
    const enough = [...history, other(0, 60)]
    expect(scoreIn('roma', enough)).toBeLessThan(scoreIn('condesa', enough))
  })
  test('what few visits say is drawn to what is usual, and what many say is not', () => {
    expect([belief({ came: 30, missed: 0 }, 0.5).mean, belief({ came: 3_000, missed: 0 }, 0.5).mean]).toEqual([0.8, expect.closeTo(0.997, 3)])
    expect(belief({ came: 15, missed: 15 }, 0.5).unsure).toBeGreaterThan(belief({ came: 150, missed: 150 }, 0.5).unsure)
  })
  test('the soonest is never left out', () => {
    const worst = Array.from({ length: 9 }, (_, n) => (n === 0 ? earlier : { ...saturday, startsAt: saturday.startsAt + n * 900_000 }))
    const offered = order(worst, history).slice(0, mostOffered)
    expect([offered[0], offered.at(-1)]).toEqual([worst[1], worst[0]])
  })
})

describe('in the place of a time that is gone', () => {
  test('how people come tells only between two that are as far off', () => {
    const rates = showRates([times(95, 5, { weekday: 'mon', part: 'afternoon' }), times(40, 60, { weekday: 'mon', part: 'morning' })])(roma)
    const [before, after, close] = [slot('2026-11-30T11:30-06:00'), slot('2026-11-30T12:30-06:00'), slot('2026-11-30T11:45-06:00')]
    const wanted = { zone, startsAt: Date.parse('2026-11-30T12:00-06:00') }
    expect(ranked([before, after], wanted)).toEqual([before, after])
    expect(ranked([before, after, close], { ...wanted, scoreAt: rates })).toEqual([close, after, before])
  })
})

const shown = fc.array(fc.record({ building: fc.constantFrom('roma', 'condesa'), weekday: fc.constantFrom('mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'), part: fc.constantFrom('morning', 'afternoon', 'evening'), came: fc.integer({ min: 0, max: 80 }), missed: fc.integer({ min: 0, max: 80 }) }), { maxLength: 20 })
const halfHours = fc.uniqueArray(fc.integer({ min: 0, max: 14 * 48 }), { maxLength: 40 }).map((marks) => marks.toSorted((a, b) => a - b).map((mark) => ({ ...saturday, startsAt: Date.parse('2026-11-23T00:00-06:00') + mark * 1_800_000 })))
describe('whatever is known and whatever is free', () => {
  test('what is offered is the same times in another order, unless there are more than are offered, and the soonest is among them', () => {
    fc.assert(fc.property(shown, halfHours, (known, slots) => {
      const scoreAt = showRates(known)(roma)
      const ways = likeliest(slots, scoreAt, mostOffered)
      expect(ways.toSorted((a, b) => a.startsAt - b.startsAt)).toEqual(slots)
      const [plain, offered] = [spread(slots, zone), spread(slots, zone, scoreAt)]
      expect(offered).toHaveLength(plain.length)
      if (plain.length < mostOffered) expect(new Set(offered)).toEqual(new Set(plain))
      if (plain[0]) expect(offered).toContain(plain[0])
      if (!scoreAt) expect(offered).toEqual(plain)
    }), { numRuns: 1_000 })
  })
  test('of two times with as many visits the one to which more came never scores less', () => {
    fc.assert(fc.property(shown, fc.integer({ min: 30, max: 200 }), fc.float({ min: 0, max: 1, noNaN: true }), fc.float({ min: 0, max: 1, noNaN: true }), (known, count, some, others) => {
      const [less, more] = [some, others].map((share) => Math.round(share * count)).toSorted((a, b) => a - b) as [number, number]
      const rest = known.filter(({ weekday }) => weekday !== 'sat' && weekday !== 'mon')
      const scoreAt = showRates([...rest, times(less, count - less, evenings), times(more, count - more)])(roma)
      if (scoreAt) expect(scoreAt(saturday.startsAt)).toBeGreaterThanOrEqual(scoreAt(monday.startsAt))
    }), { numRuns: 2_000 })
  })
})
