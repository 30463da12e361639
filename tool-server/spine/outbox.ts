import type { Kysely } from 'kysely'
import { AppError } from '@portero/shared'
import type { Answer, At, Connection, Connector, DB, Doing, Http, Lane, Millis } from '../define.ts'
import type { Audit } from './audit.ts'
import { newId, pause, type Clock } from './clock.ts'
import type { Connections } from './connections.ts'
import type { Db } from './db.ts'
import { enqueue, finish, lanes, postpone, type Job, type Trouble } from './jobs.ts'
import { parseOr } from './parse.ts'
import type { Registry } from './registry.ts'
import { eachOf } from './together.ts'
import { Fenced, openArgs } from './turns.ts'
import type { Vault } from './vault.ts'

// A command leaves the house. At most once at the vendor; exactly once wherever the vendor lets us find out.
export type WayOut = (connection: Connection, connector: Connector, how: { lane: Lane; signal: AbortSignal; reading: boolean; leased?: () => boolean }) => Http
type Needs = { db: Db; clock: Clock; vault: Vault; registry: Registry; connections: Connections; audit: Audit; http: WayOut; shadow: boolean; wake(lane: Lane): void; isAtWork?(): boolean; mayLeave?(job: Job, args: unknown): Promise<boolean> } // isAtWork: the worker, by itself; else somebody wants done what is due now, and nothing waits

const defaultLagMs = 10_000
type Commanded = { job: Job; doing: Doing; args: unknown }

type Fate = Promise<'waits' | void>
export type Outbox = {
  perform(job: Job, signal: AbortSignal): Fate
  together(jobs: readonly Job[], signal: AbortSignal): Fate[] // the same command to the same connection
  againOf(job: Job): Promise<Doing | undefined>
  buried(tx: Kysely<DB>, job: Job, code: string, uncertain: boolean): Promise<void>
}

export const makeOutbox = (needs: Needs): Outbox => {
  const { db, clock, vault, registry, connections, audit, http, shadow, wake, isAtWork = () => true, mayLeave = async () => true } = needs

  const findDoing = async (job: Job): Promise<{ connection: Connection; connector: Connector; doing: Doing }> => {
    // One that was sent when nobody did it belongs to whoever does it by now.
    const known = job.connection_id ? [await connections.byId(db.bare, job.connection_id)] : (await connections.all(db.bare)).filter(({ tenant }) => tenant === job.tenant_id)
    const able = known.filter((connection) => connection && registry.doing(connection.vendor, job.name))
    if (able.length > 1) throw new AppError('bug', `${able.length} connections do ${job.name}: say to which`)
    const [connection] = able
    const connector = connection && registry.connectors.get(connection.vendor)
    const doing = connection && registry.doing(connection.vendor, job.name)
    if (!connection || !connector || !doing) throw new AppError('disconnected', `no connection does ${job.name}`)
    return { connection, connector, doing }
  }

  const answer = async (tx: Kysely<DB>, job: Job, said: Answer): Promise<void> => {
    if (!job.then_flow) return
    const id = newId(clock)
    const payload = await vault.seal(tx, { tenant: job.tenant_id, person: job.person_id ?? undefined }, `job.args:${id}`, JSON.stringify(said))
    const serial = registry.flows.get(job.then_flow)?.serial?.(said)
    await enqueue(tx, [{ tenant: job.tenant_id, id, kind: 'turn', name: job.then_flow, key: `answer:${job.id}:${job.fence}`, person: job.person_id ?? undefined, serial, lane: job.lane, runAt: clock.now(), args: payload, trace: job.trace, span: job.ownSpan, now: clock.now() }])
    db.afterCommit(() => wake(job.lane))
  }

  // What is known of the answer, the end of the job and the next flow's turn are one transaction.
  const conclude = async ({ job, doing, args }: Commanded, said: unknown): Promise<void> => {
    const result: unknown = parseResult(doing, said)
    await db.tx(async (tx) => {
      const sealed = await vault.seal(tx, { tenant: job.tenant_id, person: job.person_id ?? undefined }, `job.result:${job.id}`, JSON.stringify(result))
      if (!(await finish(tx, job, { state: 'done', result: sealed, keepArgs: !doing.command.brief, now: clock.now() }))) throw new Fenced()
      await audit.record(tx, { subject: systemFor(job), what: `command:${job.name}`, object: job.key, after: { result } })
      await answer(tx, job, { command: job.name, key: job.key, args: toldAgain(doing, args), done: result })
    })
  }

  const drop = ({ job, doing, args }: Commanded): Promise<void> =>
    db.tx(async (tx) => {
      if (!(await finish(tx, job, { state: 'dropped', keepArgs: !doing.command.brief, now: clock.now() }))) throw new Fenced()
      await audit.record(tx, { subject: systemFor(job), what: `command-dropped:${job.name}`, object: job.key })
      await answer(tx, job, { command: job.name, key: job.key, args: toldAgain(doing, args), dead: { code: 'refused', uncertain: false } })
    })

  const argsOf = async (job: Job, { command }: Doing): Promise<unknown> => parseOr('invalid_input', command.args, await openArgs(vault, db.bare, job), `the arguments of ${job.name}`)
  type Call = { jobs: readonly Job[]; connection: Connection; connector: Connector; signal: AbortSignal; reading?: boolean }
  // Still ours to do only while all of it is.
  const atVendor = ({ jobs, connection, connector, signal, reading = false }: Call): At<unknown> => {
    const lane = lanes.find((each) => jobs.some((job) => job.lane === each)) ?? 'bulk'
    return { http: http(connection, connector, { lane, signal, reading, leased: () => jobs.every((job) => clock.now() < job.leased_until) }), connection, now: clock.now(), signal }
  }
  const patience = (): Clock | undefined => (isAtWork() ? clock : undefined)
  const heldBack = async (job: Job): Promise<void> => void (await finish(db.bare, job, { state: 'shadowed', keepArgs: true, now: clock.now() }))

  const perform: Outbox['perform'] = async (job, signal) => {
    const { connection, connector, doing } = await findDoing(job)
    const args = await argsOf(job, doing)
    if (shadow) return heldBack(job)
    const call = { jobs: [job], connection, connector, signal }
    if (job.uncertain_since !== null) {
      if (doing.again === 'never') throw new AppError('refused', `whether ${job.name} arrived is not known, and it must not happen twice`)
      if (typeof doing.again === 'object') {
        const found: unknown = await doing.again.find(args, { ...atVendor({ ...call, reading: true }), key: job.key })
        if (found !== undefined) return conclude({ job, doing, args }, found)
        // Not there yet is not the same as not there: the call may still be on its way, or the vendor's index behind.
        const lagMs = doing.again.lagMs ?? defaultLagMs
        const surelyMissingAt = job.uncertain_since + lagMs
        if (clock.now() < surelyMissingAt) {
          await postpone(db.bare, job, Math.min(surelyMissingAt, clock.now() + Math.max(50, lagMs / 4)), { ...waitingToFind, uncertainSince: job.uncertain_since, spend: false })
          return 'waits'
        }
      }
    }
    if (doing.command.gated && !(await mayLeave(job, args))) return drop({ job, doing, args })
    return conclude({ job, doing, args }, await runOnce(patience(), (at) => doing.run(args, { ...at, key: job.key }), atVendor(call)))
  }

  return {
    perform,
    together: (jobs, signal) =>
      eachOf(jobs, {
        async prepare(job) {
          const found = await findDoing(job)
          return { ...found, args: await argsOf(job, found.doing) }
        },
        async call(fit): Promise<unknown[]> {
          const [first] = fit
          const together = first?.args.doing.together
          if (shadow || !first || !together) return fit.map(() => undefined)
          const { connection, connector } = first.args
          return runOnce(patience(), (at) => together.run(fit.map(({ args: { args } }) => args), at), atVendor({ jobs: fit.map(({ job }) => job), connection, connector, signal }))
        },
        async end({ job, args: { doing, args } }, found) {
          if (shadow) return heldBack(job)
          if (!doing.together) return perform(job, signal) // whoever does it for this connection does it one by one
          if (found instanceof AppError) throw found
          return conclude({ job, doing, args }, found)
        },
      }),

    againOf: async (job) => (job.kind === 'command' ? (await findDoing(job).catch(() => undefined))?.doing : undefined),

    async buried(tx, job, code, uncertain) {
      await audit.record(tx, { subject: systemFor(job), what: `command-dead:${job.name}`, object: job.key, after: { code, uncertain } })
      const doing = registry.vendorsDoing(job.name).map((vendor) => registry.doing(vendor, job.name)).find((each) => each !== undefined)
      const args = doing?.command.brief ? null : await openArgs(vault, tx, job).catch(() => null)
      await answer(tx, job, { command: job.name, key: job.key, args, dead: { code, uncertain } })
    },
  }
}

