import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { sql } from 'kysely'
import { claimIdentity } from '@portero/tool-server/actions/claim-identity.ts'
import { hearMessage } from '@portero/tool-server/actions/hear-message.ts'
import { mergePeople } from '@portero/tool-server/actions/merge-people.ts'
import { mergesOf } from '@portero/tool-server/store/merges-view.ts'
import { openConsole, type Browser, type ConsoleStage } from './support/console-stage.ts'

// Who is who: two people who may be one, side by side, and what an operator decides about them.
let stage: ConsoleStage
let admin: Browser
let agent: Browser
let connection = ''
let count = 0
beforeAll(async () => {
  stage = await openConsole()
  connection = (await stage.house.connection('tiny')).id
  admin = await stage.signedIn('admin')
  agent = await stage.signedIn('agent')
})
afterAll(() => stage.end())
beforeEach(() => stage.house.clock.advance(1_000))

const system = () => stage.house.acting.as({ tenant: stage.house.tenant, by: 'system' }, 'all')
const rows = async (statement: ReturnType<typeof sql>): Promise<any[]> => (await statement.execute(stage.house.db.bare)).rows
const hear = async (contact: { id: string; phone?: string; whatsapp?: string; name?: string }): Promise<void> => {
  stage.house.clock.advance(10)
  await system()(hearMessage, { connection, message: `m-${++count}`, conversation: `cv-${contact.id}`, contact, body: { kind: 'text', text: 'hola' }, at: stage.house.clock.now() })
}
const personOf = async (id: string): Promise<string> => (await rows(sql`select person_id as person from conversation where external_id = ${`cv-${id}`}`))[0].person
type Pair = { ana: string; bea: string; phones: [string, string] }
// Two that have each a number and an account of their own, and yet one number was told for both: for people to decide.
const doubtful = async (): Promise<Pair & { merge: string }> => {
  const n = ++count
  const phones: [string, string] = [`+5255${String(30_000_000 + n)}`, `+5256${String(30_000_000 + n)}`]
  await hear({ id: `a${n}`, phone: phones[0], whatsapp: `MX.a${n}`, name: `Ana Ruiz ${n}` })
  await hear({ id: `b${n}`, phone: phones[1], whatsapp: `MX.b${n}`, name: `Beatriz <i> ${n}` })
  await hear({ id: `b${n}`, phone: phones[0], whatsapp: `MX.b${n}` })
  const [ana, bea] = [await personOf(`a${n}`), await personOf(`b${n}`)]
  const [{ id: merge }] = await rows(sql`select id from merge where ${ana} in (kept_id, merged_id)`)
  return { ana, bea, phones, merge }
}
const stateOf = async (merge: string): Promise<string> => (await rows(sql`select state from merge where id = ${merge}`))[0].state
const one = (text: string, merge: string): string => text.split('<section').find((part) => part.includes(`data-id="${merge}"`)) ?? ''
const formOf = (text: string, merge: string, wish: string): Record<string, string> => {
  const form = one(text, merge).split('<form').find((part) => part.includes(`name="do" value="${wish}"`)) ?? ''
  return Object.fromEntries([...form.matchAll(/name="(csrf|key|do)" value="([^"]*)"/g)].map(([, name, value]) => [name!, value!]))
}
const page = async (who = admin, path = '/console/people'): Promise<string> => (await who.get(path)).text

test('with nothing to decide and nobody joined, the page says so', async () => {
  const text = await page()
  for (const words of ['Nada por decidir', 'Nadie se ha unido', 'Comparar dos números']) expect(text).toContain(words)
})

describe('a pair that waits', () => {
  test('is shown side by side, and of numbers no more than a list shows', async () => {
    const { merge, phones, bea } = await doubtful()
    const shown = one(await page(), merge)
    for (const words of ['Ana Ruiz', 'Beatriz &lt;i&gt;', 'Comparten un dato', 'cuenta de WhatsApp', 'La conocemos desde', 'Abrir la última', 'Interés abierto</dt><dd>Nuevo', 'Es la misma persona', 'Son dos', ...phones.map((phone) => `Termina en ${phone.slice(-4)}`)]) expect(shown).toContain(words)
    for (const phone of phones) expect(shown).not.toContain(phone.slice(-8))
    expect(await rows(sql`select 1 from audit where what = 'read:people'`)).not.toEqual([])
    const { conversation } = (await rows(sql`select id as conversation from conversation where person_id = ${bea}`))[0]
    expect(await page(agent, `/console/conversations/${conversation}`)).toContain(`<a href="/console/people?person=${bea}">Ver su unión con otra persona</a>`)
    expect(one(await page(agent, `/console/people?person=${bea}`), merge)).not.toBe('')
    const { conversation: other } = await stage.guest({ name: 'Nadie Más', phone: '+525599990000' })
    expect(await page(agent, `/console/conversations/${other}`)).not.toContain('/console/people?person=')
  })
  test('becomes one person, once, however often the form is sent, and is two again when that is undone', async () => {
    const { merge, ana, bea } = await doubtful()
    const form = formOf(await page(), merge, 'join')
    const sent = await Promise.all([admin.post(`/console/people/${merge}`, form), admin.post(`/console/people/${merge}`, form)])
    expect(sent.map(({ status, headers }) => [status, headers['location']])).toEqual([[303, '/console/people?came=joined'], [303, '/console/people?came=joined']])
    expect([await stateOf(merge), (await rows(sql`select id from person where merged_into in (${ana}, ${bea})`)).length, (await rows(sql`select 1 from audit where what = 'action:merge-people'`)).length]).toEqual(['merged', 1, 1])
    const text = await page(admin, '/console/people?came=joined')
    for (const words of ['Listo: ahora es una sola persona', 'Quedó como', 'Se unió']) expect(text).toContain(words)
    const shown = one(text, merge)
    expect([shown.match(/Conversaciones<\/dt><dd>1 /g)?.length, shown.match(/Termina en/g)?.length]).toEqual([2, 2]) // each with what was theirs
    expect((await admin.post(`/console/people/${merge}`, formOf(text, merge, 'undo'))).headers['location']).toBe('/console/people?came=undone')
    expect([await stateOf(merge), await rows(sql`select id from person where merged_into is not null and id in (${ana}, ${bea})`)]).toEqual(['undone', []])
    const late = await admin.post(`/console/people/${merge}`, form) // the browser sends the first form once more
    expect([late.status, await stateOf(merge)]).toEqual([409, 'undone'])
    expect(late.text).toContain('Esto ya cambió desde que abriste la página.')
  })
  test('is two people where somebody says so, and is not proposed again', async () => {
    const { merge } = await doubtful()
    const form = formOf(await page(), merge, 'refuse')
    for (let time = 0; time < 2; time++) expect((await admin.post(`/console/people/${merge}`, form)).headers['location']).toBe('/console/people?came=refused')
    expect([await stateOf(merge), one(await page(), merge)]).toEqual(['refused', ''])
    expect(await rows(sql`select 1 from audit where what = 'action:refuse-merge'`)).toHaveLength(1)
  })
  // Somebody else, whose deal is so far along that it is who stays.
  const third = async (name: string): Promise<string> => {
    const { person } = await stage.guest({ name, phone: `+5581${30_000_000 + ++count}` })
    await rows(sql`insert into lead (tenant_id, id, person_id, stage, opened_at, changed_at) values (${stage.house.tenant}, ${person}, ${person}, 'application', to_timestamp(0), to_timestamp(0))`)
    return person
  }
  test('follows whom its people have become, and is gone where that is one', async () => {
    const { merge, ana, bea } = await doubtful()
    const carla = await third('Carla Soto')
    const { kept } = await system()(mergePeople, { people: [bea, carla] })
    expect(kept).toBe(carla)
    expect(one(await page(), merge)).toContain('Carla Soto')
    const form = formOf(await page(), merge, 'join')
    for (let time = 0; time < 2; time++) expect((await admin.post(`/console/people/${merge}`, form)).headers['location']).toBe('/console/people?came=joined')
    expect([one(await page(), merge), await rows(sql`select merged_into as into from person where id = ${ana}`)]).toEqual(['', [{ into: carla }]])
  })
  test('of which one was joined with somebody else later is not taken apart before that one', async () => {
    const { merge } = await doubtful()
    await admin.post(`/console/people/${merge}`, formOf(await page(), merge, 'join'))
    const form = formOf(await page(), merge, 'undo')
    const [{ kept }] = await rows(sql`select kept_id as kept from merge where id = ${merge}`)
    await system()(mergePeople, { people: [kept, await third('Dora Luz')] })
    expect(one(await page(), merge)).toContain('primero deshaz esa unión')
    const refused = await admin.post(`/console/people/${merge}`, form)
    expect([refused.status, await stateOf(merge)]).toEqual([409, 'merged'])
    expect(refused.text).toContain('Una de ellas se unió después con alguien más. No se cambió nada')
  })
})

describe('two numbers', () => {
  const compare = async (one: string, other: string) => admin.post('/console/people', { csrf: admin.csrfOf(await page()), one, other })
  test('are put side by side, also where they were said to be two, and can be joined', async () => {
    const { merge, phones } = await doubtful()
    const outdated = formOf(await page(), merge, 'join')
    await admin.post(`/console/people/${merge}`, formOf(await page(), merge, 'refuse'))
    stage.house.clock.advance(1_000)
    const typed = phones.map((phone) => phone.slice(3).replace(/^(..)(....)/, '$1 $2 ')) as [string, string]
    for (let time = 0; time < 2; time++) expect((await compare(...typed)).headers['location']).toBe('/console/people?came=proposed')
    const text = await page()
    expect([await stateOf(merge), one(text, merge).includes('Lo indicó alguien del equipo.')]).toEqual(['proposed', true])
    expect([(await admin.post(`/console/people/${merge}`, outdated)).status, await stateOf(merge)]).toEqual([409, 'proposed'])
    await admin.post(`/console/people/${merge}`, formOf(text, merge, 'join'))
    const already = await compare(...phones)
    expect([already.status, await stateOf(merge)]).toEqual([409, 'merged'])
    expect(already.text).toContain('Los dos números ya son de la misma persona.')
  })
  test.each([['that is none', 'hola <b>', 'no parece un número'], ['that nobody has', '55 9999 1234', 'No conocemos a nadie']])('of which one is a number %s propose nothing, and what was typed stays', async (_what, wrong, words) => {
    const { phones } = await doubtful()
    const before = await rows(sql`select 1 from merge`)
    const { status, text } = await compare(phones[0], wrong)
    expect(status).toBe(409)
    expect(text).toContain(words)
    expect(text).toContain(`value="${wrong.replaceAll('<', '&lt;').replaceAll('>', '&gt;')}"`)
    expect(await rows(sql`select 1 from merge`)).toEqual(before)
  })
})

describe('whoever is no admin', () => {
  test('sees the pairs, and no way to decide', async () => {
    const { merge } = await doubtful()
    const text = await page(agent)
    expect(one(text, merge)).toContain('Ana Ruiz')
    expect(text).toContain('Lo decide quien administra Portero.')
    expect(text).not.toMatch(/name="do"|id="compare"/)
  })
  test.each([['an agent', () => agent, 403], ['nobody', () => stage.browser(), 303]])('as %s changes nothing', async (_who, who, status) => {
    const { merge } = await doubtful()
    const form = formOf(await page(), merge, 'join')
    expect([(await who().post(`/console/people/${merge}`, { ...form, csrf: agent.csrfOf(await page(agent)) })).status, (await who().post('/console/people', { csrf: agent.csrfOf(await page(agent)), one: '1', other: '2' })).status]).toEqual([status, status])
    expect(await stateOf(merge)).toBe('proposed')
  })
})

test.each<[string, Record<string, string>, number]>([['without its token', { csrf: 'made-up' }, 403], ['without a key', { key: 'x' }, 400], ['with a wish that nobody has', { do: 'erase' }, 400]])('a form %s does nothing', async (_what, wrong, status) => {
  const { merge } = await doubtful()
  expect((await admin.post(`/console/people/${merge}`, { ...formOf(await page(), merge, 'join'), ...wrong })).status).toBe(status)
  expect(await stateOf(merge)).toBe('proposed')
})
test('a pair that is not there is told as such', async () => {
  const { merge } = await doubtful()
  const form = formOf(await page(), merge, 'join')
  for (const id of ['019a0000-0000-7000-8000-000000000000', 'nonsense']) expect((await admin.post(`/console/people/${id}`, form)).status).toBe(404)
})
test('the live part comes when it has changed, and in English for whoever reads English', async () => {
  const { merge } = await doubtful()
  const first = await agent.get('/console/live/people')
  expect([first.status, one(first.text, merge) === '']).toEqual([200, false])
  expect((await agent.get('/console/live/people', { 'if-none-match': first.headers['etag']! })).status).toBe(304)
  expect((await agent.get('/console/people', { 'accept-language': 'en' })).text).toContain('They share a detail')
})
test.each(['proposed', 'merged'] as const)('of many that are %s the latest are shown, and how many there are', async (state) => {
  for (let time = 0; time < 2; time++) {
    const { ana, bea } = await doubtful()
    if (state === 'merged') await system()(mergePeople, { people: [ana, bea] })
  }
  const [{ total, latest }] = await rows(sql`select count(*) as total, (array_agg(id order by coalesce(decided_at, made_at) desc))[1] as latest from merge where state = ${state}`)
  const few = await mergesOf({ ...stage.house }, { state, most: 1 })
  expect(few.merges.map(({ id }) => id)).toEqual([latest])
  expect([few.total > 1, few.total <= total]).toEqual([true, true])
})
test('two that were told together by a system are shown with the reason', async () => {
  const n = ++count
  await hear({ id: `x${n}`, phone: `+5255${40_000_000 + n}` })
  await hear({ id: `y${n}`, whatsapp: `MX.y${n}` })
  for (const id of [`x${n}`, `y${n}`]) await system()(claimIdentity, { person: await personOf(id), claims: [{ kind: 'email', value: `ana${n}@correo.example` }] })
  const [{ id }] = await rows(sql`select id from merge where reason = 'told_together' order by made_at desc`)
  const shown = one(await page(), id)
  for (const words of ['WhatsApp dio sus datos juntos', 'a…@correo.example', 'Deshacer']) expect(shown).toContain(words)
})
