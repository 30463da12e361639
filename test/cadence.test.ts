import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { cadence, followKey, followSince, type Quiet, type Step } from '@portero/tool-server/domain/cadence.ts'
import { stages } from '@portero/tool-server/domain/leads.ts'
import { saysNotLooking } from '@portero/tool-server/domain/opt-out.ts'

// When somebody who went silent is followed up.
const hour = 3_600_000
const day = 24 * hour
const mexico = 'America/Mexico_City'
const ms = (iso: string): number => Date.parse(iso)
const since = ms('2026-11-23T11:00-06:00')
const quiet: Quiet = { since, saidAt: since + 60_000, visitedAt: undefined, stage: 'qualified', isVisitAhead: false, isWaiting: false, isOptedOut: false, isRefused: false, isInHands: false, done: [] }
const at = (now: number, change: Partial<Quiet> = {}, days: readonly number[] = [1, 3, 7], zone = mexico): Step => cadence({ ...quiet, ...change }, { days, zone, now })

describe('a silence', () => {
  test('is broken an hour before one, three and seven days of it are over', () => {
    expect(at(since + 22 * hour)).toEqual({ does: 'wait', next: since + 23 * hour })
    expect(at(since + 23 * hour)).toEqual({ does: 'send', day: 1, place: 'first', next: since + 71 * hour })
    expect(at(since + 71 * hour, { done: [1] })).toEqual({ does: 'send', day: 3, place: 'between', next: since + 167 * hour })
    expect(at(since + 167 * hour, { done: [1, 3] })).toEqual({ does: 'send', day: 7, place: 'last', next: undefined })
    expect(at(since + 168 * hour, { done: [1, 3, 7] })).toEqual({ does: 'end', day: undefined, because: 'over' })
  })
  test('is not broken twice for one day, and what was missed is not made up for', () => {
    expect(at(since + 24 * hour, { done: [1] })).toEqual({ does: 'wait', next: since + 71 * hour })
    expect(at(since + 71 * hour)).toMatchObject({ does: 'send', day: 3 })
    expect(at(since + 23 * hour + day + 1)).toMatchObject({ does: 'skip', day: 1, because: 'late' })
  })
  test('is not broken at night, by the clock that is given', () => {
    const late = ms('2026-11-23T22:30-06:00')
    expect(at(late + 23 * hour, { since: late, saidAt: late })).toEqual({ does: 'wait', next: ms('2026-11-25T08:00-06:00') })
    expect(at(late + 23 * hour, { since: late, saidAt: late }, [1], 'America/Tijuana')).toMatchObject({ does: 'send', day: 1 }) // half past seven there
    expect(at(ms('2026-11-24T23:00-06:00'))).toEqual({ does: 'wait', next: ms('2026-11-25T08:00-06:00') })
  })
  test.each([
    ['human_in_charge', { isInHands: true }], ['opted_out', { isOptedOut: true }], ['refused', { isRefused: true }], ['visit_ahead', { isVisitAhead: true }], ['waiting', { isWaiting: true }],
    ['past_visits', { stage: 'visit_done' }], ['past_visits', { stage: 'application' }], ['past_visits', { stage: 'won' }], ['past_visits', { stage: 'lost' }],
  ] as const)('ends where it is %s', (because, change) => {
    expect(at(since + 23 * hour, change)).toEqual({ does: 'end', day: 1, because })
    expect(at(since + 22 * hour, change)).toEqual({ does: 'end', day: undefined, because })
  })
  test.each([
    ['unanswered', { saidAt: undefined }], ['just_said', { saidAt: since + 12 * hour }], ['visited', { visitedAt: since - 2 * day }],
  ] as const)('lasts another day where it is %s', (because, change) => {
    expect(at(since + 23 * hour, change)).toEqual({ does: 'skip', day: 1, because, next: since + 71 * hour })
  })
  test('is nobody’s business where no day is set', () => {
    expect(at(since + 23 * hour, {}, [])).toEqual({ does: 'end', day: undefined, because: 'over' })
  })
  test('is named by what is said of it', () => {
    expect(followSince(`${followKey(since, 3)}/0`)).toBe(since)
    expect([followSince('tour:1:2'), followSince('follow:x:1')]).toEqual([undefined, undefined])
  })
})

