import type { Dispatcher } from 'undici'
import { z } from 'zod'
import { AppError } from '@portero/shared'
import type { Auth, Connection, Connector, Http, HttpCall, Lane, Millis, Reply, TokenFrom } from '../define.ts'
import { makeBreaker, makeBulkhead, type Breaker, type Bulkhead } from './breaker.ts'
import type { Clock } from './clock.ts'
import type { Db } from './db.ts'
import { makeForeign, type Resolve } from './foreign.ts'
import { ownUrl, send, sockets, withQuery, type Transport } from './http-send.ts'
import { faultName } from './fault.ts'
import type { Log } from './log.ts'
import type { Token, Tokens } from './oauth.ts'
import { takeToken } from './rate.ts'
import { makeExcerpt } from './redact.ts'
import { makeRefusals, type Refusals } from './refusals.ts'
import { isMail, sendMail, type Login } from './smtp-send.ts'
import { noSpans, spanning, type Spans } from './spans.ts'
import { currentTrace, traceparent } from './trace.ts'
import type { Rest, VendorCall } from './vendor-minutes.ts'

// The one way out to vendors, over HTTP or, where the base URL says so, SMTP. Every call passes, in this order: reading guard, breaker and pause, access token, refused key, budget, bulkhead, request.
export type Condition = { name: string; ok: boolean; detail?: string }
export type WaysOut = {
  // leased: whether what is to be done is still ours to do
  of(connection: Connection, connector: Connector, how: { lane: Lane; signal: AbortSignal; reading: boolean; leased?: () => boolean }): Http
  conditions(isOpen?: (connection: string) => boolean): Condition[] // for health: which vendors rest, and until when
  lines(isOpen?: (connection: string) => boolean): { vendor: string; state: LineState }[] // how each stands, to be counted
  rests(isOpen?: (connection: string) => boolean): Rest[] // which are left alone
  close(): Promise<void>
}
export type LineState = 'well' | 'breaker' | 'key' | 'throttled'
// outcome: 'ok' or the error's code.
export type CallMetrics = { vendorCalls: { observe(labels: { vendor: string; outcome: string }, seconds: number): void } }
// tokens: where any of its connectors has its access from somewhere else than the settings. allow: origins that foreign URLs may name although they are not public, such as the lab's.
type Needs = { clock: Clock; log: Log; db: Db; tokens?: Tokens; metrics?: CallMetrics; count?(call: VendorCall): void; allow?: readonly string[]; mostBytes?: number; resolve?: Resolve; spans?: Spans; transport?: Transport }

// What is kept for a connection between its calls; it begins anew when the base URL changes.
// key: what it is let in by, and whether it is. grant: the consent that its tokens come of.
type Line = { tenant: string; vendor: string; origin: string; agent: Dispatcher; breaker: Breaker; bulkhead: Bulkhead; throttledUntil: Millis; heard: Map<string, { at: Millis; reply: Promise<Reply> }>; key: { credentials: string; grant?: Millis; refusals: Refusals } }

const reads: ReadonlySet<string> = new Set(['GET', 'HEAD'])
const tenMegabytes = 10 * 1024 * 1024
const longestMs: Millis = 5 * 60_000 // that anything is remembered

