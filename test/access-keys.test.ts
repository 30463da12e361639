import { hash } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { sql } from 'kysely'
import request from 'supertest'
import { printKeys, printToolKey } from '@portero/tool-server/actions/access-printed.ts'
import { keyScopes } from '@portero/tool-server/app.ts'
import { newId } from '@portero/tool-server/spine/clock.ts'
import { at } from '@portero/tool-server/spine/db.ts'
import { makeToolKeys, mayCall } from '@portero/tool-server/spine/tool-keys.ts'
import { isMistyped, secretOf } from '@portero/tool-server/spine/tool-secret.ts'
import { tools } from '@portero/tool-server/tools/index.ts'
import { openConsole, type Browser, type ConsoleStage } from './support/console-stage.ts'

// Keys of those who call tools: how they look, how many hold, when they were used, and the page that shows them.
let stage: ConsoleStage
beforeAll(async () => void (stage = await openConsole()))
afterAll(() => stage.end())
beforeEach(async () => void (await sql`update tool_key set ends_at = ${at(stage.house.clock.now())} where ends_at is null`.execute(stage.house.db.bare)))
const keys = () => stage.house.toolKeys
const make = (name: string, scopes: readonly string[] = ['homes:read']): Promise<string> => keys().make({ tenant: stage.house.tenant, name, scopes })
const prints = async (name: string, how: Parameters<typeof printToolKey>[3] extends infer Ask ? Omit<Ask, 'known'> : never = {}): Promise<string> => {
  let said = ''
  const { db, clock, audit, tenant } = stage.house
  await printToolKey({ db, clock, audit, tenant, say: (line) => void (said = line) }, keys(), name, { ...how, known: { tools, scopes: keyScopes } })
  return said
}

