import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import * as fc from 'fast-check'
import { sql } from 'kysely'
import { AppError } from '@portero/shared'
import { newId, realClock } from '@portero/tool-server/spine/clock.ts'
import { at, makeDb, type Db, type Engine } from '@portero/tool-server/spine/db.ts'
import { keyring } from '@portero/tool-server/spine/keyring.ts'
import { firstTenant } from '@portero/tool-server/spine/migrate.ts'
import { openPostgres } from '@portero/tool-server/spine/postgres.ts'
import { makeVault, type Vault } from '@portero/tool-server/spine/vault.ts'
import { fakeClock, type FakeClock } from './support/clock.ts'
import { freshEngine, serverUrl } from './support/databases.ts'
import { log, until } from './support/engines.ts'
import { testHouse } from './support/house.ts'

const oldKey = Buffer.alloc(32, 1)
const newKey = Buffer.alloc(32, 2)
const otherTenant = '00000000-0000-7000-8000-000000000002'
const place = 'note.text:1'

type Stage = { db: Db; engine: Engine; url: string | undefined; clock: FakeClock; vault(...keys: [Buffer, ...Buffer[]]): Vault; end(): Promise<void> }
const makeStage = async (): Promise<Stage> => {
  const fresh = await freshEngine()
  const db = makeDb(fresh.engine)
  const clock = fakeClock()
  await sql`insert into tenant (tenant_id, name, created_at) values (${otherTenant}, 'other', ${at(clock.now())})`.execute(db.bare)
  return {
    db, clock, engine: fresh.engine, url: fresh.url,
    vault: (...keys) => makeVault({ db, clock, keys: keyring(keys) }),
    async end() {
      await db.close()
      await fresh.remove()
    },
  }
}
const outcomeOf = (opening: Promise<unknown>): Promise<string> => opening.then(() => 'opened', (thrown: unknown) => (thrown instanceof AppError ? thrown.code : String(thrown)))
const keyIdOf = (sealed: Buffer): string => sealed.subarray(1, 17).toString('hex')

