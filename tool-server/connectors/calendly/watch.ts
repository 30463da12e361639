import { createHash } from 'node:crypto'
import type { z } from 'zod'
import { AppError } from '@portero/shared'
import type { Http, Watch, Watching } from '../../define.ts'
import { allPages, organizationOf, patient, readAs, userOf } from './client.ts'
import { last, oneSubscription, wireSubscription } from './map.ts'
import type { Settings } from './settings.ts'
import { pushed } from './webhook.ts'

// Calendly switches a subscription off after a day of errors, and then nothing is heard any more: https://developer.calendly.com/api-docs/overview/webhooks/webhook-errors
export const watch: Watch<Settings> = {
  everyMs: 60 * 60_000,
  async ensure(at) {
    const { http, connection: { settings }, webhookUrl } = at
    const [key] = settings.pushSecrets
    if (key === undefined || !canBeTold(webhookUrl, settings)) return { expiresAt: null } // then it is only asked
    const whose = await whoseOf(at)
    const url = addressFor(webhookUrl, key)
    const ours = await oursOf(at, whose)
    const isWell = ({ callback_url, state, events }: (typeof ours)[number]): boolean => callback_url === url && state === 'active' && pushed.every((event) => events.includes(event))
    const kept = ours.find(isWell)
    // None can be changed: the new one first, unless it would have the address of one that is there.
    const amiss = ours.filter((each) => each !== kept)
    for (const { uri, callback_url } of amiss) if (callback_url === url) await remove(http, uri)
    // https://developer.calendly.com/api-docs/calendly-api/webhooks/create-webhook-subscription: where a person consented, the app's own key signs.
    if (!kept) readAs(oneSubscription, await patient(http)({ method: 'POST', path: '/webhook_subscriptions', body: { url, events: pushed, ...whose, ...(settings.grant.by === 'given' && { signing_key: key }) } }))
    for (const { uri, callback_url } of amiss) if (callback_url !== url) await remove(http, uri)
    return { expiresAt: null, mended: kept ? 0 : 1 }
  },
  async stop(at) {
    for (const { uri } of await oursOf(at, await whoseOf(at))) await remove(at.http, uri)
  },
}

const whoseOf = async (at: Watching<Settings>): Promise<Record<string, string>> => ({ organization: await organizationOf(at), user: await userOf(at), scope: 'user' })
const oursOf = async ({ http, webhookUrl }: Watching<Settings>, whose: Record<string, string>): Promise<z.infer<typeof wireSubscription>[]> =>
  (await allPages(http, wireSubscription, { path: '/webhook_subscriptions', query: whose })).filter(({ callback_url }) => callback_url.split('?')[0] === webhookUrl)
const remove = async (http: Http, uri: string): Promise<void> => {
  const { status } = await patient(http)({ method: 'DELETE', path: `/webhook_subscriptions/${encodeURIComponent(last(uri))}` })
  if (status !== 204) throw new AppError('bad_response', `calendly answered ${status} to a deletion`, { arrived: 'unknown' })
}

// Which key a subscription signs with is never told again, so it stands in the address.
const addressFor = (webhookUrl: string, key: string): string => `${webhookUrl}?key=${createHash('sha256').update(key).digest('hex').slice(0, 8)}`
// A Calendly on this machine, as in a lab, takes any address.
const canBeTold = (webhookUrl: string, { baseUrl }: Settings): boolean => webhookUrl.startsWith('https://') || ['localhost', '127.0.0.1'].includes(new URL(baseUrl).hostname)
