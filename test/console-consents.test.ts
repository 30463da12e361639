import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { sql } from 'kysely'
import { noteConsentByHand } from '@portero/tool-server/actions/change-consent.ts'
import { optOut } from '@portero/tool-server/actions/opt-out.ts'
import { consentsOf } from '@portero/tool-server/store/consents.ts'
import { putOperator } from '@portero/tool-server/store/operators.ts'
import { openVisit, type VisitStage } from './support/visit-stage.ts'

// What people agreed to, as one of ours reads it, takes it back for them, and as HubSpot is told.
let stage: VisitStage
let cookie = ''
const number = '+525545000001'
let open: { id: string; person: string }
const get = async (path: string, as = cookie): Promise<string> => (await fetch(stage.url + path, { headers: { cookie: as, 'accept-language': 'es-MX' } })).text()
const page = (more = ''): Promise<string> => get(`/console/conversations/${open.id}${more}`)
const post = (path: string, fields: Record<string, string>, as = cookie): Promise<Response> => fetch(stage.url + path, { method: 'POST', redirect: 'manual', headers: { cookie: as, 'accept-language': 'es-MX', 'content-type': 'application/x-www-form-urlencoded' }, body: new URLSearchParams(fields) })
const csrfIn = (text: string): string => /name="csrf" value="([^"]*)"/.exec(text)![1]!
const signedIn = async (name: string): Promise<string> => {
  const form = await fetch(`${stage.url}/console/sign-in`)
  const knock = form.headers.getSetCookie().map((each) => each.split(';')[0]).join('; ')
  const inside = await post('/console/sign-in', { csrf: csrfIn(await form.text()), next: '/console', name, password: 'la-llave-del-patio' }, knock)
  return inside.headers.getSetCookie().map((each) => each.split(';')[0]).find((each) => each!.startsWith('portero_session='))!
}
const takesBack = async (fields: Record<string, string>, as = cookie): Promise<Response> => post(`/console/conversations/${open.id}/consents`, { csrf: csrfIn(await get(`/console/conversations/${open.id}`, as)), status: 'revoked', channel: 'phone', mode: 'express', reason: 'Llamó y lo pidió <hoy>', ...fields }, as)
const kept = async () => (await consentsOf(stage.house.db.bare, stage.house.tenant, open.person)).map(({ purpose, status, mode, channel }) => [purpose, status, mode, channel])
const heard = (): string[] => stage.lab.bird.phone.messages(number).filter(({ from }) => from === 'them').map(({ text }) => text)
const toldHubspot = (property: string): string[] => {
  const found = stage.lab.desk('hubspot').requests().flatMap(({ method, body }) => (method === 'GET' ? [] : [...JSON.stringify(body ?? {}).matchAll(new RegExp(`"${property}":"(\\w*)"`, 'g'))].map(([, value]) => value!)))
  return found.filter((value, at) => value !== found[at - 1])
}

beforeAll(async () => {
  stage = await openVisit()
  const { db, clock, tenant } = stage.house
  for (const [name, role] of [['sofía', 'agent'], ['vera', 'viewer']] as const) await putOperator({ db, clock }, { tenant, name, password: 'la-llave-del-patio', role })
  cookie = await signedIn('sofía')
  const { conversationId: external } = stage.lab.bird.phone.write(number, { text: 'hola' })
  await stage.follow()
  const { rows: [row] } = await sql<{ id: string; person: string }>`select id, person_id as person from conversation where external_id = ${external}`.execute(db.bare)
  open = row!
})
afterAll(() => stage.end())

