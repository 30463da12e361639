import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals'
import { createServer, type Server } from 'node:http'
import { sql } from 'kysely'
import { inBackground } from '@portero/tool-server/spine/db.ts'
import { serverUrl } from './support/databases.ts'
import { portOf } from './support/http-stage.ts'
import { tinyHouse, told, until, type Tiny } from './support/tiny.ts'

// A database that doesn't keep up fills no memory: who knocks then is told to come again, and once it does they are let in.
let house: Tiny
let server: Server
beforeAll(async () => {
  house = await tinyHouse()
  server = createServer(house.doors)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()))
  await accept('the key that seals is known from here on')
})
afterAll(async () => {
  server.close()
  server.closeAllConnections()
  await house.end()
})
let letGo: (() => void) | undefined
afterEach(() => letGo?.())

const accept = (text: string): Promise<string> => house.inbox.accept(house.tiny, { method: 'POST', url: 'https://portero.example/webhooks/tiny', headers: {}, rawBody: Buffer.from(text) }, '0')
const knock = async (): Promise<[number, string | null]> => {
  const response = await fetch(`http://127.0.0.1:${portOf(server)}/webhooks/tiny/${house.tiny.id}`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '[]' })
  await response.text()
  return [response.status, response.headers.get('retry-after')]
}
// Nothing is written to the inbox until it is let go.
const hold = async (): Promise<() => Promise<void>> => {
  const held = Promise.withResolvers<void>()
  const taken = Promise.withResolvers<void>()
  letGo = held.resolve
  const holding = house.db.tx(async (tx) => {
    if (house.db.engine.name === 'postgres') await sql`lock table inbox in exclusive mode`.execute(tx)
    taken.resolve()
    await held.promise
  })
  await taken.promise
  return async () => {
    held.resolve()
    await holding
  }
}
const meanwhile = async (texts: readonly string[]): Promise<void> => {
  const release = await hold()
  const waiting = texts.map(accept)
  for (let looks = 0; looks < 100_000 && !house.inbox.isFull(); looks++) await new Promise((resolve) => setImmediate(resolve))
  expect(await knock()).toEqual([503, '5'])
  await release()
  expect(new Set(await Promise.all(waiting))).toEqual(new Set(['stored']))
  expect(house.inbox.isFull()).toBe(false)
  expect(await knock()).toEqual([200, null])
}

test('2,300 deliveries that wait are enough', () => meanwhile(Array.from({ length: 2_300 }, (_, at) => `many ${at}`)), 30_000)
test('so are a few large ones', () => meanwhile(Array.from({ length: 140 }, (_, at) => `${at} ${'x'.repeat(500_000)}`)), 60_000)

const onServer = serverUrl ? test : test.skip
onServer('work that nobody waits for leaves connections to who stands at the door', async () => {
  const held = Promise.withResolvers<void>()
  letGo = held.resolve
  let begun = 0
  const turns = Array.from({ length: 40 }, () => inBackground(() => house.db.tx(async (tx) => {
    await sql`select 1`.execute(tx)
    begun++
    await held.promise
  })))
  while (begun < 4) await new Promise((resolve) => setImmediate(resolve))
  expect((await knock())[0]).toBe(200)
  expect(begun).toBe(4)
  held.resolve()
  await Promise.all(turns)
  expect(begun).toBe(40)
})

// What is to be done stays undone for as long as that, and then it is begun although nothing has been stored yet.
const givesWay = async ({ to, forMs, what }: { to: number; forMs: number; what: string }): Promise<void> => {
  const release = await hold()
  const waiting = Array.from({ length: to }, (_, at) => accept(`${at} before ${what}`))
  await until(() => house.inbox.waiting() === to)
  const isBegun = async (): Promise<boolean> => (await house.job(`timer:${what}`)).state !== 'ready'
  await house.decide((act) => act.later(told, { text: what }, { key: what, at: act.now }))
  for (let ms = 0; ms < forMs - 10; ms += 10) {
    for (let looks = 0; looks < 3; looks++) expect(await isBegun()).toBe(false)
    house.clock.advance(10)
  }
  house.clock.advance(10)
  await until(isBegun)
  await until(async () => (await house.notes()).includes(what))
  await release()
  expect(await Promise.all(waiting)).toEqual(waiting.map(() => 'stored'))
}

onServer('a server that has just begun begins nothing while any delivery waits to be stored, for two seconds at most', async () => {
  house.worker.start()
  await givesWay({ to: 1, forMs: 2_000, what: 'soon' })
})

onServer('nothing is begun while many deliveries wait to be stored, but that it goes on however long they do', () => givesWay({ to: 20, forMs: 250, what: 'later' }))
