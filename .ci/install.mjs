// Installs what is missing, and only then. Plain JavaScript, since a system Node 20 runs it before the pinned Node 24 is there.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
// The cards stand alone, as HubSpot builds them; the tests need their packages too.
const places = [
  { place: root, takes: 'about half a minute, once', check: hasPinnedNode },
  { place: `${root}hubspot-project/src/app/cards/`, takes: 'a few seconds, once', check: () => true },
]

for (const { place, takes, check } of places) {
  const mark = `${place}node_modules/.installed`
  const wanted = createHash('sha256').update(readFileSync(`${place}package-lock.json`)).digest('hex')
  if (existsSync(mark) && readFileSync(mark, 'utf8') === wanted) continue
  console.error(`Installing what is missing (${takes}) …`)
  const { status } = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: place, stdio: ['ignore', 'inherit', 'inherit'] })
  if (status !== 0) process.exit(status ?? 1)
  if (!check()) process.exit(1)
  writeFileSync(mark, wanted)
}

function hasPinnedNode() {
  const node = spawnSync(`${root}node_modules/.bin/node`, ['--version'], { encoding: 'utf8' })
  if (node.stdout?.startsWith('v24.')) return true
  console.error('The pinned Node 24 did not install: its platform package is missing. Run `npm ci` and read what it says of the package "node".')
  return false
}
