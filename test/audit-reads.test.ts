import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { sql } from 'kysely'
import { proposePair } from '@portero/tool-server/actions/merge-people.ts'
import { paths } from '@portero/tool-server/console/frame.ts'
import { roles } from '@portero/tool-server/domain/roles.ts'
import { noteConflict } from '@portero/tool-server/store/crm-reviews.ts'
import { sampleOf } from './lab/bird/samples.ts'
import { cardNames, pageDoors, patternOf, postDoors } from './support/doors-found.ts'
import { browserOf, type Browser } from './support/console-stage.ts'
import { openPages, type PagesStage } from './support/pages-stage.ts'

// Every door that shows something of a person to people of ours says so in the audit. The doors are taken from the source, each is asked, and whoever adds one that shows such a thing and doesn't audit it sees this fail.
jest.setTimeout(120_000)
const number = '+525512340077'
const photo = sampleOf('image').bytes
const marks = ['Ximena Canario', 'canario en la azotea', 'canario en la sala', '1234 0077', '12340077'].map((text) => Buffer.from(text))
const holdsMark = (bytes: Buffer): boolean => [...marks, photo].some((mark) => bytes.includes(mark))

let stage: PagesStage
let person = ''
let record: { type: 'contact'; id: string }
let fills: Record<string, string[]>
const staff: Browser[] = []
beforeAll(async () => {
  stage = await openPages()
  const { house, lab: { bird: { phone } } } = stage
  phone.write(number, { text: 'hola, soy Ximena Canario', name: 'Ximena Canario' })
  await stage.follow()
  phone.write(number, { media: { kind: 'image', caption: 'canario en la sala' } })
  await stage.follow()
  await stage.say(number, 'Busco depa de 2 recámaras en la Narvarte, presupuesto 30000')
  await stage.say(number, 'la 1')
  await stage.say(number, 'canario en la azotea')
  await stage.tool(number, 'privacy_request', { kind: 'access', details: 'soy Ximena Canario' })
  const one = async (text: string): Promise<string> => (await sql.raw<{ id: string }>(text).execute(house.db.bare)).rows[0]?.id ?? ''
  person = await one('select id from person')
  record = { type: 'contact', id: await one("select external_id as id from counterpart where kind = 'contact' and external_id is not null") }
  for (const role of roles) {
    await house.putOperator({ tenant: house.tenant, name: role, password: 'la-llave-del-cuarto', role })
    const browser = browserOf(house.doors)
    await browser.post(paths.signIn, { csrf: browser.csrfOf((await browser.get(paths.signIn)).text), next: '/console', name: role, password: 'la-llave-del-cuarto' })
    staff.push(browser)
  }
  const lines: { media?: { url: string }[] }[] = (await stage.ask('transcript', { record })).body.lines
  fills = {
    ':id': [await one('select id from conversation'), person],
    ':place': ['0'], ':name': ['page.css', 'booking.css', 'visits', 'conversations', 'called'], ':vendor': ['google'], ':wish': ['end'],
    ':token': lines.flatMap(({ media = [] }) => media.map(({ url }) => url.split('/').at(-1)!)),
  }
  fills[':id']!.push(await one("select id from job where state = 'dead'"))
  for (const table of ['message', 'operator', 'tool_key', 'privacy_case']) fills[':id']!.push(...(await sql<{ id: string }>`select id from ${sql.table(table)}`.execute(house.db.bare)).rows.map(({ id }) => id))
  for (const table of ['building', 'home', 'agent']) fills[':id']!.push(await one(`select id from ${table} limit 1`))
})
afterAll(() => stage.end())

const reads = async (): Promise<number> => (await sql<{ count: number }>`select count(*) as count from audit where by = 'staff' and user_id is not null and (what like 'read:%' or what like 'reveal:%' or what like 'draft:%')`.execute(stage.house.db.bare)).rows[0]!.count

describe('a card that shows something of a person says so in the audit', () => {
  test.each(cardNames.map(({ text, path }) => [text, path]))('%s (%s)', async (name, path) => {
    const bodies = [{ record }, { record, field: 'stage' }, { record, home: 'narvarte-101' }, {}]
    let isAsked = false
    for (const body of bodies) {
      const before = await reads()
      const { status, text } = await stage.ask(name, body)
      isAsked ||= status === 200
      if (holdsMark(Buffer.from(text))) expect([name, (await reads()) > before]).toEqual([name, true])
    }
    if (path.startsWith('tool-server/store/') && name !== 'probe') expect([name, isAsked]).toEqual([name, true]) // else say above how it is asked
  })
})

