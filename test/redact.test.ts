import { inspect } from 'node:util'
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import { failure, json, makeStage, secret, startVendor, type Heard, type Stage, type Vendor } from './support/http-stage.ts'

let stage: Stage
const vendors: Vendor[] = []
beforeAll(async () => {
  stage = await makeStage()
})
afterEach(async () => {
  for (const vendor of vendors.splice(0)) await vendor.close()
})
afterAll(() => stage.end())

const vendorThat = async (answer: (heard: Heard) => void): Promise<Vendor> => {
  const vendor = await startVendor(answer)
  vendors.push(vendor)
  return vendor
}

describe('what is kept of a failure', () => {
  const leak = { message: `bad key ${secret}`, token: 'tok-1', nested: [{ API_Key: 'key-2', Email: 'ana@x.mx' }], inner: `{"password":"pw-3","n":1}`, note: 'Authorization: Bearer tok-4', fine: 'kept' }
  const leaks = [secret, 'tok-1', 'key-2', 'ana@x.mx', 'pw-3', 'tok-4', 'tok-5', 'pw-6']
  test.each([
    ['JSON', 'application/json', JSON.stringify(leak)],
    ['text', 'text/plain', `kept access_token=tok-5&x=1 {"secret": "tok-1"} <Password>pw-6</Password> email: ana@x.mx ${secret}`],
    ['JSON as text', 'text/plain', JSON.stringify(leak)],
    ['broken JSON', 'application/json', JSON.stringify(leak).slice(0, -1)],
  ])('holds no secret of ours or of %s, in the error or the log', async (_name, type, body) => {
    const vendor = await vendorThat(({ response }) => void response.writeHead(400, { 'content-type': type, 'set-cookie': 'tok-5' }).end(body))
    const error = await failure((await stage.http(vendor, { redact: ['email'] }))({ method: 'POST', path: '/people/ana%40x.mx', query: { q: 'tok-1' }, body: { token: 'tok-4' } }))
    const shown = inspect(error, { depth: null }) + JSON.stringify(error) + stage.logged()
    for (const each of leaks) expect(shown).not.toContain(each)
    expect(shown).toContain('kept')
    expect(error.message).toBe('POST /people/… answered 400')
  })

  test('is at most two kilobytes', async () => {
    const vendor = await vendorThat((heard) => json(heard, 400, { text: 'ñ'.repeat(3000) }))
    const { detail } = await failure((await stage.http(vendor))({ method: 'GET', path: '/things' }))
    expect(Math.abs(Buffer.byteLength(String(detail)) - 2044)).toBeLessThanOrEqual(4)
    const deep = await vendorThat(({ response }) => void response.writeHead(400, { 'content-type': 'application/json' }).end('['.repeat(30_000) + ']'.repeat(30_000)))
    expect(await failure((await stage.http(deep))({ method: 'GET', path: '/things' }))).toMatchObject({ code: 'invalid_input' })
  })
})
