import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fdatasyncSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, statfsSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals'
import { sql } from 'kysely'
import { at, type Db } from '@portero/tool-server/spine/db.ts'
import { diskRoom } from '@portero/tool-server/spine/disk.ts'
import { lockDirectory } from '@portero/tool-server/spine/lock.ts'
import { openPglite } from '@portero/tool-server/spine/pglite.ts'
import { fakeClock } from './support/clock.ts'
import { clock, log, makeWorkshop, outcome, rowsOf, shout, until } from './support/engines.ts'

// The embedded engine's guards: the disk, the lock, and being one process.
jest.setTimeout(120_000) // a new database takes 3 s here, and more than 30 s on a machine with ten times the work it can do
const { cleanUps, freshDir, opened } = makeWorkshop()
// A new database takes seconds to make: made once, copied for every test.
const ready = mkdtempSync(join(tmpdir(), 'portero-engine-ready-'))
beforeAll(async () => (await openPglite({ dir: ready, clock, log })).close())
afterAll(() => rmSync(ready, { recursive: true, force: true }))
const readyDir = (): string => {
  const dir = freshDir()
  execFileSync('cp', ['-r', join(ready, 'postgres'), dir])
  return dir
}

const mounted = (): string | undefined => {
  const dir = freshDir()
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=150m', 'tmpfs', dir], { stdio: 'ignore' })
  } catch {
    shout('NOT RUN on a full disk: mounting a tmpfs is not allowed here. Only the guard was tested, with a minimum above what is free.')
    return undefined
  }
  cleanUps.push(() => execFileSync('umount', [dir]))
  return dir
}
const mb = 2 ** 20
const freeOf = (dir: string): number => statfsSync(dir).bavail * statfsSync(dir).bsize
const write = (db: Db, id: number, size: number): Promise<unknown> => db.tx(async (tx) => {
  await sql`insert into kept values (${id})`.execute(tx)
  await sql`select pg_logical_emit_message(true, 'test', repeat('x', ${size}))`.execute(tx)
})

const dying = async (dir: string, how: 'fsync' | 'disk'): Promise<any> => {
  const child = spawn(process.execPath, ['--no-warnings', join(import.meta.dirname, 'support', 'dying.ts'), dir, how], { stdio: ['ignore', 'pipe', 'inherit'] })
  cleanUps.push(() => child.kill('SIGKILL'))
  let said = ''
  child.stdout.on('data', (chunk) => (said += chunk))
  await until(() => child.exitCode !== null)
  return JSON.parse(said)
}
const died = { code: 'unavailable', arrived: 'unknown', message: 'the embedded database died in the middle of this' }

describe('a PGlite that dies starts again by itself', () => {
  it('when fsync fails, and does not acknowledge that commit', async () => {
    const seen = await dying(readyDir(), 'fsync')
    expect(seen).toMatchObject({ failed: died, wokenByRestart: 1, woken: 2 })
    expect(seen.kept).toContain(1)
  })

  it('when the disk fills up too suddenly for the guard, and costs no acknowledged row', async () => {
    const dir = mounted()
    if (!dir) return
    execFileSync('cp', ['-r', join(ready, 'postgres'), dir])
    expect(await dying(dir, 'disk')).toEqual({ failed: died, whileFull: { code: 'unavailable', arrived: 'no', message: expect.stringContaining('nearly full') }, missing: [] })
  })
})