describe('a page that shows something of a person says so in the audit', () => {
  test.each(pageDoors.map(({ text, path }) => [text, path]))('%s (%s)', async (text) => {
    const pattern = patternOf(text)
    const [slot] = /:\w+/.exec(pattern.replace(':place', '').replace(':vendor', '')) ?? []
    const urls = (slot === undefined ? [pattern] : (fills[slot] ?? []).map((fill) => pattern.replace(slot, fill))).map((url) => url.replace(':place', '0').replace(':vendor', 'google')).map((url) => (url.startsWith('/console/figures/') ? `${url}?from=${stage.clock.now() - 86_400_000}&to=${stage.clock.now() + 86_400_000}` : url))
    let statuses = new Set<number>()
    for (const url of urls) {
      for (const browser of staff) {
        const before = await reads()
        const response = await browser.get(url)
        statuses = statuses.add(response.status)
        const bytes = Buffer.isBuffer(response.body) ? response.body : Buffer.from(response.text ?? '', 'utf8')
        if (holdsMark(bytes)) expect([url, (await reads()) > before]).toEqual([url, true])
      }
    }
    expect([text, [...statuses].some((status) => status < 400) || unseen.has(text)]).toEqual([text, true]) // else say above how it is asked
  })
  // What shows nothing of a person, and only answers for what nobody set up here; and what prospects open themselves.
  const unseen = new Set(["'/book/:token'", "'/oauth/:vendor/start'", "'/oauth/:vendor/callback'", 'paths.signInCallback', 'paths.signInElsewhere()', "paths.disconnect(':id')", "'/ics/:token'", "'/_assets/:name'", "'/console/privacy/:id/archive'", "'/console/privacy/:id/certificate.:form'"]) // these two: of a case that is decided, in the tests of the privacy desk
  test('and some of them do', async () => {
    expect((await sql<{ what: string }>`select distinct what from audit where what like 'read:%' order by what`.execute(stage.house.db.bare)).rows.map(({ what }) => what)).toEqual(expect.arrayContaining(['read:conversation', 'read:conversations', 'read:media', 'read:visit']))
  })
})

// What our people do leaves their name too, and so does what they are answered with, also where it was refused.
const deeds = async (): Promise<number> => (await sql<{ count: number }>`select count(*) as count from audit where by = 'staff' and user_id is not null`.execute(stage.house.db.bare)).rows[0]!.count
const readOnly = /^tool-server\/(store\/|actions\/card-draft)/
describe('a card that changes something says who did', () => {
  const key = (): string => `llave-${Math.trunc(stage.clock.now())}`
  const visit = async () => (await stage.ask('visit', { record })).body.next
  const slot = async () => (await stage.ask('slots', { record, home: 'roma-norte-101' })).body.slots.at(-1).slot
  const asks: Record<string, () => Promise<object[]>> = {
    book: async () => [{ slot: await slot() }, { slot: 'nothing' }],
    move: async () => { const { tour, version } = await visit(); return [{ tour, version: version + 7, slot: await slot() }, { tour, version, slot: await slot() }] },
    mark: async () => { const { tour, version } = await visit(); return [{ tour, version: version + 7, to: 'cancelled' }, { tour, version, to: 'cancelled' }] },
    takeover: async () => [{ to: 'human' }, { to: 'bot' }],
    reply: async () => [{ text: 'hola' }],
    note: async () => [{ text: 'llamar' }],
    escalate: async () => [{ reason: 'other', summary: 'pide algo' }],
  }
  const ofTheHouse = new Set(['hours', 'blackout', 'reopen', 'owners']) // nobody's data
  test.each(cardNames.filter(({ path, text }) => !readOnly.test(path) && !ofTheHouse.has(text)).map(({ text }) => text))('%s', async (name) => {
    expect([name, asks[name] !== undefined]).toEqual([name, true]) // else say above how it is asked
    let isDone = false
    for (const more of await asks[name]!()) {
      stage.clock.advance(1_000)
      const [before, readBefore] = [await deeds(), await reads()]
      const { status, text, body } = await stage.ask(name, { record, key: key(), ...more })
      expect([name, status]).toEqual([name, 200])
      isDone ||= body.ok
      if (body.ok || body.visit !== undefined) expect([name, more, (await deeds()) > before]).toEqual([name, more, true])
      if (holdsMark(Buffer.from(text))) expect([name, (await reads()) > readBefore]).toEqual([name, true])
    }
    expect([name, isDone || name === 'reply']).toEqual([name, true]) // the answer waits until somebody has the conversation in hand
  })
})

