import { IncomingMessage, ServerResponse, type RequestListener } from 'node:http'
import { Duplex } from 'node:stream'
import { Dispatcher } from 'undici'
import type { Owner, Scheduler } from './scheduler.ts'

// What stands in for sockets: a request is handed to whoever listens there, and the answer back, each when its time has come.
export type Request = { url: URL; method: string; headers: Record<string, string>; body: Buffer }
export type Answer = { status: number; headers: Record<string, string>; bytes: Buffer }
export type Fate = 'well' | 'never-arrives' | 'answer-lost' | 'twice' | 'swallowed' // what becomes of one request on its way; swallowed: somebody between says 200, and that is the end of it
export type Wire = {
  listen(origin: string, owner: Owner, serve: RequestListener): void
  exchange(from: Owner, request: Request): Promise<Answer> // throws as a socket does that is reset
  fetch: typeof fetch // for those who are no house
  transport(owner: Owner): Dispatcher
}
type Needs = { scheduler: Scheduler; fate(request: Request): Fate; delayMs(): number; answered(exchanged: { from: Owner; to: Owner; request: Request; answer: Answer }): void }

export const leftAt = 'x-left-at' // what is on its way while the machine sleeps arrives late, and is judged by when it left

export class Reset extends Error {
  readonly code = 'ECONNRESET'
}
const nobody: Owner = { name: 'the others', isDead: false, isFrozen: false }

export const makeWire = ({ scheduler, fate, delayMs, answered }: Needs): Wire => {
  const listeners = new Map<string, { owner: Owner; serve: RequestListener }[]>()
  let turns = 0
  const clock = scheduler.clockOf(nobody)
  const later = (ms: number): Promise<void> => new Promise((resolve) => void clock.after(ms, resolve))

  const arrive = async (from: Owner, request: Request): Promise<Answer> => {
    const all = listeners.get(request.url.origin)?.filter(({ owner }) => !owner.isDead) ?? []
    const there = all[turns++ % all.length]
    if (!there) throw new Reset('nobody listens there')
    const answer = await serveIn(there.serve, request)
    if (!there.owner.isDead) answered({ from, to: there.owner, request, answer })
    return answer
  }
  const exchange: Wire['exchange'] = async (from, { headers, ...rest }) => {
    const request = { ...rest, headers: { ...headers, [leftAt]: String(clock.now()) } }
    const its = fate(request)
    await later(delayMs())
    if (from.isDead && scheduler.chance.happens(0.5)) throw new Reset('never left') // what a process had written when it was killed may arrive, or not
    if (its === 'never-arrives') throw new Reset('lost on the way')
    if (its === 'swallowed') return { status: 200, headers: {}, bytes: Buffer.alloc(0) }
    const answer = await arrive(from, request)
    if (its === 'twice') await arrive(from, request).catch(() => undefined)
    await later(delayMs())
    if (its === 'answer-lost') throw new Reset('its answer was lost')
    return answer
  }

  const wire: Wire = {
    listen: (origin, owner, serve) => void listeners.set(origin, [...(listeners.get(origin) ?? []), { owner, serve }].filter((each) => !each.owner.isDead)),
    exchange,
    async fetch(input, init = {}) {
      const url = new URL(input instanceof Request ? input.url : input)
      const headers = Object.fromEntries(new Headers(init.headers))
      const body = typeof init.body === 'string' ? Buffer.from(init.body) : Buffer.isBuffer(init.body) ? init.body : Buffer.alloc(0)
      const aborted = new Promise<never>((_resolve, reject) => init.signal?.addEventListener('abort', () => reject(new Reset('given up')), { once: true }))
      const answer = await Promise.race([exchange(nobody, { url, method: init.method ?? 'GET', headers, body }), aborted])
      return new Response(answer.status === 204 || answer.status === 304 ? null : new Uint8Array(answer.bytes), { status: answer.status, headers: answer.headers })
    },
    transport: (owner) => new WireDispatcher(owner, exchange),
  }
  return wire
}

