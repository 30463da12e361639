import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { makeDesk, send, type Desk } from './desk.ts'
import type { Answer, Asked, Simulator, Time } from './simulator.ts'

// Serves simulated vendors over real HTTP: a vendor named eco under /eco, and what a test or a person may ask of it under /_lab/eco.
// phone: somebody's WhatsApp, under /_lab/phone/{number}/messages. pages: for people, at / and /phone; they answer what is theirs, in text.
export type Phone = (asked: { method: string; number: string; body: unknown }) => Answer | Promise<Answer>
export type Pages = (asked: Asked, lab: { desks: ReadonlyMap<string, Desk>; phone: Phone | undefined }) => Promise<Answer | undefined>
export type LabServer = {
  url: string
  desk(name: string): Desk
  hangUp(): Promise<void> // connections are refused until pickUp
  pickUp(): Promise<void>
  close(): Promise<void>
}

type Furnishing = { clock: Time; port: number; simulators: readonly Simulator[]; phone?: Phone | undefined; pages?: Pages | undefined; mounted?: Mounted | undefined; hosted?: Hosted | undefined }
// hosted: takes the place of a socket, and says where it is found; a simulated world has none.
export type Hosted = (serve: RequestListener) => string
// mounted: a whole server, of which nothing is known but where it begins.
export type Mounted = { path: string; opened(url: string): void; serve(request: IncomingMessage, response: ServerResponse): void }

export const openServer = async ({ clock, port, simulators, phone, pages, mounted, hosted }: Furnishing): Promise<LabServer> => {
  const desks = new Map(simulators.map((simulator) => [simulator.name, makeDesk(clock, simulator)]))
  const deskNamed = (name: string): Desk => {
    const found = desks.get(name)
    if (!found) throw new Error(`no vendor of the lab is named ${name}`)
    return found
  }

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const asked = await askedOf(request)
    const [, first = '', second = '', ...rest] = asked.path.split('/')
    const control = first === '_lab'
    const page = await pages?.(asked, { desks, phone })
    if (page) return send(response, page, String)
    if (control && second === 'phone' && phone && rest.length === 2 && rest[1] === 'messages') return send(response, await phone({ method: asked.method, number: decodeURIComponent(rest[0] ?? ''), body: asked.body }))
    const desk = desks.get(control ? second : first)
    if (!desk) return send(response, { status: 404, body: { error: `the lab has ${[...desks.keys()].join(', ')}` } })
    if (control) return send(response, await desk.control(asked, rest.join('/')))
    await desk.serve({ ...asked, path: asked.path.slice(first.length + 1) }, response)
  }

  const listener: RequestListener = (request, response) => {
    if (mounted && request.url?.startsWith(`${mounted.path}/`)) return mounted.serve(request, response)
    serve(request, response).catch((thrown: unknown) => {
      if (response.headersSent || response.destroyed) response.destroy()
      else send(response, { status: 400, body: { error: thrown instanceof Error ? thrown.message : 'not understood' } })
    })
  }
  const server = hosted ? undefined : createServer(listener)
  if (server) await listen(server, port)
  const bound = server ? portOf(server) : port
  const url = hosted?.(listener) ?? `http://127.0.0.1:${bound}`
  for (const { name, opened } of simulators) opened?.(`${url}/${name}`)
  mounted?.opened(url)

  return {
    url,
    desk: deskNamed,
    async hangUp() {
      if (server) await shut(server)
    },
    async pickUp() {
      if (server) await listen(server, bound)
    },
    async close() {
      for (const desk of desks.values()) desk.close()
      if (server) await shut(server)
    },
  }
}

const askedOf = async (request: IncomingMessage): Promise<Asked> => {
  const bytes = await buffer(request)
  const url = new URL(request.url ?? '/', 'http://lab')
  const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : (value ?? '')]))
  return { method: request.method ?? 'GET', path: url.pathname, query: Object.fromEntries([...new Set(url.searchParams.keys())].map((name) => [name, url.searchParams.getAll(name).join(',')])), headers, body: bodyOf(headers['content-type'], bytes) }
}

const bodyOf = (type = '', bytes: Buffer): unknown => (bytes.length === 0 ? undefined : type.startsWith('multipart/') ? bytes : /json/.test(type) ? JSON.parse(bytes.toString()) : bytes.toString())

// Only this machine may reach the lab: it signs whatever it is asked to say.
const listen = (server: Server, port: number): Promise<void> => new Promise((resolve, reject) => server.once('error', reject).listen(port, '127.0.0.1', () => resolve()))
const portOf = (server: Server): number => {
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('the lab does not listen')
  return address.port
}
const shut = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
