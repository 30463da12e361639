import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { homedir } from 'node:os'
import { basename, join } from 'node:path'

// HubSpot's command line and the bundler, at the versions that the lock beside this file names. Installed once for this machine, since only who uploads needs their 600 packages.
export const installedTools = (): Tools => {
  const { XDG_CACHE_HOME: cache = join(homedir(), '.cache') } = process.env
  const lock = readFileSync(join(import.meta.dirname, 'package-lock.json'))
  const place = join(cache, 'portero', `hubspot-${createHash('sha256').update(lock).digest('hex').slice(0, 12)}`)
  if (!existsSync(place)) install(place)
  return { hs: command(place, '@hubspot/cli/bin/hs.js'), esbuild: command(place, 'esbuild/bin/esbuild'), tsc: command(root, 'typescript/bin/tsc') }
}
type Command = (args: readonly string[], cwd: string) => void // throws when the command fails
export type Tools = Record<'hs' | 'esbuild' | 'tsc', Command>

const root = join(import.meta.dirname, '../..')

// Made beside its place and moved there whole: what is in the place is complete, also when two install at once.
const install = (place: string): void => {
  process.stderr.write("Installing HubSpot's command line (about half a minute, once) …\n")
  mkdirSync(join(place, '..'), { recursive: true })
  const half = mkdtempSync(`${place}-`)
  try {
    for (const name of ['package.json', 'package-lock.json']) cpSync(join(import.meta.dirname, name), join(half, name))
    const { status } = spawnSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: half, stdio: ['ignore', 2, 2] })
    if (status !== 0) throw new Error("HubSpot's command line did not install: what npm says stands above.")
    if (!existsSync(place)) renameSync(half, place)
  } finally {
    rmSync(half, { recursive: true, force: true })
  }
}

const command = (home: string, file: string): Command => (args, cwd) => {
  const { status } = spawnSync(process.execPath, [join(home, 'node_modules', file), ...args], { cwd, stdio: 'inherit' })
  if (status !== 0) throw new Error(`${basename(file)} did not do it; what it says stands above.`)
}
