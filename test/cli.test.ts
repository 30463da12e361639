import { randomBytes } from 'node:crypto'
import { readFileSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, describe, expect, it, jest } from '@jest/globals'
import { sql } from 'kysely'
import { newId, realClock } from '@portero/tool-server/spine/clock.ts'
import { at, type Db } from '@portero/tool-server/spine/db.ts'
import { decrypt, encrypt, keyring } from '@portero/tool-server/spine/keyring.ts'
import { firstTenant } from '@portero/tool-server/spine/migrate.ts'
import { makeVault } from '@portero/tool-server/spine/vault.ts'
import { cleanUp, effectsOf, faults, forgetReadyDir, freePort, freshDir, isIdle, jobsOf, leaveUndone, makeKnock, runCli, saying, start, startServer, until, type Env } from './support/process.ts'
import { freshHome, onServer, withDb } from './support/process-databases.ts'

jest.setTimeout(120_000)
afterEach(cleanUp)
afterAll(forgetReadyDir)

const embedded = process.env['DATABASE_URL'] === undefined
const ok = { code: 0, signal: null, err: '' }
const oneSentence = { code: 1, out: '', err: expect.stringMatching(/^[^\n]+\n$/) }
const run = async (args: string, env: Env): Promise<string> => {
  const ended = await runCli(args.split(' '), env)
  expect(ended).toMatchObject(ok)
  return ended.out
}

describe('portero', () => {
  it.each([[[]], [['keys', 'rotate', '--help']]])('%j prints what it can do', async (args) => {
    const ended = await runCli(args)
    expect(ended).toMatchObject(ok)
    for (const command of ['migrate', 'replay', 'keys new', 'keys status', 'keys rotate']) expect(ended.out).toContain(`portero ${command} `)
  })

  it.each([['migrate now', 'migrate now'], ['--frob', '--frob'], ['replay --id', '--id'], ['replay --id everything', 'everything']])('%s: says in one sentence what is wrong', async (args, named) => {
    const ended = await runCli(args.split(' '), { DATA_DIR: freshDir() })
    expect(ended).toMatchObject(oneSentence)
    expect(ended.err).toContain(named)
  })

  it('says in one sentence that the database cannot be reached', async () => {
    const ended = await runCli(['migrate'], { DATA_DIR: freshDir(), DATABASE_URL: `postgres://root@127.0.0.1:${await freePort()}/x`, PORTERO_LAB: '1' })
    expect(ended).toMatchObject(oneSentence)
    expect(ended.err).toContain('DATABASE_URL')
  })

  it('migrate makes the tables of an empty database, and is content with them the second time', async () => {
    const home = await freshHome({ empty: true })
    expect(await run('migrate', home)).toBe('The database is up to date.\n')
    expect(await run('migrate', home)).toBe('The database is up to date.\n')
    expect(await run('replay', home)).toBe('0 dead\n')
  })

  if (embedded) {
    it('is refused while a server holds the data directory, with its pid', async () => {
      const server = await startServer({ env: await freshHome() })
      await server.ready()
      for (const args of [['migrate'], ['replay', '--all'], ['keys', 'rotate']]) {
        expect(await runCli(args, { DATA_DIR: server.dir })).toMatchObject({ code: 1, out: '', err: `data directory ${server.dir} is in use by process ${server.pid}\n` })
      }
    })
  }
})

