import type { Kysely } from 'kysely'
import { z } from 'zod'
import { AppError } from '@portero/shared'
import type { DB } from '../define.ts'
import type { Acting } from './act.ts'
import type { Clock } from './clock.ts'
import type { Db } from './db.ts'
import { finish, type Job } from './jobs.ts'
import { parseOr } from './parse.ts'
import type { Registry } from './registry.ts'
import type { Vault } from './vault.ts'

// One turn of a flow: what it needs is read first, then everything it decides is one transaction together with the end of the turn.
export class Fenced extends Error {}

type Needs = { db: Db; clock: Clock; vault: Vault; registry: Registry; acting: Acting; reads(tenant: string): unknown }

export const makeTurns = ({ db, clock, vault, registry, acting, reads }: Needs) => async (job: Job): Promise<void> => {
  const flow = registry.flows.get(job.name)
  if (!flow) throw new AppError('not_found', `no flow is named ${job.name}`)
  const payload = parseOr('invalid_input', flow.payload, await openArgs(vault, db.bare, job), `the payload of ${job.name}`)
  const facts: unknown = await flow.gather?.(payload, reads(job.tenant_id))
  await db.tx(async (tx) => {
    // First, so that the row is locked: a turn that another worker has taken over decides nothing here.
    if (!(await finish(tx, job, { state: 'done', keepArgs: false, now: clock.now() }))) throw new Fenced()
    await flow.decide(payload, facts, acting.within(tx, { tenant: job.tenant_id, by: 'system', ...(job.person_id && { person: job.person_id }) }))
  })
}

export const openArgs = async (vault: Vault, on: Kysely<DB>, job: Job): Promise<unknown> => {
  if (!job.args_sealed) throw new AppError('not_found', `job ${job.id} has lost its arguments`)
  return parseJson((await vault.open(on, job.tenant_id, `job.args:${job.id}`, job.args_sealed)).toString())
}

const parseJson = (text: string): unknown => z.json().parse(JSON.parse(text))
