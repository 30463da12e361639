// Installs what is missing, and only then. Plain JavaScript, since a system Node 20 runs it before the pinned Node 24 is there.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const mark = `${root}node_modules/.installed`
const wanted = createHash('sha256').update(readFileSync(`${root}package-lock.json`)).digest('hex')
const installed = existsSync(mark) && readFileSync(mark, 'utf8') === wanted

if (!installed) {
  console.error('Installing what is missing (about half a minute, once) …')
  const { status } = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] })
  if (status !== 0) process.exit(status ?? 1)
  const node = spawnSync(`${root}node_modules/.bin/node`, ['--version'], { encoding: 'utf8' })
  if (!node.stdout?.startsWith('v24.')) {
    console.error('The pinned Node 24 did not install: its platform package is missing. Run `npm ci` and read what it says of the package "node".')
    process.exit(1)
  }
  writeFileSync(mark, wanted)
}
