// Glossary, one word for one thing.
// door: where somebody enters. delivery: one thing a vendor told us. inbox: raw deliveries as they came, before they are parsed.
// action: the only thing that changes our own state. command: what we may do to the world. outbox: commands on their way.
// flow: how a delivery, a timer or a command's answer becomes decisions; each such occasion is one turn of that flow. timer: a turn that is due later.
// job: one row of durable work (a turn, a command, a pull, a watch, a chore). lane: how urgent a job is. serial: jobs that share one are done one at a time, in order.
// connector: one vendor. connection: one tenant's account at one vendor. provider: a connector as a port sees it. pull: asking a vendor what changed.
// subject: for whom and by whom. tool: what an agent may call. again: what may be done when nobody knows whether a call arrived.
import type { Transaction } from 'kysely'
import type { z } from 'zod'
import type { AppError, ErrorCode } from '@portero/shared'

type Zo = z.ZodObject
// The tables. Each layer that owns some adds them by declaration merging; the spine's are in spine/tables.ts.
// oxlint-disable-next-line typescript/no-empty-object-type
export interface DB {}
export type Tx = Transaction<DB>
export type Millis = number // epoch milliseconds; ISO strings live on the wire only

export type Inbound = { method: string; url: string; headers: Record<string, string | undefined>; rawBody: Buffer }
export type Reply = { status: number; headers: Record<string, string | undefined>; body: unknown }
export type HttpCall = {
  method: string // to a mail server: MAIL, with an empty path and the letter as the body
  path: string // below the connection's base URL; an absolute URL is the vendor's where its origin is the base URL's or one of the connector's hosts, else it is foreign: guarded against SSRF and sent without our credentials
  query?: Record<string, string>
  headers?: Record<string, string>
  body?: object | string | Uint8Array
  idempotencyKey?: string
  accept?: number[] // statuses that are answers, not errors
  reading?: true // a POST that only reads, such as a search: allowed where writes are not
  foreign?: true // whatever its origin: such as a link that is signed already
  most?: { bytes: number; ms: Millis } // of the answer, where it is larger than answers usually are
  youngMs?: Millis // of what is read: an answer to the same question that is no older will do
  signal?: AbortSignal
}
export type Http = (call: HttpCall) => Promise<Reply> // belongs to ONE connection: its base URL, auth, rate, breaker, redaction

export type Connection<S = unknown> = { id: string; tenant: string; vendor: string; account: string; settings: S }
export type Subject = { tenant: string; by: 'prospect' | 'staff' | 'workflow' | 'system'; person?: string; conversation?: string; user?: string }
export type Lane = 'live' | 'sync' | 'bulk'
// item: the vendor's thing this is about, or things, where a pull must later tell what is gone.
export type Delivery = { id: string; flow: string; serial?: string; lane?: Lane; payload: object; item?: string | readonly string[] }

export type At<S> = { http: Http; connection: Connection<S>; now: Millis; signal: AbortSignal }
// again: what the worker may do when it doesn't know whether a call arrived. lagMs: how long the vendor may take to show what it has taken.
export type Again<A, R> = 'vendor-key' | 'same-effect' | 'never' | { find(args: A, at: At<any> & { key: string }): Promise<R | undefined>; lagMs?: number }
// gated: whether it may still leave is asked once more at the moment it does. What may not is dropped, and its flow hears that it was refused.
// brief: what it was asked is not kept once it is done, nor told again to its flow: where it is long, and known elsewhere.
export type Command<A extends Zo = any, R extends Zo = any> = { name: string; args: A; result: R; attempts: number; blocksSerialWhenDead: boolean; gated?: true; brief?: true }
export const defineCommand = <A extends Zo, R extends Zo>(command: Command<A, R>): Command<A, R> => command
// Many in one call. most: this many. After one with n, the next waits n times eachMs for company, and mostMs at the longest: it is company that is worth waiting for only where there is much of it.
export type Together = { most: number; eachMs: Millis; mostMs: Millis }
type Many<S> = Together & { run(many: any[], at: At<S>): Promise<(object | AppError)[]> } // an answer for each, in their order
export type Doing<S = any> = { command: Command; again: Again<any, any>; run: (args: any, at: At<S> & { key: string }) => Promise<any>; together?: Many<S> }
export const doing = <A extends Zo, R extends Zo, S>(
  command: Command<A, R>,
  again: Again<z.infer<A>, z.infer<R>>,
  run: (args: z.infer<A>, at: At<S> & { key: string }) => Promise<z.infer<R>>,
  together?: Many<S>,
): Doing<S> => ({ command, again, run, ...(together && { together }) })

