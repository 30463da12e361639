import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { sql } from 'kysely'
import request from 'supertest'
import { bookingWords } from '@portero/shared'
import { cancelTour } from '@portero/tool-server/actions/cancel-tour.ts'
import { holdMs } from '@portero/tool-server/actions/hold-tour.ts'
import { dayOf } from '@portero/tool-server/domain/zones.ts'
import { newId } from '@portero/tool-server/spine/clock.ts'
import { at } from '@portero/tool-server/spine/db.ts'
import { bookingToken } from '@portero/tool-server/store/booking-links.ts'
import { holdIn, hour, minute, openBooking, plain, slotsIn, type BookingStage, type Prospect } from './support/booking-stage.ts'

// The page on which a prospect chooses a time.
const es = bookingWords['es-MX']
let stage: BookingStage
let who: Prospect
beforeAll(async () => {
  stage = await openBooking()
}, 60_000)
afterAll(() => stage.house.end())
beforeEach(async () => {
  who = await stage.renewed()
})

describe('whoever opens the link', () => {
  test('sees the home and its free times by day, in its own zone, and nothing else', async () => {
    const response = await stage.get(await stage.pathFor(who))
    expect(response.status).toBe(200)
    const said = plain(response)
    for (const each of [es.title, 'Depa &lt;b&gt;roma&lt;/b&gt; &amp; balcón', 'Torre roma · Centro, Ciudad de México', es.zone('Ciudad de México'), '$15,000 al mes', es.petsAre.small, 'aval', es.hold, 'lunes 23 de noviembre', 'martes 24 de noviembre', '17:30 h']) expect(said).toContain(each)
    for (const secret of ['Calle Álamo', 'Ana Agente', who.person, who.conversation, stage.house.tenant]) expect(response.text).not.toContain(secret)
    expect(slotsIn(response)[0]!.startsAt).toBeGreaterThanOrEqual(stage.house.clock.now() + 2 * hour)
    expect(response.text).toContain('data-zone="America/Mexico_City"')
    expect(response.text).toContain('<img class="photo" src="https://fotos.example/a/sala.jpg" alt="La sala"')
  })
  test('may keep, frame, index and send on nothing, and no script but ours runs', async () => {
    const { headers, text } = await stage.get(await stage.pathFor(who))
    expect(headers).toMatchObject({
      'content-security-policy': "default-src 'self'; base-uri 'none'; object-src 'none'; form-action 'self'; frame-ancestors 'none'; img-src 'self' https://fotos.example",
      'cache-control': 'no-store', 'x-robots-tag': 'noindex', 'referrer-policy': 'no-referrer', 'x-content-type-options': 'nosniff', 'content-type': 'text/html; charset=utf-8',
    })
    expect(text).not.toMatch(/<style|\sstyle=|\son\w+=|javascript:|<script(?![^>]*src="\/_assets\/)/)
    const plainHome = await stage.get(await stage.pathFor(who, { home: stage.homeIn('roma-2').no }))
    expect(plainHome.headers['content-security-policy']).not.toContain('img-src')
    const assets = [...text.matchAll(/(?:src|href)="(\/_assets\/booking\.(?:css|js)\?v=[\w-]+)"/g)].map(([, url = '']) => url)
    expect(await Promise.all(assets.map(async (url) => (await stage.get(url)).headers['content-type']))).toEqual(['text/javascript; charset=utf-8', 'text/css; charset=utf-8'])
  })
  test.each([
    ['es-MX by their browser', '', { 'accept-language': 'es-419,en;q=0.8' }, 'es-MX'], ['English by their browser', '', { 'accept-language': 'en-US,es;q=0.8' }, 'en'],
    ['English because they said so', '?lang=en', { 'accept-language': 'es-MX' }, 'en'], ['Spanish because they said so', '?lang=es-MX', { 'accept-language': 'en' }, 'es-MX'], ['Spanish where nothing is known', '?lang=xx', {}, 'es-MX'],
  ] satisfies [string, string, Record<string, string>, 'es-MX' | 'en'][])('reads it in %s', async (_title, query, headers, language) => {
    const response = await stage.get(`${await stage.pathFor(who)}${query}`, headers)
    expect(response.text).toContain(`<html lang="${language}">`)
    expect(plain(response)).toContain(bookingWords[language].choose)
    expect(plain(response)).toContain(language === 'en' ? 'Tuesday, November 24' : 'martes 24 de noviembre')
  })
  test('in the language in which they write, where their browser speaks none of ours', async () => {
    await sql`update person set language = 'en' where id = ${who.person}`.execute(stage.house.db.bare)
    expect((await stage.get(await stage.pathFor(who), { 'accept-language': 'fr' })).text).toContain('<html lang="en">')
  })
  test('sees seven days at a time, and the next by a link', async () => {
    const path = await stage.pathFor(who)
    const first = await stage.get(path)
    const later = /href="([^"]+from=[^"]+)">Ver más días/.exec(first.text)![1]!.replaceAll('&amp;', '&')
    const second = await stage.get(later)
    const days = (response: { text: string }): Set<string> => new Set(slotsIn(response).map(({ startsAt }) => dayOf('America/Mexico_City', startsAt)))
    expect([days(first).size, days(second).size, [...days(first)].filter((day) => days(second).has(day)), second.text.includes('Ver más días')]).toEqual([7, 4, [], false])
    expect(plain(second)).toContain(es.first)
  })
  test('is told when there are none, and what to do', async () => {
    const response = await stage.get(await stage.pathFor(who, { home: stage.homeIn('solo-1').no }))
    expect([response.status, slotsIn(response)]).toEqual([200, []])
    expect(plain(response)).toContain(`${es.none} ${es.noneText}`)
  })
})

describe('a time that is chosen', () => {
  test('is held with a clock, and stays held when the page is opened again', async () => {
    const path = await stage.pathFor(who)
    const { held, startsAt } = await stage.chosen(path)
    expect(held.headers['refresh']).toBe(String(holdMs / 1000 + 1))
    for (const each of [es.heldTitle, `${es.left} 7:00`, es.confirm, es.another, es.name]) expect(plain(held)).toContain(each)
    expect(await stage.toursOf(who)).toMatchObject([{ status: 'held', startsAt }])
    stage.house.clock.advance(3 * minute + 1)
    const again = await stage.get(path)
    expect(plain(again)).toContain(`${es.left} 3:59`)
    expect(again.headers['refresh']).toBe('241')
  })
  test('is booked with a name of theirs, and the page has all that they need', async () => {
    const path = await stage.pathFor(who)
    const { held, startsAt } = await stage.chosen(path, 5)
    const done = await stage.post(path, { do: 'confirm', hold: holdIn(held), name: `  Ana \n  Prueba ${'x'.repeat(100)} ` })
    expect(done.status).toBe(200)
    const [tour] = await stage.toursOf(who)
    expect(tour).toMatchObject({ status: 'confirmed', startsAt })
    for (const each of [es.bookedTitle, 'Torre roma, 1 Calle Álamo 1, int. 2', es.with('Ana Agente'), es.bring, es.cantCome]) expect(plain(done)).toContain(each)
    expect(done.text).toContain(`href="${await stage.own().handles.calendarUrl(tour!.id)}"`)
    expect(done.text).toContain('href="https://www.google.com/maps/search/?api=1&amp;query=')
    expect((await stage.own().people.record(who.person))!.known.name).toBe(`Ana Prueba ${'x'.repeat(69)}`)
    await stage.house.worker.settle()
    expect((await stage.own().people.lead(who.person))!.stage).toBe('visit_scheduled')
  })
  test('is booked without a name, and who has one is not asked', async () => {
    const first = await stage.pathFor(who)
    await stage.post(first, { do: 'confirm', hold: holdIn((await stage.chosen(first)).held), name: 'Ana Prueba' })
    stage.house.clock.advance(minute)
    const second = await stage.pathFor(who)
    const { held } = await stage.chosen(second, 3)
    expect(plain(held)).not.toContain(es.name)
    expect((await stage.post(second, { do: 'confirm', hold: holdIn(held) })).status).toBe(200)
    expect((await stage.toursOf(who)).map(({ status }) => status)).toEqual(['confirmed', 'confirmed'])
  })
  test('sent twice is one visit with one answer, and the link is used up', async () => {
    const path = await stage.pathFor(who)
    const { held } = await stage.chosen(path)
    const form = { do: 'confirm', hold: holdIn(held), name: 'Ana Prueba' }
    const answers = await Promise.all([stage.post(path, form), stage.post(path, form), stage.post(path, form)])
    expect(answers.map(({ status, text }) => [status, text])).toEqual(answers.map(() => [200, answers[0]?.text]))
    expect(await stage.toursOf(who)).toHaveLength(1)
    const opened = await stage.get(path)
    expect([opened.status, plain(opened)]).toEqual([410, expect.stringContaining(es.gone.used.join(' '))])
    const another = slotsIn(await stage.get(await stage.pathFor(who, { home: stage.homeIn('roma-2').no })))[9]!.slot
    for (const fields of [{ do: 'hold', slot: another }, { do: 'hold', slot: 's_none' }, { do: 'release', hold: form.hold }, { do: 'confirm', hold: 't_none' }, {}]) expect((await stage.post(path, fields)).status).toBe(410)
    expect((await stage.toursOf(who)).map(({ status }) => status)).toEqual(['confirmed'])
  })
  test('can be given back for another', async () => {
    const path = await stage.pathFor(who)
    const { held, startsAt } = await stage.chosen(path)
    const back = await stage.post(path, { do: 'release', hold: holdIn(held) })
    expect([back.status, await stage.toursOf(who)]).toEqual([303, []])
    const again = await stage.get(back.headers['location']!)
    expect([slotsIn(again).some((each) => each.startsAt === startsAt), again.text.includes(es.said.lapsed)]).toEqual([true, false])
  })
  test('that was held too long is told so, on the page and in the answer', async () => {
    const path = await stage.pathFor(who)
    const { held } = await stage.chosen(path)
    stage.house.clock.advance(holdMs)
    const opened = await stage.get(path)
    expect([opened.status, plain(opened)]).toEqual([200, expect.stringContaining(es.said.lapsed)])
    const late = await stage.post(path, { do: 'confirm', hold: holdIn(held) })
    expect([late.status, plain(late)]).toEqual([409, expect.stringContaining(es.said.lapsed)])
    expect(slotsIn(late).length).toBeGreaterThan(0)
  })
  test('that somebody has taken meanwhile brings the three nearest on the same page', async () => {
    const path = await stage.pathFor(who)
    const { slot, startsAt } = slotsIn(await stage.get(path))[6]!
    await stage.booked(stage.someone(), stage.homeIn('roma-1'), startsAt)
    const response = await stage.post(path, { do: 'hold', slot })
    expect([response.status, plain(response)]).toEqual([409, expect.stringContaining(es.said.taken)])
    const [nearest = ''] = /<fieldset class="nearest">.*?<\/fieldset>/s.exec(response.text) ?? []
    const near = slotsIn({ text: nearest })
    expect([near.length, near.some((each) => each.startsAt === startsAt), near.map((each) => Math.abs(each.startsAt - startsAt) <= 24 * hour)]).toEqual([3, false, [true, true, true]])
    expect((await stage.post(path, { do: 'hold', slot: near[0]!.slot })).status).toBe(303)
  })
  test('by two tabs is the later one, and the earlier form books nothing else', async () => {
    const path = await stage.pathFor(who)
    const first = await stage.chosen(path, 2)
    const slot = await stage.own().handles.slot(who.person, { home: stage.homeIn('roma-1').no, startsAt: first.startsAt + 3 * hour })
    expect((await stage.post(path, { do: 'hold', slot })).status).toBe(303)
    expect((await stage.post(path, { do: 'confirm', hold: holdIn(first.held) })).status).toBe(409)
    expect(await stage.toursOf(who)).toMatchObject([{ status: 'held', startsAt: first.startsAt + 3 * hour }])
  })
  test('that is theirs already, or meets another of theirs, is not held', async () => {
    const { startsAt } = slotsIn(await stage.get(await stage.pathFor(who)))[8]!
    await stage.booked(who, stage.homeIn('roma-1'), startsAt)
    const choose = async (slug: string) => stage.post(await stage.pathFor(who, { home: stage.homeIn(slug).no }), { do: 'hold', slot: await stage.own().handles.slot(who.person, { home: stage.homeIn(slug).no, startsAt }) })
    const [mine, clash] = [await choose('roma-1'), await choose('roma-2')]
    expect([mine.status, plain(mine), clash.status, plain(clash)]).toEqual([409, expect.stringContaining(es.said.mine), 409, expect.stringContaining(es.said.clash)])
  })
})

describe('a visit that is to be moved', () => {
  const movable = async (): Promise<{ tour: string; startsAt: number; path: string }> => {
    const { startsAt } = slotsIn(await stage.get(await stage.pathFor(who)))[10]!
    const tour = await stage.booked(who, stage.homeIn('roma-1'), startsAt)
    return { tour, startsAt, path: await stage.pathFor(who, { tour }) }
  }
  test('is moved at once, and the same form again has the same answer', async () => {
    const { tour, startsAt, path } = await movable()
    const page = await stage.get(path)
    for (const each of [es.moveTitle, es.move, 'Hoy la tienes el']) expect(plain(page)).toContain(each)
    const { slot, startsAt: later } = slotsIn(page).find((each) => each.startsAt > startsAt)!
    const answers = [await stage.post(path, { do: 'move', slot }), await stage.post(path, { do: 'move', slot })]
    expect(answers.map(({ status, text }) => [status, text.includes(es.movedTitle)])).toEqual([[200, true], [200, true]])
    expect(await stage.toursOf(who)).toMatchObject([{ id: tour, status: 'confirmed', startsAt: later }])
    expect([(await stage.get(path)).status, (await stage.post(path, { do: 'move', slot: slotsIn(page)[0]!.slot })).status]).toEqual([410, 410])
  })
  test.each([['is cancelled', 'cancel'], ['has begun', 'begin']])('is not, where it %s', async (_title, how) => {
    const { tour, startsAt, path } = await movable()
    const { slot } = slotsIn(await stage.get(path))[0]!
    if (how === 'cancel') await stage.as(who)(cancelTour, { tour, version: 1 })
    else await sql`update tour set starts_at = ${at(stage.house.clock.now())} where id = ${tour} and starts_at = ${at(startsAt)}`.execute(stage.house.db.bare)
    const answers = [await stage.get(path), await stage.post(path, { do: 'move', slot })]
    expect(answers.map((each) => [each.status, plain(each).includes(es.gone.off.join(' '))])).toEqual([[410, true], [410, true]])
  })
  test("of somebody else's is as missing as one that never was", async () => {
    const { tour } = await movable()
    const answers = await Promise.all([stage.pathFor(stage.someone(), { tour }), stage.pathFor(who, { tour: newId(stage.house.clock) })].map(async (path) => stage.get(await path)))
    expect(answers.map(({ status }) => status)).toEqual([404, 404])
    expect(answers[0]!.text).toBe(answers[1]!.text)
  })
})

describe('a link', () => {
  test('that is forged, foreign, cut or of nothing says one and the same, and opens nothing', async () => {
    const on = { on: stage.house.db.bare, vault: stage.house.vault }
    const wish = { home: stage.homeIn('roma-1').no }
    const token = (await stage.pathFor(who, wish)).slice('/book/'.length)
    const bytes = Buffer.from(token, 'base64url')
    const foreign = newId(stage.house.clock)
    await sql`insert into tenant (tenant_id, name, created_at) values (${foreign}, 'other', ${at(stage.house.clock.now())})`.execute(stage.house.db.bare)
    const tokens: Record<string, string> = {
      "another tenant's, well signed there": await bookingToken(on, { tenant: foreign, conversation: who.conversation, wish }, stage.house.clock.now()),
      'a conversation that is none, well signed': await bookingToken(on, { tenant: stage.house.tenant, conversation: newId(stage.house.clock), wish }, stage.house.clock.now()),
      'no signature': bytes.subarray(16).toString('base64url'), 'one letter more': `${token}A`, 'padded': `${token}=`, 'a path': '..%2f..%2fetc', 'sql': "'%20or%20true", 'a script': '%3Cscript%3E',
      "another person's under this signature": Buffer.concat([bytes.subarray(0, 16), Buffer.from((await stage.pathFor(stage.someone(), wish)).slice('/book/'.length), 'base64url').subarray(16)]).toString('base64url'),
    }
    for (let place = 0; place < bytes.length; place++) tokens[`bit ${place}`] = Buffer.from(bytes.map((byte, at) => (at === place ? byte ^ 1 : byte))).toString('base64url')
    const { slot } = slotsIn(await stage.get(`/book/${token}`))[0]!
    const said: object[] = []
    for (const [name, each] of Object.entries(tokens)) {
      stage.house.clock.advance(5_000)
      for (const { status, text } of [await stage.get(`/book/${each}`), await stage.post(`/book/${each}`, { do: 'hold', slot })]) said.push({ name, status, text })
    }
    const { text } = await stage.get('/book/nothing')
    expect(said.filter((each) => 'status' in each && (each.status !== 404 || !('text' in each) || each.text !== text))).toEqual([])
    expect(text).toContain(es.gone.unknown[1])
    expect([(await stage.get(`/book/${token}`)).status, await stage.toursOf(who)]).toEqual([200, []])
  })
  test('lasts two days', async () => {
    const path = await stage.pathFor(who)
    const { slot } = slotsIn(await stage.get(path))[0]!
    stage.house.clock.advance(48 * hour - minute)
    expect((await stage.get(path)).status).toBe(200)
    stage.house.clock.advance(2 * minute)
    const answers = [await stage.get(path), await stage.post(path, { do: 'hold', slot })]
    expect(answers.map((each) => [each.status, plain(each).includes(es.gone.expired.join(' '))])).toEqual([[410, true], [410, true]])
  })
  test('follows its conversation to whom that was merged with', async () => {
    const path = await stage.pathFor(who)
    const other = stage.someone()
    await sql`update conversation set person_id = ${other.person} where id = ${who.conversation}`.execute(stage.house.db.bare)
    await stage.chosen(path)
    expect([await stage.toursOf(who), (await stage.toursOf(other)).length]).toEqual([[], 1])
  })
  test('of a home that is closed meanwhile says so', async () => {
    const path = await stage.pathFor(who, { home: stage.homeIn('rio-2').no })
    const { slot } = slotsIn(await stage.get(path))[0]!
    await sql`update home set status = 'closed' where id = ${stage.homeIn('rio-2').id}`.execute(stage.house.db.bare)
    stage.house.clock.advance(11_000) // the catalogue is remembered for a moment
    const answers = [await stage.get(path), await stage.post(path, { do: 'hold', slot })]
    expect(answers.map((each) => [each.status, plain(each).includes(es.gone.closed[0])])).toEqual([[410, true], [410, true]])
  })
  test('is what check_availability gives, and books that very home', async () => {
    const key = await stage.house.toolKeys.make({ tenant: stage.house.tenant, name: 'bird', scopes: ['tours:read'] })
    const { body } = await request(stage.house.doors).post('/tools/check_availability').set({ authorization: `Bearer ${key}`, 'x-conversation-id': `cv-${who.conversation}` }).send({ home: 'rio-1' })
    expect(body).toMatchObject({ ok: true, next: expect.stringContaining('link') })
    const path = new URL(body.data.link).pathname
    expect((await stage.get(path)).text).toContain('data-zone="America/Tijuana"')
    await stage.chosen(path)
    expect(await stage.toursOf(who)).toMatchObject([{ status: 'held', home: stage.homeIn('rio-1').id }])
  })
})

test.each(['put', 'delete', 'patch'] as const)('nothing takes a %s', async (method) => {
  expect((await request(stage.house.doors)[method](await stage.pathFor(who))).status).toBe(404)
})
test('no log has a link, a name or a person', async () => {
  const path = await stage.pathFor(who)
  await stage.post(path, { do: 'confirm', hold: holdIn((await stage.chosen(path)).held), name: 'Ana Prueba' })
  for (const secret of [path, path.slice('/book/'.length), 'Ana Prueba']) expect(stage.house.logged()).not.toContain(secret)
})

describe('a move', () => {
  // Their time stays theirs until the new one is, in one statement under the locks of both days: there is no moment in which it would help to hold anything.
  test('of two people at once to the last free time is had by one, and the other keeps what they had and hears of others', async () => {
    const home = stage.homeIn('roma-1')
    const [one, other] = [stage.someone(), stage.someone()]
    const day = slotsIn(await stage.get(await stage.pathFor(one)))
    const [first, second, third] = [day[0]!.startsAt, day[1]!.startsAt, day[4]!.startsAt]
    const tours = [await stage.booked(one, home, first), await stage.booked(other, home, second)]
    const paths = await Promise.all([one, other].map((each, at) => stage.pathFor(each, { tour: tours[at]! })))
    const forms = await Promise.all(paths.map(async (path) => slotsIn(await stage.get(path)).find(({ startsAt }) => startsAt === third)!.slot))
    const answers = await Promise.all(paths.map((path, at) => stage.post(path, { do: 'move', slot: forms[at]! })))
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 409])
    const lost = answers.findIndex(({ status }) => status === 409)
    const starts = (await Promise.all([one, other].map((each) => stage.toursOf(each)))).map((each) => each.map(({ status, startsAt }) => [status, startsAt]))
    expect([starts[1 - lost], starts[lost]]).toEqual([[['confirmed', third]], [['confirmed', [first, second][lost]]]])
    expect([plain(answers[lost]!).includes(es.said.taken), /class="nearest"/.test(answers[lost]!.text)]).toEqual([true, true])
    const again = slotsIn(answers[lost]!)[0]!
    expect((await stage.post(paths[lost]!, { do: 'move', slot: again.slot })).status).toBe(200) // the link is still theirs
  })
  test('and a hold at once for one time: one has it', async () => {
    const home = stage.homeIn('roma-1')
    const [mover, booker] = [stage.someone(), stage.someone()]
    const day = slotsIn(await stage.get(await stage.pathFor(mover)))
    const third = day[4]!.startsAt
    const tour = await stage.booked(mover, home, day[0]!.startsAt)
    const [moves, books] = [await stage.pathFor(mover, { tour }), await stage.pathFor(booker)]
    const slotAt = async (path: string): Promise<string> => slotsIn(await stage.get(path)).find(({ startsAt }) => startsAt === third)!.slot
    const [to, at] = [await slotAt(moves), await slotAt(books)]
    const [moved, held] = await Promise.all([stage.post(moves, { do: 'move', slot: to }), stage.post(books, { do: 'hold', slot: at })])
    expect([[200, 409], [409, 303]]).toContainEqual([moved.status, held.status])
    expect((await Promise.all([mover, booker].map((each) => stage.toursOf(each)))).flat().filter(({ startsAt }) => startsAt === third)).toHaveLength(1)
  })
})
