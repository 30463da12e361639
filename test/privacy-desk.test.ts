import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { requestPrivacy } from '@portero/tool-server/actions/request-privacy.ts'
import { verifyCertificate } from '@portero/tool-server/actions/privacy-printed.ts'
import type { ArcoKind } from '@portero/tool-server/domain/privacy.ts'
import { dueAfter, folioOf } from '@portero/tool-server/domain/privacy.ts'
import { browserOf, type Browser } from './support/console-stage.ts'
import { openVisit, type VisitStage } from './support/visit-stage.ts'
import { sql } from 'kysely'
import request from 'supertest'

// Whoever answers for privacy, from the request to the certificate, in the house as it is shipped: WhatsApp, HubSpot and mail of the lab.
const hour = 3_600_000
const officer = 'oficial@casas.example'
type Stage = VisitStage & { rows<R>(statement: string): Promise<R[]>; phone(number: string): string[] }
let stage: Stage
let desk: Browser
let numbers = 0
let folder = ''
beforeAll(async () => {
  const opened = await openVisit()
  stage = { ...opened, rows: async (statement) => (await sql.raw(statement).execute(opened.house.db.bare)).rows as never, phone: (number) => opened.lab.bird.phone.messages(number).map(({ text }) => text) }
  folder = mkdtempSync(join(tmpdir(), 'portero-certificates-'))
  await stage.house.putOperator({ tenant: stage.house.tenant, name: officer, password: 'la-llave-del-archivo', role: 'officer' })
  await stage.house.putOperator({ tenant: stage.house.tenant, name: 'agente', password: 'la-llave-del-cuarto', role: 'agent' })
})
beforeEach(async () => {
  stage.clock.advance(61_000)
  desk = await signedIn(officer, 'la-llave-del-archivo')
}) // time goes by, and nobody is signed in for long
afterAll(async () => {
  await stage.end()
  rmSync(folder, { recursive: true, force: true })
})

const signedIn = async (name: string, password: string): Promise<Browser> => {
  const one = browserOf(stage.house.doors)
  const csrf = one.csrfOf((await one.get('/console/sign-in')).text)
  await one.post('/console/sign-in', { csrf, next: '/console', name, password })
  return one
}
type Guest = { number: string; person: string; conversation: string }
const greet = async (): Promise<Guest> => {
  const number = `+52551245${String(++numbers).padStart(4, '0')}`
  const { conversationId } = stage.lab.bird.phone.write(number, { text: 'Hola, soy Renata' })
  await stage.follow(1_000)
  const [row] = await stage.rows<{ id: string; person: string }>(`select id, person_id as person from conversation where external_id = '${conversationId}'`)
  return { number, person: row!.person, conversation: row!.id }
}
const ask = async (guest: Guest, kind: ArcoKind): Promise<string> => (await stage.house.acting.as({ tenant: stage.house.tenant, by: 'prospect', person: guest.person, conversation: guest.conversation }, 'all')(requestPrivacy, { kind, details: 'lo que dije' })).case
const page = async (path: string, who = desk): Promise<string> => (await who.get(path)).text
const move = async (id: string, fields: Record<string, string>): Promise<string> => {
  const csrf = desk.csrfOf(await page(`/console/privacy/${id}`))
  const answer = await desk.post(`/console/privacy/${id}`, { csrf, ...fields })
  if (answer.status === 303) return answer.headers['location']!.replace(/.*came=/, '')
  return `${answer.status} ${/role="status"><b>([^<]*)/.exec(answer.text)?.[1] ?? ''}`
}
type Row = { state: string; person: string | null; by: string | null; due: number; closed: number | null; certificate: string | null }
const caseOf = async (id: string): Promise<Row> => (await stage.rows<Row>(`select state, person_id as person, identified_by as by, due_at as due, closed_at as closed, certificate from privacy_case where id = '${id}'`))[0]!
const dead = () => stage.rows('select name, error from job where state = \'dead\'')
const mails = (to: string) => stage.lab.mail.state().mails.filter((mail) => JSON.stringify(mail).includes(to))
const post = (fields: Record<string, string>) => browserOf(stage.house.doors).post('/privacidad', fields)
const opened = async ({ text }: { text: string }): Promise<string> => (await stage.rows<{ id: string }>(`select id from privacy_case where right(id::text, 8) = '${/P-([0-9A-F]{8})/.exec(text)![1]!.toLowerCase()}'`))[0]!.id
const filled = (contact: string, kind = 'access') => ({ kind, name: 'Renata Ruiz', contact, details: 'Quiero saber qué tienen de mí.' })

