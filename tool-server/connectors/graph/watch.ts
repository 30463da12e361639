import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { Millis, Watch, Watching } from '../../define.ts'
import { read } from '../../domain/ports/answers.ts'
import { link, type Token } from './links.ts'
import { mailboxOf, vendor, type Settings } from './settings.ts'
import { clientState } from './webhook.ts'

// Where Graph tells us of changes: one subscription of ours for each mailbox. Whatever is there and isn't ours stays as it is.
// https://learn.microsoft.com/graph/api/resources/subscription: an event's lives for seven days at most. Renewed twice a day, it is also authorized anew long before Graph asks for that, or forgets about it.
const longestMs: Millis = 7 * 86_400_000
const marginMs: Millis = 10 * 60_000 // our clocks are not the same
const renewAfterMs: Millis = 12 * 3_600_000

export const watch: Watch<Settings> = {
  everyMs: 15 * 60_000, // somebody may take one away, and what tells us so may be lost
  async ensure(at) {
    const { http, connection: { settings: { baseUrl, pushSecrets: [secret = ''] } }, webhookUrl, now } = at
    if (baseUrl.startsWith('https:') && !webhookUrl.startsWith('https:')) return { expiresAt: null } // Graph tells nobody else; a lab does
    // Which secret one was made with is never told again, so it stands in its address; it can't be changed there.
    const address = `${webhookUrl}?key=${createHash('sha256').update(secret).digest('hex').slice(0, 8)}`
    const ours = (await all(at)).filter(({ notificationUrl }) => notificationUrl.split('?')[0] === webhookUrl)
    const good = ours.find(({ notificationUrl, lifecycleNotificationUrl, expirationDateTime }) => notificationUrl === address && lifecycleNotificationUrl === address && Date.parse(expirationDateTime) > now)
    for (const { id } of ours) if (id !== good?.id) await http({ method: 'DELETE', path: pathOf(id), accept: [404] })
    if (good && Date.parse(good.expirationDateTime) > now + longestMs - marginMs - renewAfterMs) return { expiresAt: null, mended: ours.length - 1 }
    const expirationDateTime = new Date(now + longestMs - marginMs).toISOString()
    // https://learn.microsoft.com/graph/api/subscription-update
    if (good && (await http({ method: 'PATCH', path: pathOf(good.id), body: { expirationDateTime }, accept: [404] })).status !== 404) return { expiresAt: null, mended: ours.length - 1 }
    // https://learn.microsoft.com/graph/api/subscription-post-subscriptions: it knocks at our door before it answers.
    const body = { changeType: 'created,updated,deleted', notificationUrl: address, lifecycleNotificationUrl: address, resource: `${mailboxOf(at.connection).slice(1)}/events`, expirationDateTime, clientState: clientState(secret) }
    read(vendor, z.object({ id: z.string() }), await http({ method: 'POST', path: '/subscriptions', body }))
    return { expiresAt: null, mended: 1 }
  },
  async stop(at) {
    for (const { id, notificationUrl } of await all(at)) if (notificationUrl.split('?')[0] === at.webhookUrl) await at.http({ method: 'DELETE', path: pathOf(id), accept: [404] })
  },
}

const subscription = z.object({ id: z.string().min(1), notificationUrl: z.string(), lifecycleNotificationUrl: z.string().nullish(), expirationDateTime: z.iso.datetime() })
const page = z.object({ value: z.array(subscription), '@odata.nextLink': link.optional() })
const pathOf = (id: string): string => `/subscriptions/${encodeURIComponent(id)}`

// https://learn.microsoft.com/graph/api/subscription-list
const all = async ({ http }: Watching<Settings>): Promise<z.infer<typeof subscription>[]> => {
  const found: z.infer<typeof subscription>[] = []
  for (let next: Token | undefined; ; ) {
    const { value, '@odata.nextLink': link } = read(vendor, page, await http({ method: 'GET', path: '/subscriptions', ...(next && { query: { [next.name]: next.value } }) }))
    found.push(...value)
    if (!link) return found
    next = link
  }
}
