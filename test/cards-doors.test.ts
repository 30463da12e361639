import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { Signature } from '@hubspot/api-client'
import { sql } from 'kysely'
import { views } from '@portero/shared'
import type { Inbound } from '@portero/tool-server/define.ts'
import { checkCaller } from '@portero/tool-server/domain/ports/hubspot-signature.ts'
import { hiding, nextFirst } from '@portero/tool-server/domain/card-views.ts'
import type { TourStatus } from '@portero/tool-server/domain/tours.ts'
import { newId } from '@portero/tool-server/spine/clock.ts'
import { at } from '@portero/tool-server/spine/db.ts'
import { messageBody } from '@portero/tool-server/store/places.ts'
import { openCards, portal, publicBaseUrl, queryOf, secrets, type Ask, type CardsStage, type Record as Asked } from './support/cards-stage.ts'

// The doors that HubSpot's cards knock at: who gets in, and what they see of a prospect who has written.
const phone = '+525511112222'
const digits = /55\D{0,3}1111\D{0,3}2222/
const otherTenant = '00000000-0000-7000-8000-0000000000cc'
let stage: CardsStage
let contact: Asked
let deal: Asked
beforeAll(async () => {
  stage = await openCards()
  for (const text of ['Hola, mi número es 55 1111 2222', 'Busco depa de 2 recámaras en la Narvarte, presupuesto 30000', 'la 1', 'el 2']) await stage.say(phone, text)
  await stage.follow()
  contact = stage.recordOf(phone)
  deal = stage.recordOf(phone, 'deal')
})
afterAll(() => stage.end())

const unknown: Asked = { type: 'contact', id: '999999' }