// The rules read one by one, hour by hour of a clock on the wall.
const clocks = new Map<string, Intl.DateTimeFormat>()
const hourOn = (zone: string, now: number): number => {
  const clock = clocks.get(zone) ?? new Intl.DateTimeFormat('en', { timeZone: zone, hour: 'numeric', hourCycle: 'h23' })
  clocks.set(zone, clock)
  return Number(clock.format(now))
}
const isNight = (zone: string, now: number): boolean => hourOn(zone, now) >= 21 || hourOn(zone, now) < 8
const byDay = (zone: string, from: number): number => {
  if (!isNight(zone, from)) return from
  let now = Math.ceil((from + 1) / (15 * 60_000)) * 15 * 60_000
  while (isNight(zone, now)) now += 15 * 60_000
  return now
}
const read = (silence: Quiet, { days, zone, now }: { days: readonly number[]; zone: string; now: number }): Step => {
  const moments = [...new Set(days)].map((each) => ({ each, due: byDay(zone, silence.since + each * day - hour) })).toSorted((a, b) => a.each - b.each)
  const past = moments.filter(({ due }) => due <= now)
  const current = past[past.length - 1]
  const ahead = moments.filter(({ due }) => due > now)
  const isDecided = !current || silence.done.some((each) => each >= current.each)
  const stop = silence.isInHands ? 'human_in_charge' : silence.isOptedOut ? 'opted_out' : silence.isRefused ? 'refused' : silence.isVisitAhead ? 'visit_ahead' : silence.isWaiting ? 'waiting' : ['visit_done', 'application', 'won', 'lost'].includes(silence.stage) ? 'past_visits' : undefined
  if (stop) return { does: 'end', day: isDecided ? undefined : current.each, because: stop }
  if (isDecided) return ahead[0] ? { does: 'wait', next: ahead[0].due } : { does: 'end', day: undefined, because: 'over' }
  const next = ahead[0]?.due
  const skip = (because: 'late' | 'visited' | 'unanswered' | 'just_said'): Step => ({ does: 'skip', day: current.each, because, next })
  if (now - current.due > day) return skip('late')
  if (isNight(zone, now)) return { does: 'wait', next: byDay(zone, now) }
  if (silence.visitedAt !== undefined && now - silence.visitedAt < 3 * day) return skip('visited')
  if (silence.saidAt === undefined) return skip('unanswered')
  if (now - silence.saidAt < 12 * hour) return skip('just_said')
  return { does: 'send', day: current.each, place: moments[0] === current ? 'first' : ahead.length === 0 ? 'last' : 'between', next }
}
const rarely = fc.integer({ min: 0, max: 9 }).map((each) => each === 0)
const ago = fc.option(fc.integer({ min: 0, max: 5 * day }), { nil: undefined })
const asked = fc.record({
  zone: fc.constantFrom(mexico, 'America/Tijuana', 'America/Cancun'), start: fc.integer({ min: ms('2026-02-20T00:00Z'), max: ms('2026-12-20T00:00Z') }), passed: fc.integer({ min: 0, max: 12 * day }),
  days: fc.array(fc.integer({ min: 1, max: 10 }), { maxLength: 5 }), done: fc.array(fc.integer({ min: 1, max: 10 }), { maxLength: 2 }), said: ago, visited: ago, stage: fc.constantFrom(...stages),
  isVisitAhead: rarely, isWaiting: rarely, isOptedOut: rarely, isRefused: rarely, isInHands: rarely,
}).map(({ zone, start, passed, days, said, visited, ...rest }) => {
  const now = start + passed
  return { silence: { ...rest, since: start, saidAt: said === undefined ? undefined : now - said, visitedAt: visited === undefined ? undefined : now - visited }, rules: { zone, now, days } }
})
describe('whatever silence it is', () => {
  test('what is done about it is what the rules say when they are read one by one', () => {
    fc.assert(fc.property(asked, ({ silence, rules }) => {
      expect(cadence(silence, rules)).toEqual(read(silence, rules))
    }), { numRuns: 3_000 })
  })
  test('each day of it is decided about at most once, in order, by day, and it comes to an end', () => {
    fc.assert(fc.property(asked, ({ silence, rules: { zone, days } }) => {
      const calm: Quiet = { ...silence, visitedAt: undefined, isVisitAhead: false, isWaiting: false, isOptedOut: false, isRefused: false, isInHands: false, stage: 'new', done: [], saidAt: silence.since }
      const done: number[] = []
      let now = silence.since
      for (let looks = 0; ; looks++) {
        expect(looks).toBeLessThan(30)
        const step = cadence({ ...calm, done }, { zone, days, now })
        if (step.does === 'send') {
          expect([isNight(zone, now), (done.at(-1) ?? 0) < step.day, days.includes(step.day)]).toEqual([false, true, true])
          done.push(step.day)
        }
        if (step.does === 'end' || step.next === undefined) break
        expect(step.next).toBeGreaterThan(now)
        now = step.next
      }
      expect(done).toEqual([...new Set(days)].toSorted((a, b) => a - b))
    }), { numRuns: 1_000 })
  })
})

describe('that they look no more', () => {
  test.each([
    'ya no busco', 'Ya no busco, ya rente otro departamento, gracias', 'Hola, buenas tardes. Ya encontré depa, muchas gracias por todo', 'ya no estoy buscando', 'Ya no nos interesa, gracias', 'no me interesa', 'lo siento, ya rentamos en otro lado',
    'Fíjate que ya conseguimos algo. ¡Gracias!', 'al final ya no voy a rentar', 'No longer looking', "thanks, I'm no longer looking", 'We already found a place, thank you!', 'Not interested', 'I already rented another apartment',
  ])('is heard in %p', (text) => expect(saysNotLooking(text)).toBe(true))
  test.each([
    '', 'gracias', 'hola', 'ya no busco en Roma, ahora en Condesa', 'Ya no me interesa ese, ¿tienes otro?', '¿ya no me interesa?', 'no me interesa el estacionamiento', 'ya no busco loft, busco de dos recámaras', 'ya tengo la garantía', 'busco departamento',
    'ya encontré el departamento en su página', 'ya renté con ustedes, necesito ayuda', 'no me interesa, quiero otro', 'la verdad', "I'm not interested in that one", 'I already found the apartment on your page', 'ya no quiero esperar más',
  ])('is not heard in %p', (text) => expect(saysNotLooking(text)).toBe(false))
})
