import { createHmac, hkdfSync } from 'node:crypto'
import { describe, expect, test } from '@jest/globals'
import * as fc from 'fast-check'
import { decodeJwt, decodeProtectedHeader, SignJWT, UnsecuredJWT, type JWTPayload } from 'jose'
import { keyring } from '@portero/tool-server/spine/keyring.ts'
import { callersOf } from '@portero/tool-server/spine/tool-keys.ts'
import { makeToolTokens } from '@portero/tool-server/spine/tool-token.ts'
import { fakeClock } from './support/clock.ts'

// A token is good for one conversation of one tenant, for a quarter of an hour, and for nothing else.
const clock = fakeClock()
const [young, old, foreign] = [Buffer.alloc(32, 1), Buffer.alloc(32, 2), Buffer.alloc(32, 3)]
const keys = keyring([young])
const tokens = makeToolTokens({ clock, keys })
const tenant = '00000000-0000-7000-8000-0000000000aa'
const otherTenant = '00000000-0000-7000-8000-0000000000bb'
const conversation = '01980000-0000-7000-8000-000000000001'
const granted = { tenant, conversation, scopes: ['tours:read', 'tours:write'] }
const nowS = (): number => Math.floor(clock.now() / 1000)

// As somebody would sign who has the key: only what is signed differs.
const keyFor = (whose: string, master = young): Uint8Array => new Uint8Array(hkdfSync('sha256', master, '', `portero tool token ${whose}`, 32))
const honest = (): JWTPayload => ({ iss: 'portero', aud: 'tool-server', sub: conversation, tenant, scopes: ['tours:read'], jti: '01980000-0000-7000-8000-000000000002', iat: nowS(), exp: nowS() + 600 })
const header = { alg: 'HS256', typ: 'JWT', kid: `${keys.current.id}.${tenant}` }
const sign = (claims: object, head: object = {}, key = keyFor(tenant)): Promise<string> => new SignJWT({ ...honest(), ...claims }).setProtectedHeader({ ...header, ...head }).sign(key)
const without = (claim: string): Promise<string> => new SignJWT(Object.fromEntries(Object.entries(honest()).filter(([name]) => name !== claim))).setProtectedHeader(header).sign(keyFor(tenant))
const base64 = (what: unknown): string => Buffer.from(JSON.stringify(what)).toString('base64url')

test('says whose it is, and for how long', async () => {
  const token = await tokens.mint(granted)
  const claims = decodeJwt(token)
  expect(claims).toEqual({ iss: 'portero', aud: 'tool-server', sub: conversation, tenant, scopes: granted.scopes, jti: expect.stringMatching(/^[0-9a-f-]{36}$/), iat: nowS(), exp: expect.any(Number) })
  expect(claims.exp! - claims.iat!).toBeLessThanOrEqual(15 * 60)
  expect(decodeProtectedHeader(token)).toEqual(header)
  expect(await tokens.read(token)).toEqual(granted)
})
test('is another each time', async () => {
  expect(await tokens.mint(granted)).not.toBe(await tokens.mint(granted))
})
test('is not over before, and is after a quarter of an hour', async () => {
  const token = await tokens.mint(granted)
  clock.advance(15 * 60_000 - 10_000)
  const before = await tokens.read(token)
  clock.advance(10_000)
  expect([before, await tokens.read(token)]).toEqual([granted, undefined])
})
test('an honest one of the tests is read, so that those below are refused for what they are', async () => {
  expect(await tokens.read(await sign({}))).toEqual({ tenant, conversation, scopes: ['tours:read'] })
})

