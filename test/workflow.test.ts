import { createHash, createHmac } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import express from 'express'
import { sql } from 'kysely'
import type { Connection, Tool } from '@portero/tool-server/define.ts'
import { checkCaller } from '@portero/tool-server/domain/ports/hubspot-signature.ts'
import { doorFault, noSuchDoor, traced } from '@portero/tool-server/spine/doors.ts'
import { makeLimits } from '@portero/tool-server/spine/knocks.ts'
import { makeLog } from '@portero/tool-server/spine/log.ts'
import { makeMetrics } from '@portero/tool-server/spine/metrics.ts'
import { makeRunTool } from '@portero/tool-server/spine/run-tool.ts'
import { workflowDoor } from '@portero/tool-server/spine/workflow.ts'
import { flatFields } from '@portero/tool-server/spine/workflow-fields.ts'
import { makeOwnReads } from '@portero/tool-server/store/own-reads.ts'
import { tools } from '@portero/tool-server/tools/index.ts'
import { portOf } from './support/http-stage.ts'
import { openVisit, type VisitStage } from './support/visit-stage.ts'

// A workflow of HubSpot calls tools for the record that it has enrolled.
const publicBaseUrl = 'https://portero.example'
const secrets = ['the-new-client-secret', 'the-old-client-secret']
const number = '+525512345678'
const late: string[] = []
let stage: VisitStage
let server: Server
let idle: () => Promise<void>
let connection: Connection
let known: Connection[] = []
let hold: { asked(): void; until: Promise<void> } | undefined
let contact = ''
let deal = ''
let count = 0

const slow: Tool = { ...tools.find(({ name }) => name === 'find_homes')!, name: 'find_slowly', run: async () => {
  hold?.asked()
  await hold?.until
  return { ok: true, say: 'Al fin.' }
} }

beforeAll(async () => {
  stage = await openVisit()
  const { house, clock } = stage
  await stage.say(number, 'Hola')
  const state = stage.lab.hubspot.state()
  contact = state.contacts[0]!.id
  deal = state.deals[0]!.id
  const found = await house.connection('hubspot')
  connection = { ...found, settings: { ...(found.settings as object), clientSecrets: secrets } }
  const log = makeLog({ level: 'silent', clock })
  const own = makeOwnReads({ db: house.db, clock, vault: house.vault, publicBaseUrl })
  const made = makeRunTool({
    db: house.db, clock, log, metrics: makeMetrics(), vault: house.vault, acting: house.acting, keys: house.toolKeys, reads: own, tools: [...tools, slow],
    introduce: async () => false, pushLate: async ({ say }) => void late.push(say),
  })
  idle = made.idle
  const door = workflowDoor({ db: house.db, clock, connections: { ...house.connections, all: async () => known }, runFor: made.runFor, publicBaseUrl, checkCaller, limits: makeLimits({ clock }) })
  server = createServer(express().set('query parser', 'simple').use(traced(clock), door, noSuchDoor, doorFault(log)))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
})
beforeEach(() => {
  known = [connection]
  hold = undefined
})
afterAll(async () => {
  await idle()
  server.close()
  server.closeAllConnections()
  await stage.end()
})

type How = { callback?: string; id?: string | number; type?: string; portal?: string | number; query?: string; version?: 'v3' | 'v2' | 'none'; secret?: string; sentAt?: number; over?: string; body?: string; fields?: object }
const callOf = (input: object, { callback = `ap-${++count}`, id = contact, type = 'CONTACT', portal = 4812345, fields }: How): string =>
  JSON.stringify({ callbackId: callback, origin: { portalId: portal, actionDefinitionId: 7 }, object: { objectId: id, objectType: type, properties: {} }, ...(fields ? { fields } : { inputFields: input }) })
