// POST /webhooks/hubspot
// x-hubspot-request-timestamp: 1795453200000
// x-hubspot-signature-v3: zRv0…mE=   (base64 of HMAC-SHA256 over the method, the whole URL, the body and the timestamp)
//
// [{ "eventId": 3816279340, "subscriptionId": 25, "portalId": 4812345, "appId": 31337, "occurredAt": 1795453199000, "subscriptionType": "object.deletion", "attemptNumber": 0,
//    "objectId": 201, "objectTypeId": "0-1", "changeSource": "CRM_UI", "sourceId": "userId:9411", "changeFlag": "DELETED" }]
import { z } from 'zod'
import { AppError } from '@portero/shared'
import type { Delivery, Webhook } from '../../define.ts'
import type { recordGone } from '../../domain/ports/crm.ts'
import { checkWebhook } from '../../domain/ports/hubspot-signature.ts'
import type { Settings } from './settings.ts'

// Up to 100 events at once, in any order, each perhaps more than once.
export const webhook: Webhook<Settings> = {
  connectionOf: ({ rawBody }) => z.tuple([z.object({ portalId: id })], z.unknown()).safeParse(jsonOf(rawBody)).data?.[0].portalId,
  verify: (inbound, { settings }, now) => checkWebhook(inbound, { secrets: settings.clientSecrets, now }),
  parse({ rawBody }, { settings }) {
    const events = z.array(z.unknown()).safeParse(jsonOf(rawBody)).data
    if (!events) throw new AppError('bad_response', 'HubSpot sent something that is no list of events')
    return events.flatMap((each) => {
      const about = heading.safeParse(each).data
      if (about?.portalId !== settings.portal) return [unread]
      const [object = '', happened = ''] = about.subscriptionType.split('.')
      const kind = kinds.get(object === 'object' ? (about.objectTypeId ?? '') : object)
      const tell = tellings.get(happened)
      if (!kind || !tell) return [] // new records and changed values are of no use yet, and HubSpot has more kinds of both than we know
      const event = wireEvent.safeParse(each).data
      if (!event) return [unread]
      return isOurs(event) ? [] : tell(event, kind)
    })
  },
}

const id = z.union([z.string(), z.int()]).transform(String).pipe(z.string().regex(/^\d{1,20}$/))
const flow = 'crm.changed'
// It fits no flow, so that the others go on and this one waits for a fix.
const unread: Delivery = { id: 'unread', flow, payload: {} }

const heading = z.object({ portalId: id, subscriptionType: z.string(), objectTypeId: z.string().nullish() })
const wireEvent = z.object({
  eventId: id, subscriptionId: id, appId: id, occurredAt: z.int(), objectId: id, changeSource: z.string().nullish(), sourceId: z.string().nullish(),
  primaryObjectId: id.nullish(), mergedObjectIds: z.array(id).nullish(), newObjectId: id.nullish(),
})
type WireEvent = z.infer<typeof wireEvent>

// What this app has done itself it knows.
const isOurs = ({ changeSource, sourceId, appId }: WireEvent): boolean => changeSource === 'INTEGRATION' && sourceId === appId

type Gone = z.infer<typeof recordGone>
const kinds: ReadonlyMap<string, Gone['kind']> = new Map([['0-1', 'contact'], ['contact', 'contact'], ['0-3', 'deal'], ['deal', 'deal']])

// Of some merges a new record comes, and then the first one is gone as well.
const merged: Tell = (event, kind) => {
  const { primaryObjectId, mergedObjectIds, newObjectId, occurredAt: at } = event
  const into = newObjectId ?? primaryObjectId
  if (!into || !mergedObjectIds) return [unread]
  const lost = new Set([...mergedObjectIds, ...(primaryObjectId ? [primaryObjectId] : [])])
  lost.delete(into)
  return [...lost].map((each) => gone(event, { kind, id: each, how: 'merged', into, at }))
}

type Tell = (event: WireEvent, kind: Gone['kind']) => Delivery[]
const tellings: ReadonlyMap<string, Tell> = new Map<string, Tell>([
  ['deletion', (event, kind) => [gone(event, { kind, id: event.objectId, how: 'deleted', at: event.occurredAt })]],
  ['privacyDeletion', (event, kind) => [gone(event, { kind, id: event.objectId, how: 'erased', at: event.occurredAt })]],
  ['merge', merged],
])

// eventId alone is not promised to be unique; a repeated try has all of these again.
const gone = ({ subscriptionId, eventId, occurredAt, objectId }: WireEvent, payload: Gone): Delivery => ({ id: `gone:${subscriptionId}:${eventId}:${occurredAt}:${objectId}:${payload.id}`, flow, payload })

const jsonOf = (rawBody: Buffer): unknown => {
  try {
    return JSON.parse(rawBody.toString())
  } catch {
    return undefined // which is no list
  }
}
