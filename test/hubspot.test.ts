import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import { hubspot } from '@portero/tool-server/connectors/hubspot/index.ts'
import { pathOf } from '@portero/tool-server/connectors/hubspot/paths.ts'
import { richText, splitName } from '@portero/tool-server/connectors/hubspot/codecs.ts'
import { contactOf, dealOf, meetingOf } from '@portero/tool-server/connectors/hubspot/map.ts'
import type { Doing, Http } from '@portero/tool-server/define.ts'
import { newId } from '@portero/tool-server/spine/clock.ts'
import { makeHubspot, type Hubspot } from './lab/hubspot/simulator.ts'
import { openServer, type LabServer } from './lab/server.ts'
import { fakeClock } from './support/clock.ts'
import { failure, json, makeStage, startVendor, type Stage } from './support/http-stage.ts'

const stages = { new: '7120011', qualified: '7120012', visit_scheduled: '7120013', visit_done: '7120014', application: '7120015', won: '7120016', lost: '7120017' }
const account = { portal: '4812345', apiKey: 'pat-na1-of-the-lab-00000', pipeline: '7120001', stages }
const tellAll = { ...account, currency: 'MXN', clientSecrets: [] }
const ours = { contact: '0199b1de-0000-7000-8000-00000000c001', deal: '0199b1de-0000-7000-8000-00000000d001', meeting: '0199b1de-0000-7000-8000-00000000e001', communication: '0199b1de-0000-7000-8000-00000000f001' }
const person = { ours: ours.contact, phone: '+525512345678', name: 'Ana Íñiguez', language: 'es-MX' as const }

const doingOf = (name: string): Doing => {
  const found = hubspot.does?.find(({ command }) => command.name === name)
  if (!found) throw new Error(`hubspot does no ${name}`)
  return found
}
let stage: Stage
beforeAll(async () => void (stage = await makeStage()))
afterAll(() => stage.end())
const run = async (http: Http, name: string, args: object): Promise<{ id: string }> => {
  const connection = { id: newId(stage.clock), tenant: 'casa', vendor: 'hubspot', account: account.portal, settings: tellAll }
  return doingOf(name).run(args, { http, connection, now: stage.clock.now(), signal: new AbortController().signal, key: 'k' })
}

describe('over our way out', () => {
  const error = { status: 'error', message: 'no', correlationId: 'c-1', category: 'INTERNAL_ERROR' }
  test.each<[status: number, body: object, headers: Record<string, string>, expected: object]>([
    [502, error, {}, { code: 'unavailable', arrived: 'unknown' }],
    [500, error, {}, { code: 'unavailable', arrived: 'unknown' }],
    [429, { ...error, policyName: 'TEN_SECONDLY_ROLLING' }, {}, { code: 'throttled', arrived: 'no' }],
    [429, { ...error, message: 'You have reached your secondly limit.' }, { 'retry-after': '3' }, { code: 'throttled', retryAfterMs: 3_000 }],
    [401, { ...error, category: 'INVALID_AUTHENTICATION' }, {}, { code: 'disconnected' }],
    [403, { ...error, category: 'MISSING_SCOPES' }, {}, { code: 'disconnected', arrived: 'no' }],
    [400, { ...error, category: 'VALIDATION_ERROR' }, {}, { code: 'invalid_input' }],
    [200, { status: 'COMPLETE', results: 7 }, {}, { code: 'bad_response', arrived: 'unknown' }],
    [200, { status: 'COMPLETE', results: [] }, {}, { code: 'bad_response', arrived: 'unknown' }],
  ])('a %s is one request, and our own error', async (status, body, headers, expected) => {
    const vendor = await startVendor((heard) => json(heard, status, body, headers))
    const failed = await failure(run(await stage.http(vendor), 'crm.put-contact', person))
    expect(failed).toMatchObject(expected)
    expect(vendor.heard).toHaveLength(1)
    await vendor.close()
  })

  test('the request carries our token, below our base URL, and nothing of the client', async () => {
    const vendor = await startVendor((heard) => json(heard, 200, { status: 'COMPLETE', results: [{ id: '201' }] }))
    const http = await stage.http(`${vendor.origin}/between`, { settings: { apiKey: account.apiKey }, auth: hubspot.auth })
    expect(await run(http, 'crm.put-contact', person)).toEqual({ id: '201' })
    expect(vendor.heard).toMatchObject([{ method: 'POST', url: `/between${pathOf('/crm/v3/objects/contacts/batch/upsert')}`, headers: { authorization: `Bearer ${account.apiKey}`, 'user-agent': 'portero', 'content-type': 'application/json' } }])
    await vendor.close()
  })

  test.each(['..', '7/../9', '', 'abc', '7?x=1'])('an id such as %j goes nowhere', async (contact) => {
    const vendor = await startVendor((heard) => json(heard, 200, { status: 'COMPLETE', results: [{ id: '201' }] }))
    const failed = await failure(run(await stage.http(vendor), 'crm.put-communication', { ours: ours.communication, contact, body: 'hola', at: 0 }))
    expect(failed).toMatchObject({ code: 'invalid_input', arrived: 'no' })
    expect(vendor.heard).toEqual([])
    await vendor.close()
  })
})