describe('is refused', () => {
  const cases: [string, () => Promise<string> | string][] = [
    ['of algorithm none', () => new UnsecuredJWT(honest()).encode()],
    ['of algorithm none, with our key named', () => `${base64({ ...header, alg: 'none' })}.${base64(honest())}.`],
    ['of algorithm none, with a signature', async () => `${base64({ ...header, alg: 'none' })}.${base64(honest())}.${(await sign({})).split('.')[2]}`],
    ['of another algorithm', () => {
      const said = `${base64({ ...header, alg: 'HS512' })}.${base64(honest())}`
      return `${said}.${createHmac('sha512', keyFor(tenant)).update(said).digest('base64url')}`
    }],
    ['by a key of another master', () => sign({}, {}, keyFor(tenant, foreign))],
    ['by the master key itself', () => sign({}, {}, new Uint8Array(young))],
    ['by an empty key', () => sign({}, {}, new Uint8Array(32))],
    ["by another tenant's key", () => sign({}, {}, keyFor(otherTenant))],
    ["by another tenant's key, of that name", () => sign({}, { kid: `${keys.current.id}.${otherTenant}` }, keyFor(otherTenant))],
    ["by another tenant's key, with ours behind it", () => sign({}, { kid: `${keys.current.id}.${otherTenant}.${tenant}` }, keyFor(otherTenant))],
    ['for another tenant than its key', () => sign({ tenant: otherTenant })],
    ['of an unknown master', () => sign({}, { kid: `deadbeef.${tenant}` })],
    ['of a key with more behind it', () => sign({}, { kid: `${keys.current.id}.${tenant}.x` })],
    ['of no key', () => new SignJWT(honest()).setProtectedHeader({ alg: 'HS256' }).sign(keyFor(tenant))],
    ['from elsewhere', () => sign({ iss: 'mallory' })],
    ['for somebody else', () => sign({ aud: 'hubspot' })],
    ['for nobody', () => sign({ aud: [] })],
    ['that is over', () => sign({ iat: nowS() - 600, exp: nowS() - 6 })],
    ['from the future', () => sign({ iat: nowS() + 60, exp: nowS() + 600 })],
    ['not yet good', () => sign({ nbf: nowS() + 60 })],
    ['for a day', () => sign({ iat: nowS() - 16 * 60, exp: nowS() + 24 * 3600 })],
    ['whose times are words', () => sign({ exp: 'never' })],
    ['for no conversation of ours', () => sign({ sub: 'cv-1' })],
    ['whose scopes are one word', () => sign({ scopes: 'tours:read' })],
    ['that demands what nobody knows', () => new SignJWT(honest()).setProtectedHeader({ ...header, crit: ['exp'], exp: 1 }).sign(keyFor(tenant), { crit: { exp: true } })],
    ...['iss', 'aud', 'sub', 'tenant', 'scopes', 'jti', 'iat', 'exp'].map((claim): [string, () => Promise<string>] => [`without ${claim}`, () => without(claim)]),
    ['tampered with', async () => {
      const [head, , signature] = (await sign({})).split('.')
      return `${head}.${base64({ ...honest(), sub: '01980000-0000-7000-8000-000000000009' })}.${signature}`
    }],
    ['cut short', async () => (await sign({})).slice(0, -4)],
    ['overlong', () => sign({ scopes: Array.from({ length: 2_000 }, () => 'tours:read') })],
    ['that is a list', () => `${base64(header)}.${base64([honest()])}.AAAA`],
    ['that is nothing', () => '..'],
  ]
  test.each(cases)('%s', async (_title, make) => {
    expect(await tokens.read(await make())).toBeUndefined()
  })
  test('however a sign of it is changed, unless it says the same', async () => {
    const token = await sign({})
    await fc.assert(fc.asyncProperty(fc.nat(token.length - 1), fc.stringMatching(/^[\w.-]$/), async (place, sign) => {
      const read = await tokens.read(token.slice(0, place) + sign + token.slice(place + 1))
      expect(read === undefined || (read.conversation === conversation && read.tenant === tenant && read.scopes.join() === 'tours:read')).toBe(true)
    }), { numRuns: 300 })
  })
})

describe('keys that are changed', () => {
  test('go on verifying what they signed, and sign nothing any more', async () => {
    const before = await makeToolTokens({ clock, keys: keyring([old]) }).mint(granted)
    const rotated = makeToolTokens({ clock, keys: keyring([young, old]) })
    expect(await rotated.read(before)).toEqual(granted)
    expect(decodeProtectedHeader(await rotated.mint(granted)).kid).toBe(header.kid)
  })
  test('that are taken away verify nothing', async () => {
    expect(await tokens.read(await makeToolTokens({ clock, keys: keyring([old]) }).mint(granted))).toBeUndefined()
  })
})

test('replicas whose clocks differ by a little believe one another', async () => {
  expect(await Promise.all([4, 6].map(async (aheadS) => tokens.read(await sign({ iat: nowS() + aheadS, exp: nowS() + 600 }))))).toEqual([expect.anything(), undefined])
})
test('what looks like a token is never looked up as a key', async () => {
  const asked: (string | undefined)[] = []
  const { find } = callersOf({ find: async (secret) => void asked.push(secret) }, tokens)
  expect(await Promise.all([find(await tokens.mint(granted)), find('a.b.c'), find('portero_key'), find(undefined), find('')])).toEqual([granted, undefined, undefined, undefined, undefined])
  expect(asked).toEqual(['portero_key', undefined, ''])
})