describe('PGlite on disk', () => {
  it('makes a directory that nobody else can read, starting over where it was cut off', async () => {
    const dir = freshDir()
    mkdirSync(join(dir, 'postgres.new', 'base'), { recursive: true })
    writeFileSync(join(dir, 'postgres.new', 'PG_VERSION'), 'half')
    let syncs = 0
    const sync = (fd: number): void => {
      syncs++
      fdatasyncSync(fd)
    }
    const db = opened(await openPglite({ dir, clock, log, sync }))
    expect(await rowsOf(sql`select 1 as value`, db)).toEqual([{ value: 1 }])
    expect(readdirSync(dir).toSorted()).toEqual(['lock', 'pid', 'postgres'])
    expect(statSync(join(dir, 'postgres')).mode & 0o077).toBe(0)
    expect(statSync(join(dir, 'pid')).mode & 0o077).toBe(0)
    expect(syncs).toBeGreaterThan(readdirSync(join(dir, 'postgres'), { recursive: true }).length * 0.9)
  })

  it('calls fsync once a commit, and not for reading', async () => {
    let syncs = 0
    const sync = (fd: number): void => {
      syncs++
      fdatasyncSync(fd)
    }
    const db = opened(await openPglite({ dir: readyDir(), clock, log, sync }))
    await sql`create table kept (id int)`.execute(db.bare)
    const before = syncs
    for (let id = 0; id < 10; id++) await sql`insert into kept values (${id})`.execute(db.bare)
    for (let id = 0; id < 10; id++) await db.tx(async (tx) => sql`insert into kept values (${id}), (${-id})`.execute(tx))
    await rowsOf(sql`select * from kept`, db)
    expect(syncs - before).toBe(20)
  })

  it('does not let WAL pile up', async () => {
    const dir = readyDir()
    const db = opened(await openPglite({ dir, clock, log }))
    for (let round = 0; round < 40; round++) await sql`select pg_logical_emit_message(false, 'test', repeat('x', 8388608))`.execute(db.bare)
    expect(readdirSync(join(dir, 'postgres', 'pg_wal')).filter((name) => name.length === 24).length).toBeLessThanOrEqual(12) // of 20 that were filled
  })

  it('vacuums and analyzes the tables that need it', async () => {
    const db = opened(await openPglite({ dir: readyDir(), clock, log }))
    const dead = async (): Promise<unknown> => (await sql`select pg_stat_force_next_flush()`.execute(db.bare), await rowsOf(sql`select n_dead_tup as dead, n_mod_since_analyze as changed from pg_stat_user_tables where relname = 'worn'`, db))[0]
    await sql`create table worn (id int)`.execute(db.bare)
    await sql`insert into worn select generate_series(1, 1000)`.execute(db.bare)
    await sql`delete from worn where id > 500`.execute(db.bare)
    expect(await dead()).toEqual({ dead: 500, changed: 1500 })
    await db.engine.tend()
    expect(await dead()).toEqual({ dead: 0, changed: 0 })
    await db.close()
    expect(await outcome(db.engine.tend())).toMatchObject({ code: 'unavailable' })
  })

  it('has the extensions that tours and searches need', async () => {
    const db = opened(await openPglite({ dir: readyDir(), clock, log }))
    await sql`create extension btree_gist`.execute(db.bare)
    await sql`create extension pg_trgm`.execute(db.bare)
    await sql`create table tour (agent uuid, during tstzrange, exclude using gist (agent with =, during with &&))`.execute(db.bare)
    const book = sql`insert into tour values ('0193a2b4-5c6d-7e8f-9a0b-1c2d3e4f5a6b', tstzrange(${at(0)}, ${at(1000)}))`
    await book.execute(db.bare)
    expect(await outcome(book.execute(db.bare))).toMatchObject({ code: '23P01' })
  })
})

// What another process does with a directory: commits rows one by one and says which are acknowledged.
const spine = pathToFileURL(join(import.meta.dirname, '..', 'tool-server', 'spine')).href
const program = `
  import { sql } from '${import.meta.resolve('kysely')}'
  const [{ realClock }, { makeDb }, { makeLog }, { openPglite }] = await Promise.all(['clock', 'db', 'log', 'pglite'].map((name) => import('${spine}/' + name + '.ts')))
  const clock = realClock()
  const db = makeDb(await openPglite({ dir: process.argv[1], clock, log: makeLog({ level: 'silent', clock }) }))
  await sql\`create table if not exists kept (id int)\`.execute(db.bare)
  for (let id = 1; ; id++) {
    await db.tx(async (tx) => sql\`insert into kept values (\${id}), (\${-id})\`.execute(tx))
    process.stdout.write(id + '\\n')
  }`
const startHolder = async (dir: string): Promise<{ child: ChildProcess; acknowledged: number[] }> => {
  const child = spawn(process.execPath, ['--no-warnings', '--input-type=module', '-e', program, dir], { stdio: ['ignore', 'pipe', 'inherit'] })
  cleanUps.push(() => child.kill('SIGKILL'))
  const acknowledged: number[] = []
  createInterface(child.stdout).on('line', (line) => acknowledged.push(Number(line)))
  await until(() => acknowledged.length >= 20 || child.exitCode !== null)
  return { child, acknowledged }
}

