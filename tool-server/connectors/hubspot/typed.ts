import { BasicApi, BatchApi as AssociationsApi, createConfiguration as forAssociations, wrapHttpLibrary as wrapForAssociations } from '@hubspot/api-client/lib/codegen/crm/associations/v4/index.js'
import { createConfiguration as forLabels, DefinitionsApi, wrapHttpLibrary as wrapForLabels } from '@hubspot/api-client/lib/codegen/crm/associations/v4/schema/index.js'
import { BatchApi, createConfiguration as forObjects, ResponseContext, SearchApi, wrapHttpLibrary as wrapForObjects } from '@hubspot/api-client/lib/codegen/crm/objects/index.js'
import { createConfiguration as forOwners, OwnersApi, wrapHttpLibrary as wrapForOwners } from '@hubspot/api-client/lib/codegen/crm/owners/index.js'
import { createConfiguration as forPipelines, PipelinesApi, wrapHttpLibrary as wrapForPipelines } from '@hubspot/api-client/lib/codegen/crm/pipelines/index.js'
import { BatchApi as PropertiesApi, CoreApi, createConfiguration as forProperties, GroupsApi, wrapHttpLibrary as wrapForProperties } from '@hubspot/api-client/lib/codegen/crm/properties/index.js'
import { z } from 'zod'
import { AppError } from '@portero/shared'
import type { Reply } from '../../define.ts'
import { pathOf } from './paths.ts'
import { lacked } from '../../domain/ports/answers.ts'

// HubSpot's own typed APIs, over our way out. Its Client wraps these same classes in a limiter and in retries that repeat creates, and has no deadline;
// made by hand with our library for httpApi they have none of the three: one call of ours is one request, and what fails is our http's AppError.
export type HubSpot = { objects: BatchApi; search: SearchApi; owners: OwnersApi; associations: BasicApi; manyAssociations: AssociationsApi; labels: DefinitionsApi; pipelines: PipelinesApi; properties: CoreApi; manyProperties: PropertiesApi; groups: GroupsApi }

export type Send = (method: string, path: string, headers: Record<string, string>, body: string | undefined) => Promise<Reply>
export const hubSpotBy = (send: Send): HubSpot => {
  const library = { send: (request: Request) => sendBy(send, request) }
  const properties = forProperties({ httpApi: wrapForProperties(library) })
  const objects = forObjects({ httpApi: wrapForObjects(library) })
  const associations = forAssociations({ httpApi: wrapForAssociations(library) })
  return {
    objects: new BatchApi(objects),
    search: new SearchApi(objects),
    owners: new OwnersApi(forOwners({ httpApi: wrapForOwners(library) })),
    associations: new BasicApi(associations),
    manyAssociations: new AssociationsApi(associations),
    labels: new DefinitionsApi(forLabels({ httpApi: wrapForLabels(library) })),
    pipelines: new PipelinesApi(forPipelines({ httpApi: wrapForPipelines(library) })),
    properties: new CoreApi(properties),
    manyProperties: new PropertiesApi(properties),
    groups: new GroupsApi(properties),
  }
}

// The client fills its models in without looking, so what it read is parsed again; where it trips over the answer, HubSpot has heard us all the same.
type Told = { httpStatusCode: number; headers: Record<string, string>; data: unknown }
export const replyOf = async (call: Promise<Told>): Promise<Reply> => {
  try {
    const { httpStatusCode: status, headers, data: body } = await call
    return { status, headers, body }
  } catch (thrown) {
    if (thrown instanceof AppError) throw inItsWords(thrown)
    const good = otherwiseGood.safeParse(thrown)
    if (good.success) return { status: good.data.code, headers: {}, body: good.data.body }
    throw new AppError('bad_response', 'hubspot answered something that its own client cannot read', { arrived: 'unknown' })
  }
}

// The client expects one good status of each call, and makes an error of a 201 where that is 200.
const otherwiseGood = z.object({ code: z.int().min(200).max(299), body: z.unknown() })

