import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { sql } from 'kysely'
import { escalate } from '@portero/tool-server/actions/escalate.ts'
import { putOperator } from '@portero/tool-server/store/operators.ts'
import { openVisit, type VisitStage } from './support/visit-stage.ts'

// What an operator does in a conversation from the console: the same as a leasing agent from a card.
let stage: VisitStage
let cookie = ''
const number = '+525540000001'
let open: { id: string; person: string; external: string }
const page = async (more = ''): Promise<string> => (await fetch(`${stage.url}/console/conversations/${open.id}${more}`, { headers: { cookie, 'accept-language': 'es-MX' } })).text()
const post = (path: string, fields: Record<string, string>, as = cookie): Promise<Response> => fetch(stage.url + path, { method: 'POST', redirect: 'manual', headers: { cookie: as, 'accept-language': 'es-MX' }, body: new URLSearchParams(fields) })
const hidden = (text: string, wish: string): Record<string, string> => {
  const form = text.split('<form').find((each) => each.includes(`name="do" value="${wish}"`))
  if (!form) throw new Error(`no form to ${wish}`)
  return Object.fromEntries([...form.matchAll(/name="(csrf|key|do)" value="([^"]*)"/g)].map(([, name, value]) => [name!, value!]))
}
const does = async (wish: string, more: Record<string, string> = {}): Promise<Response> => post(`/console/conversations/${open.id}/hands`, { ...hidden(await page(), wish), ...more })
const heard = (): string[] => stage.lab.bird.phone.messages(number).filter(({ from }) => from === 'them').map(({ text }) => text)

const signedIn = async (): Promise<string> => {
  const form = await fetch(`${stage.url}/console/sign-in`)
  const knock = form.headers.getSetCookie().map((each) => each.split(';')[0]).join('; ')
  const csrf = /name="csrf" value="([^"]*)"/.exec(await form.text())![1]!
  const inside = await post('/console/sign-in', { csrf, next: '/console', name: 'sofía', password: 'la-llave-del-patio' }, knock)
  return inside.headers.getSetCookie().map((each) => each.split(';')[0]).find((each) => each!.startsWith('portero_session='))!
}

beforeAll(async () => {
  stage = await openVisit()
  const { db, clock, tenant } = stage.house
  await putOperator({ db, clock }, { tenant, name: 'sofía', password: 'la-llave-del-patio', role: 'agent' })
  cookie = await signedIn()
  const { conversationId: external } = stage.lab.bird.phone.write(number, { text: 'hola' })
  await stage.follow()
  const { rows: [row] } = await sql<{ id: string; person: string }>`select id, person_id as person from conversation where external_id = ${external}`.execute(db.bare)
  open = { ...row!, external }
})
afterAll(() => stage.end())

describe('a conversation on its page', () => {
  test('is taken over: who has it is shown, and how to answer', async () => {
    expect(await page()).toContain('Responde el asistente')
    const sent = await does('take-over')
    expect([sent.status, sent.headers.get('location')]).toEqual([303, `/console/conversations/${open.id}?came=taken`])
    const text = await page('?came=taken')
    for (const words of ['La conversación es tuya: el asistente ya no escribe.', 'La llevas tú', 'Tu respuesta', 'Devolver al asistente']) expect(text).toContain(words)
    expect(text).not.toContain('Tomar la conversación')
  })
  test('is answered once, however often the form is sent', async () => {
    const fields = { ...hidden(await page(), 'reply'), text: 'Soy Sofía & te ayudo' }
    const path = `/console/conversations/${open.id}/hands`
    expect((await Promise.all([post(path, fields), post(path, fields)])).map(({ status }) => status)).toEqual([303, 303])
    expect(await page()).toContain('Soy Sofía &amp; te ayudo')
    await stage.follow()
    expect(heard().filter((text) => text === 'Soy Sofía & te ayudo')).toHaveLength(1)
  })
  test('gets a proposal to mend, after what was typed already; nothing is sent, and what nothing backs is named', async () => {
    const said = heard().length
    stage.lab.openai.say({ say: 'Te queda en $19,500 al mes. ¿Te late?' })
    const proposed = await does('reply', { want: 'draft', text: 'Hola, Ana <3' })
    const text = await proposed.text()
    expect(text).toContain('Hola, Ana &lt;3\n\nTe queda en $19,500 al mes. ¿Te late?</textarea>')
    expect([proposed.status, text.includes('El asistente propone esta respuesta.'), /Revisa[^<]*\$19,500/.test(text)]).toEqual([200, true, true])
    await stage.follow()
    expect(heard()).toHaveLength(said)
    expect((await sql<{ by: string }>`select by from audit where what = 'read:draft'`.execute(stage.house.db.bare)).rows).toEqual([{ by: 'staff' }])
    stage.lab.openai.release()
  })
  test('keeps what was typed where it can’t be said, and tells why', async () => {
    stage.clock.advance(25 * 3_600_000)
    await stage.follow()
    cookie = await signedIn()
    await does('take-over') // it went back by itself meanwhile
    const refused = await does('reply', { text: '¿Sigues <ahí>?' })
    const text = await refused.text()
    expect(refused.status).toBe(409)
    expect(text).toMatch(/Pasaron más de 24 horas/)
    expect(text).toContain('¿Sigues &lt;ahí&gt;?</textarea>')
    expect(heard()).not.toContain('¿Sigues <ahí>?')
  })
  test('has notes, and is given back', async () => {
    expect((await does('note', { text: 'Pide factura.' })).headers.get('location')).toContain('came=noted')
    expect((await does('hand-back')).headers.get('location')).toContain('came=givenBack')
    expect(await page()).toContain('Responde el asistente')
  })
  test('is seen by whoever opens it while somebody is called, also when that is late', async () => {
    const { tenant, acting, db } = stage.house
    await acting.as({ tenant, by: 'system', person: open.person, conversation: open.id }, 'all')(escalate, { reason: 'contract', summary: 'Pregunta por el aval.', withinMs: 60_000 })
    await stage.follow()
    stage.clock.advance(120_000)
    const late = await page()
    for (const words of ['Fuera de tiempo', 'Ya quedó atendida', 'por correo']) expect(late).toContain(words)
    expect(await page()).toContain('Vista')
    expect((await sql<{ seen: number; by: string }>`select seen_at as seen, seen_by as by from escalation where conversation_id = ${open.id}`.execute(db.bare)).rows).toEqual([{ seen: stage.clock.now(), by: expect.stringMatching(/^[0-9a-f-]{36}$/) }])
    expect((await does('hand-back')).headers.get('location')).toContain('came=givenBack')
    expect(await page()).toContain('Avisar a otra persona')
    expect((await does('escalate', { reason: 'payment', summary: 'Pide su recibo.' })).headers.get('location')).toContain('came=escalated')
  })
  test.each<[string, Record<string, string>, number]>([['without its token', { csrf: 'made-up' }, 403], ['without a key', { key: '' }, 400], ['with a wish that nobody has', { do: 'sell' }, 400]])('a form %s does nothing', async (_what, wrong, status) => {
    expect((await does('take-over', wrong)).status).toBe(status)
    expect(await page()).toContain('Responde el asistente')
  })
})
