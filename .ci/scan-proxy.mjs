import { appendFileSync, readFileSync } from 'node:fs'
import { createServer, request } from 'node:http'

// Between the scanners and the server that they try: writes down what was asked and answered, since a scan that looked at nothing finds nothing, and keeps what is asked below the server's own limits.
// "any" stands for a conversation or a link, another one each time, and so does a booking link, which serves once; each request comes from another address; what is told to wait is asked again, after a moment or for the next one.
const [port, serverPort, dir] = process.argv.slice(2)
const linesOf = (name) => readFileSync(`${dir}/${name}`, 'utf8').trim().split('\n') // as long as they grow
const turns = new Map()
const next = (name) => {
  const lines = linesOf(name)
  const turn = turns.get(name) ?? 0
  turns.set(name, turn + 1)
  return lines[turn % lines.length]
}
const mostWaits = 5

createServer((incoming, answer) => {
  const chunks = []
  incoming.on('data', (chunk) => chunks.push(chunk))
  incoming.on('end', () => ask(incoming, Buffer.concat(chunks), answer, 0))
}).listen(Number(port), '127.0.0.1')

const ask = (incoming, body, answer, waits) => {
  const { 'x-scan': what = 'self', ...headers } = incoming.headers
  const [, kind, link = 'any', rest] = /^\/(book|ics)\/(?:any|([\w-]+))(.*)$/.exec(incoming.url) ?? []
  const isTurned = kind !== undefined && (link === 'any' || linesOf('book-links').includes(link))
  const isAny = headers['x-bird-conversation-id'] === 'any' || isTurned
  if (headers['x-bird-conversation-id'] === 'any') headers['x-bird-conversation-id'] = next('conversations')
  const path = isTurned ? `/${kind}/${next(`${kind}-links`)}${rest}` : incoming.url
  const turn = turns.get('address') ?? 0
  turns.set('address', turn + 1)
  headers['x-forwarded-for'] = `10.${(turn >> 16) & 255}.${(turn >> 8) & 255}.${turn & 255}`
  const sent = request({ host: '127.0.0.1', port: Number(serverPort), method: incoming.method, path, headers }, (reply) => {
    const waitMs = isAny ? 0 : 1000 * Number(reply.headers['retry-after'] ?? 60)
    if (reply.statusCode === 429 && waits < mostWaits && waitMs <= 3000) {
      reply.resume()
      setTimeout(() => ask(incoming, body, answer, waits + 1), waitMs)
      return
    }
    appendFileSync(`${dir}/asked`, `${what} ${reply.statusCode} ${incoming.method} ${incoming.url.split('?')[0]}\n`)
    answer.writeHead(reply.statusCode, reply.rawHeaders)
    reply.pipe(answer)
  })
  sent.on('error', () => {
    appendFileSync(`${dir}/asked`, `${what} 000 ${incoming.method} ${incoming.url.split('?')[0]}\n`)
    answer.destroy()
  })
  sent.end(body)
}
