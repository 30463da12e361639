import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { sql } from 'kysely'
import { AppError } from '@portero/shared'
import type { Delivery } from '@portero/tool-server/define.ts'
import { newId } from '@portero/tool-server/spine/clock.ts'
import { listDead, replayDead } from '@portero/tool-server/spine/dead.ts'
import { neighbourOf, tinyConnector, tinyHouse, type Event, type Tiny } from './support/tiny.ts'

// Raw deliveries: stored before they are acknowledged, parsed in order, never skipped and never twice. Each test has a word of its own.
let mended = false // after the fix
const parse = tinyConnector().webhook!.parse
const connector = tinyConnector({ webhook: { verify() {}, identity: ['x-delivery'], parse(inbound, connection): Delivery[] {
  if (!mended && inbound.rawBody.includes('unreadable')) throw new TypeError('cannot read it')
  if (inbound.rawBody.includes('refused')) throw new AppError('unsupported', 'a version that nobody reads')
  return parse(inbound, connection)
} } })
let house: Tiny
let count = 0
let word = ''
beforeAll(async () => void (house = await tinyHouse({ connectors: [connector] })))
beforeEach(() => {
  mended = false
  word = `w${++count};`
})
afterAll(() => house.end())

const event = (id: string, payload: object = { text: word + id }): Event => ({ id: word + id, flow: 'tiny.told', payload: { ...payload } })
const notes = async (): Promise<string[]> => (await house.notes()).filter((text) => text.includes(word)).map((text) => text.replace(word, '')).toSorted()
const accept = (text: string): Promise<string> => house.inbox.accept(house.tiny, { method: 'POST', url: 'https://portero.example/webhooks/tiny', headers: {}, rawBody: Buffer.from(text) }, '0')
type Row = { id: string; state: string; error_code: string | null; error: string | null; bytes: number | null }
const rowsSince = async (since: number): Promise<Row[]> => (await sql<Row>`select id, state, error_code, error, length(raw_sealed) as bytes from inbox where seq > ${since} order by seq`.execute(house.db.bare)).rows
const lastSeq = async (): Promise<number> => (await sql<{ seq: number }>`select coalesce(max(seq), 0) as seq from inbox`.execute(house.db.bare)).rows[0]!.seq
const rowsOf = async (what: () => Promise<unknown>): Promise<Row[]> => {
  const since = await lastSeq()
  await what()
  return rowsSince(since)
}
const told10 = (odd: object): Event[] => Array.from({ length: 10 }, (_, at) => event(`e${at}`, at === 4 ? odd : undefined))

describe('accept', () => {
  test('comes back when the delivery is stored', async () => {
    const [row] = await rowsOf(() => accept(`[] ${word}`))
    expect(row).toMatchObject({ state: 'new', bytes: expect.any(Number) })
  })
  test('fails when the delivery could not be stored', async () => {
    await sql`alter table inbox rename to mislaid`.execute(house.db.bare)
    const accepted = accept(word)
    await expect(accepted.finally(() => sql`alter table mislaid rename to inbox`.execute(house.db.bare))).rejects.toMatchObject({ code: '42P01' })
  })
  test('stores the same bytes once', async () => {
    const answers: string[] = []
    const rows = await rowsOf(async () => answers.push(await house.deliver([event('a')]), await house.deliver([event('a')])))
    expect([answers, rows.length]).toEqual([['stored', 'repeated'], 1])
  })
  test('tells the same bytes apart by the header in which the vendor names its delivery', async () => {
    const answers = [await house.deliver([], { 'x-delivery': `${word}1` }), await house.deliver([], { 'x-delivery': `${word}2` }), await house.deliver([], { 'x-delivery': `${word}1` })]
    expect(answers).toEqual(['stored', 'stored', 'repeated'])
  })
  test('does not tell them apart by any other header', async () => {
    expect([await house.deliver([event('a')], { date: 'Monday' }), await house.deliver([event('a')], { date: 'Tuesday' })]).toEqual(['stored', 'repeated'])
  })
  test('of 500 at once needs few statements and gives each its own answer', async () => {
    const since = await lastSeq()
    const answers = await Promise.all(Array.from({ length: 500 }, (_, at) => accept(`${word}${at % 400}`)))
    const { rows: [seen] } = await sql<{ rows: number; statements: number }>`select count(*) as rows, count(distinct xmin::text) as statements from inbox where seq > ${since}`.execute(house.db.bare)
    expect([seen!.rows, answers.filter((answer) => answer === 'stored').length, answers.filter((answer) => answer === 'repeated').length]).toEqual([400, 400, 100])
    expect(seen!.statements).toBeLessThan(20)
  })
  test('loses no other delivery to one that cannot be stored', async () => {
    const elsewhere = { ...house.tiny, id: newId(house.clock) }
    const before = ['a', 'b', 'c'].map((each) => accept(word + each)) // so that the next ones share a statement
    const lost = house.inbox.accept(elsewhere, { method: 'POST', url: '', headers: {}, rawBody: Buffer.from(word) }, '0')
    const after = ['d', 'e', 'f'].map((each) => accept(word + each))
    await expect(lost).rejects.toMatchObject({ code: '23503' })
    expect(await Promise.all([...before, ...after])).toEqual(Array.from({ length: 6 }, () => 'stored'))
  })
})

