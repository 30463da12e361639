import type { Kysely } from 'kysely'
import { z } from 'zod'
import { AppError, type ErrorCode } from '@portero/shared'
import type { DB, Flow } from '../define.ts'
import type { Acting } from './act.ts'
import type { Clock } from './clock.ts'
import type { Db } from './db.ts'
import { finish, type Job } from './jobs.ts'
import { eachOf, type Ready } from './together.ts'
import { parseOr } from './parse.ts'
import type { Registry } from './registry.ts'
import type { Vault } from './vault.ts'

// One turn of a flow: what it needs is read first, then everything it decides is one transaction together with the end of the turn.
export class Fenced extends Error {}

type Needs = { db: Db; clock: Clock; vault: Vault; registry: Registry; acting: Acting; reads(tenant: string): unknown }

// What may be the matter with one of many that were read at once: then each is read by itself.
const aboutOne: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['invalid_input', 'not_found', 'conflict', 'too_large', 'bad_response', 'bug'])
class Failed {
  readonly cause: unknown
  constructor(cause: unknown) {
    this.cause = cause
  }
}

export type Turns = { one(job: Job): Promise<void>; together(jobs: readonly Job[]): Promise<void>[] }
export const makeTurns = ({ db, clock, vault, registry, acting, reads }: Needs): Turns => {
  const flowOf = (job: Job): Flow => {
    const flow = registry.flows.get(job.name)
    if (!flow) throw new AppError('not_found', `no flow is named ${job.name}`)
    return flow
  }
  const payloadOf = async (job: Job): Promise<unknown> => parseOr('invalid_input', flowOf(job).payload, await openArgs(vault, db.bare, job), `the payload of ${job.name}`)
  const decide = (job: Job, payload: unknown, facts: unknown): Promise<void> =>
    db.tx(async (tx) => {
      // First, so that the row is locked: a turn that another worker has taken over decides nothing here.
      if (!(await finish(tx, job, { state: 'done', keepArgs: false, now: clock.now() }))) throw new Fenced()
      await flowOf(job).decide(payload, facts, acting.within(tx, { tenant: job.tenant_id, by: 'system', ...(job.person_id && { person: job.person_id }) }))
    })
  const one = async (job: Job): Promise<void> => {
    const payload = await payloadOf(job)
    await decide(job, payload, await flowOf(job).gather?.(payload, reads(job.tenant_id)))
  }
  const gather = async (fit: readonly Ready<unknown>[]): Promise<unknown[]> => {
    const [first] = fit
    const { together } = first ? flowOf(first.job) : {}
    if (!first || !together) throw new AppError('bug', 'these turns have nothing in common')
    const gatherFor = (some: readonly Ready<unknown>[]): Promise<unknown[]> => together.gather(some.map(({ args }) => args), reads(first.job.tenant_id))
    try {
      return await gatherFor(fit)
    } catch (thrown) {
      if (fit.length === 1 || !(thrown instanceof AppError) || !aboutOne.has(thrown.code)) throw thrown
      const facts: unknown[] = []
      for (const each of fit) facts.push(...(await gatherFor([each]).catch((own: unknown) => [new Failed(own)])))
      return facts
    }
  }
  // What they need is read at once; what each decides is its own.
  return { one, together: (jobs) => eachOf(jobs, { prepare: payloadOf, call: gather, end: ({ job, args }, facts) => (facts instanceof Failed ? Promise.reject(facts.cause) : decide(job, args, facts)) }) }
}

export const openArgs = async (vault: Vault, on: Kysely<DB>, job: Job): Promise<unknown> => {
  if (!job.args_sealed) throw new AppError('not_found', `job ${job.id} has lost its arguments`)
  return parseJson((await vault.open(on, job.tenant_id, `job.args:${job.id}`, job.args_sealed)).toString())
}

const parseJson = (text: string): unknown => z.json().parse(JSON.parse(text))
