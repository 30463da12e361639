import { describe, expect, test } from '@jest/globals'
import { array, assert, integer, property } from 'fast-check'
import { chooseAgent } from '@portero/tool-server/domain/choose-agent.ts'

describe('choosing an agent', () => {
  const choose = (candidates: string[], weights: Record<string, number>, shown: Record<string, number> = {}) =>
    chooseAgent(candidates, { weights: new Map(Object.entries(weights)), shown: new Map(Object.entries(shown)) })
  test('takes the one furthest behind their share; at a tie the first given', () => {
    expect(choose(['ana', 'luis'], { ana: 1, luis: 1 })).toBe('ana')
    expect(choose(['luis', 'ana'], { ana: 1, luis: 1 })).toBe('luis')
    expect(choose(['ana', 'luis'], { ana: 1, luis: 3 })).toBe('luis')
    expect(choose(['ana', 'luis'], { ana: 1, luis: 3 }, { ana: 2, luis: 6 })).toBe('ana')
    expect(choose(['ana', 'luis'], { ana: 1, luis: 3 }, { ana: 3, luis: 6 })).toBe('luis')
    expect(choose(['ana', 'luis'], { ana: 0.1, luis: 0.3 }, { ana: 1, luis: 4 })).toBe('ana')
  })
  test('weight 0 shows only where nobody else can', () => {
    expect(choose(['ana', 'luis'], { ana: 0, luis: 0.5 }, { luis: 99 })).toBe('luis')
    expect(choose(['ana'], { ana: 0 })).toBe('ana')
    expect(choose(['ana', 'luis'], { ana: 0, luis: 0 }, { ana: 2, luis: 1 })).toBe('luis')
    expect(() => choose([], {})).toThrow(expect.objectContaining({ code: 'bug' }))
  })
  test('the shares become the weights, never a visit off', () => {
    assert(
      property(array(integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 6 }), (weights) => {
        const total = weights.reduce((sum, weight) => sum + weight, 0)
        const names = weights.map((_, index) => `${index}`)
        const shown = new Map<string, number>()
        for (let visit = 1; visit <= 200; visit++) {
          const agent = chooseAgent(names, { weights: new Map(weights.map((weight, index) => [`${index}`, weight])), shown })
          shown.set(agent, (shown.get(agent) ?? 0) + 1)
        }
        for (const [index, weight] of weights.entries()) expect(Math.abs((shown.get(`${index}`) ?? 0) - (total === 0 ? 200 / names.length : (200 * weight) / total))).toBeLessThan(names.length)
      }),
      { seed: 3 },
    )
  })
})
