import { z } from 'zod'
import { AppError, type ErrorCode } from '@portero/shared'
import type { At, Http, Reply } from '../../define.ts'
import { read } from '../../domain/ports/answers.ts'
import { lost, stageProperties, standIn, type Stage } from './deal-stage.ts'
import { hubSpotOver } from './gateway.ts'
import { dispensable, idProperty, ownerProperty, type Properties } from './mapping.ts'
import type { Settings } from './settings.ts'
import { digits } from './shown.ts'
import { lacksScopes, replyOf, type HubSpot } from './typed.ts'

// Puts records under our ids, one or many. Whatever of it was done before is done again to the same end, so a half that failed is simply repeated.
export type Putting = { type: string; ours: string; properties: Properties; owner?: string | undefined; contact?: string | undefined; deal?: string | undefined }
type Put = { id: string; stage?: Stage | null } // stage: where it stands instead of where it was to; null where it stays
type Around = Pick<At<Settings>, 'http' | 'connection'>

export const mostPuts = 100

export const put = async ({ http, connection: { settings } }: Around, putting: Putting): Promise<Put> => {
  const hubSpot = hubSpotOver(http)
  const { type, ours } = putting
  const links = linksOf(putting) // an id that is none is found before anything is written
  const properties = await propertiesOf(hubSpot, putting)
  const write = (what: Properties): Promise<string> => upsert(hubSpot, type, { id: ours, idProperty, properties: what })
  const made = await write(properties).then((id): Put => ({ id }), async (thrown: unknown): Promise<Put> => {
    const rest = withoutOdd(properties, thrown)
    if (!rest) throw thrown
    if (!lost(properties, rest)) return { id: await write(rest) }
    return write(rest).then((id) => ({ id, stage: null }), async (again: unknown) => {
      const { stage, properties: stands } = await standIn(hubSpot, settings, { wanted: properties['dealstage'], thrown: again })
      return { id: await write({ ...rest, ...stands }), stage }
    })
  })
  for (const link of links) await associate(hubSpot, { type, id: made.id }, link)
  return made
}

// All of one type. Each has its own fate: one that HubSpot doesn't take with the others is put by itself, so that what is wrong with it is told as it is of a single one.
export const putMany = async (at: Around, many: readonly Putting[]): Promise<(Put | AppError)[]> => {
  const [first, ...others] = many
  if (!first) return []
  if (others.length === 0) return [await put(at, first)]
  const hubSpot = hubSpotOver(at.http)
  const links = new Map<string, Link[]>()
  let reply: Reply
  try {
    const inputs: Input[] = []
    const owners = new Map<string, string | undefined>()
    for (const each of many) {
      links.set(each.ours, linksOf(each))
      inputs.push({ id: each.ours, idProperty, properties: await propertiesOf(hubSpot, each, owners), objectWriteTraceId: each.ours })
    }
    reply = await replyOf(hubSpot.objects.upsertWithHttpInfo(first.type, { inputs }))
  } catch (thrown) {
    if (!isAboutSome(thrown)) throw thrown
    // A property that isn't there is missing to them all.
    if (thrown instanceof AppError && JSON.stringify(thrown.detail ?? '').includes('PROPERTY_DOESNT_EXIST')) {
      const rest = many.map((each) => ({ ...each, properties: withoutOdd(each.properties, thrown) ?? each.properties }))
      if (rest.every(({ properties }, n) => properties === many[n]?.properties)) throw thrown
      return putMany(at, rest)
    }
    const half = Math.ceil(many.length / 2)
    // What fails otherwise on the way is that half's own, a budget that is spent above all: what was done needn't be done again.
    const halves = [many.slice(0, half), many.slice(half)].map((some) => putMany(at, some).catch((thrown: unknown) => some.map(() => failureOf(thrown))))
    return (await Promise.all(halves)).flat()
  }
  const ids = new Map(read('hubspot', taken, reply).results.flatMap(({ id, properties, objectWriteTraceId: ours = properties[idProperty] }) => (typeof ours === 'string' ? [[ours, id]] : [])))
  const unlinked = await associateMany(hubSpot, first.type, [...ids].flatMap(([ours, id]) => (links.get(ours) ?? []).map((link) => ({ id, ...link }))))
  const fates: (Put | AppError)[] = []
  for (const each of many) {
    const id = ids.get(each.ours)
    fates.push(id === undefined || unlinked.has(id) ? await alone(at, each) : { id })
  }
  return fates
}

