import { spawnSync } from 'node:child_process'
import { cpSync } from 'node:fs'
import { basename, delimiter, join } from 'node:path'
import { cachePlace, makeOnce } from './cache.ts'

// HubSpot's command line, its builder and its rules for cards, and the bundler, at the versions that the lock beside this file names. Installed once for this machine, since only who uploads needs their 900 packages.
export const toolsPlace = (): string => makeOnce(cachePlace('hubspot', parts.map((name) => join(import.meta.dirname, name))), install)
export const installedTools = (): Tools => {
  const home = toolsPlace()
  return {
    hs: command(home, '@hubspot/cli/bin/hs.js'), uie: command(home, '@hubspot/ui-extensions-dev-server/dist/lib/bin/cli.js'),
    eslint: command(home, 'eslint/bin/eslint.js', '--config', join(home, 'eslint.config.js')), esbuild: command(home, 'esbuild/bin/esbuild'), tsc: command(root, 'typescript/bin/tsc'),
  }
}
type Command = (args: readonly string[], cwd: string) => void // throws when the command fails
export type Tools = Record<'hs' | 'uie' | 'eslint' | 'esbuild' | 'tsc', Command>

// What the tools run in. npm reads this machine's settings, its certificates among them, beside the node that runs it. Beside the pinned one there are none, and without them npm tries for minutes;
// so it runs on the machine's own. What the lock names it need not ask for twice. And a builder that was told of a test would build for one.
export const toolsEnv = (): NodeJS.ProcessEnv => {
  const { NODE_ENV: _mode, npm_config_prefix: _prefix, npm_config_global_prefix: _global, npm_config_globalconfig: _settings, PATH = '', ...env } = process.env
  const path = PATH.split(delimiter).filter((dir) => !dir.endsWith(join('node_modules', '.bin')))
  return { ...env, PATH: path.join(delimiter), npm_config_prefer_offline: 'true' }
}

const root = join(import.meta.dirname, '../..')
const parts = ['package.json', 'package-lock.json', 'eslint.config.js'] // ESLint looks for its rules beside the file that names them

const install = (half: string): void => {
  process.stderr.write("Installing HubSpot's command line (about half a minute, once) …\n")
  for (const name of parts) cpSync(join(import.meta.dirname, name), join(half, name))
  const { status } = spawnSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: half, env: toolsEnv(), stdio: ['ignore', 2, 2] })
  if (status !== 0) throw new Error("HubSpot's command line did not install: what npm says stands above.")
}

const command = (home: string, file: string, ...always: string[]): Command => (args, cwd) => {
  const { status } = spawnSync(process.execPath, [join(home, 'node_modules', file), ...always, ...args], { cwd, env: toolsEnv(), stdio: 'inherit' })
  if (status !== 0) throw new Error(`${basename(file)} did not do it; what it says stands above.`)
}
