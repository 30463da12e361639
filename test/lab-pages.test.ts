import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import request, { type Response } from 'supertest'
import { makeBundles } from './lab/card-bundles.ts'
import { labPages } from './lab/home-page.ts'
import { openServer, type LabServer, type Phone } from './lab/server.ts'
import type { Simulator } from './lab/simulator.ts'
import { fakeClock, type FakeClock } from './support/clock.ts'

// The lab's own pages, over a HubSpot and a phone that hold what a test puts there.
const evil = '<script>alert(1)</script>"><img src=x onerror=alert(2)>'
type Line = { id: string; from: 'me' | 'them'; text: string; at: number; status: string }
let clock: FakeClock
let hubspot: Record<'contacts' | 'deals' | 'meetings' | 'communications' | 'tasks' | 'tickets' | 'notes', object[]>
let chat: Line[]
let dialled: string[]
let operator: { url: string; name: string; password: string } | undefined
let lab: LabServer

const phone: Phone = ({ method, number, body }) => {
  dialled.push(`${method} ${number}`)
  if (method === 'GET') return { status: 200, body: chat }
  chat.push({ id: `m${chat.length}`, from: 'me', text: (body as { text: string }).text, at: clock.now(), status: 'delivered' })
  return { status: 200, body: { conversationId: 'c1', messageId: 'm1' } }
}
const vendor = (name: string, state: () => unknown = () => ({})): Simulator => ({ name, state, admits: () => true, controls: {}, close() {}, routes: { 'POST /things': () => ({ status: 201, body: {} }), 'GET /things': () => ({ status: 404, body: {} }) } })
const open = (how: { phone?: Phone } = { phone }, simulators = [vendor('hubspot', () => hubspot), vendor('bird')]): Promise<LabServer> =>
  openServer({
    clock, port: 0, simulators, ...how,
    pages: labPages({
      clock, console: () => operator, stages: { visit_scheduled: '1003' }, labelOf: (type, name) => `${type}:${name}`, hosting: { portal: '4812345', publicUrl: 'https://portero.example' },
      bundles: makeBundles({ clock, build: () => ({ done: Promise.resolve(new Map()), stop() {} }) }), proxy: async () => ({ status: 503 }),
    }),
  })

beforeEach(async () => {
  clock = fakeClock()
  hubspot = { contacts: [], deals: [], meetings: [], communications: [], tasks: [], tickets: [], notes: [] }
  chat = []
  dialled = []
  operator = undefined
  lab = await open()
})
afterEach(() => lab.close())
const get = async (path: string, headers: Record<string, string> = {}): Promise<Response> => request(lab.url).get(path).set({ 'accept-language': 'es-MX', ...headers })
const say = (vendor: string, method: 'post' | 'get' = 'post', body: object = { text: 'hola' }): Promise<unknown> => request(lab.url)[method](`/${vendor}/things`).query({ limit: '3' }).send(body).then((answer) => answer, () => undefined)

