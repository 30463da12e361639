import { hash } from 'node:crypto'
import { z } from 'zod'
import type { Http, HttpCall, Millis, Watch } from '../../define.ts'
import { read } from '../../domain/ports/answers.ts'
import { asking, reasonsIn } from './asking.ts'
import { pathOf } from './map.ts'
import type { Settings } from './settings.ts'
import { tokenFor } from './webhook.ts'

// A channel can't be made longer, nor are there lists of them. So their names follow from the time, the secret, the calendar and the address: one in every three days, which lives to the end of the next three, and whoever knows these knows what came before.
// https://developers.google.com/workspace/calendar/api/guides/push
const periodMs: Millis = 3 * 86_400_000

export const watch: Watch<Settings> = {
  async ensure({ http, connection: { id: connection, settings }, now, webhookUrl }) {
    const call = asking(http)
    const period = Math.floor(now / periodMs)
    const expiresAt = (period + 2) * periodMs
    const [newest = '', ...older] = settings.pushSecrets
    const named = (secret: string, of: number): string => channelFor({ connection, period: of, secret, place: `${settings.calendar} ${webhookUrl}` })
    const id = named(newest, period)
    const made = await call(asked({ id, settings, webhookUrl, secret: newest, expiresAt })).catch(whyNot)
    if (made === 'not https') return { expiresAt: null } // what changed is pulled all the same
    if (made === 'there') return { expiresAt } // by a call whose answer was lost; what came before it ends by itself
    const { resourceId, expiration } = read('google', channel, made)
    for (const before of [named(newest, period - 1), ...older.flatMap((secret) => [named(secret, period), named(secret, period - 1)])]) await stop(call, { id: before, resourceId })
    return { expiresAt: expiration ? Number(expiration) : expiresAt } // Google may give it less
  },
  // What a channel watches is said only where one is made, and none can be stopped without it: so one is made and ends with the others.
  async stop({ http, connection: { id: connection, settings }, now, webhookUrl }) {
    const call = asking(http)
    const period = Math.floor(now / periodMs)
    const place = `${settings.calendar} ${webhookUrl}`
    const [newest = ''] = settings.pushSecrets
    const last = channelFor({ connection, period: now, secret: newest, place })
    const made = await call(asked({ id: last, settings, webhookUrl, secret: newest, expiresAt: now + lastMs })).catch(whyNot)
    if (typeof made === 'string') return // nobody is told without https
    const { resourceId } = read('google', channel, made)
    const all = settings.pushSecrets.flatMap((secret) => [period, period - 1].map((of) => channelFor({ connection, period: of, secret, place })))
    for (const id of [...all, last]) await stop(call, { id, resourceId })
  },
}
const lastMs: Millis = 10 * 60_000

type Wanted = { id: string; settings: Settings; webhookUrl: string; secret: string; expiresAt: Millis }
const asked = ({ id, settings, webhookUrl, secret, expiresAt }: Wanted): HttpCall => ({ method: 'POST', path: `${pathOf(settings)}/events/watch`, body: { id, type: 'web_hook', address: webhookUrl, token: tokenFor(id, secret), expiration: String(expiresAt) } })

// An id may have 64 characters.
const channelFor = ({ connection, period, secret, place }: { connection: string; period: number; secret: string; place: string }): string =>
  `${connection}-${period}-${hash('sha256', `${secret} ${place}`).slice(0, 12)}`

const channel = z.object({ resourceId: z.string().min(1), expiration: z.string().regex(/^\d+$/).nullish() })
const whyNot = (thrown: unknown): 'there' | 'not https' => {
  const reasons = reasonsIn(thrown)
  if (reasons.includes('channelIdNotUnique')) return 'there'
  if (reasons.includes('push.webhookUrlNotHttps')) return 'not https'
  throw thrown
}
// The new one tells already, so nothing is missed; one that isn't there has stopped.
const stop = async (call: Http, which: { id: string; resourceId: string }): Promise<void> => void (await call({ method: 'POST', path: '/channels/stop', body: which, accept: [404] }))
