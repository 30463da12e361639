import { lookup as systemLookup } from 'node:dns/promises'
import type { LookupFunction } from 'node:net'
import ipaddr from 'ipaddr.js'
import { AppError } from '@portero/shared'
import type { Connector, HttpCall, Lane, Millis, Reply } from '../define.ts'
import { makeBulkhead } from './breaker.ts'
import type { Clock } from './clock.ts'
import { addQuery, send, sockets, type Transport } from './http-send.ts'
import { makeExcerpt } from './redact.ts'

// Calls to addresses that somebody else gave us: a media link, an upload target. They may lead into our own network, so each is checked.
export type Resolve = (host: string) => Promise<{ address: string; family: number }[]>
export type Foreign = {
  send(call: HttpCall, how: { connector: Connector; lane: Lane; caller: AbortSignal; leased?: (() => boolean) | undefined }): Promise<Reply>
  close(): Promise<void>
}
// allow: origins from the configuration, which need neither https nor a public address. The lab is one.
type Needs = { clock: Clock; allow: readonly string[]; mostBytes: number; resolve?: Resolve | undefined; transport?: Transport }

const atOnce = 16
const backstopMs: Millis = 60_000

export const makeForeign = ({ clock, allow, mostBytes, resolve = everyAddress, transport = sockets }: Needs): Foreign => {
  const allowed = new Set(allow.map((origin) => new URL(origin).origin).filter((origin) => origin !== 'null')) // that of a mail server, and of anything else that is not HTTP
  const options = { allowH2: false, connections: 4, maxOrigins: 256, headersTimeout: backstopMs, bodyTimeout: backstopMs }
  const trusted = transport({ ...options, connect: { timeout: backstopMs } })
  const guarded = transport({ ...options, connect: { timeout: backstopMs, lookup: publicLookup(resolve) } })
  const bulkhead = makeBulkhead({ name: 'foreign', concurrent: atOnce })
  return {
    async send(call, { connector, lane, caller, leased }) {
      const url = foreignUrl(call.path, allowed)
      addQuery(url, call.query)
      const auth = connector.auth.kind === 'key' ? connector.auth.header.toLowerCase() : 'authorization'
      const headers = Object.fromEntries(Object.entries(call.headers ?? {}).filter(([name]) => !credentials.has(name.toLowerCase()) && name.toLowerCase() !== auth))
      const what = `${call.method.toUpperCase()} ${url.origin}` // the path of such a link is often its password
      const work = (): Promise<Reply> =>
        send({ clock, dispatcher: allowed.has(url.origin) ? trusted : guarded, url, call: { ...call, headers }, headers: {}, what, timeoutMs: connector.limits.timeoutMs, mostBytes, caller, leased, excerpt: makeExcerpt({ keys: connector.redact, secrets: [] }) })
      return bulkhead.run(work, { lane, caller })
    },
    async close() {
      await Promise.all([trusted.close(), guarded.close()])
    },
  }
}

const credentials: ReadonlySet<string> = new Set(['authorization', 'proxy-authorization', 'cookie', 'x-api-key', 'idempotency-key', 'traceparent', 'tracestate', 'host'])

// The URL parser has already read decimal, octal, hexadecimal and full-width hosts into plain addresses.
export const foreignUrl = (text: string, allowed: ReadonlySet<string>): URL => {
  if (!URL.canParse(text)) throw refused('it is no URL')
  const url = new URL(text)
  if (url.username || url.password) throw refused('it carries credentials')
  if (allowed.has(url.origin)) return url
  if (url.protocol !== 'https:') throw refused('it is not https')
  if (url.port) throw refused('its port is not 443')
  const host = url.hostname.replace(/^\[|\]$/g, '')
  if (ipaddr.isValid(host) && !isPublic(host)) throw refused('its address is not public')
  return url
}

// Sockets connect to what this answers and to nothing else, so a name can't change its address between check and use.
export const publicLookup = (resolve: Resolve): LookupFunction => (host, options, answer) => {
  resolve(host).then(
    (addresses) => {
      const [first] = addresses
      if (!first || !addresses.every(({ address }) => isPublic(address))) return answer(refused('its name leads to an address that is not public'), '')
      return options.all ? answer(null, addresses) : answer(null, first.address, first.family)
    },
    (thrown: unknown) => answer(new AppError('unavailable', 'a foreign name was not found', { cause: thrown }), ''),
  )
}

export const isPublic = (text: string): boolean => {
  if (!ipaddr.isValid(text)) return false
  const address = ipaddr.parse(text)
  if (address.range() !== 'unicast') return false
  // ipaddr.js calls all the rest of IPv6 unicast, such as ::127.0.0.1; only 2000::/3 is handed out (https://www.iana.org/assignments/ipv6-address-space).
  return address instanceof ipaddr.IPv6 ? address.match(handedOut) : !hostPlatform.has(address.toString())
}
const handedOut = ipaddr.IPv6.parseCIDR('2000::/3')
const hostPlatform: ReadonlySet<string> = new Set(['168.63.129.16']) // Azure's WireServer, reachable from inside only

const everyAddress: Resolve = (host) => systemLookup(host, { all: true })
const refused = (why: string): AppError => new AppError('refused', `a foreign URL was refused: ${why}`)
