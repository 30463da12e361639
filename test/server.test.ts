import { chmodSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { createServer } from 'node:net'
import { once } from 'node:events'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, afterEach, describe, expect, it, jest } from '@jest/globals'
import { cleanUp, atEnd, effectsOf, forgetReadyDir, freePort, freshDir, isAlive, makeKnock, saying, signedHeaders, startServer, statusOf, until, type Server } from './support/process.ts'

jest.setTimeout(120_000)
afterEach(cleanUp)
afterAll(forgetReadyDir)

const modeOf = (...path: string[]): string => (statSync(join(...path)).mode & 0o777).toString(8)
const stackTrace = /^\s+at /m

// A webhook that is half sent; finish() sends the rest.
const halfSent = async (server: Server, body: string): Promise<{ finish(): Promise<{ status: number | undefined; body: unknown }> }> => {
  const outgoing = request(`${server.url}/webhooks/eco`, { method: 'POST', headers: { ...(await signedHeaders(server, body)), 'content-length': Buffer.byteLength(body), expect: '100-continue' } })
  const answered = once(outgoing, 'response')
  answered.catch(() => undefined)
  const awaited = once(outgoing, 'continue') // the server has the headers
  outgoing.flushHeaders()
  await awaited
  outgoing.write(body.slice(0, 10))
  return {
    async finish() {
      outgoing.end(body.slice(10))
      const [response] = await answered
      return { status: response.statusCode, body: JSON.parse(await text(response)) }
    },
  }
}

describe('npm start in lab mode', () => {
  it('on a directory that is not there yet: is ready, logs nothing but JSON lines, and keeps its files to their owner', async () => {
    const server = await startServer({ by: 'npm', dir: join(freshDir(), 'new', 'data') })
    await server.ready()
    await until('server.ready', () => server.events().some(({ event }) => event === 'server.ready')) // said once the lab has moved in, too
    const lines = server.out().split('\n').filter((line) => line !== '' && !line.startsWith('>')) // npm says with > what it runs
    for (const line of lines) expect(JSON.parse(line)).toMatchObject({ level: expect.any(String), time: expect.any(Number), event: expect.any(String) })
    expect(server.events().map(({ event }) => event)).toEqual(expect.arrayContaining(['server.listening', 'db.migrated', 'server.ready']))
    expect(server.err().split('\n').filter((line) => line !== '' && !line.startsWith('npm '))).toEqual([])
    expect(modeOf(server.dir)).toBe('700')
    for (const file of ['master.key', 'lock', 'pid']) expect([file, modeOf(server.dir, file)]).toEqual([file, '600'])
    expect(modeOf(server.dir, 'postgres')).toBe('700')
  })

  it('SIGKILL to npm leaves no server behind, and npm start works again', async () => {
    const server = await startServer({ by: 'npm' })
    await server.ready()
    const pid = await server.serverPid()
    server.kill('SIGKILL')
    await until('the server is gone', () => !isAlive(pid))
    const again = await startServer({ by: 'npm', env: server.env })
    await again.ready()
    expect(await again.serverPid()).not.toBe(pid)
  })

  it('npm killed while the server is still starting leaves no server behind', async () => {
    const server = await startServer({ by: 'npm', dir: freshDir() })
    const pid = await until('the directory is taken', () => holderOf(server.dir))
    server.kill('SIGKILL')
    await until('the server is gone', () => !isAlive(pid))
    await (await startServer({ by: 'npm', env: server.env })).ready()
  })

  it('Ctrl-C, which reaches the server from the terminal and once more from npm, drains it', async () => {
    const server = await startServer({ by: 'npm' })
    await server.ready()
    const sending = await halfSent(server, saying('ctrl-c'))
    process.kill(-server.pid, 'SIGINT')
    await until('it stops', () => server.events().some(({ event }) => event === 'server.stopping'))
    expect(await sending.finish()).toMatchObject({ status: 200 })
    expect(await server.exited).toEqual({ code: 0, signal: null })
  })
})

