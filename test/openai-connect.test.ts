import { createServer } from 'node:http'
import { afterAll, afterEach, expect, jest, test } from '@jest/globals'
import { portOf } from './support/http-stage.ts'
import { atEnd, cleanUp, forgetReadyDir, runCli, startServer, type Env } from './support/process.ts'
import { freshHome } from './support/process-databases.ts'

// How a model is connected: by the environment when the server starts, or by the command line; and what the doctor says of it.
jest.setTimeout(120_000)
afterEach(cleanUp)
afterAll(forgetReadyDir)

// Somebody who knows one model, and whoever comes with the key.
const models = async (): Promise<{ url: string; asked: string[] }> => {
  const asked: string[] = []
  const server = createServer(({ url = '', headers }, response) => {
    asked.push(`${url} ${headers.authorization}`)
    const known = url === '/v1/models/gpt-6-luna'
    response.writeHead(known ? 200 : 404, { 'content-type': 'application/json' }).end(known ? '{"id":"gpt-6-luna","object":"model"}' : '{"error":{"code":"model_not_found"}}')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()))
  atEnd(() => void server.close())
  return { url: `http://127.0.0.1:${portOf(server)}/v1`, asked }
}
const linesAbout = (out: string): string[] => out.split('\n').filter((line) => /^\w+ +openai /.test(line))
const real: Env = { PORTERO_LAB: '0', PORTERO_KEY: Buffer.alloc(32, 9).toString('base64'), PUBLIC_BASE_URL: 'https://portero.example', LOG_LEVEL: 'info' }

test('a key in the environment is connected when the server starts, with its model, and another key in its place after the next start', async () => {
  const { url, asked } = await models()
  const home = { ...(await freshHome({ empty: true })), ...real, OPENAI_BASE_URL: url, OPENAI_MODEL: 'gpt-6-luna' }
  for (const key of ['sk-the-first-of-them', 'sk-the-second-of-them']) {
    const server = await startServer({ env: { ...home, OPENAI_API_KEY: key } })
    await server.ready()
    await server.stop()
    const { out } = await runCli(['doctor'], home)
    expect(linesAbout(out)).toEqual(['OK    openai connection: account env', 'OK    openai model: gpt-6-luna is there'])
    expect(server.out() + server.err() + out).not.toContain(key)
  }
  expect(asked).toEqual(['/v1/models/gpt-6-luna Bearer sk-the-first-of-them', '/v1/models/gpt-6-luna Bearer sk-the-second-of-them'])
})

test('a key in the environment of a lab stands in for the simulator of its model', async () => {
  const { url, asked } = await models()
  const home = { ...(await freshHome()), PORTERO_LAB: '1' }
  const first = await startServer({ env: home })
  await first.ready()
  await first.stop()
  const second = await startServer({ env: { ...first.env, OPENAI_API_KEY: 'sk-for-the-lab', OPENAI_BASE_URL: url, OPENAI_MODEL: 'gpt-6-luna' } })
  await second.ready()
  await second.stop()
  const { out } = await runCli(['doctor'], { ...home, OPENAI_BASE_URL: url })
  expect(linesAbout(out)).toEqual(['OK    openai connection: account lab', 'OK    openai model: gpt-6-luna is there'])
  expect(asked).toEqual(['/v1/models/gpt-6-luna Bearer sk-for-the-lab'])
})

test('by the command line a key is enough, and a model that nobody has is named by the doctor', async () => {
  const { url } = await models()
  const home = { ...(await freshHome()), ...(process.env['DATABASE_URL'] && { PORTERO_LAB: '1' }) }
  await runCli(['migrate'], home)
  expect(await runCli(['connect', 'openai', 'agente'], home, '{"apiKey":"sk-of-the-command-line"}')).toMatchObject({ code: 0, out: expect.stringContaining('Connected') })
  const { out } = await runCli(['doctor'], { ...home, OPENAI_BASE_URL: url })
  expect(linesAbout(out)).toEqual(['OK    openai connection: account agente', expect.stringMatching(/^MEND {2}openai model: it is not there/)])
})
