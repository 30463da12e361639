// POST /webhooks/graph/{connection}
//
// { "value": [{ "subscriptionId": "7f10…", "subscriptionExpirationDateTime": "2026-11-29T17:00:00Z", "clientState": "k3Jx…", "changeType": "updated", "tenantId": "84bd…",
//   "resource": "Users/6c4f…/Events/AAMkAD…", "resourceData": { "@odata.type": "#Microsoft.Graph.Event", "@odata.id": "Users/6c4f…/Events/AAMkAD…", "@odata.etag": "W/\"DwAA…\"", "id": "AAMkAD…" } }] }
// { "value": [{ "subscriptionId": "7f10…", "subscriptionExpirationDateTime": "2026-11-29T17:00:00Z", "clientState": "k3Jx…", "lifecycleEvent": "missed" }] }
import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import { z } from 'zod'
import { AppError } from '@portero/shared'
import type { Webhook } from '../../define.ts'
import { calendarPing, pingFlow } from '../../domain/ports/calendar.ts'
import { signatureFaults } from '../../domain/ports/signature.ts'
import type { Settings } from './settings.ts'

// https://learn.microsoft.com/graph/change-notifications-delivery-webhooks: nothing is signed; each notification says what only we and Graph know. Anybody who heard it could say it again, and all that they would get is that we look.
export const webhook: Webhook<Settings> = {
  // Before it sends anything, Graph asks whether it is wanted: POST ?validationToken=…, to be said back within 10 seconds.
  handshake({ url }) {
    const token = new URL(url).searchParams.get('validationToken')
    return token !== null && sayable.test(token) ? { status: 200, type: 'text/plain', body: token } : undefined
  },

  verify({ rawBody }, { settings: { pushSecrets } }) {
    const said = z.object({ value: z.array(z.object({ clientState: z.string() })).min(1) }).safeParse(jsonOf(rawBody)).data?.value
    if (!said) throw new AppError('unauthorized', signatureFaults.missing)
    const known = pushSecrets.map((secret) => digest(clientState(secret)))
    let areAll = true
    for (const each of said) {
      let matches = false
      for (const one of known) matches = timingSafeEqual(digest(each.clientState), one) || matches // every pair: the time it takes tells nothing
      areAll = matches && areAll
    }
    if (!areAll) throw new AppError('unauthorized', signatureFaults.foreign)
  },

  signs: {
    secrets: ({ pushSecrets }) => pushSecrets,
    sign(inbound, secret) {
      const said = z.looseObject({ value: z.array(z.looseObject({})) }).safeParse(jsonOf(inbound.rawBody)).data
      if (!said) throw new AppError('invalid_input', 'a delivery of graph is JSON with a list of notifications in "value": each of them says who sent it')
      return { ...inbound, rawBody: Buffer.from(JSON.stringify({ ...said, value: said.value.map((each) => ({ ...each, clientState: clientState(secret) })) })) }
    },
  },

  // What has changed is asked for, whatever is told; a subscription that was removed, or wants to be renewed, is seen to by the watch.
  parse({ rawBody }, connection) {
    const parsed = notifications.safeParse(jsonOf(rawBody))
    if (!parsed.success) throw new AppError('bad_response', 'graph sent something that is no list of notifications')
    const about = parsed.data.value.map(({ subscriptionId, changeType, lifecycleEvent, resourceData }) => [subscriptionId, changeType ?? lifecycleEvent, resourceData?.id, resourceData?.['@odata.etag']])
    return [{ id: pingId(about), flow: pingFlow, payload: { connection: connection.id } satisfies z.infer<typeof calendarPing> }]
  },
}

// What a subscription says for us is made of the secret, which itself never leaves the house; at most 128 characters.
export const clientState = (secret: string): string => createHmac('sha256', secret).update('graph subscription').digest('base64url')
export const pingId = (about: unknown): string => `ping:${createHash('sha256').update(JSON.stringify(about)).digest('hex').slice(0, 32)}`

const sayable = /^[^<>\p{Cc}]{1,2048}$/u // a page of somebody's is no token
const change = z.object({ subscriptionId: z.string(), changeType: z.string(), lifecycleEvent: z.undefined().optional(), resourceData: z.object({ id: z.string().nullish(), '@odata.etag': z.string().nullish() }).nullish() })
const lifecycle = z.object({ subscriptionId: z.string(), lifecycleEvent: z.string(), changeType: z.undefined().optional(), resourceData: z.undefined().optional() })
const notifications = z.object({ value: z.array(z.union([change, lifecycle])).min(1) })
const digest = (text: string): Buffer => createHash('sha256').update(text).digest() // of one length, so that they can be compared
const jsonOf = (rawBody: Buffer): unknown => {
  try {
    return JSON.parse(rawBody.toString())
  } catch {
    return undefined // which is no list
  }
}
