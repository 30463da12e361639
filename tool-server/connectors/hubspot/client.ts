import { z } from 'zod'
import { AppError } from '@portero/shared'
import { doing, type At, type Doing, type Reply } from '../../define.ts'
import { read } from '../../domain/ports/answers.ts'
import { claimRecord, putCommunication, putContact, putDeal, putMeeting, putTask, type CrmReads } from '../../domain/ports/crm.ts'
import { hubSpotOver } from './gateway.ts'
import { readKept } from './kept.ts'
import { communicationOf, contactOf, dealOf, meetingOf, taskOf } from './map.ts'
import { dispensable, idProperty, ownerProperty, type Properties } from './mapping.ts'
import { readRecords } from './records.ts'
import type { Settings } from './settings.ts'
import { lacksScopes, replyOf, type HubSpot } from './typed.ts'

// Puts records under our ids. Whatever of it was done before is done again to the same end, so a half that failed is simply repeated.
export const does: Doing<Settings>[] = [
  doing(putContact, 'same-effect', async (args, at: At<Settings>) => put(at, { type: 'contacts', ours: args.ours, properties: contactOf(args, at.connection.settings) })),
  doing(putDeal, 'same-effect', async (args, at: At<Settings>) => put(at, { type: 'deals', ours: args.ours, properties: dealOf(args, at.connection.settings), owner: args.owner, contact: args.contact })),
  doing(putMeeting, 'same-effect', async (args, at: At<Settings>) => put(at, { type: 'meetings', ours: args.ours, properties: meetingOf(args, at.connection.settings), owner: args.owner, contact: args.contact, deal: args.deal })),
  doing(putCommunication, 'same-effect', async (args, at: At<Settings>) => put(at, { type: 'communications', ours: args.ours, properties: communicationOf(args, at.connection.settings), contact: args.contact, deal: args.deal })),
  doing(putTask, 'same-effect', async (args, at: At<Settings>) => put(at, { type: 'tasks', ours: args.ours, properties: taskOf(args, at.connection.settings), owner: args.owner, contact: args.contact, deal: args.deal })),
  doing(claimRecord, 'same-effect', async ({ kind, id, ours }, { http }: At<Settings>) => ({ id: await update(hubSpotOver(http), types[kind], { id: recordId(id), properties: { [idProperty]: ours } }) })),
]
const types = { contact: 'contacts', deal: 'deals' } as const

export const readCrm = ({ http, ...at }: At<Settings>): CrmReads => ({
  ...readRecords({ http, ...at }),
  ...readKept({ http, ...at }),
  // https://developers.hubspot.com/docs/api-reference/crm-associations-v4/basic/get-crm-v4-objects-objectType-objectId-associations-toObjectType
  async contactsOf(ticket) {
    const { results } = read('hubspot', linked, await replyOf(hubSpotOver(http).associations.getPageWithHttpInfo('tickets', recordId(ticket), 'contacts', undefined, mostContacts)))
    return results.map(({ toObjectId }) => String(toObjectId))
  },
})
const mostContacts = 100

type Putting = { type: string; ours: string; properties: Properties; owner?: string | undefined; contact?: string; deal?: string | undefined }
const put = async ({ http }: At<Settings>, { type, ours, properties: told, owner, contact, deal }: Putting): Promise<{ id: string }> => {
  const links = [['contacts', contact], ['deals', deal]].flatMap(([to = '', id]) => (id === undefined ? [] : [{ to, id: recordId(id) }]))
  const hubSpot = hubSpotOver(http)
  const ownerId = owner === undefined ? undefined : await ownerBy(hubSpot, owner)
  const properties = { ...told, ...(ownerId !== undefined && { [ownerProperty]: ownerId }) }
  const id = await upsert(hubSpot, type, { id: ours, idProperty, properties }).catch((thrown: unknown) => {
    const rest = withoutOdd(properties, thrown)
    if (!rest) throw thrown
    return upsert(hubSpot, type, { id: ours, idProperty, properties: rest })
  })
  for (const link of links) await associate(hubSpot, { type, id }, link)
  return { id }
}

