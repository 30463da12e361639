import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { sql } from 'kysely'
import { views } from '@portero/shared'
import { closedIn, hoursOf, stretchesOf } from '@portero/tool-server/domain/settings.ts'
import { openPages, type PagesStage, type Who } from './support/pages-stage.ts'

// What an admin sets from HubSpot: when agents show homes, when nobody does, and who is asked when a prospect wants a person.
const phone = '+525511112222'
const home = 'roma-norte-302'
let stage: PagesStage
beforeAll(async () => {
  stage = await openPages()
  await stage.say(phone, 'Hola')
  await stage.follow()
})
afterAll(() => stage.end())

const keyOf = ((made = 0) => () => `key-of-a-test-${made++}`)()
const settings = async (): Promise<any> => (await stage.ask('settings')).body
const agentNamed = async (slug: string): Promise<any> => (await settings()).agents.find(({ agent }: { agent: string }) => agent === slug)
const rowsOf = async (statement: string): Promise<any[]> => (await sql.raw(statement).execute(stage.house.db.bare)).rows as any[]
const slots = async (from_day: string): Promise<string[]> => ((await stage.tool(phone, 'check_availability', { home, from_day })).data.slots as { start: string }[]).map(({ start }) => start)
// The other processes hear of a change a moment after it.
const soon = async (isSo: () => Promise<boolean>): Promise<void> => {
  for (let left = 200; !(await isSo()); left--) {
    if (left === 0) throw new Error('it did not come about')
    await new Promise(setImmediate)
  }
}

describe('the settings page', () => {
  test('shows hours, closed times, who is asked and the connections', async () => {
    const { status, body } = await stage.ask('settings')
    expect(status).toBe(200)
    const { agents, buildings, owners, connections } = views.settingsView.parse(body)
    expect(agents.length).toBeGreaterThan(2)
    expect(agents[0]!.hours).toContainEqual({ day: 'mon', from: expect.stringMatching(/^\d\d:\d\d$/), to: expect.any(String) })
    expect(buildings).toContainEqual({ building: 'roma-norte', name: 'Casa Tabasco', zone: 'America/Mexico_City' })
    expect(owners.list).toEqual([])
    expect(connections.map(({ vendor }) => vendor).toSorted()).toEqual(['Bird', 'Correo', 'HubSpot', 'OpenAI'])
  })
  const doors: [string, object][] = [
    ['settings', {}], ['probe', { connection: '00000000-0000-7000-8000-000000000001' }], ['hours', { key: 'key-of-hours', agent: 'x', version: '', hours: [] }],
    ['blackout', { key: 'key-of-blackout', building: 'roma-norte', from: '2026-12-01', to: '2026-12-01' }], ['reopen', { key: 'key-of-reopen', blackout: '00000000-0000-7000-8000-000000000001' }], ['owners', { key: 'key-of-owners', version: '', list: [] }],
  ]
  test.each(doors)('%s is for admins only', async (name, body) => {
    const before = await rowsOf('select count(*) as count from blackout')
    for (const who of ['agent', 'viewer', 'nobody'] as Who[]) expect({ who, status: (await stage.ask(name, body, who)).status }).toEqual({ who, status: 403 })
    expect((await stage.ask(name, body)).status).toBe(200)
    await sql`delete from blackout where starts_at >= '2026-12-01' and starts_at < '2026-12-02'`.execute(stage.house.db.bare)
    expect(await rowsOf('select count(*) as count from blackout')).toEqual(before)
  })
  test.each<[string, string, object]>([
    ['a field more', 'hours', { agent: 'x', version: '', hours: [], tenant: 'y' }], ['no key', 'hours', { key: undefined, agent: 'x', version: '', hours: [] }], ['an hour that is none', 'hours', { agent: 'x', version: '', hours: [{ day: 'mon', from: '25:00', to: '26:00' }] }],
    ['a day that is none', 'hours', { agent: 'x', version: '', hours: [{ day: 'lun', from: '10:00', to: '12:00' }] }], ['a record', 'settings', { record: { type: 'contact', id: '1' } }], ['an id that is none', 'reopen', { blackout: "1' or '1'='1" }],
  ])('with %s is no question', async (_title, name, body) => {
    expect((await stage.ask(name, name === 'settings' ? body : { key: keyOf(), ...body })).status).toBe(400)
  })
})