const alone = (at: Around, putting: Putting): Promise<Put | AppError> => put(at, putting).catch(failureOf)
const failureOf = (thrown: unknown): AppError => {
  if (thrown instanceof AppError) return thrown
  throw thrown
}

// Refused as a whole, though it may be for the sake of one of them.
const aboutOne: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['invalid_input', 'not_found', 'conflict', 'too_large'])
const isAboutSome = (thrown: unknown): boolean =>
  thrown instanceof AppError && thrown.arrived === 'no' && [thrown, thrown.cause].some((each) => each instanceof AppError && aboutOne.has(each.code))

// An account may have made its own choices of these: what it doesn't know is left out, and the plan says so.
const withoutOdd = (properties: Properties, thrown: unknown): Properties | undefined => {
  const told = thrown instanceof AppError && thrown.arrived === 'no' ? JSON.stringify(thrown.detail ?? '') : ''
  const isOdd = (name: string): boolean => Object.hasOwn(properties, name) && told.includes(name)
  const odd: readonly string[] = /INVALID_OPTION|PROPERTY_DOESNT_EXIST/.test(told) ? [...dispensable.filter(isOdd), ...(stageProperties.some(isOdd) ? stageProperties : [])] : []
  return odd.length === 0 ? undefined : Object.fromEntries(Object.entries(properties).filter(([name]) => !odd.includes(name)))
}

const propertiesOf = async (hubSpot: HubSpot, { properties, owner }: Putting, known = new Map<string, string | undefined>()): Promise<Properties> => {
  if (owner !== undefined && !known.has(owner)) known.set(owner, await ownerBy(hubSpot, owner))
  const ownerId = owner === undefined ? undefined : known.get(owner)
  return { ...properties, ...(ownerId !== undefined && { [ownerProperty]: ownerId }) }
}
// By e-mail, or whoever wrote from a card by their user id. Nobody's record waits for the scope that this takes, which apps installed before we asked for it lack; the plan says so.
// https://developers.hubspot.com/docs/api-reference/crm-owners-v3/owners/get-crm-v3-owners
const ownerBy = async ({ owners }: HubSpot, who: string): Promise<string | undefined> => {
  const user = /^hubspot:(\d{1,15})$/.exec(who)?.[1]
  if (user === undefined && !who.includes('@')) return undefined
  try {
    if (user !== undefined) return read('hubspot', owner, await replyOf(owners.getByIdWithHttpInfo(Number(user), 'userId'))).id
    return read('hubspot', ownerPage, await replyOf(owners.getPageWithHttpInfo(who, undefined, 1))).results[0]?.id
  } catch (thrown) {
    if (lacksScopes(thrown) || (user !== undefined && thrown instanceof AppError && thrown.code === 'not_found')) return undefined
    throw thrown
  }
}

// objectWriteTraceId: with it each has its own fate, told by a 207 under that name (https://developers.hubspot.com/docs/api-reference/latest/error-handling, multi-status errors).
type Input = { id: string; idProperty?: string; properties: Properties; objectWriteTraceId?: string }
// https://developers.hubspot.com/docs/api-reference/crm-objects-v3/batch/post-crm-v3-objects-objectType-batch-upsert
const upsert = async ({ objects }: HubSpot, type: string, input: Input): Promise<string> => onlyOne(type, await replyOf(objects.upsertWithHttpInfo(type, { inputs: [input] })))
// https://developers.hubspot.com/docs/api-reference/crm-objects-v3/batch/post-crm-v3-objects-objectType-batch-update
export const update = async (http: Http, type: string, { id, properties }: { id: string; properties: Properties }): Promise<string> =>
  onlyOne(type, await replyOf(hubSpotOver(http).objects.updateWithHttpInfo(type, { inputs: [{ id: recordId(id), properties }] })))

