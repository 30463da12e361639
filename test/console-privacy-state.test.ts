import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { sql } from 'kysely'
import { newId } from '@portero/tool-server/spine/clock.ts'
import { at } from '@portero/tool-server/spine/db.ts'
import { fakeClock } from './support/clock.ts'
import { openConsole, type Browser, type ConsoleStage } from './support/console-stage.ts'

// Privacidad at a glance: whatever it says is counted here again, by hand, over the very rows that went in.
const dayMs = 86_400_000
const purposes = ['messages', 'visits', 'marketing', 'profiling', 'financial', 'automated'] as const
const statuses = ['granted', 'revoked', 'refused'] as const
let stage: ConsoleStage
let now: number
beforeEach(async () => {
  stage = await openConsole()
  now = stage.house.clock.now()
})
afterEach(() => stage.end())
const insert = async (table: string, row: Record<string, unknown>): Promise<void> => {
  const whole = { tenant_id: stage.house.tenant, ...row }
  await sql`insert into ${sql.table(table)} (${sql.join(Object.keys(whole).map((name) => sql.ref(name)))}) values (${sql.join(Object.values(whole))})`.execute(stage.house.db.bare)
}
const plain = (text: string): string => text.replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ').trim()
const tile = (text: string, name: string): string => plain(new RegExp(`<a[^>]*data-id="tile-${name}".*?</a>`, 's').exec(text)?.[0] ?? '')
const links = (text: string, row: string): { href: string; count: number }[] =>
  [...(new RegExp(`<tr data-id="${row}">.*?</tr>`, 's').exec(text)?.[0] ?? '').matchAll(/<a href="([^"]*)"><span class="number">([\d,]+)<\/span>/g)].map(([, href = '', count = '']) => ({ href: href.replaceAll('&amp;', '&'), count: Number(count.replaceAll(',', '')) }))
const opened = async (browser: Browser, href: string): Promise<number> => [...(await browser.get(href)).text.matchAll(/<tr data-id=/g)].length

type Noted = { person: number; purpose: (typeof purposes)[number]; status: (typeof statuses)[number]; at: number }
test('consents and notices are counted as they stand, and each number opens whom it counts', async () => {
  const { db, tenant, clock } = stage.house
  const { chance } = fakeClock({ seed: 5 })
  const upTo = (most: number): number => Math.floor(chance() * most)
  const guests: { person: string; conversation: string; isBlocked: boolean; language: string }[] = []
  for (let n = 0; n < 25; n++) guests.push({ ...(await stage.guest({ said: [] })), isBlocked: n % 8 === 3, language: n % 4 === 0 ? 'en' : 'es-MX' })
  for (const { person, isBlocked, language } of guests) await sql`update person set language = ${language}, blocked_at = ${isBlocked ? at(now) : null} where tenant_id = ${tenant} and id = ${person}`.execute(db.bare)
  const noted: Noted[] = Array.from({ length: 160 }, () => ({ person: upTo(25), purpose: purposes[upTo(6)]!, status: statuses[upTo(3)]!, at: now - 1 - upTo(60 * dayMs) }))
  for (const { person, ...consent } of noted) await insert('consent', { id: newId(clock), person_id: guests[person]!.person, purpose: consent.purpose, status: consent.status, mode: 'express', evidence: 'x', actor: 'prospect', at: at(consent.at) })
  for (const [version, language, laterMs] of [['v1', 'es-MX', 1_000], ['v2', 'es-MX', 2_000], ['e1', 'en', 1_000]] as const) await insert('notice', { version, language, text: version, valid_from: at(now + laterMs) }) // after those that the house began with
  const shown = guests.flatMap((_, person) => ['v1', 'v2', 'e1'].filter(() => chance() < 0.4).map((version) => ({ person, version })))
  for (const { person, version } of shown) await insert('notice_shown', { person_id: guests[person]!.person, version, how: 'message', shown_at: at(now - dayMs) })

  const seen = (person: number): boolean => !guests[person]!.isBlocked
  const latest = (person: number, purpose: string): string | undefined => noted.filter((each) => each.person === person && each.purpose === purpose).toSorted((a, b) => b.at - a.at)[0]?.status
  const everyone = guests.map((_, person) => person).filter(seen)
  const withdrawn = (purpose: string): number => everyone.filter((person) => noted.some((each) => each.person === person && each.purpose === purpose && each.status === 'revoked' && each.at >= now - 30 * dayMs)).length
  const unshown = (language: string, version: string): number => everyone.filter((person) => guests[person]!.language === language && !shown.some((each) => each.person === person && each.version === version)).length

  const officer = await stage.signedIn('officer')
  const page = (await officer.get('/console/privacy/consents')).text
  for (const purpose of purposes) {
    const told = links(page, `purpose-${purpose}`)
    expect([purpose, ...told.map(({ count }) => count)]).toEqual([purpose, ...statuses.map((status) => everyone.filter((person) => latest(person, purpose) === status).length), withdrawn(purpose)])
    for (const { href, count } of told) expect([href, await opened(officer, href)]).toEqual([href, count])
  }
  for (const [version, language] of [['v1', undefined], ['v2', 'es-MX'], ['e1', 'en']] as const) {
    const told = links(page, `notice-${version}`)
    expect([version, ...told.map(({ count }) => count)]).toEqual([version, shown.filter((each) => each.version === version && seen(each.person)).length, ...(language === undefined ? [] : [unshown(language, version)])])
    for (const { href, count } of told) expect([href, await opened(officer, href)]).toEqual([href, count])
  }
  const desk = (await officer.get('/console/privacy')).text
  expect(tile(desk, 'withdrawn')).toContain(`${purposes.reduce((sum, purpose) => sum + withdrawn(purpose), 0)} Consentimientos retirados, 30 días`)
  expect(tile(desk, 'unshown')).toContain(`${unshown('es-MX', 'v2') + unshown('en', 'e1')} Sin ver el aviso vigente`)
  const agent = await stage.signedIn('agent')
  expect([(await agent.get(links(page, 'purpose-marketing')[0]!.href)).status, (await agent.get('/console/privacy/consents')).status]).toEqual([403, 403])
})

