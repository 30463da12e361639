import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals'
import type { AppError } from '@portero/shared'
import type { Reply } from '@portero/tool-server/define.ts'
import { makeBulkhead } from '@portero/tool-server/spine/breaker.ts'
import { failure, json, makeStage, startVendor, type Heard, type Stage, type Vendor } from './support/http-stage.ts'

let stage: Stage
const vendors: Vendor[] = []
beforeAll(async () => {
  stage = await makeStage()
})
// cockatiel reads the time itself.
beforeEach(() => void jest.spyOn(Date, 'now').mockImplementation(() => stage.clock.now()))
afterEach(async () => {
  jest.restoreAllMocks()
  for (const vendor of vendors.splice(0)) await vendor.close()
})
afterAll(() => stage.end())

const vendorThat = async (answer: (heard: Heard, count: number) => void): Promise<Vendor> => {
  const vendor = await startVendor(answer)
  vendors.push(vendor)
  return vendor
}
const get = { method: 'GET', path: '/things' }
const tokensOf = async (connection: string): Promise<number | undefined> => (await stage.db.bare.selectFrom('budget').select('tokens').where('connection_id', '=', connection).executeTakeFirst())?.tokens

const failing = async (status: { now: number }) => {
  const vendor = await vendorThat((heard) => json(heard, status.now, {}))
  return { vendor, http: await stage.http(vendor) }
}
const fail = async (http: () => Promise<Reply>, times: number): Promise<void> => {
  for (let i = 0; i < times; i++) expect((await failure(http())).code).not.toBe('paused')
}

describe('reading', () => {
  test.each(['POST', 'PUT', 'PATCH', 'DELETE', 'post', 'PROPFIND'])('refuses a %s that does not say it only reads', async (method) => {
    const vendor = await vendorThat((heard) => json(heard, 200, {}))
    const http = await stage.http(vendor, { reading: true })
    expect(await failure(http({ method, path: '/things' }))).toMatchObject({ code: 'bug' })
    expect(await failure(http({ method, path: 'https://elsewhere.example/' }))).toMatchObject({ code: 'bug' })
    expect(vendor.heard).toEqual([])
    expect((await http({ method, path: '/things/search', reading: true })).status).toBe(200)
    expect((await http({ method: 'head', path: '/things' })).status).toBe(200)
  })
})

