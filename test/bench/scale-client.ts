import { createHash } from 'node:crypto'
import { sql } from 'kysely'
import { Pool } from 'undici'
import { newId, realClock } from '@portero/tool-server/spine/clock.ts'
import { at, makeDb } from '@portero/tool-server/spine/db.ts'
import { makeLog } from '@portero/tool-server/spine/log.ts'
import { openPostgres } from '@portero/tool-server/spine/postgres.ts'
import { signBird } from '../lab/bird/sign.ts'
import { wireMessage, type Contact } from '../lab/bird/wire.ts'

// Agents and a vendor in a hurry, in a process of their own, that take the servers in turn as a plain round robin would; so no proxy's work is counted. Each of its lanes asks again as soon as it is answered.
// As behind the proxy of reverse-proxy.md: who doesn't say 200 at /readyz gets nothing, what was refused goes to the next. A webhook that was cut or refused is sent again, as Bird does, a second later; a tool call isn't.
export type Talker = { conversation: string; external: string; contact: Contact }
export type Work =
  | { kind: 'tools'; key: string; calls: readonly { name: string; input: object }[]; talkers: readonly Talker[] }
  | { kind: 'webhooks'; path: string; publicUrl: string; secret: string; talkers: readonly Talker[]; channel: string; prefix: string }
  | { kind: 'echo'; key: string; talkers: readonly Talker[] }
  | { kind: 'commits'; url: string; tenant: string; connection: string }
export type Wanted = { origins: readonly string[]; lanes: number; seconds: number; work: Work }
export type Seen = { done: number; seconds: number; cpuSeconds: number; latencies: number[]; failed: string[]; moved: number; again: number; acknowledged: string[] } // moved: went to another server, none of it having been sent. again: sent again by the vendor

const clock = realClock()
const vendorWaitsMs = 1_000
const looksEveryMs = 500
const mostTries = 60
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