describe('hours', () => {
  let slug = ''
  beforeEach(async () => {
    slug = (await settings()).agents[0].agent
  })
  const monday = [{ day: 'mon', from: '10:00', to: '12:00' }, { day: 'mon', from: '16:00', to: '18:00' }, { day: 'tue', from: '10:00', to: '12:00' }]

  test('are saved, are in the audit with what they were, and count at once', async () => {
    const everybody = (await settings()).agents as { agent: string; version: string; hours: object[] }[]
    expect((await slots('2026-12-02')).some((start) => start.startsWith('2026-12-02'))).toBe(true)
    for (const { agent, version } of everybody) expect((await stage.ask('hours', { key: keyOf(), agent, version, hours: monday })).body).toMatchObject({ ok: true, say: expect.stringMatching(/^Listo: el horario de .+ ya cuenta/) })
    expect((await agentNamed(slug)).hours).toEqual(monday)
    await soon(async () => (await slots('2026-12-02')).every((start) => !start.startsWith('2026-12-02'))) // a Wednesday
    const rows = await rowsOf(`select user_id, after_sealed is not null as told from audit where what = 'action:set-hours'`)
    expect(rows).toEqual(everybody.map(() => ({ user_id: 'hubspot:11', told: true })))
    for (const { agent, hours } of everybody) await stage.ask('hours', { key: keyOf(), agent, version: (await agentNamed(agent)).version, hours })
    expect((await settings()).agents).toEqual(everybody)
  })
  test('leave tours that are booked where they are', async () => {
    expect(await stage.tool(phone, 'book_tour', { home, when: 'jueves a las 12' })).toMatchObject({ ok: true })
    const before = await rowsOf('select id, starts_at, status from tour')
    for (const { agent, version } of (await settings()).agents) await stage.ask('hours', { key: keyOf(), agent, version, hours: [] })
    expect(await rowsOf('select id, starts_at, status from tour')).toEqual(before)
    await soon(async () => (await slots('2026-11-24')).length === 0)
  })
  test('of somebody else’s change are not written over', async () => {
    const { version } = await agentNamed(slug)
    const two = await Promise.all((['admin', 'other'] as Who[]).map((who, place) => stage.ask('hours', { key: keyOf(), agent: slug, version, hours: [{ day: 'fri', from: '10:00', to: place === 0 ? '11:00' : '12:00' }] }, who)))
    expect(two.map(({ body }) => String(body.ok)).toSorted()).toEqual(['false', 'true'])
    expect(two.find(({ body }) => !body.ok)!.body).toEqual({ ok: false, code: 'changed', say: expect.stringMatching(/^Alguien lo cambió/) })
    const kept = two[0]!.body.ok ? '11:00' : '12:00'
    expect((await agentNamed(slug)).hours).toEqual([{ day: 'fri', from: '10:00', to: kept }])
  })
  test('asked for twice by one key are one change, also at the same time', async () => {
    const { version } = await agentNamed(slug)
    const ask = { key: keyOf(), agent: slug, version, hours: monday }
    const before = (await rowsOf(`select 1 from audit where what = 'action:set-hours'`)).length
    const answers = await Promise.all(Array.from({ length: 4 }, () => stage.ask('hours', ask)))
    answers.push(await stage.ask('hours', ask))
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1)
    expect([answers[0]!.body.ok, (await rowsOf(`select 1 from audit where what = 'action:set-hours'`)).length - before]).toEqual([true, 1])
    expect((await stage.ask('hours', { ...ask, hours: [] })).status).toBe(409)
    expect((await stage.ask('hours', { ...ask, hours: [] }, 'other')).body.code).toBe('changed') // somebody else's key
  })
  test.each<[string, object, string]>([['that end before they begin', { hours: [{ day: 'mon', from: '12:00', to: '10:00' }] }, 'upside_down'], ['of nobody', { agent: 'nadie' }, 'gone']])('%s are refused', async (_title, more, code) => {
    const { version, hours } = await agentNamed(slug)
    expect((await stage.ask('hours', { key: keyOf(), agent: slug, version, hours: [], ...more })).body).toMatchObject({ ok: false, code })
    expect((await agentNamed(slug)).hours).toEqual(hours)
  })
  test('go into our days and come out of them the same', () => {
    const stretches = [{ day: 'mon', from: '10:00', to: '14:00' }, { day: 'mon', from: '16:00', to: '19:00' }, { day: 'sat', from: '10:00', to: '14:00' }] as const
    expect(hoursOf(stretches)).toEqual([{ days: ['mon', 'sat'], from: '10:00', to: '14:00' }, { days: ['mon'], from: '16:00', to: '19:00' }])
    expect(stretchesOf(hoursOf(stretches))).toEqual(stretches)
    expect(stretchesOf([{ days: ['tue'], from: '16:00', to: '19:00' }, { days: ['tue', 'mon'], from: '09:00', to: '12:00' }])).toEqual([{ day: 'mon', from: '09:00', to: '12:00' }, { day: 'tue', from: '09:00', to: '12:00' }, { day: 'tue', from: '16:00', to: '19:00' }])
  })
})