describe('a vault', () => {
  let stage: Stage
  let vault: Vault
  let db: Db
  beforeAll(async () => {
    stage = await makeStage()
    db = stage.db
    vault = stage.vault(oldKey)
  })
  afterAll(() => stage.end())
  const newPerson = (): string => newId(stage.clock)
  const withoutMemory = (): Vault => stage.vault(oldKey)
  const sealFor = (person: string | undefined, text = 'hola', on = vault): Promise<Buffer> => on.seal(db.bare, { tenant: firstTenant, person }, place, text)
  const indexOf = (value: string, on = vault): Promise<Buffer> => on.blindIndex(db.bare, firstTenant, 'phone', value)
  const open = (sealed: Buffer, on = vault): Promise<string> => outcomeOf(on.open(db.bare, firstTenant, place, sealed))

  test('opens to the very bytes that were sealed, whoever owns them', () =>
    fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 3_000 }), fc.constantFrom(firstTenant, otherTenant), fc.option(fc.uuid(), { nil: undefined }), fc.boolean(), async (plain, tenant, person, again) => {
        const sealed = await vault.seal(db.bare, { tenant, person }, place, plain)
        const opened = await (again ? withoutMemory() : vault).open(db.bare, tenant, place, sealed)
        expect(opened.equals(plain)).toBe(true)
      }),
      { numRuns: 60 },
    ))

  test.each([
    ['of another tenant that remembers the key', () => vault, otherTenant, place, 'bug'],
    ['of another tenant', withoutMemory, otherTenant, place, 'not_found'],
    ['of another row', () => vault, firstTenant, 'note.text:2', 'bug'],
    ['of another column', () => vault, firstTenant, 'note.title:1', 'bug'],
  ])('refuses a value at the place %s', async (_title, opener, tenant, where, code) => {
    const sealed = await sealFor(newPerson())
    expect(await outcomeOf(opener().open(db.bare, tenant, where, sealed))).toBe(code)
  })

  test("refuses a value that was put under another person's key", async () => {
    const [mine, yours] = [await sealFor(newPerson()), await sealFor(newPerson())]
    expect(await open(Buffer.concat([yours.subarray(0, 17), mine.subarray(17)]))).toBe('bug')
  })

  test('refuses a value with any one byte changed', () =>
    fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 64 }), fc.nat(), fc.integer({ min: 1, max: 255 }), async (plain, where, mask) => {
        const sealed = await vault.seal(db.bare, { tenant: firstTenant }, place, plain)
        const position = where % sealed.length
        sealed.writeUInt8(sealed.readUInt8(position) ^ mask, position)
        expect(await open(sealed)).toMatch(/^(bug|not_found)$/)
      }),
      { numRuns: 300 },
    ))

  test('refuses a value that is cut anywhere', async () => {
    const sealed = await sealFor(undefined)
    const outcomes = new Set<string>()
    for (let length = 0; length < sealed.length; length++) outcomes.add(await open(sealed.subarray(0, length)))
    expect(outcomes).toEqual(new Set(['bug']))
  })

  test('gives every person a key, and the tenant another', async () => {
    const keys = await Promise.all([newPerson(), newPerson(), undefined].map(async (person) => keyIdOf(await sealFor(person))))
    expect(new Set(keys).size).toBe(3)
  })

  test('seals the same text differently every time', async () => {
    const person = newPerson()
    expect((await sealFor(person)).equals(await sealFor(person))).toBe(false)
  })

  describe('that erased a person', () => {
    let theirs: Buffer[]
    let others: Buffer[]
    let replica: Vault // remembers the key, and follows nobody, as a command of the command line
    beforeAll(async () => {
      const person = newPerson()
      theirs = [await sealFor(person, 'one'), await sealFor(person, 'two')]
      others = [await sealFor(newPerson()), await sealFor(undefined)]
      replica = withoutMemory()
      await Promise.all([...theirs, ...others].map((sealed) => open(sealed, replica)))
      await vault.erasePerson(db.bare, firstTenant, person)
    })

    test('opens none of their values', async () => {
      expect(await Promise.all(theirs.map((sealed) => open(sealed)))).toEqual(['not_found', 'not_found'])
    })
    test('opens those of others', async () => {
      expect(await Promise.all(others.map((sealed) => open(sealed)))).toEqual(['opened', 'opened'])
    })
    test('has one beside it, which hears nothing, that forgets within a second', async () => {
      stage.clock.advance(1_000)
      expect(await Promise.all([...theirs, ...others].map((sealed) => open(sealed, replica)))).toEqual(['not_found', 'not_found', 'opened', 'opened'])
    })
  })

  describe('of another server on the same database', () => {
    let elsewhere: Db
    let other: Vault
    let stop: () => Promise<void>
    beforeAll(async () => {
      elsewhere = stage.url === undefined ? db : makeDb(openPostgres({ url: stage.url, clock: realClock(), log })) // the embedded engine belongs to one process
      other = makeVault({ db: elsewhere, clock: stage.clock, keys: keyring([oldKey]) })
      stop = await other.follow()
    })
    afterAll(async () => {
      await stop()
      if (elsewhere !== db) await elsewhere.close()
    })
    const there = (sealed: Buffer): Promise<string> => outcomeOf(other.open(elsewhere.bare, firstTenant, place, sealed))
    const known = async (): Promise<{ person: string; sealed: Buffer }> => {
      const person = newPerson()
      const sealed = await sealFor(person)
      expect([await there(sealed), await there(sealed)]).toEqual(['opened', 'opened'])
      return { person, sealed }
    }
    // No clock is moved: what is remembered there would open for a minute.
    const closes = (sealed: Buffer): Promise<void> => until(async () => (await there(sealed)) === 'not_found')

    test('uses no key that was destroyed here, whatever it remembers', async () => {
      const [{ person, sealed }, { sealed: another }] = [await known(), await known()]
      await db.tx((tx) => vault.erasePerson(tx, firstTenant, person))
      await closes(sealed)
      expect(await there(another)).toBe('opened')
      await sql`insert into person (tenant_id, id, created_at, erased_at) values (${firstTenant}, ${person}, ${at(stage.clock.now())}, ${at(stage.clock.now())})`.execute(db.bare)
      expect(await outcomeOf(other.seal(elsewhere.bare, { tenant: firstTenant, person }, place, 'hola'))).toBe('not_found')
    })
    test('opens nothing of who is blocked here, and all of theirs once they are no more', async () => {
      const { person, sealed } = await known()
      await db.tx((tx) => vault.block(tx, firstTenant, [person], stage.clock.now()))
      await closes(sealed)
      await db.tx((tx) => vault.block(tx, firstTenant, [person], undefined))
      expect(await there(sealed)).toBe('opened')
    })
    test('goes on while a blocking is rolled back', async () => {
      const { person, sealed } = await known()
      await db.tx(async (tx) => { await vault.block(tx, firstTenant, [person], stage.clock.now()); throw new Error('rolled back') }).catch(() => undefined)
      expect(await there(sealed)).toBe('opened')
    })
    const onServer = serverUrl ? test : test.skip
    onServer('remembers nothing that it read before it heard', async () => {
      const person = newPerson()
      const sealed = await sealFor(person)
      const [read, go] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
      const reading = elsewhere.tx(async (tx) => {
        await other.open(tx, firstTenant, place, sealed)
        read.resolve()
        await go.promise
      })
      await read.promise
      const before = await known() // by which it is seen that it has heard
      await vault.erasePerson(db.bare, firstTenant, person)
      await vault.erasePerson(db.bare, firstTenant, before.person)
      await closes(before.sealed)
      go.resolve()
      await reading
      expect(await there(sealed)).toBe('not_found')
    })
    test('that lost its ear remembers nobody from before, and whom it reads for a second', async () => {
      const ear = { lost: (): void => {} }
      const own = makeDb({ ...stage.engine, listen: async (_channel, _heard, lost = () => {}) => { ear.lost = lost; return async () => {} } })
      const deaf = makeVault({ db: own, clock: stage.clock, keys: keyring([oldKey]) })
      await deaf.follow()
      const [before, after] = [newPerson(), newPerson()]
      const [theirs, others] = [await sealFor(before), await sealFor(after)]
      expect(await open(theirs, deaf)).toBe('opened')
      ear.lost()
      await vault.erasePerson(db.bare, firstTenant, before)
      expect(await open(theirs, deaf)).toBe('not_found')
      expect(await open(others, deaf)).toBe('opened')
      await vault.erasePerson(db.bare, firstTenant, after)
      stage.clock.advance(1_000)
      expect(await open(others, deaf)).toBe('not_found')
    })
    onServer('whose connection is cut hears again', async () => {
      const { person, sealed } = await known()
      await sql`select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and query = 'listen portero_keys'`.execute(db.bare)
      await vault.erasePerson(db.bare, firstTenant, person)
      await closes(sealed)
      const listens = async (): Promise<boolean> => (await sql`select 1 from pg_stat_activity where datname = current_database() and query = 'listen portero_keys'`.execute(db.bare)).rows.length > 0
      await until(listens)
      const again = await known()
      await vault.erasePerson(db.bare, firstTenant, again.person)
      await closes(again.sealed)
    })
  })

  test('keeps a person whose erasure was rolled back', async () => {
    const person = newPerson()
    const sealed = await sealFor(person)
    await db.tx(async (tx) => { await vault.erasePerson(tx, firstTenant, person); throw new Error('rolled back') }).catch(() => undefined)
    expect(await open(sealed)).toBe('opened')
  })

  const onServer = serverUrl ? test : test.skip // the embedded engine lets nobody read meanwhile
  onServer('erases a person whom somebody reads until the commit', async () => {
    const person = newPerson()
    const sealed = await sealFor(person)
    const erased = Promise.withResolvers<void>()
    const read = Promise.withResolvers<void>()
    const erasing = db.tx(async (tx) => { await vault.erasePerson(tx, firstTenant, person); erased.resolve(); await read.promise })
    await erased.promise
    await open(sealed)
    read.resolve()
    await erasing
    expect(await open(sealed)).toBe('not_found')
  })

  test('never uses a key again that was made in a transaction that rolled back', async () => {
    const person = newPerson()
    await db.tx(async (tx) => { await vault.seal(tx, { tenant: firstTenant, person }, place, 'lost'); throw new Error('rolled back') }).catch(() => undefined)
    expect(await open(await sealFor(person), withoutMemory())).toBe('opened')
  })

  test('ends with one key when two processes make it at once', async () => {
    const people = Array.from({ length: 10 }, newPerson)
    const keys = await Promise.all(people.map(async (person) => new Set(await Promise.all([withoutMemory(), withoutMemory(), withoutMemory()].map(async (one) => keyIdOf(await sealFor(person, 'hola', one)))))))
    expect(keys.map(({ size }) => size)).toEqual(people.map(() => 1))
  })

  test('ends with one key when two transactions make it at once', async () => {
    const person = newPerson()
    const sealed = await Promise.all([withoutMemory(), withoutMemory()].map((one) => db.tx((tx) => one.seal(tx, { tenant: firstTenant, person }, place, 'hola'))))
    expect(new Set(sealed.map(keyIdOf)).size).toBe(1)
  })

  test('makes blind indexes that are equal exactly for equal values', () =>
    fc.assert(
      fc.asyncProperty(fc.string(), fc.string(), async (one, other) => {
        expect((await indexOf(one)).equals(await indexOf(other, withoutMemory()))).toBe(one === other)
        expect((await indexOf(one)).equals(await indexOf(one, withoutMemory()))).toBe(true)
      }),
      { numRuns: 40 },
    ))

  test('makes blind indexes that differ by tenant and by purpose', async () => {
    const indexes = await Promise.all([[firstTenant, 'phone'], [firstTenant, 'email'], [otherTenant, 'phone']].map(async ([tenant = '', purpose = '']) => (await vault.blindIndex(db.bare, tenant, purpose, '5512345678')).toString('hex')))
    expect(new Set(indexes).size).toBe(3)
  })
})