describe('portero keys', () => {
  const idIn = (status: string): string => /^([0-9a-f]{8}) {2}[1-9]\d* data keys\n$/.exec(status)?.[1] ?? `not one key: ${status}`
  const newKey = async (): Promise<string> => (await run('keys new', {})).trim()

  it('new makes 32 bytes that nobody has seen before', async () => {
    const keys = [await newKey(), await newKey()]
    for (const key of keys) expect(Buffer.from(key, 'base64')).toHaveLength(32)
    expect(keys[0]).not.toBe(keys[1])
  })

  it('rotate, in the lab, changes the key in the file, and what was sealed before is read after', async () => {
    const home = await freshHome()
    const before = await startServer({ env: home })
    await before.ready()
    await leaveUndone(before, 'sealed')
    await before.stop()
    const file = join(before.dir, 'master.key')
    const oldKey = readFileSync(file, 'utf8')
    const oldId = idIn(await run('keys status', home))
    expect(await run('keys rotate', home)).toMatch(/^[1-9]\d* data keys are now wrapped by master key [0-9a-f]{8}\n$/)
    expect(readFileSync(file, 'utf8')).toMatch(/^\S{44}\n$/)
    expect(readFileSync(file, 'utf8')).not.toBe(oldKey)
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(idIn(await run('keys status', home))).not.toBe(oldId)
    const after = await startServer({ env: home })
    await after.ready()
    await until('what was sealed is done', async () => (await effectsOf(after)).length === 1)
  })

  it('rotate, with PORTERO_KEY="new,old": a server with only the new key reads what was sealed before, one with only the old key names what it lacks and refuses', async () => {
    const home = await freshHome()
    const [older, newer] = [await newKey(), await newKey()]
    const before = await startServer({ env: { ...home, PORTERO_KEY: older } })
    await before.ready()
    await leaveUndone(before, 'sealed')
    await before.stop()
    expect(await run('keys rotate', { ...home, PORTERO_KEY: `${newer},${older}` })).toMatch(/ data keys are now wrapped by master key .*\nWhen every replica runs with the new key/s)
    const newId = idIn(await run('keys status', { ...home, PORTERO_KEY: newer }))
    expect(await run('keys status', { ...home, PORTERO_KEY: older })).toMatch(new RegExp(`^${newId} .* NOT in PORTERO_KEY\n$`))
    const refused = await startServer({ env: { ...home, PORTERO_KEY: older } })
    expect(await refused.exited).toEqual({ code: 1, signal: null })
    expect(refused.err()).toBe(`the database is sealed with master key ${newId}, which PORTERO_KEY does not hold\n`)
    const after = await startServer({ env: { ...home, PORTERO_KEY: newer } })
    await after.ready()
    await until('what was sealed is done', async () => (await effectsOf(after)).length === 1)
  })

  it('rotate, killed in the middle and run again, leaves nothing that does not open', async () => {
    const many = 15_000
    const home = await freshHome()
    await run('keys rotate', home) // makes the file
    const keysIn = (): Buffer[] => readFileSync(join(home['DATA_DIR'] ?? '', 'master.key'), 'utf8').trim().split('\n').map((line) => Buffer.from(line, 'base64'))
    const sealed = await withDb(home, (db) => sealMany(db, keysIn()[0]!, many))

    const rotating = start(process.execPath, ['tool-server/cli.ts', 'keys', 'rotate'], { env: home })
    await until('it has begun', () => keysIn().length === 2)
    await middleOf(home)
    rotating.kill('SIGKILL')
    expect(await rotating.exited).toEqual({ code: null, signal: 'SIGKILL' })
    const moved = await withDb(home, async (db) => Number((await sql<{ count: number }>`select count(*) as count from data_key group by master_id order by count`.execute(db.bare)).rows[0]?.count))
    expect(moved).toBeGreaterThan(0)
    expect(moved).toBeLessThan(many)
    await withDb(home, (db) => openAll(db, keysIn(), sealed))

    expect(await run('keys rotate', home)).toMatch(new RegExp(`^${many + 3} data keys `))
    expect(keysIn()).toHaveLength(1)
    await withDb(home, (db) => openAll(db, keysIn(), sealed))
  })
})