describe('at the HubSpot of the lab', () => {
  const clock = fakeClock()
  let server: LabServer
  let crm: Hubspot
  let http: Http
  beforeAll(async () => {
    crm = makeHubspot({ clock, account })
    server = await openServer({ clock, port: 0, simulators: [crm] })
    http = await stage.http(`${server.url}/hubspot`, { settings: { apiKey: account.apiKey }, auth: hubspot.auth })
  })
  afterAll(() => server.close())
  afterEach(() => expect(server.desk('hubspot').faults()).toEqual([]))
  const ensure = () => hubspot.watch?.ensure({ http, connection: { id: 'c', tenant: 'casa', vendor: 'hubspot', account: account.portal, settings: { ...tellAll, baseUrl: server.url } }, now: stage.clock.now(), signal: new AbortController().signal, webhookUrl: 'https://portero.example/webhooks/hubspot/c' })
  const requests = () => server.desk('hubspot').requests()

  test('a put that comes before the properties is to be tried again', async () => {
    expect(await failure(run(http, 'crm.put-contact', person))).toMatchObject({ code: 'unavailable', arrived: 'no' })
  })

  test('the watch makes what is missing, and then only looks', async () => {
    await ensure()
    const made = requests().filter(({ method, path }) => method === 'POST' && path.startsWith(pathOf('/crm/v3/properties'))).length
    expect(made).toBe(2 * 6) // for each of six objects a group, and all that the mapping makes
    const before = requests().length
    await ensure()
    expect(requests().slice(before).map(({ method }) => method)).toEqual(['GET', 'GET', 'GET', 'GET', 'GET', 'GET', 'GET'])
  })

  test('a put is a record with what belongs to it, and put again it is the same record', async () => {
    const contact = (await run(http, 'crm.put-contact', person)).id
    const facts = { budgetMxn: 20_000, bedrooms: 2, occupants: 3, pets: true, moveIn: '2026-12-15', months: 12, guarantee: 'policy', home: 'roma-norte-302' }
    const dealArgs = { ours: ours.deal, contact, title: 'Ana · renta', stage: 'new', rentMxn: 18_500, facts }
    const deal = (await run(http, 'crm.put-deal', dealArgs)).id
    const meetingArgs = { ours: ours.meeting, contact, deal, title: 'Visita', body: 'a & b', location: 'Calle Inventada 302', startsAt: clock.now(), endsAt: clock.now() + 1_800_000, status: 'held' }
    const meeting = (await run(http, 'crm.put-meeting', meetingArgs)).id
    const said = (await run(http, 'crm.put-communication', { ours: ours.communication, contact, deal, body: 'Ana: hola\nPortero: ¡hola!', at: clock.now() })).id

    expect(await run(http, 'crm.put-contact', { ...person, name: 'Ana María López Íñiguez', language: 'en' })).toEqual({ id: contact })
    expect(await run(http, 'crm.put-deal', { ...dealArgs, stage: 'visit_scheduled', facts: {} })).toEqual({ id: deal })
    expect(await run(http, 'crm.put-meeting', { ...meetingArgs, status: 'no_show' })).toEqual({ id: meeting })

    const link = { contacts: [contact], deals: [deal] }
    expect(crm.state()).toMatchObject({
      contacts: [{ id: contact, properties: { portero_id: ours.contact, phone: '+525512345678', firstname: 'Ana María', lastname: 'López Íñiguez', hs_language: 'en' }, associations: { deals: [deal] } }],
      // What we no longer tell of stays as it was.
      deals: [{ id: deal, properties: { dealstage: stages.visit_scheduled, amount: '18500', portero_budget: '20000', portero_pets: 'true', portero_move_in: '2026-12-15', portero_guarantee: 'policy' }, associations: { contacts: [contact] } }],
      meetings: [{ id: meeting, properties: { hs_meeting_outcome: 'NO_SHOW', hs_meeting_body: 'a &#38; b' }, associations: link }],
      communications: [{ id: said, properties: { hs_communication_body: 'Ana: hola<br>Portero: ¡hola!' }, associations: link }],
    })
  })

  test('a put whose second half failed is whole when it is put again', async () => {
    const contact = crm.state().contacts[0]!.id
    const args = { ours: '0199b1de-0000-7000-8000-00000000f002', contact, body: 'Ana: ¿sigue libre?', at: clock.now() }
    server.desk('hubspot').fault({ on: `PUT ${pathOf('/crm/v4/objects/:type/:id/associations/default/:toType/:toId')}`, fault: 'away' })
    expect(await failure(run(http, 'crm.put-communication', args))).toMatchObject({ code: 'unavailable' })
    const half = crm.state().communications.at(-1)!
    expect(half.associations.contacts).toEqual([])
    expect(await run(http, 'crm.put-communication', args)).toEqual({ id: half.id })
    expect(crm.state().communications.at(-1)).toMatchObject({ id: half.id, associations: { contacts: [contact] } })
  })
})

