import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { portOf } from './http-stage.ts'

// The proxy that stands before the servers, as nginx would: each request goes to the next one that is up, on a connection of its own, and waits while none is.
export type Relay = { url: string; up(port: number): void; down(port: number): Promise<void>; statuses(): readonly number[]; close(): Promise<void> } // down: it gets no more, and has answered what it got. statuses: of all that was answered

export const openRelay = async (): Promise<Relay> => {
  const ports: number[] = []
  const statuses: number[] = []
  const open = new Map<Promise<void>, number>() // what is under way, and where
  const waiting: ((port: number) => void)[] = []
  const turns = new Map<string, number>() // by door, or what comes in pairs would always meet the same two
  const nextUp = (door: string): number | Promise<number> => {
    const turn = (turns.get(door) ?? 0) + 1
    turns.set(door, turn)
    return ports[turn % ports.length] ?? new Promise((resolve) => waiting.push(resolve))
  }

  const pass = async (asked: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await buffer(asked)
    const next = nextUp(asked.url?.split('/')[1] ?? '')
    const port = typeof next === 'number' ? next : await next
    const { 'content-length': _length, 'transfer-encoding': _encoding, connection: _connection, ...headers } = asked.headers
    const passing = new Promise<void>((resolve) => {
      request({ host: '127.0.0.1', port, path: asked.url, method: asked.method, agent: false, headers: { ...headers, 'content-length': body.length } }, (answer) => {
        statuses.push(answer.statusCode ?? 0)
        response.writeHead(answer.statusCode ?? 0, answer.headers).once('close', resolve)
        answer.pipe(response)
      }).on('error', (thrown) => {
        statuses.push(502)
        if (response.headersSent) response.destroy()
        else response.writeHead(502).once('close', resolve).end(thrown.message)
      }).end(body)
    })
    open.set(passing, port)
    await passing
    open.delete(passing)
  }
  const server = createServer((asked, response) => void pass(asked, response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()))
  return {
    url: `http://127.0.0.1:${portOf(server)}`,
    up(port) {
      ports.push(port)
      for (const go of waiting.splice(0)) go(port)
    },
    async down(port) {
      ports.splice(ports.indexOf(port), 1)
      await Promise.all([...open].flatMap(([passing, where]) => (where === port ? [passing] : [])))
    },
    statuses: () => [...statuses],
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