describe('parsing', () => {
  beforeAll(async () => void (await sql`delete from inbox`.execute(house.db.bare))) // what the tests above left

  test('keeps the order of arrival', async () => {
    for (const each of ['c', 'a', 'b']) await house.deliver([event(`${each}1`), event(`${each}2`)])
    await house.inbox.parseSome()
    const { rows } = await sql<{ key: string }>`select key from job where key like ${`%${word}%`} order by seq`.execute(house.db.bare)
    expect(rows.map(({ key }) => key.split(word)[1])).toEqual(['c1', 'c2', 'a1', 'a2', 'b1', 'b2'])
  })
  test('tells each event of a batch once, whatever delivery it comes in', async () => {
    await house.deliver([event('a'), event('b')])
    await house.deliver([event('b'), event('c'), event('c')])
    await house.settle()
    await house.deliver([event('a'), event('d')])
    await house.settle()
    expect(await notes()).toEqual(['a', 'b', 'c', 'd'])
  })
  test.each([['unreadable', 'invalid_input', 'the parser failed: TypeError'], ['refused', 'unsupported', 'a version that nobody reads']])('that fails on the %s leaves it dead, with its bytes', async (text, code, error) => {
    const rows = await rowsOf(async () => {
      await house.deliver([event(text)])
      await house.settle()
    })
    expect(rows).toMatchObject([{ state: 'dead', error_code: code, error, bytes: expect.any(Number) }])
  })
  test('of what was dead is done once after the fix', async () => {
    await house.deliver([event('unreadable')])
    await house.settle()
    const dead = (await listDead(house.db)).filter(({ kind }) => kind === 'delivery').at(-1)!
    mended = true
    for (let twice = 0; twice < 2; twice++) {
      await replayDead(house, { id: dead.id, sure: false })
      await house.settle()
    }
    expect(await notes()).toEqual(['unreadable'])
  })
  test('goes on after one that is dead', async () => {
    await house.deliver([event('unreadable')])
    await house.deliver([event('b')])
    await house.settle()
    expect(await notes()).toEqual(['b'])
  })
  test.each([
    ['fits no flow', { text: 5 }],
    ['has a name that cannot be stored', { text: '\0' }],
  ])('of ten events of which one %s does the nine, and keeps all of it for a replay', async (_title, odd) => {
    const events = told10(odd).map((each) => (each.payload['text'] === '\0' ? { ...event('e4'), id: 'e4\0' } : each))
    const rows = await rowsOf(async () => {
      await house.deliver(events)
      await house.settle()
    })
    expect([await notes(), rows]).toMatchObject([['e0', 'e1', 'e2', 'e3', 'e5', 'e6', 'e7', 'e8', 'e9'], [{ state: 'dead', error_code: 'invalid_input' }]])
  })
  test('of a connection that another replica has just made works at once', async () => {
    const neighbour = await neighbourOf(house)
    await neighbour.connections.all(neighbour.db.bare)
    const fresh = await house.connections.put({ tenant: house.tenant, vendor: 'tiny', account: 'new', settings: { baseUrl: house.vendor.origin } })
    await house.inbox.accept(fresh, { method: 'POST', url: '', headers: {}, rawBody: Buffer.from(JSON.stringify([event('a')])) }, '0')
    await neighbour.worker.settle()
    neighbour.leave()
    expect(await notes()).toEqual(['a'])
  })
})
