import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { verifyCertificate } from '@portero/tool-server/actions/privacy-printed.ts'
import { dueAfter, folioOf } from '@portero/tool-server/domain/privacy.ts'
import request from 'supertest'
import { browserOf } from './support/console-stage.ts'
import { filled, officer, openPrivacyStage, type PrivacyStage } from './support/privacy-stage.ts'

// Whoever answers for privacy, from the request to the certificate, in the house as it is shipped: WhatsApp, HubSpot and mail of the lab.
const hour = 3_600_000
jest.setTimeout(180_000) // three weeks go by, each second of a morning looked at
let stage: PrivacyStage
let folder = ''
beforeAll(async () => {
  stage = await openPrivacyStage()
  folder = mkdtempSync(join(tmpdir(), 'portero-certificates-'))
  await stage.house.putOperator({ tenant: stage.house.tenant, name: 'agente', password: 'la-llave-del-cuarto', role: 'agent' })
})
beforeEach(async () => {
  stage.clock.advance(61_000)
  await stage.signIn()
}) // time goes by, and nobody is signed in for long
afterAll(async () => {
  await stage.end()
  rmSync(folder, { recursive: true, force: true })
})

test('the dates ring in the officer’s mail once each, and no more once it is done', async () => {
  const guest = await stage.greet()
  const id = await stage.ask(guest, 'access')
  const done = await stage.ask(await stage.greet(), 'access')
  await stage.follow(1_000)
  const ringing = async (): Promise<number> => (await stage.rows(`select 1 from job where key like 'timer:privacy-due:${done}:%' and state = 'scheduled'`)).length
  expect([await ringing(), await stage.move(done, { do: 'withdraw' }), await ringing()]).toEqual([3, 'ok', 0])
  const about = (which: string) => stage.mails(officer).filter((mail) => JSON.stringify(mail).includes(`/console/privacy/${which}`)).length
  stage.clock.advance((await stage.caseOf(id)).due - stage.clock.now() - hour)
  await stage.follow(12_000) // a letter a second
  expect([about(id), about(done)]).toEqual([3, 0])
  stage.clock.advance(12 * hour) // the next morning
  await stage.signIn()
  const list = await stage.page('/console/privacy')
  expect(list).toMatch(/plazos? ya venci/)
  expect(list.indexOf(folioOf(id))).toBeGreaterThan(-1)
})

describe('the page that anybody may ask on', () => {
  test('answers alike for whoever we know and whoever we do not, and touches nobody', async () => {
    const guest = await stage.greet()
    const { number } = guest
    await stage.ask(guest, 'access')
    await stage.follow(6_000)
    const said = stage.phone(number).length
    const known = await stage.post(filled(number))
    const knownId = await stage.opened(known)
    const strange = await stage.post(filled('+52 55 9999 1234'))
    const strangeId = await stage.opened(strange)
    const shape = (text: string): string => text.replaceAll(/P-[0-9A-F]{8}/g, 'P-').replaceAll(/\?v=[\w-]+/g, '')
    expect([known.status, strange.status, shape(known.text)]).toEqual([200, 200, shape(strange.text)])
    expect(known.text).toContain(folioOf(knownId))
    expect(strange.text).toContain(folioOf(strangeId))
    expect([await stage.caseOf(knownId), await stage.caseOf(strangeId)]).toEqual([expect.objectContaining({ state: 'received', person: null, due: dueAfter(stage.clock.now()) }), expect.objectContaining({ state: 'received', person: null })])
    await stage.follow()
    expect(stage.phone(number)).toHaveLength(said)
    const shown = await stage.page(`/console/privacy/${knownId}`)
    for (const words of ['Renata Ruiz', `Termina en ${number.slice(-4)}`, 'Enviar código', 'Identificar a mano']) expect(shown).toContain(words)
    expect(await stage.page(`/console/privacy/${strangeId}`)).toContain('Nadie con ese contacto')
  })
  test('takes no form from elsewhere and none that does not fit', async () => {
    const before = (await stage.rows('select 1 from privacy_case')).length
    expect((await stage.post({ ...filled('no soy nada') })).status).toBe(400)
    expect((await stage.post({ ...filled('+525512340000'), kind: 'todo' })).text).toContain('Falta algo')
    expect((await request(stage.house.doors).post('/privacidad').set('sec-fetch-site', 'cross-site').type('form').send(filled('+525512340000'))).status).toBe(403)
    const english = await browserOf(stage.house.doors).get('/privacidad?lang=en')
    expect(english.text).toContain('Send request')
    expect(english.headers['content-security-policy']).toContain("default-src 'self'")
    expect((await browserOf(stage.house.doors).get('/aviso')).text).toContain('href="/privacidad"')
    expect((await stage.rows('select 1 from privacy_case')).length).toBe(before)
  })
  test('takes only so many from one address', async () => {
    const statuses: number[] = []
    for (let count = 0; count < 7; count++) statuses.push((await stage.post(filled('ana@correo.example'))).status)
    expect(statuses).toEqual([200, 200, 200, 200, 200, 429, 429])
  })
})

