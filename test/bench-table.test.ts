import { describe, expect, test } from '@jest/globals'
import { benches, proven, type Part } from './bench/bars.ts'
import { newest } from './bench/history.ts'
import { holds, judge, type Figures } from './bench/judge.ts'
import { slopeOf } from './bench/memory.ts'
import { inReadme, noReason, tableOf } from './bench/table.ts'
import { houseFiles } from './house/tree.ts'

// What the README says of how fast this is, is what the newest runs say; and a bar that was missed is said to be missed.
test("the README's table is the one that the newest results make", () => {
  expect(inReadme()).toBe(tableOf())
})
test('it is short, and what does not hold has its reason', () => {
  expect(tableOf().split('\n').filter((line) => line.startsWith('| ')).length - 1).toBeLessThanOrEqual(15)
  expect(tableOf()).not.toContain(noReason)
})
test('what is proven by a test names one that is there', () => {
  const files = new Set(houseFiles().map(({ path }) => path))
  expect(proven.map(({ by }) => by).filter((by) => !files.has(by))).toEqual([])
})
test('each result says of itself whether it holds as its figures do', () => {
  const said = benches.flatMap((bench) => newest(bench) ?? [])
  expect(said.length).toBeGreaterThan(0)
  expect(benches.flatMap((bench) => { const of = newest(bench); return of && of.holds !== (of.error === undefined && holds(bench, of.figures)) ? [bench.name] : [] })).toEqual([])
})

// Figures in which each bar is just held, and then one of them isn't.
const limit = (part: Part): number => ('atMost' in part ? part.atMost : part.atLeast)
const past = (part: Part): number => ('atMost' in part ? part.atMost + 0.001 : part.atLeast - 0.001)
const put = (figures: Figures, at: string, value: unknown): Figures => {
  const [step = '', ...rest] = at.replace('*', 'each').split('.')
  return { ...figures, [step]: rest.length === 0 ? value : put((figures[step] ?? {}) as Figures, rest.join('.'), value) }
}
const each = benches.flatMap((bench) => bench.rows.flatMap((row) => row.parts.flatMap((part) => [part.at].flat().map((at) => ({ bench, row, part, at })))))
const heldBy = (rows: (typeof benches)[number]['rows']): Figures => rows.flatMap(({ parts }) => parts).reduce<Figures>((figures, part) => [part.at].flat().reduce((so, at) => put(so, at, limit(part)), figures), {})

describe('a bar', () => {
  test.each(benches.map((bench) => [bench.name, bench] as const))('of %s that is just met holds', (_name, bench) => {
    expect(bench.rows.map((row) => judge(row, heldBy(bench.rows)).holds)).toEqual(bench.rows.map(() => true))
  })
  test.each(each.map(({ bench, at, ...rest }) => [bench.name, at, { bench, at, ...rest }] as const))('of %s that is missed at %s does not hold, nor one that was not measured', (_name, _at, { bench, row, part, at }) => {
    for (const value of [past(part), undefined, null, Number.NaN, '0']) {
      const figures = put(heldBy(bench.rows), at, value)
      expect([value, judge(row, figures).holds, holds(bench, figures)]).toEqual([value, false, false])
    }
  })
  test('of several figures is missed by the worst', () => {
    const row = { what: 'pages', parts: [{ at: 'p95Ms.*', name: '', unit: ' ms', atMost: 1_000 }] }
    expect(judge(row, { p95Ms: { a: 3, 'b.csv?c': 1_200 } })).toMatchObject({ holds: false, measured: '1,200 ms' })
    expect(judge(row, { p95Ms: {} }).holds).toBe(false)
  })
})

test('a slope is what grows in a minute, whatever it grows from', () => {
  expect(slopeOf([[10, 200], [20, 205], [30, 210]])).toBeCloseTo(0.5)
  expect(slopeOf([[1, 90], [2, 110], [3, 90]])).toBeCloseTo(0)
})
