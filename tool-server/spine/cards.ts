import express, { Router, type Request } from 'express'
import { z } from 'zod'
import { AppError } from '@portero/shared'
import type { Connection, Inbound, Millis, Subject } from '../define.ts'
import type { Signature } from '../domain/ports/signature.ts'
import { deadline, type Clock } from './clock.ts'
import type { Connections } from './connections.ts'
import type { Db } from './db.ts'
import { answer, refuse } from './doors.ts'
import { checkCaller } from './workflow-signature.ts'

// Where HubSpot's cards knock: POST /cards/{view or action}?userId=9411&userEmail=sofia%40urbanhub.mx&portalId=4812345&appId=1 with { "record": { "type": "contact", "id": "904" } }.
// HubSpot appends who asks to the query and signs it, so the human is whoever the query names; the body says only about what.
export type Visitor = Subject & { user: string }
export type CardDoor = (raw: unknown, visitor: Visitor) => Promise<unknown>
type Needs = { db: Db; clock: Clock; connections: Connections; publicBaseUrl: string; checkSignature(signature: Signature): void; doors: Readonly<Record<string, CardDoor>> }

const mostBodyBytes = 65_536
const mostAnswerBytes = 1_000_000 // https://developers.hubspot.com/docs/apps/developer-platform/add-features/ui-extensions/fetching-data
const answerMs: Millis = 12_000 // HubSpot hangs up after 15 s, and asks once more
const vendor = 'hubspot'

// What comes in and goes out fits the schemas that the cards were built with, or it is no answer.
export const cardDoor = <A extends z.core.$ZodType>(ask: A, view: z.core.$ZodType, run: (ask: z.output<A>, visitor: Visitor) => Promise<unknown>): CardDoor => async (raw, visitor) =>
  fitting('bug', view, await run(fitting('invalid_input', ask, raw), visitor))

export const cardDoors = (needs: Needs): Router => {
  const doors = new Map(Object.entries(needs.doors))
  const router = Router()
  router.use('/cards', (request, response, next) => {
    request.headers['accept-language'] ??= 'es-MX' // cards can't send one
    response.set('cache-control', 'no-store')
    next()
  })
  router.post('/cards/:name', express.raw({ limit: mostBodyBytes, type: () => true, inflate: false }), async (request, response) => {
    const rawBody: Buffer = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0)
    let visitor: Visitor
    try {
      visitor = await whoAsks(needs, request, rawBody)
    } catch (thrown) {
      if (!(thrown instanceof AppError) || thrown.code !== 'unauthorized') throw thrown
      return refuse(response, 'unauthorized', { say: thrown.message }) // fixed sentences, all of them
    }
    const door = doors.get(request.params.name)
    if (!door) return refuse(response, 'not_found')
    const text = JSON.stringify(await inTime(needs.clock, door(jsonOf(rawBody), visitor)))
    if (Buffer.byteLength(text) > mostAnswerBytes) throw new AppError('bug', `${request.params.name} answers more than HubSpot hands on`)
    answer(response, 200, text)
  })
  return router
}

const whoAsks = async ({ db, clock, connections, publicBaseUrl, checkSignature }: Needs, request: Request, rawBody: Buffer): Promise<Visitor> => {
  const inbound: Inbound = { method: request.method, url: publicBaseUrl + request.originalUrl, headers: { ...request.headers, 'set-cookie': undefined }, rawBody }
  const check = (secrets: readonly string[]): void => checkCaller(inbound, { secrets, now: clock.now(), checkSignature })
  // checkCaller is content with the older signature, which covers no time.
  if (inbound.headers['x-hubspot-signature-v3'] === undefined) throw new AppError('unauthorized', 'The signature is missing.')
  const { portalId, userId } = signedIn(inbound.url)
  const accounts = (await connections.all(db.bare)).filter((connection) => connection.vendor === vendor && connection.account === portalId)
  check(accounts.flatMap(secretsOf))
  const [connection, ...others] = accounts.filter((account) => isChecked(() => check(secretsOf(account))))
  if (!connection || others.length > 0) throw new AppError('unauthorized', 'The signature fits more than one account.')
  return { tenant: connection.tenant, by: 'staff', user: `${vendor}:${userId}` }
}
const secretsOf = ({ settings }: Connection): readonly string[] => signing.safeParse(settings).data?.clientSecrets ?? []
const signing = z.object({ clientSecrets: z.array(z.string()) })
const isChecked = (check: () => void): boolean => {
  try {
    check()
    return true
  } catch {
    return false
  }
}

// Whoever may open a card may let HubSpot sign a URL with parameters of their own in front, so each of these stands there once or says nothing.
const signedIn = (url: string): { portalId: string; userId: string } => {
  const query = new URL(url).searchParams
  const one = (name: string): string => {
    const [value, ...others] = query.getAll(name)
    if (value === undefined || others.length > 0 || !/^\d{1,20}$/.test(value)) throw new AppError('unauthorized', `The query does not say ${name}, or not clearly.`)
    return value
  }
  return { portalId: one('portalId'), userId: one('userId') }
}

const jsonOf = (rawBody: Buffer): unknown => {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(rawBody))
  } catch (cause) {
    throw new AppError('invalid_input', 'a body that is no JSON', { cause })
  }
}

// What takes longer goes on; the card asks again, and a write by the same key is the same write.
const inTime = async <T>(clock: Clock, work: Promise<T>): Promise<T> => {
  const { signal, release } = deadline(clock, answerMs)
  const over = new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(new AppError('timeout', 'a card has waited too long')), { once: true }))
  try {
    return await Promise.race([work, over])
  } finally {
    release()
  }
}

const fitting = <S extends z.core.$ZodType>(code: 'bug' | 'invalid_input', schema: S, value: unknown): z.output<S> => {
  const parsed = z.safeParse(schema, value)
  if (parsed.success) return parsed.data
  throw new AppError(code, `a card's ${code === 'bug' ? 'view' : 'question'} does not fit: ${parsed.error.issues.slice(0, 5).map(({ path, code: issue }) => `${path.join('.')}: ${issue}`).join('; ')}`)
}
