import type { ServerResponse } from 'node:http'
import { makeFaults, refusalOf, type Fault, type FaultWanted } from './faults.ts'
import type { Answer, Asked, LateRoute, Route, Simulator, Time } from './simulator.ts'

// What stands between the wire and a simulated vendor: the request log, the queue of faults, and how an answer is sent or withheld.
// status and ms: once it is answered; a connection that was reset has ms only.
export type Logged = Asked & { on: string; at: number; fault?: Fault['fault']; status?: number; ms?: number }
export type Desk = {
  requests(on?: string): Logged[]
  fault(...wanted: FaultWanted[]): void
  faults(): Fault[] // those that nothing has met yet
  clearFaults(): void
  arrived(on: string, count?: number): Promise<void> // when so many requests to that route have come, since the desk was opened
  release(): void // whatever is slow goes on
  serve(asked: Asked, response: ServerResponse): Promise<void>
  control(asked: Asked, name: string): Promise<Answer>
  close(): void
}

export const makeDesk = (clock: Time, simulator: Simulator): Desk => {
  const routes = Object.keys(simulator.routes)
  const faults = makeFaults(routes)
  const log: Logged[] = []
  const watchers = new Set<() => void>()
  const held = new Set<() => void>()
  const timers = new Set<() => void>()

  const requests = (on?: string): Logged[] => log.filter((logged) => on === undefined || logged.on === on)
  const note = (logged: Logged): void => {
    log.push(logged)
    for (const look of watchers) look()
  }
  const after = (ms: number, run: () => void): (() => void) => {
    const cancel = clock.after(ms, () => {
      timers.delete(cancel)
      run()
    })
    timers.add(cancel)
    return cancel
  }
  const hold = (ms: number | undefined): Promise<void> =>
    new Promise((resolve) => {
      const go = (): void => {
        held.delete(go)
        cancel()
        resolve()
      }
      const cancel = ms === undefined ? () => {} : after(ms, go)
      held.add(go)
    })
  const release = (): void => {
    for (const go of held) go()
  }

  const drip = (response: ServerResponse, { status, headers, body }: Answer, ms: number): void => {
    const bytes = Buffer.isBuffer(body) ? body : Buffer.from(JSON.stringify(body ?? {}))
    response.writeHead(status, { 'content-type': 'application/json', 'content-length': bytes.length, ...headers })
    const next = (at: number): void => {
      if (response.destroyed) return
      response.write(bytes.subarray(at, at + 1))
      if (at + 1 < bytes.length) after(ms, () => next(at + 1))
      else response.end()
    }
    next(0)
  }

  return {
    requests,
    fault: (...wanted) => faults.add(wanted),
    faults: () => faults.left(),
    clearFaults: () => faults.clear(),
    release,
    arrived: (on, count = 1) =>
      new Promise((resolve) => {
        const look = (): void => {
          if (requests(on).length < count) return
          watchers.delete(look)
          resolve()
        }
        watchers.add(look)
        look()
      }),

    async serve(asked, response) {
      const { on, route, parts } = findRoute(simulator, asked)
      const fault = faults.take(on)
      const logged: Logged = { ...asked, on, at: clock.now(), ...(fault && { fault: fault.fault }) }
      response.once('close', () => Object.assign(logged, { ms: clock.now() - logged.at, ...(response.writableFinished && { status: response.statusCode }) }))
      note(logged)
      if (fault?.fault === 'down') return reset(response)
      const refusal = refusalOf(fault)
      if (refusal) return send(response, { ...refusal, body: { error: `the lab was told to answer ${refusal.status}` } })
      if (fault?.fault === 'slow') await hold(fault.ms)
      const answer = simulator.admits(asked) ? await route({ ...asked, parts, lagMs: lagOf(fault) }) : { status: 401, body: { error: 'unknown key' } }
      if (fault?.fault === 'lost') return reset(response)
      if (fault?.fault === 'drip') return drip(response, answer, fault.ms)
      send(response, fault?.fault === 'misshapen' ? { status: 200, body: { not: 'what was promised' } } : answer, fault?.fault === 'garbled' ? brokenOff : JSON.stringify)
    },

    async control({ method, body }, name) {
      if (method === 'GET' && name === 'state') return ok(simulator.state())
      if (method === 'GET' && name === 'requests') return ok(log)
      if (method === 'GET' && name === 'faults') return ok(faults.left())
      if (method === 'POST' && name === 'faults') return ok((faults.add(body), faults.left()))
      if (method === 'DELETE' && name === 'faults') return ok((faults.clear(), faults.left()))
      if (method === 'POST' && name === 'release') return ok((release(), {}))
      const control = method === 'POST' ? simulator.controls[name] : undefined
      return control ? ok(await control(body)) : { status: 404, body: { error: `ask for state, requests, faults, release, ${Object.keys(simulator.controls).join(', ')}` } }
    },

    close() {
      simulator.close()
      for (const cancel of timers) cancel()
      release()
    },
  }
}

const ok = (body: unknown): Answer => ({ status: 200, body })
const lagOf = (fault: Fault | undefined): number => (fault?.fault === 'lag' ? (fault.ms ?? Number.POSITIVE_INFINITY) : 0)
const brokenOff = (body: unknown): string => JSON.stringify(body).slice(0, -2)
const reset = (response: ServerResponse): void => void response.socket?.resetAndDestroy()

export const send = (response: ServerResponse, { status, headers, body }: Answer, write: (body: unknown) => string = JSON.stringify): void =>
  void response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body === undefined ? '' : Buffer.isBuffer(body) ? body : write(body))

type Found = { on: string; route: Route | LateRoute; parts: Record<string, string> }
const findRoute = (simulator: Simulator, { method, path }: Asked): Found => {
  for (const [on, route] of Object.entries(simulator.routes)) {
    const parts = partsOf(on, `${method} ${path}`)
    if (parts) return { on, route, parts }
  }
  return { on: `${method} ${path}`, route: () => ({ status: 404, body: { error: 'no such path' } }), parts: {} }
}

// 'PUT /things/:thing' fits 'PUT /things/th_1', and its parts are { thing: 'th_1' }.
const partsOf = (pattern: string, text: string): Record<string, string> | undefined => {
  const wanted = pattern.split('/')
  const given = text.split('/')
  if (wanted.length !== given.length || !wanted.every((part, at) => part.startsWith(':') || part === given[at])) return undefined
  return Object.fromEntries(wanted.flatMap((part, at) => (part.startsWith(':') ? [[part.slice(1), decodeURIComponent(given[at] ?? '')]] : [])))
}