const signed = ({ version = 'v3', secret = secrets[0]!, sentAt = stage.clock.now() }: How, over: string, body: string): Record<string, string> => {
  if (version === 'none') return {}
  if (version === 'v2') return { 'x-hubspot-signature': createHash('sha256').update(`${secret}POST${over}${body}`).digest('hex'), 'x-hubspot-signature-version': 'v2' }
  return { 'x-hubspot-signature-v3': createHmac('sha256', secret).update(`POST${over}${body}${sentAt}`).digest('base64'), 'x-hubspot-request-timestamp': String(sentAt) }
}
const call = async (tool: string, input: object, how: How = {}): Promise<{ status: number; body: any; output: any }> => {
  const path = `/workflow/${tool}${how.query ?? ''}`
  const body = callOf(input, how)
  const response = await fetch(`http://127.0.0.1:${portOf(server)}${path}`, { method: 'POST', headers: { 'content-type': 'application/json', ...signed(how, publicBaseUrl + (how.over ?? path), body) }, body: how.body ?? body })
  const told: any = await response.json()
  return { status: response.status, body: told, output: told.outputFields }
}
const waiting = async (): Promise<number> => (await sql<{ count: number }>`select count(*) as count from escalation`.execute(stage.house.db.bare)).rows[0]!.count

describe('the signature', () => {
  const homes = (how: How): Promise<number> => call('find_homes', {}, how).then(({ status }) => status)
  test.each<[string, How, number]>([
    ['v3 is good', {}, 200], ['v3 with the old secret is good', { secret: secrets[1]! }, 200], ['v2 is good', { version: 'v2' }, 200], ['v2 with the old secret is good', { version: 'v2', secret: secrets[1]! }, 200],
    ['covers the query', { query: '?a=1&b=%2F' }, 200], ['may cover the query decoded', { query: '?to=a%40b%3A', over: '/workflow/find_homes?to=a@b:' }, 200],
    ['is needed', { version: 'none' }, 401], ['of somebody else is refused', { secret: 'anybody' }, 401], ['v2 of somebody else is refused', { version: 'v2', secret: 'anybody' }, 401],
    ['over another path is refused', { over: '/workflow/escalate' }, 401], ['v2 over another path is refused', { version: 'v2', over: '/workflow/escalate' }, 401],
    ['for another account is refused', { portal: '1' }, 401],
  ])('%s', async (_title, how, status) => {
    expect(await homes(how)).toBe(status)
  })
  test.each([-300_001, 300_001])('that is %d ms off is refused', async (offMs) => {
    expect(await homes({ sentAt: stage.clock.now() + offMs })).toBe(401)
  })
  test.each(['v3', 'v2'] as const)('%s covers every byte of the body', async (version) => {
    const before = await waiting()
    const body = callOf({ reason: 'payment', summary: 'otra' }, { callback: 'swapped' })
    expect([(await call('escalate', { reason: 'payment', summary: 'una' }, { callback: 'swapped', body, version })).status, await waiting()]).toEqual([401, before])
  })
  test('counts for nothing where no secret is known', async () => {
    known = [{ ...connection, settings: {} }, { ...connection, settings: { clientSecrets: [] } }]
    expect([await homes({}), await homes({ version: 'v2', secret: '' })]).toEqual([401, 401])
  })
  test.each([['v3', { 'x-hubspot-signature-v3': '2DMUFwCu8DP9bgZ0JmC1gTrM2gPc9Q7u+Kz7tsUfKvo=', 'x-hubspot-request-timestamp': '1795246295053' }], ['v2', { 'x-hubspot-signature': '247760b5e20e6e20dc37c661ddb375a4a3fb356e7464d057ed2f5a98e6026ffc' }]])('%s as HubSpot itself made it', (_version, headers) => {
    const inbound = { method: 'POST', url: 'http://127.0.0.1:9099/v1/x?q=1&userId=5', headers, rawBody: Buffer.from('{"a":1}') }
    const how = { now: 1_795_246_295_053 }
    expect(() => checkCaller(inbound, { ...how, secrets: ['topsecret'] })).not.toThrow()
    expect(() => checkCaller(inbound, { ...how, secrets: ['other'] })).toThrow(expect.objectContaining({ code: 'unauthorized' }))
    expect(() => checkCaller({ ...inbound, url: `${inbound.url}6` }, { ...how, secrets: ['topsecret'] })).toThrow(expect.objectContaining({ code: 'unauthorized' }))
  })
})

