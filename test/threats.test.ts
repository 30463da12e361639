import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'

// The threat model says only what is so: every file and every test that it names is there.
const root = join(import.meta.dirname, '..')
const textOf = (path: string): string => readFileSync(join(root, path), 'utf8')
const rowsOf = (path: string): string[][] => textOf(path).split('\n').filter((line) => line.startsWith('| ') && !/^\| (?:---|kind|guard) /.test(line)).map((line) => line.slice(2, -2).split(/(?<!\\) \| /).map((cell) => cell.replaceAll('\\|', '|')))
const threats = rowsOf('docs/threats.md')

test.each(threats.map(([, what = '', , file = '', shown = '']) => [what, file, shown]))('%s', (_what, file, shown) => {
  const [, path = '', title = ''] = /^(test\/[\w/-]+\.test\.ts): (.+)$/.exec(shown) ?? []
  expect({ file, isThere: existsSync(join(root, file)) }).toEqual({ file, isThere: true })
  expect({ path, isThere: path !== '' && existsSync(join(root, path)) }).toEqual({ path, isThere: true })
  expect({ title, isThere: textOf(path).includes(title) }).toEqual({ title, isThere: true })
})
test('every kind of STRIDE and all ten of OWASP are thought of', () => {
  const kinds = new Set(threats.map(([kind]) => kind?.split(' ')[0]))
  for (const kind of ['S', 'T', 'R', 'I', 'D', 'E', ...Array.from({ length: 10 }, (_, at) => `ASI${String(at + 1).padStart(2, '0')}`)]) expect(kinds).toContain(kind)
})