describe('who asks', () => {
  test('proves it by the code that only their own number gets, and it is theirs from then on', async () => {
    const { number, person } = await stage.greet()
    const id = await stage.opened(await stage.post(filled(number, 'rectify')))
    expect(await stage.move(id, { do: 'accept', name: 'Otra' })).toBe('409 Primero hay que identificar a la persona.')
    expect(await stage.move(id, { do: 'code' })).toBe('ok')
    await stage.follow(4_000)
    const code = stage.phone(number).flatMap((text) => /es (\d{6})/.exec(text)?.[1] ?? [])[0]!
    expect(await stage.move(id, { do: 'check', code: code === '000000' ? '111111' : '000000' })).toBe('409 El código no es ese, o ya venció.')
    expect((await stage.caseOf(id)).person).toBeNull()
    expect(await stage.move(id, { do: 'check', code })).toBe('ok')
    expect(await stage.caseOf(id)).toMatchObject({ state: 'identified', person, by: 'code' })
    expect(await stage.rows(`select 1 from privacy_step where case_id = '${id}' and what = 'identify'`)).toHaveLength(1)
    expect(await stage.move(id, { do: 'hand', proof: 'INE' })).toBe('409 Eso ya se hizo una vez.')
  })
  test('has five tries', async () => {
    const { number } = await stage.greet()
    const id = await stage.opened(await stage.post(filled(number, 'oppose')))
    await stage.move(id, { do: 'code' })
    await stage.follow(4_000)
    const code = stage.phone(number).flatMap((text) => /es (\d{6})/.exec(text)?.[1] ?? [])[0]!
    for (let count = 0; count < 5; count++) await stage.move(id, { do: 'check', code: 'x' })
    expect(await stage.move(id, { do: 'check', code })).toBe('409 El código no es ese, o ya venció.')
  })
  test('has proven it where they asked on their own WhatsApp', async () => {
    const guest = await stage.greet()
    expect(await stage.caseOf(await stage.ask(guest, 'access'))).toMatchObject({ state: 'identified', person: guest.person, by: 'whatsapp' })
  })
  test('may be known by a number of theirs, where they asked from elsewhere', async () => {
    const { number, person } = await stage.greet()
    const id = await stage.opened(await stage.post(filled('otra@correo.example', 'access')))
    expect(await stage.move(id, { do: 'hand', proof: 'INE a la vista', phone: '+525500000000' })).toContain('Nadie con ese contacto')
    expect(await stage.move(id, { do: 'hand', proof: 'INE a la vista', phone: number })).toBe('ok')
    expect(await stage.caseOf(id)).toMatchObject({ state: 'identified', person, by: 'hand' })
  })
  test('is somebody whom nobody knows: refused for lack of data, by letter to where they said', async () => {
    const id = await stage.opened(await stage.post(filled('nadie@correo.example')))
    expect(await stage.move(id, { do: 'hand', proof: 'INE a la vista' })).toBe('ok')
    expect(await stage.move(id, { do: 'accept' })).toContain('Nadie con ese contacto')
    expect(await stage.move(id, { do: 'refuse', ground: 'no_data', more: '' })).toBe('ok')
    await stage.follow(4_000)
    const [letter] = stage.mails('nadie@correo.example')
    expect(JSON.stringify(letter)).toContain('Secretaría Anticorrupción y Buen Gobierno')
    expect(await stage.caseOf(id)).toMatchObject({ state: 'refused', person: null })
  })
})

