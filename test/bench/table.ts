import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../support/process.ts'
import { benches, proven } from './bars.ts'
import { newest, type Result } from './history.ts'
import { judge } from './judge.ts'

// npm run bench -- table: writes the newest results between the README's two marks.
const readme = join(root, 'README.md')
const marks = ['<!-- bench -- table -->', '<!-- bench -- table: its end -->'] as const

export const tableOf = (): string => {
  const judged = benches.flatMap((bench) => {
    const of = newest(bench)
    return bench.rows.map((row) => ({ ...judge(row, of?.figures ?? {}), of }))
  })
  const lines = judged.map(({ what, bar, measured, baseline, holds, of }) => `| ${what} | ${bar} | ${measured} | ${baseline} | ${holds ? 'yes' : 'no'} | ${of ? `${of.date.slice(0, 10)}, ${of.load}` : 'never run'} |`)
  const missed = judged.filter(({ holds }) => !holds).map(({ what, why, of }) => `- *${what}*: ${reasonOf(why, of)}`)
  const [of] = judged.flatMap((each) => each.of ?? []).toSorted((a, b) => b.date.localeCompare(a.date))
  return [
    `What section 10 of the design asks, by the newest run of each bench (\`npm run bench -- all\`; every run is a line in \`test/bench/results/\`)${of ? `; the last one at commit ${of.commit} on Node ${of.node.slice(1)}, ${of.machine.cores} cores (${of.machine.cpu})` : ''}. Load is the machine's when the bench began: above 1 others were at work, and times are longer than they would be.`,
    '', '| what | bar | measured | baseline, same run | holds | run, load |', '|---|---|---|---|---|---|', ...lines,
    ...proven.map(({ what, by }) => `| ${what} | proven | by \`${by}\` | | yes | each change |`),
    ...(missed.length > 0 ? ['', 'What does not hold, and why:', '', ...missed] : []),
  ].join('\n')
}
// What ran while others had the machine can't be judged by; it is missed all the same.
const reasonOf = (why: string | undefined, of: Result | undefined): string => {
  if (of === undefined) return 'it has never been run'
  const busy = of.load > of.machine.cores ? `${of.load} were at work on ${of.machine.cores} cores when it began: to be run again where it is quiet` : undefined
  return [of.error && `the bench failed: ${of.error}`, why, busy].filter((each) => each !== undefined).join('; ') || noReason
}
export const noReason = 'nobody has said why'

export const inReadme = (text = readFileSync(readme, 'utf8')): string | undefined => {
  const [, after] = text.split(`${marks[0]}\n`)
  return after?.split(`\n${marks[1]}`)[0]
}
export const writeTable = (): void => {
  const text = readFileSync(readme, 'utf8')
  const old = inReadme(text)
  if (old === undefined || !text.includes(marks[1])) throw new Error(`the README has no ${marks.join(' … ')}`)
  writeFileSync(readme, text.replace(`${marks[0]}\n${old}\n${marks[1]}`, () => `${marks[0]}\n${tableOf()}\n${marks[1]}`))
}