type Request = { path: string; headers: Record<string, string>; body: string | Buffer; id?: string; isRight(status: number, text: string): boolean }
let serial = 0
const requestOf = (work: Exclude<Work, { kind: 'commits' }>): Request => {
  const n = ++serial
  const talker = work.talkers[n % work.talkers.length]!
  if (work.kind === 'webhooks') {
    const id = `${work.prefix}-${process.pid}-${n}`
    const now = Date.now()
    const message = { id, platform: 'whatsapp' as const, contact: talker.contact, conversation: talker.external, by: 'prospect' as const, body: { type: 'text' as const, text: { text: 'Hola, ¿sigue disponible el departamento de la Roma?' } }, reference: '', status: 'delivered', units: 1, madeAt: now, changedAt: now }
    const body = Buffer.from(JSON.stringify({ service: 'channels', event: 'whatsapp.inbound', payload: wireMessage({ channel: work.channel, smsChannel: '', number: '', botName: '' }, message) }))
    const seconds = Math.floor(now / 1_000)
    return { id, path: work.path, body, headers: { 'content-type': 'application/json', 'messagebird-request-timestamp': String(seconds), 'messagebird-signature': signBird({ url: work.publicUrl + work.path, body, key: work.secret, seconds }) }, isRight: (status) => status === 200 }
  }
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${work.key}`, 'x-bird-conversation-id': `cv-${talker.conversation}` }
  if (work.kind === 'echo') return { path: '/echo', headers, body: JSON.stringify({ home: 'roma-norte-302' }), isRight: (status, text) => status === 200 && text.includes('"ok":true') }
  const { name, input } = work.calls[n % work.calls.length]!
  return { path: `/tools/${name}`, headers, body: JSON.stringify(name === 'update_deal' ? { budget_max: 15_000 + (n % 200) * 100 } : input), isRight: (status, text) => status === 200 && text.includes('"ok":true') }
}

const load = async ({ origins, lanes, seconds, work }: Wanted & { work: Exclude<Work, { kind: 'commits' }> }): Promise<Seen> => {
  const pools = origins.map((origin) => ({ origin, to: new Pool(origin, { connections: lanes }), isUp: true }))
  const seen = { done: 0, latencies: [] as number[], failed: [] as string[], moved: 0, again: 0, acknowledged: [] as string[] }
  const began = performance.now()
  const cpu = process.cpuUsage()
  let turn = 0
  let isOver = false
  const looking = (async () => {
    for (; !isOver && origins.length > 1; await pause(looksEveryMs)) for (const pool of pools) pool.isUp = await fetch(`${pool.origin}/readyz`).then(({ status }) => status === 200, () => false)
  })()
  const once = async (request: Request): Promise<string | undefined> => {
    for (let tries = 0; tries < mostTries; tries++) {
      const able = pools.filter(({ isUp }) => isUp)
      const pool = able[turn++ % able.length]
      if (!pool) {
        await pause(50)
        continue
      }
      try {
        const reply = await pool.to.request({ method: 'POST', path: request.path, headers: request.headers, body: request.body })
        const text = await reply.body.text()
        return request.isRight(reply.statusCode, text) ? undefined : `${request.path}: ${reply.statusCode} ${text.slice(0, 200)}`
      } catch (thrown) {
        if (!(thrown instanceof Error) || !('code' in thrown) || thrown.code !== 'ECONNREFUSED') return `${request.path}: ${thrown instanceof Error ? thrown.message : 'cut'}`
        seen.moved++
        pool.isUp = false
      }
    }
    return `${request.path}: no server has answered`
  }
  const lane = async (): Promise<void> => {
    while (performance.now() - began < seconds * 1_000) {
      const request = requestOf(work)
      const since = performance.now()
      let wrong = await once(request)
      for (let tries = 0; wrong !== undefined && request.id !== undefined && tries < mostTries; tries++) {
        seen.again++
        await pause(vendorWaitsMs)
        wrong = await once(request)
      }
      if (wrong === undefined) {
        seen.done++
        seen.latencies.push(performance.now() - since)
        if (request.id !== undefined) seen.acknowledged.push(request.id)
      } else seen.failed.push(wrong)
    }
  }
  await Promise.all(Array.from({ length: lanes }, lane))
  const took = (performance.now() - began) / 1_000
  const { user, system } = process.cpuUsage(cpu)
  isOver = true
  await looking
  await Promise.all(pools.map(({ to }) => to.close()))
  return { ...seen, latencies: seen.latencies.toSorted((a, b) => a - b), seconds: took, cpuSeconds: (user + system) / 1e6 }
}

// The baseline: rows as large as a delivery's, one by one, by the client that the servers use, with nothing else to do.
const commits = async ({ lanes, seconds }: Wanted, { url, tenant, connection }: Work & { kind: 'commits' }): Promise<Seen> => {
  const db = makeDb(openPostgres({ url, clock, log: makeLog({ level: 'silent', clock }) }))
  const sealed = clock.bytes(700)
  let done = 0
  const latencies: number[] = []
  const cpu = process.cpuUsage()
  const began = performance.now()
  const lane = async (): Promise<void> => {
    while (performance.now() - began < seconds * 1_000) {
      const since = performance.now()
      const hash = createHash('sha256').update(`${process.pid} ${++serial}`).digest()
      await sql`insert into inbox (tenant_id, id, connection_id, sha256, raw_sealed, trace, state, parsed_at, received_at)
        values (${tenant}, ${newId(clock)}, ${connection}, ${hash}, ${sealed}, ${'0'.repeat(32)}, 'parsed', ${at(clock.now())}, ${at(clock.now())})`.execute(db.bare)
      latencies.push(performance.now() - since)
      done++
    }
  }
  await Promise.all(Array.from({ length: lanes }, lane))
  const took = (performance.now() - began) / 1_000
  const { user, system } = process.cpuUsage(cpu)
  process.once('disconnect', () => void db.close()) // only then: what its sessions have spent is looked up until they end
  return { done, seconds: took, cpuSeconds: (user + system) / 1e6, latencies: latencies.toSorted((a, b) => a - b), failed: [], moved: 0, again: 0, acknowledged: [] }
}

process.on('message', (wanted: Wanted) => {
  const { work } = wanted
  void (work.kind === 'commits' ? commits(wanted, work) : load({ ...wanted, work })).then((seen) => process.send?.(seen))
})