describe('the signature', () => {
  test("is the one of HubSpot's own proxy", () => {
    const inbound = (body: string): Inbound => ({ method: 'POST', url: 'http://127.0.0.1:9099/v1/x?q=1&userId=5', rawBody: Buffer.from(body), headers: { 'x-hubspot-signature-v3': '2DMUFwCu8DP9bgZ0JmC1gTrM2gPc9Q7u+Kz7tsUfKvo=', 'x-hubspot-request-timestamp': '1795246295053' } })
    const check = (body: string) => () => checkCaller(inbound(body), { secrets: ['topsecret'], now: 1795246295053 })
    expect(check('{"a":1}')).not.toThrow()
    expect(check('{"a":2}')).toThrow('does not match')
  })
  test("of HubSpot's own client gets in", async () => {
    const body = JSON.stringify({ record: contact })
    const sentAt = stage.clock.now()
    const signature = Signature.getSignature('POST', 'v3', { clientSecret: secrets[0]!, url: `${publicBaseUrl}/cards/preview?${queryOf()}`, requestBody: body, timestamp: sentAt } as Parameters<typeof Signature.getSignature>[2])
    expect((await stage.knock({ name: 'preview', body, headers: { 'x-hubspot-signature-v3': signature } })).status).toBe(200)
  })
  const decoded = (path: string): string => path.replace(/%3A/gi, ':').replace(/%2F/gi, '/').replace(/%3F/gi, '?').replace(/%40/g, '@').replace(/%21/g, '!').replace(/%24/g, '$').replace(/%27/g, "'").replace(/%28/g, '(').replace(/%29/g, ')').replace(/%2A/gi, '*').replace(/%2C/gi, ',').replace(/%3B/gi, ';')
  const everything = `${queryOf()}&x=%3A%2F%3F%40%21%24%27%28%29%2a%2C%3b&y=%C3%B1%20%25`
  const good: [string, () => Partial<Ask>][] = [
    ['over the address as it comes', () => ({})],
    ['over the address with what HubSpot decodes', () => ({ query: everything, signs: { url: decoded(`${publicBaseUrl}/cards/preview?${everything}`) } })],
    ['by the secret before', () => ({ secret: secrets[1]! })],
    ['of almost five minutes ago', () => ({ sentAt: stage.clock.now() - 299_000 })],
    ['of almost five minutes ahead', () => ({ sentAt: stage.clock.now() + 299_000 })],
    ['whatever the Host says', () => ({ headers: { host: 'elsewhere.example', 'x-forwarded-host': 'elsewhere.example' } })],
  ]
  test.each(good)('%s gets in', async (_title, how) => {
    expect(await stage.knock({ name: 'preview', body: { record: contact }, ...how() })).toMatchObject({ status: 200, body: { state: 'bot' } })
  })
  const body = (): string => JSON.stringify({ record: contact })
  const refused: [string, () => Partial<Ask>, string][] = [
    ['that is missing', () => ({ headers: { 'x-hubspot-signature-v3': undefined } }), 'The signature is missing.'],
    ['of the older kind only', () => ({ headers: { 'x-hubspot-signature-v3': undefined, 'x-hubspot-signature': 'a'.repeat(64) } }), 'The signature is missing.'],
    ['that is no signature', () => ({ headers: { 'x-hubspot-signature-v3': 'letmein' } }), 'The signature is malformed.'],
    ['without a time', () => ({ headers: { 'x-hubspot-request-timestamp': undefined } }), 'The signature is malformed.'],
    ['with a time that is none', () => ({ sentAt: 'NaN' }), 'The signature is malformed.'],
    ['that is too old', () => ({ sentAt: stage.clock.now() - 300_001 }), 'The signature is too old.'],
    ['from the future', () => ({ sentAt: stage.clock.now() + 300_001 }), 'The signature is from the future.'],
    ['by a foreign secret', () => ({ secret: 'client-secret-of-somebody' }), 'The signature does not match.'],
    ['by nothing', () => ({ secret: '' }), 'The signature does not match.'],
    ['over another body', () => ({ signs: { body: '{"record":{"type":"contact","id":"1"}}' } }), 'The signature does not match.'],
    ['over the same body, spaced otherwise', () => ({ signs: { body: body().replace(':', ': ') } }), 'The signature does not match.'],
    ['over another user', () => ({ signs: { url: `${publicBaseUrl}/cards/preview?${queryOf({ user: '1' })}` } }), 'The signature does not match.'],
    ['over another view', () => ({ signs: { url: `${publicBaseUrl}/cards/reveal?${queryOf()}` } }), 'The signature does not match.'],
    ['over another house', () => ({ signs: { url: `https://elsewhere.example/cards/preview?${queryOf()}` } }), 'The signature does not match.'],
    ['decoded where HubSpot does not', () => ({ query: `${queryOf()}&x=%C3%B1`, signs: { url: `${publicBaseUrl}/cards/preview?${queryOf()}&x=ñ` } }), 'The signature does not match.'],
    ['of another portal', () => ({ portal: '4812346' }), 'The signature does not match.'],
    ['of nobody', () => ({ query: `portalId=${portal}` }), 'The query does not say userId, or not clearly.'],
    ['of two users', () => ({ query: `userId=1&${queryOf()}` }), 'The query does not say userId, or not clearly.'],
    ['of two users, one in disguise', () => ({ query: `%75serId=1&${queryOf()}` }), 'The query does not say userId, or not clearly.'],
    ['of a user with a strange name', () => ({ query: queryOf({ user: 'admin' }) }), 'The query does not say userId, or not clearly.'],
    ['of a user with noughts in front', () => ({ query: queryOf({ user: '00' }) }), 'The query does not say userId, or not clearly.'],
    ['of two portals', () => ({ query: `${queryOf()}&portalId=4812346` }), 'The query does not say portalId, or not clearly.'],
  ]
  test.each(refused)('%s is refused', async (_title, how, say) => {
    const { status, body, headers } = await stage.knock({ name: 'preview', body: { record: contact }, ...how() })
    expect({ status, body, cache: headers.get('cache-control') }).toEqual({ status: 401, body: { ok: false, say, error: { code: 'unauthorized', retryable: false }, trace: expect.stringMatching(/^[0-9a-f]+$/) }, cache: 'no-store' })
  })
})

