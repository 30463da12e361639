import { createHmac } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { printWebhook } from '@portero/tool-server/actions/webhook-printed.ts'
import { alerts } from '@portero/tool-server/connectors/alerts/index.ts'
import { readConfig } from '@portero/tool-server/config.ts'
import { alertVersion, tellAlert } from '@portero/tool-server/domain/ports/alerts.ts'
import { calls } from '@portero/tool-server/domain/troubles.ts'
import { realClock } from '@portero/tool-server/spine/clock.ts'
import { makeRegistry } from '@portero/tool-server/spine/registry.ts'
import { portOf } from './support/http-stage.ts'
import { openCrm, type CrmStage } from './support/crm-stage.ts'

// A connection breaks: what the admins' letters say goes to a webhook of theirs too, over real HTTP, signed, and again until it is taken.
const key = Buffer.from('una clave inventada de 32 bytes!')
const secret = `whsec_${key.toString('base64')}`
type Taken = { url: string | undefined; headers: IncomingHttpHeaders; body: string }
let stage: CrmStage
let receiver: Server
let status = 204
let refusals = 0
const all: Taken[] = []
const taken: Taken[] = []
beforeAll(async () => {
  receiver = createServer(async (request, response) => {
    const one = { url: request.url, headers: request.headers, body: await text(request) }
    all.push(one)
    if (status === 204) taken.push(one)
    else refusals += 1
    response.writeHead(status, { 'content-type': 'text/plain' }).end(status === 204 ? undefined : `nobody at ${request.url}`)
  })
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', () => resolve()))
  stage = await openCrm()
  const { accounts } = readConfig({ PORTERO_LAB: '1', PORTERO_ALERT_URL: `http://127.0.0.1:${portOf(receiver)}/hooks/portero?team=rentas`, PORTERO_ALERT_SECRET: secret })
  for (const account of accounts) await stage.house.connections.put({ tenant: stage.house.tenant, ...account })
}, 60_000)
afterAll(async () => {
  await stage.end()
  receiver.closeAllConnections()
  receiver.close()
})
const pass = async (ms: number): Promise<void> => {
  for (let passed = 0; passed < ms; passed += 10_000) {
    stage.clock.advance(10_000)
    await stage.lab.bird.silent()
    await stage.lab.hubspot.silent()
    await stage.house.worker.settle()
  }
}
const said = (): Record<string, unknown>[] => taken.map(({ body }) => JSON.parse(body) as Record<string, unknown>)
const proofOf = ({ headers, body }: Taken): string => `v1,${createHmac('sha256', key).update([headers['webhook-id'], headers['webhook-timestamp'], body].join('.')).digest('base64')}`

describe('when HubSpot refuses our key', () => {
  test('the webhook hears of it once, though it is away at first', async () => {
    status = 503
    stage.lab.hubspot.fault({ on: '*', fault: 'unauthorized', times: 100_000 })
    await stage.say('+525511112222', 'Hola')
    for (let round = 0; round < 30 && refusals < 2; round++) await pass(30_000)
    expect([refusals >= 2, taken]).toEqual([true, []])
    // What a chat's hook is called is all that it takes to write there.
    const [failed] = await stage.rows<{ id: string; error: string; detail: Buffer }>(`select id, error, error_sealed as detail from job where name = 'alerts.tell'`)
    const detail = (await stage.house.vault.open(stage.house.db.bare, stage.house.tenant, `job.error:${failed!.id}`, failed!.detail)).toString()
    expect([failed!.error, detail]).toEqual([expect.stringMatching(/^POST http:\/\/127\.0\.0\.1:\d+ answered 503/), '"nobody at [redacted][redacted]"'])
    status = 204
    for (let round = 0; round < 30 && taken.length === 0; round++) await pass(60_000)
    await pass(300_000)
    expect(said()).toEqual([{
      type: 'portero.alert', version: 1, alert: 'connection.key', state: 'begun', severity: 'critical', summary: 'HubSpot ya no acepta la clave de Portero', vendor: 'hubspot', connection: expect.stringMatching(/^[0-9a-f-]{36}$/), waiting: expect.any(Number),
      since: expect.stringMatching(/^2026-11-23T/), page: `${stage.url}/console/queue`, runbook: 'docs/alerts.md#porteroconnectiontrouble',
    }])
  })
  test('each try is signed as Standard Webhooks has it, under the same id', () => {
    expect(all.map((each) => each.headers['webhook-signature'])).toEqual(all.map(proofOf))
    expect(new Set(all.map(({ headers }) => headers['webhook-id'])).size).toBe(1)
    expect(new Set(all.map(({ headers }) => headers['webhook-timestamp'])).size).toBe(all.length)
    expect(all.every(({ url, headers }) => url === '/hooks/portero?team=rentas' && headers['content-type'] === 'application/json')).toBe(true)
  })
  test('and hears once that it is over', async () => {
    stage.lab.hubspot.clearFaults()
    for (let round = 0; round < 40 && taken.length < 2; round++) await pass(60_000)
    await pass(300_000)
    expect(said().map(({ alert, state, summary }) => [alert, state, summary])).toEqual([['connection.key', 'begun', 'HubSpot ya no acepta la clave de Portero'], ['connection.key', 'over', 'HubSpot ya está bien con Portero']])
  })
  test('nothing of the person goes there', () => {
    expect(all.map(({ body }) => body).join()).not.toMatch(/5511112222|Hola/)
  })
})