describe('a call', () => {
  test.each(['nothing', 'my_tours', 'get_home'])('for %s, which is not for workflows, finds nothing', async (tool) => {
    expect(await call(tool, {})).toMatchObject({ status: 404, output: { ok: false, code: 'not_found' } })
  })
  test.each([['a contact', () => contact, 'CONTACT'], ['a deal', () => deal, 'DEAL'], ['a deal by its type', () => Number(deal), '0-3']])('is for whom %s is about', async (_title, id, type) => {
    const { status, output } = await call('update_deal', { budget_max: '21,000', pets: 'false' }, { id: id(), type })
    expect([status, output]).toEqual([200, { ok: true, say: expect.any(String), stage: expect.any(String), saved: JSON.stringify(['budget_max', 'pets']) }])
  })
  test('is done by the workflow, and written down so', async () => {
    await call('update_deal', { bedrooms: 2 })
    const { rows } = await sql`select by from audit where what = 'action:update-lead' and by = 'workflow' limit 1`.execute(stage.house.db.bare)
    expect(rows).toEqual([{ by: 'workflow' }])
  })
  test.each<[string, How]>([['nobody that we know', { id: '999' }], ['a contact by the id of a deal', { id: 'deal' }]])('for %s does nothing, and says so', async (_title, how) => {
    const { status, output } = await call('update_deal', { pets: true }, how.id === 'deal' ? { id: deal, type: 'CONTACT' } : how)
    expect([status, output]).toEqual([200, { ok: false, say: expect.any(String), code: 'refused', retryable: false }])
  })
  test('that does not fit is answered in words that help', async () => {
    expect(await call('escalate', { reason: 'boredom' })).toMatchObject({ status: 200, output: { ok: false, code: 'invalid_input', say: expect.stringContaining('«reason»') } })
  })
  test('may bring its fields the other way', async () => {
    expect((await call('find_homes', {}, { fields: { area: { type: 'string', value: 'Narvarte' }, bedrooms: '2' } })).output).toMatchObject({ ok: true, homes: expect.stringContaining('Narvarte') })
  })
  test.each<[string, How]>([['an object that is neither', { type: 'TICKET' }], ['an id that is none', { id: '../1' }], ['a callback without a name', { callback: '' }]])('with %s is malformed', async (_title, how) => {
    expect((await call('find_homes', {}, how)).status).toBe(400)
  })
  test('is kept within a rate for each record', async () => {
    const many = await Promise.all(Array.from({ length: 61 }, () => call('find_homes', {}, { id: '777' })))
    expect([200, 429].map((status) => many.filter((each) => each.status === status).length)).toEqual([60, 1])
  })
})

