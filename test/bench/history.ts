import { appendFileSync, existsSync, readFileSync } from 'node:fs'
import { execFileSync } from 'node:child_process'
import { cpus, loadavg } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { root } from '../support/process.ts'
import type { Bench } from './bars.ts'
import { holds, judge, type Figures } from './judge.ts'

// A line for each run, in a file for each bench: test/bench/results/NAME.jsonl. Nothing in them is ever changed. (The top-level folders are fixed, hence not in bench/results.)
export const result = z.strictObject({
  date: z.iso.datetime(), commit: z.string(), engine: z.string(), node: z.string(), machine: z.strictObject({ cores: z.int(), cpu: z.string() }), load: z.number(), args: z.array(z.string()), seconds: z.number(),
  holds: z.boolean(), bars: z.array(z.string()), figures: z.record(z.string(), z.unknown()), error: z.string().optional(),
})
export type Result = z.infer<typeof result>
const fileOf = (name: string): string => join(root, 'test/bench/results', `${name}.jsonl`)

export const newest = ({ name }: Pick<Bench, 'name'>): Result | undefined => {
  if (!existsSync(fileOf(name))) return undefined
  const last = readFileSync(fileOf(name), 'utf8').trimEnd().split('\n').at(-1)
  return last ? result.parse(JSON.parse(last)) : undefined
}

// load: of the machine, before it was begun.
export const conditions = (): Pick<Result, 'date' | 'commit' | 'node' | 'machine' | 'load'> => ({
  date: new Date().toISOString(), commit: commitNow(), node: process.version, machine: { cores: cpus().length, cpu: cpus()[0]?.model ?? 'unknown' }, load: Math.round((loadavg()[0] ?? 0) * 100) / 100,
})
// +: something of it wasn't committed
const commitNow = (): string => {
  const git = (...args: string[]): string => execFileSync('git', args, { cwd: root, encoding: 'utf8' }).trim()
  return `${git('rev-parse', '--short', 'HEAD')}${git('status', '--porcelain', '--untracked-files=no') === '' ? '' : '+'}`
}

type Run = Pick<Result, 'date' | 'commit' | 'node' | 'machine' | 'load' | 'args' | 'seconds' | 'engine'> & { figures: Figures; error?: string }
export const resultOf = (bench: Bench, run: Run): Result =>
  result.parse({ ...run, holds: run.error === undefined && holds(bench, run.figures), bars: bench.rows.map((row) => judge(row, run.figures)).map(({ what, bar, measured, baseline, holds: isHeld }) => `${isHeld ? 'holds' : 'MISSED'}: ${what}: ${measured} (${bar}); beside ${baseline}`) })
export const remember = ({ name }: Bench, of: Result): void => appendFileSync(fileOf(name), `${JSON.stringify(of)}\n`)
