import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import type { Owner } from '@portero/tool-server/domain/ports/crm-fields.ts'
import { textsOf } from '@portero/tool-server/domain/ports/crm-seen.ts'
import { settleField, type Field } from '@portero/tool-server/domain/sync.ts'

// Whose word holds where we and the CRM differ about a field.
const value = fc.constantFrom('a', 'b', 'c', 'd')
const maybe = fc.option(value, { nil: undefined })
const at = fc.integer({ min: 0, max: 1_000 })
const field = (owner: Owner): fc.Arbitrary<Field> => fc.record({ owner: fc.constant(owner), ours: maybe, theirs: maybe, told: maybe, oursAt: at, theirsAt: at })
const any = fc.oneof(field('portero'), field('latest'), field('crm'))
const holds = <T>(arbitrary: fc.Arbitrary<T>, check: (given: T) => void): void => fc.assert(fc.property(arbitrary, check), { numRuns: 500 })

describe('a field', () => {
  test('that both say alike is left alone', () => holds(fc.tuple(any, maybe), ([given, both]) => expect(settleField({ ...given, ours: both, theirs: both })).toEqual({ is: 'same' })))
  test('that says what we told is never taken for a change of theirs', () => holds(fc.tuple(any, value), ([given, told]) => expect(['same', 'echo']).toContain(settleField({ ...given, theirs: told, told }).is)))
  test('that people changed becomes ours, where it is theirs or whoever was last', () =>
    holds(fc.tuple(fc.oneof(field('latest'), field('crm')), value, value), ([given, told, theirs]) => {
      fc.pre(told !== theirs)
      expect(settleField({ ...given, ours: told, told, theirs })).toEqual({ is: 'adopt', isConflict: false })
    }))
  test('that is ours is never taken from there, and who changed it there is noted', () =>
    holds(fc.tuple(field('portero'), value), ([given, told]) => {
      const verdict = settleField({ ...given, told })
      expect(verdict.is).not.toBe('adopt')
      if (given.theirs !== told && given.theirs !== given.ours) expect(verdict).toEqual({ is: 'rewrite', isConflict: true })
    }))
  test('that both changed goes to who was last, and the other change is kept', () =>
    holds(field('latest'), (given) => {
      const { ours, theirs, told, oursAt, theirsAt } = given
      fc.pre(told !== undefined && ours !== told && theirs !== told && ours !== theirs)
      expect(settleField(given)).toEqual({ is: oursAt > theirsAt ? 'rewrite' : 'adopt', isConflict: true })
    }))
  test('that is theirs is theirs whenever it was changed', () =>
    holds(field('crm'), (given) => {
      fc.pre(given.theirs !== given.ours && given.theirs !== given.told)
      expect(settleField(given).is).toBe('adopt')
    }))
  // What is adopted is written down as told, and what we tell as well.
  test('settles: the look after the next says that all is well', () =>
    holds(any, (given) => {
      const verdict = settleField(given)
      const next = verdict.is === 'adopt' ? { ...given, ours: given.theirs, told: given.theirs } : verdict.is === 'same' ? given : { ...given, theirs: given.ours, told: given.ours }
      expect(settleField(next).is).toBe('same')
    }))
})

test('what is told and what is read come to the same texts', () => {
  expect(textsOf({ ours: 'x', contact: '7', stage: 'new', rentMxn: 18_500, facts: { pets: false, bedrooms: 2 }, name: '  Ana\u0020 I\u0301n\u0303iguez ', status: 'held', nothing: undefined, empty: '' }))
    .toEqual({ stage: 'new', rentMxn: '18500', pets: 'false', bedrooms: '2', name: 'Ana Íñiguez', status: 'confirmed' })
})