describe('a body', () => {
  const bad: [string, () => Ask['body'], number, string][] = [
    ['that is no JSON', () => '{"record":', 400, 'invalid_input'],
    ['that is empty', () => '', 400, 'invalid_input'],
    ['that is no UTF-8', () => Buffer.from([0x7b, 0xff, 0x7d]), 400, 'invalid_input'],
    ['that is a list', () => [], 400, 'invalid_input'],
    ['without a record', () => ({}), 400, 'invalid_input'],
    ['with a field more', () => ({ record: contact, user: '1' }), 400, 'invalid_input'],
    ['with a field more inside', () => ({ record: { ...contact, tenant: 'x' } }), 400, 'invalid_input'],
    ['with a prototype', () => `{"record":{"type":"contact","id":"1"},"__proto__":{"admin":true}}`, 400, 'invalid_input'],
    ['about a record of another kind', () => ({ record: { type: 'company', id: '1' } }), 400, 'invalid_input'],
    ['about a record with a hostile id', () => ({ record: { type: 'contact', id: "1' or '1'='1" } }), 400, 'invalid_input'],
    ['of more than 64 KB', () => ({ record: contact, search: 'x'.repeat(65_536) }), 413, 'too_large'],
  ]
  test.each(bad)('%s is refused in one sentence', async (_title, body, status, code) => {
    const answer = await stage.knock({ name: 'transcript', body: body()! })
    expect(answer).toMatchObject({ status, body: { ok: false, say: expect.stringMatching(/^[A-ZÑ][^{}]+\.$/), error: { code } } })
    expect(answer.text).not.toMatch(/at \/|node_modules|Zod/)
  })
  test('that is compressed is refused', async () => {
    expect((await stage.knock({ name: 'preview', body: { record: contact }, headers: { 'content-encoding': 'gzip' } })).status).toBe(415)
  })
  test.each(['', 'nothing', 'constructor', '__proto__', 'toString'])('for the door %p finds none', async (name) => {
    expect((await stage.knock({ name, body: { record: contact } })).status).toBe(404)
  })
  test('by GET finds no door', async () => {
    expect((await stage.knock({ name: 'preview', method: 'GET' })).status).toBe(404)
  })
})

describe('a record', () => {
  const doors: [string, object, object][] = [
    ['transcript', {}, { state: 'none', lines: [], zone: 'America/Mexico_City' }], ['visit', {}, { facts: [], history: [], homes: [] }], ['preview', {}, { state: 'none' }],
    ['slots', { home: 'x' }, { slots: [] }], ['why', { field: 'stage' }, { steps: [] }], ['reveal', {}, { phone: '' }], ['book', { key: 'key-of-nobody', slot: 's_x' }, { ok: false, code: 'no_conversation' }],
  ]
  test.each(doors)('that nobody of ours has: %s is empty', async (name, more, view) => {
    expect(await stage.ask(name, { record: unknown, ...more })).toMatchObject({ status: 200, body: view })
  })
  test("of another tenant is as unknown, and its people see none of ours", async () => {
    const { house } = stage
    await sql`insert into tenant (tenant_id, name, created_at) values (${otherTenant}, 'other', ${at(stage.clock.now())})`.execute(house.db.bare)
    const { settings } = await house.connection('hubspot')
    await house.connections.put({ tenant: otherTenant, vendor: 'hubspot', account: '777', settings: { ...(settings as object), portal: '777', clientSecrets: ['client-secret-of-the-other'] } })
    const theirs = { portal: '777', secret: 'client-secret-of-the-other' }
    for (const [name, more] of doors) {
      const missing = await stage.ask(name, { record: unknown, ...more }, theirs)
      expect({ name, status: missing.status, text: (await stage.ask(name, { record: contact, ...more }, theirs)).text }).toEqual({ name, status: 200, text: missing.text })
    }
    expect((await stage.ask('preview', { record: contact }, { portal: '777' })).status).toBe(401) // our secret for their portal
    expect((await stage.ask('preview', { record: contact }, { secret: theirs.secret })).status).toBe(401)
  })
})

