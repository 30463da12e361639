import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals'
import { sql } from 'kysely'
import { printIncident, type IncidentFlags } from '@portero/tool-server/actions/incident-printed.ts'
import { rooms } from '@portero/tool-server/app.ts'
import { incident } from '@portero/tool-server/domain/incident.ts'
import { makeRegistry } from '@portero/tool-server/spine/registry.ts'
import { openPages, type PagesStage } from './support/pages-stage.ts'
import { disguises } from './support/residue.ts'

// portero incident, of a house through which somebody's name, numbers, address and words went by every way there is.
jest.setTimeout(120_000)
const number = '+525512340077'
const marks = ['Ximena', 'Canario', 'canario', '12340077', '1234 0077', '1234-0077', 'ximena.canario', 'Tabasco 118', 'HEGG560427MVZRRL04', 'azotea', 'MX.']
let stage: PagesStage
let conversation = ''
const dir = mkdtempSync(join(tmpdir(), 'portero-incident-'))
const one = async <T>(statement: string): Promise<T> => (await sql.raw<T>(statement).execute(stage.house.db.bare)).rows[0]!
beforeAll(async () => {
  stage = await openPages()
  const { lab: { bird: { phone }, hubspot } } = stage
  phone.write(number, { text: 'hola, soy Ximena Canario, mi cel es 55 1234-0077', name: 'Ximena Canario' })
  await stage.follow()
  phone.write(number, { media: { kind: 'image', caption: 'mi INE, HEGG560427MVZRRL04' } })
  await stage.follow()
  await stage.say(number, 'Busco depa de 2 recámaras en la Narvarte, vivo en Tabasco 118, ximena.canario@example.com')
  await stage.say(number, 'la 1')
  await stage.say(number, 'el 1')
  await stage.tool(number, 'privacy_request', { kind: 'access', details: 'soy Ximena Canario de Tabasco 118' })
  await stage.tool(number, 'escalate', { reason: 'complaint', summary: 'Ximena Canario, 55 1234 0077, tiene un canario en la azotea' })
  const contact = hubspot.state().contacts[0]!
  hubspot.controls.change({ type: 'contacts', id: contact.id, properties: { firstname: 'Ximena', lastname: 'Canario Canario', address: 'Tabasco 118' } })
  await stage.follow()
  await stage.say(number, 'ya no me escriban, atte. Ximena')
  conversation = (await one<{ id: string }>('select id from conversation')).id
})
afterAll(async () => {
  await stage.end()
  rmSync(dir, { recursive: true, force: true })
})
const asked = async (named: string, flags: IncidentFlags = {}): Promise<{ lines: string[]; out: string }> => {
  const lines: string[] = []
  const out = join(dir, `${Math.random()}.json`)
  await printIncident(named, { out, ...flags }, { clock: stage.clock, registry: makeRegistry(rooms), tools: rooms.tools, say: (line) => void lines.push(line), withHouse: (work) => work(stage.house) })
  return { lines, out }
}
const reads = async (): Promise<number> => (await one<{ count: number }>(`select count(*) as count from audit where what = 'read:incident' and by = 'staff' and user_id = 'cli' and person_id is not null and object = '${conversation}'`)).count

test('the file holds what happened and nothing of anybody, nor does what is printed', async () => {
  const { lines, out } = await asked(conversation)
  const told = incident.parse(JSON.parse(readFileSync(out, 'utf8')))
  expect(told.came.flatMap((each) => (each.is === 'wrote' ? each.means.wish : []))).toEqual(['hello', expect.any(String), 'search', 'pick', 'pick', 'stop'])
  expect(told.did.map((each) => (each.is === 'visit' ? each.deed : each.is === 'tool' ? each.tool : each.is))).toEqual(expect.arrayContaining(['booked', 'find_homes', 'book_tour', 'escalate', 'called', 'stopped']))
  expect(told.left).toEqual({ files: 1, edited: 0, unread: 0 })
  const written = Buffer.from(readFileSync(out, 'utf8') + lines.join('\n'))
  expect(marks.filter((mark) => disguises(mark).some((bytes) => written.includes(bytes)))).toEqual([])
  expect(statSync(out).mode & 0o777).toBe(0o600)
})
test('who looks is in the audit, by either of its names', async () => {
  const before = await reads()
  await asked(conversation)
  await asked(stage.lab.bird.conversationFor(number))
  expect(await reads()).toBe(before + 2)
})
test('a part of it is told alone, and a conversation that is none, a time that is none, and a time of nothing are refused', async () => {
  const { at } = await one<{ at: number }>("select max(sent_at) as at from message where author = 'prospect'")
  const { out } = await asked(conversation, { since: new Date(at - 1).toISOString() })
  expect(incident.parse(JSON.parse(readFileSync(out, 'utf8'))).came[0]).toEqual({ atMs: 0, is: 'wrote', means: { wish: 'stop' } })
  await expect(asked('somebody')).rejects.toMatchObject({ code: 'not_found' })
  await expect(asked(conversation, { since: 'yesterday' })).rejects.toMatchObject({ code: 'invalid_input' })
  await expect(asked(conversation, { since: '2031-01-01' })).rejects.toMatchObject({ code: 'not_found' })
})
test('of whoever is blocked there is nothing', async () => {
  await sql`update person set blocked_at = created_at`.execute(stage.house.db.bare)
  await expect(asked(conversation)).rejects.toMatchObject({ code: 'not_found' })
})
