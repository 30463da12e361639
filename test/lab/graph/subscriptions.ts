import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { Answer, Time } from '../simulator.ts'
import { created, missing, nothing, ok, parsed, Refusal } from './answers.ts'
import { etagOf, type Change } from './mailboxes.ts'

// Who is told of changes, and how: https://learn.microsoft.com/graph/change-notifications-delivery-webhooks
export type Subscription = { id: string; email: string; by: string; changeType: string; notificationUrl: string; lifecycleNotificationUrl: string | null; resource: string; expiresAt: number; clientState: string | null }
export type Told = { to: string; value: object[]; at: number; statuses: number[] } // one status an attempt; 0: nobody answered
export type Subscriptions = {
  create(body: unknown, who: { by: string; mailboxOf(resource: string): string }): Promise<Answer>
  list(by: string): Answer
  change(id: string | undefined, body: unknown, by: string): Promise<Answer>
  drop(id: string | undefined, by: string): Answer
  tell(change: Change): void
  lifecycle(event: 'missed' | 'subscriptionRemoved' | 'reauthorizationRequired', email?: string): void
  expire(email?: string): void
  dropPushes(yes: boolean): void
  all(): Subscription[]
  told(): Told[]
  silent(): Promise<void>
  close(): void
}
const minuteMs = 60_000
const longestMs = 10_080 * minuteMs
const shortestMs = 45 * minuteMs
const takesMs = 10_000
const againAfterMs = [10_000, 60_000, 600_000]

const url = z.url().refine((text) => text.startsWith('https:') || /^http:\/\/(localhost|127\.0\.0\.1)[:/]/.test(text), 'expected https') // but on this machine
const making = z.strictObject({ changeType: z.string().regex(/^(created|updated|deleted)(,(created|updated|deleted))*$/), notificationUrl: url, lifecycleNotificationUrl: url.optional(), resource: z.string(), expirationDateTime: z.iso.datetime(), clientState: z.string().max(128).optional() })
const changing = z.strictObject({ expirationDateTime: z.iso.datetime(), notificationUrl: url }).partial()

