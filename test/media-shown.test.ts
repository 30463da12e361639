import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { sql } from 'kysely'
import { sampleOf } from './lab/bird/samples.ts'
import { openPages, type PagesStage } from './support/pages-stage.ts'

// A photo that a prospect sends, in front of those who may see it: in HubSpot's card and in the console.
jest.setTimeout(120_000)
let stage: PagesStage
let record: { type: 'contact'; id: string }
const number = '+525512349876'
const photo = sampleOf('image').bytes
beforeAll(async () => {
  stage = await openPages()
  const { phone } = stage.lab.bird
  phone.write(number, { text: 'hola', name: 'Ximena Aldrete' })
  await stage.follow()
  phone.write(number, { media: { kind: 'image', caption: 'mi sala' } })
  await stage.follow()
  phone.write(number, { media: { kind: 'file', contentType: 'application/pdf', data: Buffer.from('MZ, and so on').toString('base64') } })
  await stage.follow()
  const edited = phone.write(number, { text: 'el martes' })
  await stage.follow()
  phone.write(number, { edit: { message: edited.messageId, text: 'el miércoles' } })
  await stage.follow()
  const taken = phone.write(number, { text: 'me equivoqué de chat' })
  await stage.follow()
  phone.write(number, { delete: { message: taken.messageId } })
  await stage.follow()
  const { rows: [contact] } = await sql<{ id: string }>`select external_id as id from counterpart where kind = 'contact' and external_id is not null`.execute(stage.house.db.bare)
  record = { type: 'contact', id: contact!.id }
})
afterAll(() => stage.end())

const heard = async (who: 'agent' | 'viewer' = 'agent') => ((await stage.ask('transcript', { record, language: 'es-MX' }, who)).body.lines as Record<string, any>[]).filter(({ author }) => author === 'prospect')

describe('in the card', () => {
  test('each line says what became of it, and a file has its link and what it really is', async () => {
    expect((await heard()).map(({ kind, text, note, media }) => ({ kind, text, note, media }))).toEqual([
      { kind: 'text', text: 'hola' },
      { kind: 'image', text: 'mi sala', media: [{ url: expect.stringMatching(`^${stage.url}/media/[\\w-]+$`), type: 'image/png' }] },
      { kind: 'file', text: '', note: 'El archivo no se guardó: es muy grande o de un tipo que no abrimos.' },
      { kind: 'text', text: 'el miércoles', note: 'Editado' },
      { kind: 'other', text: '', note: 'Eliminó este mensaje' },
    ])
  })
  test('the link shows it to whoever was given it, and the audit says who that was', async () => {
    const [url] = (await heard('viewer')).flatMap(({ media = [] }) => media.map((each: { url: string }) => each.url))
    const response = await fetch(url)
    expect({ status: response.status, same: Buffer.from(await response.arrayBuffer()).equals(photo) }).toEqual({ status: 200, same: true })
    const { rows } = await sql<{ user_id: string }>`select user_id from audit where what = 'read:media'`.execute(stage.house.db.bare)
    expect(rows).toEqual([{ user_id: 'hubspot:33' }])
  })
})

describe('in the console', () => {
  const browse = async (path: string, cookie?: string) => fetch(stage.url + path, { redirect: 'manual', headers: { 'accept-language': 'es-MX', ...(cookie && { cookie }) } })
  const signIn = async (): Promise<string> => {
    const { house } = stage
    await house.putOperator({ tenant: house.tenant, name: 'lucia', password: 'la-llave-del-cuarto', role: 'agent' })
    const form = await browse('/console/sign-in')
    const before = form.headers.getSetCookie().map((each) => each.split(';')[0]).join('; ')
    const csrf = /name="csrf" value="([^"]*)"/.exec(await form.text())![1]!
    const done = await fetch(`${stage.url}/console/sign-in`, { method: 'POST', redirect: 'manual', headers: { cookie: before }, body: new URLSearchParams({ csrf, next: '/console', name: 'lucia', password: 'la-llave-del-cuarto' }) })
    return done.headers.getSetCookie().map((each) => each.split(';')[0]).join('; ')
  }
  test('a photo is seen in its bubble, and only by whoever has signed in', async () => {
    const cookie = await signIn()
    const { rows: [conversation] } = await sql<{ id: string }>`select id from conversation`.execute(stage.house.db.bare)
    const page = await (await browse(`/console/conversations/${conversation!.id}`, cookie)).text()
    const [, src] = /<img class="file" src="([^"]+)"/.exec(page) ?? []
    for (const words of ['mi sala', 'Editado · ', 'Eliminó este mensaje', 'El archivo no se guardó']) expect(page).toContain(words)
    expect(page).not.toContain('me equivoqué de chat')
    const shown = await browse(src!, cookie)
    expect({ status: shown.status, type: shown.headers.get('content-type'), same: Buffer.from(await shown.arrayBuffer()).equals(photo) }).toEqual({ status: 200, type: 'image/png', same: true })
    expect((await browse(src!)).status).toBe(303)
    expect((await browse(src!.replace(/\d+$/, '7'), cookie)).status).toBe(404)
    const { rows } = await sql`select 1 from audit a join operator o on o.id::text = a.user_id where what = 'read:media' and o.name = 'lucia'`.execute(stage.house.db.bare)
    expect(rows).toHaveLength(1)
  })
})
