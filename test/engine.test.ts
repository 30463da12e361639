import { AsyncLocalStorage } from 'node:async_hooks'
import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals'
import { sql, type RawBuilder } from 'kysely'
import { at, makeDb, type Db, type Engine } from '@portero/tool-server/spine/db.ts'
import { openPgliteMemory, snapshotOf } from '@portero/tool-server/spine/pglite.ts'
import { openPostgres } from '@portero/tool-server/spine/postgres.ts'
import { clock, log, makeWorkshop, outcome, rowsOf, shout, until } from './support/engines.ts'

// Both engines behave alike, and PostgreSQL may go away. What only PGlite does is in pglite.test.ts.
jest.setTimeout(120_000) // a new database takes 3 s here, and more than 30 s on a machine with ten times the work it can do
const { cleanUps, opened } = makeWorkshop()
const serverUrl = process.env['DATABASE_URL'] ?? 'postgres://root@127.0.0.1:5432/test'
const isServerUp = async (): Promise<boolean> => {
  const db = makeDb(openPostgres({ url: serverUrl, clock, log }))
  const answer = await outcome(rowsOf(sql`select 1`, db))
  await db.close()
  return answer === 'it worked'
}
const serverIsUp = await isServerUp()
const notRun = `NOT RUN: no PostgreSQL answers at ${serverUrl.replace(/\/\/.*@/, '//')}`

const value = (statement: RawBuilder<unknown>): RawBuilder<unknown> => sql`select ${statement} as value`
const uuid = '0193a2b4-5c6d-7e8f-9a0b-1c2d3e4f5a6b'
const awkward = ['plain', '', 'a b', 'q"uote', 'back\\slash', 'com,ma', '{brace}', 'NULL', 'ñandú\nline', null]
const same: [what: string, statement: RawBuilder<unknown>, expected: unknown][] = [
  ['a count', sql`select count(*) as value from (values (1), (2)) as t`, 2],
  ['int8', value(sql`9007199254740991::int8`), Number.MAX_SAFE_INTEGER],
  ['int4', value(sql`${-7}::int4`), -7],
  ['float8', value(sql`0.1::float8`), 0.1],
  ['float8 NaN', value(sql`'NaN'::float8`), Number.NaN],
  ['numeric', value(sql`12345678901234567890.10::numeric`), '12345678901234567890.10'],
  ['bool', value(sql`${true}::bool`), true],
  ['text', value(sql`${'Ñuñoa'}::text`), 'Ñuñoa'],
  ['null', value(sql`${null}::text`), null],
  ['null of a parsed type', value(sql`null::timestamptz`), null],
  ['date', value(sql`${'2026-11-21'}::date`), '2026-11-21'],
  ['uuid', value(sql`${uuid}::uuid`), uuid],
  ['timestamptz', value(sql`'2026-11-21 04:00:31.699999-06'::timestamptz`), Date.UTC(2026, 10, 21, 10, 0, 31, 699)],
  ['timestamptz before 1970', value(sql`'1969-12-31 23:59:59.9995Z'::timestamptz`), -1],
  ['an instant of ours', value(at(1_795_000_000_123)), 1_795_000_000_123],
  ['timestamp', value(sql`'2026-11-21 10:00:00'::timestamp`), '2026-11-21 10:00:00'],
  ['interval', value(sql`interval '1 day 02:00'`), '1 day 02:00:00'],
  ['a range', value(sql`int4range(1, 5)`), '[1,5)'],
  ['bytea', value(sql`${Buffer.from([0, 1, 92, 127, 255])}::bytea`), Buffer.from([0, 1, 92, 127, 255])],
  ['empty bytea', value(sql`${Buffer.of()}::bytea`), Buffer.of()],
  ['jsonb as text', value(sql`${JSON.stringify([{ a: [1, 'x', null] }])}::jsonb`), [{ a: [1, 'x', null] }]],
  ['jsonb as an object', value(sql`${{ a: { b: 'ñ"\\' } }}::jsonb`), { a: { b: 'ñ"\\' } }],
  ['json', value(sql`'{"a": 1.5}'::json`), { a: 1.5 }],
  ['json null', value(sql`'null'::jsonb`), null],
  ['text[]', value(sql`${awkward}::text[]`), awkward],
  ['empty text[]', value(sql`${[]}::text[]`), []],
  ['nested text[]', value(sql`${[['a', 'b'], ['c', null]]}::text[]`), [['a', 'b'], ['c', null]]],
  ['text[] with bounds', value(sql`'[0:1]={a,b}'::text[]`), ['a', 'b']],
  ['int8[]', value(sql`${[1, 2 ** 40, null]}::int8[]`), [1, 2 ** 40, null]],
  ['uuid[]', value(sql`${[uuid]}::uuid[]`), [uuid]],
  ['timestamptz[]', value(sql`array['2026-11-21 10:00:00Z'::timestamptz]`), [Date.UTC(2026, 10, 21, 10)]],
  ['bytea[]', value(sql`${[Buffer.from('a"b')]}::bytea[]`), [Buffer.from('a"b')]],
  ['jsonb[]', value(sql`array['{"a": "},{"}'::jsonb]`), [{ a: '},{' }]],
  ['= any', value(sql`${'b'} = any(${['a', 'b']}::text[])`), true],
]
const refused: [what: string, statement: RawBuilder<unknown>, code: string][] = [
  ['an int8 that a number cannot hold', value(sql`9007199254740993::int8`), 'bug'],
  ['an int8[] that numbers cannot hold', value(sql`array[9007199254740993::int8]`), 'bug'],
  ['an instant without end', value(sql`'infinity'::timestamptz`), 'bug'],
  ['an array where jsonb is expected', value(sql`${['a']}::jsonb`), '22P02'],
  ['a number where an instant is expected', value(sql`${1_795_000_000_123}::timestamptz`), '22008'],
  ['a word where a number is expected', value(sql`${'x'}::int8`), '22P02'],
  ['bad SQL', sql`selec 1`, '42601'],
]

