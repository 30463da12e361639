import type { Kysely } from 'kysely'
import { AppError, errors } from '@portero/shared'
import type { DB, Doing, Lane, Millis, Together } from '../define.ts'
import type { Clock } from './clock.ts'
import { inBackground, isSqlState, type Db } from './db.ts'
import { bury, claim, finish, lanes, postpone, promoteDue, reclaim, renew, type Job, type Like, type Trouble } from './jobs.ts'
import { faultFields, faultName } from './fault.ts'
import type { Inbox } from './inbox.ts'
import type { Log } from './log.ts'
import type { Metrics } from './metrics.ts'
import type { Outbox } from './outbox.ts'
import { afterFailure } from './retry.ts'
import type { JobKind } from './tables.ts'
import { noSpans, type Span, type Spans } from './spans.ts'
import { inTrace, newTrace } from './trace.ts'
import { Fenced } from './turns.ts'
import { Erased, type Vault } from './vault.ts'

// Claims what is due and runs it. Each lane has slots of its own, so a backfill never takes those of a reply.
export type Slots = Record<Lane, number>
export type Runners = Record<JobKind, (job: Job, signal: AbortSignal) => Promise<'waits' | void>> // waits: put off, and not as a failure
// Of many jobs that one call serves, each still has its own fate.
export type Company = { of(job: Job): Together | undefined; run(jobs: readonly Job[], signal: AbortSignal): ReturnType<Runners[JobKind]>[] }
export type Worker = {
  start(): void
  isAtWork(): boolean // by itself, since start()
  wake(what: Lane | 'inbox' | 'all', at?: Millis): void // at: no sooner than then
  whenFinished(jobs: readonly string[], waitMs: number): Promise<void>
  settle(): Promise<void> // everything that is due now, done; for tests and the command line
  drain(graceMs: number): Promise<void>
}
type Needs = {
  db: Db; clock: Clock; log: Log; metrics: Metrics; vault: Vault; outbox: Outbox; runners: Runners; company: Company; inbox: Pick<Inbox, 'parseSome' | 'waiting'>
  id: string; slots: Slots; leaseMs: Millis; pollMs: Millis; turnAttempts: number; callForHelp(): void; spans?: Spans
}