test('the dates ring in the officer’s mail once each, and no more once it is done', async () => {
  const guest = await greet()
  const id = await ask(guest, 'access')
  const done = await ask(await greet(), 'access')
  await stage.follow(1_000)
  const ringing = async (): Promise<number> => (await stage.rows(`select 1 from job where key like 'timer:privacy-due:${done}:%' and state = 'scheduled'`)).length
  expect([await ringing(), await move(done, { do: 'withdraw' }), await ringing()]).toEqual([3, 'ok', 0])
  const about = (which: string) => mails(officer).filter((mail) => JSON.stringify(mail).includes(`/console/privacy/${which}`)).length
  stage.clock.advance((await caseOf(id)).due - stage.clock.now() - hour)
  await stage.follow(6_000)
  expect([about(id), about(done)]).toEqual([3, 0])
  stage.clock.advance(12 * hour) // the next morning
  desk = await signedIn(officer, 'la-llave-del-archivo')
  const list = await page('/console/privacy')
  expect(list).toMatch(/plazos? ya venci/)
  expect(list.indexOf(folioOf(id))).toBeGreaterThan(-1)
})

describe('the page that anybody may ask on', () => {
  test('answers alike for whoever we know and whoever we do not, and touches nobody', async () => {
    const guest = await greet()
    const { number } = guest
    await ask(guest, 'access')
    await stage.follow(6_000)
    const said = stage.phone(number).length
    const known = await post(filled(number))
    const knownId = await opened(known)
    const strange = await post(filled('+52 55 9999 1234'))
    const strangeId = await opened(strange)
    const shape = (text: string): string => text.replaceAll(/P-[0-9A-F]{8}/g, 'P-').replaceAll(/\?v=[\w-]+/g, '')
    expect([known.status, strange.status, shape(known.text)]).toEqual([200, 200, shape(strange.text)])
    expect(known.text).toContain(folioOf(knownId))
    expect(strange.text).toContain(folioOf(strangeId))
    expect([await caseOf(knownId), await caseOf(strangeId)]).toEqual([expect.objectContaining({ state: 'received', person: null, due: dueAfter(stage.clock.now()) }), expect.objectContaining({ state: 'received', person: null })])
    await stage.follow()
    expect(stage.phone(number)).toHaveLength(said)
    const shown = await page(`/console/privacy/${knownId}`)
    for (const words of ['Renata Ruiz', `Termina en ${number.slice(-4)}`, 'Enviar código', 'Identificar a mano']) expect(shown).toContain(words)
    expect(await page(`/console/privacy/${strangeId}`)).toContain('Nadie con ese contacto')
  })
  test('takes no form from elsewhere and none that does not fit', async () => {
    const before = (await stage.rows('select 1 from privacy_case')).length
    expect((await post({ ...filled('no soy nada') })).status).toBe(400)
    expect((await post({ ...filled('+525512340000'), kind: 'todo' })).text).toContain('Falta algo')
    expect((await request(stage.house.doors).post('/privacidad').set('sec-fetch-site', 'cross-site').type('form').send(filled('+525512340000'))).status).toBe(403)
    const english = await browserOf(stage.house.doors).get('/privacidad?lang=en')
    expect(english.text).toContain('Send request')
    expect(english.headers['content-security-policy']).toContain("default-src 'self'")
    expect((await browserOf(stage.house.doors).get('/aviso')).text).toContain('href="/privacidad"')
    expect((await stage.rows('select 1 from privacy_case')).length).toBe(before)
  })
  test('takes only so many from one address', async () => {
    const statuses: number[] = []
    for (let count = 0; count < 7; count++) statuses.push((await post(filled('ana@correo.example'))).status)
    expect(statuses).toEqual([200, 200, 200, 200, 200, 429, 429])
  })
})

