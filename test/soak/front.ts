import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { buffer } from 'node:stream/consumers'
import { portOf } from '../support/http-stage.ts'
import { statusOf } from '../support/process.ts'

// Plain round robin before the servers, with the rules of docs/runbooks/reverse-proxy.md and nothing beyond them, as the Caddyfile there has them:
//   health_uri /readyz, health_interval 1s          who doesn't say 200 there gets nothing more
//   lb_try_duration 9s, lb_try_interval 100ms       a request whose connection was refused goes to the next server, since none of it was sent (nginx: proxy_next_upstream error)
//   no lb_retry_match (nginx: never non_idempotent) one that was on its way is sent again only if it is a GET; a POST that a kill cuts is a 502, and counts as what it is
//   keepalive off, response_header_timeout 30s
const looksEveryMs = 1_000
const triesForMs = 9_000
const triesEveryMs = 100
const answerMs = 30_000

export type Front = { url: string; isUp(port: number): boolean; again(): { refused: number; cut: number }; close(): Promise<void> } // again: how many requests had to go to another server

export const openFront = async (ports: readonly number[]): Promise<Front> => {
  const up = new Set<number>()
  const again = { refused: 0, cut: 0 }
  let turn = 0
  let isOver = false
  const looking = (async () => {
    for (; !isOver; await sleep(looksEveryMs))
      await Promise.all(ports.map(async (port) => void ((await statusOf(`http://127.0.0.1:${port}/readyz`)) === 200 ? up.add(port) : up.delete(port))))
  })()

  const pass = async (asked: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await buffer(asked)
    const ends = performance.now() + triesForMs
    for (; performance.now() < ends; await sleep(triesEveryMs)) {
      const able = ports.filter((port) => up.has(port))
      const port = able[turn++ % able.length]
      if (port === undefined) continue
      const became = await sent({ asked, body, port, response })
      if (became === 'answered') return
      if (became === 'cut' && asked.method !== 'GET') break
      again[became]++
    }
    if (response.headersSent) response.destroy()
    else response.writeHead(502).end('no server has answered')
  }
  const server = createServer((asked, response) => void pass(asked, response).catch(() => response.destroy()))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()))
  return {
    url: `http://127.0.0.1:${portOf(server)}`,
    isUp: (port) => up.has(port),
    again: () => ({ ...again }),
    async close() {
      isOver = true
      await looking
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

// refused: none of it was sent. cut: it was, and no byte of an answer came. A body that breaks off breaks off at whoever asked, too.
type Sending = { asked: IncomingMessage; body: Buffer; port: number; response: ServerResponse }
const sent = ({ asked, body, port, response }: Sending): Promise<'answered' | 'refused' | 'cut'> =>
  new Promise((resolve) => {
    const { 'content-length': _length, 'transfer-encoding': _encoding, connection: _connection, ...headers } = asked.headers
    const outgoing = request({ host: '127.0.0.1', port, path: asked.url, method: asked.method, agent: false, timeout: answerMs, headers: { ...headers, 'x-forwarded-for': asked.socket.remoteAddress ?? '', 'content-length': body.length } }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.on('error', () => response.destroy()).once('close', () => resolve('answered')).pipe(response)
    })
    outgoing
      .on('timeout', () => outgoing.destroy())
      .on('error', (thrown) => {
        if (response.headersSent) return resolve('answered')
        resolve('code' in thrown && thrown.code === 'ECONNREFUSED' ? 'refused' : 'cut')
      })
      .end(body)
  })