describe('the home of the lab', () => {
  test('shows phone, record and calls, and how to enter the console', async () => {
    operator = { url: 'http://localhost:3000/console', name: 'lab', password: 'invented-password' }
    const { status, type, text } = await get('/')
    expect({ status, type }).toEqual({ status: 200, type: 'text/html' })
    for (const said of ['De un mensaje a un registro', 'Di hola', 'Este teléfono aún no tiene contacto', 'Ninguna llamada todavía', 'http://localhost:3000/console', 'invented-password', 'data-live="/_pages/about?number=%2B525512345678&amp;user=9411"']) expect(text).toContain(said)
    expect((await get('/', { 'accept-language': 'en' })).text).toContain('From a message to a record')
  })
  test('runs and loads nothing that is not its own', async () => {
    const { headers, text } = await get('/')
    expect(headers['content-security-policy']).toMatch(/^default-src 'self';/)
    expect(text).not.toMatch(/<style|style="|\son\w+="|<script(?! src="\/_assets\/)/)
    const files = [...text.matchAll(/"(\/_assets\/[^"]+)"/g)].map(([, url]) => url!)
    expect(files).toHaveLength(6)
    for (const file of files) expect((await get(file)).status).toBe(200)
    expect((await get(files[1]!, { 'if-none-match': (await get(files[1]!)).headers['etag']! })).status).toBe(304)
  })
  test('without a phone or a HubSpot says so', async () => {
    await lab.close()
    lab = await open({}, [vendor('bird')])
    const { text } = await get('/')
    expect(text).toMatch(/El teléfono no está conectado[\s\S]*HubSpot no está en este laboratorio/)
    expect((await get('/_lab/phone/1/messages')).status).toBe(404)
  })
})

describe('the phone', () => {
  test('sends what is written, and shows it with what came back', async () => {
    const sent = await request(lab.url).post('/_lab/phone/%2B525512345678/messages').send({ text: 'Hola' })
    expect(sent.body).toEqual({ conversationId: 'c1', messageId: 'm1' })
    chat.push({ id: 'm1', from: 'them', text: '¡Hola!', at: clock.now(), status: 'sent' })
    const { text } = await get('/phone?number=%2B52%2055%201234%205678')
    expect(text).toMatch(/class="bubble out"[^>]*><p>Hola<\/p>.*✓✓[\s\S]*class="bubble"[^>]*><p>¡Hola!<\/p>/)
    expect(dialled).toEqual(['POST +525512345678', 'GET +525512345678'])
    expect((await get('/_lab/phone/%2B525512345678/messages')).body).toHaveLength(2)
  })
  test('seems to be answered for a while, and no longer', async () => {
    chat.push({ id: 'm0', from: 'me', text: 'Hola', at: clock.now(), status: 'sent' })
    expect((await get('/_pages/phone')).text).toContain('escribiendo')
    clock.advance(12_000)
    expect((await get('/_pages/phone')).text).not.toContain('escribiendo')
  })
  test.each([['nonsense', 'abc'], ['a script', evil], ['too long', '1'.repeat(40)]])('takes no number that is %s', async (_what, number) => {
    const { text } = await get(`/phone?number=${encodeURIComponent(number)}`)
    expect(text).toContain('value="+525512345678"')
    expect(text).not.toContain('alert(')
  })
  test('says when it answers something else', async () => {
    await lab.close()
    lab = await open({ phone: () => ({ status: 500, body: { error: 'x' } }) })
    expect((await get('/_pages/phone')).text).toContain('no se entiende')
  })
})

describe('the record', () => {
  const at = '2026-11-23T17:00:00Z'
  const record = async (number = '%2B525512345678'): Promise<string> => (await get(`/_pages/about?number=${number}`)).text
  beforeEach(() => {
    hubspot.contacts.push(
      { id: '1', properties: { firstname: 'Otra', phone: '+528100000000' }, updatedAt: '2026-11-23T18:00:00Z', associations: { contacts: [], deals: [] } },
      { id: '2', properties: { firstname: 'María', lastname: 'Fernández', phone: '5512345678', lifecyclestage: 'lead' }, updatedAt: at, associations: { contacts: [], deals: ['3'] } })
    hubspot.deals.push({ id: '3', properties: { dealname: 'María · Loft', dealstage: '1003', amount: '18500' }, updatedAt: at, associations: { contacts: ['2'], deals: [] } })
    hubspot.meetings.push({ id: '4', properties: { hs_meeting_title: 'Visita al loft', hs_meeting_start_time: '2026-11-25T17:00:00Z' }, associations: { contacts: [], deals: ['3'] } })
    hubspot.communications.push({ id: '5', properties: { hs_communication_body: '<p>Hola &amp; buenas<br>&lt;b&gt;</p>' }, associations: { contacts: ['2'], deals: [] } })
  })
  test('tells the contact of that phone, with deal, visit and words', async () => {
    const text = await record()
    expect(text).toMatch(/María Fernández[\s\S]*Visita agendada[\s\S]*5512345678[\s\S]*María · Loft[\s\S]*\$18,500[\s\S]*Visita al loft[\s\S]*mié 25 de nov[\s\S]*11:00[\s\S]*Hola &amp; buenas<\/div>[^&]*&lt;b&gt;/)
    expect(text).not.toContain('Otra')
    expect(await record('%2B528100000000')).toContain('Otra')
    expect(await record('%2B525599999999')).toContain('Este teléfono aún no tiene contacto')
  })
  test('has a page of its own, with every property by the name that HubSpot gives it, and its cards', async () => {
    const { status, text } = await get('/record/contact/2')
    expect(status).toBe(200)
    expect(text).toMatch(/<h1>María Fernández<\/h1>[\s\S]*contact:lifecyclestage<\/dt>[\s\S]*>lead</)
    expect([...text.matchAll(/data-card="(\w+)" data-location="([\w.]+)"/g)].map(([, card, place]) => `${card} ${place}`)).toEqual(['ConversationCard crm.record.tab', 'VisitCard crm.record.tab', 'VisitCard crm.record.sidebar', 'PreviewCard crm.preview'])
    expect((await get('/record/deal/3')).text).toMatch(/<h1>María · Loft<\/h1>[\s\S]*\$18,500[\s\S]*href="\/record\/contact\/2\?user=9411"/)
  })
  test('shows what the team has to do, wrote down and has at its help desk', async () => {
    const associations = { contacts: ['2'], deals: [] }
    hubspot.tasks.push({ id: '41', properties: { hs_task_subject: 'Llamar por el aval', hs_task_status: 'NOT_STARTED' }, associations })
    hubspot.tickets.push({ id: '42', properties: { subject: 'Tiene una queja', hs_pipeline_stage: '4' }, associations })
    hubspot.notes.push({ id: '43', properties: { hs_note_body: 'Trae gatos &#38; plantas<br>&#60;elevador&#62;' }, associations })
    const { text } = await get('/record/contact/2')
    for (const told of ['Llamar por el aval', 'Pendiente', 'Tiene una queja', 'Atendido', 'Trae gatos &amp; plantas', '&lt;elevador&gt;']) expect(text).toContain(told)
  })
  test('is seen as whoever was chosen', async () => {
    const told = async (user: string): Promise<any> => JSON.parse(/data-crm="([^"]*)"/.exec((await get(`/record/contact/2?user=${user}`)).text)![1]!.replaceAll('&quot;', '"').replaceAll('&#39;', "'")).context
    expect(await told('9422')).toMatchObject({ user: { id: 9422, email: 'tomas@urbanhub.mx', locale: 'es-mx' }, portal: { id: 4812345 }, variables: { TOOL_BASE_URL: 'https://portero.example' } })
    expect((await told('nobody')).user.id).toBe(9411)
  })
  test('that is not there is told, and a strange address is none', async () => {
    expect((await get('/record/contact/99')).text).toContain('ya no existe')
    for (const path of ['/record/company/1', '/record/contact/abc', `/record/contact/${encodeURIComponent(evil)}`]) expect((await get(path)).status).toBe(404)
  })
  test('is sent only when it has changed', async () => {
    const { headers } = await get('/_pages/about')
    expect((await get('/_pages/about', { 'if-none-match': headers['etag']! })).status).toBe(304)
    Object.assign(hubspot.deals[0]!, { properties: { dealname: 'María · Otro' } })
    expect((await get('/_pages/about', { 'if-none-match': headers['etag']! })).text).toContain('María · Otro')
  })
})

describe('the calls', () => {
  test('show what was asked and answered, and in which time; the latest first', async () => {
    lab.desk('bird').fault({ on: 'POST /things', fault: 'slow' })
    const slow = say('bird', 'post', { text: 'con cuerpo' })
    await lab.desk('bird').arrived('POST /things')
    expect((await get('/_pages/calls')).text).toContain('en curso')
    clock.advance(34)
    lab.desk('bird').release()
    await slow
    await say('hubspot', 'get')
    const { text } = await get('/_pages/calls')
    expect(text.replaceAll(/<[^>]+>/g, ' ')).toMatch(/GET\s+\/things\?limit=3\s+hubspot\s+404\s+0 ms[\s\S]*POST\s+\/things\?limit=3\s+bird\s+201\s+34 ms[\s\S]*&quot;con cuerpo&quot;/)
    expect((await get('/_lab/bird/requests')).body).toEqual([expect.objectContaining({ on: 'POST /things', status: 201, ms: 34, fault: 'slow' })])
  })
  test('show that a vendor was made to go away, and the switch does it', async () => {
    const switched = async (): Promise<{ url: string; method: string; body: string }> => {
      const [, url = '', method = '', body = ''] = /data-url="([^"]*faults)" data-method="([^"]*)" data-body="([^"]*)"/.exec((await get('/_pages/vendors')).text.split('vendor-bird')[1]!)!
      return { url, method, body: body.replaceAll('&quot;', '"') }
    }
    const stop = await switched()
    expect((await request(lab.url).post(stop.url).type('application/json').send(stop.body)).status).toBe(200)
    await say('bird')
    expect((await get('/')).text).toMatch(/Detenido[\s\S]*Reanudar/)
    expect((await get('/_pages/calls')).text).toMatch(/sin respuesta[\s\S]*falla: down/)
    const resume = await switched()
    expect(resume.method).toBe('DELETE')
    expect((await request(lab.url).delete(resume.url)).body).toEqual([])
    expect((await get('/_pages/vendors')).text).not.toContain('Detenido')
  })
})

