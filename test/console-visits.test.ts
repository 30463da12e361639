import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { sql } from 'kysely'
import { browserOf, type Browser } from './support/console-stage.ts'
import { openVisit, type VisitStage } from './support/visit-stage.ts'

// What an operator does about somebody's visits from the console: the same as a leasing agent from the card in HubSpot.
let stage: VisitStage
let agent: Browser
let conversation = ''
const number = '+525540000071'
const url = (): string => `/console/conversations/${conversation}/visits`
const unescaped = (text: string): string => text.replaceAll('&amp;', '&').replaceAll('&quot;', '"')
const page = async (): Promise<string> => (await agent.get(`/console/conversations/${conversation}`)).text
const hiddenIn = (text: string, mark: string): Record<string, string> => {
  const form = text.split('<form').find((each) => each.includes(mark))
  if (form === undefined) throw new Error(`no form with ${mark}`)
  return Object.fromEntries([...form.split('</form>')[0]!.matchAll(/type="hidden" name="([^"]*)" value="([^"]*)"/g)].map(([, name, value]) => [name!, unescaped(value!)]))
}
const slotsIn = (text: string): string[] => [...text.matchAll(/name="slot" value="([^"]+)"/g)].map(([, slot]) => slot!)
const tours = async () => (await sql<{ id: string; status: string; version: number; startsAt: number }>`select id, status, version, starts_at as "startsAt" from tour order by made_at, id`.execute(stage.house.db.bare)).rows
const told = (): string[] => stage.lab.bird.phone.messages(number).filter(({ from }) => from === 'them').map(({ text }) => text)
const signIn = async (name: string, role: 'agent' | 'viewer'): Promise<Browser> => {
  await stage.house.putOperator({ tenant: stage.house.tenant, name, password: 'la-llave-del-patio', role })
  const browser = browserOf(stage.house.doors)
  await browser.post('/console/sign-in', { csrf: browser.csrfOf((await browser.get('/console/sign-in')).text), next: '/console', name, password: 'la-llave-del-patio' })
  return browser
}

beforeAll(async () => {
  stage = await openVisit()
  stage.lab.bird.phone.write(number, { text: 'hola', name: 'Olga Ríos' })
  await stage.follow()
  conversation = (await sql<{ id: string }>`select id from conversation`.execute(stage.house.db.bare)).rows[0]!.id
  agent = await signIn('sofía', 'agent')
}, 60_000)
afterAll(() => stage.end())

