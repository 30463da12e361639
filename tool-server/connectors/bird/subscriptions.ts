import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { Reply, Thing, Watching } from '../../define.ts'
import { read } from '../../domain/ports/answers.ts'
import { id, type Settings } from './map.ts'
import { allAt, workspaceOf } from './workspace.ts'

// What Bird is to tell us, and where: https://docs.bird.com/api/notifications-api/api-reference/webhooks
// believed: Bird's documentation speaks of such events but doesn't name them, so that it may know nothing of them here.
type Wanted = { service: string; event: string; eventFilters: { key: string; value: string }[]; believed?: true }
const wantedBy = ({ channel, smsChannel }: Settings): Wanted[] => {
  const of = (value: string) => (event: string): Wanted => ({ service: 'channels', event, eventFilters: [{ key: 'channelId', value }] })
  return [
    ...['whatsapp.inbound', 'whatsapp.outbound', 'whatsapp.interaction'].map(of(channel)),
    ...(smsChannel === undefined ? [] : ['sms.inbound', 'sms.outbound'].map(of(smsChannel))),
    ...['conversation.created', 'conversation.updated'].map((event) => ({ service: 'conversations', event, eventFilters: [] })),
    { service: 'templates', event: 'template.updated', eventFilters: [], believed: true },
    { service: 'contacts', event: 'contact.updated', eventFilters: [], believed: true },
  ]
}

// Bird's own words for an address that it takes: no port, no bare number.
const takes = /^https:\/\/([a-zA-Z0-9-]+\.)+[a-zA-Z]{2,}(\/[^\s]*)?$/
export const canBeTold = (webhookUrl: string): boolean => takes.test(webhookUrl)
// Which key a subscription signs with is never told again, so it stands in the address: during a rotation, one can see which are still to be changed.
const addressFor = (webhookUrl: string, key: string): string => `${webhookUrl}?key=${createHash('sha256').update(key).digest('hex').slice(0, 8)}`

const wire = z.object({ id, event: z.string(), url: z.string(), status: z.string(), eventFilters: z.array(z.object({ key: z.string(), value: z.string() })).nullish() })

// Ours are those that lead to our address; nobody else's is touched, and none is taken away.
export const subscriptionThings = async ({ http, connection: { settings }, webhookUrl }: Watching<Settings>): Promise<Thing[]> => {
  if (!canBeTold(webhookUrl)) return [{ what: `webhooks: Bird sends none to ${webhookUrl}, only to https and a name without a port`, is: 'blocked', mend: 'Set PUBLIC_BASE_URL to such an address.' }]
  const path = `${workspaceOf(settings)}/webhook-subscriptions`
  const [signingKey = ''] = settings.signingKeys
  const url = addressFor(webhookUrl, signingKey)
  const ours = (await allAt(http, path, wire)).filter((each) => each.url.split('?')[0] === webhookUrl)
  return wantedBy(settings).map(({ believed, ...wanted }): Thing => {
    const what = `webhook ${wanted.event}`
    const known = ours.filter(({ event, eventFilters }) => event === wanted.event && filtersOf(eventFilters ?? []) === filtersOf(wanted.eventFilters))
    const found = known.find((each) => each.status === 'active' && each.url === url) ?? known[0]
    if (!found) return { what, is: 'missing', ensure: async () => taken(await http({ method: 'POST', path, body: { ...wanted, url, signingKey }, ...(believed && { accept: refusals }) })) }
    if (found.status === 'active' && found.url === url) return { what, is: 'well' }
    const why = found.status === 'active' ? 'signs with another key' : `is ${found.status}`
    return { what: `${what}: ${why}`, is: 'wrong', ensure: async () => taken(await http({ method: 'PATCH', path: `${path}/${encodeURIComponent(found.id)}`, body: { url, signingKey, status: 'active' } })) }
  })
}
const refusals = [400, 404, 422]
const taken = (reply: Reply): void => void (refusals.includes(reply.status) || read('bird', z.object({ id }), reply))
const filtersOf = (filters: Wanted['eventFilters']): string => filters.map(({ key, value }) => `${key}=${value}`).toSorted().join('&')
