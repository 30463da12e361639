import { AppError } from '@portero/shared'
import type { Connection, Millis } from '../define.ts'
import type { Finding } from '../domain/reconcile.ts'
import type { Own, Reads } from '../domain/reads.ts'
import type { Acting } from '../spine/act.ts'
import type { Audit } from '../spine/audit.ts'
import type { Chore } from '../spine/chores.ts'
import { pause, type Clock } from '../spine/clock.ts'
import type { Connections } from '../spine/connections.ts'
import type { Db } from '../spine/db.ts'
import type { Metrics } from '../spine/metrics.ts'
import type { Registry } from '../spine/registry.ts'
import type { Vault } from '../spine/vault.ts'
import { lastReconciled, noteReconciled, noteWalk, walkUnderWay, type Tally } from '../store/reconcile.ts'
import { rebuildTours, type Rebuilt, type Rebuilding } from './rebuild.ts'
import { beginWalk, stepOn, walk, type Walk } from './reconcile.ts'
import { compareShadow, shadowReport, type ShadowReport } from './shadow-report.ts'

// What is done about the CRM as a whole, from the command line and by night: behind everything else, and however long its budget of calls takes.
// wait: until the budget has room again.
type Waiting = { wait?: (ms: Millis) => Promise<void> }
export type CrmCare = {
  reconcile(how?: Waiting & { repair?: boolean; see?(walked: Walk, odd: readonly Finding[]): void }): Promise<Tally>
  rebuild(how?: Waiting & { see?: Rebuilding['see'] }): Promise<Rebuilt>
  shadow(how?: Waiting): Promise<ShadowReport>
}
type Needs = { db: Db; clock: Clock; vault: Vault; registry: Registry; connections: Connections; acting: Acting; audit: Audit; tenant: string; own: Own; reads(): Reads['crm'] } // reads: in the bulk lane

export const makeCrmCare = ({ db, clock, vault, registry, connections, acting, audit, tenant, own, reads }: Needs) => {
  const act = acting.as({ tenant, by: 'system' }, 'all')
  const patiently = (wait: Waiting['wait'] = (ms) => pause(clock, ms)) => patient(reads, wait)
  const findCrm = async (): Promise<Connection | undefined> => (await connections.all(db.bare)).find((each) => each.tenant === tenant && registry.connectors.get(each.vendor)?.reads?.['crm'])
  const theCrm = async (): Promise<Connection> => {
    const connection = await findCrm()
    if (connection) return connection
    throw new AppError('disconnected', 'there is no CRM: portero connect hubspot makes it known')
  }
  const care: CrmCare = {
    async reconcile({ repair = false, see = () => undefined, wait } = {}) {
      const connection = await theCrm()
      const needs = { db, tenant, own, act, crm: patiently(wait) }
      for (let now = await beginWalk(needs); ; ) {
        const step = await stepOn(needs, now, { repair })
        now = step.walk
        see(now, step.odd)
        if (now.at !== 'end') continue
        await noteReconciled(db.bare, { tenant, connection: connection.id }, { tally: now.tally, at: clock.now() })
        return now.tally
      }
    },
    async rebuild({ wait, see = () => undefined } = {}) {
      await theCrm()
      return rebuildTours({ db, tenant, own, act, crm: patiently(wait), see, now: clock.now })
    },
    async shadow({ wait } = {}) {
      await theCrm()
      const report = await shadowReport({ db, vault, clock, tenant, own, crm: patiently(wait) })
      await audit.record(db.bare, { subject: { tenant, by: 'staff', user: 'cli' }, what: 'read:shadow', object: tenant, after: { records: [...new Set(report.rows.map(({ ours }) => ours))] } }) // it says what people's fields say
      return report
    },
  }
  // Put off when the budget is spent, and then it goes on where it was.
  const nightly: Chore = {
    everyMs: 86_400_000, atMs: 9 * 3_600_000, lane: 'bulk', // three in the morning in most of Mexico
    async run(until) {
      const connection = await findCrm()
      if (!connection) return {}
      const whose = { tenant, connection: connection.id }
      const needs = { db, tenant, own, act, crm: reads() }
      const left = await walkUnderWay(db.bare, whose)
      for (let now = left === undefined ? await beginWalk(needs) : walk.parse(left); ; ) {
        until.throwIfAborted()
        now = (await stepOn(needs, now, { repair: false })).walk
        await noteWalk(db.bare, whose, now.at === 'end' ? null : now)
        if (now.at !== 'end') continue
        await noteReconciled(db.bare, whose, { tally: now.tally, at: clock.now() })
        const { matched: _matched, ...odd } = now.tally
        return odd
      }
    },
  }
  const shadowed = { db, vault, clock, tenant, own, crm: { hasHelpDesk: () => reads().hasHelpDesk(), numbered: (...asked) => reads().numbered(...asked), hungOn: (...asked) => reads().hungOn(...asked), kept: (...asked) => reads().kept(...asked) } } satisfies Parameters<typeof compareShadow>[0]
  return { ...care, chores: { 'reconcile-crm': nightly, 'compare-shadow': compareShadow(shadowed, async () => (await findCrm()) !== undefined) } }
}

// Nobody is in a hurry here: what is more than the budget of calls waits for it.
const patient = (reads: () => Reads['crm'], wait: (ms: Millis) => Promise<void>): Reads['crm'] => {
  const asking = <A extends unknown[], R>(ask: (...args: A) => Promise<R>) => async (...args: A): Promise<R> => {
    for (;;) {
      try {
        return await ask(...args)
      } catch (thrown) {
        if (!(thrown instanceof AppError) || thrown.code !== 'throttled') throw thrown
        await wait(Math.ceil(thrown.retryAfterMs ?? 1_000))
      }
    }
  }
  return {
    hasHelpDesk: asking(() => reads().hasHelpDesk()), contactsOf: asking((ticket) => reads().contactsOf(ticket)), records: asking((kind, ids) => reads().records(kind, ids)), contactsWith: asking((phone) => reads().contactsWith(phone)),
    whole: asking((kind, ids) => reads().whole(kind, ids)), kept: asking((kind, ids) => reads().kept(kind, ids)), carrying: asking((kind, after) => reads().carrying(kind, after)), numbered: asking((phones, after) => reads().numbered(phones, after)), hungOn: asking((kind, ids, other) => reads().hungOn(kind, ids, other)),
  }
}

export const measureCrm = async ({ db, metrics, tenant }: { db: Db; metrics: Metrics; tenant: string }): Promise<void> => {
  const last = await lastReconciled(db.bare, tenant)
  if (!last) return
  const { matched, settling: _settling, ...odd } = last.tally
  metrics.crmMatched.set(matched)
  for (const [kind, count] of Object.entries(odd)) metrics.crmDrift.set({ kind }, count)
}
