import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { sql } from 'kysely'
import type { Delivery } from '@portero/tool-server/define.ts'
import { replayDead } from '@portero/tool-server/spine/dead.ts'
import { tinyConnector, tinyHouse, type Event, type Tiny } from './support/tiny.ts'

// How long what arrived is kept: its bytes for a week, its hash for a month, and what is dead until somebody decides.
const day = 24 * 3_600_000
const hour = 3_600_000
let mended = false
const parse = tinyConnector().webhook!.parse
const connector = tinyConnector({ webhook: { verify() {}, parse: (inbound, connection): Delivery[] => parse(inbound, connection).map((each) => (mended && each.id === 'odd' ? { ...each, payload: { text: 'mended' } } : each)) } })
let house: Tiny
beforeEach(async () => {
  mended = false
  house = await tinyHouse({ connectors: [connector] })
})
afterEach(() => house.end())

const event = (id: string, payload: object = { text: id }): Event => ({ id, flow: 'tiny.told', payload: { ...payload } })
const arrived = async (...events: Event[]): Promise<void> => {
  await house.deliver(events)
  await house.settle()
}
const rows = async (): Promise<object[]> => (await sql<{ state: string; kept: boolean }>`select state, raw_sealed is not null as kept from inbox order by seq`.execute(house.db.bare)).rows

describe('what was parsed', () => {
  test('keeps its bytes for a week', async () => {
    await arrived(event('a'))
    await house.pass(7 * day - hour)
    expect(await rows()).toEqual([{ state: 'parsed', kept: true }])
  })
  test('loses its bytes after a week', async () => {
    await arrived(event('a'))
    await house.pass(7 * day + hour)
    expect(await rows()).toEqual([{ state: 'parsed', kept: false }])
  })
  test('is known again without its bytes', async () => {
    await arrived(event('a'))
    await house.pass(7 * day + hour)
    expect(await house.deliver([event('a')])).toBe('repeated')
  })
  test('is forgotten after a month', async () => {
    await arrived(event('a'))
    await house.pass(30 * day + hour)
    expect([await rows(), await house.deliver([event('a')])]).toEqual([[], 'stored'])
  })
})

describe('what is dead', () => {
  test('is kept with its bytes', async () => {
    await arrived(event('odd', { text: 5 }))
    await house.pass(400 * day)
    expect(await rows()).toEqual([{ state: 'dead', kept: true }])
  })
  test('in a batch goes on alone after the fix, and the others not again', async () => {
    await arrived(event('a'), event('odd', { text: 5 }), event('b'))
    mended = true
    await replayDead(house, { sure: false })
    await house.settle()
    expect((await house.notes()).toSorted()).toEqual(['a', 'b', 'mended'])
  })
})

test('the memory of finished jobs is as long as that of deliveries', async () => {
  await arrived(event('a'))
  await house.pass(30 * day - hour)
  await arrived(event('a'), event('b'))
  expect((await house.notes()).toSorted()).toEqual(['a', 'b'])
})
