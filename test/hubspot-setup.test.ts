import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { sql } from 'kysely'
import { hubspot } from '@portero/tool-server/connectors/hubspot/index.ts'
import { kindsOf, objects, rowsOf } from '@portero/tool-server/connectors/hubspot/mapping.ts'
import { scopes } from '@portero/tool-server/spine/doctor-hubspot.ts'
import type { Http, Thing } from '@portero/tool-server/define.ts'
import { makeHubspot, type Hubspot } from './lab/hubspot/simulator.ts'
import { openServer, type LabServer } from './lab/server.ts'
import { fakeClock } from './support/clock.ts'
import { failure, makeStage, type Stage } from './support/http-stage.ts'
import { cleanUp, freshDir, runCli } from './support/process.ts'
import { openVisit, type VisitStage } from './support/visit-stage.ts'

// HubSpot as code: what is lacking is said and made, what is people's stays, and what only people can mend says how.
jest.setTimeout(120_000)
const minute = 60_000
const stages = { new: '7120011', qualified: '7120012', visit_scheduled: '7120013', visit_done: '7120014', application: '7120015', won: '7120016', lost: '7120017' }
const account = { portal: '4812345', apiKey: 'pat-na1-of-the-lab-00000', pipeline: '7120001', stages }
const ours = kindsOf({}).flatMap((kind) => ['portero_id', ...rowsOf(kind).flatMap(({ properties }) => properties.flatMap(({ name, label }) => (label === undefined ? [] : [name])))].map((name) => `property ${name} of ${objects[kind]}`))

