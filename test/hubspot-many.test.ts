import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import { AppError } from '@portero/shared'
import { hubspot } from '@portero/tool-server/connectors/hubspot/index.ts'
import type { Http } from '@portero/tool-server/define.ts'
import { newId } from '@portero/tool-server/spine/clock.ts'
import { makeHubspot, type Hubspot } from './lab/hubspot/simulator.ts'
import { openServer, type LabServer } from './lab/server.ts'
import { fakeClock } from './support/clock.ts'
import { json, makeStage, startVendor, type Stage } from './support/http-stage.ts'

// Many records in one call: what is wrong with one is that one's alone.
const stages = { new: '7120011', qualified: '7120012', visit_scheduled: '7120013', visit_done: '7120014', application: '7120015', won: '7120016', lost: '7120017' }
const account = { portal: '4812345', apiKey: 'pat-na1-of-the-lab-00000', pipeline: '7120001', stages }
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
  await hubspot.watch?.ensure({ ...at(http), webhookUrl: 'https://portero.example/webhooks/hubspot/c' })
})
afterAll(async () => {
  await server.close()
  await stage.end()
})
afterEach(() => expect(server.desk('hubspot').faults()).toEqual([]))
const at = (over: Http) => ({ http: over, connection: { id: 'c', tenant: 'casa', vendor: 'hubspot', account: account.portal, settings: { ...account, baseUrl: server.url, currency: 'MXN', clientSecrets: [] } }, now: clock.now(), signal: new AbortController().signal })
type Fate = { id: string } | AppError
const putAll = async (name: string, many: object[], over = http): Promise<Fate[]> => (await hubspot.does!.find(({ command }) => command.name === name)!.together!.run(many, at(over))) as Fate[]
const idsOf = (fates: readonly Fate[]): string[] => fates.flatMap((fate) => (fate instanceof AppError ? [] : [fate.id]))
const asked = async (doing: () => Promise<unknown>): Promise<string[]> => {
  const before = server.desk('hubspot').requests().length
  await doing()
  return server.desk('hubspot').requests().slice(before).map(({ path }) => path.split('/').slice(-2).join('/'))
}
const people = (count: number) => Array.from({ length: count }, (_, n) => ({ ours: newId(clock), phone: `+5255${String(10_000_000 + n + crm.state().contacts.length * 100)}`, name: `Ana ${n}`, language: 'es-MX' }))

describe('at the HubSpot of the lab', () => {
  test('thirty contacts are one call, and put again the same thirty', async () => {
    const many = people(30)
    let first: Fate[] = []
    expect(await asked(async () => void (first = await putAll('crm.put-contact', many)))).toEqual(['batch/upsert'])
    expect(new Set(idsOf(first)).size).toBe(30)
    expect(await putAll('crm.put-contact', many)).toEqual(first)
    for (const [n, { ours }] of many.entries()) expect(crm.state().contacts.find(({ properties }) => properties['portero_id'] === ours)?.id).toBe(idsOf(first)[n])
  })

  test('one that is not taken fails with what is wrong with it, in its own place', async () => {
    const [one, odd, other] = people(3)
    const [a, b, c] = await putAll('crm.put-contact', [one!, { ...odd!, phone: 'x'.repeat(70_000) }, other!])
    expect([a, c]).toEqual([{ id: expect.any(String) }, { id: expect.any(String) }])
    expect(b).toMatchObject({ code: 'invalid_input' })
  })

  test('what belongs to others is hung there by one more call for each kind of them; a link that fails is told of its own record', async () => {
    const contacts = idsOf(await putAll('crm.put-contact', people(3)))
    const deals = contacts.map((contact, n) => ({ ours: newId(clock), contact, title: `Renta ${n}`, stage: 'new', facts: {} }))
    let fates: Fate[] = []
    expect(await asked(async () => void (fates = await putAll('crm.put-deal', deals)))).toEqual(['batch/upsert', 'associate/default'])
    for (const [n, id] of idsOf(fates).entries()) expect(crm.state().deals.find((deal) => deal.id === id)?.associations).toMatchObject({ contacts: [contacts[n]] })
    const lost = await putAll('crm.put-deal', [{ ...deals[0]!, ours: newId(clock) }, { ...deals[1]!, ours: newId(clock), contact: '999999999' }])
    expect([lost[0], lost[1]]).toEqual([{ id: expect.any(String) }, expect.any(AppError)])
  })

  test('what hangs there already is not hung again', async () => {
    const [contact] = idsOf(await putAll('crm.put-contact', people(2)))
    const deals = [1, 2].map((n) => ({ ours: newId(clock), title: `Renta ${n}`, stage: 'new', facts: {} }))
    await putAll('crm.put-deal', deals.map((deal) => ({ ...deal, contact })))
    expect(await asked(() => putAll('crm.put-deal', deals))).toEqual(['batch/upsert'])
  })

  test('many are shown by one call, in their order, with a gap where one is gone', async () => {
    const ids = idsOf(await putAll('crm.put-contact', people(4)))
    crm.controls.archive({ type: 'contacts', id: ids[1]! })
    const { records } = hubspot.reads!.crm!({ ...at(http) })
    const seen = await records('contact', ids)
    expect(seen.map((record) => record?.id)).toEqual([ids[0], undefined, ids[2], ids[3]])
  })
})

test('a whole that is refused for the sake of one is halved until that one is found', async () => {
  const many = people(8)
  const bad = many[5]!.ours
  const vendor = await startVendor((heard) => {
    const { inputs } = JSON.parse(heard.body.toString()) as { inputs: { id: string; objectWriteTraceId?: string }[] }
    if (inputs.some(({ id }) => id === bad)) return json(heard, 400, { status: 'error', category: 'VALIDATION_ERROR', message: 'no', correlationId: 'c' })
    json(heard, 200, { status: 'COMPLETE', results: inputs.map(({ id, objectWriteTraceId }) => ({ id: String(100 + many.findIndex(({ ours }) => ours === id)), objectWriteTraceId })) })
  })
  const fates = await putAll('crm.put-contact', many, await stage.http(vendor))
  expect(idsOf(fates)).toEqual(['100', '101', '102', '103', '104', '106', '107'])
  expect(fates[5]).toMatchObject({ code: 'invalid_input', arrived: 'no' })
  await vendor.close()
})

test.each([[429, 'throttled'], [502, 'unavailable'], [401, 'disconnected']])('a %i is the failure of them all, and one call', async (status, code) => {
  const vendor = await startVendor((heard) => json(heard, status, { status: 'error', category: 'X', message: 'no', correlationId: 'c' }))
  await expect(putAll('crm.put-contact', people(8), await stage.http(vendor))).rejects.toMatchObject({ code })
  expect(vendor.heard).toHaveLength(1)
  await vendor.close()
})