export const makeWorker = (needs: Needs): Worker => {
  const { db, clock, log, metrics, vault, outbox, runners, company, inbox, id, slots, leaseMs, pollMs, turnAttempts, callForHelp, spans = noSpans } = needs
  const stopping = new AbortController()
  const running = new Set<Promise<unknown>>()
  const inFlight: Slots = { live: 0, sync: 0, bulk: 0 }
  const held = new Map<string, Job>() // what is being run, by id
  const asked = new Set<Lane | 'inbox'>()
  const busy = new Set<Lane | 'inbox'>()
  const resting: Record<Lane, Map<string, Millis>> = { live: new Map(), sync: new Map(), bulk: new Map() } // connections that are not to be tried until then
  const departures: Record<Lane, Map<string, { like: Like; at: Millis; soonest: Millis; mostMs: Millis }>> = { live: new Map(), sync: new Map(), bulk: new Map() } // when those that go together may go again; sooner, where one has waited for mostMs
  const finished = new Map<string, () => void>() // who waits for a job
  const timers = new Set<() => void>()
  const givenWay = new Map<Lane | 'inbox', Millis>() // since when
  const rung = new Set<string>()
  let started = false
  let draining = false
  let coldUntil: Millis = 0

  // A vendor waits for its acknowledgement, and gives up; what it has told us can wait a moment longer. So nothing is begun while deliveries wait to be stored, but that it goes on however many come. While code is cold, which makes everybody wait, no turn is worth a delivery.
  const givesWay = (what: Lane | 'inbox'): boolean => {
    const now = clock.now()
    const since = givenWay.get(what) ?? now
    const [few, longestMs] = now < coldUntil ? [0, coldMs] : [fewWaiting, longestWayMs]
    if (inbox.waiting() <= few || now - since >= longestMs) {
      givenWay.delete(what)
      return false
    }
    givenWay.set(what, since)
    const again = clock.after(wayMs, () => {
      timers.delete(again)
      wake(what)
    })
    timers.add(again)
    return true
  }

  const claimFor = async (lane: Lane, how: { most: number } & Pick<Parameters<typeof claim>[1], 'waiting' | 'like'>): Promise<Job[]> => {
    const now = clock.now()
    db.engine.room()
    for (const [connection, until] of resting[lane]) if (until <= now) resting[lane].delete(connection)
    for (;;) {
      try {
        return await claim(db.bare, { lane, worker: id, now, until: now + leaseMs, resting: [...resting[lane].keys()], ...how })
      } catch (thrown) {
        if (!isSqlState(thrown, '23505')) throw thrown // met another claimer at the same serial: by now its claim can be seen
      }
    }
  }

  // As many as there is room for, and with those that may go together whoever else wants the same way: together they take one place.
  const claimGroups = async (lane: Lane, { isPaced }: { isPaced: boolean }): Promise<Job[][]> => {
    const now = clock.now()
    for (const [way, { at }] of departures[lane]) if (at <= now) departures[lane].delete(way)
    const jobs = await claimFor(lane, { most: slots[lane] - inFlight[lane], ...(isPaced && { waiting: [...departures[lane].values()].map(({ like, soonest, mostMs }) => ({ like, since: now < soonest ? 0 : now - mostMs })) }) })
    const groups = [...Map.groupBy(jobs, (job) => (company.of(job) ? wayOf(job) : job.id)).values()].flatMap(inFitting)
    inFlight[lane] += groups.length
    for (const group of groups) {
      const [first] = group
      const together = first && company.of(first)
      if (!together) continue
      const { length } = group
      if (length < together.most) group.push(...(await claimFor(lane, { most: together.most - length, like: first }).catch((thrown: unknown) => goWithout(lane, thrown))))
      departures[lane].set(wayOf(first), { like: first, mostMs: together.mostMs, soonest: now + together.mostMs / 3, at: now + Math.min(together.mostMs, group.length * together.eachMs) })
    }
    return groups
  }

  // A lane may have more room than one call has.
  const inFitting = (group: Job[]): Job[][] => {
    const most = (group[0] && company.of(group[0])?.most) ?? group.length
    return Array.from({ length: Math.ceil(group.length / most) }, (_, at) => group.slice(at * most, (at + 1) * most))
  }

  // Those in hand go all the same: they are leased already, and have their place.
  const goWithout = (lane: Lane, thrown: unknown): Job[] => {
    log.warn('worker.claim-failed', { lane, ...faultFields(thrown) })
    return []
  }

  const runGroup = async (lane: Lane, group: readonly Job[]): Promise<void> => {
    try {
      const [first, ...others] = group
      if (!first || !company.of(first)) return void (await Promise.all(group.map((job) => runOne(job))))
      const fit: Job[] = []
      for (const job of [first, ...others]) await ((await isSpent(job)) ? runOne(job) : fit.push(job))
      const steps = fit.map(begin)
      const call = spans.begin({ name: `together ${first.name}`, kind: 'internal', trace: first.trace, parent: first.ownSpan, attributes: { 'portero.jobs': fit.length } })
      const fates = inTrace(first.trace, () => company.run(fit, stopping.signal), call.id)
      for (const fate of fates) fate.catch(() => {}) // until its job is asked for it
      const chance = clock.chance() // the same for all, so that those that have to go again go together again
      const link = call.id === undefined ? undefined : { trace: first.trace, span: call.id }
      const ends = await Promise.allSettled(fit.map((job, at) => runOne(job, { run: () => fates[at] ?? Promise.resolve(), chance, step: steps[at], link })))
      call.end()
      for (const end of ends) if (end.status === 'rejected') throw end.reason
    } finally {
      inFlight[lane]--
    }
  }

  // Work that recurs has a trace for each time; the rest goes on in that of what it comes of.
  const begin = (job: Job): Span => {
    if (spans.isOn && job.kind !== 'turn' && job.kind !== 'command') Object.assign(job, { trace: newTrace(clock), span: null })
    const step = (job.kind === 'chore' ? noSpans : spans).begin({ name: `${job.kind} ${job.name}`, kind: 'consumer', trace: job.trace, parent: job.span, attributes: { 'portero.kind': job.kind, 'portero.name': job.name, 'portero.lane': job.lane, 'portero.attempt': job.attempts + 1, 'portero.job': job.id, 'portero.connection': job.connection_id ?? undefined } })
    job.ownSpan = step.id
    return step
  }

  type How = { run?: () => ReturnType<Runners[JobKind]>; chance?: number; step?: Span | undefined; link?: { trace: string; span: string } | undefined }
  const runOne = (job: Job, { run = () => runners[job.kind](job, stopping.signal), chance = clock.chance(), step = begin(job), link }: How = {}): Promise<void> => inTrace(job.trace, () => runHere(job, { run, chance, step, link }), step.id)
  const runHere = async (job: Job, { run, chance, step, link }: How & Required<Pick<How, 'run' | 'chance'>> & { step: Span }): Promise<void> => {
    held.set(job.id, job)
    let outcome: 'done' | 'dead' | 'postponed' | 'fenced' | 'dropped' | undefined
    let failure: string | undefined
    try {
      if (job.attempts === 0) metrics.jobWait.observe({ lane: job.lane }, Math.max(0, clock.now() - job.run_at) / 1000)
      if (await isSpent(job)) throw new AppError('timeout', 'at every attempt its worker stopped answering', { arrived: 'unknown' })
      outcome = (await run()) === 'waits' ? 'postponed' : 'done'
    } catch (thrown) {
      failure = thrown instanceof AppError ? thrown.code : faultName(thrown)
      outcome = await failed(job, thrown, chance)
    } finally {
      if (held.get(job.id) === job) held.delete(job.id)
      if (outcome) metrics.jobs.inc({ kind: job.kind, lane: job.lane, outcome })
      step.end({ attributes: { 'portero.outcome': outcome }, failed: outcome === 'dropped' ? undefined : failure, link })
      if (outcome === 'done' || outcome === 'dead' || outcome === 'dropped') finished.get(job.id)?.()
    }
  }

  // To nobody: a second try would find nobody either.
  const mostOf = ({ kind, connection_id }: Job, doing: Doing | undefined): number => (kind === 'command' ? (doing?.command.attempts ?? (connection_id ? turnAttempts : 1)) : turnAttempts)
  // Only a worker that vanishes leaves an attempt uncounted at its end, so one that takes its worker with it would be tried for ever.
  const isSpent = async (job: Job): Promise<boolean> => job.attempts > 0 && (job.kind === 'turn' || job.kind === 'command') && job.attempts >= mostOf(job, await outbox.againOf(job))

  const failed = async (job: Job, thrown: unknown, chance: number): Promise<'dead' | 'postponed' | 'fenced' | 'dropped'> => {
    if (thrown instanceof Fenced) {
      log.warn('job.fenced', { id: job.id, kind: job.kind, name: job.name })
      return 'fenced'
    }
    if (thrown instanceof Erased && job.person_id !== null) {
      await finish(db.bare, job, { state: 'dropped', keepArgs: false, now: clock.now() })
      return 'dropped'
    }
    const doing = await outbox.againOf(job)
    const kind = job.kind === 'turn' || job.kind === 'command' ? job.kind : 'recurring'
    const verdict = afterFailure({ thrown, kind, attempts: job.attempts, most: mostOf(job, doing), uncertainSince: job.uncertain_since, again: doing?.again, now: clock.now(), chance })
    const trouble: Trouble = { code: verdict.code, error: sentenceOf(thrown), detail: await sealedDetail(job, thrown), uncertainSince: verdict.uncertainSince }
    const facts = { id: job.id, kind: job.kind, name: job.name, connection: job.connection_id ?? undefined, outcome: verdict.code, attempts: job.attempts, ...faultFields(thrown) }
    if (verdict.next === 'again') {
      if (errors[verdict.code].retry === 'wait' && kind !== 'turn') rest(job, verdict) // a turn's connection is where its delivery came from, not whom it asked
      departures[job.lane].delete(wayOf(job)) // whoever has to go again has waited for company already
      await postpone(db.bare, job, verdict.at, { ...trouble, spend: verdict.spend })
      wakeAt(verdict.at, job.lane)
      log.info('job.postponed', facts)
      return 'postponed'
    }
    await db.tx(async (tx: Kysely<DB>) => {
      if ((await bury(tx, job, { ...trouble, now: clock.now() })) && job.kind === 'command') await outbox.buried(tx, job, verdict.code, verdict.uncertainSince !== null)
    })
    log.error('job.dead', facts)
    return 'dead'
  }

  // A failing vendor rests for all; a spent budget only for the lane that may not spend more, since the livelier ones have their reserve.
  const rest = ({ lane, connection_id }: Job, { code, at }: { code: string; at: Millis }): void => {
    if (connection_id) for (const one of code === 'paused' ? lanes : [lane]) resting[one].set(connection_id, at)
  }

  const sealedDetail = async (job: Job, thrown: unknown): Promise<Buffer | undefined> => {
    if (!(thrown instanceof AppError) || thrown.detail === undefined) return undefined
    return vault.seal(db.bare, { tenant: job.tenant_id, person: job.person_id ?? undefined }, `job.error:${job.id}`, JSON.stringify(thrown.detail))
  }

  // One claimer a lane; who is woken meanwhile looks once more.
  const fill = async (what: Lane | 'inbox'): Promise<void> => {
    asked.add(what)
    if (busy.has(what) || draining || !started) return
    busy.add(what)
    try {
      while (asked.delete(what) && !draining) {
        if (givesWay(what)) continue
        if (what === 'inbox') {
          if ((await inbox.parseSome()) > 0) asked.add(what)
          continue
        }
        if (inFlight[what] >= slots[what]) continue // whoever finishes looks again
        const groups = await claimGroups(what, { isPaced: true })
        for (const group of groups) launch(what, group)
        for (const { at } of departures[what].values()) ring(what, at)
        if (inFlight[what] >= slots[what]) callForHelp()
      }
    } catch (thrown) {
      log.warn('worker.claim-failed', { lane: what, ...faultFields(thrown) }) // the poll tries again
    } finally {
      busy.delete(what)
    }
  }

  const launch = (lane: Lane, group: readonly Job[]): void =>
    track(
      runGroup(lane, group)
        .catch((thrown: unknown) => log.error('worker.could-not-record', { id: group[0]?.id, ...faultFields(thrown) })) // the lease runs out and another try is made
        // Half a lane at a time: a claim for every single finished job would double the statements.
        .finally(() => inFlight[lane] <= slots[lane] / 2 && wake(lane)),
    )
  // What a drain waits for.
  const track = (work: Promise<unknown>): void => {
    const tracked = work.finally(() => running.delete(tracked))
    running.add(tracked)
  }

  const tick = async (): Promise<void> => {
    try {
      const now = clock.now()
      if ((await reclaim(db.bare, { now, all: false })) > 0) log.warn('worker.reclaimed')
      await promoteDue(db.bare, now)
    } catch (thrown) {
      log.warn('worker.tick-failed', faultFields(thrown))
    }
    wake('all')
  }
  const every = (ms: Millis, run: () => Promise<void>): void => {
    const again = clock.after(ms, () => {
      timers.delete(again)
      void inBackground(run).finally(() => !draining && every(ms, run))
    })
    timers.add(again)
  }
  const wakeAt = (when: Millis, lane: Lane): void => {
    if (when - clock.now() < pollMs) ring(lane, when) // else the poll will see it
  }
  // Once for all who want to be woken within the same moment.
  const ring = (lane: Lane, when: Millis): void => {
    const at = Math.ceil(when / momentMs) * momentMs
    const bell = `${lane} ${at}`
    if (!started || draining || rung.has(bell)) return
    rung.add(bell)
    const cancel = clock.after(Math.max(0, at - clock.now()), () => {
      timers.delete(cancel)
      rung.delete(bell)
      void inBackground(async () => {
        await promoteDue(db.bare, clock.now()).catch((thrown: unknown) => log.warn('worker.promote-failed', faultFields(thrown)))
        wake(lane)
      })
    })
    timers.add(cancel)
  }
  const wake: Worker['wake'] = (what, at = 0) => {
    if (at > clock.now() && what !== 'all' && what !== 'inbox') return wakeAt(at, what)
    for (const one of what === 'all' ? (['inbox', ...lanes] as const) : [what]) track(inBackground(() => fill(one)))
  }
  const heartbeat = async (): Promise<void> => {
    const until = clock.now() + leaseMs
    try {
      for (const renewed of await renew(db.bare, { worker: id, ids: [...held.keys()], until })) {
        const job = held.get(renewed)
        if (job) job.leased_until = until
      }
    } catch (thrown) {
      log.warn('worker.heartbeat-failed', faultFields(thrown))
    }
  }

  return {
    start() {
      started = true
      coldUntil = clock.now() + coldMs
      every(pollMs, tick)
      every(leaseMs / 3, heartbeat)
      wake('all')
    },
    wake,
    isAtWork: () => started,
    async whenFinished(jobs, waitMs) {
      const open = new Set(jobs)
      if (open.size === 0) return
      let giveUp: (() => void) | undefined
      await new Promise<void>((resolve) => {
        giveUp = clock.after(waitMs, resolve)
        for (const job of jobs) finished.set(job, () => void (open.delete(job) && open.size === 0 && resolve()))
      })
      giveUp?.()
      for (const job of jobs) finished.delete(job)
    },
    async settle() {
      for (let found = 1; found > 0; ) {
        const now = clock.now()
        found = (await reclaim(db.bare, { now, all: false })) + (await promoteDue(db.bare, now)) + (await inbox.parseSome())
        for (const lane of lanes) {
          const groups = await claimGroups(lane, { isPaced: false })
          await Promise.all(groups.map((group) => runGroup(lane, group)))
          found += groups.length
        }
      }
    },
    async drain(graceMs) {
      draining = true
      for (const cancel of timers) cancel()
      const giveUp = clock.after(graceMs, () => stopping.abort(new AppError('timeout', 'the server is stopping', { arrived: 'unknown' })))
      while (running.size > 0) await Promise.allSettled(running)
      giveUp()
    },
  }
}

const wayOf = ({ kind, name, tenant_id, connection_id }: Like): string => `${kind} ${name} ${tenant_id} ${connection_id}`
const momentMs: Millis = 25
const fewWaiting = 1
const wayMs: Millis = 10
const longestWayMs: Millis = 250
const coldMs: Millis = 2_000

const sentenceOf = (thrown: unknown): string => (thrown instanceof AppError ? thrown.message : `${faultName(thrown)} was thrown`)