describe('a closed time', () => {
  beforeAll(async () => {
    for (const { agent, version } of (await settings()).agents) await stage.ask('hours', { key: keyOf(), agent, version, hours: ['mon', 'tue', 'wed', 'thu', 'fri'].map((day) => ({ day, from: '10:00', to: '18:00' })) })
  })
  const onDay = async (day: string): Promise<string[]> => (await slots(day)).filter((start) => start.startsWith(day))

  test('of a building takes its hours, counts at once, and is given back', async () => {
    await soon(async () => (await onDay('2026-12-03')).length > 0)
    const ask = { key: keyOf(), building: 'roma-norte', from: '2026-12-03', to: '2026-12-03' }
    const before = (await settings()).blackouts.length
    const answers = await Promise.all([stage.ask('blackout', ask), stage.ask('blackout', ask), stage.ask('blackout', ask)])
    expect(answers.map(({ body }) => body.ok)).toEqual([true, true, true])
    await soon(async () => (await onDay('2026-12-03')).length === 0)
    const { blackouts } = await settings()
    expect(blackouts).toHaveLength(before + 1)
    const made = blackouts.find((each: any) => each.startsAt === '2026-12-03T06:00:00.000Z')
    expect(made).toEqual({ blackout: expect.any(String), building: 'roma-norte', startsAt: '2026-12-03T06:00:00.000Z', endsAt: '2026-12-04T06:00:00.000Z', zone: 'America/Mexico_City' })
    const reopen = { key: keyOf(), blackout: made.blackout }
    const first = await stage.ask('reopen', reopen)
    expect(first.body).toMatchObject({ ok: true })
    expect((await stage.ask('reopen', reopen)).text).toBe(first.text)
    expect((await stage.ask('reopen', { ...reopen, key: keyOf() })).body).toMatchObject({ ok: false, code: 'gone' })
    await soon(async () => (await onDay('2026-12-03')).length > 0)
    expect(await rowsOf(`select user_id from audit where what in ('action:add-blackout', 'action:remove-blackout') and object = 'hubspot:11' order by at desc limit 2`)).toHaveLength(2)
  })
  test.each<[string, object, string]>([
    ['of nothing', { from: '2026-12-03', to: '2026-12-03' }, 'nothing'], ['of a building that is none', { building: 'luna', from: '2026-12-03', to: '2026-12-03' }, 'gone'],
    ['that ends before it begins', { building: 'roma-norte', from: '2026-12-04', to: '2026-12-03' }, 'upside_down'], ['that is over', { building: 'roma-norte', from: '2026-11-01', to: '2026-11-02' }, 'past'],
    ['on 30 February', { building: 'roma-norte', from: '2027-02-30', to: '2027-03-01' }, 'no_day'],
  ])('%s is refused, and nothing is closed', async (_title, what, code) => {
    const before = (await settings()).blackouts
    expect((await stage.ask('blackout', { key: keyOf(), ...what })).body).toMatchObject({ ok: false, code, say: expect.stringMatching(/\.$/) })
    expect((await settings()).blackouts).toEqual(before)
  })
  test('is by the clock of its place', () => {
    const iso = (closed: ReturnType<typeof closedIn>): string[] => [closed!.startsAt, closed!.endsAt].map((ms) => new Date(ms).toISOString())
    expect(iso(closedIn('America/Tijuana', '2026-12-24T14:00', '2026-12-25'))).toEqual(['2026-12-24T22:00:00.000Z', '2026-12-26T08:00:00.000Z'])
    expect(iso(closedIn('America/Mexico_City', '2026-12-24', '2026-12-24'))).toEqual(['2026-12-24T06:00:00.000Z', '2026-12-25T06:00:00.000Z'])
  })
})