let blank: Buffer<ArrayBuffer>
beforeAll(async () => {
  const engine = await openPgliteMemory()
  blank = await snapshotOf(engine)
  await engine.close()
})
const engines: [name: string, open: () => Promise<Engine>][] = [['PGlite', () => openPgliteMemory({ snapshot: blank })]]
if (serverIsUp) engines.push(['PostgreSQL', async () => openPostgres({ url: serverUrl, clock, log })])

describe.each(engines)('the driver pair: %s', (_name, open) => {
  let db: Db
  beforeAll(async () => {
    db = makeDb(await open())
  })
  afterAll(() => db.close())

  it.each(same)('gives %s as expected', async (_what, statement, expected) => {
    expect(await rowsOf(statement, db)).toEqual([{ value: expected }])
  })
  it.each(refused)('refuses %s', async (_what, statement, code) => {
    expect(await outcome(rowsOf(statement, db))).toMatchObject({ code })
  })

  it('counts the rows a statement changed', async () => {
    const counts = await db.tx(async (tx) => {
      await sql`create temp table counted (id int primary key) on commit drop`.execute(tx)
      const statements = [sql`insert into counted values (1), (2), (3)`, sql`insert into counted values (1) on conflict do nothing`, sql`update counted set id = id + 10 where id > 1 returning id`, sql`delete from counted`]
      const found: unknown[] = []
      for (const statement of statements) found.push((await statement.execute(tx)).numAffectedRows)
      return found
    })
    expect(counts).toEqual([3n, 0n, 2n, 3n])
  })
  it('names the broken constraint by its SQLSTATE', async () => {
    const thrown = await outcome(db.tx(async (tx) => {
      await sql`create temp table once (id int primary key) on commit drop`.execute(tx)
      await sql`insert into once values (1), (1)`.execute(tx)
    }))
    expect(thrown).toMatchObject({ code: '23505', constraint: 'once_pkey' })
  })
  it('rolls back what throws, and nothing else', async () => {
    await outcome(db.tx(async (tx) => {
      await sql`create table portero_engine_rolled_back (id int)`.execute(tx)
      throw new Error('no')
    }))
    expect(await rowsOf(sql`select to_regclass('portero_engine_rolled_back')::text as value`, db)).toEqual([{ value: null }])
  })
  it('refuses a bare query inside a transaction, and goes on', async () => {
    expect(await outcome(db.tx(async () => rowsOf(sql`select 1`, db)))).toMatchObject({ code: 'bug' })
    expect(await rowsOf(sql`select 1 as value`, db)).toEqual([{ value: 1 }])
  })
  it('refuses a transaction inside a transaction, and goes on', async () => {
    expect(await outcome(db.tx(async () => db.tx(async () => {})))).toMatchObject({ code: 'bug' })
    expect(await db.tx(async (tx) => (await sql`select 1 as value`.execute(tx)).rows)).toEqual([{ value: 1 }])
  })
  it('keeps transactions that run together apart', async () => {
    const counted = (id: number): Promise<unknown> => db.tx(async (tx) => {
      await sql`create temp table apart (id int) on commit drop`.execute(tx)
      await sql`insert into apart values (${id})`.execute(tx)
      return (await sql`select id from apart`.execute(tx)).rows
    })
    expect(await Promise.all([counted(1), rowsOf(sql`select 0 as id`, db), counted(2), counted(3)])).toEqual([[{ id: 1 }], [{ id: 0 }], [{ id: 2 }], [{ id: 3 }]])
  })
  it('hears what is notified, and not as a part of what said it', async () => {
    const said = new AsyncLocalStorage<string>()
    const heard = Promise.withResolvers<unknown>()
    const stop = await db.engine.listen('portero_engine_test', () => heard.resolve(said.getStore() ?? rowsOf(sql`select 5 as value`, db)))
    await said.run('inside', () => db.tx(async (tx) => sql`notify portero_engine_test`.execute(tx)))
    expect(await heard.promise).toEqual([{ value: 5 }])
    await stop()
  })
  it('closes what is under way first, and refuses what comes after', async () => {
    const own = makeDb(await open())
    const [begun, goOn] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    const under = own.tx(async (tx) => {
      begun.resolve()
      await goOn.promise
      return (await sql`select 1 as value`.execute(tx)).rows
    })
    await begun.promise
    const closing = own.close()
    goOn.resolve()
    expect(await under).toEqual([{ value: 1 }])
    await closing
    expect(await outcome(rowsOf(sql`select 1`, own))).toBeInstanceOf(Error)
  })
  it('closes without ever having been asked anything', async () => {
    await makeDb(await open()).close()
  })
})
if (!serverIsUp) it(`the driver pair: PostgreSQL: ${notRun}`, () => shout(`the driver pair: PostgreSQL: ${notRun}`))

