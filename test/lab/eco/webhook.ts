// POST /webhooks/eco
// eco-account: casa
// eco-signature: t=1795453200,v1=9c1f…e2,v1=40ab…77   (hex of HMAC-SHA256 over `${t}.${body}`; two of them while a secret is being changed)
//
// [{ "id": "ev_81", "type": "thing.said", "at": "2026-11-23T17:00:00.000Z", "data": { "thing_id": "th_7", "text": "¿Sigue libre?", "revision": 3, "asks": ["post"] } },
//  { "id": "ev_82", "type": "thing.changed", "at": "2026-11-23T17:00:00.120Z", "data": { "thing_id": "th_9", "revision": 12 } },
//  { "id": "ev_83", "type": "thing.gone", "at": "2026-11-23T17:00:01.004Z", "data": { "thing_id": "th_2", "revision": 5 } }]
import { z } from 'zod'
import { AppError } from '@portero/shared'
import { checkSignature, digestOf, signatureFields } from '@portero/tool-server/domain/ports/signature.ts'
import type { Delivery, Webhook } from '@portero/tool-server/define.ts'
import { changed, gone, serialOf } from './map.ts'

export const webhook: Webhook<{ signingSecrets: string[] }> = {
  connectionOf: ({ headers }) => headers['eco-account'],

  // Before it sends anything, eco asks whether it is wanted: GET ?challenge=…, to be said back.
  handshake({ method, url }) {
    const challenge = new URL(url).searchParams.get('challenge') ?? ''
    return method === 'GET' && /^\w{1,100}$/.test(challenge) ? { status: 200, type: 'text/plain', body: challenge } : undefined
  },

  verify({ headers, rawBody }, { settings }, now) {
    const header = headers['eco-signature']
    const fields = signatureFields(header ?? '')
    const sentAt = fields.get('t')?.[0]
    const given = header === undefined ? undefined : (fields.get('v1') ?? [])
    checkSignature({ secrets: settings.signingSecrets, over: [`${sentAt}.`, rawBody], given, encoding: 'hex', sentAt: { text: sentAt, unit: 'seconds' }, now })
  },
  signs: {
    secrets: ({ signingSecrets }) => signingSecrets,
    sign(inbound, secret, now) {
      const t = Math.floor(now / 1_000)
      return { ...inbound, headers: { ...inbound.headers, 'eco-signature': `t=${t},v1=${digestOf(secret, [`${t}.`, inbound.rawBody]).toString('hex')}` } }
    },
  },

  parse: ({ rawBody }) => batchOf(rawBody).flatMap(deliveriesOf),
}

const event = z.object({ id: z.string().min(1), type: z.string(), data: z.unknown() })
const batchOf = (rawBody: Buffer): z.infer<typeof event>[] => {
  try {
    return z.array(event).parse(JSON.parse(rawBody.toString()))
  } catch (cause) {
    throw new AppError('bad_response', 'eco sent something that is not a batch of events', { cause })
  }
}

const about = z.object({ thing_id: z.string().min(1), revision: z.int() })
const said = about.extend({ text: z.string(), asks: z.array(z.string()).default([]) })

const deliveriesOf = ({ id, type, data }: z.infer<typeof event>): Delivery[] => {
  switch (type) {
    case 'thing.said': {
      const parsed = said.safeParse(data)
      if (!parsed.success) return [misshapen(id, 'eco.said', data)]
      const { thing_id: thing, text, asks } = parsed.data
      return [{ id: `said:${id}`, flow: 'eco.said', serial: serialOf(thing), payload: { event: id, thing, text, asks } }]
    }
    case 'thing.changed': {
      const parsed = about.safeParse(data)
      return [parsed.success ? changed(parsed.data) : misshapen(id, 'eco.changed', data)]
    }
    case 'thing.gone': {
      const parsed = about.safeParse(data)
      return [parsed.success ? gone(parsed.data.thing_id, parsed.data.revision) : misshapen(id, 'eco.gone', data)]
    }
    default:
      return [] // eco has more kinds of events than we have uses for
  }
}

// Goes on as it came. Its flow refuses it, so the batch is kept as a dead letter while the events beside it are done.
const misshapen = (id: string, flow: string, data: unknown): Delivery => ({ id, flow, payload: { misshapen: data } })
