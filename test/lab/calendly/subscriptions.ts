import { z } from 'zod'
import type { Answer, Time } from '../simulator.ts'
import { created, denied, found, gone, invalid, page, parsed, Refusal } from './answers.ts'
import { signCalendly } from './sign.ts'
import { api, iso, organization, userUri, type User } from './wire.ts'

// Who is told, and what was said: signed anew at each try, for 24 hours; whoever takes nothing until then is told no more. https://developer.calendly.com/api-docs/overview/webhooks/webhook-errors
const kinds = ['invitee.created', 'invitee.canceled', 'invitee_no_show.created', 'invitee_no_show.deleted', 'routing_form_submission.created']
const wish = z.object({ url: z.url(), events: z.array(z.enum(kinds)).min(1), organization: z.url(), user: z.url().optional(), scope: z.enum(['user', 'organization']), signing_key: z.string().min(1).optional() })
export type Subscription = { id: string; url: string; events: string[]; user: string; key: string | undefined; state: 'active' | 'disabled'; madeAt: number; retryingSince: number | null }
export type Call = { event: string; to: string; statuses: number[]; isLost?: true } // one status an attempt; 0: nobody answered
const againMs = [10_000, 60_000, 600_000, 3_600_000, 4 * 3_600_000, 18 * 3_600_000]

type Needs = { clock: Time; newId(): string; deliver: ((address: string) => string) | undefined }
export const makeSubscriptions = ({ clock, newId, deliver }: Needs) => {
  const subscriptions = new Map<string, Subscription>()
  const calls: Call[] = []
  const waiting = new Set<() => void>()
  const underWay = new Set<Promise<void>>()
  let lost = 0

  const shown = ({ id, url, events, user, state, madeAt, retryingSince }: Subscription): object => ({
    uri: `${api}/webhook_subscriptions/${id}`, callback_url: url, created_at: iso(madeAt), updated_at: iso(madeAt), retry_started_at: retryingSince === null ? null : iso(retryingSince), state, events, scope: 'user', organization, user: userUri(user), creator: userUri(user),
  })
  const attempt = async (subscription: Subscription, call: Call, body: Buffer): Promise<void> => {
    const { url, key } = subscription
    const signature = key === undefined ? {} : { 'calendly-webhook-signature': signCalendly({ body, key, seconds: Math.floor(clock.now() / 1_000) }) }
    const status = await fetch(deliver?.(url) ?? url, { method: 'POST', headers: { 'content-type': 'application/json', ...signature }, body }).then((response) => response.status, () => 0)
    call.statuses.push(status)
    if (status >= 200 && status < 300) return void (subscription.retryingSince = null)
    subscription.retryingSince ??= clock.now()
    const ms = againMs[call.statuses.length - 1]
    if (ms === undefined) return void (subscription.state = 'disabled')
    const cancel = clock.after(ms, () => {
      waiting.delete(cancel)
      if (subscriptions.has(subscription.id)) track(attempt(subscription, call, body))
    })
    waiting.add(cancel)
  }
  const track = (run: Promise<void>): void => {
    underWay.add(run)
    void run.finally(() => underWay.delete(run))
  }
  const mine = (id: string, user: User): Subscription => {
    const subscription = found(subscriptions.get(id))
    if (subscription.user !== user.id) throw denied()
    return subscription
  }

  return {
    make(body: unknown, user: User): Answer {
      const { url, events, scope, signing_key: key, user: whose, organization: where } = parsed(wish, body)
      if (user.plan === 'free') throw denied('Please upgrade your Calendly account to Professional')
      if (scope !== 'user' || whose !== userUri(user.id) || where !== organization) throw denied()
      if (!url.startsWith('https://') && !deliver) throw invalid({ parameter: 'url', message: 'must be a valid HTTPS URL' })
      if ([...subscriptions.values()].some((each) => each.url === url)) throw new Refusal(409, 'Already Exists', 'Hook with this url already exists')
      const subscription: Subscription = { id: newId(), url, events, user: user.id, key, state: 'active', madeAt: clock.now(), retryingSince: null }
      subscriptions.set(subscription.id, subscription)
      return created(shown(subscription))
    },
    list(query: Record<string, string>, user: User): Answer {
      if (query['organization'] !== organization || query['scope'] !== 'user' || query['user'] !== userUri(user.id)) throw denied()
      return page([...subscriptions.values()].filter((each) => each.user === user.id).map(shown), query)
    },
    remove(id: string, user: User): Answer {
      subscriptions.delete(mine(id, user).id)
      return gone
    },
    tell(event: string, payload: object, host: string): void {
      for (const subscription of subscriptions.values()) {
        if (subscription.user !== host || subscription.state !== 'active' || !subscription.events.includes(event)) continue
        const call: Call = { event, to: subscription.url, statuses: [], ...(lost > 0 && { isLost: true as const }) }
        calls.push(call)
        if (lost > 0) lost--
        else track(attempt(subscription, call, Buffer.from(JSON.stringify({ event, created_at: iso(clock.now()), created_by: userUri(subscription.user), payload }))))
      }
    },
    lose: (times: number): void => void (lost = times),
    disable(): void {
      for (const subscription of subscriptions.values()) subscription.state = 'disabled'
    },
    all: (): Subscription[] => [...subscriptions.values()].map((each) => ({ ...each })),
    calls: (): Call[] => calls.map((call) => ({ ...call, statuses: [...call.statuses] })),
    async silent(): Promise<void> {
      while (underWay.size > 0) await Promise.all(underWay)
    },
    close(): void {
      for (const cancel of waiting) cancel()
    },
  }
}
export type Subscriptions = ReturnType<typeof makeSubscriptions>
