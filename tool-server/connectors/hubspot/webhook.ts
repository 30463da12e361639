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
import type { linkCut, recordSeen } from '../../domain/ports/crm-seen.ts'
import { checkWebhook, signedAsHubspot } from '../../domain/ports/hubspot-signature.ts'
import type { Settings } from './settings.ts'

// Up to 100 events at once, in any order, each perhaps more than once.
export const webhook: Webhook<Settings> = {
  connectionOf: ({ rawBody }) => z.tuple([z.object({ portalId: id })], z.unknown()).safeParse(jsonOf(rawBody)).data?.[0].portalId,
  verify: (inbound, { settings }, now) => checkWebhook(inbound, { secrets: settings.clientSecrets, now }),
  signs: { secrets: ({ clientSecrets }) => clientSecrets, sign: signedAsHubspot },
  parse({ rawBody }, { settings }) {
    const events = z.array(z.unknown()).safeParse(jsonOf(rawBody)).data
    if (!events) throw new AppError('bad_response', 'HubSpot sent something that is no list of events')
    return events.flatMap((each) => {
      const about = heading.safeParse(each).data
      if (about?.portalId !== settings.portal) return [unread]
      const [object = '', happened = ''] = about.subscriptionType.split('.')
      if (happened === 'associationChange') return linked.safeParse(each).data ?? [unread]
      const kind = kinds.get(object === 'object' ? (about.objectTypeId ?? '') : object)
      const tell = tellings.get(happened)
      if (!kind || !tell) return [] // HubSpot has more kinds of both than we know
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
const source = { appId: id, changeSource: z.string().nullish(), sourceId: z.string().nullish() }
const wireEvent = z.object({
  ...source, eventId: id, subscriptionId: id, occurredAt: z.int(), objectId: id,
  primaryObjectId: id.nullish(), mergedObjectIds: z.array(id).nullish(), newObjectId: id.nullish(),
})
type WireEvent = z.infer<typeof wireEvent>

// What this app has done itself it knows.
const isOurs = ({ changeSource, sourceId, appId }: Pick<WireEvent, keyof typeof source>): boolean => changeSource === 'INTEGRATION' && sourceId === appId

type Gone = z.infer<typeof recordGone>
const kinds: ReadonlyMap<string, Gone['kind']> = new Map([['0-1', 'contact'], ['contact', 'contact'], ['0-3', 'deal'], ['deal', 'deal'], ['0-47', 'meeting'], ['meeting', 'meeting']])

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
  // An import tells of each row's each property: the pull shows them by the page, a minute later.
  ...['creation', 'propertyChange', 'restore'].map((happened): [string, Tell] => [happened, (event, kind) => (event.changeSource === 'IMPORT' ? [] : seen({ kind, id: event.objectId, at: event.occurredAt }))]),
])

// eventId alone is not promised to be unique; a repeated try has all of these again.
const gone = ({ subscriptionId, eventId, occurredAt, objectId }: WireEvent, payload: Gone): Delivery => ({ id: `gone:${subscriptionId}:${eventId}:${occurredAt}:${objectId}:${payload.id}`, flow, payload })

// Only that it may have changed: what it has become is read.
const seen = ({ at, ...payload }: z.infer<typeof recordSeen> & { at: number }): Delivery[] => [{ id: `seen:${payload.kind}:${payload.id}:${at}`, flow: 'crm.seen', lane: 'sync', payload }]

// Both ends, where they are of a kind that we know. Of one that was cut it is told from either of them, and is one.
const linked = z
  .object({ ...source, occurredAt: z.int(), fromObjectId: id, toObjectId: id, fromObjectTypeId: z.string().nullish(), toObjectTypeId: z.string().nullish(), associationType: z.string().nullish(), associationRemoved: z.boolean().nullish() })
  .transform(({ occurredAt: at, fromObjectId, toObjectId, fromObjectTypeId, toObjectTypeId, associationType, associationRemoved, ...by }) => {
    const [from = '', to = ''] = (associationType ?? '').toLowerCase().split('_to_')
    if (isOurs(by)) return []
    const known = [[fromObjectTypeId ?? from, fromObjectId], [toObjectTypeId ?? to, toObjectId]].flatMap(([type = '', end = '']) => {
      const kind = kinds.get(type)
      return kind ? [{ kind, id: end, at }] : []
    })
    return (associationRemoved && cut(known)) || known.flatMap(seen)
  })

const cut = (sides: readonly Parameters<typeof seen>[0][]): Delivery[] | undefined => {
  const [to, from] = sides.toSorted((a, b) => hangs.indexOf(a.kind) - hangs.indexOf(b.kind))
  if (!to || !from || to.kind === 'meeting' || from.kind === 'contact' || from.kind === to.kind) return undefined
  const payload: z.infer<typeof linkCut> = { kind: from.kind, id: from.id, end: to.kind, other: to.id }
  return [{ id: `cut:${Object.values(payload).join(':')}:${from.at}`, flow: 'crm.cut', lane: 'sync', payload }]
}
const hangs: readonly Gone['kind'][] = ['contact', 'deal', 'meeting'] // each on those before it

const jsonOf = (rawBody: Buffer): unknown => {
  try {
    return JSON.parse(rawBody.toString())
  } catch {
    return undefined // which is no list
  }
}