// deliver: where an address is on this machine; those that are nowhere answer nobody.
type Needs = { clock: Time; tenantId: string; deliver(url: string): string | undefined }
export const makeSubscriptions = ({ clock, tenantId, deliver }: Needs): Subscriptions => {
  const subscriptions = new Map<string, Subscription>()
  const told: Told[] = []
  const timers = new Set<() => void>()
  const underWay = new Set<Promise<void>>()
  let gathered = new Map<string, object[]>() // by address
  let made = 0
  let isDropping = false
  let isClosed = false

  const newId = (): string => {
    const digits = createHash('sha256').update(`${clock.now()}/${++made}`).digest('hex')
    return [digits.slice(0, 8), digits.slice(8, 12), `4${digits.slice(13, 16)}`, `8${digits.slice(17, 20)}`, digits.slice(20, 32)].join('-')
  }
  const living = (): Subscription[] => {
    for (const { id, expiresAt } of subscriptions.values()) if (expiresAt <= clock.now()) subscriptions.delete(id)
    return [...subscriptions.values()]
  }
  const after = (ms: number, run: () => void): (() => void) => {
    const cancel = clock.after(ms, () => {
      timers.delete(cancel)
      run()
    })
    timers.add(cancel)
    return () => {
      timers.delete(cancel)
      cancel()
    }
  }
  const post = async (address: string, init: { body?: string } = {}): Promise<{ status: number; type: string; text: string }> => {
    const door = deliver(address)
    if (door === undefined) return { status: 0, type: '', text: '' }
    const over = new AbortController()
    const release = after(takesMs, () => over.abort())
    try {
      const response = await fetch(door, { method: 'POST', headers: { 'content-type': init.body === undefined ? 'text/plain' : 'application/json' }, ...init, signal: over.signal })
      return { status: response.status, type: response.headers.get('content-type') ?? '', text: await response.text() }
    } catch {
      return { status: 0, type: '', text: '' }
    } finally {
      release()
    }
  }
  const shake = async (address: string): Promise<void> => {
    const token = `Validation: Testing client application reachability for subscription Request-Id: ${newId()}`
    const { status, type, text } = await post(`${address}${address.includes('?') ? '&' : '?'}validationToken=${encodeURIComponent(token)}`)
    if (status !== 200 || !type.startsWith('text/plain') || text !== token) throw new Refusal(400, 'ValidationError', `Subscription validation request failed. HTTP status code is '${status}'.`)
  }
  const until = (text: string): number => {
    const at = Date.parse(text)
    if (at > clock.now() + longestMs) throw new Refusal(400, 'ExtensionError', 'Subscription expiration can only be 10080 minutes in the future.')
    if (at <= clock.now()) throw new Refusal(400, 'InvalidRequest', 'The expiration is in the past.')
    return Math.max(at, clock.now() + shortestMs)
  }
  const attempt = async (call: Told): Promise<void> => {
    const { status } = await post(call.to, { body: JSON.stringify({ value: call.value }) })
    const againMs = againAfterMs[call.statuses.push(status) - 1]
    if ((status < 200 || status >= 300) && againMs !== undefined && !isClosed) after(againMs, () => run(attempt(call)))
  }
  const run = (work: Promise<void>): void => {
    underWay.add(work)
    void work.finally(() => underWay.delete(work))
  }
  const flush = (): void => {
    const all = gathered
    gathered = new Map()
    for (const [to, value] of all) {
      const call: Told = { to, value, at: clock.now(), statuses: [] }
      told.push(call)
      run(attempt(call))
    }
  }
  const say = (to: string, notification: object): void => {
    if (isDropping || isClosed) return
    if (gathered.size === 0) queueMicrotask(flush)
    gathered.set(to, [...(gathered.get(to) ?? []), notification])
  }
  const heading = ({ id, expiresAt, clientState }: Subscription): object => ({ subscriptionId: id, subscriptionExpirationDateTime: new Date(expiresAt).toISOString(), tenantId, clientState })
  const one = (id: string | undefined, by: string): Subscription => {
    const found = living().find((each) => each.id === id && each.by === by)
    if (!found) throw missing()
    return found
  }

  return {
    async create(body, { by, mailboxOf }) {
      const wish = parsed(making, body)
      const email = mailboxOf(wish.resource)
      const expiresAt = until(wish.expirationDateTime)
      for (const address of new Set([wish.notificationUrl, wish.lifecycleNotificationUrl ?? wish.notificationUrl])) await shake(address)
      const made: Subscription = { id: newId(), email, by, changeType: wish.changeType, notificationUrl: wish.notificationUrl, lifecycleNotificationUrl: wish.lifecycleNotificationUrl ?? null, resource: wish.resource, expiresAt, clientState: wish.clientState ?? null }
      subscriptions.set(made.id, made)
      return created({ ...shown(made), clientState: made.clientState })
    },
    list: (by) => ok({ '@odata.context': 'https://graph.microsoft.com/v1.0/$metadata#subscriptions', value: living().filter((each) => each.by === by).map(shown) }),
    async change(id, body, by) {
      const found = one(id, by)
      const { expirationDateTime, notificationUrl } = parsed(changing, body)
      const expiresAt = expirationDateTime === undefined ? found.expiresAt : until(expirationDateTime)
      if (notificationUrl !== undefined) await shake(notificationUrl)
      return ok(shown(Object.assign(found, { expiresAt }, notificationUrl !== undefined && { notificationUrl })))
    },
    drop(id, by) {
      subscriptions.delete(one(id, by).id)
      return nothing
    },
    tell({ email, event, how }) {
      if (event.type === 'occurrence') return // of a series one is told
      for (const each of living().filter((subscription) => subscription.email === email && subscription.changeType.split(',').includes(how))) {
        const resource = `Users/${email}/Events/${event.id}`
        say(each.notificationUrl, { ...heading(each), changeType: how, resource, resourceData: { '@odata.type': '#Microsoft.Graph.Event', '@odata.id': resource, '@odata.etag': etagOf(event), id: event.id } })
      }
    },
    lifecycle(event, email) {
      for (const each of living().filter((subscription) => email === undefined || subscription.email === email)) {
        if (event === 'subscriptionRemoved') subscriptions.delete(each.id)
        if (each.lifecycleNotificationUrl !== null) say(each.lifecycleNotificationUrl, { ...heading(each), lifecycleEvent: event })
      }
    },
    expire(email) {
      for (const each of living()) if (email === undefined || each.email === email) subscriptions.delete(each.id)
    },
    dropPushes: (yes) => void (isDropping = yes),
    all: living,
    told: () => told.map((call) => ({ ...call, statuses: [...call.statuses] })),
    async silent() {
      await Promise.resolve() // what this turn has told of is gathered until it ends
      while (underWay.size > 0) await Promise.all(underWay)
    },
    close() {
      isClosed = true
      for (const cancel of timers) cancel()
    },
  }
}

// What it says for its owner is never shown again.
const shown = ({ id, changeType, notificationUrl, lifecycleNotificationUrl, resource, expiresAt, by }: Subscription): object => ({
  id, resource, changeType, notificationUrl, lifecycleNotificationUrl, expirationDateTime: new Date(expiresAt).toISOString(), clientState: null, applicationId: '24d3b144-21ae-4080-943f-7067b395b913', creatorId: by, latestSupportedTlsVersion: 'v1_2', includeResourceData: null, notificationQueryOptions: null, encryptionCertificate: null, encryptionCertificateId: null, notificationUrlAppId: null,
})