describe('at an account that does not know us yet', () => {
  const clock = fakeClock()
  let stage: Stage
  let server: LabServer
  let crm: Hubspot
  let http: Http
  beforeAll(async () => {
    stage = await makeStage()
    crm = makeHubspot({ clock, account })
    server = await openServer({ clock, port: 0, simulators: [crm] })
    http = await stage.http(`${server.url}/hubspot`, { settings: { apiKey: account.apiKey }, auth: hubspot.auth })
  })
  afterAll(async () => {
    await server.close()
    await stage.end()
  })
  afterEach(() => expect(server.desk('hubspot').faults()).toEqual([]))
  const at = (settings: object = {}) => ({ http, connection: { id: 'c', tenant: 'casa', vendor: 'hubspot', account: account.portal, settings: { ...account, clientSecrets: [], baseUrl: server.url, ...settings } }, now: clock.now(), signal: new AbortController().signal, webhookUrl: 'https://portero.example/webhooks/hubspot/c' })
  const look = (settings?: object): Promise<Thing[]> => (clock.advance(10_000), hubspot.setup!.look(at(settings)))
  const odd = async (settings?: object): Promise<Thing[]> => (await look(settings)).filter(({ is }) => is !== 'well')
  const apply = async (): Promise<number> => {
    const amiss = (await look()).flatMap((thing) => ('ensure' in thing ? [thing] : []))
    for (const { ensure } of amiss) await ensure()
    return amiss.length
  }
  const inHubspot = async <T>(method: string, path: string, body?: object): Promise<T> => {
    const response = await fetch(`${server.url}/hubspot${path}`, { method, headers: { authorization: `Bearer ${account.apiKey}`, 'content-type': 'application/json' }, ...(body && { body: JSON.stringify(body) }) })
    return (response.status === 204 ? undefined : await response.json()) as T
  }
  const property = (type: string, name: string) => inHubspot<{ options: { value: string; label: string }[]; label: string; groupName: string }>('GET', `/crm/v3/properties/${type}/${name}`)
  const requests = () => server.desk('hubspot').requests()

  test('a look changes nothing, and says what is lacking', async () => {
    const things = await odd()
    expect(things.map(({ what, is }) => `${what} ${is}`).toSorted()).toEqual(ours.map((what) => `${what} missing`).toSorted())
    expect(requests().filter(({ method }) => method !== 'GET')).toEqual([])
  })
  test('all of it is made, once, in our own group; what is there and is not ours stays', async () => {
    await inHubspot('POST', '/crm/v3/properties/contacts', { name: 'origen_interno', label: 'Origen', type: 'string', fieldType: 'text', groupName: 'contactsinformation' })
    expect(await apply()).toBe(ours.length)
    expect(await apply()).toBe(0)
    expect(await property('contacts', 'portero_first_reply_s')).toMatchObject({ groupName: 'portero', label: 'Primera respuesta (segundos)', type: 'number' })
    expect(await property('contacts', 'origen_interno')).toMatchObject({ label: 'Origen', groupName: 'contactsinformation' })
    expect(requests().filter(({ method }) => method === 'DELETE')).toEqual([])
  })
  test('says how it goes with stages, associations and owners', async () => {
    crm.controls.stage({ type: 'deals', stage: stages.visit_done, label: 'Ya la vio' })
    const all = await look()
    expect(all.map(({ what }) => what)).toEqual(expect.arrayContaining([expect.stringMatching(/^stage visit_done: "Ya la vio"/), 'association of deals with contacts: 3', 'association of meetings with contacts: 200', 'owners: 3 people with an e-mail']))
    expect(await odd()).toEqual([])
  })
  test('an option that somebody took from ours comes back, and theirs stays', async () => {
    const { options } = await property('deals', 'portero_guarantee')
    const changed = [...options.filter(({ value }) => value !== 'policy').map((each) => ({ ...each, label: `${each.label}!` })), { value: 'fianza', label: 'Fianza', displayOrder: 9, hidden: false }]
    await inHubspot('PATCH', '/crm/v3/properties/deals/portero_guarantee', { options: changed })
    expect(await odd()).toEqual([{ what: 'property portero_guarantee of deals: lacks policy', is: 'wrong', ensure: expect.any(Function) }])
    expect(await apply()).toBe(1)
    const after = await property('deals', 'portero_guarantee')
    expect(after.options.map(({ value, label }) => `${value} ${label}`)).toEqual(['guarantor Aval!', 'deposit Depósito!', 'none Ninguna!', 'fianza Fianza', 'policy Póliza jurídica'])
    expect(await odd()).toEqual([])
  })
  test.each([
    ['of another type', 'portero_budget', { type: 'string', fieldType: 'text' }, 'is string where number is needed'],
    ['as an id that is not unique', 'portero_id', { type: 'string', fieldType: 'text', hasUniqueValue: false }, 'is not unique'],
  ])('what somebody made by our name %s is theirs to take away, and the watch says so too', async (_how, name, made, told) => {
    await inHubspot('DELETE', `/crm/v3/properties/deals/${name}`)
    await inHubspot('POST', '/crm/v3/properties/deals', { name, label: 'A mano', groupName: 'dealsinformation', ...made })
    expect(await odd()).toEqual([{ what: `property ${name} of deals: ${told}`, is: 'blocked', mend: expect.stringMatching(/Settings > Properties > deals > .*Delete it/) }])
    expect(await failure(hubspot.watch!.ensure(at() as never))).toMatchObject({ code: 'conflict', message: expect.stringContaining(told) })
    await inHubspot('DELETE', `/crm/v3/properties/deals/${name}`)
    expect(await apply()).toBe(1)
  })
  test('what somebody archived is made anew by the watch, and counted', async () => {
    await inHubspot('DELETE', '/crm/v3/properties/contacts/portero_consent')
    await inHubspot('DELETE', '/crm/v3/properties/meetings/portero_id')
    expect(await hubspot.watch!.ensure(at() as never)).toEqual({ expiresAt: null, mended: 2 })
    expect(await hubspot.watch!.ensure(at() as never)).toEqual({ expiresAt: null, mended: 0 })
  })
  test('a stage that is gone is named, and none is made', async () => {
    const named = { what: `stage lost: Renta has none with the id 9999`, is: 'blocked', mend: expect.stringContaining('connect again') }
    expect(await odd({ stages: { ...stages, lost: '9999' } })).toEqual([{ ...named, what: expect.stringMatching(/^stage lost: .* has none with the id 9999$/) }])
    expect(await failure(hubspot.watch!.ensure(at({ stages: { ...stages, lost: '9999' } }) as never))).toMatchObject({ code: 'conflict', message: expect.stringContaining('stage lost') })
    expect(await odd({ pipeline: '4711' })).toEqual([{ what: 'pipeline 4711: is not there', is: 'blocked', mend: expect.stringContaining('Pipelines') }])
    expect(requests().filter(({ method, path }) => method !== 'GET' && path.includes('/pipelines/'))).toEqual([])
  })
  test('a help desk is used where the settings name one, and its tickets are known by our ids from then on', async () => {
    const helpDesk = { pipeline: '0', open: '1', closed: '4' }
    expect((await look()).map(({ what }) => what)).toContainEqual('help desk: none, so escalations are no tickets; of those at HubSpot, Support Pipeline is 0, with New 1, Waiting on contact 2, Waiting on us 3, Closed 4')
    const before = requests().length
    const { hasHelpDesk, carrying } = hubspot.reads!.crm!(at())
    expect([await hasHelpDesk(), await carrying('ticket', undefined), requests().length - before]).toEqual([false, { records: [] }, 0]) // a search by a property that is not there is refused
    expect(await odd({ helpDesk })).toEqual([{ what: 'property portero_id of tickets', is: 'missing', ensure: expect.any(Function) }])
    expect(await hubspot.watch!.ensure(at({ helpDesk }) as never)).toEqual({ expiresAt: null, mended: 1 })
    expect(await odd({ helpDesk })).toEqual([])
    expect((await look({ helpDesk })).map(({ what }) => what)).toEqual(expect.arrayContaining(['help desk, open: "New" of Support Pipeline', 'help desk, closed: "Closed" of Support Pipeline', 'association of notes with deals: 214', 'association of tickets with deals: 28']))
  })
  test.each([
    ['a pipeline that is not there', { pipeline: '7' }, ['there is no pipeline 7 of tickets']],
    ['stages that are not there', { open: '8', closed: '9' }, ['Support Pipeline has no stage 8', 'Support Pipeline has no stage 9']],
    ['a stage for closed ones where they are open', { closed: '3' }, ['"Waiting on us" of Support Pipeline is a stage of tickets that are open']],
  ])('a help desk with %s is named, with those that there are; and the watch says so too', async (_title, wrong, told) => {
    const settings = { helpDesk: { pipeline: '0', open: '1', closed: '4', ...wrong } }
    expect((await odd(settings)).filter(({ is }) => is === 'blocked')).toEqual(told.map((words) => ({ what: expect.stringContaining(words), is: 'blocked', mend: expect.stringContaining('Support Pipeline is 0, with New 1') })))
    expect(await failure(hubspot.watch!.ensure(at(settings) as never))).toMatchObject({ code: 'conflict', message: expect.stringContaining(told[0]!) })
  })
  test.each([
    ['tickets', 'help desk'],
    ['crm.objects.owners.read', 'owners'],
    ['crm.objects.contacts.read', 'association of meetings with contacts'],
  ])('without the scope %s that is named, and the rest is looked at', async (scope, hidden) => {
    crm.controls.grant({ scopes: scopes.filter((one) => one !== scope) })
    expect(await odd()).toContainEqual({ what: `${hidden}: the token may not see them`, is: 'blocked', mend: expect.stringContaining(`agree to ${scope}.`) })
    expect((await look()).filter(({ is }) => is === 'well').length).toBeGreaterThan(ours.length)
    crm.controls.grant({ scopes })
  })
  test('a key that is refused is no list of things to do', async () => {
    crm.controls.token({ state: 'revoked' })
    expect(await failure(look())).toMatchObject({ code: 'disconnected' })
    crm.controls.token({ state: 'good' })
  })
})

