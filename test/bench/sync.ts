import { sql } from 'kysely'
import { adoptContact } from '@portero/tool-server/actions/adopt-contact.ts'
import { leadToChange } from '@portero/tool-server/store/leads.ts'
import { pause, realClock } from '@portero/tool-server/spine/clock.ts'
import { makeChurn, type Churn } from '../support/churn.ts'
import type { Logged } from '../lab/desk.ts'
import { setUp } from '../support/crm-stage.ts'
import { prospects } from '../support/homes.ts'
import { benchHouse, percentile, type BenchHouse } from './house.ts'

// npm run bench -- sync [CHANGES] [OUTAGE_SECONDS]: changes on both sides of the CRM at once, in real time; 10,000 and 300 without a word.
// First 50 a second with nothing wrong, for the budget of calls; then the rest with webhooks twice and out of order, answers after 2 s, one in ten refused or lost, and an outage.
// Bars: all equal in the end, no echo, a write for each change and record at most, 40 calls for 1,000 changes, p99 of our lag 3 s, no 429. Baseline: each change told by itself.
// Added is what is ours of the lag: without the time that HubSpot takes to answer and that it asks us to wait. The outage is over when it has answered once.
const perSecond = 50
const clock = realClock()
const people = 200
const vendorMs = 2_000

const bars = { convergedPercent: 100, echoes: 0, mostWritesPerChange: 1, callsPer1000: 40, lagP99Ms: 3_000, heardP99Ms: 3_000, addedP99MsHostile: 3_000, throttled: 0 }

export const sync = async (): Promise<object> => {
  const [changes = 10_000, outageS = 300] = process.argv.slice(3).map(Number)
  const bench = await benchHouse({ work: false, vendors: ['hubspot'] })
  try {
    await furnish(bench)
    const steadyChanges = Math.min(2_000, Math.floor(changes / 2))
    const churn = await makeChurn({ house: bench.house, lab: bench.lab, chance: clock.chance })
    const steady = await measured(bench, churn, steadyChanges, async () => {})
    const hostile = await measured(bench, churn, changes - steadyChanges, () => outage(bench, changes - steadyChanges, outageS))
    const { house, lab: { hubspot } } = bench
    const tally = await house.crm.reconcile()
    const differing = tally.drifted + tally.missing + (await churn.unlike()).length
    const before = hubspot.requests().length
    await pause(clock, 20_000)
    const echoes = hubspot.requests().slice(before).filter(({ on }) => writing.test(on)).length
    const figures = { convergedPercent: Math.round((10_000 * tally.matched) / (tally.matched + differing)) / 100, echoes, mostWritesPerChange: Math.max(steady.mostWritesPerChange, hostile.mostWritesPerChange), callsPer1000: steady.callsPer1000, lagP99Ms: steady.lagP99Ms, heardP99Ms: steady.heardP99Ms ?? Infinity, addedP99MsHostile: hostile.addedP99Ms, throttled: steady.throttled + hostile.throttled }
    const misses = Object.entries(figures).filter(([name, value]) => (name === 'convergedPercent' ? value < bars[name] : value > Reflect.get(bars, name)))
    return { engine: bench.engine, changes, outageS, vendorMs, ...figures, ...tally, stagesApart: (await churn.unlike()).length, steady, hostile, bars, misses: Object.fromEntries(misses) }
  } finally {
    await bench.end()
  }
}

const writing = /batch\/(upsert|update)$/

const furnish = async ({ house, lab, connection, origin }: BenchHouse): Promise<void> => {
  await setUp(connection)
  const known = await prospects({ ...house, clock: { ...clock, advance() {}, pending: () => 0 } }, connection.id, people)
  for (const { person } of known) {
    await house.db.tx((tx) => leadToChange(house.acting.within(tx, { tenant: house.tenant, by: 'system', person }), person))
    await house.acting.as({ tenant: house.tenant, by: 'staff', person }, 'all')(adoptContact, { person, name: 'Ana Vera' })
  }
  house.worker.start()
  const { settings } = connection
  const [secret] = typeof settings === 'object' && settings !== null && 'clientSecrets' in settings && Array.isArray(settings.clientSecrets) ? settings.clientSecrets : []
  lab.hubspot.controls.webhooks({ url: 'http://localhost:3000/webhooks/hubspot', deliverTo: `${origin}/webhooks/hubspot`, secret })
  await quiet(house)
}