describe('who asks', () => {
  test('proves it by the code that only their own number gets, and it is theirs from then on', async () => {
    const { number, person } = await greet()
    const id = await opened(await post(filled(number, 'rectify')))
    expect(await move(id, { do: 'accept', name: 'Otra' })).toBe('409 Primero hay que identificar a la persona.')
    expect(await move(id, { do: 'code' })).toBe('ok')
    await stage.follow(4_000)
    const code = stage.phone(number).flatMap((text) => /es (\d{6})/.exec(text)?.[1] ?? [])[0]!
    expect(await move(id, { do: 'check', code: code === '000000' ? '111111' : '000000' })).toBe('409 El código no es ese, o ya venció.')
    expect((await caseOf(id)).person).toBeNull()
    expect(await move(id, { do: 'check', code })).toBe('ok')
    expect(await caseOf(id)).toMatchObject({ state: 'identified', person, by: 'code' })
    expect(await stage.rows(`select 1 from privacy_step where case_id = '${id}' and what = 'identify'`)).toHaveLength(1)
    expect(await move(id, { do: 'hand', proof: 'INE' })).toBe('409 Eso ya se hizo una vez.')
  })
  test('has five tries', async () => {
    const { number } = await greet()
    const id = await opened(await post(filled(number, 'oppose')))
    await move(id, { do: 'code' })
    await stage.follow(4_000)
    const code = stage.phone(number).flatMap((text) => /es (\d{6})/.exec(text)?.[1] ?? [])[0]!
    for (let count = 0; count < 5; count++) await move(id, { do: 'check', code: 'x' })
    expect(await move(id, { do: 'check', code })).toBe('409 El código no es ese, o ya venció.')
  })
  test('has proven it where they asked on their own WhatsApp', async () => {
    const guest = await greet()
    expect(await caseOf(await ask(guest, 'access'))).toMatchObject({ state: 'identified', person: guest.person, by: 'whatsapp' })
  })
  test('may be known by a number of theirs, where they asked from elsewhere', async () => {
    const { number, person } = await greet()
    const id = await opened(await post(filled('otra@correo.example', 'access')))
    expect(await move(id, { do: 'hand', proof: 'INE a la vista', phone: '+525500000000' })).toContain('Nadie con ese contacto')
    expect(await move(id, { do: 'hand', proof: 'INE a la vista', phone: number })).toBe('ok')
    expect(await caseOf(id)).toMatchObject({ state: 'identified', person, by: 'hand' })
  })
  test('is somebody whom nobody knows: refused for lack of data, by letter to where they said', async () => {
    const id = await opened(await post(filled('nadie@correo.example')))
    expect(await move(id, { do: 'hand', proof: 'INE a la vista' })).toBe('ok')
    expect(await move(id, { do: 'accept' })).toContain('Nadie con ese contacto')
    expect(await move(id, { do: 'refuse', ground: 'no_data', more: '' })).toBe('ok')
    await stage.follow(4_000)
    const [letter] = mails('nadie@correo.example')
    expect(JSON.stringify(letter)).toContain('Secretaría Anticorrupción y Buen Gobierno')
    expect(await caseOf(id)).toMatchObject({ state: 'refused', person: null })
  })
})

describe('what is missing', () => {
  test('is asked for once, and whoever never says it counts as not having asked', async () => {
    const guest = await greet()
    const id = await ask(guest, 'access')
    expect(await move(id, { do: 'ask', missing: 'Dinos de qué visita hablas.' })).toBe('ok')
    await stage.follow(4_000)
    expect(stage.phone(guest.number).at(-1)).toContain('Dinos de qué visita hablas.')
    expect(await move(id, { do: 'refuse', ground: 'no_data', more: '' })).toContain('409')
    const { due } = await caseOf(id)
    expect(due).toBe(dueAfter(stage.clock.now(), 10))
    stage.clock.advance(due - stage.clock.now() - hour)
    await stage.follow()
    expect((await caseOf(id)).state).toBe('asked')
    stage.clock.advance(2 * hour)
    await stage.follow()
    expect(await caseOf(id)).toMatchObject({ state: 'lapsed', certificate: null })
    expect((await stage.rows<{ how: string }>(`select how from privacy_step where case_id = '${id}' and what = 'lapse'`))[0]?.how).toBe('aloud') // neither window nor mail
  })
})

