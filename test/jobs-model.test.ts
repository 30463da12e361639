import { afterAll, beforeAll, expect, test } from '@jest/globals'
import * as fc from 'fast-check'
import { sql } from 'kysely'
import { newId } from '@portero/tool-server/spine/clock.ts'
import { makeDb, type Db } from '@portero/tool-server/spine/db.ts'
import { arm, bury, claim, enqueue, finish, postpone, promoteDue, rearm, reclaim, takeBack, type Job } from '@portero/tool-server/spine/jobs.ts'
import { firstTenant } from '@portero/tool-server/spine/migrate.ts'
import { freshEngine } from './support/databases.ts'
import { asSeen, JobModel, rowsAsSeen, type Given } from './support/job-model.ts'
import { clock, newJob, rowsOf, start, trouble } from './support/jobs.ts'

// The statements against a model of them: whatever is done to the jobs in whatever order, both say the same.
let db: Db
let fresh: Awaited<ReturnType<typeof freshEngine>>
beforeAll(async () => {
  fresh = await freshEngine()
  db = makeDb(fresh.engine)
})
afterAll(async () => {
  await db.close()
  await fresh.remove()
})

const leaseMs = 30_000
const lane = fc.constantFrom('live' as const, 'sync' as const)
const kind = fc.constantFrom('turn' as const, 'command' as const)
const job = fc.record({ kind, key: fc.constantFrom('a:1', 'a:2', 'a:3', 'b:1', 'b:2', 'c', 'd', 'e'), serial: fc.constantFrom(undefined, 's', 's', 't'), blocks: fc.boolean(), lane, inMs: fc.constantFrom(0, 0, 0, 10, 2_000) })
const nth = fc.nat(20) // which of the jobs that were ever claimed, the latest first
const step = fc.oneof(
  { weight: 6, arbitrary: job.map((given) => ({ does: 'enqueue' as const, given })) },
  { weight: 6, arbitrary: fc.record({ does: fc.constant('claim' as const), lane, most: fc.integer({ min: 0, max: 3 }) }) },
  { weight: 3, arbitrary: fc.record({ does: fc.constant('finish' as const), nth }) },
  { weight: 2, arbitrary: fc.record({ does: fc.constant('postpone' as const), nth, inMs: fc.constantFrom(0, 10, 2_000), spend: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ does: fc.constant('bury' as const), nth }) },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('rearm' as const), nth, inMs: fc.constantFrom(0, 10) }) },
  { weight: 2, arbitrary: job.map((given) => ({ does: 'arm' as const, given })) },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('takeBack' as const), kind, prefix: fc.constantFrom('a:', 'b:', 'c') }) },
  { weight: 2, arbitrary: fc.constant({ does: 'promote' as const }) },
  { weight: 1, arbitrary: fc.constant({ does: 'reclaim' as const }) },
  { weight: 2, arbitrary: fc.record({ does: fc.constant('wait' as const), ms: fc.constantFrom(10, 2_000, leaseMs + 1) }) },
)
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never

const play = (model: JobModel) => {
  let now = start
  const held: Job[] = []
  const ended = async (nth: number, end: (job: Job) => Promise<boolean>, change: Parameters<JobModel['end']>[1]): Promise<void> => {
    const one = held.at(-1 - nth)
    if (one) expect(await end(one)).toBe(model.end(one, change))
  }
  const plain = ({ inMs, ...given }: Extract<Step, { does: 'enqueue' | 'arm' }>['given']): Given => ({ ...given, id: newId(clock), runAt: now + inMs })
  return async (step: Step): Promise<void> => {
    switch (step.does) {
      case 'wait':
        now += step.ms
        return
      case 'enqueue': {
        const given = plain(step.given)
        model.enqueue(given, now)
        return void (await enqueue(db.bare, [newJob(given.key, { ...given, now })]))
      }
      case 'arm': {
        const given = plain(step.given)
        model.arm(given, now)
        return arm(db.bare, newJob(given.key, { ...given, now }))
      }
      case 'claim': {
        const how = { lane: step.lane, most: step.most, now, until: now + leaseMs }
        const jobs = await claim(db.bare, { ...how, worker: 'w', resting: [] })
        held.push(...jobs)
        return expect(jobs.map(({ id, fence }) => ({ id, fence }))).toEqual(model.claim(how))
      }
      case 'finish':
        return ended(step.nth, (one) => finish(db.bare, one, { state: 'done', keepArgs: true, now }), () => ({ state: 'done', uncertain: false }))
      case 'postpone':
        return ended(step.nth, (one) => postpone(db.bare, one, now + step.inMs, { ...trouble, spend: step.spend }), ({ attempts }) => ({ state: 'ready', runAt: now + step.inMs, attempts: attempts + (step.spend ? 1 : 0), uncertain: false }))
      case 'bury':
        return ended(step.nth, (one) => bury(db.bare, one, { ...trouble, now }), ({ attempts }) => ({ state: 'dead', attempts: attempts + 1, uncertain: false }))
      case 'rearm':
        return ended(step.nth, (one) => rearm(db.bare, one, { until: now + step.inMs, now }), () => ({ state: step.inMs > 0 ? 'scheduled' : 'ready', runAt: now + step.inMs, attempts: 0 }))
      case 'takeBack':
        model.takeBack(step.kind, step.prefix)
        return void (await takeBack(db.bare, firstTenant, step.kind, step.prefix))
      case 'promote':
        model.promote(now)
        return void (await promoteDue(db.bare, now))
      case 'reclaim':
        model.reclaim(now)
        return void (await reclaim(db.bare, { now, all: false }))
    }
  }
}

test('jobs are claimed, held, ended and taken back as the model says, one at a time in each serial', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 60 }), async (steps) => {
      await sql`delete from job`.execute(db.bare)
      const model = new JobModel()
      const run = play(model)
      for (const step of steps) {
        await run(step)
        const running = model.jobs.filter(({ state, serial }) => state === 'running' && serial !== undefined).map(({ kind, serial }) => `${kind} ${serial}`)
        expect(running).toHaveLength(new Set(running).size)
      }
      expect(rowsAsSeen(await rowsOf(db))).toEqual(asSeen(model.jobs))
    }),
    { numRuns: 120 },
  )
}, 120_000)
