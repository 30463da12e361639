import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { sql } from 'kysely'
import { z } from 'zod'
import { house as forReads, type Act } from '@portero/tool-server/define.ts'
import { renew } from '@portero/tool-server/spine/jobs.ts'
import { serverUrl } from './support/databases.ts'
import { tinyConnector, tinyHouse, type Tiny } from './support/tiny.ts'

// What holds a row while it goes on must not keep others waiting who may have what it needs next.
const { defineFlow } = forReads<any>()
const rings = defineFlow({ name: 'locks.rings', payload: z.strictObject({}), decide: async () => {} })
let house: Tiny
beforeAll(async () => void (house = await tinyHouse({ connectors: [tinyConnector()], flows: [rings] })))
afterAll(() => house.end())

// In the middle of a transaction that stays open until it is let go.
const inTheMiddle = async (decide: (act: Act) => Promise<void>): Promise<() => Promise<void>> => {
  const [reached, go] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  const open = house.decide(async (act) => {
    await decide(act)
    reached.resolve()
    await go.promise
  })
  await Promise.race([reached.promise, open])
  return async () => {
    go.resolve()
    await open
  }
}
const set = (act: Act, at: number): Promise<void> => act.later(rings, {}, { key: 'shared', at, stays: true })

// The embedded engine does one transaction after the other.
const onServer = serverUrl ? test : test.skip
onServer('a timer that many set keeps nobody waiting for who set it first and has not ended', async () => {
  const at = house.clock.now() + 60_000
  const end = await inTheMiddle((act) => set(act, at))
  await house.decide((act) => set(act, at - 1_000))
  await end()
  expect((await house.job('timer:shared')).run_at).toBe(at - 1_000)
})
test('a timer that was set is taken back in the same decision', async () => {
  await house.decide(async (act) => {
    await act.drop('shared')
    await set(act, act.now + 1_000)
    await act.drop('sha')
  })
  expect((await sql`select from job where key = 'timer:shared'`.execute(house.db.bare)).rows).toEqual([])
})
onServer('who renews what it holds waits for none that is just being ended', async () => {
  const now = house.clock.now()
  const { rows } = await sql<{ id: string }>`insert into job (tenant_id, id, kind, name, key, lane, state, run_at, leased_by, leased_until, trace, created_at)
    select tenant_id, gen_random_uuid(), 'turn', 'locks.rings', 'held' || n, 'bulk', 'running', created_at, 'w1', created_at, '', created_at from tenant, generate_series(1, 2) n returning id`.execute(house.db.bare)
  const [ended, held] = rows.map(({ id }) => id)
  const end = await inTheMiddle(async ({ tx }) => void (await sql`update job set state = 'done', finished_at = created_at where id = ${ended}`.execute(tx)))
  expect(await renew(house.db.bare, { worker: 'w1', ids: [ended!, held!], until: now + 60_000 })).toEqual([held])
  await end()
})
