import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from '@jest/globals'
import { openVisit } from './support/visit-stage.ts'

// docs/logs.md is what people build their searches on: every event and every field, and nothing that isn't.
const page = readFileSync(new URL('../docs/logs.md', import.meta.url), 'utf8')
const part = (title: string): string => page.split(/^## /m).find((text) => text.startsWith(title))!
const fields = [...part('Fields').matchAll(/^\| (`[^|]+) \|/gm)].flatMap(([, names]) => [...names!.matchAll(/`(\w+)`/g)].map(([, name]) => name!))
const events = [...part('Events').matchAll(/^\| (\w+) \| [^|]+ \| (`[^|]+) \|/gm)].flatMap(([, level, names]) => [...names!.matchAll(/`([^`]+)`/g)].map(([, event]) => `${level} ${event}`))

const root = fileURLToPath(new URL('../tool-server/', import.meta.url))
const sources = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts') && !file.includes('dist/') && !file.includes('node_modules/')).map((file) => readFileSync(join(root, file), 'utf8'))
const calls = sources.flatMap((source) => [...source.matchAll(/\blog\.(debug|info|warn|error)\(\s*(?:'([a-z.-]+)'|`(chore\.))(?:, \{ ([^}]*) \})?/g)].map(([, level, event, chore, inner = '']) => ({ said: `${level} ${event ?? `${chore}…`}`, keys: inner.split(', ').flatMap((each) => /^(\w+)(?::|$)/.exec(each)?.[1] ?? []) })))

test('the page names every event there is, at its level, and no other', () => {
  expect(calls.length).toBeGreaterThan(50)
  expect([...new Set(calls.map(({ said }) => said))].toSorted((a, b) => a.localeCompare(b))).toEqual(events.toSorted((a, b) => a.localeCompare(b)))
})
test('the page names every field that is written down where something is logged', () => {
  expect([...new Set(calls.flatMap(({ keys }) => keys))].filter((key) => !fields.includes(key))).toEqual([])
})
test('the page names every field that is said while somebody asks for a visit, and HubSpot fails', async () => {
  const stage = await openVisit()
  try {
    await stage.say('+525511112222', 'Hola')
    stage.lab.hubspot.fault({ on: '*', fault: 'down', times: 1_000 })
    await stage.say('+525511112222', 'Busco depa de 2 recámaras en la Narvarte, presupuesto 30000')
    const lines = stage.house.logged().trim().split('\n').map((line) => JSON.parse(line) as Record<string, unknown>)
    expect(lines.map(({ event }) => event)).toEqual(expect.arrayContaining(['tool.done', 'watch.mended', 'job.postponed']))
    const strange = lines.filter(({ event }) => !String(event).startsWith('chore.')).flatMap((line) => Object.keys(line).filter((key) => !fields.includes(key)).map((key) => `${String(line['event'])} ${key}`))
    expect([...new Set(strange)]).toEqual([])
    expect(lines.filter(({ event }) => event === 'job.postponed').every(({ trace }) => /^[0-9a-f]{32}$/.test(String(trace)))).toBe(true) // whatever is said of a job is found by its trace
  } finally {
    await stage.end()
  }
})