// What the flow named by `then` hears: exactly one of done and dead.
export type Answer<A = unknown, R = unknown> = { command: string; key: string; args: A; done?: R; dead?: { code: string; uncertain: boolean } }

type FlowRef<P extends Zo = Zo> = { name: string; payload: P }
// person: whose key seals the row; without it the subject's person, else the tenant.
export type SendHow = { key: string; to?: string; serial?: string; lane?: Lane; at?: Millis; then?: string; person?: string }
export type LaterHow = { key: string; at: Millis; serial?: string; lane?: Lane; person?: string; stays?: true } // stays: one that has not begun keeps what it was set with, and rings at the earlier of the two times
// What is personal is stored by these only. place: table, column and row, to which the ciphertext is bound.
export type Sealing = {
  seal(place: string, plain: string | Uint8Array, person?: string): Promise<Buffer> // with the person's key, else the subject's, else the tenant's
  open(place: string, sealed: Buffer): Promise<string>
  openBytes(place: string, sealed: Buffer): Promise<Buffer>
  blind(purpose: string, value: string): Promise<Buffer> // to look it up by
  block(people: readonly string[], since: Millis | undefined): Promise<void> // nothing of theirs opens from then on; undefined: it does again
  erase(person: string): Promise<void> // nothing of theirs ever opens again
}
export type Act = {
  tx: Tx
  now: Millis
  subject: Subject
  sealing: Sealing
  newId(): string
  concerns(person: string): void // once it is known whom this is about: what is written from here on, the audit included, is sealed with their key
  concernsNobody(): void // whom this is about is none of ours: the audit says that it was looked at, and not what it was, since nobody's key would take it with them
  send<A extends Zo, R extends Zo>(command: Command<A, R>, args: z.infer<A>, how: SendHow): Promise<void>
  later<P extends Zo>(flow: FlowRef<P>, payload: z.infer<P>, how: LaterHow): Promise<void> // a timer, in this transaction; the same key again moves it
  drop(keyPrefix: string): Promise<void> // takes back the timers and commands that have not begun
  act: Do // another action, inside this transaction
}
// Tools, cards, console, pages and flows all change state by actions; a flow may call several inside its own transaction.
export type Action<A extends Zo = any, R extends Zo = any> = { name: string; args: A; result: R; scopes: string[]; callers: Subject['by'][]; decide(args: z.infer<A>, at: Act): Promise<z.infer<R>> }
export const defineAction = <A extends Zo, R extends Zo>(spec: Omit<Action<A, R>, 'decide'>) => ({
  decides: (decide: Action<A, R>['decide']): Action<A, R> => ({ ...spec, decide }),
})
// waitMs: give its commands a moment to be done.
export type Do = <A extends Zo, R extends Zo>(action: Action<A, R>, args: z.infer<A>, options?: { waitMs?: number }) => Promise<z.infer<R>>

// restart: the cursor died; what the full pull that follows doesn't show is told as gone(items).
export type Pull<S> = {
  everyMs: number
  lane?: Lane // sync without a word
  pull(cursor: string | null, at: At<S>): Promise<{ deliveries: Delivery[]; cursor: string | null; more?: true; restart?: true }>
  gone?(items: string[], connection: Connection<S>): Delivery[]
}
// webhookUrl: where this connection's webhooks are to come. mended: how much of it had gone meanwhile.
export type Watching<S> = At<S> & { webhookUrl: string }
export type Watch<S> = { everyMs?: Millis; ensure(at: Watching<S>): Promise<{ expiresAt: Millis | null; mended?: number }>; stop?(at: Watching<S>): Promise<void> } // everyMs: when to look again at what never expires; else after a day. stop: we are told nothing any more
// What must be so at a vendor before it works with us, thing by thing. Looking only reads; whatever isn't well says how it is made so, or what a person must do.
export type Thing = { what: string } & ({ is: 'well' } | { is: 'missing' | 'wrong'; ensure(): Promise<void> } | { is: 'blocked'; mend: string })
export type Setup<S> = { look(at: Watching<S>): Promise<Thing[]> }
// Where an access token is had from. given: it stands in the settings. person: somebody let us act for them, and we hold what they granted; without scopes, those of the connector's consent. app: by our name alone. signed: a service account signs for itself, or for who it is to act for.
export type TokenFrom =
  | { by: 'given'; token: string }
  | { by: 'person'; server: AuthServer }
  | { by: 'app'; server: AuthServer; clientId: string; clientSecret: string; scopes: string[] }
  | { by: 'signed'; tokenUrl: string; email: string; keyId?: string | undefined; privateKey: string; forWhom?: string | undefined; scopes: string[] }
