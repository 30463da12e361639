import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { sql } from 'kysely'
import type { Response } from 'supertest'
import { proposePair } from '@portero/tool-server/actions/merge-people.ts'
import { pageEveryMs } from '@portero/tool-server/actions/replay-page.ts'
import { newId } from '@portero/tool-server/spine/clock.ts'
import { at } from '@portero/tool-server/spine/db.ts'
import { newTrace } from '@portero/tool-server/spine/trace.ts'
import { openConsole, type Browser, type ConsoleStage } from './support/console-stage.ts'
import { reviewReplay } from '@portero/tool-server/flows/review-replay.ts'
import { told } from './support/tiny.ts'

// The page of what has stopped: by cause, page by page, one by one, corrected and rehearsed by forms, and nothing personal on it.
jest.setTimeout(60_000)
const secrets = ['Ximena Canario', '+525512345512', 'ximena@correo.example', 'busco depa en la azotea']
let stage: ConsoleStage
let admin: Browser
beforeAll(async () => {
  stage = await openConsole({ flows: [told, reviewReplay] })
  await sql`create table tiny_note (tenant_id uuid not null, seq bigint generated always as identity, text text not null)`.execute(stage.house.db.bare)
  admin = await stage.signedIn('admin')
})
afterAll(() => stage.end())

const send = async (path: string, fields: Record<string, string> = {}): Promise<Response> => admin.post(path, { csrf: admin.csrfOf((await admin.get('/console')).text), ...fields })
const deliver = async (body: unknown): Promise<string> => {
  const { house } = stage
  await house.inbox.accept(await house.connection('tiny'), { method: 'POST', url: 'https://portero.example/webhooks/tiny', headers: { 'x-delivery': newId(house.clock) }, rawBody: Buffer.from(JSON.stringify(body)) }, newTrace(house.clock))
  await house.worker.settle()
  return (await sql<{ id: string }>`select id from inbox order by seq desc limit 1`.execute(house.db.bare)).rows[0]!.id
}
const old = [{ identity: 'p1', flow: told.name, payload: { name: secrets[0], phone: secrets[1], email: secrets[2], words: secrets[3] } }]
const fields = { path0: '/body/0/id', kind0: 'from', with0: '/body/0/identity', path1: '/body/0/identity', kind1: 'gone', with1: '', path2: '/body/0/payload', kind2: 'json', with2: '{"text":"corregido a mano"}' }
const notes = async (): Promise<string[]> => (await sql<{ text: string }>`select text from tiny_note order by seq`.execute(stage.house.db.bare)).rows.map(({ text }) => text)
const reads = async (what: string): Promise<number> => (await stage.audited(what)).length

describe('one that stopped', () => {
  test('is shown masked, in both languages, and every look is in the audit', async () => {
    const id = await deliver(old)
    const before = await reads('read:review')
    for (const language of ['es-MX', 'en']) {
      const { status, text } = await admin.get(`/console/queue/${id}`, { 'accept-language': language })
      expect(status).toBe(200)
      for (const secret of secrets) expect(text).not.toContain(secret)
      for (const said of ['/body/0/payload/phone', '…55 12', language === 'en' ? '‹name›' : '‹nombre›', language === 'en' ? 'What is in it' : 'Qué contiene']) expect(text).toContain(said)
    }
    expect(await reads('read:review')).toBe(before + 2)
  })
  test('is rehearsed by the form, which keeps what was typed, and then saved and done', async () => {
    const id = await deliver(old)
    const tried = await send(`/console/queue/${id}`, { ...fields, do: 'preview' })
    expect(tried.status).toBe(200)
    for (const said of ['Es un ensayo', 'Se haría', 'tiny_note', '1 más', 'value="/body/0/identity"']) expect(tried.text).toContain(said)
    for (const secret of secrets) expect(tried.text).not.toContain(secret)
    expect(await notes()).toEqual([])
    const saved = await send(`/console/queue/${id}`, { ...fields, do: 'save' })
    expect({ status: saved.status, to: saved.headers['location'] }).toEqual({ status: 303, to: `/console/queue/${id}?came=back` })
    await stage.house.worker.settle()
    expect(await notes()).toEqual(['corregido a mano'])
    expect((await admin.get(`/console/queue/${id}`)).text).toMatch(/Hecho[\s\S]*Correcciones[\s\S]*admin[\s\S]*\/body\/0\/payload/)
    expect((await send(`/console/queue/${id}`, { ...fields, do: 'save' })).headers['location']).toBe(`/console/queue/${id}?came=repeated`) // a second click
    expect(await notes()).toEqual(['corregido a mano'])
  })
  test('is not saved while it isn’t understood, and the page says what is wrong', async () => {
    const id = await deliver(old)
    const wrong = await send(`/console/queue/${id}`, { path0: '/body/0/payload', kind0: 'json', with0: '{', do: 'save' })
    expect([wrong.status, wrong.text.includes('cada uno lleva un lugar')]).toEqual([409, true])
    const still = await send(`/console/queue/${id}`, { path0: fields.path0, kind0: 'from', with0: fields.with0, path1: fields.path1, kind1: 'gone', do: 'save' })
    expect(still.status).toBe(409)
    expect(still.text).toMatch(/\/text<\/code> Falta un valor/)
    expect((await send(`/console/queue/${id}`, { do: 'save' })).status).toBe(409)
    await sql`delete from inbox where id = ${id}`.execute(stage.house.db.bare)
  })
  test('whose bytes are gone says that it can’t be tried again', async () => {
    const id = await deliver(old)
    await sql`update inbox set raw_sealed = null where id = ${id}`.execute(stage.house.db.bare)
    const { text } = await admin.get(`/console/queue/${id}`)
    expect([text.includes('Ya no se puede reintentar'), text.includes('id="fix"'), text.includes('/replay"')]).toEqual([true, false, false])
    expect((await send(`/console/queue/${id}/replay`)).headers['location']).toBe('/console/queue?came=gone')
    await sql`delete from inbox where id = ${id}`.execute(stage.house.db.bare)
  })
  test('that may have happened has no form, and nobody finds one that isn’t there', async () => {
    const id = await stage.dead({ name: 'tiny.once', uncertain: true })
    const { text } = await admin.get(`/console/queue/${id}`)
    expect([text.includes('Puede haber ocurrido'), text.includes('id="fix"')]).toEqual([true, false])
    expect((await admin.get('/console/queue/00000000-0000-7000-8000-000000000009')).status).toBe(404)
    await sql`delete from job where id = ${id}`.execute(stage.house.db.bare)
  })
})

