import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { sql } from 'kysely'
import { openCards, type CardsStage, type Record as Asked, type Told } from './support/cards-stage.ts'

// What a leasing agent does from a card: each write once for its key, by the same actions as everybody else.
const phone = '+525511112222'
let stage: CardsStage
let contact: Asked
beforeAll(async () => {
  stage = await openCards()
  await stage.say(phone, 'Hola')
  await stage.follow()
  contact = stage.recordOf(phone)
})
afterAll(() => stage.end())

const keyOf = ((made = 0) => () => `key-of-a-test-${made++}`)()

describe('booking', () => {
  const other = '+525566667777'
  let record: Asked
  let home = ''
  beforeAll(async () => {
    await stage.say(other, 'Hola')
    await stage.follow()
    record = stage.recordOf(other)
    home = (await stage.ask('visit', { record })).body.homes[0].home
  })
  const slots = async (of = record): Promise<{ slot: string; startsAt: string }[]> => (await stage.ask('slots', { record: of, home })).body.slots
  const toursOf = async (): Promise<number> => (await sql<{ count: number }>`select count(*) as count from tour`.execute(stage.house.db.bare)).rows[0]!.count

  test('books by a slot, as the person who looks at the record', async () => {
    const [, slot] = await slots()
    const { body } = await stage.ask('book', { record, key: keyOf(), slot: slot!.slot }, { user: '77' })
    expect(body).toMatchObject({ ok: true, say: expect.stringMatching(/^Visita reservada: /), visit: { status: 'confirmed', startsAt: slot!.startsAt } })
    expect((await stage.audited('action:book-tour')).at(-1)).toMatchObject({ user_id: 'hubspot:77' })
    expect((await stage.ask('visit', { record })).body.next.startsAt).toBe(slot!.startsAt)
    await stage.follow()
    expect((await stage.ask('why', { record, field: 'visit' })).body.steps).toMatchObject([{ kind: 'tool', text: expect.stringMatching(/^Un asesor reservó/), by: 'hubspot:77' }, { kind: 'write' }])
  })
  test('the same key again is the same visit, also at the same time', async () => {
    const { slot } = (await slots()).at(-1)!
    const key = keyOf()
    const before = await toursOf()
    const answers = await Promise.all(Array.from({ length: 4 }, () => stage.ask('book', { record, key, slot })))
    answers.push(await stage.ask('book', { record, key, slot }))
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1)
    expect([answers[0]!.body.ok, (await toursOf()) - before]).toEqual([true, 1])
    expect((await stage.ask('book', { record, key, slot: 's_other' })).status).toBe(409)
    expect((await stage.ask('book', { record, key, slot }, { user: '78' })).body).toMatchObject({ ok: true, say: expect.stringMatching(/ya estaba reservada/) }) // somebody else's key
  })
  test.each(['s_nada', 's_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAA', "'; drop table tour"])('by the slot %p is refused', async (slot) => {
    expect(await stage.ask('book', { record, key: keyOf(), slot })).toMatchObject({ status: 200, body: { ok: false, code: 'slot_unknown' } })
  })
  test("by somebody else's slot is refused, and one that is gone offers others", async () => {
    const mine = (await slots(contact)).at(-3)!
    expect((await stage.ask('book', { record, key: keyOf(), slot: mine.slot })).body.code).toBe('slot_unknown')
    const theirs = (await slots()).find(({ startsAt }) => startsAt === mine.startsAt)!
    for (let n = 0; n < 4; n++) await bookFor(`+52557777000${n}`, home, mine.startsAt)
    const gone = await stage.ask('book', { record, key: keyOf(), slot: theirs.slot })
    expect(gone.body).toMatchObject({ ok: false, code: 'slot_gone', alternatives: [{ slot: expect.stringMatching(/^s_/), label: expect.any(String) }, {}, {}] })
    expect((await stage.ask('book', { record, key: keyOf(), slot: gone.body.alternatives[0].slot })).body.ok).toBe(true)
  })
  test.each<[string, object]>([['no key', { slot: 's_x' }], ['a short key', { key: 'short', slot: 's_x' }], ['a phone', { key: 'key-that-is-long', slot: 's_x', phone: '5511112222' }]])('with %s is no question', async (_title, body) => {
    expect((await stage.ask('book', { record, ...body })).status).toBe(400)
  })
})