// What every family of HubSpot's APIs calls a request. It has HubSpot's own base URL, of which only what is below it counts.
type Request = { getUrl(): string; getHttpMethod(): string; getHeaders(): Record<string, string>; getBody(): unknown }
const sendBy = async (send: Send, request: Request): Promise<ResponseContext> => {
  const { pathname, search } = new URL(request.getUrl())
  const path = pathOf(pathname + search)
  const body = request.getBody()
  if (body !== undefined && typeof body !== 'string') throw new AppError('bug', 'only JSON goes to hubspot')
  const reply = await send(request.getHttpMethod(), path, request.getHeaders(), body)
  const text = typeof reply.body === 'string' ? reply.body : JSON.stringify(reply.body ?? null)
  return new ResponseContext(reply.status, { 'content-type': 'application/json' }, { text: async () => text, binary: async () => Buffer.from(text) })
}

// These are mended at HubSpot, and after that the same call succeeds, so none may be the end of it.
const inItsWords = (error: AppError): AppError => {
  const { code, message, detail } = error
  // 403 is never about one record: the token lacks a scope (https://developers.hubspot.com/docs/api-reference/error-handling).
  if (code === 'refused') {
    const lacks = scopesIn(detail)
    return new AppError('disconnected', `${message}: the token lacks ${lacks.join(', ') || 'a scope'}`, { cause: error, detail: { lacks }, retryAfterMs: scopeMs })
  }
  // The dated addresses hold every write against what the account itself requires, which v3 did not: https://developers.hubspot.com/changelog/crm-api-write-validation-enforcement
  const rule = ruleIn(detail)
  if (rule !== undefined) return new AppError('invalid_input', `a rule of this account at hubspot refuses it: ${rule}`, { cause: error, detail })
  const told = code === 'invalid_input' ? JSON.stringify(detail ?? '') : ''
  // The watch makes our properties; it may not have come to it yet, or somebody has archived one.
  if (told.includes('PROPERTY_DOESNT_EXIST')) return new AppError('unavailable', `${message}: a property is not there yet`, { cause: error, detail, retryAfterMs: propertyMs })
  // What was told before is left out, so a record that is gone and that nobody told us of can't be made from the rest. Once we know, it is told anew and whole.
  if (/REQUIRED_PROPERTIES_MISSING|MISSING_REQUIRED_PROPERTY/.test(told)) return new AppError('unavailable', `${message}: its record is gone`, { cause: error, detail })
  return error
}
const ruled = z.object({ errors: z.array(z.object({ code: z.string().default(''), message: z.string().default(''), context: z.object({ propertyName: z.array(z.string()).default([]) }).default({ propertyName: [] }) })) })
// Of HubSpot's words only names of properties, which hold nothing personal.
const ruleIn = (detail: unknown): string | undefined => {
  const broken = ruled.safeParse(detail).data?.errors.find(({ code }) => code === 'MISSING_REQUIRED_PROPERTY' || code === 'MISSING_CONDITIONAL_REQUIRED_PROPERTY')
  if (!broken || broken.context.propertyName.some((name) => alwaysThere.has(name))) return undefined
  const [names, cause] = [broken.context.propertyName.filter((name) => plainName.test(name)).join(', ') || 'another property', /based on \[(\w+)\]/.exec(broken.message)?.[1]]
  return broken.code === 'MISSING_REQUIRED_PROPERTY'
    ? `whoever makes one must give ${names}. Settings > Objects > Create record: take it off the list; then portero replay`
    : `with this ${cause ?? 'value of another'} it must have ${names}. Settings > Properties${cause === undefined ? '' : ` > ${cause}`} > Conditional logic: take the rule away, or fill ${names} in; then portero replay`
}
// HubSpot itself requires them and we always give them to a new one: without them it was no new one to us.
const alwaysThere: ReadonlySet<string> = new Set(['dealname', 'pipeline', 'dealstage', 'subject', 'hs_pipeline', 'hs_pipeline_stage', 'hs_timestamp'])
const plainName = /^\w{1,100}$/
const lacking = z.object({ errors: z.array(z.object({ context: z.object({ requiredGranularScopes: z.array(z.string()).default([]) }).default({ requiredGranularScopes: [] }) })) })
const propertyMs = 2 * 60_000 // until the watch has come by, which is every 15 minutes, none of the attempts may be the last
const scopeMs = 5 * 60_000 // people have to agree to it; meanwhile it spends no attempt
// undefined: it is something else.
export const lacksScopes = (thrown: unknown): string[] | undefined => (thrown instanceof AppError ? lacked.safeParse(thrown.detail).data?.lacks : undefined)
const scopesIn = (detail: unknown): string[] => lacking.safeParse(detail).data?.errors.flatMap(({ context }) => context.requiredGranularScopes) ?? []
