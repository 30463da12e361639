import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { sql } from 'kysely'
import { AppError } from '@portero/shared'
import type { Delivery, Pull, Watch } from '@portero/tool-server/define.ts'
import { claim } from '@portero/tool-server/spine/jobs.ts'
import { serverUrl } from './support/databases.ts'
import { neighbourOf, tinyConnector, tinyHouse, until, type Tiny } from './support/tiny.ts'

// Asking a vendor what changed: nothing is passed over, nothing is told twice, and no failure ends it.
const minute = 60_000
const hour = 60 * minute
type Page = Awaited<ReturnType<Pull<unknown>['pull']>>
const told = (...texts: string[]): Delivery[] => texts.map((text) => ({ id: text, flow: 'tiny.told', item: text, payload: { text } }))
const page = (cursor: string | null, ...texts: string[]): Page => ({ deliveries: told(...texts), cursor })

let house: Tiny
let asked: (string | null)[] = [] // the cursors it was asked with
type Asking = (cursor: string | null, at: Parameters<Pull<unknown>['pull']>[1]) => Page | Promise<Page>
let pull: Asking = () => page(null)
let ensure: Watch<unknown>['ensure'] = async () => ({ expiresAt: null })
const changes: Pull<unknown> = {
  everyMs: 5 * minute,
  gone: (items) => items.map((item) => ({ id: `gone:${item}`, flow: 'tiny.told', payload: { text: `gone ${item}` } })),
  async pull(cursor, at) {
    asked.push(cursor)
    return pull(cursor, at)
  },
}
const connector = tinyConnector({ pulls: { changes }, watch: { ensure: (at) => ensure(at) } })
// Whatever was asked and told before is forgotten.
const vendorSays = async (says: Asking): Promise<void> => {
  asked = []
  pull = says
  for (const statement of ['delete from pull_cursor', 'delete from pull_item', 'delete from tiny_note', `delete from job where kind = 'turn'`]) await run(statement)
  await sql`update job set state = 'ready', run_at = to_timestamp(0), attempts = 0 where kind in ('pull', 'watch')`.execute(house.db.bare)
}
beforeAll(async () => void (house = await tinyHouse({ connectors: [connector] })))
beforeEach(() => void (ensure = async () => ({ expiresAt: null })))
afterAll(() => house.end())
const job = (): ReturnType<Tiny['job']> => house.job(`${house.tiny.id}:changes`)
const run = (statement: string): Promise<unknown> => sql.raw(statement).execute(house.db.bare)
const notes = async (): Promise<string[]> => (await house.notes()).toSorted()

describe('a pull', () => {
  test('goes on from where it was, when its time has come', async () => {
    await vendorSays((cursor) => page(`${cursor}+`))
    await house.settle()
    await house.pass(5 * minute - 1)
    await house.pass(1)
    expect(asked).toEqual([null, 'null+'])
  })
  test('of several pages goes on at once', async () => {
    await vendorSays((cursor) => (cursor === 'p2' ? page('end', 'c') : { ...page(cursor ? 'p2' : 'p1', cursor ? 'b' : 'a'), more: true }))
    await house.settle()
    expect([asked, await notes()]).toEqual([[null, 'p1', 'p2'], ['a', 'b', 'c']])
  })
  test('tells what it already told only once', async () => {
    await vendorSays(() => page('c', 'a', 'a'))
    await house.settle()
    await house.pass(5 * minute)
    expect(await notes()).toEqual(['a'])
  })
  test.each([
    ['cursor', `alter table pull_cursor add constraint odd check (cursor <> 'c1')`, 'alter table pull_cursor drop constraint odd'],
    ['deliveries', `alter table job add constraint odd check (key not like 'delivery:%')`, 'alter table job drop constraint odd'],
  ])('keeps neither deliveries nor cursor when the %s cannot be kept', async (_what, breaks, mends) => {
    await vendorSays((cursor) => page('c1', ...(cursor === null ? ['a'] : [])))
    await run(breaks)
    await house.settle()
    const before = [await notes(), (await sql`select cursor from pull_cursor`.execute(house.db.bare)).rows]
    await run(mends)
    await house.pass(minute)
    expect([before, await notes(), asked]).toEqual([[[], []], ['a'], [null, null]])
  })
  test('that fails is tried again, less and less often, and never dies', async () => {
    await vendorSays(() => {
      throw new AppError('not_found', 'it is not there')
    })
    for (let each = 0; each < 20; each++) await house.pass(11 * minute)
    expect([asked.length, await job()]).toMatchObject([20, { state: 'ready', error_code: 'not_found' }])
  })
  test('that works again forgets its failures', async () => {
    await vendorSays((cursor) => {
      if (asked.length < 3) throw new AppError('unavailable', 'it is down')
      return page(cursor)
    })
    for (let each = 0; each < 3; each++) await house.pass(minute)
    expect(await job()).toMatchObject({ state: 'scheduled', attempts: 0, error_code: null })
  })
  test('stays where it is before something that fits no flow', async () => {
    let mended = false
    await vendorSays((cursor) => (cursor ? page('c2') : { deliveries: [...told('a'), ...(mended ? told('b') : [{ id: 'b', flow: 'nobody', payload: {} }])], cursor: 'c1' }))
    await house.settle()
    const before = [await notes(), await job()]
    mended = true
    await house.pass(minute)
    expect([before, await notes()]).toMatchObject([[[], { error_code: 'not_found' }], ['a', 'b']])
  })
  test('cannot write', async () => {
    await vendorSays(async (_cursor, { http }) => {
      await http({ method: 'POST', path: '/things', body: { text: 'x' } })
      return page(null)
    })
    await house.settle()
    expect([house.vendor.heard, await job()]).toMatchObject([[], { error_code: 'bug' }])
  })
  test('can ask by POST where it says that it only reads', async () => {
    await vendorSays(async (_cursor, { http }) => {
      await http({ method: 'POST', path: '/search', body: { text: 'x' }, reading: true })
      return page(null, 'found')
    })
    await house.settle()
    expect(await notes()).toEqual(['found'])
  })
})

