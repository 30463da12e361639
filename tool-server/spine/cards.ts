import express, { Router, type Request } from 'express'
import { sql } from 'kysely'
import { z } from 'zod'
import { AppError } from '@portero/shared'
import type { Connection, Inbound, Millis, Subject } from '../define.ts'
import { deadline, type Clock } from './clock.ts'
import type { Connections } from './connections.ts'
import { at, type Db } from './db.ts'
import { answer, refuse } from './doors.ts'
import { refuseOddJson } from './json-shape.ts'
import { homeOf, type Limits } from './knocks.ts'

// Where HubSpot's cards knock: POST /cards/{view or action}?userId=9411&userEmail=sofia%40urbanhub.mx&portalId=4812345&appId=1 with { "record": { "type": "contact", "id": "904" } }.
// HubSpot appends who asks to the query and signs it, so the human is whoever the query names; the body says only about what.
export type Role = 'viewer' | 'agent' | 'admin'
export type Visitor = Subject & { user: string; role: Role }
export type CardDoor = (raw: unknown, visitor: Visitor) => Promise<unknown>
type Needs = { db: Db; clock: Clock; connections: Connections; publicBaseUrl: string; checkCaller: CheckCaller; limits: Limits; doors: Readonly<Record<string, CardDoor>> }

// Refuses whoever has not signed with one of the secrets.
export type CheckCaller = (inbound: Inbound, by: { secrets: readonly string[]; now: Millis }) => void

const mostBodyBytes = 65_536
const mostAnswerBytes = 1_000_000 // https://developers.hubspot.com/docs/apps/developer-platform/add-features/ui-extensions/fetching-data
const answerMs: Millis = 12_000 // HubSpot hangs up after 15 s, and asks once more
const vendor = 'hubspot'
const noteMs: Millis = 10 * 60_000

// What comes in and goes out fits the schemas that the cards were built with, or it is no answer. least: the role that opens this door.
export const cardDoor = <A extends z.core.$ZodType>(least: Role, ask: A, view: z.core.$ZodType, run: (ask: z.output<A>, visitor: Visitor) => Promise<unknown>): CardDoor => async (raw, visitor) => {
  if (ranks.indexOf(visitor.role) < ranks.indexOf(least)) throw new AppError('refused', `this door is for a role of at least ${least}`)
  return fitting('bug', view, await run(fitting('invalid_input', ask, raw), visitor))
}
const ranks: readonly Role[] = ['viewer', 'agent', 'admin']

export const cardDoors = (needs: Needs): Router => {
  const doors = new Map(Object.entries(needs.doors))
  const router = Router()
  const notedAt = new Map<string, Millis>()
  // Nobody waits for it: it says that the cards are where people work, and no more often than that needs.
  const noteAsked = (connection: string): void => {
    const now = needs.clock.now()
    if (now - (notedAt.get(connection) ?? Number.NEGATIVE_INFINITY) < noteMs) return
    notedAt.set(connection, now)
    sql`update connection set asked_at = ${at(now)} where id = ${connection}`.execute(needs.db.bare).catch(() => undefined)
  }
  router.use('/cards', (request, response, next) => {
    request.headers['accept-language'] ??= 'es-MX' // cards can't send one
    response.set('cache-control', 'no-store')
    next()
  })
  router.post('/cards/:name', express.raw({ limit: mostBodyBytes, type: () => true, inflate: false }), async (request, response) => {
    const rawBody: Buffer = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0)
    let visitor: Visitor
    try {
      const asked = await whoAsks(needs, request, rawBody)
      visitor = asked.visitor
      noteAsked(asked.connection)
    } catch (thrown) {
      if (!(thrown instanceof AppError) || thrown.code !== 'unauthorized') throw thrown
      needs.limits.wrong(homeOf(request.ip))
      return refuse(response, 'unauthorized', { say: thrown.message }) // fixed sentences, all of them
    }
    needs.limits.staff(`${visitor.tenant} ${visitor.user}`)
    const door = doors.get(request.params.name)
    if (!door) return refuse(response, 'not_found')
    const text = JSON.stringify(await inTime(needs.clock, answerMs, door(jsonOf(rawBody), visitor)))
    if (Buffer.byteLength(text) > mostAnswerBytes) throw new AppError('bug', `${request.params.name} answers more than HubSpot hands on`)
    answer(response, 200, text)
  })
  return router
}

