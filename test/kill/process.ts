import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Account } from '@portero/tool-server/app.ts'
import type { Pace } from './swift.ts'

// Servers that a test starts, kills, stops and continues, each by its own pid.
export type Server = {
  name: string
  port: number
  lines: string[] // what it has printed
  loaded: Promise<void> // its modules, and nothing else
  go(): void // now it may open its database
  isReady(): boolean
  ready: Promise<void> // rejects when it ends before that
  gone: Promise<void>
  signal(signal: NodeJS.Signals): void
}
export type Start = { name: string; port: number; dataDir: string; databaseUrl?: string | undefined; accounts: readonly Account[]; pace?: { leaseMs: number; pollMs: number }; program?: string; time?: Pace; env?: Record<string, string> }

export const publicBaseUrl = 'https://portero.example'
const masterKey = Buffer.alloc(32, 7).toString('base64')
const shortPace = { leaseMs: 2_000, pollMs: 50 } // shorter, and where others keep the machine busy a lease runs out before its call was even sent, again and again
const alive = new Set<ChildProcess>()

export const spawnServer = ({ name, port, dataDir, databaseUrl, accounts, pace = shortPace, program = 'server.ts', time, env: more }: Start): Server => {
  const env = {
    PATH: process.env['PATH'], PORT: String(port), DATA_DIR: dataDir, PUBLIC_BASE_URL: publicBaseUrl, PORTERO_KEY: masterKey, PORTERO_LAB: '0', LOG_LEVEL: 'info',
    NODE_COMPILE_CACHE: join(dataDir, 'compiled'), ...(databaseUrl && { DATABASE_URL: `${databaseUrl}?application_name=${name}` }), KILL_STAGE: JSON.stringify({ name, pace, accounts, time }), ...more,
  }
  // liftoff-only: of the 1.7 s of CPU that a start on PGlite takes, 0.4 s would go into optimising code that is about to die.
  const child = spawn(process.execPath, ['--no-warnings', '--liftoff-only', join(import.meta.dirname, program)], { env, stdio: ['pipe', 'pipe', 'pipe'] })
  alive.add(child)
  const lines: string[] = []
  const gone = once(child, 'close').then(() => void alive.delete(child))
  const out = createInterface(child.stdout).on('line', (line) => lines.push(line))
  createInterface(child.stderr).on('line', (line) => lines.push(line))
  const told = (what: string): Promise<void> => {
    const heard = new Promise<void>((resolve, reject) => {
      out.on('line', (line) => line === what && resolve())
      void gone.then(() => reject(new Error(`${name} ended before it was ${what}:\n${lines.slice(-20).join('\n')}`)))
    })
    heard.catch(() => undefined) // whoever waits hears it all the same
    return heard
  }
  child.stdin.on('error', () => undefined) // it may be dead by then
  return { name, port, lines, gone, loaded: told('loaded'), ready: told('ready'), isReady: () => lines.includes('ready'), go: () => void child.stdin.write('go\n'), signal: (signal) => void child.kill(signal) }
}

export const killAll = async (): Promise<void> => {
  const ending = [...alive].map((child) => (child.kill('SIGKILL'), once(child, 'close')))
  await Promise.all(ending)
}