describe('a form of the console that is sent says who sent it, and what they were shown', () => {
  type Sent = { url: string; fields: Record<string, string> }
  const key = (): string => `llave-${Math.trunc(stage.clock.now())}`
  const conversation = (): string => `/console/conversations/${fills[':id']![0]!}`
  const idOf = async (table: string): Promise<string> => (await sql<{ id: string }>`select id from ${sql.table(table)} limit 1`.execute(stage.house.db.bare)).rows[0]!.id
  // Two who may be one, a contact who may be them, and a change of theirs that lost against another.
  const another = '+525512340078'
  beforeAll(async () => {
    const { house, lab } = stage
    lab.bird.phone.write(another, { text: 'hola' })
    await stage.follow()
    await house.db.tx((tx) => noteConflict(house.acting.within(tx, { tenant: house.tenant, by: 'system', person }), { person, kind: 'contact', ours: person, field: 'name', won: 'theirs', values: { ours: 'Ximena Canario', theirs: 'Otra' } }))
    await sql`insert into crm_review (tenant_id, id, external_id, people, reason, state, made_at) select tenant_id, gen_random_uuid(), 'c-77', array[id], 'names', 'open', created_at from person where id = ${person}`.execute(house.db.bare)
    await stage.house.acting.as({ tenant: house.tenant, by: 'staff', user: 'sofia' }, ['people:write'])(proposePair, { people: [person, (await sql<{ id: string }>`select id from person where id <> ${person} limit 1`.execute(house.db.bare)).rows[0]!.id] })
  })
  // A form of the catalogue as it stands on its page, first to be shown what would come of it, then to be saved.
  const catalogueForm = async (url: string, wish: string, fields: Record<string, string>): Promise<Sent[]> => {
    const page = (await staff[roles.indexOf('admin')]!.get(url)).text
    const form = page.split('<form').find((part) => part.includes(`name="do" value="${wish}"`)) ?? ''
    const asItIs = Object.fromEntries([...form.matchAll(/ name="([^"]*)"[^>]* value="([^"]*)"/g)].map(([, name, value]) => [name!, value!]))
    return (['preview', 'save'] as const).map((go) => ({ url, fields: { ...asItIs, ...fields, do: wish, go, key: key() } }))
  }
  const forms: Record<string, () => Promise<Sent[]>> = {
    'paths.people': async () => [{ url: paths.people, fields: { one: number, other: another } }, { url: paths.people, fields: { one: number, other: '+525599999999' } }],
    "'/console/people/:id'": async () => [{ url: `/console/people/${await idOf('merge')}`, fields: { do: 'refuse', key: '1' } }],
    'paths.conversations': async () => ['1234 0077', 'Ximena Canario', '0077'].map((who) => ({ url: paths.conversations, fields: { who, state: '', from: '', to: '' } })),
    "'/console/conversations/:id/visits'": async () => {
      const csrfed = (await staff[roles.indexOf('admin')]!.get(`${conversation()}/visits`)).text
      const slot = /name="slot" value="([^"]+)"/.exec(csrfed)![1]!
      return [{ url: `${conversation()}/visits`, fields: { do: 'book', key: `${key()}-v`, slot } }, { url: `${conversation()}/visits`, fields: { do: 'book', key: `${key()}-w`, slot: 'nothing' } }]
    },
    "'/console/conversations/:id/hands'": async () => [{ url: `${conversation()}/hands`, fields: { do: 'reply', key: key(), text: 'hola' } }, { url: `${conversation()}/hands`, fields: { do: 'note', key: `${key()}-b`, text: 'llamar' } }],
    "'/console/conversations/:id/consents'": async () => [{ url: `${conversation()}/consents`, fields: { purpose: 'profiling', status: 'revoked', channel: 'phone', mode: 'express', reason: 'llamó' } }, { url: `${conversation()}/consents`, fields: { purpose: 'profiling', status: 'granted', channel: 'phone', mode: 'express', reason: 'volvió a llamar' } }],
    'paths.blackouts': async () => [{ url: paths.blackouts, fields: { do: 'close', version: 'none', where: 'house', who: 'anyone', fromDay: '2026-11-24', toDay: '2026-12-20' } }, { url: paths.blackouts, fields: { do: 'close', version: 'none', go: 'save', key: key(), where: 'house', who: 'anyone', fromDay: '2026-11-24', toDay: '2026-12-20' } }],
    "paths.buildingOf(':id')": async () => catalogueForm(paths.buildingOf(await idOf('building')), 'visits', { minutes: '40' }),
    "paths.homeOf(':id')": async () => catalogueForm(paths.homeOf(await idOf('home')), 'home', { status: 'closed', rentMxn: '20000', availableFrom: '2026-12-01' }),
    "paths.agentOf(':id')": async () => catalogueForm(paths.agentOf(await idOf('agent')), 'agent', { perWeek: '3' }),
    'paths.backfill': async () => [{ url: paths.backfill, fields: { key: '1' } }],
    "'/console/hubspot/contacts/:id'": async () => [{ url: `/console/hubspot/contacts/${await idOf('crm_review')}`, fields: { key: '1', person } }],
    "'/console/hubspot/changes/:id'": async () => [{ url: `/console/hubspot/changes/${await idOf('crm_conflict')}`, fields: { key: '1', keep: 'ours' } }],
    'paths.privacy': async () => [{ url: paths.privacy, fields: { kind: 'access', name: 'Ximena Canario', contact: 'nothing', details: 'x', language: 'es-MX' } }],
    "'/console/privacy/:id'": async () => [{ url: `/console/privacy/${await idOf('privacy_case')}`, fields: { do: 'hand', proof: '', phone: '' } }],
  }
  // What is nobody's data: keys and operators, accounts, the queue; and what prospects send themselves.
  const ofNobody = new Set(["paths.person(':id', 'out')", "paths.person(':id', 'end')", "paths.person(':id', 'again')", "paths.key(':id', 'rotate')", "paths.key(':id', 'end')", "paths.disconnect(':id')", "paths.testConnection(':id')", 'paths.pasteConnection', "'/oauth/:vendor/start'", 'paths.signIn', 'paths.signOut', 'paths.language', 'paths.signOutThere', 'paths.replayAll', 'paths.stopReplay', "paths.dead(':id')", "'/console/queue/:id/replay'", 'paths.kit', 'paths.registers', "'/book/:token'", 'path'])
  test.each(postDoors.filter(({ text }) => !ofNobody.has(text)).map(({ text, path }) => [text, path]))('%s (%s)', async (text) => {
    expect([text, forms[text] !== undefined]).toEqual([text, true]) // else say above how it is sent
    const admin = staff[roles.indexOf('admin')]!
    for (const { url, fields } of await forms[text]!()) {
      stage.clock.advance(1_000)
      const csrf = admin.csrfOf((await admin.get('/console')).text)
      const [before, readBefore] = [await deeds(), await reads()]
      const response = await admin.post(url, { csrf, ...fields })
      expect([url, response.status, response.status === 303 || response.text.includes(paths.signOut)]).toEqual([url, response.status, true]) // and not turned away at the door
      if (response.status === 303) expect([url, (await deeds()) > before]).toEqual([url, true])
      if (holdsMark(Buffer.from(response.text))) expect([url, (await reads()) > readBefore]).toEqual([url, true])
    }
  })
  test('and some of them show somebody', async () => {
    const admin = staff[roles.indexOf('admin')]!
    const csrf = admin.csrfOf((await admin.get('/console')).text)
    const { status, text } = await admin.post(`${conversation()}/hands`, { csrf, do: 'reply', key: 'llave-otra-mas', text: '' })
    expect([status, holdsMark(Buffer.from(text))]).toEqual([409, true])
  })
})

test('doors were found in the source', () => {
  expect(cardNames.map(({ text }) => text)).toEqual(expect.arrayContaining(['transcript', 'visit', 'why', 'reveal', 'today', 'draft-reply']))
  expect([pageDoors.length > 15, postDoors.length > 15]).toEqual([true, true])
})
