#!/usr/bin/env node
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'

// What `docker compose` does with our compose.yaml, on a machine that has no Docker: the same commands, with processes of this machine in place of containers. Whatever it doesn't know it refuses.
// STAND_IN_ROOT: the repository. STAND_IN_DIR: where containers keep what they have. STAND_IN_DATABASE: the PostgreSQL that stands for `database`.
const root = need('STAND_IN_ROOT')
const home = need('STAND_IN_DIR')
const database = new URL(need('STAND_IN_DATABASE'))
const file = parse(readFileSync(join(root, 'compose.yaml'), 'utf8')) as { services: Record<string, { environment: Record<string, string>; build?: string }> }
const dotEnv = (): Record<string, string> => Object.fromEntries(readFileSync('.env', 'utf8').split('\n').filter((line) => line !== '').map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]))
const pidFile = join(home, 'pid')
const logFile = join(home, 'log')

function need(name: string): string {
  const value = process.env[name]
  if (value === undefined) throw new Error(`${name} is not set`)
  return value
}
function refuse(why: string): never {
  process.stderr.write(`stand-in for docker: ${why}\n`)
  process.exit(64)
}

// As the container has it. Names of its own network and folders are those of this machine.
const environmentOf = (service: string, more: Record<string, string> = {}): NodeJS.ProcessEnv => {
  const given = dotEnv()
  const own = Object.fromEntries(Object.entries(file.services[service]!.environment).map(([name, text]) => [name, text.replaceAll(/\$\{(\w+)(?::([?-])([^}]*))?\}/g, (_, asked: string, how?: string, rest = '') => given[asked] ?? (how === '-' ? rest : refuse(`${asked}: ${rest}`)))]))
  const base = { PATH: process.env['PATH'], HOME: process.env['HOME'], NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'] }
  if (service === 'database') return { ...base, PGHOST: database.hostname, PGPORT: database.port, PGPASSWORD: database.password, POSTGRES_USER: database.username, POSTGRES_DB: database.pathname.slice(1) }
  const inside = { ...own, ...more }
  const [, name] = /^postgres:\/\/portero:[^@]+@database:5432\/(portero\w*)$/.exec(inside['DATABASE_URL'] ?? '') ?? refuse('DATABASE_URL is not that of the database beside it')
  const url = Object.assign(new URL(database), { pathname: name!.replace('portero', database.pathname.slice(1)) })
  mkdirSync(join(home, 'data'), { recursive: true })
  return { ...base, ...inside, NODE_ENV: 'production', PORTERO_LAB: '0', DATABASE_URL: url.href, DATA_DIR: join(home, 'data'), CATALOGUE: join(root, 'tool-server/catalogue.sample.yaml'), PORT: need('STAND_IN_PORT') }
}

const pid = (): number | undefined => (existsSync(pidFile) ? Number(readFileSync(pidFile, 'utf8')) : undefined)
const isAlive = (which: number): boolean => {
  try {
    return process.kill(which, 0) && !/^State:\tZ/m.test(readFileSync(`/proc/${which}/status`, 'utf8'))
  } catch {
    return false
  }
}
const isUp = (): boolean => pid() !== undefined && isAlive(pid()!)
const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
const until = async (what: string, look: () => boolean | Promise<boolean>, ms: number): Promise<void> => {
  for (const end = performance.now() + ms; !(await look()); await sleep(50)) if (performance.now() > end) refuse(`${what} took over ${ms} ms:\n${existsSync(logFile) ? readFileSync(logFile, 'utf8').slice(-3_000) : ''}`)
}
const stop = async (): Promise<void> => {
  if (isUp()) {
    process.kill(pid()!, 'SIGTERM')
    await until('stopping', () => !isUp(), 30_000)
  }
  rmSync(pidFile, { force: true })
}
const begin = (): void => {
  if (isUp()) return
  const log = openSync(logFile, 'a')
  const child = spawn('node', ['tool-server/main.ts'], { cwd: root, env: environmentOf('portero'), detached: true, stdio: ['ignore', log, log] })
  child.unref()
  writeFileSync(pidFile, String(child.pid))
}
const healthy = (): Promise<void> => until('getting healthy', async () => isUp() && (await fetch(`http://127.0.0.1:${need('STAND_IN_PORT')}/readyz`).then(({ ok }) => ok, () => false)), 60_000)
const inside = (service: string, [command = '', ...args]: string[], more?: Record<string, string>): never => {
  const { status } = spawnSync(command, args, { cwd: service === 'portero' ? root : home, env: environmentOf(service, more), stdio: 'inherit' })
  process.exit(status ?? 1)
}

const [compose, verb = '', ...rest] = process.argv.slice(2)
if (compose !== 'compose') refuse(`no ${compose}`)
// Options that may be there, and those with a value.
const read = (flags: readonly string[], valued: readonly string[] = []): { options: Map<string, string>; words: string[] } => {
  const options = new Map<string, string>()
  const words = [...rest]
  for (let [first] = words; first?.startsWith('-'); [first] = words) {
    words.shift()
    if (flags.includes(first)) options.set(first, '')
    else if (valued.includes(first)) options.set(first, words.shift() ?? refuse(`${first} of what?`))
    else refuse(`${verb} has no ${first}`)
  }
  return { options, words }
}
const serviceOf = (name: string | undefined): string => (name !== undefined && Object.hasOwn(file.services, name) ? name : refuse(`no service ${name}`))

if (verb === 'build') {
  if (file.services[serviceOf(read([]).words[0])]!.build === undefined) refuse('nothing to build')
} else if (verb === 'up') {
  const { options, words } = read(['-d', '--build', '--wait'])
  for (const each of words) serviceOf(each)
  if (!options.has('-d')) refuse('up without -d never ends')
  await stop()
  begin()
  if (options.has('--wait')) await healthy()
} else if (verb === 'stop' || verb === 'start' || verb === 'restart') {
  if (serviceOf(read([]).words[0]) !== 'portero') refuse('the database stays')
  if (verb !== 'start') await stop()
  if (verb !== 'stop') begin()
} else if (verb === 'ps') {
  read([])
  process.stdout.write(`NAME                STATUS\nportero-portero-1   ${isUp() ? 'Up (healthy)' : 'Exited'}\n`)
} else if (verb === 'logs') {
  const { options, words } = read([], ['--tail'])
  const lines = serviceOf(words[0]) === 'portero' && existsSync(logFile) ? readFileSync(logFile, 'utf8').trimEnd().split('\n') : []
  process.stdout.write(`${lines.slice(-Number(options.get('--tail') ?? lines.length)).join('\n')}\n`)
} else if (verb === 'exec') {
  const { words } = read(['-T'])
  const [service, ...command] = words
  if (serviceOf(service) === 'portero' && !isUp()) refuse('service "portero" is not running')
  inside(service!, command)
} else if (verb === 'run') {
  const { options, words } = read(['--rm', '-T'], ['-e'])
  const [service, ...command] = words
  const told = options.get('-e')
  inside(serviceOf(service), command, told === undefined ? {} : { [told.slice(0, told.indexOf('='))]: told.slice(told.indexOf('=') + 1) })
} else refuse(`no compose ${verb}`)
