import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { adoptDeal } from '@portero/tool-server/actions/adopt-deal.ts'
import { hubspot as connector } from '@portero/tool-server/connectors/hubspot/index.ts'
import { doubtAbout } from '@portero/tool-server/connectors/hubspot/deal-stage.ts'
import type { Connection, Http } from '@portero/tool-server/define.ts'
import { openCrm, type CrmStage } from './support/crm-stage.ts'

// What an admin of HubSpot takes away or renames under our feet: nothing else waits for it, people hear of it once, and once it is mended it is told.
let stage: CrmStage
let numbers = 0
let number = ''
let before = 0
beforeAll(async () => void (stage = await openCrm()), 60_000)
afterAll(() => stage.end())
beforeEach(() => {
  number = `+52551270${String(++numbers).padStart(4, '0')}`
  before = stage.lab.mail.state().mails.length
})
afterEach(async () => expect(await stage.rows(`select name, error_code, error from job where state = 'dead'`)).toEqual([]))

const minute = 60_000
const controls = (): CrmStage['lab']['hubspot']['controls'] => stage.lab.hubspot.controls
const letters = () => stage.lab.mail.state().mails.slice(before).map(({ subject, text }) => ({ subject, text })).filter(({ subject }) => subject.includes('HubSpot'))
const admins = 1
const contact = () => stage.contactOf(number)
const deal = () => stage.hungOn('deals', contact().id)[0]!
const lead = async (): Promise<{ id: string; person: string; stage: string }> => (await stage.rows<{ id: string; person: string; stage: string }>(`select l.id, l.person_id as person, l.stage from lead l join counterpart c on c.our_id = l.id where c.external_id = '${deal().id}'`))[0]!
const act = () => stage.house.acting.as({ tenant: stage.house.tenant, by: 'staff', user: 'elena' }, 'all')
const account = async () => (await stage.house.connection('hubspot')) as Connection<{ baseUrl: string; apiKey: string; pipeline: string; stages: Record<string, string> }>
const ask = async (method: string, path: string, body?: object): Promise<{ status: number; body: never }> => {
  const { settings: { baseUrl, apiKey } } = await account()
  const response = await fetch(`${baseUrl}${path}`, { method, headers: { 'content-type': 'application/json', authorization: `Bearer ${apiKey}` }, ...(body && { body: JSON.stringify(body) }) })
  return { status: response.status, body: (response.status === 204 ? undefined : await response.json()) as never }
}
const plan = async (): Promise<string[]> => {
  const connection = await account()
  const http: Http = async ({ method, path, body }) => ({ ...(await ask(method, path, typeof body === 'string' ? JSON.parse(body) : undefined)), headers: {} })
  const things = await connector.setup!.look({ http, connection: connection as never, now: 0, signal: new AbortController().signal, webhookUrl: '' })
  return things.filter(({ what }) => what.startsWith('stage')).map(({ is, what }) => `${is} ${what}`)
}

