// Prints the tests that are worth a second engine: those from which, import by import, something is reached that reads DATABASE_URL. The others would say the same twice.
import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

const importing = /\b(?:from|import) ?\(?'(\.[^']+)'/g
const texts = new Map()
const textOf = (file) => {
  if (!texts.has(file)) texts.set(file, existsSync(file) ? readFileSync(file, 'utf8') : '')
  return texts.get(file)
}

const reached = (file, seen = new Set()) => {
  if (seen.has(file) || !/^test\/.*\.tsx?$/.test(file)) return seen
  seen.add(file)
  for (const [, path] of textOf(file).matchAll(importing)) reached(join(dirname(file), path), seen)
  return seen
}

for (const test of globSync('test/**/*.test.{ts,tsx}').toSorted()) if ([...reached(test)].some((file) => textOf(file).includes("process.env['DATABASE_URL']"))) console.log(test)
