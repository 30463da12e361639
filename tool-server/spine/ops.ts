import { timingSafeEqual, createHash } from 'node:crypto'
import { Router, type Request, type RequestHandler } from 'express'
import { sql } from 'kysely'
import type { Clock } from './clock.ts'
import type { Db } from './db.ts'
import { refuse } from './doors.ts'
import type { Millis } from '../define.ts'
import { depthOf } from './measure.ts'
import type { Metrics } from './metrics.ts'

// Health, for machines that restart us and people who look after us.
export type Condition = { name: string; ok: boolean; detail?: string }
type Needs = { db: Db; clock: Clock; metrics: Metrics; opsToken: string | undefined; started(): boolean; draining(): boolean; reason(): string | undefined; dependencies(): Condition[]; measure(): Promise<void>; more?(): Promise<Condition[]> } // measure, more: what the spine knows nothing of

export const ops = ({ db, clock, metrics, opsToken, started, draining, reason, dependencies, measure, more = async () => [] }: Needs): Router => {
  const door = Router()

  door.get('/livez', (_request, response) => void response.json({ ok: true }))

  door.get('/readyz', async (_request, response) => {
    const conditions = await examine()
    const ok = isReady(conditions)
    response.status(ok ? 200 : 503).json({ ok, conditions })
  })

  door.get('/healthz', insiders(opsToken), async (_request, response) => {
    const conditions = [...(await examine()), ...dependencies()]
    const depths = started() ? await soon(clock, depthOf(db)) : undefined
    response.json({ ok: isReady(conditions), engine: db.engine.name, conditions, ...depths })
  })

  door.get('/metrics', insiders(opsToken), async (_request, response) => {
    const [conditions] = await Promise.all([examine(), started() && soon(clock, measure())]) // without a database the counters are still worth reading
    metrics.ready.set(isReady(conditions) ? 1 : 0)
    response.type(metrics.registry.contentType).send(await metrics.registry.metrics())
  })

  const examine = async (): Promise<Condition[]> => {
    const away = reason() ?? ((await soon(clock, sql`select 1`.execute(db.bare))) ? undefined : 'the database does not answer')
    const full = roomless(db)
    return [
      { name: 'database', ok: started() && !away, ...(away && { detail: away }) },
      { name: 'disk', ok: !full, ...(full && { detail: full }) },
      { name: 'accepting', ok: !draining(), ...(draining() && { detail: 'shutting down' }) },
      ...((started() && !away && (await soon(clock, more()))) || []),
    ]
  }
  return door
}

const isReady = (conditions: readonly Condition[]): boolean => conditions.every((condition) => condition.ok)

// A database that hangs must not make its own alarm hang: a probe waits a few seconds at most.
const answerMs: Millis = 2_000
const soon = async <T>(clock: Clock, work: Promise<T>): Promise<T | undefined> => {
  const tooLate = Promise.withResolvers<undefined>()
  const callOff = clock.after(answerMs, () => tooLate.resolve(undefined))
  return Promise.race([work.catch(() => undefined), tooLate.promise]).finally(callOff)
}

const roomless = (db: Db): string | undefined => {
  try {
    db.engine.room()
    return undefined
  } catch {
    return 'the disk is nearly full, so writes are refused'
  }
}

// From this machine, unless a proxy on it speaks for somebody else; or with the token.
const insiders = (token: string | undefined): RequestHandler => (request, response, next) => {
  if (isLocal(request) || (token !== undefined && sameText(request.get('authorization') ?? '', `Bearer ${token}`))) return next()
  refuse(response, 'unauthorized', { say: 'This page is for operators: ask from the machine itself, or with the operations token.' })
}
const isLocal = (request: Request): boolean => /^(::ffff:)?127\.|^::1$/.test(request.socket.remoteAddress ?? '') && !proxied.some((name) => request.get(name) !== undefined)
const proxied = ['forwarded', 'via', 'x-real-ip', 'x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto']
const sameText = (one: string, other: string): boolean => timingSafeEqual(createHash('sha256').update(one).digest(), createHash('sha256').update(other).digest())