const toldAgain = ({ command }: Doing, args: unknown): unknown => (command.brief ? null : args)

// Once one of its writes has been answered, whatever goes wrong afterwards leaves it half done: nobody may take it for not arrived.
const runOnce = async <R>(patience: Clock | undefined, run: (at: At<unknown>) => Promise<R>, at: At<unknown>): Promise<R> => {
  let hasWritten = false
  const patient = patience ? patientIn(patience, at) : at.http
  const http: Http = async (call) => {
    const reply = await (hasWritten ? patient : at.http)(call)
    hasWritten ||= !call.reading && !/^(GET|HEAD)$/i.test(call.method) && reply.status < 400
    return reply
  }
  try {
    return await run({ ...at, http })
  } catch (thrown) {
    if (!hasWritten || !(thrown instanceof AppError)) throw thrown
    const { code, message, retryAfterMs, detail } = thrown
    throw new AppError(code, message, { cause: thrown, arrived: 'unknown', detail, ...(retryAfterMs !== undefined && { retryAfterMs }) })
  }
}

// What is half done waits for the budget where it stands. Given up, it would begin anew, and where calls are scarce never come to its end: a hundred meetings that take six calls stood still for half an hour.
const shortMs: Millis = 1_000
const patienceMs: Millis = 10_000
const patientIn = (clock: Clock, { http, signal }: Pick<At<unknown>, 'http' | 'signal'>): Http => {
  let leftMs = patienceMs
  const again: Http = (call) =>
    http(call).catch(async (thrown: unknown) => {
      const waitMs = thrown instanceof AppError && thrown.code === 'throttled' ? (thrown.retryAfterMs ?? shortMs) : shortMs
      leftMs -= waitMs
      if (waitMs >= shortMs || leftMs < 0 || signal.aborted) throw thrown
      await pause(clock, waitMs)
      return again(call)
    })
  return again
}

const waitingToFind: Omit<Trouble, 'uncertainSince'> = { code: 'timeout', error: 'waiting until the vendor would show it, had it arrived' }
const systemFor = (job: Job) => ({ tenant: job.tenant_id, by: 'system' as const, ...(job.person_id && { person: job.person_id }) })

// The call came back, so it arrived; only what it means is unknown.
const parseResult = (doing: Doing, said: unknown): unknown => {
  const parsed = doing.command.result.safeParse(said)
  if (parsed.success) return parsed.data
  throw new AppError('bad_response', `the result of ${doing.command.name} does not fit`, { arrived: 'unknown' })
}