const onlyOne = (type: string, reply: Reply): string => {
  const { results, errors } = read('hubspot', taken, reply)
  if (errors.length > 0) throw refusal(errors.map(({ category }) => category))
  const [only] = results
  if (only && results.length === 1) return only.id
  throw new AppError('bad_response', `hubspot took one of our ${type} and told of ${results.length}`, { arrived: 'unknown' })
}

type Link = { to: string; toId: string }
const linksOf = ({ contact, deal }: Putting): Link[] => [['contacts', contact], ['deals', deal]].flatMap(([to = '', id]) => (id === undefined ? [] : [{ to, toId: recordId(id) }]))
// https://developers.hubspot.com/docs/api-reference/crm-associations-v4/basic/put-crm-v4-objects-fromObjectType-fromObjectId-associations-default-toObjectType-toObjectId
const associate = async ({ associations }: HubSpot, from: { type: string; id: string }, { to, toId }: Link): Promise<void> => {
  read('hubspot', associated, await replyOf(associations.createDefaultWithHttpInfo(from.type, from.id, to, toId)))
}
// Answers whom it did not link.
// https://developers.hubspot.com/docs/api-reference/crm-associations-v4/batch/post-crm-v4-associations-fromObjectType-toObjectType-batch-associate-default
const associateMany = async (hubSpot: HubSpot, type: string, links: readonly (Link & { id: string })[]): Promise<ReadonlySet<string>> => {
  const unlinked = new Set<string>()
  for (const [to, some] of Map.groupBy(links, (link) => link.to)) {
    const done = await linkedOf(hubSpot, { type, to }, some)
    for (const { id } of some) if (!done.has(id)) unlinked.add(id)
  }
  return unlinked
}
const linkedOf = async (hubSpot: HubSpot, sides: { type: string; to: string }, links: readonly (Link & { id: string })[]): Promise<ReadonlySet<string>> => {
  try {
    const { results } = read('hubspot', associatedMany, await replyOf(hubSpot.manyAssociations.createDefaultWithHttpInfo(sides.type, sides.to, { inputs: links.map(({ id, toId }) => ({ _from: { id }, to: { id: toId } })) })))
    return new Set(results.map(({ _from: { id } }) => id))
  } catch (thrown) {
    if (!isAboutSome(thrown)) throw thrown
    if (links.length === 1) return new Set()
    const half = Math.ceil(links.length / 2)
    const done = new Set<string>()
    for (const some of [links.slice(0, half), links.slice(half)]) for (const id of await linkedOf(hubSpot, sides, some).catch(() => [])) done.add(id) // whoever is left out is put alone, and told there what is amiss
    return done
  }
}

// 207: some of it was done, and of one that is none; yet it was heard. The messages quote what we sent, so only their category is kept.
const refusal = (categories: string[]): AppError => {
  const isOurs = categories.every((category) => category.startsWith('VALIDATION') || category.startsWith('INVALID'))
  return new AppError(isOurs ? 'invalid_input' : 'bad_response', `hubspot answered 207: ${categories.join(', ')}`, { arrived: 'unknown' })
}

// An id stands in a path, where anything but digits could lead elsewhere.
export const recordId = (id: string): string => {
  if (digits.safeParse(id).success) return id
  throw new AppError('invalid_input', 'a record of hubspot has a number for its id')
}

const owner = z.object({ id: digits })
const ownerPage = z.object({ results: z.array(owner) })
const taken = z.object({ results: z.array(z.object({ id: digits, objectWriteTraceId: z.string().optional(), properties: z.record(z.string(), z.unknown()).default({}) })), errors: z.array(z.object({ category: z.string() })).default([]) })
const associated = z.object({ status: z.literal('COMPLETE'), results: z.array(z.unknown()).min(1) })
const associatedMany = z.object({ status: z.literal('COMPLETE'), results: z.array(z.object({ _from: z.object({ id: z.string() }) })) }) // its client's word for from