describe('the breaker', () => {
  test('opens after five outages in a row, and then asks neither the vendor nor for a token', async () => {
    const { vendor, http } = await failing({ now: 500 })
    await fail(() => http(get), 5)
    const tokens = await tokensOf(http.connection.id)
    expect(await failure(http(get))).toMatchObject({ code: 'paused', arrived: 'no', retryAfterMs: 1_000 })
    expect(vendor.heard).toHaveLength(5)
    expect(await tokensOf(http.connection.id)).toBe(tokens)
    expect(stage.out.conditions()).toContainEqual({ name: `acme ${http.connection.id}`, ok: false, detail: 'breaker open' })
    expect(stage.logged()).toContain(`"event":"breaker.opened","vendor":"acme","connection":"${http.connection.id}","restMs":1000`)
  })

  test('lets one call find out, rests longer each time up to five seconds, and closes on an answer', async () => {
    const status = { now: 503 }
    const { vendor, http } = await failing(status)
    await fail(() => http(get), 5)
    for (const rest of [1_000, 2_000, 4_000, 5_000, 5_000, 5_000]) {
      stage.clock.advance(rest - 1)
      expect(await failure(http(get))).toMatchObject({ code: 'paused', retryAfterMs: 1 })
      stage.clock.advance(1)
      expect(await failure(http(get))).toMatchObject({ code: 'paused', cause: { code: 'unavailable' } })
    }
    stage.clock.advance(5_000)
    status.now = 404 // an answer all the same
    expect((await failure(http(get))).code).toBe('not_found')
    expect(stage.out.conditions()).toContainEqual({ name: `acme ${http.connection.id}`, ok: true })
    expect(stage.logged()).toContain(`"event":"breaker.closed","vendor":"acme","connection":"${http.connection.id}"`)
    status.now = 500
    await fail(() => http(get), 5)
    expect(vendor.heard).toHaveLength(17)
  })

  test('takes what fails in the first quarter of an hour of an outage for a sign of the vendor, and later for one of the work', async () => {
    const { http } = await failing({ now: 503 })
    await fail(() => http(get), 5)
    const codes: string[] = []
    for (let minutes = 0; minutes < 16; minutes++) {
      stage.clock.advance(60_000)
      codes.push((await failure(http(get))).code)
    }
    expect(codes).toEqual([...Array.from({ length: 14 }, () => 'paused'), 'unavailable', 'unavailable'])
  })

  test('a call that finds the vendor down, and may have arrived, stays in doubt', async () => {
    const vendor = await vendorThat((heard, count) => (count <= 5 ? json(heard, 503, {}) : heard.socket.destroy()))
    const http = await stage.http(vendor)
    await fail(() => http(get), 5)
    stage.clock.advance(1_000)
    expect(await failure(http({ method: 'POST', path: '/things', body: {} }))).toMatchObject({ code: 'paused', arrived: 'unknown' })
  })

  test('sends the others away while one call finds out', async () => {
    const vendor = await vendorThat((heard, count) => count <= 5 && heard.socket.destroy())
    const http = await stage.http(vendor)
    for (let i = 0; i < 5; i++) await failure(http(get))
    stage.clock.advance(1_000)
    for (let i = 0; i < 5; i++) await vendor.next()
    const outcomes = [http(get), http(get), http(get)].map((call) => call.then(({ status }) => `${status}`, ({ code, retryAfterMs }: AppError) => `${code} ${retryAfterMs}`))
    const { response } = await vendor.next()
    const settled: string[] = []
    await new Promise<void>((resolve) => {
      for (const outcome of outcomes) void outcome.then((said) => settled.push(said) === 2 && resolve())
    })
    response.end()
    expect([...settled, ...(await Promise.all(outcomes)).toSorted()]).toEqual(['paused 250', 'paused 250', '200', 'paused 250', 'paused 250'])
    expect(vendor.heard).toHaveLength(6)
  })

  test('counts only outages in a row: any answer starts anew', async () => {
    const answers = [500, 500, 500, 500, 404, 500, 500, 500, 500, 429, 500, 500, 500, 500, 200]
    const vendor = await vendorThat((heard, count) => json(heard, answers[count - 1]!, {}))
    const http = await stage.http(vendor)
    await fail(() => http(get), 14)
    expect((await http(get)).status).toBe(200)
  })

  test('learns nothing from a caller that gives up, and a probe that is given up is no sign of life', async () => {
    const vendor = await vendorThat((heard, count) => count <= 4 && json(heard, 500, {}))
    const http = await stage.http(vendor)
    const giveUp = async (): Promise<string> => {
      const caller = new AbortController()
      const call = failure(http({ ...get, signal: caller.signal }))
      while ((await vendor.next()).response.writableEnded);
      caller.abort()
      return (await call).code
    }
    await fail(() => http(get), 4)
    expect(await giveUp()).toBe('timeout')
    expect(await giveUp()).toBe('timeout')
    const hang = failure(http(get))
    await vendor.next()
    stage.clock.advance(10_000)
    expect(await hang).toMatchObject({ code: 'timeout' })
    expect(await failure(http(get))).toMatchObject({ code: 'paused' })
    stage.clock.advance(10_000)
    expect(await giveUp()).toBe('timeout')
    expect(await failure(http(get))).toMatchObject({ code: 'paused', retryAfterMs: 2_000 })
  })

  test('belongs to one connection', async () => {
    const { vendor, http } = await failing({ now: 500 })
    await fail(() => http(get), 5)
    const other = await stage.http(vendor)
    expect((await failure(other(get))).code).toBe('unavailable')
  })
})

describe('the bulkhead', () => {
  test('lets as many calls through as the vendor bears, some wait, the rest come back later', async () => {
    const vendor = await vendorThat(() => {})
    const http = await stage.http(vendor, { limits: { concurrent: 2 } })
    const calls = Array.from({ length: 7 }, () => http(get))
    const answered = calls.map((call) => call.then(({ status }) => `${status}`, ({ code }: AppError) => code))
    await expect(Promise.race(calls)).rejects.toMatchObject({ code: 'paused', arrived: 'no', retryAfterMs: 250 })
    expect(vendor.heard.length).toBeLessThanOrEqual(2)
    for (let i = 0; i < 6; i++) {
      const { response } = await vendor.next()
      expect(vendor.heard.filter((one) => !one.response.writableEnded).length).toBeLessThanOrEqual(2)
      response.end()
    }
    expect((await Promise.all(answered)).toSorted()).toEqual(['200', '200', '200', '200', '200', '200', 'paused'])
    expect(vendor.sockets.size).toBeLessThanOrEqual(2)
  })

  test('keeps half of its queue for whoever is talking with somebody', async () => {
    const vendor = await vendorThat(() => {})
    const live = await stage.http(vendor, { limits: { concurrent: 1 } })
    const bulk = await stage.http(vendor, { limits: { concurrent: 1 }, lane: 'bulk', connection: live.connection })
    const backfill = [bulk(get), bulk(get), bulk(get)]
    await expect(Promise.race(backfill)).rejects.toMatchObject({ code: 'paused' })
    const reply = live(get)
    for (let i = 0; i < 3; i++) (await vendor.next()).response.end()
    expect((await reply).status).toBe(200)
    await Promise.allSettled(backfill)
  })

  test('forgets at once who gives up waiting', async () => {
    const bulkhead = makeBulkhead({ name: 'acme', concurrent: 1 })
    const patient = { lane: 'live' as const, caller: new AbortController().signal }
    const hung = Promise.withResolvers<string>()
    const first = bulkhead.run(() => hung.promise, patient)
    const caller = new AbortController()
    let began = false
    const second = failure(bulkhead.run(async () => (began = true), { lane: 'live', caller: caller.signal }))
    const third = bulkhead.run(async () => 'third', patient)
    caller.abort()
    expect(await second).toMatchObject({ code: 'timeout', arrived: 'no' })
    hung.resolve('first')
    expect([await first, await third, began]).toEqual(['first', 'third', false])
  })
})