describe('what somebody agreed to', () => {
  test('is nothing yet, beside the notice that they were shown', async () => {
    const text = await page()
    expect(text).toContain('Todavía no ha dicho que sí ni que no a nada.')
    expect(text).toMatch(/Aviso mostrado<\/b> <a href="\/aviso\/[0-9a-f]{16}"/)
  })
  test('stands there with its history once they say so, and HubSpot knows it', async () => {
    await stage.say(number, 'PROMOS')
    expect(await page()).toMatch(/Promociones <span class="badge good">Sí<\/span>[\s\S]*Historial[\s\S]*expreso · WhatsApp · [\s\S]*había visto el aviso [0-9a-f]{16}/)
    await stage.follow(5_000)
    expect(toldHubspot('portero_marketing')).toEqual(['granted'])
  })
  test('is taken back with a reason, which is sealed, once', async () => {
    expect((await takesBack({ purpose: 'marketing' })).headers.get('location')).toMatch(/consent=noted/)
    expect((await takesBack({ purpose: 'marketing' })).headers.get('location')).toMatch(/consent=known/)
    expect((await kept())[0]).toEqual(['marketing', 'revoked', 'express', 'phone'])
    const text = await page('?consent=noted')
    expect(text).toMatch(/Quedó anotado[\s\S]*Promociones <span class="badge bad">Lo retiró[\s\S]*teléfono · sofía[\s\S]*Motivo: Llamó y lo pidió &lt;hoy&gt;/)
    const { rows } = await sql<{ line: string }>`select c::text as line from consent c`.execute(stage.house.db.bare)
    expect(rows.filter(({ line }) => line.includes('Llamó'))).toEqual([])
    await stage.follow(5_000)
    expect(toldHubspot('portero_marketing')).toEqual(['granted', 'revoked'])
  })
  test.each([['without a reason', { purpose: 'profiling', reason: '  ' }, 303], ['for what is no purpose', { purpose: 'everything' }, 400]])('is not taken back %s', async (_title, fields, status) => {
    const before = await kept()
    expect((await takesBack(fields)).status).toBe(status)
    expect(await kept()).toEqual(before)
  })
  test('is read by who only looks on, who takes nothing back', async () => {
    const viewer = await signedIn('vera')
    const text = await get(`/console/conversations/${open.id}`, viewer)
    expect([text.includes('Consentimientos'), text.includes('Retirar un consentimiento')]).toEqual([true, false])
    expect((await takesBack({ purpose: 'profiling' }, viewer)).status).toBe(403)
  })
  test('is not taken back by an action without its scope, nor in somebody else’s conversation', async () => {
    const args = { person: open.person, conversation: open.id, purpose: 'profiling' as const, status: 'revoked' as const, mode: 'express' as const, channel: 'mail' as const, reason: 'x' }
    const staff = (scopes: string[]) => stage.house.acting.as({ tenant: stage.house.tenant, by: 'staff', user: 'sofia' }, scopes)
    await expect(staff(['conversations:write'])(noteConsentByHand, args)).rejects.toThrow()
    await expect(staff(['privacy:write'])(noteConsentByHand, { ...args, conversation: '00000000-0000-7000-8000-000000000000' })).rejects.toMatchObject({ code: 'not_found' })
  })
  test('is noted when they agree elsewhere, with what it is on record by, which is sealed, once and beside what was', async () => {
    const before = await kept()
    expect(await page()).toMatch(/Anotar que aceptó[\s\S]*Qué dijo y dónde consta/)
    const agrees = { purpose: 'marketing', status: 'granted', channel: 'person', mode: 'written', reason: 'Firmó la hoja de la visita <folio 7>' }
    expect((await takesBack(agrees)).headers.get('location')).toMatch(/consent=noted/)
    expect((await takesBack(agrees)).headers.get('location')).toMatch(/consent=known/)
    expect(await kept()).toEqual([['marketing', 'granted', 'written', 'person'], ...before])
    const text = await page()
    expect(text).toMatch(/por escrito · en persona · sofía[\s\S]*Constancia: Firmó la hoja de la visita &lt;folio 7&gt;/)
    expect(text.slice(text.indexOf('id="grant-purpose"')).slice(0, 400)).not.toContain('Promociones') // it holds already
    await stage.follow(5_000)
    expect(toldHubspot('portero_marketing')).toEqual(['granted', 'revoked', 'granted'])
    expect((await takesBack({ purpose: 'marketing' })).headers.get('location')).toMatch(/consent=noted/)
  })
  test.each<[string, Record<string, string>, number]>([['without what it is on record by', { purpose: 'visits', status: 'granted', reason: ' ' }, 303], ['to messages, which only they can take back', { purpose: 'messages', status: 'granted' }, 403], ['without saying whether', { purpose: 'visits', status: 'maybe' }, 400]])('is not noted %s', async (_title, fields, status) => {
    const before = await kept()
    expect((await takesBack(fields)).status).toBe(status)
    expect(await kept()).toEqual(before)
  })
  test('is noted by nobody who only looks on', async () => {
    const viewer = await signedIn('vera')
    const before = await kept()
    expect((await get(`/console/conversations/${open.id}`, viewer)).includes('Anotar que aceptó')).toBe(false)
    expect((await takesBack({ purpose: 'profiling', status: 'granted' }, viewer)).status).toBe(403)
    expect(await kept()).toEqual(before)
  })
  test('to a machine is taken back by hand: somebody is called, and nothing is said', async () => {
    await stage.follow(1_000) // two of one moment have no order
    const before = heard().length
    await takesBack({ purpose: 'automated', mode: 'written' })
    await stage.follow()
    const { rows } = await sql`select 1 from escalation where conversation_id = ${open.id} and closed_at is null`.execute(stage.house.db.bare)
    expect([(await kept())[0], rows.length, heard().length - before]).toEqual([['automated', 'revoked', 'written', 'phone'], 1, 0])
  })
  test('to messages is taken back by hand: goodbye is said, and nothing after', async () => {
    await takesBack({ purpose: 'messages' })
    await stage.follow()
    expect(heard().at(-1)).toMatch(/ya no te vamos a escribir/)
    const again = await stage.house.acting.as({ tenant: stage.house.tenant, by: 'system' }, 'all')(optOut, { person: open.person, conversation: open.id, evidence: 'x', at: stage.clock.now() })
    expect(again).toEqual({ isNew: false })
    await stage.follow(5_000)
    expect(toldHubspot('portero_consent')).toEqual(['revoked'])
  })
})
