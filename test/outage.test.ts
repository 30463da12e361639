import { connect, createServer, type AddressInfo, type Server as Listener, type Socket } from 'node:net'
import { afterEach, describe, expect, it, jest } from '@jest/globals'
import pg from 'pg'
import { z } from 'zod'
import { atEnd, cleanUp, effectsOf, freePort, freshDir, makeKnock, saying, startServer, statusOf, until, type Knocked, type Server } from './support/process.ts'
import { emptyDatabase, hasPostgres, onServer } from './support/process-databases.ts'

// What a server does while its database is away, told by a proxy between the two.
jest.setTimeout(120_000)
afterEach(cleanUp)
const postgres = await hasPostgres()
const notRun = 'NOT RUN: no PostgreSQL answers at DATABASE_URL or 127.0.0.1:5432'
// oxlint-disable-next-line no-console
const whereThereIsOne = (name: string, body: () => Promise<void>): void => (postgres ? it(name, body) : it(`${name}: ${notRun}`, () => console.warn(`${name}: ${notRun}`)))

type Proxy = { url: string; open(): Promise<void>; cut(): Promise<void>; hang(): void; goOn(): void }
const makeProxy = async (databaseUrl: string): Promise<Proxy> => {
  const target = new URL(databaseUrl)
  const sockets = new Set<Socket>()
  const port = await freePort()
  let listener: Listener | undefined
  let hung = false
  const pass = (from: Socket, to: Socket): void => {
    sockets.add(from)
    from.on('data', (bytes) => void to.write(bytes))
    from.on('error', () => to.destroy())
    from.on('close', () => {
      sockets.delete(from)
      to.destroy()
    })
    if (hung) from.pause()
  }
  const open = (): Promise<void> =>
    new Promise((resolve) => {
      listener = createServer((near) => {
        const far = connect(Number(target.port || 5432), target.hostname)
        pass(near, far)
        pass(far, near)
      }).listen(port, '127.0.0.1', () => resolve())
    })
  const cut = async (): Promise<void> => {
    const closed = new Promise<void>((resolve) => (listener ? listener.close(() => resolve()) : resolve()))
    for (const socket of sockets) socket.destroy()
    await closed
    listener = undefined
  }
  atEnd(cut)
  return {
    url: Object.assign(new URL(target), { host: `127.0.0.1:${port}` }).href, open, cut,
    hang() {
      hung = true
      for (const socket of sockets) socket.pause()
    },
    goOn() {
      hung = false
      for (const socket of sockets) socket.resume()
    },
  }
}

const migrationLock = '3853314791062309107' // Kysely's, in dialect/postgres/postgres-adapter.js
const startOn = (url: string): Promise<Server> => startServer({ dir: freshDir(), env: { DATABASE_URL: url, PORTERO_LAB: '1' } })
const listening = async (server: Server): Promise<void> => void (await server.serverPid())
const conditions = z.object({ ok: z.boolean(), conditions: z.array(z.object({ name: z.string(), ok: z.boolean(), detail: z.string().optional() })) })
// Fails when it takes longer than a probe would wait.
const readiness = async ({ url }: Server): Promise<{ status: number; database: string | undefined }> => {
  const response = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(5_000) })
  return { status: response.status, database: conditions.parse(await response.json()).conditions.find(({ name }) => name === 'database')?.detail }
}
const isAlive = async ({ url }: Server): Promise<boolean> => (await fetch(`${url}/livez`, { signal: AbortSignal.timeout(1_000) })).ok
const turnedAway = { status: 503, retryAfter: expect.stringMatching(/^[1-9]\d*$/), body: { ok: false, say: expect.any(String), error: { code: 'unavailable', retryable: true }, trace: expect.any(String) } }
const count = async (url: string, from: string): Promise<number> => Number((await onServer(url, `select count(*) as count from ${from}`))[0]?.['count'])