describe('a rotation of the master key', () => {
  const people = Array.from({ length: 520 }, (_, index) => `00000000-0000-7000-9000-${String(index).padStart(12, '0')}`) // more than one batch
  let stage: Stage
  let sealed: Buffer[]
  let outcome: Awaited<ReturnType<Vault['rotate']>>
  const sealAll = (vault: Vault, people: readonly string[]): Promise<Buffer[]> => Promise.all(people.map((person) => vault.seal(stage.db.bare, { tenant: firstTenant, person }, place, 'hola')))
  const openAll = async (vault: Vault, sealed: Buffer[]): Promise<Set<string>> => new Set(await Promise.all(sealed.map((one) => outcomeOf(vault.open(stage.db.bare, firstTenant, place, one)))))
  beforeAll(async () => {
    stage = await makeStage()
    const before = stage.vault(oldKey)
    sealed = [...(await sealAll(before, people)), await before.seal(stage.db.bare, { tenant: firstTenant }, place, 'hola')]
    await before.blindIndex(stage.db.bare, firstTenant, 'phone', '55')
    outcome = await stage.vault(newKey, oldKey).rotate()
  })
  afterAll(() => stage.end())

  test('rewraps every data key', async () => {
    expect(await stage.vault(newKey).masters()).toEqual([{ masterId: outcome.masterId, keys: people.length + 2, known: true }])
  })
  test('says how many', () => {
    expect(outcome.rewrapped).toBe(people.length + 2)
  })
  test('leaves all that was sealed open to the new key alone', async () => {
    expect(await openAll(stage.vault(newKey), sealed)).toEqual(new Set(['opened']))
  })
  test('closes it to the old key alone, which is told which key it lacks', async () => {
    await expect(stage.vault(oldKey).open(stage.db.bare, firstTenant, place, sealed[0]!)).rejects.toMatchObject({ code: 'bug', message: expect.stringContaining(outcome.masterId) })
  })
  test.each([['new', newKey, oldKey], ['old', oldKey, newKey]])('loses nothing that a replica seals meanwhile with the %s key first', async (_title, first, second) => {
    const back = stage.vault(oldKey, newKey)
    const there = stage.vault(newKey, oldKey)
    await back.rotate()
    const fresh = Array.from({ length: 40 }, () => newId(stage.clock))
    const replica = stage.vault(first, second)
    const [made] = await Promise.all([sealAll(replica, [...fresh, ...people.slice(0, 40)]), there.rotate()])
    await there.rotate() // what the replica wrapped with the old key after the first had passed
    expect(await openAll(stage.vault(newKey), [...made, ...sealed])).toEqual(new Set(['opened']))
  })
})

test("a house whose PORTERO_KEY is not the database's refuses to begin and names the key", async () => {
  const house = await testHouse({ config: { masterKeys: [newKey] } })
  try {
    const strange = makeVault({ db: house.db, clock: house.clock, keys: keyring([oldKey]) })
    await strange.seal(house.db.bare, { tenant: firstTenant }, place, 'hola')
    const masterId = (await strange.masters())[0]!.masterId
    await expect(house.begin({ work: false })).rejects.toThrow(`the database is sealed with master key ${masterId}, which PORTERO_KEY does not hold`)
  } finally {
    await house.end()
  }
})