const quiet = async ({ db }: BenchHouse['house']): Promise<void> => {
  for (let still = 0; still < 4; ) {
    await pause(clock, 500)
    const { rows: [row] } = await sql<{ left: number }>`select count(*) as left from job where kind in ('turn', 'command') and state in ('scheduled', 'ready', 'running') and name like 'crm.%'`.execute(db.bare)
    const { rows: [inbox] } = await sql<{ left: number }>`select count(*) as left from inbox where state = 'new'`.execute(db.bare)
    still = row?.left === 0 && inbox?.left === 0 ? still + 1 : 0
  }
}

// Nine answers in ten come late; the tenth is a refusal, none, or one that is lost after it was done.
const askedToWaitMs = 1_000
const kinds = [{ fault: 'away' }, { fault: 'throttled', retryAfter: askedToWaitMs / 1_000 }, { fault: 'lost' }, { fault: 'away' }] as const
const harm = ({ lab: { hubspot } }: BenchHouse): void => {
  for (let round = 0; round < 60; round++) hubspot.fault({ fault: 'slow', on: '*', ms: vendorMs, times: 9 }, { ...kinds[round % kinds.length] ?? kinds[0], on: '*' })
}
const outage = async (bench: BenchHouse, changes: number, outageS: number): Promise<void> => {
  const { hubspot } = bench.lab
  hubspot.controls.delivery({ twice: true, backwards: true })
  harm(bench)
  await pause(clock, (changes / perSecond / 3) * 1_000)
  hubspot.clearFaults()
  hubspot.fault({ fault: 'down', on: '*', times: 10_000_000 })
  await pause(clock, outageS * 1_000)
  hubspot.clearFaults()
  harm(bench)
  hubspot.controls.delivery({ twice: false, backwards: false })
  const back = clock.now()
  while (!hubspot.requests().some(({ at, status, fault }) => at >= back && status !== undefined && status < 400 && fault !== 'lost')) await pause(clock, 20)
}

