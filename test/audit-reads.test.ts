import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { sql } from 'kysely'
import { paths } from '@portero/tool-server/console/frame.ts'
import { roles } from '@portero/tool-server/domain/roles.ts'
import { sampleOf } from './lab/bird/samples.ts'
import { houseFiles } from './house/tree.ts'
import { browserOf, type Browser } from './support/console-stage.ts'
import { openPages, type PagesStage } from './support/pages-stage.ts'

// Every door that shows something of a person to people of ours says so in the audit. The doors are taken from the source, each is asked, and whoever adds one that shows such a thing and doesn't audit it sees this fail.
jest.setTimeout(120_000)
const number = '+525512340077'
const photo = sampleOf('image').bytes
const marks = ['Ximena Canario', 'canario en la azotea', 'canario en la sala', '1234 0077', '12340077'].map((text) => Buffer.from(text))
const holdsMark = (bytes: Buffer): boolean => [...marks, photo].some((mark) => bytes.includes(mark))

const sources = houseFiles().filter(({ path }) => path.startsWith('tool-server/') && !path.includes('/dist/'))
const found = (pattern: RegExp, under: RegExp): { text: string; path: string }[] => sources.filter(({ path }) => under.test(path)).flatMap(({ path, text }) => [...text.matchAll(pattern)].map(([, first]) => ({ text: first!, path })))
const cardNames = found(/['\s{]([\w-]+)'?: cardDoor\(/g, /./)
const pageDoors = found(/\b(?:door|router|app)\.get\(((?:[^,()]|\([^()]*\))+),/g, /^tool-server\/(console|pages)\//).filter(({ text }) => text !== 'path') // the form by which anybody asks about their own data shows nothing

// As it stands in the source: a text, one of paths, or one of paths made of another or of a text.
const patternOf = (text: string): string => {
  const [, literal, name = '', inner] = /^(?:'([^']*)'|paths\.(\w+)(?:\((.*)\))?)$/.exec(text) ?? []
  if (literal !== undefined) return literal
  const found: unknown = Reflect.get(paths, name)
  if (typeof found === 'string') return found
  if (typeof found !== 'function') throw new Error(`${text} is no path that this test can read`)
  const given = inner === undefined || inner === '' ? [] : inner.split(', ').map(patternOf)
  return String(Reflect.apply(found, undefined, given))
}

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
    ':place': ['0'], ':name': ['page.css', 'booking.css'], ':vendor': ['google'], ':wish': ['end'],
    ':token': lines.flatMap(({ media = [] }) => media.map(({ url }) => url.split('/').at(-1)!)),
  }
  for (const table of ['message', 'operator', 'tool_key', 'privacy_case']) fills[':id']!.push(...(await sql<{ id: string }>`select id from ${sql.table(table)}`.execute(house.db.bare)).rows.map(({ id }) => id))
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
    const urls = (slot === undefined ? [pattern] : (fills[slot] ?? []).map((fill) => pattern.replace(slot, fill))).map((url) => url.replace(':place', '0').replace(':vendor', 'google'))
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

test('doors were found in the source', () => {
  expect(cardNames.map(({ text }) => text)).toEqual(expect.arrayContaining(['transcript', 'visit', 'why', 'reveal', 'today', 'draft-reply']))
  expect(pageDoors.length).toBeGreaterThan(15)
})