describe('the transcript', () => {
  test.each(['contact', 'deal'] as const)('of a %s shows who said what and what was done', async (type) => {
    const { status, body, headers } = await stage.ask('transcript', { record: type === 'contact' ? contact : deal })
    expect({ status, cache: headers.get('cache-control') }).toEqual({ status: 200, cache: 'no-store' })
    expect(views.transcriptView.parse(body)).toMatchObject({ state: 'bot', zone: 'America/Mexico_City' })
    expect(body.lines).toContainEqual({ id: expect.any(String), at: expect.any(String), author: 'prospect', kind: 'text', text: 'Hola, mi número es +52 55 •••• 2222' })
    expect(body.lines.map(({ at }: { at: string }) => at)).toEqual(body.lines.map(({ at }: { at: string }) => at).toSorted())
    const done = body.lines.filter(({ kind }: { kind: string }) => kind === 'done').map(({ text }: { text: string }) => text)
    expect(done).toContainEqual(expect.stringMatching(/^Portero reservó una visita: .+, (lunes|martes|miércoles|jueves|viernes|sábado) \d+ \w{3}, \d+:\d\d h$/))
    expect(body.earlier).toBeUndefined()
  })
  test('can be had in English', async () => {
    const { body } = await stage.ask('transcript', { record: contact, language: 'en' })
    expect(body.lines.map(({ text }: { text: string }) => text)).toContainEqual(expect.stringMatching(/^Portero booked a visit: .+, \w+day/))
  })
  test('that was read is in the audit, by whom', async () => {
    const before = (await stage.audited('read:conversation')).length
    await stage.ask('transcript', { record: contact }, { user: '5150' })
    const rows = await stage.audited('read:conversation')
    expect(rows.length).toBe(before + 1)
    expect(rows.filter(({ user_id }) => user_id === 'hubspot:5150')).toEqual([{ user_id: 'hubspot:5150', person_id: expect.any(String), conversation_id: expect.any(String) }])
  })

  describe('of somebody who talks a lot', () => {
    const talker = '+525533334444'
    let record: Asked
    beforeAll(async () => {
      await stage.say(talker, 'Hola')
      await stage.follow()
      record = stage.recordOf(talker)
      await talkOn(talker, 130)
    })
    test('comes by pages, the newest first, without gap or repeat', async () => {
      const pages: any[] = []
      for (let before: string | undefined; pages.length < 10; ) {
        const { body } = await stage.ask('transcript', { record, ...(before && { before }) })
        pages.push(body.lines)
        before = body.earlier
        if (!before) break
      }
      const all = pages.toReversed().flat().map(({ text }: { text: string }) => text).filter((text: string) => text.startsWith('línea'))
      expect(all).toEqual(Array.from({ length: 130 }, (_, n) => `línea ${n} Narváez`))
      expect(pages.map((lines) => lines.filter(({ kind }: { kind: string }) => kind !== 'done').length)).toEqual([50, 50, expect.any(Number)])
    })
    test('is searched without accents and capitals, by pages too', async () => {
      const first = (await stage.ask('transcript', { record, search: 'NARVAEZ' })).body
      const second = (await stage.ask('transcript', { record, search: 'NARVAEZ', before: first.earlier })).body
      const third = (await stage.ask('transcript', { record, search: 'NARVAEZ', before: second.earlier })).body
      expect([first, second, third].map(({ lines }) => lines.length)).toEqual([50, 50, 30])
      expect([(await stage.ask('transcript', { record, search: 'línea 77 ' })).body.lines.length, (await stage.ask('transcript', { record, search: 'nada de esto' })).body.lines]).toEqual([1, []])
    })
    test.each(['', 'AAAA', 'x'.repeat(46)])('has no page behind the cursor %p', async (before) => {
      expect((await stage.ask('transcript', { record, before })).status).toBe(400)
    })
    test("has no page behind another's cursor, or a changed one", async () => {
      const { earlier } = (await stage.ask('transcript', { record })).body
      expect((await stage.ask('transcript', { record: contact, before: earlier })).status).toBe(400)
      const changed = Buffer.from(earlier, 'base64url')
      changed[7]! ^= 1
      expect((await stage.ask('transcript', { record, before: changed.toString('base64url') })).status).toBe(400)
    })
  })
})