describe('a stage that is taken away', () => {
  test('keeps nothing else back, is told of once, doesn\'t take the lead back, and is told once it is there again', async () => {
    await stage.say(number, 'Hola')
    await stage.say(number, 'Busco depa de 2 recámaras en la Narvarte, presupuesto 30000')
    await stage.follow()
    expect(deal().properties['dealstage']).toBe('1001')
    controls().stage({ type: 'deals', stage: '1003', archived: true })
    for (const text of ['la 1', 'el 1']) await stage.say(number, text)
    await stage.follow()
    expect([deal().properties['dealstage'], deal().properties['amount'], stage.hungOn('meetings', contact().id).length, (await lead()).stage]).toEqual(['1001', expect.any(String), 1, 'visit_scheduled'])
    const writes = stage.writes()
    await stage.pass(20 * minute)
    expect(stage.writes() - writes).toBeLessThan(3)
    expect(letters().map(({ subject }) => subject)).toEqual(Array.from({ length: admins }, () => 'En HubSpot hay algo por arreglar'))
    expect(letters()[0]!.text).toContain('stage visit_scheduled: Renta has none with the id 1003')
    expect(await plan()).toContain('blocked stage visit_scheduled: Renta has none with the id 1003')
    controls().change({ type: 'deals', id: deal().id, properties: { portero_budget: '31000' } }) // so that it is looked at
    await stage.follow()
    await act()(adoptDeal, { person: (await lead()).person, lead: (await lead()).id, texts: { occupants: '3' } })
    await stage.follow()
    expect([(await lead()).stage, deal().properties['dealstage'], deal().properties['portero_occupants']]).toEqual(['visit_scheduled', '1001', '3'])
    controls().stage({ type: 'deals', stage: '1003', archived: false })
    await stage.pass(12 * minute)
    expect([deal().properties['dealstage'], (await lead()).stage, letters().slice(admins).map(({ subject }) => subject)]).toEqual(['1003', 'visit_scheduled', Array.from({ length: admins }, () => 'HubSpot ya está bien con Portero')])
  }, 120_000)

  test('and in which a new deal would begin, lets it begin in the next; another one in the settings mends it', async () => {
    controls().stage({ type: 'deals', stage: '1001', archived: true })
    await stage.say(number, 'Hola')
    await stage.follow()
    expect([deal().properties['dealstage'], (await lead()).stage]).toEqual(['1002', 'new'])
    controls().change({ type: 'deals', id: deal().id, properties: { portero_budget: '21000' } })
    await stage.follow()
    expect((await lead()).stage).toBe('new') // that it stands there is nobody's doing
    expect((await ask('POST', '/crm/v3/pipelines/deals/rentas/stages', { stageId: '1101', label: 'Por contactar', displayOrder: 0, metadata: { probability: '0.1' } })).status).toBe(201)
    const { vendor, account: portal, tenant, settings } = await account()
    await stage.house.connections.put({ tenant, vendor, account: portal, settings: { ...settings, stages: { ...settings.stages, new: '1101' } } })
    await stage.pass(12 * minute)
    expect([deal().properties['dealstage'], (await lead()).stage, await stage.rows('select what from trouble')]).toEqual(['1101', 'new', []])
  }, 120_000)
})

describe('a stage that is renamed', () => {
  test('is the same stage, which the plan wonders about only where it is called like another of ours', async () => {
    controls().stage({ type: 'deals', stage: '1002', label: 'Con perfil completo' })
    controls().stage({ type: 'deals', stage: '1003', label: 'Cita con asesor' })
    controls().stage({ type: 'deals', stage: '1007', label: 'Solicitud en revisión' })
    const told = await plan()
    expect(told).toContain('well stage qualified: "Con perfil completo" of Renta')
    expect(told.find((line) => line.includes('stage lost'))).toBe('well stage lost: "Solicitud en revisión" of Renta, which sounds like application: see that the ids of the settings are the right ones')
    await stage.visit(number)
    expect(deal().properties['dealstage']).toBe('1003')
  })
  test.each([['visit_scheduled', 'Cita agendada'], ['visit_done', 'Visita realizada'], ['won', 'Rentado'], ['lost', 'No calificado'], ['new', 'New lead'], ['application', 'Papelería'], ['qualified', 'Calificado']] as const)('of ours, %s, may be called %s', (which, label) => expect(doubtAbout(which, label)).toBe(''))
  test.each([['won', 'Perdido'], ['new', 'Calificado'], ['visit_scheduled', 'Visita realizada']] as const)('but %s may hardly be called %s', (which, label) => expect(doubtAbout(which, label)).toContain('sounds like'))
})

test('a property that is taken away is made anew by the watch, and what was to stand in it arrives', async () => {
  await stage.say(number, 'Hola')
  await stage.follow()
  expect((await ask('DELETE', '/crm/v3/properties/deals/portero_occupants')).status).toBe(204)
  const { id, person } = await lead()
  await act()(adoptDeal, { person, lead: id, texts: { occupants: '4' } })
  await stage.pass(18 * minute)
  expect(deal().properties['portero_occupants']).toBe('4')
}, 120_000)