describe('a key that is revoked while people write', () => {
  let stage: VisitStage
  beforeAll(async () => void (stage = await openVisit()))
  afterAll(() => stage.end())
  const token = (state: 'good' | 'revoked'): Promise<Response> => fetch(`${stage.lab.url}/_lab/hubspot/token`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ state }) })
  const contacts = (): unknown[] => (stage.lab.hubspot.state() as { contacts: unknown[] }).contacts
  const commands = async (): Promise<{ state: string; code: string | null }[]> => (await sql<{ state: string; code: string | null }>`select state, error_code as code from job where kind = 'command' and name like 'crm.%'`.execute(stage.house.db.bare)).rows
  const logged = (event: string): number => stage.house.logged().split(`"${event}"`).length - 1

  test('is asked now and then, told of once, and everything is there when it is good again', async () => {
    await stage.say('+525511110001', 'Hola')
    await stage.follow(10_000)
    const before = contacts().length
    await token('revoked')
    for (const number of ['+525511110002', '+525511110003', '+525511110004', '+525511110005']) await stage.say(number, 'Hola')
    await stage.follow(2 * minute)
    const asked = stage.lab.hubspot.requests().length
    for (let hours = 0; hours < 3; hours += 1) for (let minutes = 0; minutes < 60; minutes += 5) {
      stage.clock.advance(5 * minute)
      await stage.house.worker.settle()
    }
    expect(stage.lab.hubspot.requests().length - asked).toBeLessThanOrEqual(3 * 12 * 2) // three hours, a call every five minutes at most, and those of whoever talks
    expect((await commands()).filter(({ state }) => state === 'dead')).toEqual([])
    expect((await sql`select 1 from job where name = 'crm.refresh' and state = 'ready' and error_code = 'disconnected'`.execute(stage.house.db.bare)).rows.length).toBe(4) // whether they are there already nobody knows yet
    expect(logged('connection.refused')).toBe(1)
    expect(contacts()).toHaveLength(before)

    await token('good')
    await stage.follow(6 * minute)
    expect(logged('connection.accepted')).toBe(1)
    expect(contacts()).toHaveLength(before + 4)
    expect((await commands()).filter(({ state }) => state !== 'done')).toEqual([])
  })
})

