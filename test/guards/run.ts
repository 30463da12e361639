import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import type { Guard } from './guard.ts'

// A copy of the tree, in which guards are broken one by one. The packages are shared with the tree itself, but for our own, which are the copy's.
const root = join(import.meta.dirname, '../..')
const left = /^(\.git|\.data|dist|node_modules|coverage)$|^\.data/
export type Copy = { broken(guard: Guard): Promise<string[]>; failing(test: string, titles: readonly string[]): Promise<string[]>; remove(): void }

export const copyTree = (): Copy => {
  const dir = mkdtempSync(join(tmpdir(), 'portero-guards-'))
  cpSync(root, dir, { recursive: true, filter: (from) => !relative(root, from).split('/').some((part) => left.test(part)) })
  link(join(root, 'node_modules'), join(dir, 'node_modules'))
  rmSync(join(dir, 'node_modules/@portero'), { force: true })
  mkdirSync(join(dir, 'node_modules/@portero'))
  for (const name of ['shared', 'tool-server']) symlinkSync(join(dir, name), join(dir, 'node_modules/@portero', name))
  const cards = 'hubspot-project/src/app/cards/node_modules'
  symlinkSync(join(root, cards), join(dir, cards))
  symlinkSync(join(root, 'shared/dist'), join(dir, 'shared/dist'))
  return {
    async broken({ file, find, put, test, red }) {
      const path = join(dir, file)
      const text = readFileSync(path, 'utf8')
      const parts = text.split(find)
      if (parts.length !== 2) throw new Error(`${file} has ${parts.length - 1} times: ${find}`)
      try {
        writeFileSync(path, parts.join(put))
        return await failingIn(dir, test, [red])
      } finally {
        writeFileSync(path, text)
      }
    },
    failing: (test, titles) => failingIn(dir, test, titles),
    remove: () => rmSync(dir, { recursive: true, force: true }),
  }
}

const link = (from: string, to: string): void => {
  mkdirSync(to)
  for (const name of readdirSync(from)) symlinkSync(join(from, name), join(to, name))
}

type Report = { numTotalTests: number; testResults: { assertionResults: { fullName: string; status: string }[] }[] }
const plain = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')
const failingIn = async (dir: string, test: string, titles: readonly string[]): Promise<string[]> => {
  const told = join(dir, 'told.json')
  rmSync(told, { force: true })
  const args = ['--experimental-vm-modules', '--no-warnings', 'node_modules/jest/bin/jest.js', '--json', `--outputFile=${told}`, '--silent', '--forceExit', '--runTestsByPath', test, '-t', `^(${titles.map(plain).join('|')})$`]
  const { DATABASE_URL: _real, ...env } = process.env
  await once(spawn(process.execPath, args, { cwd: dir, env, stdio: 'ignore', timeout: 300_000 }), 'exit')
  const report: Report = JSON.parse(readFileSync(told, 'utf8'))
  const tests = report.testResults.flatMap(({ assertionResults }) => assertionResults)
  const missing = titles.filter((title) => !tests.some(({ fullName }) => fullName === title))
  if (missing.length > 0) throw new Error(`${test} has no test, or did not load: ${missing.join('; ')}`)
  return tests.filter(({ status }) => status === 'failed').map(({ fullName }) => fullName)
}