const whoAsks = async ({ db, clock, connections, publicBaseUrl, checkCaller }: Needs, request: Request, rawBody: Buffer): Promise<{ visitor: Visitor; connection: string }> => {
  const inbound: Inbound = { method: request.method, url: publicBaseUrl + request.originalUrl, headers: { ...request.headers, 'set-cookie': undefined }, rawBody }
  const check = (secrets: readonly string[]): void => checkCaller(inbound, { secrets, now: clock.now() })
  // checkCaller is content with the older signature, which covers no time.
  if (inbound.headers['x-hubspot-signature-v3'] === undefined) throw new AppError('unauthorized', 'The signature is missing.')
  const { portalId, ...person } = signedIn(inbound.url)
  const accounts = (await connections.all(db.bare)).filter((connection) => connection.vendor === vendor && connection.account === portalId)
  check(accounts.flatMap(secretsOf))
  const [connection, ...others] = accounts.filter((account) => isChecked(() => check(secretsOf(account))))
  if (!connection || others.length > 0) throw new AppError('unauthorized', 'The signature fits more than one account.')
  const role = roleOf(staffed.parse(connection.settings).staff, person)
  if (!role) throw new AppError('refused', 'somebody without a role at Portero')
  return { connection: connection.id, visitor: { tenant: connection.tenant, by: 'staff', user: `${vendor}:${person.userId}`, role } }
}
const secretsOf = ({ settings }: Connection): readonly string[] => staffed.safeParse(settings).data?.clientSecrets ?? []
const names = z.array(z.string()).default([])
const staffed = z.object({ clientSecrets: z.array(z.string()), staff: z.object({ default: z.enum(['agent', 'viewer', 'none']).default('agent'), admins: names, agents: names, viewers: names }).prefault({}) })

type Person = { userId: string; userEmail: string | undefined }
// The serverless functions ask as user 0, who could be anybody that may open the record.
const roleOf = (staff: z.infer<typeof staffed>['staff'], { userId, userEmail }: Person): Role | undefined => {
  const others = staff.default === 'none' ? undefined : staff.default
  if (userId === nobody) return others && 'viewer'
  const isIn = (list: readonly string[]): boolean => list.some((name) => name === userId || name.toLowerCase() === userEmail)
  return isIn(staff.admins) ? 'admin' : isIn(staff.agents) ? 'agent' : isIn(staff.viewers) ? 'viewer' : others
}
const nobody = '0'
export const isSomebody = ({ user }: Visitor): boolean => user !== `${vendor}:${nobody}`
const isChecked = (check: () => void): boolean => {
  try {
    check()
    return true
  } catch {
    return false
  }
}

// Whoever may open a card may let HubSpot sign a URL with parameters of their own in front, so each of these stands there once or says nothing.
const signedIn = (url: string): Person & { portalId: string } => {
  const query = new URL(url).searchParams
  const once = (name: string, allowed: RegExp): string => {
    const [value, ...others] = query.getAll(name)
    if (value === undefined || others.length > 0 || !allowed.test(value)) throw new AppError('unauthorized', `The query does not say ${name}, or not clearly.`)
    return value
  }
  const userEmail = query.has('userEmail') ? once('userEmail', /^/) : '' // functions send none
  return { portalId: once('portalId', number), userId: once('userId', number), userEmail: /^[!-?A-~]+@[!-?A-~]+$/.test(userEmail) ? userEmail.toLowerCase() : undefined } // of other alphabets some fold onto ours
}
const number = /^(?:0|[1-9]\d{0,19})$/

const jsonOf = (rawBody: Buffer): unknown => {
  refuseOddJson(rawBody)
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(rawBody))
  } catch (cause) {
    throw new AppError('invalid_input', 'a body that is no JSON', { cause })
  }
}

// What takes longer goes on; the card asks again, and a write by the same key is the same write.
export const inTime = async <T>(clock: Clock, ms: Millis, work: Promise<T>): Promise<T> => {
  const { signal, release } = deadline(clock, ms)
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