describe('who is asked for', () => {
  const owner = async (number: string): Promise<string> => {
    await stage.say(number, 'Hola')
    await stage.follow()
    return (await stage.tool(number, 'escalate', { reason: 'contract', summary: 'Pregunta por el aval.' })).data.owner
  }
  const save = async (list: object[]): Promise<any> => (await stage.ask('owners', { key: keyOf(), version: (await settings()).owners.version, list })).body

  test('is the first active agent without a list, and the first who fits with one', async () => {
    const { agents } = await settings()
    expect(await owner('+525500000001')).toBe(agents.find(({ isActive }: any) => isActive).name)
    const [first, second, third] = agents.toReversed()
    expect(await save([{ agent: first.agent, language: 'en' }, { agent: second.agent, building: 'roma-norte' }, { agent: third.agent }])).toMatchObject({ ok: true })
    expect((await settings()).owners.list).toEqual([{ agent: first.agent, language: 'en' }, { agent: second.agent, building: 'roma-norte' }, { agent: third.agent }])
    expect(await owner('+525500000002')).toBe(third.name)
    await sql`update person set language = 'en' where id in (select person_id from conversation where external_id = ${stage.lab.bird.conversationFor('+525500000003')})`.execute(stage.house.db.bare)
    await stage.say('+525500000003', 'Hi')
    await stage.follow()
    await sql`update person set language = 'en' where id in (select person_id from conversation where external_id = ${stage.lab.bird.conversationFor('+525500000003')})`.execute(stage.house.db.bare)
    expect(await owner('+525500000003')).toBe(first.name)
  })
  test('is of the list whoever shows them a home, and fits its building', async () => {
    const { agents } = await settings()
    const number = '+525500000004'
    await stage.say(number, 'Hola')
    await stage.follow()
    const booked = await stage.tool(number, 'book_tour', { home, when: 'miércoles a las 11' })
    expect(booked).toMatchObject({ ok: true })
    const [shows] = await rowsOf(`select a.slug from tour t join agent a on a.id = t.agent_id where t.conversation_id in (select id from conversation where external_id = '${stage.lab.bird.conversationFor(number)}')`)
    const others = agents.filter(({ agent }: any) => agent !== shows.slug)
    expect(await save([{ agent: others[0].agent }, { agent: shows.slug, building: 'roma-norte' }])).toMatchObject({ ok: true })
    expect(await owner(number)).toBe(agents.find(({ agent }: any) => agent === shows.slug).name)
  })
  test('is not changed on an old list, nor by an unknown name', async () => {
    const { agents, owners } = await settings()
    const list = [{ agent: agents[0].agent }]
    expect((await stage.ask('owners', { key: keyOf(), version: 'an-older-one', list })).body).toMatchObject({ ok: false, code: 'changed' })
    expect(await save([{ agent: 'nadie' }])).toMatchObject({ ok: false, code: 'gone' })
    expect(await save([{ agent: agents[0].agent, building: 'luna' }])).toMatchObject({ ok: false, code: 'gone' })
    expect((await settings()).owners).toEqual(owners)
    const two = await Promise.all((['admin', 'other'] as Who[]).map((who, place) => stage.ask('owners', { key: keyOf(), version: owners.version, list: [{ agent: agents[place].agent }] }, who)))
    expect(two.map(({ body }) => String(body.ok)).toSorted()).toEqual(['false', 'true'])
    expect((await settings()).owners.list).toHaveLength(1)
  })
})

describe('the test of a connection', () => {
  const probe = async (vendor: string): Promise<any> => (await stage.ask('probe', { connection: (await settings()).connections.find((each: any) => each.vendor === vendor).connection })).body
  test('of one that works says so', async () => {
    expect(await probe('Bird')).toEqual({ asOf: expect.any(String), ok: true, say: 'Bird contesta y todo está en su lugar. No hay nada que hacer.' })
  })
  test('of one that takes the key but never told us anything says where to look', async () => {
    expect(await probe('HubSpot')).toMatchObject({ ok: false, say: expect.stringMatching(/^HubSpot acepta la clave, pero todavía no nos ha avisado/) })
  })
  test.each([['unauthorized', /ya no acepta la clave/], ['down', /no contesta/]] as const)('of HubSpot that is %s says what to do next', async (fault, says) => {
    stage.lab.hubspot.fault({ on: '*', fault, times: 1_000 })
    expect(await probe('HubSpot')).toMatchObject({ ok: false, say: expect.stringMatching(says) })
    stage.lab.hubspot.clearFaults()
  })
  test('of one that is none says so', async () => {
    expect((await stage.ask('probe', { connection: '00000000-0000-7000-8000-00000000abcd' })).body).toMatchObject({ ok: false, say: expect.stringMatching(/ya no está/) })
  })
})