export const makeHttp = ({ clock, log, db, tokens, metrics, count = () => undefined, allow = [], mostBytes = tenMegabytes, resolve, spans = noSpans, transport = sockets }: Needs): WaysOut => {
  const lines = new Map<string, Line>()
  const foreign = makeForeign({ clock, allow, mostBytes, resolve, transport })
  let isClosed = false

  const lineOf = ({ id, tenant, vendor }: Connection, { limits }: Connector, { origin, credentials }: { origin: string; credentials: string }): Line => {
    if (isClosed) throw new AppError('unavailable', 'the way out is closed: this process is ending')
    const known = lines.get(id)
    const key = (): Line['key'] => ({ credentials, refusals: makeRefusals({ clock, log, vendor, connection: id }) })
    if (known?.origin === origin) {
      if (known.key.credentials !== credentials) known.key = key() // connected anew
      return known
    }
    if (known) closeQuietly(known)
    const agent = transport({
      connections: limits.concurrent,
      pipelining: 1,
      allowH2: false, // one call a socket, so that a broken socket takes one call with it
      headersTimeout: limits.timeoutMs * 2,
      bodyTimeout: limits.timeoutMs * 2,
      connect: { timeout: Math.ceil(limits.timeoutMs / 2) },
    })
    const line = { tenant, vendor, origin, agent, breaker: makeBreaker({ clock, log, vendor, connection: id }), bulkhead: makeBulkhead({ name: vendor, concurrent: limits.concurrent }), throttledUntil: 0, heard: new Map(), key: key() }
    lines.set(id, line)
    return line
  }
  const closeQuietly = ({ agent, vendor }: Line): void => void agent.close().catch((thrown: unknown) => log.warn('http.not-closed', { vendor, fault: faultName(thrown) }))

  // A vendor that says when to come back is not asked before.
  const learn = (line: Line, connection: string, thrown: unknown): never => {
    if (thrown instanceof AppError && thrown.code === 'throttled' && thrown.retryAfterMs) {
      line.throttledUntil = Math.max(line.throttledUntil, clock.now() + thrown.retryAfterMs)
      log.warn('vendor.throttled', { vendor: line.vendor, connection, retryAfterMs: thrown.retryAfterMs })
    }
    throw thrown
  }
  const checkPause = (line: Line): void => {
    const leftMs = line.throttledUntil - clock.now()
    if (leftMs > 0) throw new AppError('throttled', `${line.vendor} asked us to wait`, { retryAfterMs: leftMs })
  }

  const standing = ({ breaker, key, throttledUntil }: Line): LineState => (breaker.state().state !== 'closed' ? 'breaker' : key.refusals.isResting() ? 'key' : throttledUntil > clock.now() ? 'throttled' : 'well')

  return {
    of(connection, connector, { lane, signal, reading, leased }) {
      const { limits, limits: { apart }, auth, redact, hosts = [], secretPath } = connector
      const { base, credentials, login, secrets, from } = readSettings(connection, auth)
      const line = lineOf(connection, connector, { origin: isMail(base) ? base.href : base.origin, credentials: JSON.stringify([credentials, login, from]) })
      const excerpt = makeExcerpt({ keys: redact, secrets })

      // Tokens come and go while the connection stays, so each call asks for its own.
      const having = async (ask: (tokens: Tokens, from: TokenFrom) => Promise<Token | undefined>): Promise<Token | undefined> => {
        if (!from || from.by === 'given') return from && { value: from.token }
        if (!tokens) throw new AppError('bug', `${connection.vendor} asks for access tokens where nobody keeps any`)
        const token = await ask(tokens, from)
        if (token && !secrets.includes(token.value)) secrets.push(token.value)
        return token
      }
      const letIn = async (caller: AbortSignal): Promise<Token | undefined> => {
        const token = await having((kept, source) => kept.of(connection, source, caller))
        if (token?.grant === undefined || token.grant === line.key.grant) return token
        line.key = { ...line.key, grant: token.grant, ...(line.key.grant !== undefined && { refusals: makeRefusals({ clock, log, vendor: line.vendor, connection: connection.id }) }) } // consented to anew
        return token
      }

      type Work = (token?: Token) => Promise<Reply>
      const overHttp = (call: HttpCall, caller: AbortSignal): Work => {
        const url = isAbsolute.test(call.path) ? withQuery(new URL(call.path), call.query) : ownUrl(base, call)
        if (secretPath) secrets.push(url.pathname, url.search)
        const trace = currentTrace()
        const headers = { ...credentials, ...(trace && isHere(url) && { traceparent: traceparent(trace, clock) }), ...(call.idempotencyKey !== undefined && { 'idempotency-key': call.idempotencyKey }) }
        const sending = { clock, dispatcher: line.agent, url, call, headers, what: `${call.method.toUpperCase()} ${secretPath ? url.origin : shownPath(url)}`, timeoutMs: limits.timeoutMs, mostBytes, caller, excerpt, leased }
        return (token) => send(token ? { ...sending, headers: { ...headers, authorization: `Bearer ${token.value}` } } : sending)
      }
      const overSmtp = (call: HttpCall, caller: AbortSignal): Work => () => sendMail({ clock, base, login, call, what: `MAIL ${base.host}`, timeoutMs: limits.timeoutMs, caller, excerpt, leased })

      // Each request that leaves is counted, with what came of it; else, once, what held it back.
      const counted = { tenant: connection.tenant, connection: connection.id }
      const leaving = async (course: Course, request: () => Promise<Reply>): Promise<Reply> => {
        course.left = true
        const began = clock.now()
        try {
          const reply = await request()
          count({ ...counted, outcome: 'ok', tookMs: clock.now() - began })
          return reply
        } catch (thrown) {
          count({ ...counted, outcome: codeOf(thrown), tookMs: clock.now() - began })
          throw thrown
        }
      }

      const own = async (call: HttpCall, caller: AbortSignal, course: Course): Promise<Reply> => {
        const work = (isMail(base) ? overSmtp : overHttp)(call, caller)
        line.breaker.check()
        checkPause(line)
        const token = await letIn(caller)
        line.key.refusals.check(lane)
        const spend = async (): Promise<void> => {
          if (apart && call.path.split('?')[0]?.endsWith(apart.path)) await takeToken({ db, clock }, connection, { ...apart, burst: 1 }, lane) // one after the other: 300 ms apart where three a second are allowed
          await takeToken({ db, clock }, connection, limits, lane)
        }
        const attempt = async (one?: Token): Promise<Reply> => {
          await spend()
          const request = async (): Promise<Reply> => {
            checkPause(line) // whoever waited may have been told meanwhile
            return line.breaker.run(() => leaving(course, () => work(one)).catch((thrown: unknown) => learn(line, connection.id, thrown)), caller)
          }
          return line.bulkhead.run(request, { lane, caller })
        }
        const refused = (thrown: unknown): never => {
          throw isRefusal(thrown) ? line.key.refusals.refused(thrown) : thrown
        }
        const reply = await attempt(token).catch(async (thrown: unknown) => {
          const other = token && isRefusal(thrown) ? await having((kept, source) => kept.instead(connection, source, token, caller)) : undefined
          return other && other.value !== token?.value ? attempt(other).catch(refused) : refused(thrown)
        })
        line.key.refusals.accepted()
        return reply
      }

      // Whoever asks the same while the answer is on its way waits for that one.
      const remembered = (call: HttpCall, youngMs: Millis, caller: AbortSignal, course: Course): Promise<Reply> => {
        const { heard } = line
        const question = `${call.path} ${JSON.stringify(call.query ?? {})}`
        for (const [old, { at }] of heard) if (clock.now() - at > longestMs) heard.delete(old)
        const known = heard.get(question)
        if (known && clock.now() - known.at <= youngMs) {
          course.left = true // as somebody else's
          return known.reply
        }
        const reply = own(call, caller, course)
        heard.set(question, { at: clock.now(), reply })
        reply.catch(() => heard.delete(question))
        return reply
      }

      const asked = async (call: HttpCall): Promise<Reply> => {
        if (reading && !call.reading && !reads.has(call.method.toUpperCase())) throw new AppError('bug', `${connection.vendor}: ${call.method} where only reading is allowed`)
        const caller = call.signal ? AbortSignal.any([signal, call.signal]) : signal
        if (caller.aborted) throw new AppError('timeout', `${connection.vendor}: called off before it began`)
        const began = clock.now()
        const course: Course = { left: false }
        const observe = (outcome: string): void => metrics?.vendorCalls.observe({ vendor: connection.vendor, outcome }, (clock.now() - began) / 1000)
        try {
          const reply = await (!isMail(base) && isForeign(call, [base.origin, ...hosts]) ? leaving(course, () => foreign.send(call, { connector, lane, caller, leased })) : call.youngMs === undefined ? own(call, caller, course) : remembered(call, call.youngMs, caller, course))
          observe('ok')
          return reply
        } catch (thrown) {
          observe(codeOf(thrown))
          if (!course.left) count({ ...counted, outcome: codeOf(thrown), tookMs: undefined })
          throw thrown
        }
      }
      return (call) =>
        spanning(spans, { name: `${connection.vendor} ${call.method.toUpperCase()}`, kind: 'client', attributes: { 'portero.vendor': connection.vendor, 'portero.connection': connection.id, 'portero.lane': lane, 'http.request.method': call.method.toUpperCase() } }, () => asked(call), (done) =>
          'value' in done ? { attributes: { 'http.response.status_code': done.value.status } } : { failed: codeOf(done.thrown) })
    },
    lines: (isOpen = () => true) => [...lines].filter(([id]) => isOpen(id)).map(([, line]) => ({ vendor: line.vendor, state: standing(line) })),
    rests: (isOpen = () => true) =>
      [...lines].filter(([id]) => isOpen(id)).flatMap(([connection, line]) => {
        const state = standing(line)
        const open = line.breaker.state()
        return state === 'well' ? [] : [{ tenant: line.tenant, connection, state, until: state === 'throttled' ? line.throttledUntil : state === 'breaker' && open.state === 'open' ? open.until : undefined }]
      }),
    conditions: (isOpen = () => true) =>
      [...lines].filter(([id]) => isOpen(id)).map(([id, { vendor, breaker, throttledUntil, key }]) => {
        const { state } = breaker.state()
        const leftMs = throttledUntil - clock.now()
        return { name: `${vendor} ${id}`, ok: state === 'closed' && !key.refusals.isResting(), ...(state !== 'closed' ? { detail: `breaker ${state}` } : key.refusals.isResting() ? { detail: 'our key is refused' } : leftMs > 0 && { detail: `throttled for ${leftMs} ms` }) }
      }),
    async close() {
      isClosed = true
      await Promise.all([foreign.close(), ...[...lines.values()].map(({ agent }) => agent.close())])
    },
  }
}

