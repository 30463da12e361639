import { join } from 'node:path'
import { readFileSync, writeFileSync } from 'node:fs'
import { guards } from './guards.ts'
import type { Guard } from './guard.ts'
import { copyTree, type Copy } from './run.ts'

// npm run guards [-- WORDS]: breaks each guard once, in a copy of the tree, and sees its test go red. Words: only guards that have them in their name or test, or with the word missing, those that test/guards.md doesn't show as seen red; of the others the page goes on saying what it said, as long as they are the same.
const say = (line: string): boolean => process.stdout.write(`${line}\n`)
const cell = (text: string): string => `\`${text.replaceAll('|', '\\|').replaceAll('`', '´').replace(/\s+/g, ' ').trim()}\``
const row = ({ guard, file, find, put, test, red }: Guard): string => `| ${guard} | ${file} | ${cell(find)} | ${put.trim() === '' ? 'nothing' : cell(put)} | ${test}: ${red.replaceAll('|', '\\|')} |`
const page = join(import.meta.dirname, '../guards.md')
const linesNow = (): string[] => readFileSync(page, 'utf8').split('\n')
const before = linesNow()
const words = process.argv.slice(2).join(' ')
const chosen = guards.filter((each) => (words === 'missing' ? !before.includes(`${row(each)} red |`) : `${each.guard} ${each.test}`.includes(words)))
const seen = new Map<string, string>()
const redAnyway = new Set<string>()
const breakIt = async (copy: Copy, each: Guard): Promise<void> => {
  const how = await copy.broken(each).then((failing) => (failing.includes(each.red) ? 'red' : 'STAYS GREEN'), (thrown: unknown) => String(thrown))
  seen.set(each.guard, how)
  say(`${how.padEnd(11)}  ${each.guard}`)
}
// Unbroken, the same tests must be green.
const leaveIt = async (copy: Copy, test: string, those: readonly Guard[]): Promise<void> => {
  const failing = await copy.failing(test, [...new Set(those.map(({ red }) => red))])
  for (const { guard, red } of those) if (failing.includes(red)) redAnyway.add(guard)
}
const left = [...chosen.map((each) => (copy: Copy) => breakIt(copy, each)), ...[...Map.groupBy(chosen, ({ test }) => test)].map(([test, those]) => (copy: Copy) => leaveIt(copy, test, those))]
const copies = [copyTree(), copyTree()]
try {
  await Promise.all(copies.map(async (copy) => {
    for (let next = left.shift(); next; next = left.shift()) await next(copy)
  }))
} finally {
  for (const copy of copies) copy.remove()
}
for (const guard of redAnyway) seen.set(guard, 'RED ANYWAY')
const odd = [...seen].filter(([, how]) => how !== 'red')
say(`\n${seen.size - odd.length} of ${seen.size} guards were seen to fail when broken`)
for (const [guard, how] of odd) say(`${how}: ${guard}`)

const meanwhile = linesNow()
const rows = guards.map((each) => {
  const how = seen.get(each.guard)
  const now = row(each)
  return how === undefined ? (meanwhile.find((line) => line.startsWith(`${now} `)) ?? `${now} not yet |`) : `${now} ${how} |`
})
const head = '# Guards\n\nEach guard was broken by one line in a copy of the tree, and a test went red. `npm run guards` does it again and writes this page; the list is test/guards/guards.ts.\n\n| guard | file | this | becomes | red test | seen |\n| --- | --- | --- | --- | --- | --- |\n'
writeFileSync(page, `${head}${rows.join('\n')}\n`)
process.exit(odd.length === 0 ? 0 : 1)
