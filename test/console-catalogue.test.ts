import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { integer, record, sample } from 'fast-check'
import { sql } from 'kysely'
import { parseCatalogue } from '@portero/tool-server/domain/catalogue.ts'
import { weekday } from '@portero/tool-server/domain/homes.ts'
import { joined } from '@portero/tool-server/domain/hours.ts'
import { dayNamed, dayStart, numberAt } from '@portero/tool-server/domain/zones.ts'
import { roles, type Role } from '@portero/tool-server/domain/roles.ts'
import { at } from '@portero/tool-server/spine/db.ts'
import { browserOf, type Browser } from './support/console-stage.ts'
import { someHours, someVisits } from './support/catalogue-worlds.ts'
import { openPages, type PagesStage } from './support/pages-stage.ts'

// The catalogue in the console: what an admin changes of it is shown before it is saved, and is what prospects are then offered.
jest.setTimeout(240_000)
const phone = '+525511113333'
const zone = 'America/Mexico_City'
let stage: PagesStage
let admin: Browser
let agent: Browser
let viewer: Browser
const ids = new Map<string, string>()
const idOf = (slug: string): string => ids.get(slug) ?? ''
beforeAll(async () => {
  stage = await openPages()
  const { house } = stage
  await stage.say(phone, 'Hola')
  for (const role of roles) await house.putOperator({ tenant: house.tenant, name: role, password: 'la-llave-del-cuarto', role })
  admin = await entered('admin')
  agent = await entered('agent')
  viewer = await entered('viewer')
  for (const table of ['building', 'home', 'agent']) for (const { slug, id } of await rows(`select slug, id from ${table}`)) ids.set(slug, id)
})
afterAll(() => stage.end())
beforeEach(() => stage.clock.advance(61_000)) // tools may be called again

const entered = async (role: Role): Promise<Browser> => {
  const one = browserOf(stage.house.doors)
  await one.post('/console/sign-in', { csrf: one.csrfOf((await one.get('/console/sign-in')).text), next: '/console', name: role, password: 'la-llave-del-cuarto' })
  return one
}
const rows = async (statement: string): Promise<any[]> => (await sql.raw(statement).execute(stage.house.db.bare)).rows as any[]
const kept = async (): Promise<string> => {
  const tables = ['building', 'home', 'agent', 'agent_building', 'blackout', 'settings_write', 'tour', 'job']
  const all = await Promise.all([...tables.map((table) => rows(`select md5(coalesce(string_agg(t::text, '' order by t::text), '')) as hash from ${table} t`)), rows(`select count(*) as count from audit where what not like 'read:%'`)])
  return JSON.stringify(all)
}
const soon = async (isSo: () => Promise<boolean>): Promise<void> => {
  for (let left = 300; !(await isSo()); left--) {
    if (left === 0) throw new Error('it did not come about')
    stage.clock.advance(2_000) // a conversation calls so many tools in a minute
    await new Promise(setImmediate)
  }
}
const unescaped = (text: string): string => text.replaceAll('&quot;', '"').replaceAll('&#39;', "'").replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&')
const path = (slug: string): string => `/console/catalogue/${slug.split(' ')[0]}/${idOf(slug.split(' ')[1]!)}`
const roma = 'buildings roma-norte'
const mariana = 'agents mariana-solis'