it('a snapshot of a database in memory opens as a database of its own', async () => {
  const one = opened(await openPgliteMemory())
  await sql`create table kept (id int)`.execute(one.bare)
  await sql`insert into kept values (1)`.execute(one.bare)
  const two = opened(await openPgliteMemory({ snapshot: await snapshotOf(one.engine) }))
  await sql`insert into kept values (2)`.execute(two.bare)
  expect([await rowsOf(sql`select id from kept`, one), await rowsOf(sql`select id from kept`, two)]).toEqual([[{ id: 1 }], [{ id: 1 }, { id: 2 }]])
})

// Stands between us and the server, and can be cut.
const startProxy = async (at = 0): Promise<{ port: number; mute(): void; cut(): Promise<void> }> => {
  const target = new URL(serverUrl)
  const sockets = new Set<Socket>()
  const server: Server = createServer((near) => {
    const far = connect(Number(target.port || 5432), target.hostname)
    for (const socket of [near, far]) {
      sockets.add(socket)
      socket.on('error', () => {}).on('close', () => sockets.delete(socket))
    }
    near.pipe(far)
    far.pipe(near)
  })
  server.listen(at, '127.0.0.1')
  await once(server, 'listening')
  const cut = async (): Promise<void> => {
    if (!server.listening) return
    server.close()
    for (const socket of sockets) socket.destroy()
    await once(server, 'close')
  }
  cleanUps.push(cut)
  const mute = (): void => {
    for (const socket of sockets) socket.unpipe().pause()
  }
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the proxy has no port')
  return { port: address.port, mute, cut }
}
const through = ({ port }: { port: number }): string => {
  const url = new URL(serverUrl)
  url.hostname = '127.0.0.1'
  url.port = String(port)
  return url.href
}