test('it needs no mail, which may be what is broken', async () => {
  await stage.rows(`update connection set vendor = 'smtp-away' where vendor = 'smtp'`)
  const [before, letters] = [taken.length, stage.lab.mail.state().mails.length]
  stage.lab.hubspot.fault({ on: '*', fault: 'unauthorized', times: 100_000 })
  await stage.say('+525511112222', 'Busco depa en la Narvarte')
  for (let round = 0; round < 20 && taken.length === before; round++) await pass(30_000)
  expect([said().slice(before).map(({ alert, state }) => [alert, state]), stage.lab.mail.state().mails.length]).toEqual([[['connection.key', 'begun']], letters])
})

test('of the end only who was told of the beginning', async () => {
  await stage.house.connections.put({ tenant: stage.house.tenant, vendor: 'alerts', account: 'second', settings: { baseUrl: `http://127.0.0.1:${portOf(receiver)}`, path: '/hooks/late', secret } })
  const before = taken.length
  stage.lab.hubspot.clearFaults()
  for (let round = 0; round < 40 && taken.length === before; round++) await pass(60_000)
  await pass(300_000)
  expect(taken.slice(before).map(({ url, body }) => [url, (JSON.parse(body) as { state: string }).state])).toEqual([['/hooks/portero?team=rentas', 'over']])
})

test('the end does not overtake a beginning that is still tried again', async () => {
  const [before, tried] = [taken.length, refusals]
  status = 503
  stage.lab.hubspot.fault({ on: '*', fault: 'unauthorized', times: 100_000 })
  await stage.say('+525511112222', 'Busco depa en la Roma')
  for (let round = 0; round < 40 && refusals < tried + 2; round++) await pass(30_000)
  status = 204
  await stage.rows(`update job set run_at = run_at + interval '1 hour' where name = 'alerts.tell' and state = 'ready'`) // its turn comes after the end
  stage.lab.hubspot.clearFaults()
  const ended = async (): Promise<boolean> => (await stage.rows<{ n: number }>(`select count(*) as n from trouble`))[0]!.n === 0
  for (let round = 0; round < 40 && !(await ended()); round++) await pass(30_000)
  await pass(120_000)
  expect([await ended(), taken.length]).toEqual([true, before])
  for (let round = 0; round < 80 && taken.length < before + 4; round++) await pass(60_000)
  const toldTo = (hook: string) => taken.slice(before).filter(({ url }) => url!.startsWith(hook)).map(({ body }) => (JSON.parse(body) as { state: string }).state)
  expect([toldTo('/hooks/portero'), toldTo('/hooks/late')]).toEqual([['begun', 'over'], ['begun', 'over']])
})

test('the environment needs both, and a secret that is one', () => {
  const of = (env: Record<string, string>) => () => readConfig({ PORTERO_LAB: '1', ...env })
  expect(of({ PORTERO_ALERT_URL: 'https://hooks.example' })).toThrow(/PORTERO_ALERT_URL and PORTERO_ALERT_SECRET go together/)
  expect(of({ PORTERO_ALERT_URL: 'https://hooks.example', PORTERO_ALERT_SECRET: 'whsec_corto' })).toThrow(/PORTERO_ALERT_SECRET: whsec_ and 24 to 64 bytes/)
  expect(of({ PORTERO_ALERT_URL: 'ftp://hooks.example', PORTERO_ALERT_SECRET: secret })).toThrow(/PORTERO_ALERT_URL/)
})
test('docs/alerts.md shows what comes, field by field', () => {
  const page = readFileSync(new URL('../docs/alerts.md', import.meta.url), 'utf8')
  const example: unknown = JSON.parse(/```json\n([\s\S]+?)\n```/.exec(page)![1]!)
  const { type, version, ...args } = example as Record<string, unknown>
  expect([type, version, tellAlert.args.safeParse(args).error]).toEqual(['portero.alert', alertVersion, undefined])
  expect(Object.values(calls).map(({ alert }) => alert).concat('console.lock-outs' as never).toSorted()).toEqual(tellAlert.args.shape.alert.options.toSorted())
  expect(Object.values(calls).map(({ runbook }) => runbook).filter((anchor) => !page.toLowerCase().includes(`\n## ${anchor}\n`))).toEqual([])
  expect(tellAlert.args.shape.alert.options.filter((kind) => !page.includes(`\`${kind}\``))).toEqual([])
  expect(alerts.settings.safeParse({ baseUrl: 'https://hooks.example', secret: 'whsec_c2lu' }).success).toBe(false)
})
test('portero webhook sign makes what whoever takes alerts would get, for a body of one\'s own', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'portero-alert-'))
  writeFileSync(join(dir, 'alert.json'), '{"type":"portero.alert","version":1}')
  const clock = realClock()
  const sign = async (typed: string, url?: string): Promise<string> => {
    const lines: string[] = []
    const withHouse = () => Promise.reject(new Error('no database is needed'))
    await printWebhook(['sign', join(dir, 'alert.json')], { vendor: 'alerts', url }, { clock, registry: makeRegistry({ connectors: [alerts], flows: [] }), say: (line) => void lines.push(line), typed: async () => typed, config: () => ({ publicBaseUrl: 'https://portero.example', lab: false, shadow: false }), withHouse })
    return lines.join('\n')
  }
  const told = await sign(JSON.stringify({ baseUrl: 'https://hooks.example', path: '/portero?team=1', secret }))
  const header = (name: string): string => new RegExp(`^webhook-${name}: (.+)$`, 'm').exec(told)![1]!
  expect(header('signature')).toBe(`v1,${createHmac('sha256', key).update(`${header('id')}.${header('timestamp')}.{"type":"portero.alert","version":1}`).digest('base64')}`)
  expect([told.includes('https://hooks.example/portero?team=1'), told.includes(secret)]).toEqual([true, false])
  await expect(sign(secret)).rejects.toThrow('where to?')
  expect(await sign(secret, 'https://other.example/hook')).toContain('https://other.example/hook')
  rmSync(dir, { recursive: true })
})