describe('SIGTERM', () => {
  it.each(['node', 'npm'] as const)('to %s: a request under way is answered, the exit code is 0, no server is left behind, and a restart works at once', async (by) => {
    const server = await startServer({ by })
    await server.ready()
    const pid = await server.serverPid()
    const body = saying('under-way')
    const sending = await halfSent(server, body)
    server.kill('SIGTERM')
    await until('it stops', () => server.events().some(({ event }) => event === 'server.stopping'))
    await until('nobody new is let in', async () => (await statusOf(`${server.url}/livez`)) === 0)
    expect(await sending.finish()).toEqual({ status: 200, body: { ok: true, repeated: false } })
    expect(await server.exited).toEqual({ code: 0, signal: null })
    expect(server.events().at(-1)?.event).toBe('server.stopped')
    expect([isAlive(pid), holderOf(server.dir)]).toEqual([false, undefined])
    const again = await startServer({ by, env: server.env })
    await again.ready()
    expect(await (await makeKnock(again))(body)).toMatchObject({ body: { ok: true, repeated: true } })
    await until('what was acknowledged is done', async () => (await effectsOf(again)).length === 1)
  })

  it('does not wait for a client that never finishes, nor for one that only keeps its connection', async () => {
    const server = await startServer()
    await server.ready()
    const sending = await halfSent(server, saying('never'))
    expect(await server.stop()).toEqual({ code: 0, signal: null })
    await expect(sending.finish()).rejects.toThrow()
  })

  it('while it still makes its tables ends it as quietly', async () => {
    const server = await startServer({ dir: freshDir() })
    await server.serverPid() // it listens first
    expect(await server.stop()).toEqual({ code: 0, signal: null })
    expect(server.err()).toBe('')
  })
})

describe('a server that cannot start says why in one sentence, and ends with exit code 1', () => {
  const complaintOf = async (server: Server): Promise<string> => {
    expect(await server.exited).toEqual({ code: 1, signal: null })
    expect(server.err()).not.toMatch(stackTrace)
    return server.err().trim()
  }

  it('when another one holds the data directory: with its pid', async () => {
    const first = await startServer()
    await first.ready()
    const second = await startServer({ dir: first.dir })
    expect(await complaintOf(second)).toBe(`data directory ${first.dir} is in use by process ${await first.serverPid()}`)
    expect(await statusOf(`${first.url}/readyz`)).toBe(200)
    expect(holderOf(first.dir)).toBe(await first.serverPid())
  })

  it.each(['PORT', 'LAB_PORT'])('when %s is taken: with the port, and leaves no lock behind', async (name) => {
    const taken = createServer()
    atEnd(() => taken.close())
    const port = await new Promise<number>((resolve) => taken.listen(0, () => resolve((taken.address() as { port: number }).port)))
    const server = await startServer({ env: { [name]: String(port) } })
    const complaint = await complaintOf(server)
    expect(complaint).toMatch(new RegExp(`^port ${port} is taken[^\\n]+\\b${name}\\b[^\\n]*$`))
    expect(holderOf(server.dir)).toBeUndefined()
    await (await startServer({ env: { ...server.env, [name]: String(await freePort()) } })).ready()
  })

  it('when the configuration is wrong: with everything that is wrong, and no value of a secret', async () => {
    const env = { PORT: 'abc', LAB_PORT: '70000', PORTERO_LAB: 'yes', DATABASE_URL: 'mysql://root@localhost/x', PORTERO_KEY: 'c2hvcnQ=', PUBLIC_BASE_URL: 'portero.example', LOG_LEVEL: 'loud', OPS_TOKEN: 'tiny', BIRD_BASE_URL: 'ftp://bird' }
    const complaint = await complaintOf(await startServer({ dir: freshDir(), env }))
    expect(complaint).toMatch(/^Portero can't start:\n/)
    for (const name of Object.keys(env)) expect(complaint).toMatch(new RegExp(`^ {2}- ${name}: .+$`, 'm'))
    for (const secret of [env.PORTERO_KEY, 'tiny', 'root']) expect(complaint).not.toContain(secret)
  })

  it('when it is for real and its key and address are missing', async () => {
    const complaint = await complaintOf(await startServer({ dir: freshDir(), env: { BIRD_ACCESS_KEY: 'x', PUBLIC_BASE_URL: '' } }))
    expect(complaint.split('\n').map((line) => line.slice(0, 20))).toEqual(["Portero can't start:", '  - PORTERO_KEY: mis', '  - PUBLIC_BASE_URL:'])
  })

  it.each([
    ['inside a file', () => join(freshDir(), 'file'), 'ENOTDIR'],
    ['of somebody else', () => freshDir(), 'EACCES'],
  ])('when the data directory is %s and can not be written', async (_what, dirOf, code) => {
    const dir = dirOf()
    const [name, uid] = code === 'ENOTDIR' ? ['data', undefined] : ['', process.getuid?.() === 0 ? 65_534 : undefined] // root may write everywhere
    if (code === 'ENOTDIR') writeFileSync(dir, '')
    else chmodSync(dir, 0o500)
    const data = join(dir, name)
    const server = await startServer({ dir: data, uid })
    expect(await complaintOf(server)).toBe(`data directory ${data} can't be written (${code}): choose another with DATA_DIR`)
  })
})

const holderOf = (dir: string): number | undefined => {
  try {
    return Number(readFileSync(join(dir, 'pid'), 'utf8')) || undefined
  } catch {
    return undefined
  }
}
