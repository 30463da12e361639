// POST /webhooks/calendly/{connection}
// calendly-webhook-signature: t=1795453200,v1=5f1c…09   (hex of HMAC-SHA256 over `${t}.${body}`)
//
// { "event": "invitee.created", "created_at": "2026-11-23T17:00:00.120Z", "created_by": "https://api.calendly.com/users/U1", "payload": {
//   "uri": "https://api.calendly.com/scheduled_events/E1/invitees/I1", "email": "ana@example.com", "status": "active", "event": "https://api.calendly.com/scheduled_events/E1",
//   "tracking": { "utm_source": "portero", "utm_content": "0199…", … }, "rescheduled": false, "old_invitee": null, "new_invitee": null, "no_show": null, "scheduled_event": { … } } }
import { createHash } from 'node:crypto'
import { z } from 'zod'
import { AppError } from '@portero/shared'
import { missingFlow, pingFlow, type calendarPing, type guestMissing } from '../../domain/ports/calendar.ts'
import { checkSignature, digestOf, signatureFields } from '../../domain/ports/signature.ts'
import type { Millis, Webhook } from '../../define.ts'
import { oursIn, wireInvitee } from './map.ts'
import type { Settings } from './settings.ts'

const windowMs: Millis = 3 * 60_000 // each try is signed anew

export const webhook: Webhook<Settings> = {
  // https://developer.calendly.com/api-docs/overview/webhooks/webhook-signatures
  verify({ headers, rawBody }, { settings }, now) {
    const header = headers['calendly-webhook-signature']
    const fields = signatureFields(header ?? '')
    const sentAt = fields.get('t')?.[0]
    const given = header === undefined ? undefined : (fields.get('v1') ?? [])
    checkSignature({ secrets: settings.pushSecrets, over: [`${sentAt}.`, rawBody], given, encoding: 'hex', sentAt: { text: sentAt, unit: 'seconds' }, windowMs, now })
  },
  signs: {
    secrets: ({ pushSecrets }) => pushSecrets,
    sign(inbound, secret, now) {
      const t = Math.floor(now / 1_000)
      return { ...inbound, headers: { ...inbound.headers, 'calendly-webhook-signature': `t=${t},v1=${digestOf(secret, [`${t}.`, inbound.rawBody]).toString('hex')}` } }
    },
  },

  // What has become of an event is asked: of a pair that belongs together, either half may come first.
  parse({ rawBody }, { id: connection }) {
    const { event, payload } = envelopeOf(rawBody)
    if (!pushed.includes(event)) return [] // Calendly has more kinds of events than we have uses for
    const digest = createHash('sha256').update(rawBody).digest('hex').slice(0, 32)
    const about = wireInvitee.pick({ tracking: true }).safeParse(payload)
    if (!about.success) throw new AppError('bad_response', `Calendly told of ${event} without saying of whom`)
    const ours = event === 'invitee_no_show.created' ? oursIn(about.data) : undefined
    if (ours === undefined) return [{ id: `ping:${digest}`, flow: pingFlow, payload: { connection } satisfies z.infer<typeof calendarPing> }]
    return [{ id: `missing:${digest}`, flow: missingFlow, payload: { connection, ours } satisfies z.infer<typeof guestMissing> }]
  },
}

export const pushed: readonly string[] = ['invitee.created', 'invitee.canceled', 'invitee_no_show.created', 'invitee_no_show.deleted']

const envelope = z.object({ event: z.string(), payload: z.unknown() })
const envelopeOf = (rawBody: Buffer): z.infer<typeof envelope> => {
  try {
    return envelope.parse(JSON.parse(rawBody.toString()))
  } catch (cause) {
    throw new AppError('bad_response', 'Calendly sent something that is not an event', { cause })
  }
}