// What a browser would send: every field of the form as it stands on the page.
const formOf = (page: string, wish: string): Record<string, string> => {
  const form = page.split('<form').find((part) => part.includes(`name="do" value="${wish}"`))?.split('</form>')[0] ?? ''
  const fields: Record<string, string> = {}
  for (const [tag] of form.matchAll(/<input [^>]*>/g)) {
    const [, name = ''] = /name="([^"]*)"/.exec(tag) ?? []
    if (tag.includes('type="checkbox"') && !tag.includes(' checked')) continue
    fields[name] = unescaped(/ value="([^"]*)"/.exec(tag)?.[1] ?? '')
  }
  for (const [, name = '', options = ''] of form.matchAll(/<select[^>]* name="([^"]*)"[^>]*>(.*?)<\/select>/gs)) fields[name] = /value="([^"]*)" selected/.exec(options)?.[1] ?? /value="([^"]*)"/.exec(options)?.[1] ?? ''
  return fields
}
const open = async (slug: string, who = admin): Promise<string> => (await who.get(slug.startsWith('/') ? slug : path(slug))).text
// The page of a form, with some of its fields filled in otherwise; null takes a tick away.
const sent = async (where: string, wish: string, fields: Record<string, string | null>, who = admin) => {
  const form = formOf(await open(where, who), wish)
  const filled = Object.fromEntries(Object.entries({ ...form, ...fields }).filter((entry): entry is [string, string] => entry[1] !== null))
  return who.post(where.startsWith('/') ? where : path(where), filled)
}
const save = (where: string, previewed: { text: string }, wish: string, who = admin) => who.post(where.startsWith('/') ? where : path(where), { ...formOf(previewed.text, wish), go: 'save' })
const change = async (where: string, wish: string, fields: Record<string, string | null>): Promise<void> => {
  const previewed = await sent(where, wish, fields)
  const { status, headers } = await save(where, previewed, wish)
  expect([previewed.status, status, headers['location']]).toEqual([200, 303, expect.stringMatching(/\?came=saved$/)])
}
const emptyWeek: Record<string, string> = Object.fromEntries(weekday.options.flatMap((day) => [0, 1, 2].flatMap((place) => [[`${day}-${place}-from`, ''], [`${day}-${place}-to`, '']])))
const week = (hours: Record<string, [string, string][]>): Record<string, string> => ({ ...emptyWeek, ...Object.fromEntries(Object.entries(hours).flatMap(([day, stretches]) => stretches.flatMap(([from, to], place) => [[`${day}-${place}-from`, from], [`${day}-${place}-to`, to]]))) })
// The free times of one building that a preview shows, as they are to be: 'YYYY-MM-DD HH:MM'.
const thenFree = (page: string, slug: string): string[] => {
  const section = page.split('<section').find((part) => part.includes(`data-id="${idOf(slug)}"`)) ?? ''
  return [...section.matchAll(/data-id="[^"]*-(\d{4}-\d\d-\d\d)">(.*?)<\/tr>/gs)].flatMap(([, day, row]) => [...(row ?? '').matchAll(/<(span|ins)>\+?(\d\d:\d\d)<\/\1>/g)].map(([, , time]) => `${day} ${time}`))
}
const tool = (name: string, input: object): Promise<any> => stage.tool(phone, name, input)
const offered = async (home: string, from_day: string): Promise<string[]> => (await tool('check_availability', { home, from_day })).data.slots.map(({ start }: { start: string }) => start.slice(0, 16).replace('T', ' '))
// Of all free times those that check_availability tells, from a day on: at most three of a day, and six.
const told = (free: readonly string[], day: string): string[] => {
  const spread = (until: string): string[] => [...Map.groupBy(free.filter((time) => time >= day && time < until), (time) => time.slice(0, 10)).values()].flatMap((times) => (times.length <= 3 ? times : [0, 1, 2].map((place) => times[Math.round((place * (times.length - 1)) / 2)]!))).slice(0, 6)
  const soon = spread(dayNamed(Date.parse(day) / 86_400_000 + 4))
  return soon.length < 6 ? spread('9999') : soon
}

describe('the catalogue', () => {
  test('shows buildings, agents and homes, and finds them by any word', async () => {
    const text = await open('/console/catalogue')
    for (const words of ['Casa Tabasco', 'Mariana Solís', 'Descargar en YAML', 'Privada', '$', 'Sin conectar', 'aria-current="page">Catálogo']) expect(text).toContain(words)
    const found = await open('/console/catalogue?q=mariana+solis')
    expect([found.includes('Mariana Solís'), found.includes('Julián Cota'), found.includes('Casa Tabasco</b>')]).toEqual([true, false, false])
    expect(await open('/console/catalogue?q=luna%20%3Ci%3E')).toContain('Nada coincide')
    expect((await agent.get('/console/catalogue', { 'accept-language': 'en' })).text).toContain('What is rented, who shows it and when.')
  })
  test('hides from whoever is no admin how agents are reached, and every way to change it', async () => {
    expect(await open('/console/catalogue')).toContain('+525550001001')
    for (const where of ['/console/catalogue', path(mariana), path(roma), '/console/catalogue/blackouts', path('homes roma-norte-101')]) {
      const text = await open(where, viewer)
      expect([where, /\+525550001001|mariana\.solis@|name="do"|catalogue\.yaml/.test(text), text.includes('mendar')]).toEqual([where, false, false])
    }
    expect(await open(path(mariana), agent)).toContain('Termina en 1001')
    expect(await open(path(roma), agent)).toContain('<dt>Duración</dt><dd>30</dd>')
  })
  test('shows hundreds of homes, and a hundred at once of those that were searched for', async () => {
    await sql`insert into home (tenant_id, id, building_id, slug, no, position, status, details) select tenant_id, gen_random_uuid(), building_id, 'muchas-' || n, 1000 + n, 1000 + n, 'closed', details from home, generate_series(1, 240) n where slug = 'roma-norte-101'`.execute(stage.house.db.bare)
    const text = await open('/console/catalogue')
    expect(text).toMatch(/y 2\d\d más; usa la búsqueda/)
    expect((await open('/console/catalogue?only=closed')).match(/No disponible</g)?.length).toBe(100)
    await sql`delete from home where slug like 'muchas-%'`.execute(stage.house.db.bare)
  })
  test('is downloaded as the file that the command line writes, and is read back the same', async () => {
    const { status, headers, text } = await admin.get('/console/catalogue.yaml')
    expect([status, headers['content-type'], headers['content-disposition']]).toEqual([200, 'application/yaml; charset=utf-8', 'attachment; filename="portero-2026-11-23.yaml"'])
    expect(parseCatalogue(text).buildings.map(({ slug }) => slug)).toContain('roma-norte')
    expect((await agent.get('/console/catalogue.yaml')).status).toBe(403)
  })
})

describe('a change', () => {
  test('is shown before it is saved, and nothing is saved by that', async () => {
    const before = await kept()
    const { status, text } = await sent(mariana, 'agent', week({ mon: [['09:00', '11:00']] }))
    expect(status).toBe(200)
    for (const words of ['Todavía no se guarda nada.', '09:00–18:00', '09:00–11:00', '<del>−', 'Horarios libres en Casa Tabasco', 'Guardar', 'Seguir editando']) expect(text).toContain(words)
    for (const [where, wish, fields] of [[roma, 'visits', { minutes: '45' }], [roma, 'shows', { [`shows-${idOf('mariana-solis')}`]: null }], ['homes roma-norte-101', 'home', { status: 'closed' }], ['/console/catalogue/blackouts', 'close', { where: idOf('roma-norte'), fromDay: '2026-12-01', toDay: '2026-12-02' }]] as const) expect([wish, (await sent(where, wish, fields)).text.includes('Todavía no se guarda nada.')]).toEqual([wish, true])
    expect(await kept()).toBe(before)
  })
  test('that changes nothing is told as such, and one that is edited on keeps what was typed', async () => {
    expect((await sent(roma, 'visits', {})).text).toContain('No cambiaste nada.')
    const { text } = await sent(roma, 'visits', { minutes: '55', go: 'edit' })
    expect(formOf(text, 'visits')['minutes']).toBe('55')
  })
  test('of hours reaches check_availability at once, as it was shown, and is in the audit with what was before', async () => {
    await change('agents diego-arriaga', 'agent', week({}))
    stage.clock.advance(1_000)
    const previewed = await sent(mariana, 'agent', week({ wed: [['10:00', '12:00'], ['16:00', '17:30']], fri: [['09:30', '10:30']] }))
    const free = thenFree(previewed.text, 'roma-norte')
    expect(free).toEqual(['2026-11-25 10:00', '2026-11-25 10:30', '2026-11-25 11:00', '2026-11-25 11:30', '2026-11-25 16:00', '2026-11-25 16:30', '2026-11-25 17:00', '2026-11-27 09:30', '2026-11-27 10:00', '2026-12-02 10:00', '2026-12-02 10:30', '2026-12-02 11:00', '2026-12-02 11:30', '2026-12-02 16:00', '2026-12-02 16:30', '2026-12-02 17:00', '2026-12-04 09:30', '2026-12-04 10:00'])
    expect((await save(mariana, previewed, 'agent')).status).toBe(303)
    await soon(async () => (await offered('roma-norte-101', '2026-11-27')).join() === told(free, '2026-11-27').join())
    for (const day of ['2026-11-24', '2026-11-25', '2026-11-27', '2026-12-01']) expect(await offered('roma-norte-101', day)).toEqual(told(free, day))
    const [row] = await rows(`select id, user_id, after_sealed as after from audit where what = 'action:set-hours' order by at desc, id desc limit 1`)
    const after = JSON.parse((await stage.house.vault.open(stage.house.db.bare, stage.house.tenant, `audit.after:${row.id}`, row.after)).toString())
    expect([row.user_id !== null, after.args.hours[0], after.result.before[0]]).toEqual([true, { days: ['wed'], from: '10:00', to: '12:00' }, { days: ['mon', 'tue', 'wed', 'thu', 'fri'], from: '09:00', to: '18:00' }])
  })
  test('of rules, of who shows it, of a home, and of a limit reaches it too', async () => {
    await change(roma, 'visits', { minutes: '60', anytime: null, ...week({ wed: [['09:00', '20:00']] }) })
    await soon(async () => (await offered('roma-norte-101', '2026-11-25')).join() === '2026-11-25 10:00,2026-11-25 11:00,2026-11-25 16:30,2026-12-02 10:00,2026-12-02 11:00,2026-12-02 16:30') // an hour each, and not on Fridays
    await change('homes roma-norte-101', 'home', { status: 'closed', rentMxn: '$21,500' })
    await soon(async () => (await tool('check_availability', { home: 'roma-norte-101' })).ok === false)
    expect(await rows(`select details->>'rentMxn' as rent, status from home where slug = 'roma-norte-101'`)).toEqual([{ rent: '21500', status: 'closed' }])
    await change('homes roma-norte-101', 'home', { status: 'open' })
    await change(roma, 'shows', { [`shows-${idOf('mariana-solis')}`]: null })
    await soon(async () => (await offered('roma-norte-101', '2026-11-25')).length === 0)
    await change(roma, 'shows', { [`shows-${idOf('mariana-solis')}`]: 'yes' })
    await change(mariana, 'agent', { perWeek: '2' })
    expect(await rows(`select details->>'perWeek' as week from agent where slug = 'mariana-solis'`)).toEqual([{ week: '2' }])
    await change(mariana, 'agent', { perWeek: '' })
    expect(await rows(`select details ? 'perWeek' as has from agent where slug = 'mariana-solis'`)).toEqual([{ has: false }])
    for (const what of ['set-visits', 'set-home', 'set-shows', 'set-week-limit']) expect([what, (await rows(`select 1 from audit where what = 'action:${what}' and user_id is not null and after_sealed is not null`)).length > 0]).toEqual([what, true])
  })
  test('of a limit alone leaves the hours those of the file', async () => {
    expect(await rows(`select hours_by_people as is from agent where slug = 'lucia-becerril'`)).toEqual([{ is: false }])
    await change('agents lucia-becerril', 'agent', { perWeek: '9' })
    expect(await rows(`select hours_by_people as is from agent where slug = 'lucia-becerril'`)).toEqual([{ is: false }])
  })
  test('shows what is busy in a calendar as busy', async () => {
    const { house } = stage
    await house.connections.put({ tenant: house.tenant, ...stage.lab.accounts.find(({ vendor }) => vendor === 'google')!, account: 'julian.cota@casas.example' })
    const [{ id }] = await rows(`select id from connection where vendor = 'google'`)
    const day = dayStart('America/Tijuana', '2026-11-26')
    await sql`insert into mirror (tenant_id, connection_id) values (${house.tenant}, ${id})`.execute(house.db.bare)
    await sql`insert into busy_event (tenant_id, connection_id, external_id, starts_at, ends_at) values (${house.tenant}, ${id}, 'e1', ${at(day)}, ${at(day + 15 * 3_600_000)})`.execute(house.db.bare)
    stage.clock.advance(2_000)
    const free = thenFree((await sent('agents julian-cota', 'agent', { 'thu-1-from': '19:00', 'thu-1-to': '20:00' })).text, 'zona-rio').filter((time) => time.startsWith('2026-11-26'))
    expect(free).toEqual(['15:00', '15:30', '16:00', '16:30', '17:00', '17:30', '19:00', '19:30'].map((time) => `2026-11-26 ${time}`))
  })
})

describe('somebody else’s change', () => {
  test('is not saved over: whoever comes second is told, and keeps what they typed', async () => {
    const page = await open('buildings condesa')
    const mine = { ...formOf(page, 'visits'), horizonDays: '20', noticeMinutes: '90' }
    await change('buildings condesa', 'visits', { noticeMinutes: '180' })
    const { status, text } = await admin.post(path('buildings condesa'), mine)
    expect(status).toBe(409)
    for (const words of ['Alguien lo cambió mientras lo editabas. No se guardó nada.', 'Cómo está ahora', '180', 'Lo que escribiste']) expect(text).toContain(words)
    expect(formOf(text, 'visits')).toMatchObject({ horizonDays: '20', noticeMinutes: '90' })
    const again = await admin.post(path('buildings condesa'), formOf(text, 'visits')) // and now that they have seen it, they may
    expect((await save('buildings condesa', again, 'visits')).status).toBe(303)
    expect(await rows(`select details->'visits'->>'noticeMinutes' as notice, details->'visits'->>'horizonDays' as days from building where slug = 'condesa'`)).toEqual([{ notice: '90', days: '20' }])
  })
  test.each([[roma, 'visits', { bufferMinutes: '25' }], [roma, 'shows', { shows: 'x' }], ['homes condesa-104', 'home', { rentMxn: '20001' }], ['agents renata-ochoa', 'agent', { perWeek: '11' }], ['agents emilio-robledo', 'agent', { 'mon-0-to': '18:00' }]] as const)('between what was shown and its saving counts too: %s %s', async (where, wish, fields) => {
    const mine: Record<string, string | null> = 'shows' in fields ? { [`shows-${idOf('julian-cota')}`]: 'yes' } : { ...fields }
    const previewed = await sent(where, wish, mine)
    const other = await sent(where, wish, wish === 'shows' ? { [`shows-${idOf('renata-ochoa')}`]: 'yes' } : wish === 'agent' ? { perWeek: '12', 'mon-0-to': '17:00' } : wish === 'home' ? { rentMxn: '20002' } : { bufferMinutes: '26' })
    expect((await save(where, other, wish)).status).toBe(303)
    const before = await kept()
    const late = await save(where, previewed, wish)
    expect([late.status, late.text.includes('Alguien lo cambió')]).toEqual([409, true])
    expect(await kept()).toBe(before)
  })
  test('at the same moment leaves one of the two', async () => {
    const two = await Promise.all(['41', '42'].map((minutes) => sent('buildings narvarte', 'visits', { minutes })))
    expect(two.map(({ status }) => status)).toEqual([200, 200])
    const came = await Promise.all(two.map((previewed) => save('buildings narvarte', previewed, 'visits')))
    expect(came.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([303, 409])
    expect(await rows(`select details->'visits'->>'minutes' as minutes from building where slug = 'narvarte'`)).toEqual([{ minutes: came[0]!.status === 303 ? '41' : '42' }])
  })
  test('is none where one form is sent twice', async () => {
    const previewed = await sent('homes narvarte-1a', 'home', { rentMxn: '19999' })
    const before = (await rows(`select 1 from audit where what = 'action:set-home'`)).length
    expect((await Promise.all([1, 2, 3].map(() => save('homes narvarte-1a', previewed, 'home')))).map(({ status }) => status)).toEqual([303, 303, 303])
    expect((await rows(`select 1 from audit where what = 'action:set-home'`)).length - before).toBe(1)
  })
})

describe('a closed time', () => {
  const where = '/console/catalogue/blackouts'
  const tour = async (home: string, who: string, startsAt: number): Promise<string> => {
    const [{ id: conversation, person }] = await rows('select id, person_id as person from conversation limit 1')
    const id = (await rows('select gen_random_uuid() as id'))[0].id
    await sql`insert into tour (tenant_id, id, person_id, conversation_id, home_id, building_id, agent_id, day, starts_at, ends_at, status, made_at, changed_at) select tenant_id, ${id}::uuid, ${person}::uuid, ${conversation}::uuid, id, building_id, ${idOf(who)}::uuid, ${dayNamed(numberAt(zone, startsAt))}::date, ${at(startsAt)}, ${at(startsAt + 1_800_000)}, 'confirmed', ${at(stage.clock.now())}, ${at(stage.clock.now())} from home where slug = ${home}`.execute(stage.house.db.bare)
    return conversation
  }
  test('tells the visits that fall into it, cancels none, and is given back', async () => {
    const startsAt = dayStart(zone, '2026-12-01') + 12 * 3_600_000
    const conversation = await tour('del-valle-302', 'lucia-becerril', startsAt)
    const wanted = { where: idOf('del-valle'), fromDay: '2026-12-01', fromTime: '11:00', toDay: '2026-12-01', toTime: '13:00', reason: 'Mantenimiento <del> elevador' }
    const previewed = await sent(where, 'close', wanted)
    for (const words of ['1 visita agendada queda fuera', 'Portero no cancela ninguna', `href="/console/conversations/${conversation}"`, 'cae en un cierre', '<del>−11:00', 'Mantenimiento &lt;del&gt;']) expect(previewed.text).toContain(words)
    const before = await rows('select id, status, starts_at from tour order by id')
    expect((await rows(`select 1 from audit where what = 'read:visits' and user_id is not null`)).length).toBeGreaterThan(0)
    expect((await save(where, previewed, 'close')).headers['location']).toBe(`${where}?came=saved`)
    expect(await rows('select id, status, starts_at from tour order by id')).toEqual(before)
    await soon(async () => !(await offered('del-valle-302', '2026-12-01')).includes('2026-12-01 11:00'))
    const page = await open(where)
    for (const words of ['mar 1 de dic, 11:00–13:00', 'Mantenimiento &lt;del&gt; elevador', 'El equipo', 'Visitas dentro', `href="/console/conversations/${conversation}"`]) expect(page).toContain(words)
    const { text } = await admin.get('/console/catalogue.yaml')
    expect(parseCatalogue(text).blackouts).toContainEqual({ building: 'del-valle', startsAt: startsAt - 3_600_000, endsAt: startsAt + 3_600_000, reason: 'Mantenimiento <del> elevador', by: 'people' })
    const [{ id }] = await rows(`select id from blackout where reason like 'Mant%'`)
    const removal = await admin.post(where, { csrf: admin.csrfOf(page), do: 'reopen', version: 'none', closed: id })
    expect([removal.status, removal.text.includes('<ins>+11:00'), removal.text.includes('Ninguna visita agendada queda fuera.')]).toEqual([200, true, true])
    expect((await save(where, removal, 'reopen')).status).toBe(303)
    expect(await rows(`select 1 from blackout where id = '${id}'`)).toEqual([])
    expect((await save(where, removal, 'reopen')).status).toBe(409)
    await rows('delete from tour')
  })
  test('of all buildings is one for each, by its own clock, told as one and removed as one', async () => {
    await change(where, 'close', { where: 'house', fromDay: '2026-12-12', toDay: '2026-12-12', reason: 'Festejo' })
    const made = await rows(`select b.slug, extract(epoch from k.starts_at)::bigint as starts from blackout k join building b on b.id = k.building_id where k.reason = 'Festejo' order by b.position`)
    expect(made).toHaveLength(6)
    expect(made.map(({ starts }) => Number(starts) - dayStart(zone, '2026-12-12') / 1_000)).toEqual([0, 0, 0, 0, 0, 7_200]) // Tijuana is two hours behind
    const page = await open(where)
    expect([page.match(/Festejo/g)?.length, /sáb 12 de dic<\/b>.*?Todos los edificios/s.test(page)]).toEqual([1, true])
    const removal = formOf(page.slice(page.indexOf('Festejo')), 'reopen')
    const previewed = await admin.post(where, removal)
    expect((await save(where, previewed, 'reopen')).status).toBe(303)
    expect(await rows(`select 1 from blackout where reason = 'Festejo'`)).toEqual([])
  })
  test('of one agent stands on their page, and closes wherever they show', async () => {
    expect(formOf(await open(`${where}?agent=${idOf('emilio-robledo')}`), 'close')).toMatchObject({ where: 'house', who: idOf('emilio-robledo') })
    await change(where, 'close', { where: 'house', who: idOf('emilio-robledo'), fromDay: '2026-12-07', toDay: '2026-12-11', reason: 'Vacaciones' })
    expect(await rows(`select building_id as building from blackout where reason = 'Vacaciones'`)).toEqual([{ building: null }])
    expect(await open('agents emilio-robledo')).toMatch(/lun 7 de dic – vie 11 de dic<\/b>.*?Emilio Robledo.*?Vacaciones/s)
  })
  test.each<[string, Record<string, string>, string]>([
    ['no day', { fromDay: '', toDay: '2026-12-01' }, 'Elige un día que exista.'], ['30 February', { fromDay: '2027-02-30', toDay: '2027-03-01' }, 'Elige un día que exista.'], ['an end before its beginning', { fromDay: '2026-12-05', toDay: '2026-12-04' }, 'El final va después del inicio.'],
    ['a time that is over', { fromDay: '2026-11-01', toDay: '2026-11-02' }, 'Ese tiempo ya pasó'], ['a time that is none', { fromDay: '2026-12-05', toDay: '2026-12-05', fromTime: '25:00' }, 'Escribe la hora como 09:30.'], ['a building that is none', { where: 'luna', fromDay: '2026-12-05', toDay: '2026-12-05' }, 'Elige de la lista.'],
    ['a reason of many lines', { fromDay: '2026-12-05', toDay: '2026-12-05', reason: 'a\tb' }, 'en un solo renglón'], ['a reason that is long', { fromDay: '2026-12-05', toDay: '2026-12-05', reason: 'x'.repeat(121) }, 'Caben 120 letras'],
  ])('with %s is refused beside its field, and what was typed stays', async (_what, fields, words) => {
    const before = await kept()
    const { status, text } = await sent(where, 'close', fields)
    expect([status, text.includes('class="fault"'), text.includes(words), text.includes('aria-invalid="true"')]).toEqual([400, true, true, true])
    expect(formOf(text, 'close')).toMatchObject(fields['where'] === undefined ? fields : { fromDay: '2026-12-05' })
    expect(await kept()).toBe(before)
  })
})

describe('what does not fit', () => {
  test.each<[string, string, Record<string, string | null>, string]>([
    [roma, 'visits', { minutes: '5' }, 'Escribe un número entero de 10 a 240.'], [roma, 'visits', { minutes: 'hola <b>' }, 'Escribe un número entero de 10 a 240.'], [roma, 'visits', { horizonDays: '61' }, 'de 1 a 60'], [roma, 'visits', { noticeMinutes: '-1' }, 'de 0 o más'], [roma, 'visits', { seats: '' }, 'de 1 a 50'],
    [roma, 'visits', { followUps: '1, 99' }, 'hasta cinco días de 1 a 30'], [roma, 'visits', { followUps: 'uno' }, 'hasta cinco días'], [roma, 'visits', { anytime: null, ...emptyWeek }, 'Escribe al menos un horario'],
    [mariana, 'agent', { 'mon-0-from': '18:00', 'mon-0-to': '09:00' }, 'El fin va después del inicio.'], [mariana, 'agent', { 'mon-0-from': '', 'mon-0-to': '09:00' }, 'Faltan la hora'], [mariana, 'agent', { 'mon-0-from': '9', 'mon-0-to': '10:00' }, 'Escribe la hora como 09:30.'],
    [mariana, 'agent', { 'mon-0-from': '09:00', 'mon-0-to': '12:00', 'mon-1-from': '11:00', 'mon-1-to': '13:00' }, 'Se encima'], [mariana, 'agent', { perWeek: '0' }, 'de 1 a 200'], ['homes roma-norte-101', 'home', { rentMxn: 'mucho' }, 'número entero'], ['homes roma-norte-101', 'home', { availableFrom: '2026-02-30' }, 'un día que exista'], ['homes roma-norte-101', 'home', { status: 'luna' }, 'Elige de la lista.'],
  ])('%s %s %j is told beside its field, and keeps what was typed', async (where, wish, fields, words) => {
    const before = await kept()
    const { status, text } = await sent(where, wish, fields)
    expect([status, text.includes('Falta corregir algo.'), text.includes(words)]).toEqual([400, true, true])
    for (const [name, value] of Object.entries(fields)) if (value !== null && value !== '' && name !== 'status') expect([name, formOf(text, wish)[name]]).toEqual([name, value])
    expect((await admin.post(path(where), { ...formOf(text, wish), ...Object.fromEntries(Object.entries(fields).filter((entry): entry is [string, string] => entry[1] !== null)), go: 'save', key: 'llave' })).status).toBe(400)
    expect(await kept()).toBe(before)
  })
  test.each<[string, Record<string, string>, number]>([['without its token', { csrf: 'made-up' }, 403], ['of a kind that is none', { do: 'erase' }, 400], ['that is saved without its key', { go: 'save' }, 400], ['with a way that is none', { go: 'away', version: 'x'.repeat(99) }, 400]])('a form %s does nothing', async (_what, wrong, status) => {
    const before = await kept()
    expect((await sent(roma, 'visits', { minutes: '50', ...wrong })).status).toBe(status)
    expect(await kept()).toBe(before)
  })
  test.each(['buildings', 'homes', 'agents'])('%s of nobody are not there', async (kind) => {
    for (const id of ['0199b1de-0000-7000-8000-0000000000aa', 'nonsense']) expect((await admin.get(`/console/catalogue/${kind}/${id}`)).status).toBe(404)
  })
  test('whoever is no admin changes nothing, whatever they send', async () => {
    const form = formOf(await open(roma), 'visits')
    const others = [await entered('agent'), await entered('viewer')]
    const before = await kept()
    for (const who of others) expect((await who.post(path(roma), { ...form, csrf: who.csrfOf(await open('/console/catalogue', who)), minutes: '50', go: 'save', key: 'llave' })).status).toBe(403)
    expect(await kept()).toBe(before)
  })
})

// Whatever is generated goes through the page, and then through the tool.
test('whatever hours, rules and closed times are saved, check_availability offers what was shown', async () => {
  let offeredSome = 0
  for (const [round, { hours, visits, from, length }] of sample(record({ hours: someHours, visits: someVisits, from: integer({ min: 1, max: 12 }), length: integer({ min: 0, max: 2 }) }), { numRuns: 8, seed: 11 }).entries()) {
    const fields = week(Object.fromEntries([...Map.groupBy(joined(hours).flatMap(({ days, ...span }) => days.map((day) => ({ day, ...span }))), ({ day }) => day)].map(([day, spans]) => [day, spans.map((span): [string, string] => [span.from, span.to])])))
    await change('agents julian-cota', 'agent', { ...fields, perWeek: round % 3 === 0 ? '5' : '' })
    const { onHolidays, ...numbers } = visits
    await change('buildings zona-rio', 'visits', { ...Object.fromEntries(Object.entries(numbers).map(([name, value]) => [name, String(value)])), horizonDays: '13', ...(onHolidays ? { onHolidays: 'yes' } : {}), followUps: `${round + 1}` })
    const today = numberAt('America/Tijuana', stage.clock.now())
    const [first, last] = [dayNamed(today + from), dayNamed(today + from + length)]
    const previewed = await sent('/console/catalogue/blackouts', 'close', { where: idOf('zona-rio'), fromDay: first, toDay: last, toTime: '13:00' })
    const free = thenFree(previewed.text, 'zona-rio')
    expect((await save('/console/catalogue/blackouts', previewed, 'close')).status).toBe(303)
    const asked = [dayNamed(today), dayNamed(today + 3), first, last]
    const wanted = asked.map((day) => told(free, day))
    await soon(async () => JSON.stringify(await offered('zona-rio-504', first)) === JSON.stringify(wanted[2]))
    for (const [place, day] of asked.entries()) expect([round, day, await offered('zona-rio-504', day)]).toEqual([round, day, wanted[place]])
    offeredSome += free.length > 0 ? 1 : 0
    const [{ id }] = await rows('select id from blackout order by id desc limit 1')
    const removal = await admin.post('/console/catalogue/blackouts', { csrf: admin.csrfOf(await open('/console/catalogue/blackouts')), do: 'reopen', version: 'none', closed: id })
    expect((await save('/console/catalogue/blackouts', removal, 'reopen')).status).toBe(303)
  }
  expect(offeredSome).toBeGreaterThan(5)
})