test('whatever people or vendors write is text', async () => {
  chat.push({ id: evil, from: 'them', text: evil, at: clock.now(), status: evil })
  hubspot.contacts.push({ id: '6', properties: { firstname: evil, phone: '+525512345678', email: evil, [evil]: evil }, associations: {} })
  hubspot.deals.push({ id: '7', properties: { dealname: evil, dealstage: evil }, associations: { contacts: ['6'] } })
  hubspot.communications.push({ id: evil, properties: { hs_communication_body: '&lt;script&gt;alert(3)&lt;/script&gt;' }, associations: { contacts: ['6'] } })
  operator = { url: '/console', name: evil, password: evil }
  await request(lab.url).post(`/bird/${encodeURIComponent(evil)}`).query({ q: evil }).send({ [evil]: evil })
  expect((await get('/')).text).toContain('&lt;script&gt;alert(3)')
  for (const path of ['/', '/record/contact/6', '/record/deal/7', '/app']) expect((await get(path)).text).not.toMatch(/<script(?! src="\/_assets\/)|<img|onerror=alert\(2\)>/)
})

test('everything else of the lab still answers in JSON', async () => {
  for (const path of ['/nowhere', '/_pages/nowhere', '/_assets/nowhere', '/_assets/..%2fserver.ts', '/_lab/nowhere/state', '/_lab/bird/nowhere', '/_lab/phone/1/other', '/phone/1']) {
    const { status, type } = await get(path)
    expect({ path, status, type }).toEqual({ path, status: 404, type: 'application/json' })
  }
  expect((await request(lab.url).post('/').send({})).status).toBe(404)
  expect((await get('/_lab/hubspot/state')).body).toEqual(hubspot)
})
