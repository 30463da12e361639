import { join } from 'node:path'
import { writeFileSync } from 'node:fs'
import { guards } from './guards.ts'
import { copyTree } from './run.ts'

// npm run guards [-- WORDS]: breaks each guard once, in a copy of the tree, and sees its test go red. Words: only guards that have them in their name or test, and test/guards.md stays as it is.
const say = (line: string): boolean => process.stdout.write(`${line}\n`)
const words = process.argv.slice(2).join(' ')
const chosen = guards.filter(({ guard, test }) => `${guard} ${test}`.includes(words))
const copy = copyTree()
const seen = new Map<string, string>()
try {
  for (const each of chosen) {
    const failing = copy.broken(each, each.red)
    const how = failing.includes(each.red) ? 'red' : 'STAYS GREEN'
    seen.set(each.guard, how)
    say(`${how.padEnd(11)}  ${each.guard}`)
  }
  for (const test of new Set(chosen.map((each) => each.test))) {
    const failing = copy.failing(test)
    for (const { guard, red } of chosen) if (failing.includes(red)) seen.set(guard, 'RED ANYWAY')
  }
} finally {
  copy.remove()
}
const odd = [...seen].filter(([, how]) => how !== 'red')
say(`\n${seen.size - odd.length} of ${seen.size} guards were seen to fail when broken`)
for (const [guard, how] of odd) say(`${how}: ${guard}`)

const cell = (text: string): string => `\`${text.replaceAll('|', '\\|').replaceAll('`', '´').replace(/\s+/g, ' ').trim()}\``
const row = ({ guard, file, find, put, test, red }: (typeof guards)[number]): string => `| ${guard} | ${file} | ${cell(find)} | ${put.trim() === '' ? 'nothing' : cell(put)} | ${test}: ${red.replaceAll('|', '\\|')} | ${seen.get(guard)} |`
const head = '# Guards\n\nEach guard was broken by one line in a copy of the tree, and a test went red. `npm run guards` does it again and writes this page; the list is test/guards/guards.ts.\n\n| guard | file | this | becomes | red test | seen |\n| --- | --- | --- | --- | --- | --- |\n'
if (words === '') writeFileSync(join(import.meta.dirname, '../guards.md'), `${head}${guards.map(row).join('\n')}\n`)
process.exit(odd.length === 0 ? 0 : 1)