describe('moving and marking', () => {
  const mover = '+525588889999'
  let record: Asked
  let home = ''
  const visit = async (): Promise<any> => (await stage.ask('visit', { record })).body
  const slots = async (): Promise<{ slot: string; startsAt: string }[]> => (await stage.ask('slots', { record, home, fromDay: '2026-11-30' })).body.slots
  const newVisit = async (): Promise<any> => (await stage.ask('book', { record, key: keyOf(), slot: (await slots())[0]!.slot })).body.visit
  beforeAll(async () => {
    await stage.say(mover, 'Hola')
    await stage.follow()
    record = stage.recordOf(mover)
    home = (await visit()).homes[1].home
  })

  test('a visit is moved once, and its record follows', async () => {
    const { tour, version } = await newVisit()
    stage.clock.advance(1_000)
    const to = (await slots()).at(-1)!
    const move = { record, key: keyOf(), tour, version, slot: to.slot }
    const first = await stage.ask('move', move)
    expect(first.body).toMatchObject({ ok: true, say: expect.stringMatching(/^Visita cambiada: /), visit: { startsAt: to.startsAt, version: version + 1 } })
    expect((await stage.ask('move', move)).text).toBe(first.text)
    expect((await visit()).next).toMatchObject({ startsAt: to.startsAt, version: version + 1 })
    await stage.follow()
    const { steps } = (await stage.ask('why', { record, field: 'visit' })).body
    expect(steps).toMatchObject([{ kind: 'tool', text: expect.stringMatching(/^Un asesor cambió una visita: /) }, { kind: 'write', text: 'Se escribió en la reunión de HubSpot.' }])
  })
  test('what was decided on an old state of it is not done', async () => {
    const { next } = await visit()
    const [to] = await slots()
    const stale = { record, tour: next.tour, version: next.version - 1 }
    expect((await stage.ask('move', { ...stale, key: keyOf(), slot: to!.slot })).body).toMatchObject({ ok: false, code: 'changed', visit: { version: next.version } })
    expect((await stage.ask('mark', { ...stale, key: keyOf(), to: 'cancelled' })).body).toMatchObject({ ok: false, code: 'changed' })
    expect((await visit()).next).toEqual(next)
  })
  test('nobody has been at a visit that is still to come', async () => {
    const { tour, version } = (await visit()).next
    expect((await stage.ask('mark', { record, key: keyOf(), tour, version, to: 'completed' })).body).toMatchObject({ ok: false, code: 'too_early', say: expect.stringMatching(/todavía/) })
  })
  test.each(['t_nada', 't_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA', 's_x'])('the tour %p is none', async (tour) => {
    const [to] = await slots()
    expect((await stage.ask('mark', { record, key: keyOf(), tour, version: 1, to: 'cancelled' })).body).toMatchObject({ ok: false, code: 'not_found' })
    expect((await stage.ask('move', { record, key: keyOf(), tour, version: 1, slot: to!.slot })).body).toMatchObject({ ok: false, code: 'not_found' })
  })
  test("somebody else's visit is none either, whoever looks", async () => {
    const { tour, version } = (await visit()).next
    expect((await stage.ask('mark', { record: contact, key: keyOf(), tour, version, to: 'cancelled' })).body).toMatchObject({ ok: false, code: 'not_found' })
    expect((await visit()).next.status).toBe('confirmed')
  })
  test('a visit is cancelled once, and stands in the history', async () => {
    const { tour, version } = (await visit()).next
    const cancel = { record, key: keyOf(), tour, version, to: 'cancelled' }
    const first = await stage.ask('mark', cancel)
    expect(first.body).toMatchObject({ ok: true, say: 'La visita quedó cancelada.', visit: { status: 'cancelled' } })
    expect((await stage.ask('mark', cancel)).text).toBe(first.text)
    expect((await stage.ask('mark', { ...cancel, key: keyOf(), version: version + 1 })).body).toMatchObject({ ok: false, code: 'illegal' })
    const { next, history } = await visit()
    expect([next, history[0].status]).toEqual([undefined, 'cancelled'])
  })
  test('people of ours may move one to when nobody speaks the language that was asked for, and are told so', async () => {
    const { tour, version, startsAt } = await newVisit()
    await sql`update tour set language = 'en' where status = 'confirmed' and starts_at = ${startsAt}::timestamptz`.execute(stage.house.db.bare)
    const to = (await slots()).at(-1)!
    const { body } = await stage.ask('move', { record, key: keyOf(), tour, version, slot: to.slot })
    expect(body).toMatchObject({ ok: true, say: expect.stringMatching(/^Visita cambiada: .*\. Pidió que hablara inglés, y .+ no lo habla\.$/), visit: { startsAt: to.startsAt } })
    expect((await stage.ask('mark', { record, key: keyOf(), tour, version: body.visit.version, to: 'cancelled' })).body.ok).toBe(true)
  })
  test("the calendars of those who show it say what is offered, and whoever decides otherwise is told what stands there", async () => {
    const { house } = stage
    const { tour, version, startsAt: was } = await newVisit()
    const to = (await slots()).at(-1)!
    const { rows: agents } = await sql<{ id: string }>`select id from agent order by position`.execute(house.db.bare)
    for (const [place, { id }] of agents.entries()) {
      const account = `agente${place}@casas.example`
      const connection = await house.connections.put({ tenant: house.tenant, vendor: 'google', account, settings: { baseUrl: 'http://127.0.0.1:9', grant: { by: 'given', token: 't' }, pushSecrets: ['s'.repeat(32)] } })
      await sql`update agent set details = details || jsonb_build_object('calendar', ${account}::text) where id = ${id}`.execute(house.db.bare)
      await sql`insert into mirror (tenant_id, connection_id) values (${house.tenant}, ${connection.id})`.execute(house.db.bare)
      await sql`insert into busy_event (tenant_id, connection_id, external_id, starts_at, ends_at) values (${house.tenant}, ${connection.id}, 'dentista', ${to.startsAt}::timestamptz, ${to.startsAt}::timestamptz + interval '10 minutes')`.execute(house.db.bare)
    }
    stage.clock.advance(1_000)
    const offered = (await slots()).map(({ startsAt }) => startsAt)
    expect([offered.includes(to.startsAt), offered.includes(was)]).toEqual([false, false])
    const moved = await stage.ask('move', { record, key: keyOf(), tour, version, slot: to.slot })
    expect(moved.body).toMatchObject({ ok: true, say: expect.stringMatching(/^Visita cambiada: .*\. Ojo: en su calendario, .+ tiene otra cosa a esa hora\.$/), visit: { startsAt: to.startsAt } })
    await sql`delete from busy_event`.execute(house.db.bare)
    await sql`update mirror set version = version + 1`.execute(house.db.bare)
    stage.clock.advance(1_000)
    const [free] = await slots()
    const back = await stage.ask('move', { record, key: keyOf(), tour, version: version + 1, slot: free!.slot })
    expect([back.body.ok, back.body.say]).toEqual([true, expect.not.stringMatching(/Ojo/)])
    expect((await stage.ask('mark', { record, key: keyOf(), tour, version: back.body.visit.version, to: 'cancelled' })).body.ok).toBe(true)
  })
  test('who did not come, and who came, is marked after it began', async () => {
    for (const [to, say] of [['no_show', 'Quedó anotado que no llegó.'], ['completed', 'La visita quedó como hecha.']] as const) {
      const { tour, version, startsAt } = await newVisit()
      stage.clock.advance(Date.parse(startsAt) - stage.clock.now() + 60_000)
      expect((await stage.ask('mark', { record, key: keyOf(), tour, version, to })).body).toMatchObject({ ok: true, say, visit: { status: to } })
    }
    await stage.follow()
    expect((await visit()).stage).toBe('visit_done')
    const { lines } = (await stage.ask('transcript', { record })).body
    expect(lines.map(({ text, author }: { text: string; author: string }) => `${author}: ${text}`)).toEqual(expect.arrayContaining([expect.stringMatching(/^human: Un asesor canceló una visita/), expect.stringMatching(/^human: Un asesor marcó que no llegó/), expect.stringMatching(/^human: Un asesor marcó una visita como hecha/)]))
    expect((await stage.ask('why', { record, field: 'stage' })).body.steps.map(({ kind }: { kind: string }) => kind)).toEqual(['tool', 'write'])
  })
})

const bookFor = async (number: string, home: string, startsAt: string): Promise<Told> => {
  await stage.say(number, 'Hola')
  await stage.follow()
  const record = stage.recordOf(number)
  const slot = (await stage.ask('slots', { record, home })).body.slots.find((each: { startsAt: string }) => each.startsAt === startsAt)
  return stage.ask('book', { record, key: keyOf(), slot: slot?.slot ?? 's_none' })
}
