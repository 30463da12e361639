import { connect, type LookupFunction } from 'node:net'
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import { z } from 'zod'
import type { Connector, HttpCall, Reply } from '@portero/tool-server/define.ts'
import { foreignUrl, isPublic, makeForeign, publicLookup, type Foreign, type Resolve } from '@portero/tool-server/spine/foreign.ts'
import { inTrace } from '@portero/tool-server/spine/trace.ts'
import { fakeClock } from './support/clock.ts'
import { failure, json, makeStage, secret, startVendor, type Stage, type Vendor } from './support/http-stage.ts'

const connector: Connector = { name: 'acme', settings: z.strictObject({}), auth: { kind: 'key', header: 'X-Acme-Key', prefix: '' }, limits: { perSecond: 9, concurrent: 1, timeoutMs: 4000 }, redact: [] }
const opened: Foreign[] = []
const caller = new AbortController()
const foreign = (resolve: Resolve, allow: string[] = []) => {
  const made = makeForeign({ clock: fakeClock(), allow, mostBytes: 1000, resolve })
  opened.push(made)
  return (call: Partial<HttpCall> & { path: string }): Promise<Reply> => made.send({ method: 'GET', ...call }, { connector, lane: 'live', caller: caller.signal })
}
const leadsTo = (...addresses: string[]): Resolve => async () => addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }))
const nobody = leadsTo()
const unknown: Resolve = async () => {
  throw Object.assign(new Error('gone'), { code: 'ENOTFOUND' })
}

let lab: Vendor
let stage: Stage
beforeAll(async () => {
  lab = await startVendor((heard) => {
    if (heard.url === '/redirect') heard.response.writeHead(302, { location: '/ok' }).end()
    else if (heard.url === '/big') heard.response.end(Buffer.alloc(1001))
    else if (heard.url === '/broken') json(heard, 500, {})
    else json(heard, 200, { ok: true })
  })
  stage = await makeStage({ allow: [lab.origin] })
})
afterEach(() => void (lab.heard.length = 0))
afterAll(async () => {
  for (const each of opened) await each.close()
  await stage.end()
  await lab.close()
})

describe('an address', () => {
  test.each(['1.1.1.1', '8.8.8.8', '172.32.0.1', '2606:4700::1111', '2a00:1450:4003::200e'])('%s is public', (address) => expect(isPublic(address)).toBe(true))

  test.each([
    '0.0.0.0', '0.1.2.3', '10.0.0.1', '100.64.0.1', '100.100.100.200', '127.0.0.1', '127.255.255.254', '169.254.169.254', '172.16.0.1', '172.31.255.255', '192.0.0.192', '192.0.2.1', '192.88.99.1',
    '192.168.1.1', '198.18.0.1', '198.51.100.1', '203.0.113.1', '224.0.0.1', '240.0.0.1', '255.255.255.255', '168.63.129.16', '::', '::1', '::127.0.0.1', '::7f00:1', '::ffff:127.0.0.1', '::ffff:8.8.8.8',
    '::ffff:0:127.0.0.1', '64:ff9b::7f00:1', '64:ff9b::808:808', '64:ff9b:1::1', '100::1', '2001::1', '2001:db8::1', '2002:7f00:1::', '2002:808:808::', '3fff::1', '5f00::1', '4000::1', 'fc00::1', 'fd00:ec2::254',
    'fe80::1', 'fe80::1%eth0', 'fec0::1', 'ff02::1', 'localhost', '',
  ])('%s is not', (address) => expect(isPublic(address)).toBe(false))
})

describe('a URL', () => {
  const allowed = new Set(['http://127.0.0.1:3100', 'https://lab.internal:8443'])
  test.each([
    'http://127.0.0.1', 'http://127.0.0.1:3101/x', 'https://127.0.0.1:3100/', 'http://example.com/', 'ftp://example.com/', 'file:///etc/passwd', 'data:text/plain,x', 'javascript:1', 'gopher://example.com/', 'https://',
    'https://user@example.com/', 'https://user:pw@example.com/', 'https://:pw@example.com/', 'http://x@127.0.0.1:3100/', 'https://127.0.0.1:443@example.com/', 'https://example.com:8443/', 'https://example.com:22/', 'https://example.com:80/',
    'https://127.0.0.1/', 'https://127.1/', 'https://2130706433/', 'https://0x7f000001/', 'https://0x7f.1/', 'https://0177.0.0.1/', 'https://017700000001/', 'https://127.0.0.1./', 'https://0/', 'https://0.0.0.0/',
    'https://①②⑦.⓪.⓪.①/', 'https://127。0。0。1/', 'https://１２７.0.0.1/', 'https:\\\\127.0.0.1\\x', 'https:127.0.0.1', ' https://127.0.0.1', 'https://127.0.0.1\t/', 'HTTPS://127.0.0.1', 'https://%31%32%37.0.0.1/',
    'https://169.254.169.254/latest/meta-data/', 'https://2852039166/', 'https://0xa9fea9fe/', 'https://10.0.0.1/', 'https://192.168.0.1/', 'https://172.16.0.1/', 'https://100.64.0.1/', 'https://168.63.129.16/',
    'https://[::1]/', 'https://[::]/', 'https://[::ffff:127.0.0.1]/', 'https://[::ffff:7f00:1]/', 'https://[::127.0.0.1]/', 'https://[0:0:0:0:0:ffff:a9fe:a9fe]/', 'https://[64:ff9b::a9fe:a9fe]/', 'https://[2002:a9fe:a9fe::]/',
    'https://[fd00:ec2::254]/', 'https://[fe80::1]/', 'https://[fe80::1%25eth0]/',
  ])('like %j is refused', (url) => {
    expect(() => foreignUrl(url, allowed)).toThrow(expect.objectContaining({ code: 'refused' }))
  })
  test.each(['https://example.com/a?b=c', 'https://example.com:443/', 'https://1.1.1.1/', 'https://[2606:4700::1111]/', 'http://127.0.0.1:3100/media/1', 'https://lab.internal:8443/'])('like %j is not', (url) => {
    expect(foreignUrl(url, allowed)).toBeInstanceOf(URL)
  })
})

