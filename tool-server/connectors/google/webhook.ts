// POST /webhooks/google/{connection}, without a body: it says only that something changed.
// x-goog-channel-id: 0199a3e2-7c1b-7f3a-9a52-6b1f0c9d2e41-6871-1f9c04ab77d2
// x-goog-channel-token: 5257a8…e7   (what we gave the channel: hex of HMAC-SHA256 over its id)
// x-goog-message-number: 3
// x-goog-resource-id: o3hgv1538sdjfh
// x-goog-resource-state: exists
// x-goog-resource-uri: https://www.googleapis.com/calendar/v3/calendars/primary/events?alt=json
import { createHmac } from 'node:crypto'
import { z } from 'zod'
import { AppError } from '@portero/shared'
import type { Delivery, Webhook } from '../../define.ts'
import { pingFlow } from '../../domain/ports/calendar.ts'
import { checkSignature } from '../../domain/ports/signature.ts'
import type { Settings } from './settings.ts'

// https://developers.google.com/workspace/calendar/api/guides/push: nothing is signed. What the channel was given is all that proves whence it comes, and another channel's is none.
export const tokenFor = (channel: string, secret: string): string => createHmac('sha256', secret).update(channel).digest('hex')

export const webhook: Webhook<Settings> = {
  identity: ['x-goog-channel-id', 'x-goog-message-number'],
  verify({ headers }, { settings }, now) {
    const token = headers['x-goog-channel-token']
    checkSignature({ secrets: settings.pushSecrets, over: [headers['x-goog-channel-id'] ?? ''], given: token === undefined ? undefined : [token], encoding: 'hex', sentAt: 'not said by this vendor', now })
  },
  // A channel that was recorded speaks on under its id; what is missing of one is that of another, which says something new.
  signs: {
    secrets: ({ pushSecrets }) => pushSecrets,
    sign(inbound, secret, now) {
      const channel = inbound.headers['x-goog-channel-id'] ?? `portero-${now}`
      return { ...inbound, headers: { 'x-goog-message-number': String(now), 'x-goog-resource-state': 'exists', ...inbound.headers, 'x-goog-channel-id': channel, 'x-goog-channel-token': tokenFor(channel, secret) } }
    },
  },
  parse({ headers }, { id: connection }): Delivery[] {
    const message = announced.safeParse(headers).data
    if (!message) throw new AppError('bad_response', 'google announced something without saying what')
    const { 'x-goog-channel-id': channel, 'x-goog-message-number': number, 'x-goog-resource-state': state } = message
    return state === 'sync' ? [] : [{ id: `ping:${channel}:${number}`, flow: pingFlow, payload: { connection } }] // sync: the channel has begun
  },
}
const announced = z.object({ 'x-goog-channel-id': z.string().min(1), 'x-goog-message-number': z.string().regex(/^\d+$/), 'x-goog-resource-state': z.string().min(1) })
