import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { atEnd, freshDir, root, statusOf, type Env } from '../support/process.ts'

// The servers as they are shipped, each in a process of its own, and who begins one again as soon as it is gone.
export type Kill = { at: string; server: number; readyAfterMs: number | undefined } // readyAfterMs: from the kill until /readyz says 200
export type Sample = { minute: number; server: number; rssMb: number; ageMinutes: number; cpuSeconds: number }
export type Servers = { kills: Kill[]; samples: Sample[]; unasked: string[]; ready(): Promise<void>; kill(server: number): void; sample(minute: number): void; cpuSeconds(): number; stop(): Promise<void> } // unasked: those that ended by themselves

export const ticksPerSecond = 100
export const cpuSecondsOf = (pid: number | undefined): number => {
  const [user = 0, system = 0] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ').slice(11, 13).map(Number)
  return (user + system) / ticksPerSecond
}
export const startServers = (ports: readonly number[], env: Env, now: () => string): Servers => {
  const running = ports.map(() => ({ child: undefined as ChildProcess | undefined, begun: 0, dataDir: freshDir() })) // a directory outlives its process
  const kills: Kill[] = []
  const samples: Sample[] = []
  const unasked: string[] = []
  let isOver = false

  const begin = (server: number): void => {
    const one = running[server]!
    const { PATH = '', HOME = '' } = process.env
    one.begun = performance.now()
    const child = (one.child = spawn(process.execPath, ['tool-server/main.ts'], {
      cwd: root, stdio: ['ignore', 'pipe', 'pipe'],
      env: { PATH, HOME, NODE_COMPILE_CACHE: `${root}node_modules/.cache/compile`, npm_lifecycle_event: 'start', ...env, DATA_DIR: one.dataDir, PORT: String(ports[server]), LOG_LEVEL: 'info' }, // as under npm, so that it ends even when this process is killed
    }))
    const log = createWriteStream(join(env['SOAK_LOGS'] ?? one.dataDir, `server-${server}.log`), { flags: 'a' })
    child.stdout.pipe(log, { end: false })
    child.stderr.pipe(log, { end: false })
    child.once('close', (code, signal) => {
      log.end()
      if (isOver) return
      if (signal !== 'SIGKILL') unasked.push(`${now()}: server ${server} ended with ${code ?? signal}`)
      begin(server)
    })
  }
  ports.forEach((_, server) => begin(server))
  const ready = async (port: number, mostMs = 60_000): Promise<boolean> => {
    for (const end = performance.now() + mostMs; performance.now() < end; await sleep(50)) if ((await statusOf(`http://127.0.0.1:${port}/readyz`)) === 200) return true
    return false
  }
  const stop = async (): Promise<void> => {
    isOver = true
    await Promise.all(running.map(async ({ child }) => {
      if (!child || child.exitCode !== null || child.signalCode !== null) return
      const gone = once(child, 'close')
      child.kill('SIGKILL')
      await gone
    }))
  }
  atEnd(stop)

  return {
    kills, samples, unasked, stop,
    cpuSeconds: () => running.reduce((sum, { child }) => sum + cpuSecondsOf(child?.pid), 0),
    async ready() {
      for (const port of ports) if (!(await ready(port))) throw new Error(`the server at ${port} was never ready`)
    },
    kill(server) {
      const kill: Kill = { at: now(), server, readyAfterMs: undefined }
      kills.push(kill)
      const since = performance.now()
      const { child } = running[server]!
      child?.once('close', () => void ready(ports[server]!).then((isReady) => void (isReady && (kill.readyAfterMs = Math.round(performance.now() - since)))))
      child?.kill('SIGKILL')
    },
    sample(minute) {
      for (const [server, { child, begun }] of running.entries()) {
        try {
          const rss = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${child?.pid}/status`, 'utf8'))?.[1]
          if (rss) samples.push({ minute, server, rssMb: Math.round(Number(rss) / 1_024), ageMinutes: Math.round((performance.now() - begun) / 6_000) / 10, cpuSeconds: cpuSecondsOf(child?.pid) })
        } catch {
          // it is being begun again
        }
      }
    },
  }
}
