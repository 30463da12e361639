import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { Answer, Time } from '../simulator.ts'
import { invalid, nothing, ok, parsed, Refusal } from './answers.ts'

// Who is told that something changed: https://developers.google.com/workspace/calendar/api/guides/push
const wish = z.object({ id: z.string().regex(/^[\w\-+/=]{1,64}$/), type: z.enum(['web_hook', 'webhook']), address: z.url(), token: z.string().max(256).optional(), expiration: z.union([z.string().regex(/^\d+$/), z.int()]).transform(Number).optional() })
const which = z.object({ id: z.string(), resourceId: z.string() })
export type Channel = { id: string; email: string; user: string; resourceId: string; address: string; at: string; token?: string | undefined; expiresAt: number; isStopped: boolean; number: number }
export type Push = { channel: string; state: 'sync' | 'exists'; number: number; statuses: number[]; isLost?: true } // one status an attempt; 0: nobody answered
const livesMs = 7 * 86_400_000
const againMs = [1_000, 5_000, 30_000, 120_000] // and only where the answer was one of these
const again = new Set([0, 500, 502, 503, 504])

type Needs = { clock: Time; baseUrl(): string; deliver: ((address: string) => string | undefined) | undefined }
export const makeChannels = ({ clock, baseUrl, deliver = (address) => (address.startsWith('https://') ? address : undefined) }: Needs) => {
  const channels = new Map<string, Channel>()
  const pushes: Push[] = []
  const waiting = new Set<() => void>()
  const underWay = new Set<Promise<void>>()
  let lost = 0

  const attempt = async (channel: Channel, push: Push): Promise<void> => {
    const headers = {
      'content-length': '0', 'x-goog-channel-id': channel.id, 'x-goog-channel-expiration': new Date(channel.expiresAt).toUTCString(), 'x-goog-message-number': String(push.number), 'x-goog-resource-id': channel.resourceId,
      'x-goog-resource-state': push.state, 'x-goog-resource-uri': `${baseUrl()}/calendars/${encodeURIComponent(channel.email)}/events?alt=json`, ...(channel.token !== undefined && { 'x-goog-channel-token': channel.token }),
    }
    const status = await fetch(channel.at, { method: 'POST', headers }).then((response) => response.status, () => 0)
    push.statuses.push(status)
    const ms = againMs[push.statuses.length - 1]
    if (!again.has(status) || ms === undefined) return
    const cancel = clock.after(ms, () => {
      waiting.delete(cancel)
      track(attempt(channel, push))
    })
    waiting.add(cancel)
  }
  const track = (run: Promise<void>): void => {
    underWay.add(run)
    void run.finally(() => underWay.delete(run))
  }
  const tell = (channel: Channel, state: Push['state']): void => {
    const push: Push = { channel: channel.id, state, number: ++channel.number, statuses: [], ...(lost > 0 && { isLost: true }) }
    pushes.push(push)
    if (lost > 0) lost--
    else track(attempt(channel, push))
  }
  const lives = ({ isStopped, expiresAt }: Channel): boolean => !isStopped && clock.now() < expiresAt

  return {
    watch(email: string, user: string, body: unknown): Answer {
      const { id, address, token, expiration } = parsed(wish, body)
      const at = deliver(address)
      if (at === undefined) throw new Refusal(400, 'push.webhookUrlNotHttps', `WebHook callback must be HTTPS: ${address}`)
      if (channels.has(id)) throw invalid(`Channel id ${id} not unique`, 'channelIdNotUnique')
      const expiresAt = Math.min(expiration ?? Infinity, clock.now() + livesMs)
      if (expiresAt <= clock.now()) throw invalid('Invalid expiration')
      const channel: Channel = { id, email, user, at, resourceId: createHash('sha256').update(`events of ${email}`).digest('base64url').slice(0, 27), address, token, expiresAt, isStopped: false, number: 0 }
      channels.set(id, channel)
      tell(channel, 'sync')
      return ok({ kind: 'api#channel', id, resourceId: channel.resourceId, resourceUri: `${baseUrl()}/calendars/${encodeURIComponent(email)}/events?alt=json`, ...(token !== undefined && { token }), expiration: String(expiresAt) })
    },
    stop(user: string, body: unknown): Answer {
      const { id, resourceId } = parsed(which, body)
      const channel = channels.get(id)
      if (!channel || channel.user !== user || channel.resourceId !== resourceId || !lives(channel)) throw new Refusal(404, 'notFound', `Channel '${id}' not found for project '4711'`)
      channel.isStopped = true
      return nothing
    },
    changed(email: string): void {
      for (const channel of channels.values()) if (channel.email === email && lives(channel)) tell(channel, 'exists')
    },
    expire(): void {
      for (const channel of channels.values()) channel.expiresAt = Math.min(channel.expiresAt, clock.now())
    },
    lose: (times: number): void => void (lost = times),
    all: (): Channel[] => [...channels.values()].map((channel) => ({ ...channel })),
    living: (): Channel[] => [...channels.values()].filter(lives).map((channel) => ({ ...channel })),
    pushes: (): Push[] => pushes.map((push) => ({ ...push, statuses: [...push.statuses] })),
    async silent(): Promise<void> {
      while (underWay.size > 0) await Promise.all(underWay)
    },
    close(): void {
      for (const cancel of waiting) cancel()
    },
  }
}
