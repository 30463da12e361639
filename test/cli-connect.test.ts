import { afterAll, afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals'
import { json, startVendor } from './support/http-stage.ts'
import { cleanUp, forgetReadyDir, readyDir, runCli, startServer, type Env } from './support/process.ts'

// What an admin does before the first prospect writes: accounts, keys for agents, people for the console. All of it on one data directory.
jest.setTimeout(120_000)
let env: Env
beforeEach(async () => void (env = { DATA_DIR: await readyDir(), DATABASE_URL: '', PUBLIC_BASE_URL: 'https://portero.example' }))
afterEach(cleanUp)
afterAll(forgetReadyDir)

const hubspot = { baseUrl: 'https://api.hubapi.com', apiKey: 'pat-na1-of-nobody-at-all', portal: '4812345', pipeline: 'default', stages: { new: '1', qualified: '2', visit_scheduled: '3', visit_done: '4', application: '5', won: '6', lost: '7' } }
const oneSentence = { code: 1, out: '', err: expect.stringMatching(/^[^\n]+\n$/) }

describe('portero connect', () => {
  it('takes the settings from standard input, and says where webhooks go', async () => {
    const { code, out, err } = await runCli(['connect', 'hubspot', '4812345'], env, JSON.stringify(hubspot))
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(out).toMatch(/https:\/\/portero\.example\/webhooks\/hubspot\/[0-9a-f-]{36}/)
    expect(out).not.toContain(hubspot.apiKey)
  })
  it('takes a mail server, which has no webhooks', async () => {
    const { code, out, err } = await runCli(['connect', 'smtp', 'avisos'], env, JSON.stringify({ baseUrl: 'smtp://smtp.casas.example:587', username: 'avisos', password: 'clave-de-nadie', from: 'avisos@casas.example' }))
    expect({ code, out, err }).toEqual({ code: 0, out: expect.stringMatching(/^Connected\. .*portero doctor/), err: '' })
  })
  it.each([
    ['settings that lack something', ['connect', 'hubspot', '1'], JSON.stringify({ ...hubspot, stages: undefined }), 'stages'],
    ['a vendor that nobody knows', ['connect', 'fax', '1'], '{}', 'fax'],
    ['what is no JSON', ['connect', 'hubspot', '1'], 'hola', 'JSON'],
    ['a password that is too short', ['operator', 'ana'], 'short', '12'],
    ['a role that nobody has', ['operator', 'ana', '--role', 'boss'], 'a password of many letters', 'boss'],
    ['a scope that no tool has', ['keys', 'tool', 'bird', '--scopes', 'everything'], '', 'everything'],
  ])('refuses %s in one sentence', async (_title, args, input, named) => {
    const ended = await runCli(args, env, input)
    expect(ended).toMatchObject(oneSentence)
    expect(ended.err).toContain(named)
    expect(ended.err).not.toContain(hubspot.apiKey)
  })
})

describe('portero calendars', () => {
  const mine = 'mariana.solis@casas.example'
  const real = { PORTERO_LAB: '0', PORTERO_KEY: Buffer.alloc(32, 9).toString('base64') } // credentials of a vendor are sealed with a key of one's own
  it('connects whom the token is of, lists them, and disconnects them', async () => {
    const vendor = await startVendor((heard) => json(heard, heard.headers.authorization === 'Bearer the-token-of-mariana' ? 200 : 401, { resource: { uri: 'https://api.calendly.com/users/M', email: mine, current_organization: 'https://api.calendly.com/organizations/O' } }))
    const set = { ...env, ...real, CALENDLY_TOKEN: 'the-token-of-mariana', CALENDLY_BASE_URL: vendor.origin }
    const listed = async (): Promise<string> => (await runCli(['calendars', 'list'], set)).out
    expect(await listed()).toContain('Can be connected: calendly (by our own name)')
    const refused = await runCli(['calendars', 'connect', 'calendly', 'diego@casas.example'], set)
    expect(refused).toMatchObject(oneSentence)
    expect(refused.err).toContain(`is of ${mine}`)
    expect(await runCli(['calendars', 'connect', 'calendly', mine], { ...set, CALENDLY_TOKEN: 'the-token-of-nobody' })).toMatchObject(oneSentence)
    expect(await listed()).not.toContain('casas.example')
    expect(await runCli(['calendars', 'connect', 'calendly', mine], set)).toMatchObject({ code: 0, err: '', out: expect.stringContaining(`${mine} is connected.`) })
    expect(await listed()).toContain(`${mine}  calendly`)
    expect(await runCli(['calendars', 'disconnect', 'calendly', mine], set)).toMatchObject({ code: 0, err: '', out: expect.stringContaining('not connected any longer') })
    expect(await listed()).not.toContain(mine)
    const again = await runCli(['calendars', 'disconnect', 'calendly', mine], set)
    expect(again).toMatchObject(oneSentence)
    expect(again.err).toContain('portero calendars list')
    await vendor.close()
  })
  it('takes a token from standard input only where the vendor says that it is the account\'s', async () => {
    const vendor = await startVendor((heard) => json(heard, heard.headers.authorization === 'Bearer the-token-of-mariana' ? 200 : 401, { resource: { uri: 'https://api.calendly.com/users/M', email: mine, current_organization: 'https://api.calendly.com/organizations/O' } }))
    const set = { ...env, ...real, CALENDLY_BASE_URL: vendor.origin }
    const given = (account: string, token: string): ReturnType<typeof runCli> => runCli(['connect', 'calendly', account], set, JSON.stringify({ grant: { by: 'given', token }, pushSecrets: ['the-push-secret-of-nobody-0000000001'] }))
    const refused = await given('diego@casas.example', 'the-token-of-mariana')
    expect(refused).toMatchObject(oneSentence)
    expect(refused.err).toContain(`is of ${mine}`)
    expect(await given(mine, 'the-token-of-nobody-at-all')).toMatchObject(oneSentence)
    expect((await runCli(['calendars', 'list'], set)).out).not.toContain('casas.example')
    expect(await given(mine.toUpperCase(), 'the-token-of-mariana')).toMatchObject({ code: 0, err: '', out: expect.stringContaining('/webhooks/calendly/') })
    await vendor.close()
  })
  it('says who must consent, and what can be connected at all', async () => {
    const asked = await runCli(['calendars', 'connect', 'google', mine], { ...env, ...real, GOOGLE_CLIENT_ID: 'portero', GOOGLE_CLIENT_SECRET: 'of-nobody' })
    expect(asked).toMatchObject(oneSentence)
    expect(asked.err).toContain('https://portero.example/console/connections')
    const none = await runCli(['calendars', 'connect', 'google', mine], { ...env, ...real })
    expect(none).toMatchObject(oneSentence)
    expect(none.err).toContain('docs/calendars.md')
  })
})

describe('portero keys tool and portero operator', () => {
  it('let an agent call tools, and somebody into the console', async () => {
    const key = (await runCli(['keys', 'tool', 'bird'], env)).out.trim()
    const ended = (await runCli(['keys', 'tool', 'old'], env)).out.trim()
    expect((await runCli(['keys', 'tool', 'old', '--end'], env)).out).toBe('1 keys ended\n')
    expect(await runCli(['operator', 'ana', '--role', 'admin'], env, 'a password of many letters')).toMatchObject({ code: 0, out: expect.stringContaining('/console') })
    const server = await startServer({ dir: env['DATA_DIR']! })
    await server.ready()
    const statusWith = async (secret: string): Promise<number> => (await fetch(`${server.url}/openapi.json`, { headers: { 'x-api-key': secret } })).status
    expect([await statusWith(key), await statusWith(ended), await statusWith('portero_of_nobody')]).toEqual([200, 401, 401])
    const page = await fetch(`${server.url}/console`)
    expect(page.status).toBe(200)
  })
})