describe('the visit', () => {
  test('shows the next one, what is known, and a hidden number', async () => {
    const { status, body } = await stage.ask('visit', { record: deal })
    expect({ status, view: views.visitView.parse(body) }).toMatchObject({
      status: 200,
      view: { person: { phone: '+52 55 •••• 2222', isMasked: true }, stage: 'visit_scheduled', next: { status: 'confirmed', version: 1, zone: 'America/Mexico_City', agent: expect.stringMatching(/\w/), tour: expect.stringMatching(/^t_/) }, history: [] },
    })
    expect(body.homes.length).toBeGreaterThan(3)
  })
  test('in short', async () => {
    expect((await stage.ask('preview', { record: contact })).body).toMatchObject({ stage: 'visit_scheduled', state: 'bot', next: { status: 'confirmed' } })
  })
  test('has free times of a home, from a day on', async () => {
    const { homes } = (await stage.ask('visit', { record: contact })).body
    const { slots } = (await stage.ask('slots', { record: contact, home: homes[0].home })).body
    expect(slots.length).toBe(24)
    const later = (await stage.ask('slots', { record: contact, home: homes[0].home, fromDay: '2026-11-26' })).body.slots
    expect([later[0].startsAt >= '2026-11-26T06', slots[0].startsAt < '2026-11-25']).toEqual([true, true])
    expect((await stage.ask('slots', { record: contact, home: homes[0].home, fromDay: '2026-02-30' })).status).toBe(400)
    expect((await stage.ask('slots', { record: contact, home: 'luna-1' })).body.slots).toEqual([])
  })
  test('says why the stage is what it is: message, tool, write', async () => {
    const { body } = await stage.ask('why', { record: deal, field: 'stage' })
    expect(body.steps.map(({ kind }: { kind: string }) => kind)).toEqual(['message', 'tool', 'write'])
    expect(body.steps[0]).toMatchObject({ text: 'el 2' })
    expect(body.steps[1]).toMatchObject({ text: expect.stringMatching(/^Portero reservó una visita/), by: 'Portero' })
    expect(body.steps[2]).toMatchObject({ text: 'Se escribió en el negocio de HubSpot.', by: 'HubSpot' })
    expect((await stage.ask('why', { record: deal, field: 'visit' })).body.steps[2]).toMatchObject({ text: 'Se escribió en la reunión de HubSpot.' })
    expect((await stage.ask('why', { record: deal, field: 'nothing' })).body.steps).toEqual([])
  })
})

