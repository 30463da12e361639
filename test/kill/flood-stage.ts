import { readdirSync, readFileSync } from 'node:fs'
import { connectors } from '@portero/tool-server/connectors/index.ts'
import { flows } from '@portero/tool-server/flows/index.ts'
import { realClock } from '@portero/tool-server/spine/clock.ts'
import { makeConnections } from '@portero/tool-server/spine/connections.ts'
import { keyring } from '@portero/tool-server/spine/keyring.ts'
import { makeLog } from '@portero/tool-server/spine/log.ts'
import { firstTenant as tenant } from '@portero/tool-server/spine/migrate.ts'
import { makeRegistry } from '@portero/tool-server/spine/registry.ts'
import { makeVault } from '@portero/tool-server/spine/vault.ts'
import { makeBird } from '../lab/bird/simulator.ts'
import type { Route } from '../lab/simulator.ts'
import { openServer } from '../lab/server.ts'
import { atEnd, freePort, freshDir, root, startServer, type Env, type Server } from '../support/process.ts'
import { freshHome, withDb } from '../support/process-databases.ts'
import { wireOf, type Told } from './flood-client.ts'

// A database, a Bird that has what it never told, and the servers as they are shipped.
const clock = realClock()
const masterKey = Buffer.alloc(32, 6)
const account = { workspace: 'ws-casa', channel: 'ch-casa', apiKey: 'access-key-of-the-flood', signingKeys: ['signing-key-of-the-flood'], number: '+525588990011', botName: 'Vivi' }
export const publicUrl = 'https://portero.example'
export const signing = { channel: account.channel, key: account.signingKeys[0] ?? '' }

export type Written = { upTo(): number; message(at: number): Told } // of those that are never told: how many there are by now
export type FloodStage = { env: Env; connection: string; ports: number[]; begin(port: number): Promise<{ server: Server; startMs: number }>; pagesAsked(): number }
export const openFloodStage = async ({ servers, written }: { servers: number; written: Written }): Promise<FloodStage> => {
  const bird = makeBird({ clock, account, serverUrl: publicUrl })
  const path = 'GET /workspaces/:workspace/channels/:channel/messages'
  let pages = 0
  // The newest first. A page begins where the one before ended, whatever was written meanwhile.
  const list: Route = ({ query }) => {
    pages++
    const from = query['pageToken'] === undefined ? written.upTo() : Number(query['pageToken'])
    const to = Math.max(0, from - Number(query['limit'] ?? 100))
    return { status: 200, body: { results: Array.from({ length: from - to }, (_, at) => ({ ...wireOf(account.channel, written.message(from - 1 - at)), direction: 'incoming' })), nextPageToken: to > 0 ? String(to) : null } }
  }
  const lab = await openServer({ clock, port: 0, simulators: [{ ...bird, routes: { ...bird.routes, [path]: list } }] })
  atEnd(lab.close)
  const env: Env = { ...(await freshHome()), PORTERO_LAB: '0', PORTERO_KEY: masterKey.toString('base64'), PUBLIC_BASE_URL: publicUrl, CATALOGUE: `${root}tool-server/catalogue.sample.yaml` }
  const { workspace, channel, apiKey, signingKeys } = account
  const { id } = await withDb(env, (db) =>
    makeConnections({ db, clock, vault: makeVault({ db, clock, keys: keyring([masterKey]) }), log: makeLog({ level: 'silent', clock }), registry: makeRegistry({ connectors, flows }), baseUrls: {} })
      .put({ tenant, vendor: 'bird', account: channel, settings: { baseUrl: `${lab.url}/bird`, apiKey, workspace, channel, signingKeys } }))
  const dirs = new Map<number, string>()
  const ports = await Promise.all(Array.from({ length: servers }, () => freePort()))
  for (const port of ports) dirs.set(port, env['DATABASE_URL'] === undefined ? (env['DATA_DIR'] ?? '') : freshDir())
  return {
    env, connection: id, ports, pagesAsked: () => pages,
    async begin(port) {
      const began = performance.now()
      const server = await startServer({ dir: dirs.get(port) ?? '', env: { ...env, DATA_DIR: dirs.get(port) ?? '', PORT: String(port), LAB_PORT: '1' } })
      await server.ready()
      return { server, startMs: Math.round(performance.now() - began) }
    },
  }
}

// What a machine's processes have taken, by /proc: 100 ticks a second.
const statOf = (pid: number | string): { name: string; parent: number; ownMs: number; childrenMs: number } | undefined => {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
    const ms = (at: number): number => (Number(fields[at]) + Number(fields[at + 1])) * 10
    return { name: text.slice(text.indexOf('(') + 1, text.lastIndexOf(')')), parent: Number(fields[1]), ownMs: ms(11), childrenMs: ms(13) }
  } catch {
    return undefined // gone, or no Linux
  }
}
export const cpuMsOf = (pid: number): number => statOf(pid)?.ownMs ?? 0
export const rssMbOf = (pid: number): number => {
  try {
    return Math.round(Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1_024)
  } catch {
    return 0
  }
}
// All of a PostgreSQL on this machine, whoever else uses it: those who are gone are in what their parent has reaped.
export const postgresCpuMs = (): number => {
  const all = readdirSync('/proc').filter((name) => /^\d+$/.test(name)).map((pid) => ({ pid: Number(pid), stat: statOf(pid) }))
  const ours = all.filter(({ stat }) => stat?.name === 'postgres')
  const pids = new Set(ours.map(({ pid }) => pid))
  return ours.reduce((sum, { stat }) => sum + (stat?.ownMs ?? 0) + (stat && !pids.has(stat.parent) ? stat.childrenMs : 0), 0)
}
