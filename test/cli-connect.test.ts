import { afterAll, afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals'
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