describe('the pause that a vendor asks for', () => {
  test('is kept without asking again', async () => {
    const vendor = await vendorThat((heard, count) => (count === 1 ? json(heard, 429, {}, { 'retry-after': '5' }) : json(heard, 200, {})))
    const http = await stage.http(vendor)
    expect(await failure(http(get))).toMatchObject({ code: 'throttled', retryAfterMs: 5000 })
    const tokens = await tokensOf(http.connection.id)
    expect(await failure(http(get))).toMatchObject({ code: 'throttled', arrived: 'no', retryAfterMs: 5000 })
    expect(await tokensOf(http.connection.id)).toBe(tokens)
    stage.clock.advance(4_999)
    expect(await failure(http(get))).toMatchObject({ code: 'throttled', retryAfterMs: 1 })
    expect(vendor.heard).toHaveLength(1)
    stage.clock.advance(1)
    expect((await http(get)).status).toBe(200)
  })
})

describe('the way out', () => {
  test('asks nobody without a token', async () => {
    const vendor = await vendorThat((heard) => json(heard, 200, {}))
    const http = await stage.http(vendor, { limits: { perSecond: 1 } })
    await http(get)
    expect(await failure(http(get))).toMatchObject({ code: 'throttled', arrived: 'no', retryAfterMs: 1000 })
    expect(vendor.heard).toHaveLength(1)
  })

  test('spends no token on a caller who has already left', async () => {
    const http = await stage.http('http://127.0.0.1:1', { signal: AbortSignal.abort() })
    expect(await failure(http(get))).toMatchObject({ code: 'timeout', arrived: 'no' })
    expect(await tokensOf(http.connection.id)).toBeUndefined()
  })

  test('is shut inside a transaction', async () => {
    const vendor = await vendorThat((heard) => json(heard, 200, {}))
    const http = await stage.http(vendor)
    await expect(stage.db.tx(() => http(get))).rejects.toMatchObject({ code: 'bug' })
    expect(vendor.heard).toEqual([])
  })

  test('follows a connection to its new base URL, with a clean slate', async () => {
    const old = await vendorThat((heard) => json(heard, 500, {}))
    const http = await stage.http(old)
    for (let i = 0; i < 5; i++) await failure(http(get))
    const vendor = await vendorThat((heard) => json(heard, 200, {}))
    const moved = await stage.http(vendor, { connection: http.connection })
    expect((await moved(get)).status).toBe(200)
    expect([old.heard.length, vendor.heard.length]).toEqual([5, 1])
  })

  test('tells the metrics what became of each call', async () => {
    const vendor = await vendorThat((heard, count) => json(heard, count === 1 ? 200 : 404, {}))
    const http = await stage.http(vendor)
    stage.observed.length = 0
    await http(get)
    await failure(http(get))
    expect(stage.observed).toEqual(['acme ok 0', 'acme not_found 0'])
  })

  test('is closed with the process', async () => {
    const other = await makeStage()
    const vendor = await vendorThat((heard) => json(heard, 200, {}))
    const http = await other.http(vendor)
    await http(get)
    const closed = Promise.all([...vendor.sockets].map((socket) => new Promise((resolve) => socket.once('close', resolve))))
    await other.end()
    await closed
    await expect((async () => http(get))()).rejects.toMatchObject({ code: 'unavailable', arrived: 'no' })
  })
})