describe('in words of HubSpot', () => {
  test.each([
    ['Ana', { firstname: 'Ana', lastname: '' }],
    ['  Ana   Pérez ', { firstname: 'Ana', lastname: 'Pérez' }],
    ['Ana Pérez Gómez', { firstname: 'Ana', lastname: 'Pérez Gómez' }],
    ['Ana María Pérez Gómez', { firstname: 'Ana María', lastname: 'Pérez Gómez' }],
    ['Ana de la Cruz Gómez', { firstname: 'Ana', lastname: 'de la Cruz Gómez' }],
    ['Juan Diego de la Cruz y Núñez del Río', { firstname: 'Juan Diego', lastname: 'de la Cruz y Núñez del Río' }],
    ['María del Carmen Ortiz Ríos', { firstname: 'María del Carmen', lastname: 'Ortiz Ríos' }],
    ['Laura Delgado', { firstname: 'Laura', lastname: 'Delgado' }],
  ])('%j is a name of two parts', (name, parts) => {
    expect(splitName(name)).toEqual(parts)
  })

  test('what is not known is not sent: an empty value would clear it', () => {
    expect(contactOf({ ours: ours.contact, name: 'Ana', language: 'es-MX' }, { ...tellAll, baseUrl: 'https://api.hubapi.com' })).toEqual({ firstname: 'Ana', hs_language: 'es-mx' })
    expect(dealOf({ ours: ours.deal, contact: '1', title: 'Ana', stage: 'lost', facts: { bedrooms: 0, pets: false } }, { ...tellAll, baseUrl: 'https://api.hubapi.com' })).toEqual({ dealname: 'Ana', pipeline: account.pipeline, dealstage: stages.lost, portero_bedrooms: '0', portero_pets: 'false' })
  })

  test.each([['held', 'SCHEDULED'], ['confirmed', 'SCHEDULED'], ['completed', 'COMPLETED'], ['no_show', 'NO_SHOW'], ['cancelled', 'CANCELED']] as const)('a tour that is %s is %s', (status, outcome) => {
    expect(meetingOf({ ours: ours.meeting, contact: '1', title: 't', body: 'b', location: 'l', startsAt: 0, endsAt: 1, status }, { ...tellAll, baseUrl: 'https://api.hubapi.com' }).hs_meeting_outcome).toBe(outcome)
  })

  test('a text is no markup, and what is too long loses its oldest lines', () => {
    expect(richText('<b onclick="x">\'&\r\nfin')).toBe('&#60;b onclick=&#34;x&#34;&#62;&#39;&#38;<br>fin')
    const long = Array.from({ length: 9_000 }, (_each, at) => `línea ${at}`).join('\n')
    const body = richText(long)
    expect(body.length).toBeLessThanOrEqual(65_000)
    expect(body.length).toBeGreaterThan(64_900)
    expect(body).toMatch(/^…<br>línea \d+<br>.*<br>línea 8999$/s)
    const one = richText(`${'<'.repeat(70_000)}fin`)
    expect(one.length).toBeLessThanOrEqual(65_000)
    expect(one.endsWith('&#60;fin')).toBe(true)
  })
})