type Course = { left: boolean }
const codeOf = (thrown: unknown): string => (thrown instanceof AppError ? thrown.code : 'bug')
const isRefusal = (thrown: unknown): thrown is AppError => thrown instanceof AppError && thrown.code === 'disconnected'

type Access = { base: URL; credentials: Record<string, string>; login?: Login | undefined; secrets: string[]; from?: TokenFrom }
const baseUrl = z.url({ protocol: /^https?$/ })
const settingsFor = {
  key: z.object({ baseUrl, apiKey: z.string().min(1) }), basic: z.object({ baseUrl, username: z.string(), password: z.string() }), none: z.object({ baseUrl }), token: z.object({ baseUrl }),
  login: z.object({ baseUrl: z.url({ protocol: /^smtps?$/ }), username: z.string().min(1).optional(), password: z.string().default('') }),
}

export const servesAuth = (kind: Auth['kind']): kind is keyof typeof settingsFor => Object.hasOwn(settingsFor, kind)

const readSettings = ({ id, vendor, settings }: Connection, auth: Auth): Access => {
  const parse = <S extends z.ZodType>(schema: S): z.infer<S> => {
    const parsed = schema.safeParse(settings)
    if (parsed.success) return parsed.data
    throw new AppError('bug', `connection ${id} of ${vendor}: its settings lack ${parsed.error.issues.map(({ path }) => path.join('.')).join(', ')}`)
  }
  switch (auth.kind) {
    case 'key': {
      const { baseUrl, apiKey } = parse(settingsFor.key)
      return { base: new URL(baseUrl), credentials: { [auth.header.toLowerCase()]: `${auth.prefix}${apiKey}` }, secrets: [apiKey] } // the prefix brings its own space
    }
    case 'basic': {
      const { baseUrl, username, password } = parse(settingsFor.basic)
      const encoded = Buffer.from(`${username}:${password}`).toString('base64')
      return { base: new URL(baseUrl), credentials: { authorization: `Basic ${encoded}` }, secrets: [password, encoded] }
    }
    case 'login': {
      const { baseUrl, username, password } = parse(settingsFor.login)
      return { base: new URL(baseUrl), credentials: {}, login: username === undefined ? undefined : { username, password }, secrets: [password, Buffer.from(password).toString('base64')] }
    }
    case 'none':
      return { base: new URL(parse(settingsFor.none).baseUrl), credentials: {}, secrets: [] }
    case 'token': {
      const from = auth.from(settings)
      return { base: new URL(parse(settingsFor.token).baseUrl), credentials: {}, secrets: secretsOf(from), from }
    }
    default:
      throw new AppError('bug', `the way out does not serve this auth of ${vendor}`)
  }
}

const secretsOf = (from: TokenFrom): string[] => (from.by === 'given' ? [from.token] : from.by === 'app' ? [from.clientSecret] : from.by === 'signed' ? [from.privateKey] : [])

// A vendor has no use for our traces, and need not know which of its calls belong together; what is on this machine is ours, such as the lab.
export const isHere = ({ hostname }: URL): boolean => /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname)
const isAbsolute = /^[a-z][a-z0-9+.-]*:/i
const isForeign = ({ path, foreign }: HttpCall, own: readonly string[]): boolean => isAbsolute.test(path) && (foreign === true || !own.includes(URL.parse(path)?.origin ?? ''))

// Errors name the path, which may hold ids; addresses and numbers of people used as ids are left out.
const shownPath = (url: URL): string => url.pathname.split('/').map((part) => (/@|%40|\+|%2b/i.test(part) ? '…' : part)).join('/')
