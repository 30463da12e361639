import { z } from 'zod'
import type { Route } from '../simulator.ts'
import { created, found, gone, invalid, ok, page, parsed, Refusal } from './answers.ts'
import { iso } from './wire.ts'

// Who is told of what: https://docs.bird.com/api/notifications-api/api-reference/webhook-subscriptions. As long as nobody ever subscribed, the account's own door is told of everything.
export type Target = { url: string; signingKey: string }
export type Subscriptions = {
  routes: Record<string, Route>
  targets(service: string, event: string, payload: object): Target[]
  all(): object[]
  drop(id: string): void // as an admin of theirs would, by hand
  put(id: string, status: Status): void
  admitOwn(yes: boolean): void // an address of the lab's own, which Bird would refuse
}
const status = z.enum(['active', 'inactive'])
type Status = z.infer<typeof status>
type Subscription = { id: string; service: string; event: string; url: string; signingKey: string; eventFilters: { key: string; value: string }[]; status: Status; madeAt: number; changedAt: number }

const filters = z.array(z.object({ key: z.enum(['channelId', 'messageStatus', 'interactionType', 'platformId', 'channelStatus', 'status']), value: z.string() }))
const services = z.enum(['channels', 'conversations', 'templates', 'contacts'])
const subscribing = z.object({ service: services, event: z.string().regex(/^[\w-]+\.[\w.-]+$/), url: z.string(), signingKey: z.string().min(1), eventFilters: filters.default([]) })
const changing = z.object({ url: z.string().optional(), signingKey: z.string().min(1).optional(), eventFilters: filters.optional(), status: status.optional() })
const address = /^https:\/\/([a-zA-Z0-9-]+\.)+[a-zA-Z]{2,}(\/[^\s]*)?$/
const mostPerFilterSet = 5

type Needs = { newId(): string; now(): number; account: Target; own: readonly string[] }
export const makeSubscriptions = ({ newId, now, account, own }: Needs): Subscriptions => {
  const subscriptions = new Map<string, Subscription>()
  let isOwnAdmitted = false
  let everSubscribed = false

  const checkUrl = (url: string): void => {
    if (address.test(url) || (isOwnAdmitted && own.some((origin) => url === origin || url.startsWith(`${origin}/`)))) return
    throw invalid('url', `url must match ${address.source}`)
  }
  const one = (id: string | undefined): Subscription => found(subscriptions.get(id ?? ''), 'webhook subscription')
  const change = (subscription: Subscription, to: Partial<Subscription>): Subscription => Object.assign(subscription, to, { changedAt: now() })

  const path = '/workspaces/:workspace/webhook-subscriptions'
  return {
    routes: {
      [`POST ${path}`]: ({ body }) => {
        const wanted = parsed(subscribing, body)
        checkUrl(wanted.url)
        if ([...subscriptions.values()].filter((each) => filterSet(each) === filterSet(wanted)).length >= mostPerFilterSet) throw new Refusal(422, 'SubscriptionLimitReached', `at most ${mostPerFilterSet} subscriptions share an event and its filters`)
        const made: Subscription = { id: newId(), ...wanted, status: 'active', madeAt: now(), changedAt: now() }
        subscriptions.set(made.id, made)
        everSubscribed = true
        return created(shown(made))
      },
      [`GET ${path}`]: ({ query }) => page([...subscriptions.values()].map(shown), query),
      [`GET ${path}/:subscription`]: ({ parts }) => ok(shown(one(parts['subscription']))),
      [`PATCH ${path}/:subscription`]: ({ parts, body }) => {
        const subscription = one(parts['subscription'])
        const wanted = parsed(changing, body)
        if (wanted.url !== undefined) checkUrl(wanted.url)
        return ok(shown(change(subscription, Object.fromEntries(Object.entries(wanted).filter(([, value]) => value !== undefined)))))
      },
      [`DELETE ${path}/:subscription`]: ({ parts }) => {
        subscriptions.delete(one(parts['subscription']).id)
        return gone
      },
    },
    targets(service, event, payload) {
      if (!everSubscribed) return [account]
      const facts = factsOf(event, payload)
      return [...subscriptions.values()].filter((each) => each.status === 'active' && each.service === service && each.event === event && each.eventFilters.every(({ key, value }) => facts[key] === value))
    },
    all: () => [...subscriptions.values()].map(shown),
    drop: (id) => void subscriptions.delete(one(id).id),
    put: (id, status) => void change(one(id), { status }),
    admitOwn: (yes) => void (isOwnAdmitted = yes),
  }
}

// The key is never told again.
const shown = ({ id, service, event, url, eventFilters, status, madeAt, changedAt }: Subscription): object => ({ id, service, event, url, eventFilters, status, createdAt: iso(madeAt), updatedAt: iso(changedAt) })
const filterSet = ({ service, event, eventFilters }: Pick<Subscription, 'service' | 'event' | 'eventFilters'>): string => JSON.stringify([service, event, eventFilters.map(({ key, value }) => `${key}=${value}`).toSorted()])

const seen = z.object({ channelId: z.string().optional(), status: z.string().optional(), type: z.string().optional(), platformId: z.string().optional() })
const factsOf = (event: string, payload: object): Record<string, string | undefined> => {
  const { channelId, status, type, platformId = event.split('.')[0] } = seen.parse(payload)
  return { channelId, messageStatus: status, status, interactionType: type, platformId }
}
