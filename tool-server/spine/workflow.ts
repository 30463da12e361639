import express, { Router } from 'express'
import { z } from 'zod'
import { AppError } from '@portero/shared'
import type { Connection, Inbound } from '../define.ts'
import type { CheckCaller } from './cards.ts'
import type { Clock } from './clock.ts'
import type { Connections } from './connections.ts'
import type { Db } from './db.ts'
import { answer, refuse } from './doors.ts'
import { refuseOddJson } from './json-shape.ts'
import { homeOf, type Limits } from './knocks.ts'
import { parseOr } from './parse.ts'
import type { RunFor } from './run-tool.ts'
import { findEnrolled, type Enrolled } from './workflow-bind.ts'
import { flatAnswer, type Flat } from './workflow-fields.ts'

// The door by which HubSpot's workflows and agents call tools: signed, for the record that is enrolled, once for each callback.
// POST /workflow/escalate
// { "callbackId": "ap-4812345-56776413549-7-0", "origin": { "portalId": 4812345, "actionDefinitionId": 10646377 }, "context": { "source": "WORKFLOWS", "workflowId": 192814114 },
//   "object": { "objectId": 904, "objectType": "CONTACT" }, "inputFields": { "reason": "complaint", "summary": "…" }, "fields": { … } }
type Needs = { db: Db; clock: Clock; connections: Connections; runFor: RunFor; publicBaseUrl: string; checkCaller: CheckCaller; limits: Limits }

const mostBodyBytes = 262_144 // it may bring the record's properties
const vendor = 'hubspot'

export const workflowDoor = (needs: Needs): Router => {
  const router = Router()
  router.post('/workflow/:name', express.raw({ limit: mostBodyBytes, type: () => true, inflate: false }), async (request, response) => {
    const rawBody: Buffer = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0)
    const inbound: Inbound = { method: request.method, url: needs.publicBaseUrl + request.originalUrl, headers: { ...request.headers, 'set-cookie': undefined }, rawBody }
    const signers = await signersOf(needs, inbound).catch((thrown: unknown) => {
      needs.limits.wrong(homeOf(request.ip))
      throw thrown
    })
    const { callbackId, origin, object, ...given } = parseOr('invalid_input', called, jsonOf(rawBody), 'a workflow call')
    const from = signers.find(({ account }) => account === origin.portalId)
    if (!from) return refuse(response, 'unauthorized', { say: 'The signature is of another account.' })
    const { status, body, retryAfterMs } = await needs.runFor({
      tool: request.params.name, raw: { input: inputOf(given) }, by: 'workflow', once: `workflow:${request.params.name}:${callbackId}`, limited: `workflow/${from.id}/${object.kind}/${object.external}`, wire: 'workflow',
      whose: () => findEnrolled(needs.db, from.tenant, object),
    })
    if (retryAfterMs !== undefined) response.setHeader('retry-after', String(Math.ceil(retryAfterMs / 1_000)))
    // An agent can mend its call only by an answer that it gets to read; a workflow goes on to its branch for ok = false.
    const outputFields: Flat = flatAnswer(body)
    answer(response, status === 400 || status === 403 ? 200 : status, JSON.stringify({ outputFields }))
  })
  return router
}

// Of several accounts those whose secret it was signed with; which of them it is for, the body says.
const signersOf = async ({ db, clock, connections, checkCaller }: Needs, inbound: Inbound): Promise<Connection[]> => {
  const known = (await connections.all(db.bare)).filter((connection) => connection.vendor === vendor)
  let refusal: unknown = new AppError('unauthorized', 'No secret is known that this could be signed with.')
  const signers = known.filter(({ settings }) => {
    const { clientSecrets } = signing.parse(settings)
    if (clientSecrets.length === 0) return false
    try {
      checkCaller(inbound, { secrets: clientSecrets, now: clock.now() })
      return true
    } catch (thrown) {
      refusal = thrown
      return false
    }
  })
  if (signers.length === 0) throw refusal
  return signers
}
const signing = z.object({ clientSecrets: z.array(z.string().min(1)).default([]) })

const digits = z.union([z.string(), z.int()]).transform(String).pipe(z.string().regex(/^\d{1,20}$/))
const kinds: Readonly<Record<string, Enrolled['kind']>> = { contact: 'contact', contacts: 'contact', '0-1': 'contact', deal: 'deal', deals: 'deal', '0-3': 'deal' }
const fields = z.record(z.string(), z.unknown()).nullish()
const called = z.object({
  callbackId: z.string().regex(/^[!-~]{1,200}$/),
  origin: z.object({ portalId: digits }),
  object: z.object({ objectId: digits, objectType: z.string() }).transform(({ objectId, objectType }, context): Enrolled => {
    const kind = kinds[objectType.toLowerCase()]
    if (!kind) context.addIssue({ code: 'custom', message: 'neither a contact nor a deal' })
    return { kind: kind ?? 'contact', external: objectId }
  }),
  inputFields: fields,
  fields,
})

// fields has the same in richer clothes, which not every caller sends plain.
const inputOf = ({ inputFields, fields }: Pick<z.infer<typeof called>, 'inputFields' | 'fields'>): object => inputFields ?? Object.fromEntries(Object.entries(fields ?? {}).map(([name, value]) => [name, plain.safeParse(value).data?.value ?? value]))
const plain = z.object({ value: z.unknown() })

const jsonOf = (rawBody: Buffer): unknown => {
  refuseOddJson(rawBody)
  try {
    return JSON.parse(rawBody.toString())
  } catch {
    return undefined // which fits nothing
  }
}
