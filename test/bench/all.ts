import { spawn } from 'node:child_process'
import { parseArgs } from 'node:util'
import { AppError } from '@portero/shared'
import { root } from '../support/process.ts'
import { benches, type Bench } from './bars.ts'
import { conditions, remember, resultOf, type Result } from './history.ts'
import { judge, type Figures } from './judge.ts'

// npm run bench -- all [--only ingest,tools] [--minutes 60] [--quick]: each bench in a process of its own, one after the other, so that none heats another. minutes: of memory. quick: fewer changes and minutes. Then `npm run bench -- table`.
export const all = async (): Promise<boolean> => {
  const { values } = parseArgs({ args: process.argv.slice(3), options: { only: { type: 'string' }, minutes: { type: 'string' }, quick: { type: 'boolean', default: false } } })
  const wanted = values.only?.split(',') ?? benches.map(({ name }) => name)
  const unknown = wanted.filter((name) => !benches.some((bench) => bench.name === name))
  if (unknown.length > 0) throw new AppError('invalid_input', `${unknown.join(', ')}: expected of ${benches.map(({ name }) => name).join(', ')}`)
  const done: Result[] = []
  for (const bench of benches.filter(({ name }) => wanted.includes(name))) {
    const args = bench.name === 'memory' && values.minutes !== undefined ? ['--minutes', values.minutes] : ((values.quick ? bench.quick : undefined) ?? bench.args ?? [])
    const of = await measured(bench, args)
    remember(bench, of)
    for (const each of bench.rows.map((row) => judge(row, of.figures))) console.log(`${each.holds ? 'holds ' : 'MISSED'} | ${each.what} | ${each.bar} | ${each.measured} | ${each.baseline}`)
    if (of.error !== undefined) console.error(`${bench.name}: ${of.error}`)
    done.push(of)
  }
  return done.every(({ holds }) => holds)
}

const measured = async (bench: Bench, args: readonly string[]): Promise<Result> => {
  const before = conditions()
  const began = performance.now()
  const { out, err, code } = await run(bench.name, args)
  const figures = folded(out)
  const engine = typeof figures['engine'] === 'string' ? figures['engine'] : 'none'
  return resultOf(bench, { ...before, args: [...args], seconds: Math.round((performance.now() - began) / 1_000), engine, figures, ...(code !== 0 && { error: err.split('\n').find((line) => /Error\b/.test(line))?.trim() ?? `ended with ${code}` }) })
}
// Several lines (slots: one for each workload) are one object, by their names.
const folded = (out: string): Figures => {
  const lines = out.split('\n').filter((line) => line.startsWith('{')).map((line): Record<string, unknown> => JSON.parse(line))
  const [only] = lines
  return lines.length === 1 && only ? only : Object.fromEntries(lines.map((line) => [String(line['name']), line]))
}
const run = (name: string, args: readonly string[]): Promise<{ out: string; err: string; code: number | null }> => {
  const child = spawn(process.execPath, ['--no-warnings', 'test/bench/main.ts', name, ...args], { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] })
  const said = { out: '', err: '' }
  child.stdout.on('data', (chunk) => void (said.out += String(chunk)))
  child.stderr.on('data', (chunk) => void (said.err += String(chunk)))
  return new Promise((resolve) => child.once('close', (code) => resolve({ ...said, code })))
}