// Where people consent and tokens are made. Without its addresses, they are asked of the issuer.
export type AuthServer = { issuer: string; authorizationUrl?: string; tokenUrl?: string; revocationUrl?: string }
// How somebody lets us act for them at this vendor. who: whose account it turned out to be, by e-mail; settings: those of the connection that comes of it; endUrl: where they take it back themselves.
export type Consent = { server: AuthServer; scopes: string[]; asked?: Record<string, string>; who(http: Http): Promise<string>; settings: object; endUrl: string }
export type Auth =
  | { kind: 'key'; header: string; prefix: string } // settings.apiKey
  | { kind: 'basic' } // settings.username, settings.password
  | { kind: 'login' } // a mail server's: the same two, where it asks for them
  | { kind: 'token'; from(settings: any): TokenFrom } // that is fetched, kept and renewed (spine/oauth)
  | { kind: 'none' }

export type ToolSpec<I extends Zo = any, O extends Zo = any> = {
  name: string
  description: string
  input: I
  output: O
  callers: Subject['by'][]
  policy: { effect: 'read' | 'write'; timeoutMs: number; scopes: string[]; once?: (input: z.infer<I>) => string; despiteTakeover?: true } // despiteTakeover: a write that a person of ours being in charge doesn't stop
  examples: { name: string; input: unknown; output: unknown }[]
}
export type ToolRun<Reads, I extends Zo = any, O extends Zo = any> = (input: z.infer<I>, at: { reads: Reads; act: Do; subject: Subject; now: Millis; signal: AbortSignal }) => Promise<z.infer<O>>
export type Tool<Reads = any> = ToolSpec & { run: ToolRun<Reads> }
export type Flow<Reads = any, P extends Zo = any, F = any> = {
  name: string
  payload: P
  serial?(payload: z.infer<P>): string
  gather?(payload: z.infer<P>, reads: Reads): Promise<F>
  together?: Together & { gather(payloads: z.infer<P>[], reads: Reads): Promise<F[]> } // what many turns need, read at once
  decide(payload: z.infer<P>, facts: F, at: Act): Promise<void>
}
export type Webhook<S = any> = {
  connectionOf?(inbound: Inbound): string | undefined // the account, where one URL serves many
  handshake?(inbound: Inbound, connection: Connection<S>): { status: number; type: string; body: string } | undefined // GET challenges, validation tokens
  verify(inbound: Inbound, connection: Connection<S>, now: Millis): void // throws AppError; raw bytes, constant time, old and new secret
  identity?: string[] // headers that tell two deliveries with the same bytes apart
  // What verify accepts, for whoever tries a delivery. secrets: the newest first. sign: as the vendor would send it, by its headers, or within the body where the proof stands there.
  signs?: { secrets(settings: S): readonly string[]; sign(inbound: Inbound, secret: string, now: Millis): Inbound }
  parse(inbound: Inbound, connection: Connection<S>): Delivery[]
}
// sure: read at the source, told by others than the vendor, or not known to us.
export type Quota = { what: string; theirs: string; source?: string; sure: 'read' | 'told' | 'unknown' }
export type Connector<Reads = any, S extends Zo = any> = {
  name: string
  settings: S
  hosts?: string[] // origins besides the base URL's that are this vendor's own, and get our credentials
  auth: Auth
  consent?: Consent
  apiVersion?: string // of the vendor's interface, where it has one: docs/compatibility.md
  quotas?: Quota[] // the vendor's own, beside our limits: docs/quotas.md
  secretPath?: true // its address is like a key, as of a chat's hook: errors name its origin alone
  limits: { perSecond: number; burst?: number; apart?: { path: string; perSecond: number }; concurrent: number; timeoutMs: number } // burst: at once after a rest, where that is more than a second's. apart: calls whose path ends so have a limit of their own besides
  redact: string[]
  webhook?: Webhook<z.infer<S>>
  tells?: NonNullable<Webhook<z.infer<S>>['signs']> & { url(settings: z.infer<S>): string } // where we are the sender of webhooks: for whoever tries to take one
  reads?: { [K in keyof Reads]?: (at: At<z.infer<S>>) => Reads[K] }
  does?: Doing<z.infer<S>>[]
  pulls?: Record<string, Pull<z.infer<S>>>
  watch?: Watch<z.infer<S>>
  setup?: Setup<z.infer<S>>
}
// The house binds Reads once, so that a tool file needs no type arguments. Two steps, so that I and O are settled before `run` is checked.
export const house = <Reads>() => ({
  defineTool: <I extends Zo, O extends Zo>(spec: ToolSpec<I, O>) => ({ runs: (run: ToolRun<Reads, I, O>) => ({ ...spec, run }) }),
  defineFlow: <P extends Zo, F = undefined>(flow: Flow<Reads, P, F>) => flow,
  defineConnector: <S extends Zo>(connector: Connector<Reads, S>) => connector,
  asReads: (reads: unknown) => reads as Reads, // what the spine put together by name
})