describe('what the agent was told and passed on', () => {
  const tool = async (name: string, input: object): Promise<any> => {
    const headers = { authorization: `Bearer ${stage.lab.toolKey}`, 'x-bird-conversation-id': stage.lab.bird.conversationFor(phone), 'content-type': 'application/json' }
    return (await fetch(`${stage.url}/tools/${name}`, { method: 'POST', headers, body: JSON.stringify(input) })).json()
  }
  beforeAll(async () => {
    expect(await tool('update_deal', { budget_max: 31_000, pets: true })).toMatchObject({ ok: true })
    stage.clock.advance(2_000)
    expect(await tool('escalate', { reason: 'contract', summary: 'Pregunta por el aval; llámale al 55-1111-2222.' })).toMatchObject({ ok: true })
    await stage.follow()
  })

  test('holds the visit for their calendar, by the same link as the card', async () => {
    const { next } = (await stage.ask('visit', { record: contact })).body
    const { data: { tours } } = await tool('my_tours', {})
    const { pathname } = new URL(next.calendarUrl)
    expect([next.calendarUrl, tours[0].calendar_url]).toEqual([`${publicBaseUrl}${pathname}`, `${stage.url}${pathname}`])
    const file = await fetch(tours[0].calendar_url)
    expect([file.status, file.headers.get('content-type'), (await file.text()).includes(`DTSTART:${next.startsAt.replace(/[-:]|\.000/g, '')}`)]).toEqual([200, 'text/calendar; charset=utf-8', true])
  })
  test('is among the facts, with its why', async () => {
    expect((await stage.ask('visit', { record: contact })).body.facts).toEqual([{ name: 'budgetMxn', value: '$31,000' }, { name: 'pets', value: 'Sí' }])
    const { steps } = (await stage.ask('why', { record: contact, field: 'budgetMxn' })).body
    expect(steps).toMatchObject([{ kind: 'message' }, { kind: 'tool', text: 'Portero anotó: Presupuesto $31,000, Mascotas Sí' }, { kind: 'write', text: 'Se escribió en el negocio de HubSpot.' }])
  })
  test('waits for somebody, with a hidden number and until it is late', async () => {
    const { body } = await stage.ask('transcript', { record: contact })
    expect(body.escalation).toEqual({ reason: 'contract', summary: 'Pregunta por el aval; llámale al +52 55 •••• 2222.', owner: expect.any(String), dueAt: expect.any(String), isLate: false })
    expect(body.lines.at(-1)).toMatchObject({ author: 'portero', kind: 'done', text: `Portero avisó a ${body.escalation.owner}` })
    expect((await stage.ask('preview', { record: contact })).body.waitingSince).toBe(body.lines.at(-1).at)
    stage.clock.advance(16 * 60_000)
    expect((await stage.ask('transcript', { record: contact })).body.escalation.isLate).toBe(true)
  })
  test('is on its way while HubSpot is down', async () => {
    stage.lab.hubspot.fault({ on: '*', fault: 'down', times: 1_000 })
    expect(await tool('update_deal', { bedrooms: 3 })).toMatchObject({ ok: true })
    await stage.follow()
    expect((await stage.ask('why', { record: contact, field: 'bedrooms' })).body.steps.at(-1)).toMatchObject({ kind: 'write', text: 'Va en camino a HubSpot.' })
    stage.lab.hubspot.clearFaults()
  })
})

