import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import type { HttpCall } from '@portero/tool-server/define.ts'
import { failure, makeStage, secret, startVendor, type Stage, type Vendor } from './support/http-stage.ts'

// Where our credentials go besides the base URL, and how much may come back.
const mostBytes = 1_000
let stage: Stage
let base: Vendor
let files: Vendor
let elsewhere: Vendor
const open = (): Promise<Vendor> =>
  startVendor(({ url, response }) => {
    if (url === '/moved') response.writeHead(307, { location: `${elsewhere.origin}/got` }).end()
    else response.writeHead(200, { 'content-type': 'application/octet-stream' }).end(Buffer.alloc(Number(/^\/bytes\/(\d+)/.exec(url)?.[1] ?? 1)))
  })
beforeAll(async () => {
  base = await open()
  files = await open()
  elsewhere = await open()
  stage = await makeStage({ mostBytes, allow: [base.origin, files.origin, elsewhere.origin] })
})
afterAll(async () => {
  await stage.end()
  for (const vendor of [base, files, elsewhere]) await vendor.close()
})
beforeEach(() => {
  for (const { heard } of [base, files, elsewhere]) heard.length = 0
})
const call = async (path: string, more: Partial<HttpCall> = {}, hosts = [files.origin]) => (await stage.http(base, { hosts }))({ method: 'GET', path, ...more })
const key = ({ heard }: Vendor): (string | undefined)[] => heard.map(({ headers }) => headers.authorization)

describe('our credentials', () => {
  test.each([['the base URL', () => base], ["a host that the connector calls the vendor's own", () => files]])('go to %s, as a whole address', async (_name, vendor) => {
    await call(`${vendor().origin}/bytes/3`, { query: { a: 'b' } })
    expect({ key: key(vendor()), url: vendor().heard[0]?.url }).toEqual({ key: [`Bearer ${secret}`], url: '/bytes/3?a=b' })
  })
  test.each([
    ['to somebody else', () => `${elsewhere.origin}/x`, {}, () => elsewhere],
    ['to a host of the vendor, where the call says that it is foreign', () => `${files.origin}/x`, { foreign: true as const }, () => files],
    ['to the base URL, where the call says that it is foreign', () => `${base.origin}/x`, { foreign: true as const }, () => base],
  ])('do not go %s', async (_name, url, more, vendor) => {
    await call(url(), more)
    expect(key(vendor())).toEqual([undefined])
  })
  test.each(['http://127.0.0.1.evil.example', 'http://evil.example@127.0.0.1:1', 'file:///etc/passwd', 'javascript:1', 'http:///'])('do not go to %s, nor does the call', async (url) => {
    expect(await failure(call(`${url}/x`))).toMatchObject({ code: 'refused', arrived: 'no' })
  })
  test('are not carried on by a redirect', async () => {
    expect(await call(`${files.origin}/moved`, { accept: [307] })).toMatchObject({ status: 307, headers: { location: `${elsewhere.origin}/got` } })
    expect(await failure(call(`${files.origin}/moved`))).toMatchObject({ code: 'bad_response' })
    expect(elsewhere.heard).toEqual([])
  })
})

describe('how much may come', () => {
  test.each([['its own', () => '/bytes/3000'], ['a foreign', () => `${elsewhere.origin}/bytes/3000`]])('is what the call says, of %s answer', async (_name, path) => {
    expect(await failure(call(path()))).toMatchObject({ code: 'bad_response' })
    expect((await call(path(), { most: { bytes: 3_000, ms: 1_000 } })).body).toHaveLength(3_000)
    expect(await failure(call(path(), { most: { bytes: 2_999, ms: 1_000 } }))).toMatchObject({ code: 'too_large' })
  })
})