describe('many that stopped', () => {
  const many = 130
  beforeAll(async () => {
    const { house } = stage
    await sql`delete from job where state = 'dead'`.execute(house.db.bare)
    await sql`delete from inbox where state = 'dead'`.execute(house.db.bare)
    const connection = await house.connection('tiny')
    for (let n = 0; n < many; n++) {
      house.clock.advance(1_000)
      const id = newId(house.clock)
      const args = await house.vault.seal(house.db.bare, { tenant: house.tenant }, `job.args:${id}`, JSON.stringify({ text: `n${n}` }))
      await sql`insert into job (tenant_id, id, kind, name, key, connection_id, lane, state, run_at, attempts, args_sealed, error_code, error, trace, created_at, finished_at) values (${house.tenant}, ${id}, 'turn', ${told.name}, ${id}, ${connection.id}, 'live', 'dead', ${at(house.clock.now())}, 8, ${args}, 'bug', 'TypeError was thrown', ${newTrace(house.clock)}, ${at(house.clock.now())}, ${at(house.clock.now())})`.execute(house.db.bare)
    }
    await stage.dead({ name: 'crm.put-deal', code: 'refused' })
  })
  const idsIn = (text: string): string[] => [...text.matchAll(/href="\/console\/queue\/([0-9a-f-]{36})"/g)].map(([, id]) => id!)

  test('stand under their causes, and page by page', async () => {
    const first = await admin.get('/console/queue')
    expect(first.text).toMatch(new RegExp(`tiny\\.told[\\s\\S]*<b class="number">${many}</b>[\\s\\S]*Escribir un negocio`))
    const seen = new Set<string>()
    let next: string | undefined = `/console/queue?cause=${encodeURIComponent(`turn:${told.name}:tiny:bug`)}`
    for (let page = 0; next !== undefined; page++) {
      const { text }: Response = await admin.get(next)
      expect(text).toContain(`${many} detenidos por esta causa`)
      for (const id of idsIn(text)) seen.add(id)
      next = /href="([^"]+before=[^"]+)">Anteriores/.exec(text)?.[1]?.replaceAll('&amp;', '&')
      expect(page).toBeLessThan(7)
    }
    expect(seen.size).toBe(many)
  })
  test('of one cause are tried again, with how far it is, and one who stops it', async () => {
    const begun = await send('/console/queue/replay', { cause: `turn:${told.name}:tiny:bug` })
    expect(begun.headers['location']).toBe('/console/queue?came=begun')
    expect((await send('/console/queue/replay')).headers['location']).toBe('/console/queue?came=busy')
    await stage.house.worker.settle()
    expect((await admin.get('/console/live/queue')).text).toMatch(new RegExp(`100 de ${many}[\\s\\S]*max="${many}" value="100"`))
    expect((await send('/console/queue/stop')).headers['location']).toBe('/console/queue?came=stopped')
    stage.house.clock.advance(pageEveryMs * 2)
    await stage.house.worker.settle()
    expect((await notes()).filter((text) => /^n\d+$/.test(text))).toHaveLength(100)
    await send('/console/queue/replay', { cause: `turn:${told.name}:tiny:bug` })
    for (let n = 0; n < 3; n++) {
      await stage.house.worker.settle()
      stage.house.clock.advance(pageEveryMs)
    }
    expect(new Set((await notes()).filter((text) => /^n\d+$/.test(text))).size).toBe(many)
    expect((await admin.get('/console/live/queue')).text).toMatch(/Reintento terminado[\s\S]*30 de 30/)
  })
})

test('two who were made one are made two again from here, and what else waits is linked with its count', async () => {
  const { house } = stage
  const [one, other] = [await stage.guest({ name: 'Ana Unida', phone: '+525500000001', said: [{ text: 'hola' }] }), await stage.guest({ name: 'Ana Otra', phone: '+525500000002' })]
  const act = house.acting.as({ tenant: house.tenant, by: 'staff', user: 'x' }, ['people:write'])
  await act(proposePair, { people: [one.person, other.person] })
  const { rows: [pair] } = await sql<{ id: string }>`select id from merge`.execute(house.db.bare)
  expect((await admin.get('/console/queue')).text).toMatch(/podrían ser una sola<\/span><b class="number">1</)
  const page = await admin.get('/console/people')
  await send(`/console/people/${pair!.id}`, { do: 'join', key: /name="key" value="(\d+)"/.exec(page.text)![1]! })
  const merged = await admin.get('/console/queue')
  expect(merged.text).toMatch(/Ana[\s\S]*Termina en 000/)
  const key = new RegExp(`/console/people/${pair!.id}"[\\s\\S]*?name="key" value="(\\d+)"`).exec(merged.text)![1]!
  expect((await send(`/console/people/${pair!.id}`, { do: 'undo', key, back: 'review' })).headers['location']).toBe('/console/queue?came=undone')
  expect((await sql`select state from merge`.execute(house.db.bare)).rows).toEqual([{ state: 'undone' }])
})