type Row = { key: string; since: number; done: number }
const measured = async (bench: BenchHouse, churn: Churn, changes: number, meanwhile: () => Promise<void>) => {
  const { house, lab: { hubspot } } = bench
  const [began, first] = [clock.now(), hubspot.requests().length]
  const wrong = meanwhile().then(() => clock.now())
  const made = { ours: 0, theirs: 0 }
  const heardBefore = await heardBy(bench)
  const told = churn.writes()
  const earlier = new Map(churn.people.map(({ person, changes: own }) => [person, own]))
  for (let made1 = 0; made1 < changes; made1++) {
    const waitMs = began + (made1 * 1_000) / perSecond - clock.now()
    if (waitMs > 0) await pause(clock, waitMs)
    made[await churn.change()]++
  }
  const seconds = (clock.now() - began) / 1_000
  const over = await wrong
  await quiet(house)
  hubspot.clearFaults()
  await quiet(house)
  const asked = hubspot.requests().slice(first)
  const { rows } = await sql<Row>`select key, least(run_at, created_at) as since, finished_at as done from job where kind = 'command' and state = 'done' and name like 'crm.put%' and created_at > to_timestamp(${began / 1_000})`.execute(house.db.bare)
  const down = asked.filter(({ fault }) => fault === 'down').map(({ at }) => at)
  const [downFrom, downTo] = down.length > 0 ? [Math.min(...down), over] : [0, 0]
  const outside = rows.filter(({ since, done }) => downTo === 0 || done < downFrom || since > downTo)
  const theirs = vendorTime(asked)
  const sorted = (times: number[]): number[] => times.toSorted((a, b) => a - b)
  const [lags, added] = [sorted(outside.map(({ since, done }) => done - since)), sorted(outside.map((row) => row.done - row.since - theirs(row)))]
  const writes = [...churn.writes()].map(([id, count]) => [id, count - (told.get(id) ?? 0)] as const)
  const most = Math.max(0, ...churn.people.flatMap(({ person, lead, contact, deal, changes: own }) => [[person, contact], [lead, deal]].map((ids) => writes.filter(([id]) => ids.includes(id)).reduce((sum, [, count]) => sum + count, 0) / Math.max(1, own - (earlier.get(person) ?? 0)))))
  const total = writes.reduce((sum, [, count]) => sum + count, 0)
  const calls = asked.filter(({ fault }) => fault !== 'down').length
  return {
    changes: made, perSecond: Math.round(changes / seconds), settledAfterS: Math.round((clock.now() - began) / 1_000 - seconds), writes: total, writesPerChange: round(total / changes), mostWritesPerChange: round(most),
    calls, callsBy: Object.fromEntries([...Map.groupBy(asked.filter(({ fault }) => fault !== 'down'), ({ path, method }) => `${method} ${path.split('?')[0]}`)].map(([name, some]) => [name, some.length])), callsPer1000: Math.round((calls / changes) * 1_000), naiveCallsPer1000: naive(made), lagP50Ms: percentile(lags, 0.5), lagP99Ms: percentile(lags, 0.99), addedP50Ms: percentile(added, 0.5), addedP99Ms: percentile(added, 0.99), lagsSeen: lags.length, heardP99Ms: heardWithin(heardBefore, await heardBy(bench), 0.99),
    throttled: asked.filter(({ status, fault }) => status === 429 && fault === undefined).length,
  }
}
// What HubSpot's people did, until it was ours: what our own metric says, by the upper ends of its steps.
type Steps = Map<number, number>
const heardBy = async ({ origin }: BenchHouse): Promise<Steps> => {
  const steps: Steps = new Map()
  for (const [, end, count] of (await (await fetch(`${origin}/metrics`)).text()).matchAll(/portero_sync_heard_seconds_bucket\{le="([^"]+)"[^}]*\} (\d+)/g)) steps.set(Number(end), (steps.get(Number(end)) ?? 0) + Number(count))
  return steps
}
const heardWithin = (before: Steps, after: Steps, share: number): number | undefined => {
  const steps = [...after].map(([end, count]) => [end, count - (before.get(end) ?? 0)] as const).toSorted(([a], [b]) => a - b)
  const most = Math.max(0, ...steps.map(([, count]) => count))
  const end = steps.find(([, count]) => count >= most * share)?.[0]
  return end === undefined || most === 0 ? undefined : end * 1_000
}
// How long HubSpot was busy with a record while it was being told, or wanted none of our calls.
const vendorTime = (asked: readonly Logged[]) => {
  const waits = asked.filter(({ status }) => status === 429).map(({ at }) => at)
  const calls = new Map<string, Logged[]>()
  for (const call of asked) for (const { id = '' } of inputsOf(call.body)) calls.set(id, [...(calls.get(id) ?? []), call])
  return ({ key, since, done }: Row): number => (calls.get(key.split(':')[2] ?? '') ?? []).filter(({ at }) => at >= since && at <= done).reduce((sum, { ms = 0 }) => sum + ms, 0)
    + waits.reduce((sum, at) => sum + Math.max(0, Math.min(done, at + askedToWaitMs) - Math.max(since, at)), 0)
}
const inputsOf = (body: unknown): { id?: string }[] => (typeof body === 'object' && body !== null && 'inputs' in body && Array.isArray(body.inputs) ? body.inputs : [])
const round = (value: number): number => Math.round(value * 100) / 100
// A change of ours is an upsert, and for a deal a link; of a name both. One of theirs is a look.
const naive = ({ ours, theirs }: { ours: number; theirs: number }): number => Math.round(((ours * ((1 / 3) * 3 + (2 / 3) * 2) + theirs) / Math.max(1, ours + theirs)) * 1_000)
