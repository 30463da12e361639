import { readdirSync, readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { sql } from 'kysely'
import request from 'supertest'
import { agentOutcomes } from '@portero/tool-server/actions/agent-end.ts'
import { houseVendor } from '@portero/tool-server/agent/call-tool.ts'
import { makeHouse } from '@portero/tool-server/app.ts'
import { readConfig } from '@portero/tool-server/config.ts'
import { connectors } from '@portero/tool-server/connectors/index.ts'
import { ends, skips } from '@portero/tool-server/domain/cadence.ts'
import { guardKinds } from '@portero/tool-server/domain/guards.ts'
import { makeLog } from '@portero/tool-server/spine/log.ts'
import { metricsReference } from '@portero/tool-server/spine/metrics-reference.ts'
import { makeMetrics, type Values } from '@portero/tool-server/spine/metrics.ts'
import { tally } from '@portero/tool-server/store/reconcile.ts'
import { tools } from '@portero/tool-server/tools/index.ts'
import { fakeClock } from './support/clock.ts'
import { freshEngine } from './support/databases.ts'
import { promtool, readExposition, type Family } from './support/exposition.ts'
import { openVisit, type VisitStage } from './support/visit-stage.ts'

const { listed, registry } = makeMetrics()
const named = (name: string) => listed.find((each) => each.name === name)!
const valuesOf = (values: Values): string[] => ('from' in values ? [...(values.from === 'tools' ? tools : connectors).map(({ name }) => name), ...values.and] : [...values])
const labelOf = (name: string, label: string): string[] => valuesOf(named(name).labels.find((each) => each.name === label)!.values)

describe('the list of metrics', () => {
  test('is what docs/metrics.md says (npx portero docs metrics > docs/metrics.md)', () => {
    expect(readFileSync(new URL('../docs/metrics.md', import.meta.url), 'utf8')).toBe(metricsReference())
  })
  test('is all there is', () => {
    expect(registry.getMetricsAsArray().map(({ name }) => name)).toEqual(listed.map(({ name }) => name))
  })
  test.each(listed.map((each) => [each.name, each] as const))('%s is named for what it is, with its unit, and no label is without bounds', (name, { type, help, labels, buckets }) => {
    expect(name).toMatch(/^portero_[a-z]+(_[a-z]+)*$/)
    expect(name.endsWith('_total')).toBe(type === 'counter')
    if (type === 'histogram') expect(name === 'portero_agent_turns' || name.endsWith('_seconds')).toBe(true)
    expect([help.length > 10, buckets !== undefined]).toEqual([true, type === 'histogram'])
    for (const { name: label, values } of labels) {
      expect(label).toMatch(/^[a-z]+$/)
      expect(valuesOf(values).length).toBeGreaterThan(1)
    }
  })
  test("no name is another's with an ending: OpenMetrics would take them for one", () => {
    const names = listed.map(({ name }) => name)
    expect(names.filter((name) => ['_total', '_bucket', '_sum', '_count', '_created'].some((ending) => names.includes(`${name}${ending}`)))).toEqual([])
  })
  test('its labels have the words of what they count', () => {
    expect(labelOf('portero_agent_runs_total', 'outcome')).toEqual([...agentOutcomes])
    expect(labelOf('portero_guards_total', 'kind')).toEqual([...guardKinds])
    expect(labelOf('portero_follow_ups', 'outcome')).toEqual(['sent', ...ends, ...skips])
    expect(labelOf('portero_crm_drift', 'kind')).toEqual(Object.keys(tally.shape).filter((kind) => kind !== 'matched' && kind !== 'settling'))
    const inCode = readdirSync(new URL('../tool-server/tools/', import.meta.url)).filter((file) => file.endsWith('.ts')).flatMap((file) => {
      const source = readFileSync(new URL(`../tool-server/tools/${file}`, import.meta.url), 'utf8')
      return [...source.matchAll(/\b(?:failed|failedNear|near)\(\s*(?:\w+ \? )?'(\w+)'(?: : '(\w+)')?/g)].flatMap(([, one, other]) => [one, other]).filter((code) => code !== undefined)
    })
    expect(inCode.length).toBeGreaterThan(20)
    expect(inCode.filter((code) => !labelOf('portero_tool_call_seconds', 'outcome').includes(code))).toEqual([])
  })
})

describe('what /metrics says after somebody has asked for a visit', () => {
  let stage: VisitStage
  let text: string
  let families: Family[]
  beforeAll(async () => {
    stage = await openVisit(undefined, { calendars: true })
    await stage.say('+525511112222', 'Hola')
    await stage.say('+525511112222', 'Busco depa de 2 recámaras en la Narvarte, presupuesto 30000')
    await stage.say('+525511112222', 'la 1')
    await stage.say('+525511112222', 'el 2')
    stage.lab.hubspot.fault({ on: '*', fault: 'down', times: 1_000 })
    await stage.say('+525511112222', 'quiero hablar con una persona')
    text = await (await fetch(`${stage.url}/metrics`)).text()
    families = readExposition(text)
  })
  afterAll(() => stage.end())

  test('is the list: each of its metrics with its type and its words, and nothing else', () => {
    const told = families.map(({ name, type, help }) => ({ name, type, help }))
    expect(told).toEqual(listed.map(({ name, type, help }) => ({ name, type, help })))
  })
  test('has no label and no value of a label that the list does not know', () => {
    const vendors = [houseVendor, ...connectors.map(({ name }) => name)]
    const strange = families.flatMap(({ name, samples }) => samples.flatMap(({ labels: { le: _le, ...labels } }) => {
      const known = named(name).labels
      if (Object.keys(labels).toSorted().join() !== known.map((each) => each.name).toSorted().join()) return [`${name} ${Object.keys(labels).join()}`]
      return Object.entries(labels).filter(([label, value]) => !(label === 'vendor' ? vendors : labelOf(name, label)).includes(value)).map(([label, value]) => `${name} ${label}=${value}`)
    }))
    expect(strange).toEqual([])
  })
  test('counts what happened', () => {
    const valueOf = (name: string, labels: object): number => families.find((each) => name.startsWith(each.name) || each.name === name)!.samples.filter((sample) => sample.name === name && Object.entries(labels).every(([label, value]) => sample.labels[label] === value)).reduce((sum, { value }) => sum + value, 0)
    expect(valueOf('portero_webhook_ack_seconds_count', { vendor: 'bird' })).toBe(valueOf('portero_webhooks_total', { vendor: 'bird', outcome: 'stored' }) + valueOf('portero_webhooks_total', { vendor: 'bird', outcome: 'repeated' }))
    expect(valueOf('portero_webhook_last_timestamp_seconds', { vendor: 'bird' })).toBeGreaterThan(stage.clock.now() / 1_000 - 60)
    expect(valueOf('portero_tool_call_seconds_count', { tool: 'book_tour', outcome: 'ok' })).toBe(1)
    expect(valueOf('portero_connections', { vendor: 'hubspot', state: 'breaker' })).toBe(1)
    expect(valueOf('portero_job_oldest_seconds', { kind: 'command' })).toBeGreaterThan(0)
    expect(valueOf('portero_disk_free_bytes', {})).toBeGreaterThan(0)
  })
  test('says nothing of the person', () => {
    expect(text).not.toMatch(/5511112222|Narvarte/i)
  })
  test('is taken by promtool, where there is one', () => {
    expect(promtool(['check', 'metrics'], text) ?? { code: 0, said: '' }).toEqual({ code: 0, said: '' })
  })
})

test('work that its vendor puts off counts from when it was first due', async () => {
  const stage = await openVisit()
  try {
    stage.lab.hubspot.fault({ on: '*', fault: 'down', times: 10_000 })
    await stage.say('+525511113333', 'Hola')
    const oldest = async (): Promise<number> => readExposition(await (await fetch(`${stage.url}/metrics`)).text()).find(({ name }) => name === 'portero_job_oldest_seconds')!.samples.find(({ labels }) => labels['kind'] === 'turn')?.value ?? 0
    const before = await oldest()
    await stage.follow(30_000)
    expect(await oldest()).toBeGreaterThanOrEqual(before + 30)
    stage.lab.hubspot.clearFaults()
    await stage.follow(60_000)
    expect(await oldest()).toBe(0)
    const agent = await stage.house.connection('bird') // whose connection it is makes no difference to how they are counted
    const grant = (id: string, state: string, more: string): Promise<unknown> => sql`insert into access_token (tenant_id, connection_id, version, state, source, scopes, expires_at, changed_at, failures, retry_at) values (${stage.house.tenant}, ${id}, 0, ${state}, ${Buffer.alloc(1)}, '{}', to_timestamp(0), to_timestamp(0), ${sql.raw(more)})`.execute(stage.house.db.bare)
    await grant(agent.id, 'refused', '3, null')
    await grant((await stage.house.connection('hubspot')).id, 'refused', '1, to_timestamp(9999999999)')
    const grants = readExposition(await (await fetch(`${stage.url}/metrics`)).text()).find(({ name }) => name === 'portero_access_tokens')!.samples.map(({ labels, value }) => [labels['vendor'], labels['state'], value])
    expect(grants.toSorted(([a], [b]) => String(a).localeCompare(String(b)))).toEqual([['bird', 'refused', 1], ['hubspot', 'failing', 1]])
  } finally {
    await stage.end()
  }
})

test('every delivery of a known vendor that we answer with a fault is counted, whatever kept us from it; and whether we can serve is told', async () => {
  const { engine, remove } = await freshEngine()
  const clock = fakeClock()
  const house = makeHouse({ config: { ...readConfig({}), masterKeys: [Buffer.alloc(32, 1)] }, clock, log: makeLog({ level: 'silent', clock }), engine, connectors, flows: [], accounts: [] })
  const knock = async (vendor: string): Promise<number> => (await request(house.doors).post(`/webhooks/${vendor}`).send({})).status
  const told = async (): Promise<unknown> => {
    const families = readExposition((await request(house.doors).get('/metrics')).text)
    const samplesOf = (name: string) => families.find((each) => each.name === name)!.samples
    return { ready: samplesOf('portero_ready').map(({ value }) => value), webhooks: samplesOf('portero_webhooks_total').map(({ labels, value }) => [labels['vendor'], labels['outcome'], value]) }
  }
  try {
    expect([await knock('bird'), await knock('nobody')]).toEqual([503, 503])
    expect(await told()).toEqual({ ready: [0], webhooks: [['bird', 'failed', 1]] })
    await house.begin({ work: false })
    expect(await knock('bird')).toBe(404)
    await sql`alter table connection rename to connection_away`.execute(house.db.bare) // nobody can be looked up
    clock.advance(6_000)
    expect(await knock('bird')).toBe(500)
    await sql`alter table connection_away rename to connection`.execute(house.db.bare)
    expect(await told()).toEqual({ ready: [1], webhooks: [['bird', 'failed', 2], ['bird', 'unknown-connection', 1]] })
  } finally {
    await house.close(0)
    await remove()
  }
})

test('a reminder of tomorrow is not late, though an older server moved it and left when it was due', async () => {
  const stage = await openVisit()
  try {
    await stage.say('+525511113333', 'Hola')
    const oldest = async (): Promise<unknown> => readExposition(await (await fetch(`${stage.url}/metrics`)).text()).find(({ name }) => name === 'portero_job_oldest_seconds')!.samples.find(({ labels }) => labels['kind'] === 'turn')?.value
    const before = await oldest()
    const [now, other] = [stage.clock.now() / 1_000, stage.house.tenant]
    const timer = (key: string, state: string, dueAt: number, runAt: number, code: string | null) => sql`insert into job (tenant_id, id, kind, name, key, lane, state, run_at, due_at, error_code, trace, created_at) values (${other}, gen_random_uuid(), 'turn', 'x', ${key}, 'live', ${state}, to_timestamp(${runAt}), to_timestamp(${dueAt}), ${code}, 't', to_timestamp(${now}))`.execute(stage.house.db.bare)
    await timer('moved', 'scheduled', now - 7_200, now + 86_400, null)
    await timer('moved, and due just now', 'ready', now - 7_200, now - 5, null)
    expect([before, await oldest()]).toEqual([undefined, 5])
    await timer('put off', 'ready', now - 300, now + 60, 'unavailable')
    expect(await oldest()).toBe(300)
  } finally {
    await stage.end()
  }
})