describe('a server whose database is away', () => {
  it('lives without it: is alive, is not ready and says why, and turns webhooks away for a while', async () => {
    const server = await startOn(`postgres://root@127.0.0.1:${await freePort()}/nowhere`)
    await listening(server)
    expect(await isAlive(server)).toBe(true)
    expect(await readiness(server)).toEqual({ status: 503, database: expect.stringMatching(/^(starting|the database cannot be reached)$/) })
    await until('the reason', async () => (await readiness(server)).database === 'the database cannot be reached')
    expect(await (await makeKnock(server))(saying('early'))).toEqual(turnedAway)
    expect(await statusOf(`${server.url}/metrics`)).toBe(200)
    expect(await server.stop()).toEqual({ code: 0, signal: null })
  })

  whereThereIsOne('becomes ready by itself when it comes, with its tables made', async () => {
    const database = await emptyDatabase()
    const proxy = await makeProxy(database)
    const server = await startOn(proxy.url)
    await until('it has looked', () => server.events().some(({ event }) => event === 'db.unreachable'))
    const knock = await makeKnock(server)
    expect(await knock(saying('first'))).toEqual(turnedAway)
    await proxy.open()
    await server.ready()
    expect(server.events()).toContainEqual(expect.objectContaining({ event: 'db.migrated' }))
    expect(await knock(saying('first'))).toMatchObject({ status: 200, body: { ok: true, repeated: false } })
    await until('it is done', async () => (await effectsOf(server)).length === 1)
  })

  whereThereIsOne('turns webhooks away while another one migrates, and can be stopped meanwhile', async () => {
    const database = await emptyDatabase()
    const other = new pg.Client({ connectionString: database })
    await other.connect()
    atEnd(() => other.end())
    await other.query('select pg_advisory_lock($1)', [migrationLock])
    const server = await startOn(database)
    await listening(server)
    await until('it waits', async () => (await count(database, `pg_locks where locktype = 'advisory' and not granted and database = (select oid from pg_database where datname = current_database())`)) === 1)
    expect(await readiness(server)).toEqual({ status: 503, database: 'starting' })
    expect(await (await makeKnock(server))(saying('early'))).toEqual(turnedAway)
    server.kill('SIGTERM')
    await until('it stops', () => server.events().some(({ event }) => event === 'server.stopping'))
    await other.query('select pg_advisory_unlock($1)', [migrationLock])
    expect(await server.exited).toEqual({ code: 0, signal: null })
    expect(server.err()).toBe('')
  })

  whereThereIsOne('acknowledges nothing that is not stored when it goes in the middle of work, and does every acknowledged thing once when it is back', async () => {
    const database = await emptyDatabase()
    const proxy = await makeProxy(database)
    await proxy.open()
    const server = await startOn(proxy.url)
    await server.ready()
    const knock = await makeKnock(server)
    const waves: Promise<Knocked>[][] = []
    const sendWave = async (): Promise<void> => {
      const wave = Array.from({ length: 20 }, (_, at) => knock(saying(`w${waves.length}-${at}`)))
      waves.push(wave)
      await Promise.race(wave)
    }
    while (waves.length < 5) await sendWave()
    await until('it is in the middle of work', async () => (await effectsOf(server)).length > 0)
    const last = sendWave()
    await proxy.cut()
    await last
    const answers = (await Promise.all(waves.flat())).map(({ status }, at) => ({ id: `w${Math.floor(at / 20)}-${at % 20}`, status }))
    expect(answers.filter(({ status }) => status !== 200 && status !== 503)).toEqual([])
    const acknowledged = answers.filter(({ status }) => status === 200)
    expect(acknowledged.length).toBeGreaterThan(0)
    expect(await count(database, 'inbox')).toBeGreaterThanOrEqual(acknowledged.length)

    expect(await isAlive(server)).toBe(true)
    await until('it is not ready', async () => (await readiness(server)).status === 503)
    expect(await readiness(server)).toEqual({ status: 503, database: 'the database does not answer' })
    expect(await knock(saying('meanwhile'))).toEqual(turnedAway)

    await proxy.open()
    await server.ready()
    const again = answers.filter(({ status }) => status !== 200)
    for (const { id } of again) expect(await knock(saying(id))).toMatchObject({ status: 200 })
    await until('everything is done', async () => (await count(database, `job where kind in ('turn', 'command') and state not in ('done')`)) === 0 && (await count(database, `inbox where state <> 'parsed'`)) === 0, 60_000) // a lease may have to run out
    const references = (await effectsOf(server)).map(({ reference }) => reference)
    expect(new Set(references).size).toBe(answers.length)
    expect(references.length).toBe(answers.length)
    expect(await count(database, `audit where what = 'action:eco.answer'`)).toBe(answers.length)
  })
})

describe('a database that accepts and never answers', () => {
  it('at the start: the server is alive, and says within 5 s that it is not ready', async () => {
    const silent = createServer(() => {})
    const sockets = new Set<Socket>()
    silent.on('connection', (socket) => sockets.add(socket.on('error', () => {})))
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', () => resolve()))
    atEnd(() => {
      for (const socket of sockets) socket.destroy()
      silent.close()
    })
    const server = await startOn(`postgres://root@127.0.0.1:${(silent.address() as AddressInfo).port}/hung`)
    await listening(server)
    expect((await readiness(server)).status).toBe(503)
    await until('the reason', async () => (await readiness(server)).database === 'the database cannot be reached')
    expect(await isAlive(server)).toBe(true)
    expect(await (await makeKnock(server))(saying('early'))).toEqual(turnedAway)
  })

  whereThereIsOne('in the middle of work: not ready within 5 s, alive all the time, and ready again when it answers', async () => {
    const proxy = await makeProxy(await emptyDatabase())
    await proxy.open()
    const server = await startOn(proxy.url)
    await server.ready()
    const knock = await makeKnock(server)
    await Promise.all(Array.from({ length: 15 }, () => readiness(server))) // connections that are open, and fall silent
    proxy.hang()
    const probes = Array.from({ length: 15 }, () => readiness(server)) // more than the pool has connections
    expect(await isAlive(server)).toBe(true)
    for (const probe of probes) expect(await probe).toEqual({ status: 503, database: 'the database does not answer' })
    const waiting = knock(saying('patient'))
    expect(await statusOf(`${server.url}/metrics`)).toBe(200)
    expect(await statusOf(`${server.url}/healthz`)).toBe(200)
    proxy.goOn()
    await server.ready()
    const { status } = await waiting
    if (status !== 200) expect(await knock(saying('patient'))).toMatchObject({ status: 200 })
    await until('it is done once', async () => (await effectsOf(server)).length === 1)
  })
})