describe('the number', () => {
  test.each(['+525511112222', '5215511112222', '55 1111 2222', '(55) 1111-2222', '+52 1 55 1111 2222', '55.1111.2222'])('written as %s is hidden, and what stands around it is not', (written) => {
    expect(hiding({ text: `depa 302, 2026 ${written} gracias 30000` }, phone)).toEqual({ text: expect.stringMatching(/^depa 302, 2026 \(?\+52 55 •••• 2222 gracias 30000$/) })
  })
  test.each<[string, object]>([['transcript', {}], ['visit', {}], ['preview', {}], ['slots', { home: 'x' }], ['why', { field: 'stage' }], ['transcript', { search: '1111' }], ['transcript', { search: '55 1111 2222' }]])('is nowhere in %s %p', async (name, more) => {
    const { status, text } = await stage.ask(name, { record: contact, ...more })
    expect({ status, leak: digits.exec(text)?.[0] }).toEqual({ status: 200, leak: undefined })
  })
  test('is shown to whoever asks for it, and that is in the audit', async () => {
    expect((await stage.ask('reveal', { record: contact }, { user: '42' })).body).toEqual({ phone })
    expect((await stage.audited('reveal:phone')).map(({ user_id }) => user_id)).toEqual(['hubspot:42'])
  })
})

describe('somebody who was erased', () => {
  test('is shown as erased, and nothing fails', async () => {
    const { db, vault, tenant } = stage.house
    const { rows: [known] } = await sql<any>`select person_id as person from counterpart where kind = 'contact' and external_id = ${contact.id}`.execute(db.bare)
    await vault.erasePerson(db.bare, tenant, known.person)
    stage.clock.advance(61_000)
    for (const [name, more] of [['transcript', {}], ['visit', {}], ['preview', {}], ['why', { field: 'stage' }], ['reveal', {}]] as const) {
      const { status, text } = await stage.ask(name, { record: contact, ...more })
      expect({ name, status, leak: digits.exec(text)?.[0] }).toEqual({ name, status: 200, leak: undefined })
    }
    expect((await stage.ask('transcript', { record: contact })).body.lines).toContainEqual(expect.objectContaining({ author: 'prospect', text: 'Datos borrados' }))
  })
})

// So much more is said than a test would type.
const talkOn = async (number: string, count: number): Promise<void> => {
  const { db, vault, tenant } = stage.house
  const { rows: [said] } = await sql<any>`select m.conversation_id as conversation, m.connection_id as connection, c.person_id as person from message m join conversation c on c.id = m.conversation_id
    join counterpart k on k.person_id = c.person_id and k.external_id = ${stage.recordOf(number).id} limit 1`.execute(db.bare)
  for (let n = 0; n < count; n++) {
    const id = newId(stage.clock)
    const body = await vault.seal(db.bare, { tenant, person: said.person }, messageBody(id), JSON.stringify({ kind: 'text', text: `línea ${n} Narváez` }))
    await sql`insert into message (tenant_id, id, conversation_id, connection_id, external_id, direction, author, body_sealed, status, sent_at)
      values (${tenant}, ${id}, ${said.conversation}, ${said.connection}, ${id}, 'in', 'prospect', ${body}, 'delivered', ${at(stage.clock.now() + Math.floor(n / 3))})`.execute(db.bare)
    stage.clock.advance(3)
  }
  stage.clock.advance(1_000)
}

// Each tour begins so many hours from now, and takes one.
test.each<[string, [TourStatus, number][], number | undefined, number[]]>([
  ['the one that comes', [['confirmed', 30], ['confirmed', 3], ['completed', -5]], 3, [30, -5]],
  ['the one that is going on', [['confirmed', -0.5], ['confirmed', 3]], -0.5, [3]],
  ['one that is over and not marked, before any that comes', [['confirmed', 3], ['confirmed', -200], ['cancelled', -4]], -200, [3, -4]],
  ['the one that comes, once it is marked', [['confirmed', 3], ['no_show', -200]], 3, [-200]],
  ['a later one as soon as it begins', [['confirmed', -0.5], ['confirmed', -200]], -0.5, [-200]],
  ['nothing, once a later one has been marked', [['completed', -2], ['confirmed', -200]], undefined, [-2, -200]],
  ['nothing, of a hold that ran out', [['held', -2]], undefined, [-2]],
])('on top stands %s', (_title, tours, next, others) => {
  const now = 1_795_453_200_000
  const hour = 3_600_000
  const all = tours.map(([status, hours]) => ({ id: String(hours), person: '', conversation: undefined, home: '', building: '', agent: '', startsAt: now + hours * hour, endsAt: now + (hours + 1) * hour, status, version: 1, party: 1 }))
  const shown = nextFirst(all, now)
  expect([shown.next?.id, shown.others.map(({ id }) => id)]).toEqual([next === undefined ? undefined : String(next), others.map(String)])
})

test('the house as it is shipped has these doors', async () => {
  const response = await fetch(`${stage.url}/cards/transcript`, { method: 'POST', body: '{}' })
  expect([response.status, await response.json()]).toMatchObject([401, { ok: false, error: { code: 'unauthorized' } }])
})