// An account may have made its own choices of these: what it doesn't know is left out, and the plan says so.
const withoutOdd = (properties: Properties, thrown: unknown): Properties | undefined => {
  const told = thrown instanceof AppError && thrown.arrived === 'no' ? JSON.stringify(thrown.detail ?? '') : ''
  const odd = /INVALID_OPTION|PROPERTY_DOESNT_EXIST/.test(told) ? dispensable.filter((name) => Object.hasOwn(properties, name) && told.includes(name)) : []
  return odd.length === 0 ? undefined : Object.fromEntries(Object.entries(properties).filter(([name]) => !odd.includes(name)))
}

// Nobody's record waits for the scope that this takes, which apps installed before we asked for it lack; the plan says so.
// https://developers.hubspot.com/docs/api-reference/crm-owners-v3/owners/get-crm-v3-owners
const ownerBy = async ({ owners }: HubSpot, email: string): Promise<string | undefined> => {
  try {
    return read('hubspot', ownerPage, await replyOf(owners.getPageWithHttpInfo(email, undefined, 1))).results[0]?.id
  } catch (thrown) {
    if (lacksScopes(thrown)) return undefined
    throw thrown
  }
}

// https://developers.hubspot.com/docs/api-reference/crm-objects-v3/batch/post-crm-v3-objects-objectType-batch-upsert
const upsert = async ({ objects }: HubSpot, type: string, input: { id: string; idProperty: string; properties: Properties }): Promise<string> => {
  return onlyOne(type, await replyOf(objects.upsertWithHttpInfo(type, { inputs: [input] })))
}
// https://developers.hubspot.com/docs/api-reference/crm-objects-v3/batch/post-crm-v3-objects-objectType-batch-update
const update = async ({ objects }: HubSpot, type: string, input: { id: string; properties: Properties }): Promise<string> =>
  onlyOne(type, await replyOf(objects.updateWithHttpInfo(type, { inputs: [input] })))

const onlyOne = (type: string, reply: Reply): string => {
  const { results, errors } = read('hubspot', taken, reply)
  if (errors.length > 0) throw refusal(errors.map(({ category }) => category))
  const [only] = results
  if (only && results.length === 1) return only.id
  throw new AppError('bad_response', `hubspot took one of our ${type} and told of ${results.length}`, { arrived: 'unknown' })
}

// https://developers.hubspot.com/docs/api-reference/crm-associations-v4/basic/put-crm-v4-objects-fromObjectType-fromObjectId-associations-default-toObjectType-toObjectId
const associate = async ({ associations }: HubSpot, from: { type: string; id: string }, { to, id }: { to: string; id: string }): Promise<void> => {
  read('hubspot', associated, await replyOf(associations.createDefaultWithHttpInfo(from.type, from.id, to, id)))
}

// 207: some of it was done, and of one that is none; yet it was heard. The messages quote what we sent, so only their category is kept.
const refusal = (categories: string[]): AppError => {
  const isOurs = categories.every((category) => category.startsWith('VALIDATION') || category.startsWith('INVALID'))
  return new AppError(isOurs ? 'invalid_input' : 'bad_response', `hubspot answered 207: ${categories.join(', ')}`, { arrived: 'unknown' })
}

// An id stands in a path, where anything but digits could lead elsewhere.
const digits = z.string().regex(/^\d{1,20}$/)
const recordId = (id: string): string => {
  if (digits.safeParse(id).success) return id
  throw new AppError('invalid_input', 'a record of hubspot has a number for its id')
}

const ownerPage = z.object({ results: z.array(z.object({ id: digits })) })
const taken = z.object({ results: z.array(z.object({ id: digits })), errors: z.array(z.object({ category: z.string() })).default([]) })
const associated = z.object({ status: z.literal('COMPLETE'), results: z.array(z.unknown()).min(1) })
const linked = z.object({ results: z.array(z.object({ toObjectId: z.union([digits, z.int().positive()]) })) })
