import { describe, expect, test } from '@jest/globals'
import * as fc from 'fast-check'
import { AppError, errorCodes, type ErrorCode } from '@portero/shared'
import type { Again } from '@portero/tool-server/define.ts'
import { afterFailure } from '@portero/tool-server/spine/retry.ts'

// Every rule of what becomes of failed work, as a table; then what must hold whatever the numbers are.
const now = Date.UTC(2026, 10, 23, 17)
const minute = 60_000
type Failure = Parameters<typeof afterFailure>[0]
const agains: [string, Again<unknown, unknown> | undefined][] = [
  ['vendor-key', 'vendor-key'],
  ['same-effect', 'same-effect'],
  ['never', 'never'],
  ['find', { find: async () => undefined }],
  ['nobody who does it', undefined],
]
const failed = (code: ErrorCode, facts: { arrived?: 'no' | 'unknown'; retryAfterMs?: number } = {}, more: Partial<Failure> = {}): Failure => ({
  thrown: new AppError(code, 'it failed', facts), kind: 'command', attempts: 0, most: 5, uncertainSince: null, again: 'same-effect', now, chance: 0.5, ...more,
})

type Fate = 'dies' | 'tries again' | 'waits'
const fates: Record<ErrorCode, Fate> = {
  invalid_input: 'dies', unauthorized: 'dies', refused: 'dies', not_found: 'dies', conflict: 'dies', too_large: 'dies', unsupported: 'dies',
  bug: 'tries again', bad_response: 'tries again', disconnected: 'tries again', unavailable: 'tries again', timeout: 'tries again',
  throttled: 'waits', paused: 'waits',
}
const fateOf = (failure: Failure): Fate => {
  const verdict = afterFailure(failure)
  if (verdict.next === 'dead') return 'dies'
  return verdict.spend ? 'tries again' : 'waits'
}

describe.each(errorCodes)('%s', (code) => {
  test.each(['turn', 'command'] as const)('decides what becomes of a %s that did not arrive', (kind) => {
    expect(fateOf(failed(code, {}, { kind }))).toBe(fates[code])
  })
  test('never ends recurring work', () => {
    expect(fateOf(failed(code, {}, { kind: 'recurring', attempts: 99 }))).toBe(fates[code] === 'waits' ? 'waits' : 'tries again')
  })
  test.each(agains)('means the same for a command that did not arrive, done again by %s', (_name, again) => {
    expect(fateOf(failed(code, { arrived: 'no' }, { again }))).toBe(fates[code])
  })
  test.each(agains)('after which nobody knows whether it arrived, done again by %s', (name, again) => {
    expect(fateOf(failed(code, { arrived: 'unknown' }, { again }))).toBe(name === 'never' ? 'dies' : fates[code])
  })
  test.each([['turn', null], ['recurring', null], ['command', now]] as const)('that may have arrived leaves a %s uncertain since %s', (kind, since) => {
    expect(afterFailure(failed(code, { arrived: 'unknown' }, { kind })).uncertainSince).toBe(since)
  })
  test('is the code of the verdict', () => {
    expect(afterFailure(failed(code)).code).toBe(code)
  })
})

describe('what is thrown without a code', () => {
  test.each([['an Error', new TypeError('x')], ['a string', 'x'], ['nothing', undefined]])('%s is a bug', (_name, thrown) => {
    expect(afterFailure(failed('bug', {}, { thrown })).code).toBe('bug')
  })
  test('leaves a command uncertain, for it may have been thrown after the call', () => {
    expect(fateOf(failed('bug', {}, { thrown: new TypeError('x'), again: 'never' }))).toBe('dies')
  })
})

describe('whatever happens', () => {
  const failure = fc.record({
    code: fc.constantFrom(...errorCodes),
    arrived: fc.constantFrom('no', 'unknown'),
    retryAfterMs: fc.option(fc.integer({ min: 0, max: 60 * minute }), { nil: undefined }),
    kind: fc.constantFrom('turn', 'command', 'recurring'),
    attempts: fc.integer({ min: 0, max: 2_000 }),
    most: fc.integer({ min: 1, max: 2_000 }),
    uncertainSince: fc.option(fc.integer({ min: now - 10 * minute, max: now }), { nil: null }),
    again: fc.constantFrom(...agains.map(([, again]) => again)),
    chance: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
  })
  type Drawn = typeof failure extends fc.Arbitrary<infer T> ? T : never
  const given = ({ code, arrived, retryAfterMs, ...rest }: Drawn): Failure => ({ ...rest, now, thrown: new AppError(code, 'it failed', { arrived, ...(retryAfterMs !== undefined && { retryAfterMs }) }) })
  const always = (check: (drawn: Drawn, verdict: ReturnType<typeof afterFailure>) => boolean | void): void =>
    fc.assert(fc.property(failure, (drawn) => check(drawn, afterFailure(given(drawn)))), { numRuns: 2_000 })

  test('a command that must not happen twice is not sent again once it may have arrived', () => {
    always((drawn, verdict) => {
      const uncertain = drawn.uncertainSince !== null || (drawn.kind === 'command' && drawn.arrived === 'unknown')
      return !(uncertain && drawn.again === 'never') || verdict.next === 'dead'
    })
  })
  test('doubt about an arrival never goes away by itself', () => {
    always(({ uncertainSince }, verdict) => uncertainSince === null || (verdict.uncertainSince ?? 0) >= uncertainSince)
  })
  test('a command never comes back before the vendor said', () => {
    always(({ retryAfterMs = 0 }, verdict) => verdict.next === 'dead' || verdict.at >= now + retryAfterMs)
  })
  test('a pause is at most ten minutes, or what the vendor asked for and a little', () => {
    always(({ retryAfterMs = 0 }, verdict) => verdict.next === 'dead' || verdict.at <= now + Math.max(10 * minute, retryAfterMs + 250))
  })
  test('the jitter of a pause spans all of its growing backoff', () => {
    always(({ attempts, chance, retryAfterMs = 0 }, verdict) => verdict.next === 'dead' || !verdict.spend || verdict.at === now + Math.max(retryAfterMs, chance * Math.min(10 * minute, 250 * 2.5 ** attempts)))
  })
  test('work that was held back comes back a little spread', () => {
    always(({ chance, retryAfterMs = 250 }, verdict) => verdict.next === 'dead' || verdict.spend || verdict.at === now + Math.max(250, retryAfterMs) + chance * 250)
  })
  test('being held back spends no attempt and kills nothing by itself', () => {
    always(({ code, again, uncertainSince, arrived }, verdict) => {
      if (fates[code] !== 'waits' || (again === 'never' && (uncertainSince !== null || arrived === 'unknown'))) return true
      return verdict.next === 'again' && !verdict.spend
    })
  })
  test('recurring work is only ever due again', () => {
    always(({ kind, again, uncertainSince }, verdict) => kind !== 'recurring' || (again === 'never' && uncertainSince !== null) || verdict.next === 'again')
  })
  test('a turn or a command is tried as often as allowed and no more', () => {
    fc.assert(fc.property(fc.constantFrom('turn' as const, 'command' as const), fc.integer({ min: 1, max: 60 }), (kind, most) => {
      let attempts = 0
      for (;;) {
        attempts++
        if (afterFailure(failed('unavailable', {}, { kind, most, attempts: attempts - 1 })).next === 'dead') break
      }
      expect(attempts).toBe(most)
    }))
  })
})