describe('portero replay', () => {
  it('lists what is dead without a word of what people said, and tries again what it is told to', async () => {
    const home = await freshHome()
    const server = await startServer({ env: home })
    await server.ready()
    const knock = await makeKnock(server)
    await faults(server, [{ on: 'POST /notes', fault: 'missing' }, { on: 'POST /shouts', fault: 'lost' }])
    await knock(JSON.stringify({ name: 'María López', phone: '+52 55 1234 5678' }))
    await knock(saying('gone', { text: 'soy María López', asks: ['keep'] }))
    await knock(saying('unsure', { text: 'soy María López', asks: ['shout'] }))
    await until('two commands are dead', async () => (await jobsOf(server, 'command', 'dead')) === 2)
    await server.stop()

    const listing = await run('replay', home)
    expect(listing.replaceAll(/^\S{36}/gm, 'ID').split('\n').toSorted()).toEqual(['', expect.stringMatching(/^--group command:eco\.keep:eco:not_found {2}1$/), expect.stringMatching(/^--group command:eco\.shout:eco:unavailable {2}1$/), expect.stringMatching(/^--group delivery::eco:bad_response {2}1$/), '3 dead', expect.stringMatching(/^ID {2}command {2}eco.keep {2}not_found: /), expect.stringMatching(/^ID {2}command {2}eco.shout {2}outcome unknown {2}unavailable: /), expect.stringMatching(/^ID {2}delivery {2}\S{36} {2}bad_response: eco sent something/)])
    expect(listing).not.toMatch(/Mar[ií]a|L[oó]pez|1234|soy/)

    const idOf = (name: string): string => new RegExp(`^(\\S{36}).*${name.replace('.', '\\.')}`, 'm').exec(listing)?.[1] ?? ''
    // What a replay led to, told by the vendor and by what is dead afterwards.
    const after = async (args: string, backInLine: number): Promise<{ done: string[]; dead: string }> => {
      expect(await run(`replay ${args}`, home)).toBe(`${backInLine} back in line\n`)
      const again = await startServer({ env: home })
      await again.ready()
      await until('nothing waits', () => isIdle(again))
      const done = (await effectsOf(again)).map(({ command }) => command)
      await again.stop()
      return { done, dead: (await run('replay', home)).split('\n').at(-2) ?? '' }
    }
    expect(await after(`--id ${idOf('eco.keep')}`, 1)).toEqual({ done: ['keep'], dead: '2 dead' })
    expect(await run(`replay --id ${idOf('eco.keep')} --sure`, home)).toMatch(/^repeated: /)
    expect(await runCli(['replay', '--id', '00000000-0000-7000-8000-000000000009'], home)).toMatchObject({ ...oneSentence, err: expect.stringContaining('00000000-0000-7000-8000-000000000009') })
    expect(await after('--all', 2)).toEqual({ done: [], dead: '2 dead' }) // it still does not parse, and nobody is sure
    expect(await runCli(['replay', '--all', '--sure'], home)).toMatchObject({ ...oneSentence, err: expect.stringContaining('--id ID') }) // one by one
    expect(await after(`--id ${idOf('eco.shout')} --sure`, 1)).toEqual({ done: ['shout'], dead: '1 dead' })

    // What it would do (of eco the command line knows nothing), and a correction that can't be read.
    const delivery = /^(\S{36}) {2}delivery/m.exec(listing)![1]!
    const preview = await run(`replay --id ${delivery} --preview`, home)
    expect(preview).toMatch(/^\/body\/phone {2}…56 78$[\s\S]*^! No connection does this now/m)
    expect(preview).not.toMatch(/Mar[ií]a|L[oó]pez|1234/)
    expect(await runCli(['replay', '--id', delivery, '--fix', join(freshDir(), 'none.json')], home)).toMatchObject({ ...oneSentence, err: expect.stringContaining('none.json') })
  })
})

const clock = realClock()

type Sealed = { person: string; bytes: Buffer }
const sealMany = async (db: Db, master: Buffer, many: number): Promise<Sealed[]> => {
  const vault = makeVault({ db, clock, keys: keyring([master]) })
  const masterId = keyring([master]).current.id
  const rows = Array.from({ length: many }, () => ({ id: newId(clock), person: newId(clock) }))
  for (let done = 0; done < many; done += 1_000) {
    const values = rows.slice(done, done + 1_000).map(({ id, person }) => sql`(${firstTenant}, ${id}, 'person', ${person}, ${masterId}, ${encrypt(master, randomBytes(12), `${firstTenant}/${id}`, randomBytes(32))}, ${at(clock.now())})`)
    await sql`insert into data_key (tenant_id, id, kind, person_id, master_id, wrapped, created_at) values ${sql.join(values)}`.execute(db.bare)
  }
  return Promise.all(Array.from({ length: 3 }, async () => {
    const person = newId(clock)
    return { person, bytes: await vault.seal(db.bare, { tenant: firstTenant, person }, `test:${person}`, `of ${person}`) }
  }))
}
const openAll = async (db: Db, keys: Buffer[], sealed: Sealed[]): Promise<void> => {
  const ring = keyring([keys[0]!, ...keys.slice(1)])
  const vault = makeVault({ db, clock, keys: ring })
  for (const { person, bytes } of sealed) expect((await vault.open(db.bare, firstTenant, `test:${person}`, bytes)).toString()).toBe(`of ${person}`)
  const { rows } = await sql<{ id: string; master_id: string; wrapped: Buffer }>`select id, master_id, wrapped from data_key`.execute(db.bare)
  for (const { id, master_id, wrapped } of rows) expect(decrypt(ring.byId.get(master_id)?.bytes ?? Buffer.alloc(32), `${firstTenant}/${id}`, wrapped)).toHaveLength(32)
}

// Some batches of a rotation are committed. Into the embedded engine nobody can look while it runs, but its commits reach the disk.
const middleOf = async ({ DATA_DIR: dir = '', DATABASE_URL: url }: Env): Promise<void> => {
  if (url) return void (await until('both keys are in use', async () => (await onServer(url, 'select distinct master_id from data_key')).length === 2))
  const wal = join(dir, 'postgres', 'pg_wal')
  const written = (): number => Math.max(...readdirSync(wal).map((file) => statSync(join(wal, file)).mtimeMs))
  for (let seen = written(), changes = 0; changes < 3; changes++) seen = await until('another commit', () => written() > seen && written())
}