describe('a pull whose worker vanished', () => {
  const vanish = async (): Promise<void> => {
    const now = house.clock.now()
    await claim(house.db.bare, { lane: 'sync', most: 9, worker: 'vanished', now, until: now + 30_000, resting: [] })
  }
  test('is done by another after the lease', async () => {
    await vendorSays(() => page('c', 'a'))
    await vanish()
    await house.settle()
    const early = asked.length
    await house.pass(30_001)
    expect([early, await notes()]).toEqual([0, ['a']])
  })
  test('is told nothing by the one that comes back after its lease', async () => {
    let answer = (_page: Page): void => {}
    const late = new Promise<Page>((resolve) => void (answer = resolve))
    await vendorSays(() => (asked.length === 1 ? late : page('second', 'b')))
    const first = house.settle()
    await until(() => asked.length === 1)
    await house.pass(30_001)
    answer(page('first', 'a'))
    await first
    expect([await notes(), (await sql`select cursor from pull_cursor`.execute(house.db.bare)).rows]).toEqual([['b'], [{ cursor: 'second' }]])
  })
})

describe('a vendor whose cursor died', () => {
  // Shows what it has, one thing a page, while the cursor is not 'dead'.
  const showing = (things: () => string[]) => (cursor: string | null): Page => {
    const at = cursor === null ? 0 : Number(cursor)
    if (cursor === 'over') return { ...page(null), restart: true }
    if (at >= things().length) return page('over')
    return { ...page(String(at + 1), things()[at]!), ...(at + 1 < things().length ? { more: true } : { cursor: 'over' }) }
  }
  test('tells everything anew, and what is gone', async () => {
    let things = ['a', 'b', 'c']
    await vendorSays(showing(() => things))
    await house.settle()
    things = ['a', 'c', 'd']
    await house.pass(5 * minute)
    expect(await notes()).toEqual(['a', 'a', 'b', 'c', 'c', 'd', 'gone b'])
  })
  test('tells of one that is gone once', async () => {
    let things = ['a', 'b']
    await vendorSays(showing(() => things))
    await house.settle()
    things = ['a']
    await house.pass(5 * minute)
    await house.pass(5 * minute)
    expect((await notes()).filter((text) => text === 'gone b')).toEqual(['gone b'])
  })
  test('and whose listing is broken off loses nobody when it goes on', async () => {
    let things = ['a', 'b', 'c']
    let broken = false
    await vendorSays((cursor) => {
      if (broken && cursor === '1') throw new AppError('unavailable', 'it is down')
      return showing(() => things)(cursor)
    })
    await house.settle()
    things = ['a', 'c']
    broken = true
    await house.pass(5 * minute)
    const early = (await notes()).filter((text) => text.startsWith('gone'))
    broken = false
    await house.pass(5 * minute)
    expect([early, (await notes()).filter((text) => text.startsWith('gone'))]).toEqual([[], ['gone b']])
  })
  test('and dies again at once is not asked without end', async () => {
    await vendorSays(() => ({ ...page(null), restart: true }))
    await house.settle()
    const first = asked.length
    await house.pass(5 * minute)
    expect([first, asked.length]).toEqual([2, 3])
  })
})

describe('a watch', () => {
  const watching = async (expiresInMs: number | null): Promise<{ times: number }> => {
    const watch = { times: 0 }
    ensure = async ({ now }) => {
      watch.times++
      return { expiresAt: expiresInMs === null ? null : now + expiresInMs }
    }
    await vendorSays(() => page(null))
    await house.settle()
    return watch
  }
  test('is renewed when four fifths of its time are over', async () => {
    const watch = await watching(10 * hour)
    await house.pass(8 * hour - 1)
    const early = watch.times
    await house.pass(1)
    expect([early, watch.times]).toEqual([1, 2])
  })
  test('that never ends is looked at every day', async () => {
    const watch = await watching(null)
    await house.pass(24 * hour)
    expect(watch.times).toBe(2)
  })
})

// Needs a server that several replicas share.
if (serverUrl) {
  test('a chore is done once among two houses', async () => {
    const neighbour = await neighbourOf(house)
    const fence = async (): Promise<number> => (await house.job('seal-audit')).fence
    const both = (): Promise<unknown> => Promise.all([house.settle(), neighbour.worker.settle(), house.settle(), neighbour.worker.settle()])
    await both()
    const before = await fence()
    house.clock.advance(5_000)
    await both()
    neighbour.leave()
    expect((await fence()) - before).toBe(1)
  })
}

test('a pull of several pages goes on at once also when the worker runs by itself', async () => {
  await vendorSays((cursor) => (cursor === 'p1' ? page('end', 'b') : { ...page('p1', 'a'), more: true }))
  house.worker.start()
  await until(() => asked.length === 2)
  expect(asked).toEqual([null, 'p1'])
})