describe('two processes on one directory', () => {
  it('the second is refused, even while the first is stopped; after a SIGKILL it gets all that was acknowledged', async () => {
    const dir = readyDir()
    const { child, acknowledged } = await startHolder(dir)
    const refusal = { code: 'conflict', message: `data directory ${dir} is in use by process ${child.pid}` }
    expect(await outcome(openPglite({ dir, clock, log }))).toMatchObject(refusal)

    child.kill('SIGSTOP')
    await until(() => readFileSync(`/proc/${child.pid}/stat`, 'utf8').includes(') T '))
    expect(await outcome(openPglite({ dir, clock, log }))).toMatchObject(refusal)
    child.kill('SIGCONT')

    const soFar = acknowledged.length
    await until(() => acknowledged.length > soFar)
    child.kill('SIGKILL')
    await once(child, 'close')
    const db = opened(await openPglite({ dir, clock, log }))
    const kept = new Set((await rowsOf(sql`select id from kept`, db)).map(({ id }) => id))
    expect(acknowledged.filter((id) => !kept.has(id))).toEqual([])
    expect([...kept].filter((id) => !kept.has(-id))).toEqual([])
  })

  it('one process cannot hold it twice either, and lets go of it when it closes or cannot open', async () => {
    const dir = freshDir()
    const lock = lockDirectory(dir)
    expect(await outcome(openPglite({ dir, clock, log }))).toMatchObject({ code: 'conflict', message: `data directory ${dir} is in use by process ${process.pid}` })
    lock.release()
    lock.release()
    mkdirSync(join(dir, 'postgres'))
    writeFileSync(join(dir, 'postgres', 'PG_VERSION'), '18')
    expect(await outcome(openPglite({ dir, clock, log }))).toBeInstanceOf(Error)
    lockDirectory(dir).release()
  })
})

describe('a full disk', () => {
  it('refuses writes below the reserve, looking at most every 250 ms', () => {
    const dir = freshDir()
    const hand = fakeClock()
    const free = freeOf(dir)
    expect(diskRoom({ dir, clock: hand })).not.toThrow()
    expect(diskRoom({ dir, clock: hand, reserveBytes: free * 2 })).toThrow(/nearly full/)
    const room = diskRoom({ dir, clock: hand, reserveBytes: 0 })
    room()
    rmSync(dir, { recursive: true })
    hand.advance(249)
    expect(room).not.toThrow()
    hand.advance(1)
    expect(room).toThrow(/ENOENT/)
  })

  it('refuses writes with unavailable, goes on when there is room, and keeps every acknowledged row', async () => {
    const disk = mounted()
    const hand = fakeClock()
    const dir = disk ?? freshDir()
    execFileSync('cp', ['-r', join(ready, 'postgres'), dir])
    const ballast = join(dir, 'ballast')
    if (!disk) {
      const full = opened(await openPglite({ dir, clock: hand, log, reserveBytes: freeOf(dir) * 2 }))
      await sql`create table kept (id int)`.execute(full.bare)
      expect(await outcome(write(full, 1, 1))).toMatchObject({ code: 'unavailable' })
      return
    }
    const db = opened(await openPglite({ dir, clock: hand, log }))
    await sql`create table kept (id int)`.execute(db.bare)
    writeFileSync(ballast, Buffer.alloc(freeOf(dir) - 70 * mb))
    const acknowledged: number[] = []
    let refusal: unknown
    for (let id = 1; id < 200 && !refusal; id++) {
      hand.advance(250)
      const thrown = await outcome(write(db, id, mb))
      if (thrown instanceof Error) refusal = thrown
      else acknowledged.push(id)
    }
    expect(refusal).toMatchObject({ code: 'unavailable' })
    expect(acknowledged.length).toBeGreaterThan(0)
    expect(await rowsOf(sql`select count(*) as value from kept`, db)).toEqual([{ value: acknowledged.length }])

    rmSync(ballast)
    hand.advance(250)
    await write(db, 1000, 1)
    await db.close()
    const again = opened(await openPglite({ dir, clock: hand, log }))
    expect((await rowsOf(sql`select id from kept order by id`, again)).map(({ id }) => id)).toEqual([...acknowledged, 1000])
  })

})
