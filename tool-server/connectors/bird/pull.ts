import { createHash } from 'node:crypto'
import { z } from 'zod'
import { AppError } from '@portero/shared'
import type { Connection, Delivery, Millis, Pull } from '../../define.ts'
import { id, when, type Settings } from './map.ts'
import { templatesAt } from './templates.ts'
import { webhook } from './webhook.ts'
import { pageAt, workspaceOf } from './workspace.ts'

// What push lost. What a list shows is told just as its webhook would have told it, by the same id, so that what came both ways happens once.
const tellAs = (event: string, payload: object, connection: Connection<Settings>): Delivery[] =>
  webhook.parse({ method: 'POST', url: '', headers: {}, rawBody: Buffer.from(JSON.stringify({ event, payload })) }, connection)

// Messages show up late in the list, and their fate changes for a while: a little of what is known is always looked at again.
const overlapMs: Millis = 10 * 60_000
const shown = z.looseObject({ id, direction: z.string(), status: z.string(), createdAt: when })
type Shown = z.infer<typeof shown>

// The list has the newest first, so it is walked back from there to what was known before. since: the newest of the walk before; top: of this one; page: where this one is.
const walk = z.strictObject({ since: z.int().optional(), top: z.int().optional(), page: z.string().optional() })
const cursorOf = (next: z.infer<typeof walk>): string => JSON.stringify(next)

// https://docs.bird.com/api/channels-api/api-reference/messaging
const messagesOf = (platform: string, channelOf: (settings: Settings) => string | undefined): Pull<Settings> => ({
  everyMs: 2 * 60_000,
  async pull(cursor, { http, connection, now }) {
    const { settings } = connection
    const channel = channelOf(settings)
    if (channel === undefined) return { deliveries: [], cursor }
    const { since = now, top, page } = cursor === null ? {} : walk.parse(JSON.parse(cursor)) // what was said before we came is not ours to tell
    const from = since - overlapMs
    const path = `${workspaceOf(settings)}/channels/${encodeURIComponent(channel)}/messages`
    const found = await pageAt(http, path, shown, { pageToken: page }).catch((thrown: unknown) => {
      // Where we were in the list is forgotten there: the walk begins anew, and what it shows again is known by its id.
      if (page !== undefined && thrown instanceof AppError && thrown.code === 'invalid_input') return undefined
      throw thrown
    })
    if (!found) return { deliveries: [], cursor: cursorOf({ since }) }
    const newest = Math.max(since, top ?? since, ...found.results.map(({ createdAt }) => Date.parse(createdAt)))
    const lost = found.results.filter(({ createdAt }) => Date.parse(createdAt) >= from)
    const lane = ({ createdAt }: Shown): { lane?: 'sync' } => (now - Date.parse(createdAt) > overlapMs ? { lane: 'sync' } : {}) // an outage of hours is caught up with behind what people say now
    const deliveries = lost.toReversed().flatMap((message) => tellMessage(platform, message, connection).map((delivery): Delivery => ({ ...delivery, ...lane(message) })))
    const isThere = lost.length < found.results.length || found.nextPageToken === undefined
    return isThere ? { deliveries, cursor: cursorOf({ since: newest }) } : { deliveries, cursor: cursorOf({ since, top: newest, page: found.nextPageToken }), more: true }
  },
})
// That something was read, a webhook says by itself; the list says it instead of what was delivered.
const tellMessage = (platform: string, message: Shown, connection: Connection<Settings>): Delivery[] => {
  if (message.direction === 'incoming') return tellAs(`${platform}.inbound`, message, connection)
  return tellAs(`${platform}.outbound`, { ...message, ...(message.status === 'read' && { status: 'delivered' }) }, connection)
}

// One that was closed has nothing left to tell: its messages stand in the list of messages.
const conversations: Pull<Settings> = {
  everyMs: 10 * 60_000,
  // https://docs.bird.com/api/conversations-api/api-reference/conversations-management/list-conversations
  async pull(cursor, { http, connection }) {
    const { settings } = connection
    const { results, nextPageToken } = await pageAt(http, `${workspaceOf(settings)}/conversations`, z.looseObject({ id }), { channelId: settings.channel, status: 'active', pageToken: cursor ?? undefined })
    const deliveries = results.flatMap((each) => tellAs('conversation.updated', each, connection)).map((delivery): Delivery => ({ ...delivery, lane: 'sync' }))
    return { deliveries, cursor: nextPageToken ?? null, ...(nextPageToken !== undefined && { more: true as const }) }
  },
}

// Told only when something about them has changed; the number tells apart what becomes again as it was.
const templates: Pull<Settings> = {
  everyMs: 10 * 60_000,
  async pull(cursor, { http, connection }) {
    const seen = (await templatesAt(http, connection.settings)).toSorted((a, b) => (`${a.name}/${a.language}` < `${b.name}/${b.language}` ? -1 : 1))
    const fingerprint = createHash('sha256').update(JSON.stringify(seen)).digest('hex').slice(0, 16)
    const [number = '0', known] = cursor?.split(':') ?? []
    if (known === fingerprint) return { deliveries: [], cursor }
    const next = `${Number(number) + 1}:${fingerprint}`
    return { deliveries: [{ id: `templates:${next}`, flow: 'messaging.templates', lane: 'sync', payload: { connection: connection.id } }], cursor: next }
  },
}

export const pulls = { messages: messagesOf('whatsapp', ({ channel }) => channel), sms: messagesOf('sms', ({ smsChannel }) => smsChannel), conversations, templates }
