import { z } from 'zod'
import type { Time } from '../simulator.ts'
import { eventsOf, subscription, type Event, type Occurrence } from './events.ts'
import { signHubspot } from './sign.ts'

// HubSpot's webhooks: gathered, signed, sent, and sent again at growing intervals when nobody took them; in no order, and perhaps twice.
// https://developers.hubspot.com/docs/api-reference/webhooks-webhooks-v3/guide
const mostEvents = 100
const mostAtOnce = 10
const takesMs = 5_000
const minute = 60_000
const triesAgainAfterMs = [1, 5, 15, 30, 60, 120, 180, 240, 300, 360].map((minutes) => minutes * minute) // ten times, within a day

// url: what HubSpot calls and signs; deliverTo: where that is on this machine; subscriptions: without them everything is told.
export const webhookWish = z.strictObject({ url: z.url(), deliverTo: z.url().optional(), secret: z.string().min(1), subscriptions: z.array(subscription).optional(), maxConcurrentRequests: z.int().min(1).default(mostAtOnce) })
export type WebhookWish = z.input<typeof webhookWish>
// delayMs: how long events are gathered for one request.
export const deliveryWish = z.strictObject({ twice: z.boolean(), backwards: z.boolean(), coalesce: z.boolean(), hold: z.boolean(), delayMs: z.int().min(0) }).partial()
export type Call = { events: Event[]; at: number; statuses: number[] } // one status an attempt; 0: nobody answered in time
export type Webhooks = {
  target(wish: WebhookWish | undefined): void
  deliver(wish: z.infer<typeof deliveryWish>): void
  tell(occurrence: Occurrence): void
  calls(): Call[]
  silent(): Promise<void> // when no request is under way, and none waits to be made now
  close(): void
}

type Needs = { clock: Time; portal: string; appId: string }
export const makeWebhooks = ({ clock, portal, appId }: Needs): Webhooks => {
  const calls: Call[] = []
  const timers = new Set<() => void>()
  const underWay = new Set<Promise<void>>()
  const waiting: (() => Promise<void>)[] = [] // for one of the requests under way to end
  const how = { twice: false, backwards: false, coalesce: false, hold: false, delayMs: 0 }
  let target: z.infer<typeof webhookWish> | undefined
  let gathered: Event[] = []
  let isFlushing = false
  let lastEvent = 3_816_279_000

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
  const next = (): void => {
    while (waiting.length > 0 && underWay.size < (target?.maxConcurrentRequests ?? mostAtOnce)) {
      const run = waiting.shift()?.()
      if (!run) return
      underWay.add(run)
      void run.finally(() => {
        underWay.delete(run)
        next()
      })
    }
  }
  const enqueue = (send: () => Promise<void>): void => {
    waiting.push(send)
    next()
  }
  const attempt = async (call: Call, { url, deliverTo = url, secret }: z.infer<typeof webhookWish>): Promise<void> => {
    const tries = call.statuses.length
    const body = JSON.stringify(call.events.map((event) => ({ ...event, attemptNumber: tries })))
    const sentAt = clock.now()
    const over = new AbortController()
    const release = after(takesMs, () => over.abort())
    const headers = { 'content-type': 'application/json', 'x-hubspot-request-timestamp': String(sentAt), 'x-hubspot-signature-v3': signHubspot({ secret, method: 'POST', url, body, sentAt }) }
    const status = await fetch(deliverTo, { method: 'POST', headers, body, signal: over.signal }).then((response) => response.status, () => 0)
    release()
    call.statuses.push(status)
    const againMs = triesAgainAfterMs[tries]
    const to = target
    if ((status >= 200 && status < 300) || againMs === undefined || !to) return
    after(againMs, () => enqueue(() => attempt(call, to)))
  }
  const flush = (): void => {
    isFlushing = false
    const to = target
    if (how.hold || !to) return
    const events = how.coalesce ? lastOfEach(gathered) : gathered
    gathered = []
    const batches: Event[][] = []
    for (let at = 0; at < events.length; at += mostEvents) batches.push(events.slice(at, at + mostEvents))
    for (const batch of how.backwards ? batches.toReversed() : batches) {
      for (let copy = 0; copy < (how.twice ? 2 : 1); copy++) {
        const call: Call = { events: how.backwards ? batch.toReversed() : batch, at: clock.now(), statuses: [] }
        calls.push(call)
        enqueue(() => attempt(call, to))
      }
    }
  }
  const soon = (): void => {
    if (isFlushing || gathered.length === 0) return
    isFlushing = true
    if (how.delayMs > 0) after(how.delayMs, flush)
    else queueMicrotask(flush)
  }

  return {
    target: (wish) => void (target = wish && webhookWish.parse(wish)),
    deliver(wish) {
      Object.assign(how, Object.fromEntries(Object.entries(wish).filter(([, value]) => value !== undefined)))
      soon()
    },
    tell(occurrence) {
      if (!target) return
      gathered.push(...eventsOf(occurrence, target.subscriptions ?? 'all', { portal, appId, now: clock.now(), newId: () => ++lastEvent }))
      if (!how.hold) soon()
    },
    calls: () => calls.map((call) => ({ ...call, statuses: [...call.statuses] })),
    async silent() {
      await Promise.resolve() // what this turn has told of is gathered until it ends
      while (underWay.size > 0) await Promise.all(underWay)
    },
    close() {
      target = undefined
      waiting.length = 0
      for (const cancel of timers) cancel()
    },
  }
}

// Of several changes of one value HubSpot may tell the last alone.
const lastOfEach = (events: readonly Event[]): Event[] => events.filter((event, at) => event['propertyName'] === undefined || !events.slice(at + 1).some((later) => later.objectId === event.objectId && later['propertyName'] === event['propertyName'] && later.subscriptionId === event.subscriptionId))
