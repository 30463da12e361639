import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { expect } from '@jest/globals'
import type { Ask, Exchange, Failures, Outcome, Tell } from '@portero/tool-server/define.ts'
import { openMailServer } from '../lab/smtp/mail-server.ts'
import { portOf } from '../support/http-stage.ts'

// A vendor that knows its lines: it expects these requests in this order, answers each as written, and nothing else may be asked.
export type Script = { url: string; heard: Heard[]; check(): void; close(): Promise<void> }
export type Heard = Required<Omit<Ask, 'reading'>> & { bytes: Buffer }

// written: what the contract calls by names that are made up as the test runs.
export type Written = { asWritten<T>(what: T): T; asMade(text: string): string }
const plainly: Written = { asWritten: (what) => what, asMade: (text) => text }

const openScript = async (exchanges: readonly Exchange[], { asWritten, asMade }: Written): Promise<Script> => {
  const heard: Heard[] = []
  // Both ways: a request that was not expected, and an answer that nobody came for.
  const check = (): void => expect(heard.map((one, at) => asWritten(shaped(one, exchanges[at]?.ask)))).toEqual(exchanges.map(({ ask }) => shaped(ask, ask)))
  if (exchanges.some(({ ask }) => ask.method === 'MAIL')) {
    const { url, close } = await openMailServer({
      answer: async ({ headers, bytes, ...letter }) => {
        heard.push({ method: 'MAIL', path: '', query: {}, headers, body: letter, bytes })
        const tell = exchanges[heard.length - 1]?.tell ?? 'lost'
        return tell === 'lost' ? tell : { status: tell.status, text: String(textOf(tell, asMade)) }
      },
    })
    return { url, heard, check, close }
  }
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    heard.push(await heardOf(request))
    const tell = exchanges[heard.length - 1]?.tell ?? 'lost'
    if (tell === 'lost') request.socket.destroy()
    else response.writeHead(tell.status, { 'content-type': 'application/json', ...tell.headers }).end(textOf(tell, asMade))
  }
  const server = createServer((request, response) => void answer(request, response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()))
  return {
    url: `http://127.0.0.1:${portOf(server)}`,
    heard,
    check,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

const textOf = ({ body }: Exclude<Tell, 'lost'>, asMade: Written['asMade']): string | Buffer => (body === undefined ? '' : typeof body === 'string' || Buffer.isBuffer(body) ? body : asMade(JSON.stringify(body)))

const heardOf = async (request: IncomingMessage): Promise<Heard> => {
  const bytes = await buffer(request)
  const url = new URL(request.url ?? '/', 'http://script')
  const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]))
  const body: unknown = bytes.length === 0 ? undefined : headers['content-type'] === 'application/json' ? JSON.parse(bytes.toString()) : bytes.toString()
  return { method: request.method ?? '', path: url.pathname, query: Object.fromEntries(url.searchParams), headers, body, bytes }
}

// Plays a case: what it expects of us is checked after what it led to.
export const play = async (exchanges: readonly Exchange[], act: (script: Script) => Promise<void>, written = plainly): Promise<void> => {
  const script = await openScript(exchanges, written)
  try {
    await act(script)
    script.check()
  } finally {
    await script.close()
  }
}

// Every call of the good way broken in every way: those before it go well, those after it are not made. What was written before is done, whatever comes then.
export type Case = { name: string; exchanges: Exchange[] } & Outcome
export const breaks = (exchanges: readonly Exchange[], failures: Failures): Case[] =>
  exchanges.flatMap(({ ask }, at) => {
    const before = exchanges.slice(0, at)
    const halfDone = before.some((exchange) => !isReading(exchange.ask))
    return Object.entries(failures).flatMap(([failing, { tell, ...outcome }]) => {
      if ('result' in outcome && at + 1 < exchanges.length) return []
      return [{ name: `call ${at + 1} is ${failing}`, exchanges: [...before, { ask, tell }], ...outcome, ...(halfDone && { uncertain: true as const }) }]
    })
  })
const isReading = ({ method, reading }: Ask): boolean => reading === true || method === 'GET' || method === 'HEAD'

// Only the headers that the contract names are compared: it says which ones matter.
const shaped = ({ method, path, query, headers = {}, body }: Ask, wanted: Ask | undefined): object => ({
  method,
  path,
  query: unlessAny(query ?? {}, wanted?.query),
  headers: Object.fromEntries(Object.keys(wanted?.headers ?? {}).map((name) => [name.toLowerCase(), headers[name] ?? headers[name.toLowerCase()]])),
  body: unlessAny(body, wanted?.body),
})
// {any} in a contract: a text that is made anew each time.
const unlessAny = (told: unknown, wanted: unknown): unknown => {
  if (wanted === '{any}') return typeof told === 'string' && told !== '' ? wanted : told
  if (typeof wanted !== 'object' || wanted === null || typeof told !== 'object' || told === null || Array.isArray(told)) return told
  return Object.fromEntries(Object.entries(told).map(([name, value]) => [name, unlessAny(value, Reflect.get(wanted, name))]))
}