describe('from the command line', () => {
  const clock = fakeClock()
  let server: LabServer
  let crm: Hubspot
  beforeAll(async () => {
    crm = makeHubspot({ clock, account })
    server = await openServer({ clock, port: 0, simulators: [crm] })
  })
  afterAll(() => server.close())
  afterEach(cleanUp)
  test('plan and apply say what there is to do, and do it once', async () => {
    const env = { DATA_DIR: freshDir(), PORTERO_LAB: '1', HUBSPOT_BASE_URL: `${server.url}/hubspot` }
    const settings = { baseUrl: 'https://api.hubapi.com', ...account }
    expect(await runCli(['connect', 'hubspot', account.portal], env, JSON.stringify(settings))).toMatchObject({ code: 0 })
    expect(await runCli(['hubspot', 'plan'], env)).toMatchObject({ code: 0, out: expect.stringMatching(/^ \+ property portero_id of contacts$[^]*^ {3}stage won: [^]*to do: portero hubspot apply/m) })
    expect(server.desk('hubspot').requests().filter(({ method }) => method !== 'GET')).toEqual([])
    clock.advance(10_000)
    expect(await runCli(['hubspot', 'apply'], env)).toMatchObject({ code: 0, out: expect.stringMatching(/^ \+ property portero_id of contacts: done$/m) })
    clock.advance(10_000)
    crm.controls.stage({ type: 'deals', stage: stages.application, archived: true })
    expect(await runCli(['hubspot', 'plan'], env)).toMatchObject({ code: 0, out: expect.stringMatching(/^ ! stage application: [^]*-> HubSpot: [^]*for a person to do[^]*Nothing else to do\./m) })
  })
})
