import { z } from 'zod'
import type { Link } from './associations.ts'
import type { Happening } from './records.ts'
import { about, typeOf, types, type Type } from './types.ts'

// What HubSpot's webhooks say of what happened, to whoever subscribed to it.
// https://developers.hubspot.com/docs/api-reference/webhooks-webhooks-v3/guide
const whats = ['creation', 'propertyChange', 'deletion', 'restore', 'merge', 'privacyDeletion', 'associationChange'] as const
type What = (typeof whats)[number]
// As in webhooks-hsmeta.json: object.creation of an objectType, or contact.creation.
export const subscription = z.object({ subscriptionType: z.string().regex(new RegExp(`^\\w+\\.(${whats.join('|')})$`)), objectType: z.string().optional(), propertyName: z.string().optional(), active: z.boolean().default(true) })
export type Subscription = z.infer<typeof subscription>
export type Event = { eventId: number; subscriptionId: number; portalId: number; appId: number; occurredAt: number; subscriptionType: string; attemptNumber: number; objectId: number; objectTypeId: string; changeSource: string; sourceId: string } & Record<string, unknown>

export type Occurrence = Happening | (Link & { what: 'associationChange'; by: Happening['by'] })
type Needs = { portal: string; appId: string; now: number; newId(): number }
export const eventsOf = (occurrence: Occurrence, subscriptions: readonly Subscription[] | 'all', { portal, appId, now, newId }: Needs): Event[] => {
  const { what, id, by } = occurrence
  const type = what === 'associationChange' ? occurrence.from : occurrence.type
  const told = { portalId: Number(portal), appId: Number(appId), occurredAt: now, attemptNumber: 0, changeSource: by.source, sourceId: by.sourceId, objectTypeId: about[type].id, objectId: Number(id), ...detailOf(occurrence) }
  const heard = subscriptions === 'all' ? [{ subscriptionId: whats.indexOf(what) + 1, subscriptionType: what === 'privacyDeletion' ? `${about[type].singular}.privacyDeletion` : `object.${what}` }] : subscriptions.flatMap((each, at) => (isMeant(each, what, type, occurrence) ? [{ subscriptionId: at + 1, subscriptionType: each.subscriptionType }] : []))
  return heard.map((which) => ({ eventId: newId(), ...which, ...told }))
}

const isMeant = ({ subscriptionType, objectType, propertyName, active }: Subscription, what: What, type: Type, occurrence: Occurrence): boolean => {
  const [object = '', wanted] = subscriptionType.split('.')
  const named = object === 'object' ? objectType : object
  return active && wanted === what && named !== undefined && isNamed(named, type) && (what !== 'propertyChange' || (occurrence.what === 'propertyChange' && occurrence.property === propertyName))
}
const isNamed = (name: string, type: Type): boolean => types.some((each) => each === type && (name === each || typeOf(name) === type))

const flags = { creation: 'NEW', deletion: 'DELETED', restore: 'RESTORED', privacyDeletion: 'PRIVACY_DELETED' } as const
const detailOf = (occurrence: Occurrence): object => {
  if (occurrence.what === 'propertyChange') return { propertyName: occurrence.property, propertyValue: occurrence.value, isSensitive: false }
  if (occurrence.what === 'merge') return { changeFlag: 'MERGED', primaryObjectId: Number(occurrence.primary), mergedObjectIds: occurrence.merged.map(Number), newObjectId: Number(occurrence.into), numberOfPropertiesMoved: occurrence.moved }
  if (occurrence.what !== 'associationChange') return { changeFlag: flags[occurrence.what] }
  const { from, id, to, toId, spec, isPrimary, isGone } = occurrence
  return {
    associationType: `${about[from].singular}_to_${about[to].singular}`.toUpperCase(), associationCategory: spec.associationCategory, associationTypeId: spec.associationTypeId, isPrimaryAssociation: isPrimary, associationRemoved: isGone,
    fromObjectId: Number(id), fromObjectTypeId: about[from].id, toObjectId: Number(toId), toObjectTypeId: about[to].id,
  }
}