describe('the same callback', () => {
  test('books once, and has the first answer again', async () => {
    const input = { when: 'miércoles a las 11' }
    const { output: found } = await call('find_homes', { area: 'Narvarte' })
    const home = JSON.parse(found.homes)[0].home
    const first = await call('book_tour', { ...input, home }, { callback: 'booking' })
    const again = await call('book_tour', { ...input, home, when: 'martes a las 12' }, { callback: 'booking' })
    expect([again, first.output.ok]).toEqual([first, true])
  })
  test('escalates once, even at the same time, and after a person took over', async () => {
    const before = await waiting()
    const ask = () => call('escalate', { reason: 'contract', summary: 'Pregunta por el aval.' }, { callback: 'twice' })
    const both = await Promise.all([ask(), ask()])
    await sql`update conversation set state = 'human'`.execute(stage.house.db.bare)
    const third = await ask()
    const other = await call('escalate', { reason: 'contract', summary: 'Pregunta por el aval.' })
    await sql`update conversation set state = 'bot'`.execute(stage.house.db.bare)
    expect([new Set([...both, third].map(({ output }) => JSON.stringify(output))).size, await waiting() - before, other.output.code]).toEqual([1, 1, 'human_in_charge'])
  })
  test('of a question, and of what could not be done, has the first answer too', async () => {
    const read = await call('find_homes', { bedrooms: 2 }, { callback: 'reading' })
    const failed = await call('update_deal', { stage: 'application' }, { callback: 'failing' })
    stage.clock.advance(2 * 3_600_000)
    expect(await call('find_homes', { bedrooms: 3 }, { callback: 'reading' })).toEqual(read)
    expect([await call('update_deal', { pets: true }, { callback: 'failing' }), failed.output.ok]).toEqual([failed, false])
  })
  test('on another tool is another', async () => {
    await call('find_homes', {}, { callback: 'shared' })
    expect((await call('update_deal', { pets: true }, { callback: 'shared' })).output).toMatchObject({ ok: true, saved: '["pets"]' })
  })
})

test('a visit is booked although nobody has written for hours', async () => {
  stage.clock.advance(3 * 3_600_000)
  expect((await call('book_tour', { home: 'roma-norte-101', when: 'viernes a las 12' })).output).toMatchObject({ ok: true, tour_id: expect.stringMatching(/^t_/) })
})

describe('a tool that takes too long', () => {
  test('is answered in time, pushed to nobody, and its answer is there the next time', async () => {
    let [begin, end] = [(): void => {}, (): void => {}]
    const begun = new Promise<void>((resolve) => void (begin = resolve))
    hold = { asked: begin, until: new Promise((resolve) => void (end = resolve)) }
    const asked = call('find_slowly', {}, { callback: 'slow' })
    await begun
    stage.clock.advance(7_500)
    expect((await asked).output).toMatchObject({ ok: false, code: 'still_working' })
    end()
    await idle()
    hold = undefined
    expect([(await call('find_slowly', {}, { callback: 'slow' })).output, late]).toEqual([{ ok: true, say: 'Al fin.' }, []])
  })
})

describe('what comes out', () => {
  test.each(tools.filter(({ callers }) => callers.includes('workflow')).map(({ name }) => [name]))('of %s was promised', async (name) => {
    const tool = tools.find((each) => each.name === name)!
    const promised = new Map(flatFields(tool))
    const inputs: Record<string, object> = { check_availability: { home: 'roma-norte-302' }, book_tour: { home: 'roma-norte-302', when: 'jueves a las 12' }, escalate: { reason: 'other', summary: 'x' }, join_waitlist: { home: 'roma-norte-302' }, update_deal: { months: 12 } }
    const visit = (when: string) => async (): Promise<object> => ({ tour_id: (await call('book_tour', { home: 'roma-norte-302', when })).output['tour_id'] })
    const made: Record<string, () => Promise<object>> = { cancel_tour: visit('jueves a las 13'), reschedule_tour: async () => ({ ...(await visit('jueves a las 15')()), when: 'viernes a las 16' }) }
    const { output } = await call(name, (await made[name]?.()) ?? inputs[name] ?? {})
    const odd = Object.entries(output).filter(([field, value]) => promised.get(field) !== (typeof value === 'boolean' ? 'bool' : typeof value))
    expect([odd, output]).toEqual([[], expect.objectContaining({ ok: true })])
  })
})

test('whoever is of another tenant is nobody', async () => {
  known = [{ ...connection, tenant: '00000000-0000-7000-8000-0000000000ff' }]
  expect((await call('update_deal', { pets: true })).output).toMatchObject({ ok: false, code: 'refused' })
})