// contract.ts beside a connector: what the vendor sends and answers, as data; {connection} is the connection's id, {secret} the newest that signs, {any} in what we ask a text that is made anew each time. test/connectors.test.ts turns it into tests, the same ones for every vendor.
export type Ask = { method: string; path: string; query?: Record<string, string>; headers?: Record<string, string>; body?: unknown; reading?: true } // headers: those that matter. reading: a POST that only asks
export type Tell = { status: number; headers?: Record<string, string>; body?: unknown } | 'lost' // a string goes as it is, anything else as JSON; lost: done, but the connection breaks
export type Exchange = { ask: Ask; tell: Tell }
// uncertain: nobody knows whether it happened.
export type Outcome = { result: unknown } | { code: ErrorCode; uncertain?: true; retryAfterMs?: Millis }
// The ways to fail that every vendor has; each is tried at each call of each command, read, pull and watch.
export type Failing = 'unauthorized' | 'missing' | 'throttled' | 'away' | 'garbled' | 'misshapen' | 'lost'
export type Failures = Record<Failing, { tell: Tell } & Outcome>
// exchanges: the way it goes when it goes well. but: where this one fails otherwise than the vendor usually does. more: whatever else the vendor may answer.
type Told = { exchanges: Exchange[]; but?: Partial<Failures>; more?: ({ name: string; exchanges: Exchange[] } & Outcome)[] }
export type CommandContract = Told & {
  args: object
  key: string // the command's own, as the vendor gets to see it
  result: object
  lookUp?: { found: Exchange[]; missing: Exchange[] } // where `again` is a find; found answers the same result
}
export type PullContract = { name: string; cursor: string | null; known?: string[]; exchanges: Exchange[]; deliveries: Delivery[]; next: string | null } // known: items that were told before
export type WebhookContract<S> = {
  account?: Record<string, string> // headers that say whose it is, for connectionOf
  sign(request: { method: string; url: string; body: Buffer; now: Millis }, settings: S): Record<string, string> // with the first of the settings' secrets
  within?(body: Buffer, settings: S): Buffer // where the proof stands in the body itself
  unsigned?: { time?: string; body?: string } // what this vendor's signature does not cover, and the page that says so
  windowMs?: Millis // how old its signatures may be, where five minutes are too few
  samples: { name: string; body: object | string | Buffer; headers?: Record<string, string>; deliveries: Delivery[] }[] // one or more for each event
  malformed: { name: string; body: object | string | Buffer; headers?: Record<string, string>; deliveries?: Delivery[] }[] // signed, yet not as promised; deliveries: what can be told all the same
  handshakes?: { name: string; method: string; query?: Record<string, string>; headers?: Record<string, string>; reply: { status: number; type?: string; body?: string } }[]
}
export type Contract<S = any> = {
  account: string
  settings(secrets: readonly string[]): S // for tests; the base URL is replaced. secrets: those that webhooks are signed with, the newest first
  webhook?: WebhookContract<S>
  failures: Failures
  does?: Record<string, CommandContract>
  reads?: Record<string, Told & { args: unknown[]; result: unknown }> // 'port.question'; {baseUrl} stands for the connection's
  pulls?: Record<string, PullContract[]>
  watch?: Told & { expiresAt: Millis | null }
}