// As much of undici's dispatcher as the way out asks of it.
class WireDispatcher extends Dispatcher {
  readonly #owner: Owner
  readonly #exchange: Wire['exchange']
  constructor(owner: Owner, exchange: Wire['exchange']) {
    super()
    this.#owner = owner
    this.#exchange = exchange
  }

  override dispatch({ origin, path, method, headers, body }: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): boolean {
    const state = { isOver: false }
    const fail = (error: Error): void => {
      if (state.isOver || this.#owner.isDead) return
      state.isOver = true
      handler.onResponseError?.(controller, error)
    }
    const controller = { aborted: false, paused: false, reason: null as Error | null, rawHeaders: null, rawTrailers: null, abort: (reason: Error) => fail(reason), pause() {}, resume() {} } as unknown as Dispatcher.DispatchController
    handler.onRequestStart?.(controller, {})
    if (state.isOver) return true
    const bytes = typeof body === 'string' ? Buffer.from(body) : body instanceof Uint8Array ? Buffer.from(body) : Buffer.alloc(0)
    const run = async (): Promise<void> => {
      try {
        const answer = await this.#exchange(this.#owner, { url: new URL(`${String(origin)}${path}`), method, headers: headers as Record<string, string>, body: bytes })
        if (state.isOver || this.#owner.isDead) return
        state.isOver = true
        handler.onResponseStart?.(controller, answer.status, answer.headers, '')
        handler.onResponseData?.(controller, answer.bytes)
        handler.onResponseEnd?.(controller, {})
      } catch (thrown) {
        fail(Object.assign(new Error('reset'), { code: thrown instanceof Reset ? thrown.code : 'UND_ERR_SOCKET' }))
      }
    }
    void run()
    return true
  }
  override close(): Promise<void>
  override close(done: () => void): void
  override close(done?: () => void): Promise<void> | void {
    if (!done) return Promise.resolve()
    done()
  }
  override destroy(): Promise<void> {
    return Promise.resolve()
  }
}

// A listener, asked without a socket. HTTP/1.0, so that an answer is whole when it ends.
class Plug extends Duplex {
  readonly remoteAddress = '127.0.0.1'
  readonly encrypted = false
  readonly written: Buffer[] = []
  override _read(): void {}
  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.written.push(chunk)
    done()
  }
  setTimeout(): this { return this }
  setNoDelay(): this { return this }
  setKeepAlive(): this { return this }
  resetAndDestroy(): this { return this.destroy(new Reset('reset')) }
}

const serveIn = (serve: RequestListener, { url, method, headers, body }: Request): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const plug = new Plug()
    const request = new IncomingMessage(plug as never)
    const all: Record<string, string> = { host: url.host, ...headers, ...(body.length > 0 || !['GET', 'HEAD', 'DELETE'].includes(method) ? { 'content-length': String(body.length) } : {}) }
    Object.assign(request, { method, url: `${url.pathname}${url.search}`, headers: all, rawHeaders: Object.entries(all).flat(), httpVersion: '1.0', httpVersionMajor: 1, httpVersionMinor: 0, complete: true })
    const response = new ServerResponse(request)
    response.assignSocket(plug as never)
    plug.on('error', reject)
    plug.once('close', () => reject(new Reset('reset')))
    response.once('finish', () => {
      const raw = Buffer.concat(plug.written)
      const end = raw.indexOf('\r\n\r\n')
      const received = raw.subarray(0, end).toString('latin1').split('\r\n').slice(1).map((line): [string, string] => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()])
      resolve({ status: response.statusCode, headers: Object.fromEntries(received), bytes: raw.subarray(end + 4) })
      response.detachSocket(plug as never)
      response.emit('close')
      plug.destroy()
    })
    if (body.length > 0) request.push(body)
    request.push(null)
    serve(request, response)
  })