test('what is kept how long, when it was last looked at, what went and when it is looked at next', async () => {
  const { clock } = stage.house
  const runs = [[3, 40], [2, 0], [1, 7]] as const
  for (const [agoDays, deleted] of runs) await insert('retention_run', { id: newId(clock), class: 'messages', kept_until: at(now - (730 + agoDays) * dayMs), deleted, ran_at: at(now - agoDays * dayMs) })
  await sql`delete from job where kind = 'chore' and name = 'retention'`.execute(stage.house.db.bare)
  const job = newId(clock)
  await insert('job', { id: job, kind: 'chore', name: 'retention', key: job, lane: 'live', state: 'scheduled', run_at: at(Date.UTC(2031, 0, 5, 9)), trace: 'x', created_at: at(now) })
  const officer = await stage.signedIn('officer')
  const { text } = await officer.get('/console/privacy/retention')
  const cells = [...(/<tr data-id="class-messages">.*?<\/tr>/s.exec(text)?.[0] ?? '').matchAll(/<td[^>]*>(.*?)<\/td>/gs)].map(([, cell = '']) => plain(cell))
  expect([cells[0], cells[1], cells[3], cells[4], cells[5]]).toEqual(['Mensajes', '730 días', '7', '47', '5 ene, 03:00'])
  expect(text).toContain('Nombre, teléfono, visitas') // what is kept without end stands there too
  const [last] = links(text, 'class-messages')
  const list = (await officer.get(last!.href.replace('#runs', ''))).text
  expect([...list.matchAll(/<tr data-id="run-\d+">.*?<\/tr>/gs)].map(([row]) => plain(row).split(' ').at(-1))).toEqual(['7', '0', '40'])
  expect(tile((await officer.get('/console/privacy')).text, 'deleted')).toMatch(/^7 Borrados en la última revisión Última revisión/)
})

test('open requests with their next date, and breaches that nobody was told of', async () => {
  const { clock } = stage.house
  const officer = await stage.signedIn('officer')
  expect(tile((await officer.get('/console/privacy')).text, 'cases')).toBe('0 Solicitudes abiertas Sin plazos por vencer')
  const { person } = await stage.guest({ said: [] })
  for (const [kind, dueAt] of [['access', now + 9 * dayMs], ['oppose', now + 4 * dayMs]] as const) await insert('privacy_case', { id: newId(clock), person_id: person, kind, channel: 'chat', state: 'identified', opened_at: at(now), due_at: at(dueAt), identified_at: at(now), identified_by: 'whatsapp' })
  const due = new Intl.DateTimeFormat('es-MX', { timeZone: 'America/Mexico_City', day: 'numeric', month: 'short', year: 'numeric' })
  expect(tile((await officer.get('/console/privacy')).text, 'cases')).toBe(`2 Solicitudes abiertas Próximo plazo: ${due.format(now + 4 * dayMs)}`)
  await sql`update privacy_case set due_at = ${at(now - dayMs)} where kind = 'oppose'`.execute(stage.house.db.bare)
  for (const toldAt of [null, at(now)]) {
    const id = newId(clock)
    await insert('breach', { id, what_sealed: await stage.house.vault.seal(stage.house.db.bare, { tenant: stage.house.tenant }, `breach.what:${id}`, 'x'), known_at: at(now - 2 * dayMs), from_at: at(now - 3 * dayMs), to_at: at(now - 2 * dayMs), noted_at: at(now), told_at: toldAt })
  }
  const desk = (await officer.get('/console/privacy')).text
  expect(tile(desk, 'cases')).toBe('2 Solicitudes abiertas 1 vencida')
  expect(tile(desk, 'breaches')).toBe(`1 Vulneraciones sin avisar 2 en total, la última del ${due.format(now - 2 * dayMs)}`)
})