describe('what is missing', () => {
  test('is asked for once, and whoever never says it counts as not having asked', async () => {
    const guest = await stage.greet()
    const id = await stage.ask(guest, 'access')
    expect(await stage.move(id, { do: 'ask', missing: 'Dinos de qué visita hablas.' })).toBe('ok')
    await stage.follow(4_000)
    expect(stage.phone(guest.number).at(-1)).toContain('Dinos de qué visita hablas.')
    expect(await stage.move(id, { do: 'refuse', ground: 'no_data', more: '' })).toContain('409')
    const { due } = await stage.caseOf(id)
    expect(due).toBe(dueAfter(stage.clock.now(), 10))
    stage.clock.advance(due - stage.clock.now() - hour)
    await stage.follow()
    expect((await stage.caseOf(id)).state).toBe('asked')
    stage.clock.advance(2 * hour)
    await stage.follow()
    expect(await stage.caseOf(id)).toMatchObject({ state: 'lapsed', certificate: null })
    expect((await stage.rows<{ how: string }>(`select how from privacy_step where case_id = '${id}' and what = 'lapse'`))[0]?.how).toBe('aloud') // neither window nor mail
  })
})

describe('what is granted', () => {
  test('access: handed over, certified, and the certificate shows whether anybody changed it', async () => {
    const guest = await stage.greet()
    const id = await stage.ask(guest, 'access')
    expect((await stage.desk().get(`/console/privacy/${id}/archive`)).status).toBe(404) // not before it is granted
    expect(await stage.move(id, { do: 'accept' })).toBe('ok')
    expect((await stage.caseOf(id)).due).toBe(dueAfter(stage.clock.now(), 15))
    expect(await stage.move(id, { do: 'extend', why: 'Son muchos archivos.' })).toBe('ok')
    expect((await stage.caseOf(id)).due).toBe(dueAfter(stage.clock.now(), 30))
    expect(await stage.move(id, { do: 'extend', why: 'Otra vez.' })).toBe('409 Eso ya se hizo una vez.')
    const archive = await stage.desk().get(`/console/privacy/${id}/archive`)
    expect([archive.status, archive.headers['content-type'], (await stage.rows(`select 1 from audit where what = 'read:person-archive' and person_id = '${guest.person}'`)).length]).toEqual([200, 'application/zip', 1])
    expect(await stage.move(id, { do: 'do' })).toBe('ok')
    const json = (await stage.desk().get(`/console/privacy/${id}/certificate.json`)).text
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
    expect(await stage.page(`/console/privacy/${id}/certificate.html`)).toContain(folioOf(id))
    expect(json).not.toContain(guest.number.slice(-8))
  })
  test('rectification: reaches HubSpot, with before and after sealed beside it; certified is what was done by then, which is here', async () => {
    const guest = await stage.greet()
    const other = await stage.greet()
    const id = await stage.ask(guest, 'rectify')
    expect(await stage.move(id, { do: 'accept', phone: other.number })).toContain('Ese teléfono ya es de otra persona')
    expect(await stage.move(id, { do: 'accept' })).toContain('Falta decir qué se cambia')
    expect(await stage.move(id, { do: 'accept', name: 'Renata Ruiz Solís', phone: '55 9876 5432', mail: 'renata@correo.example', language: '' })).toBe('ok')
    await stage.follow(4_000)
    const { properties } = stage.lab.hubspot.state().contacts.find((each) => each.properties['portero_id'] === guest.person)!
    expect([properties['firstname'], properties['lastname'], properties['phone']]).toEqual(['Renata', 'Ruiz Solís', '+525598765432'])
    expect(await stage.caseOf(id)).toMatchObject({ state: 'done' })
    expect(await stage.page(`/console/privacy/${id}`)).toContain(`&quot;phone&quot;:&quot;${guest.number}&quot;`)
    expect((await stage.told(id)).deeds).toEqual([{ where: 'portero', what: 'rectified', of: ['mail', 'name', 'phone'] }])
    expect(JSON.stringify(await stage.told(id))).not.toContain('Renata')
  })
  test('opposition: each purpose by itself', async () => {
    const guest = await stage.greet()
    const id = await stage.ask(guest, 'oppose')
    expect(await stage.move(id, { do: 'accept' })).toContain('Falta decir qué se cambia')
    const csrf = stage.desk().csrfOf(await stage.page(`/console/privacy/${id}`))
    expect((await stage.desk().post(`/console/privacy/${id}`, { csrf, do: 'accept', purposes: ['marketing', 'automated'] as never })).status).toBe(303)
    expect(await stage.rows(`select purpose, status from consent where person_id = '${guest.person}' and evidence = 'privacy:${id}' order by purpose`)).toEqual([{ purpose: 'automated', status: 'revoked' }, { purpose: 'marketing', status: 'revoked' }])
    expect((await stage.told(id)).deeds).toEqual([{ where: 'portero', what: 'opposed', of: ['marketing', 'automated'] }])
  })
  test('cancellation: waits until what else they asked for is closed', async () => {
    const guest = await stage.greet()
    const first = await stage.ask(guest, 'access')
    const id = await stage.ask(guest, 'cancel')
    expect(await stage.move(id, { do: 'accept' })).toContain('tiene otras solicitudes abiertas')
    expect(await stage.move(first, { do: 'withdraw' })).toBe('ok')
    expect(await stage.move(id, { do: 'accept' })).toBe('ok')
  })
  test('cancellation: blocked at once, erased on its day, and certified without a name', async () => {
    const guest = await stage.greet()
    const id = await stage.ask(guest, 'cancel')
    const wanted = new Date(dueAfter(stage.clock.now(), 3) - 6 * hour).toISOString().slice(0, 10)
    expect(await stage.move(id, { do: 'accept', eraseOn: '2020-01-01' })).toContain('La fecha de borrado debe ser futura')
    expect((await stage.caseOf(id)).state).toBe('identified')
    expect(await stage.move(id, { do: 'accept', eraseOn: wanted })).toBe('ok')
    expect(await stage.rows(`select blocked_at is not null as blocked from person where id = '${guest.person}'`)).toEqual([{ blocked: true }])
    await stage.follow(4_000)
    expect(stage.phone(guest.number).at(-1)).toContain('desde hoy tus datos están bloqueados')
    expect((await stage.caseOf(id)).state).toBe('accepted')
    expect(await stage.page(`/console/privacy/${id}`)).toContain('desde hoy tus datos están bloqueados')
    stage.clock.advance(dueAfter(stage.clock.now(), 3) - stage.clock.now() + 60_000)
    await stage.follow(3_000)
    expect(await stage.caseOf(id)).toMatchObject({ state: 'done', certificate: expect.stringContaining(folioOf(id)) })
    const { deeds } = await stage.told(id)
    expect(deeds).toContainEqual({ where: 'message', what: 'erased', count: expect.any(Number) })
    expect(deeds.every(({ what }) => what === 'erased')).toBe(true)
    await stage.signIn()
    expect(await stage.page(`/console/privacy/${id}`)).toContain('Datos borrados')
    expect(await stage.rows(`select 1 from data_key where person_id = '${guest.person}'`)).toEqual([])
  })
})

test('nobody but whoever answers for privacy gets in', async () => {
  const agent = await stage.signIn('agente', 'la-llave-del-cuarto')
  const [{ id } = { id: '' }] = await stage.rows<{ id: string }>('select id from privacy_case limit 1')
  for (const path of ['/console/privacy', '/console/privacy/registers', `/console/privacy/${id}`, `/console/privacy/${id}/certificate.json`]) expect((await agent.get(path)).status).toBe(403)
  expect((await agent.post(`/console/privacy/${id}`, { csrf: agent.csrfOf(await stage.page('/console', agent)), do: 'withdraw' })).status).toBe(403)
  expect((await stage.desk().post(`/console/privacy/${id}`, { csrf: 'x', do: 'withdraw' })).status).toBe(403)
  expect(await stage.page('/console', agent)).not.toContain('/console/privacy')
})

test('nothing was given up on', async () => expect(await stage.dead()).toEqual([]))