if (!serverIsUp) it(`PostgreSQL that goes away: ${notRun}`, () => shout(`PostgreSQL that goes away: ${notRun}`))
else
  describe('PostgreSQL that goes away', () => {
    it('need not be there at first, may go and come back, and is listened to again', async () => {
      const absent = await startProxy()
      await absent.cut()
      const db = opened(openPostgres({ url: through(absent), clock, log }))
      let [woken, deaf] = [0, 0]
      const stop = await db.engine.listen('portero_engine_back', () => woken++, () => deaf++)
      expect(deaf).toBe(1)
      expect(await outcome(rowsOf(sql`select 1`, db))).toMatchObject({ code: 'ECONNREFUSED' })

      for (const round of [1, 2]) {
        const proxy = await startProxy(absent.port)
        await until(() => woken > 0) // called after it came back
        expect({ round, woken }).toEqual({ round, woken: 1 })
        expect(await rowsOf(sql`select 1 as value`, db)).toEqual([{ value: 1 }])
        await sql`notify portero_engine_back`.execute(db.bare)
        await until(() => woken === 2)
        woken = deaf = 0
        await proxy.cut()
        expect(await outcome(rowsOf(sql`select 1`, db))).toBeInstanceOf(Error)
        await until(() => deaf > 0)
      }
      await stop()
    })

    it('between two statements of a transaction, ends that transaction and nothing else', async () => {
      const proxy = await startProxy()
      const db = opened(openPostgres({ url: through(proxy), clock, log }))
      const thrown = await outcome(db.tx(async (tx) => {
        await sql`select 1`.execute(tx)
        await proxy.cut()
        await sql`select 1`.execute(tx)
      }))
      expect(thrown).toBeInstanceOf(Error)
      await startProxy(proxy.port)
      expect(await rowsOf(sql`select 1 as value`, db)).toEqual([{ value: 1 }])
    })

    it('without a word, is not waited for longer than a statement may take', async () => {
      const proxy = await startProxy()
      const db = opened(openPostgres({ url: through(proxy), clock, log, statementMs: 300 }))
      expect(await outcome(rowsOf(sql`select pg_sleep(5)`, db))).toMatchObject({ code: '57014' })
      proxy.mute()
      expect(await outcome(rowsOf(sql`select 1`, db))).toMatchObject({ message: 'Connection terminated: the server has gone silent' })
      expect(await rowsOf(sql`select 1 as value`, db)).toEqual([{ value: 1 }])
    })

    it('while clients stand idle in the pool, leaves the process alive', async () => {
      const proxy = await startProxy()
      const db = opened(openPostgres({ url: through(proxy), clock, log }))
      await Promise.all([rowsOf(sql`select 1`, db), rowsOf(sql`select 2`, db), rowsOf(sql`select 3`, db)])
      await proxy.cut()
      await startProxy(proxy.port)
      await until(async () => (await outcome(rowsOf(sql`select 1`, db))) === 'it worked')
    })
  })