describe('a key', () => {
  test('says what it is, and proves that it was typed right', async () => {
    const secret = await make('bird')
    expect(secret).toMatch(/^portero_tool_[0-9a-f]{12}_[0-9A-Za-z]{49}$/)
    expect(isMistyped(secret)).toBe(false)
    for (let place = 13; place < secret.length; place++) {
      if (secret[place] === '_') continue
      expect(isMistyped(secret.slice(0, place) + (secret[place] === '1' ? '2' : '1') + secret.slice(place + 1))).toBe(true)
    }
    expect(secretOf('0199b1de-0000-7000-8000-0000000000aa', Buffer.alloc(32, 255))).toBe(secretOf('0199b1de-0000-7000-8000-0000000000aa', Buffer.alloc(32, 255)))
    expect(new Set(Array.from({ length: 200 }, () => secretOf(newId(stage.house.clock), stage.house.clock.bytes(32)))).size).toBe(200)
  })
  test('is kept as a digest only', async () => {
    const secret = await make('bird')
    const { rows } = await sql<{ text: string }>`select k::text as text from tool_key k`.execute(stage.house.db.bare)
    for (const { text } of rows) expect(text).not.toContain(secret.slice(27, 60))
  })
  test('that was mistyped asks the database nothing, and one of nobody’s is refused', async () => {
    const secret = await make('bird')
    expect(await keys().find(`${secret.slice(0, -1)}${secret.endsWith('A') ? 'B' : 'A'}`)).toBeUndefined()
    expect(await keys().find(secretOf(newId(stage.house.clock), Buffer.alloc(32, 7)))).toBeUndefined()
  })
  test('of the old form goes on holding, and so does a chosen one', async () => {
    const { db, clock, tenant } = stage.house
    for (const old of [`portero_${clock.bytes(32).toString('base64url')}`, 'portero_tool_chosen-by-somebody']) {
      await sql`insert into tool_key (tenant_id, id, name, digest, scopes, made_at) values (${tenant}, ${newId(clock)}, 'old', ${hash('sha256', old, 'buffer')}, ${['homes:read']}, ${at(clock.now())})`.execute(db.bare)
      expect(await keys().find(old)).toMatchObject({ tenant, scopes: ['homes:read'] })
    }
    expect((await keys().all(tenant)).map(({ hint }) => hint)).toEqual([null, null])
  })
  test('of a name holds beside one other; a third is refused, however many ask at once, and one can be ended alone', async () => {
    const first = await make('two')
    const made = await Promise.allSettled(Array.from({ length: 4 }, () => make('two')))
    expect(made.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    expect(made.find(({ status }) => status === 'rejected')).toMatchObject({ reason: { code: 'conflict' } })
    expect(await keys().find(first)).toBeDefined()
    const [old] = (await keys().all(stage.house.tenant)).filter(({ hint }) => first.startsWith(hint ?? '-'))
    expect(await prints('two', { end: true, id: old!.id })).toBe('1 keys ended')
    expect(await keys().find(first)).toBeUndefined()
    await make('two')
    expect((await keys().all(stage.house.tenant)).filter(({ name }) => name === 'two')).toHaveLength(2)
    await make('another name')
  })
  test('notes when it was last used, at most once a minute', async () => {
    const { clock, db, tenant } = stage.house
    const usedAt = async (): Promise<number | null> => (await keys().all(tenant)).find(({ name }) => name === 'used')?.usedAt ?? null
    const noted = async (ms: number): Promise<number | null> => {
      for (let n = 0; n < 500 && (await usedAt()) !== ms; n++); // nobody waits for the note
      return usedAt()
    }
    const secret = await make('used')
    expect(await usedAt()).toBeNull()
    const began = clock.now()
    await keys().find(secret)
    expect(await noted(began)).toBe(began)
    clock.advance(59_999)
    await keys().find(secret)
    clock.advance(1)
    await keys().find(secret)
    expect(await noted(began + 60_000)).toBe(began + 60_000)
    clock.advance(59_999)
    await makeToolKeys({ db, clock }).find(secret) // another replica
    await make('later') // a statement behind it
    expect(await usedAt()).toBe(began + 60_000)
  })
  test('may be for some tools only', async () => {
    const only = await keys().find(await prints('narrow', { tools: 'find_homes, my_tours' }))
    expect(only?.scopes).toEqual(['homes:read', 'tool:find_homes', 'tours:read', 'tool:my_tours'])
    expect(tools.filter((tool) => mayCall(only!, tool)).map(({ name }) => name).toSorted()).toEqual(['find_homes', 'my_tours'])
    const all = await keys().find(await prints('wide'))
    expect(all?.scopes).toEqual(keyScopes)
    expect(tools.every((tool) => mayCall(all!, tool))).toBe(true)
    await expect(prints('odd', { tools: 'no_such_tool' })).rejects.toMatchObject({ code: 'invalid_input' })
    await expect(prints('odd', { scopes: 'no:scope' })).rejects.toMatchObject({ code: 'invalid_input' })
  })
  test('is listed with all but its secret', async () => {
    const secret = await make('listed')
    const lines: string[] = []
    await printKeys({ tenant: stage.house.tenant, say: (line) => void lines.push(line) }, keys())
    expect(lines).toEqual([expect.stringMatching(/^[0-9a-f-]{36} {2}listed {2}portero_tool_[0-9a-f]{12}… {2}made \d{4}-\d\d-\d\d \d\d:\d\d {2}never used {2}homes:read$/), '1 keys (times in UTC)'])
    expect(lines.join()).not.toContain(secret.slice(27, 60))
  })
})

describe('the page', () => {
  let admin: Browser
  beforeAll(async () => void (admin = await stage.signedIn('admin')))
  const act = async (path: string): Promise<request.Response> => admin.post(path, { csrf: admin.csrfOf((await admin.get('/console/access')).text) })
  const idOf = async (name: string): Promise<string> => (await keys().all(stage.house.tenant)).find((each) => each.name === name)!.id

  test('shows people and keys, in both languages, and no secret', async () => {
    const secret = await make('bird', ['homes:read', 'tours:write'])
    await keys().find(secret)
    const { text } = await admin.get('/console/access')
    for (const said of ['Personas y llaves', 'admin', 'officer', 'Privacidad', 'Consulta', 'Contraseña', 'homes:read, tours:write', secret.slice(0, 25), 'Quitar acceso', 'Cambiar', 'Terminar']) expect(text).toContain(said)
    expect(text).not.toContain(secret)
    expect((await admin.get('/console/access', { 'accept-language': 'en' })).text).toContain('Privacy officer')
  })
  test('makes the second key, shows it once, and refuses a third', async () => {
    const before = await make('turning', ['homes:read'])
    const id = await idOf('turning')
    const page = await act(`/console/access/keys/${id}/rotate`)
    const [, fresh = ''] = /<code>(portero_tool_[^<]+)<\/code>/.exec(page.text) ?? []
    expect([page.status, page.headers['cache-control']]).toEqual([200, 'no-store'])
    expect([await keys().find(before), await keys().find(fresh)]).toEqual([expect.objectContaining({ scopes: ['homes:read'] }), expect.objectContaining({ scopes: ['homes:read'] })])
    const third = await act(`/console/access/keys/${id}/rotate`)
    expect([third.status, third.text.includes('Ese nombre ya tiene dos llaves vigentes.'), third.text.includes(fresh)]).toEqual([409, true, false])
    expect((await admin.get(`/console/access/keys/${id}/end`)).text).toContain('¿Terminar una llave de turning?')
    expect((await act(`/console/access/keys/${id}/end`)).headers['location']).toBe('/console/access?came=keyEnded')
    expect([await keys().find(before), (await keys().find(fresh))?.scopes]).toEqual([undefined, ['homes:read']])
    expect((await act(`/console/access/keys/${id}/end`)).status).toBe(404)
    for (const what of ['access:key-made', 'access:key-ended']) expect((await stage.audited(what)).filter(({ user_id }) => user_id !== null)).toHaveLength(1)
  })
  test('ends somebody’s sessions, and their access; never one’s own', async () => {
    const agent = await stage.signedIn('agent')
    const id = async (name: string): Promise<string> => (await sql<{ id: string }>`select id from operator where name = ${name}`.execute(stage.house.db.bare)).rows[0]!.id
    expect((await act(`/console/access/people/${await id('agent')}/out`)).headers['location']).toBe('/console/access?came=out')
    expect((await agent.get('/console')).status).toBe(303)
    const own = await act(`/console/access/people/${await id('admin')}/end`)
    expect([own.status, own.text.includes('No puedes quitarte el acceso')]).toEqual([409, true])
    const viewer = await stage.signedIn('viewer')
    expect((await admin.get(`/console/access/people/${await id('viewer')}/end`)).text).toContain('¿Quitar el acceso de viewer?')
    await act(`/console/access/people/${await id('viewer')}/end`)
    expect((await viewer.get('/console')).status).toBe(303)
    const page = (await admin.get('/console/access?came=ended')).text
    expect([page.includes('Listo: ya no puede entrar.'), page.includes('Sin acceso'), page.includes('Dar acceso de nuevo')]).toEqual([true, true, false]) // there is no company sign-in here
  })
})