describe('what is granted', () => {
  const told = async (id: string): Promise<{ certificate: { deeds: { where: string; what: string; count?: number }[]; folio: string } }> => JSON.parse((await caseOf(id)).certificate!)
  test('access: handed over, certified, and the certificate shows whether anybody changed it', async () => {
    const guest = await greet()
    const id = await ask(guest, 'access')
    expect((await desk.get(`/console/privacy/${id}/archive`)).status).toBe(404) // not before it is granted
    expect(await move(id, { do: 'accept' })).toBe('ok')
    expect((await caseOf(id)).due).toBe(dueAfter(stage.clock.now(), 15))
    expect(await move(id, { do: 'extend', why: 'Son muchos archivos.' })).toBe('ok')
    expect((await caseOf(id)).due).toBe(dueAfter(stage.clock.now(), 30))
    expect(await move(id, { do: 'extend', why: 'Otra vez.' })).toBe('409 Eso ya se hizo una vez.')
    const archive = await desk.get(`/console/privacy/${id}/archive`)
    expect([archive.status, archive.headers['content-type'], (await stage.rows(`select 1 from audit where what = 'read:person-archive' and person_id = '${guest.person}'`)).length]).toEqual([200, 'application/zip', 1])
    expect(await move(id, { do: 'do' })).toBe('ok')
    const json = (await desk.get(`/console/privacy/${id}/certificate.json`)).text
    const file = join(folder, 'constancia.json')
    const lines: string[] = []
    const verify = async (text: string): Promise<string> => {
      writeFileSync(file, text)
      return verifyCertificate({ ...stage.house, say: (line) => void lines.push(line) }, file).then(() => 'ours', (thrown: { code: string }) => thrown.code)
    }
    expect(await verify(json)).toBe('ours')
    expect(lines).toEqual([`La constancia del folio ${folioOf(id)} es nuestra y nadie la ha cambiado.`])
    expect(await verify(json.replace('handed_over', 'erased'))).toBe('refused')
    expect(await verify(json.replace(/"signature": "(\w+)/, '"signature": "x$1'))).toBe('refused')
    expect(await verify('{}')).toBe('invalid_input')
    expect(await page(`/console/privacy/${id}/certificate.html`)).toContain(folioOf(id))
    expect(json).not.toContain(guest.number.slice(-8))
  })
  test('rectification: reaches HubSpot, with before and after sealed beside it', async () => {
    const guest = await greet()
    const other = await greet()
    const id = await ask(guest, 'rectify')
    expect(await move(id, { do: 'accept', phone: other.number })).toContain('Ese teléfono ya es de otra persona')
    expect(await move(id, { do: 'accept' })).toContain('Falta decir qué se cambia')
    expect(await move(id, { do: 'accept', name: 'Renata Ruiz Solís', phone: '55 9876 5432', mail: 'renata@correo.example', language: '' })).toBe('ok')
    await stage.follow(4_000)
    const { properties } = stage.lab.hubspot.state().contacts.find((each) => each.properties['portero_id'] === guest.person)!
    expect([properties['firstname'], properties['lastname'], properties['phone']]).toEqual(['Renata', 'Ruiz Solís', '+525598765432'])
    expect(await caseOf(id)).toMatchObject({ state: 'done' })
    expect(await page(`/console/privacy/${id}`)).toContain(`&quot;phone&quot;:&quot;${guest.number}&quot;`)
    expect((await told(id)).certificate.deeds.map(({ where }) => where)).toEqual(['portero', 'bird', 'hubspot'])
    expect(JSON.stringify(await told(id))).not.toContain('Renata')
  })
  test('opposition: each purpose by itself', async () => {
    const guest = await greet()
    const id = await ask(guest, 'oppose')
    expect(await move(id, { do: 'accept' })).toContain('Falta decir qué se cambia')
    const csrf = desk.csrfOf(await page(`/console/privacy/${id}`))
    expect((await desk.post(`/console/privacy/${id}`, { csrf, do: 'accept', purposes: ['marketing', 'automated'] as never })).status).toBe(303)
    expect(await stage.rows(`select purpose, status from consent where person_id = '${guest.person}' and evidence = 'privacy:${id}' order by purpose`)).toEqual([{ purpose: 'automated', status: 'revoked' }, { purpose: 'marketing', status: 'revoked' }])
    expect((await told(id)).certificate.deeds).toEqual([{ where: 'portero', what: 'opposed', of: ['marketing', 'automated'] }])
  })
  test('cancellation: waits until what else they asked for is closed', async () => {
    const guest = await greet()
    const first = await ask(guest, 'access')
    const id = await ask(guest, 'cancel')
    expect(await move(id, { do: 'accept' })).toContain('tiene otras solicitudes abiertas')
    expect(await move(first, { do: 'withdraw' })).toBe('ok')
    expect(await move(id, { do: 'accept' })).toBe('ok')
  })
  test('cancellation: blocked at once, erased on its day, and certified without a name', async () => {
    const guest = await greet()
    const id = await ask(guest, 'cancel')
    const wanted = new Date(dueAfter(stage.clock.now(), 3) - 6 * hour).toISOString().slice(0, 10)
    expect(await move(id, { do: 'accept', eraseOn: '2020-01-01' })).toContain('La fecha de borrado debe ser futura')
    expect((await caseOf(id)).state).toBe('identified')
    expect(await move(id, { do: 'accept', eraseOn: wanted })).toBe('ok')
    expect(await stage.rows(`select blocked_at is not null as blocked from person where id = '${guest.person}'`)).toEqual([{ blocked: true }])
    await stage.follow(4_000)
    expect(stage.phone(guest.number).at(-1)).toContain('desde hoy tus datos están bloqueados')
    expect((await caseOf(id)).state).toBe('accepted')
    expect(await page(`/console/privacy/${id}`)).toContain('desde hoy tus datos están bloqueados')
    stage.clock.advance(dueAfter(stage.clock.now(), 3) - stage.clock.now() + 60_000)
    await stage.follow(3_000)
    expect(await caseOf(id)).toMatchObject({ state: 'done', certificate: expect.stringContaining(folioOf(id)) })
    const { certificate: { deeds } } = await told(id)
    expect(deeds).toContainEqual({ where: 'message', what: 'erased', count: expect.any(Number) })
    expect(deeds.every(({ what }) => what === 'erased')).toBe(true)
    desk = await signedIn(officer, 'la-llave-del-archivo')
    expect(await page(`/console/privacy/${id}`)).toContain('Datos borrados')
    expect(await stage.rows(`select 1 from data_key where person_id = '${guest.person}'`)).toEqual([])
  })
})

test('nobody but whoever answers for privacy gets in', async () => {
  const agent = await signedIn('agente', 'la-llave-del-cuarto')
  const [{ id } = { id: '' }] = await stage.rows<{ id: string }>('select id from privacy_case limit 1')
  for (const path of ['/console/privacy', '/console/privacy/registers', `/console/privacy/${id}`, `/console/privacy/${id}/certificate.json`]) expect((await agent.get(path)).status).toBe(403)
  expect((await agent.post(`/console/privacy/${id}`, { csrf: agent.csrfOf(await page('/console', agent)), do: 'withdraw' })).status).toBe(403)
  expect((await desk.post(`/console/privacy/${id}`, { csrf: 'x', do: 'withdraw' })).status).toBe(403)
  expect(await page('/console', agent)).not.toContain('/console/privacy')
})

test('nothing was given up on', async () => expect(await dead()).toEqual([]))
