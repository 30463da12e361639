import { BasicApi, createConfiguration as forAssociations, wrapHttpLibrary as wrapForAssociations } from '@hubspot/api-client/lib/codegen/crm/associations/v4/index.js'
import { BatchApi, createConfiguration as forObjects, ResponseContext, wrapHttpLibrary as wrapForObjects } from '@hubspot/api-client/lib/codegen/crm/objects/index.js'
import { CoreApi, createConfiguration as forProperties, GroupsApi, wrapHttpLibrary as wrapForProperties } from '@hubspot/api-client/lib/codegen/crm/properties/index.js'
import { z } from 'zod'
import { AppError } from '@portero/shared'
import type { Http, Reply } from '../../define.ts'

// HubSpot's own typed APIs, over our way out. Its Client wraps these same classes in a limiter and in retries that repeat creates, and has no deadline;
// made by hand with our library for httpApi they have none of the three: one call of ours is one request, and what fails is our http's AppError.
export type HubSpot = { objects: BatchApi; associations: BasicApi; properties: CoreApi; groups: GroupsApi }

export const hubSpotOver = (http: Http): HubSpot => {
  const library = { send: (request: Request) => sendOver(http, request) }
  const properties = forProperties({ httpApi: wrapForProperties(library) })
  return {
    objects: new BatchApi(forObjects({ httpApi: wrapForObjects(library) })),
    associations: new BasicApi(forAssociations({ httpApi: wrapForAssociations(library) })),
    properties: new CoreApi(properties),
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
const sendOver = async (http: Http, request: Request): Promise<ResponseContext> => {
  const { pathname, search } = new URL(request.getUrl())
  const body = request.getBody()
  if (body !== undefined && typeof body !== 'string') throw new AppError('bug', 'only JSON goes to hubspot')
  const reply = await http({ method: request.getHttpMethod(), path: pathname + search, headers: request.getHeaders(), ...(body !== undefined && { body }) })
  const text = typeof reply.body === 'string' ? reply.body : JSON.stringify(reply.body ?? null)
  return new ResponseContext(reply.status, { 'content-type': 'application/json' }, { text: async () => text, binary: async () => Buffer.from(text) })
}

// Both are mended at HubSpot, and after that the same call succeeds, so neither may be the end of it.
const inItsWords = (error: AppError): AppError => {
  const { code, message, detail } = error
  // 403 is never about one record: the token lacks a scope (https://developers.hubspot.com/docs/api-reference/error-handling).
  if (code === 'refused') return new AppError('disconnected', `${message}: the token lacks a scope`, { cause: error, detail })
  // The watch makes our properties; it may not have come to it yet, or somebody has archived one.
  if (code === 'invalid_input' && JSON.stringify(detail ?? '').includes('PROPERTY_DOESNT_EXIST')) return new AppError('unavailable', `${message}: a property is not there yet`, { cause: error, detail })
  return error
}