describe('a visit', () => {
  test('is booked at one of the free times of a home, once, and whoever it is for is told', async () => {
    expect(await page()).toContain('Agendar una visita')
    const choosing = (await agent.get(url())).text
    expect(choosing).toContain('Para Olga Ríos')
    const slug = /<option value="([^"]+)"/.exec(choosing)![1]!
    const day = new Date(stage.clock.now() + 5 * 86_400_000).toISOString().slice(0, 10)
    const later = (await agent.get(`${url()}?home=${slug}&from=${day}`)).text
    expect(slotsIn(later).length).toBeGreaterThan(5)
    const fields = { ...hiddenIn(later, 'value="book"'), slot: slotsIn(later)[3]! }
    const came = await Promise.all([agent.post(url(), fields), agent.post(url(), fields)])
    expect(came.map(({ status, text }) => [status, /Visita reservada: /.test(text)])).toEqual([[200, true], [200, true]])
    expect((await tours()).map(({ status }) => status)).toEqual(['confirmed'])
    expect((await tours())[0]!.startsAt).toBeGreaterThan(Date.parse(day))
    await stage.follow(5_000)
    expect(told().some((text) => /visita/i.test(text))).toBe(true)
    expect(await page()).toContain('Visitas (1)')
  })
  test('is moved to another, also from a page that is some minutes old', async () => {
    const { startsAt } = (await tours())[0]!
    const link = unescaped(/href="([^"]*\/visits\?tour=[^"]+)"/.exec(await page())![1]!)
    stage.clock.advance(10 * 60_000)
    const choosing = (await agent.get(link)).text
    expect(choosing).toMatch(/<h1>Cambiar horario/)
    const came = await agent.post(url(), { ...hiddenIn(choosing, 'value="move"'), slot: slotsIn(choosing).at(-1)! })
    expect([came.status, came.text.includes('Visita cambiada: ')]).toEqual([200, true])
    expect((await tours()).map(({ status, startsAt: now }) => [status, now === startsAt])).toEqual([['confirmed', false]])
  })
  test('that changed meanwhile is not touched, and that is said', async () => {
    const stale = hiddenIn(await page(), 'value="cancelled"')
    const came = await agent.post(url(), { ...stale, version: String(Number(stale['version']) - 1) })
    expect([came.status, came.text.includes('La visita cambió mientras tanto')]).toEqual([409, true])
    expect((await tours()).map(({ status }) => status)).toEqual(['confirmed'])
  })
  test('can’t be at a time that is over: free ones near it are shown instead', async () => {
    const slot = slotsIn((await agent.get(url())).text)[0]!
    stage.clock.advance(6 * 3_600_000)
    agent = await signIn('sofía', 'agent')
    const came = await agent.post(url(), { ...hiddenIn((await agent.get(url())).text, 'value="book"'), slot })
    expect([came.status, came.text.includes('A esa hora no hay visitas.'), slotsIn(came.text).includes(slot)]).toEqual([409, true, false])
    expect(slotsIn(came.text).length).toBeGreaterThan(0)
    expect((await agent.post(url(), { ...hiddenIn(came.text, 'value="book"'), slot: 's_forged' })).text).toContain('Ese horario ya no es válido')
  })
  test('is marked once it has begun: who didn’t come, and who came late after all', async () => {
    expect(await page()).not.toContain('value="no_show"')
    const { startsAt } = (await tours())[0]!
    stage.clock.advance(startsAt - stage.clock.now() + 31 * 60_000)
    agent = await signIn('sofía', 'agent')
    const text = await page()
    expect(text).toContain('<details id="visits" open>')
    expect(text).not.toContain('value="cancelled"')
    const missed = await agent.post(url(), hiddenIn(text, 'value="no_show"'))
    expect([missed.status, missed.text.includes('Quedó anotado que no llegó.'), (await tours())[0]!.status]).toEqual([200, true, 'no_show'])
    const late = await agent.post(url(), hiddenIn(await page(), 'value="completed"'))
    expect([late.status, (await tours())[0]!.status]).toEqual([200, 'completed'])
    expect(await page()).toContain('Agendar una visita')
  })
  test('is called off, and its time is free again', async () => {
    const choosing = (await agent.get(url())).text
    await agent.post(url(), { ...hiddenIn(choosing, 'value="book"'), slot: slotsIn(choosing).at(-1)! })
    const text = await page()
    expect(text).toContain('Se libera el horario y se avisa')
    expect((await agent.post(url(), hiddenIn(text, 'value="cancelled"'))).text).toContain('La visita quedó cancelada.')
    expect((await tours()).map(({ status }) => status)).toEqual(['completed', 'cancelled'])
    const { rows } = await sql<{ what: string }>`select distinct what from audit where by = 'staff' and user_id is not null and what in ('action:book-tour', 'action:cancel-tour', 'action:reschedule-tour', 'action:mark-tour', 'read:visit') order by what`.execute(stage.house.db.bare)
    expect(rows.map(({ what }) => what)).toEqual(['action:book-tour', 'action:cancel-tour', 'action:mark-tour', 'action:reschedule-tour', 'read:visit'])
  })
  test.each<[string, Record<string, string>, number]>([['without its token', { csrf: 'made-up' }, 403], ['without a key', { key: '' }, 400], ['of a time that nobody was offered', { slot: 's_nothing' }, 409], ['with a wish that nobody has', { do: 'sell' }, 400]])('a form %s books nothing', async (_what, wrong, status) => {
    const before = (await tours()).length
    const choosing = (await agent.get(url())).text
    expect((await agent.post(url(), { ...hiddenIn(choosing, 'value="book"'), slot: slotsIn(choosing)[0]!, ...wrong })).status).toBe(status)
    expect(await tours()).toHaveLength(before)
  })
  test('is nothing that whoever only looks on decides', async () => {
    const viewer = await signIn('mira', 'viewer')
    expect((await viewer.get(`/console/conversations/${conversation}`)).text).not.toContain('id="visits"')
    expect([(await viewer.get(url())).status, (await viewer.post(url(), { csrf: viewer.csrfOf((await viewer.get('/console')).text), do: 'book', key: 'llave-de-nadie', slot: 's_x' })).status]).toEqual([403, 403])
  })
})
