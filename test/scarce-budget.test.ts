import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { doing } from '@portero/tool-server/define.ts'
import { same, tinyConnector, tinyHouse, until, type Tiny } from './support/tiny.ts'

// Where calls are scarce, what takes several of them comes to its end all the same, and does none of them twice.
const parts = ['one', 'two', 'three']
let house: Tiny
beforeAll(async () => {
  house = await tinyHouse({
    connectors: [tinyConnector({
      limits: { perSecond: 2, concurrent: 50, timeoutMs: 600_000 },
      does: [doing(same, 'same-effect', async ({ text }, { http, key }) => {
        let id = ''
        for (const part of parts) id = ((await http({ method: 'POST', path: '/same', body: { text: `${text} ${part}` }, idempotencyKey: `${key} ${part}` })).body as { id: string }).id
        return { id }
      })],
    })],
  })
})
afterAll(() => house.end())

test('a command of three writes waits for the budget between them, and does not begin anew', async () => {
  await house.decide((act) => act.send(same, { text: 'visita' }, { key: 'k', lane: 'sync' }))
  house.worker.start()
  await until(async () => {
    house.clock.advance(1)
    return (await house.job('k')).state === 'done'
  })
  expect(await house.job('k')).toMatchObject({ state: 'done', attempts: 0, error_code: null })
  expect(house.vendor.posted()).toEqual(parts.map((part) => `k ${part}`))
})