describe('a name', () => {
  test.each([['127.0.0.1'], ['10.0.0.1'], ['::1'], ['::ffff:169.254.169.254'], ['1.1.1.1', '127.0.0.1'], ['2606:4700::1111', 'fd00::1']])('that leads to %s is refused before a socket opens', async (...addresses) => {
    expect(await failure(foreign(leadsTo(...addresses))({ path: 'https://files.example/x' }))).toMatchObject({ code: 'refused', arrived: 'no' })
  })

  test('that leads nowhere is refused, and one that is not known is unavailable', async () => {
    expect(await failure(foreign(nobody)({ path: 'https://files.example/x' }))).toMatchObject({ code: 'refused' })
    expect(await failure(foreign(unknown)({ path: 'https://files.example/x' }))).toMatchObject({ code: 'unavailable', arrived: 'no' })
  })

  test('localhost of the system is refused', async () => {
    const made = makeForeign({ clock: fakeClock(), allow: [], mostBytes: 1000 })
    opened.push(made)
    expect(await failure(made.send({ method: 'GET', path: 'https://localhost/' }, { connector, lane: 'live', caller: caller.signal }))).toMatchObject({ code: 'refused' })
  })

  // 3000:: is unicast and nobody's, so the socket goes nowhere; a name that is looked up twice would go to 127.0.0.1.
  test('that changes its address between check and use gains nothing', async () => {
    let asked = 0
    const rebinding: Resolve = async () => [asked++ === 0 ? { address: '3000::1', family: 6 } : { address: '127.0.0.1', family: 4 }]
    const tried: string[] = []
    const stop = new AbortController()
    const lookup: LookupFunction = (host, options, answer) => publicLookup(rebinding)(host, options, answer)
    await new Promise<void>((resolve) => {
      const socket = connect({ host: 'rebind.example', port: 443, lookup, signal: stop.signal })
      socket.on('connectionAttempt', (address: string) => {
        tried.push(address)
        setImmediate(() => stop.abort())
      })
      socket.on('error', () => resolve())
    })
    expect([asked, tried]).toEqual([1, ['3000::1']])
    const again = foreign(rebinding)
    expect(await failure(again({ path: 'https://rebind.example/' }))).toMatchObject({ code: 'refused' }) // now it is 127.0.0.1
    expect(asked).toBe(2)
  })
})

describe('a foreign call', () => {
  test('goes out without anything of ours, and costs the vendor nothing', async () => {
    const http = await stage.http('http://127.0.0.1:1')
    const reply = await inTrace('ab'.repeat(16), () =>
      http({ method: 'POST', path: `${lab.origin}/ok?a=1`, query: { b: '2' }, body: { x: 1 }, idempotencyKey: 'k', headers: { Authorization: `Bearer ${secret}`, cookie: secret, 'X-Kind': 'photo' } }),
    )
    expect(reply).toMatchObject({ status: 200, body: { ok: true } })
    expect(lab.heard[0]).toMatchObject({ method: 'POST', url: '/ok?a=1&b=2', headers: { 'x-kind': 'photo' } })
    expect(JSON.stringify(lab.heard[0]!.headers)).not.toContain(secret)
    for (const name of ['traceparent', 'authorization', 'cookie', 'idempotency-key']) expect(lab.heard[0]!.headers).not.toHaveProperty(name)
    expect(await stage.db.bare.selectFrom('budget').select('tokens').where('connection_id', '=', http.connection.id).execute()).toEqual([])
  })

  test('is not redirected, is cut off when it is too much, and names no path', async () => {
    const send = foreign(nobody, [lab.origin])
    expect(await failure(send({ path: `${lab.origin}/redirect` }))).toMatchObject({ code: 'bad_response', message: `GET ${lab.origin} answered 302` })
    expect(await failure(send({ path: `${lab.origin}/big` }))).toMatchObject({ code: 'bad_response' })
    expect(lab.heard.map(({ url }) => url)).toEqual(['/redirect', '/big'])
    expect(await send({ path: `${lab.origin}/redirect`, accept: [302] })).toMatchObject({ status: 302 })
  })

  test("does not open the vendor's breaker", async () => {
    const http = await stage.http('http://127.0.0.1:1')
    for (let i = 0; i < 6; i++) expect(await failure(http({ method: 'GET', path: `${lab.origin}/broken` }))).toMatchObject({ code: 'unavailable' })
    expect(stage.out.conditions()).toContainEqual({ name: `acme ${http.connection.id}`, ok: true })
  })

  test("does not carry the vendor's own key header, whatever its name", async () => {
    await foreign(nobody, [lab.origin])({ path: `${lab.origin}/ok`, headers: { 'x-acme-key': secret } })
    expect(JSON.stringify(lab.heard[0]!.headers)).not.toContain(secret)
  })
})
