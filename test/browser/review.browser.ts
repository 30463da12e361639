import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { sql } from 'kysely'
import type { Page } from 'playwright-core'
import { proposePair } from '@portero/tool-server/actions/merge-people.ts'
import { reviewReplay } from '@portero/tool-server/flows/review-replay.ts'
import { newId } from '@portero/tool-server/spine/clock.ts'
import { newTrace } from '@portero/tool-server/spine/trace.ts'
import { openConsoleBrowser, type ConsoleBrowser } from '../support/console-browser.ts'
import { passwords } from '../support/console-stage.ts'
import { looksFine } from '../support/look.ts'
import { told } from '../support/tiny.ts'

// The console's page for review, in a real browser: with nothing, with much, one corrected and rehearsed, and many tried again.
let opened: ConsoleBrowser
const faults: string[] = []
beforeAll(async () => {
  opened = await openConsoleBrowser({ flows: [told, reviewReplay] })
  await sql`create table tiny_note (tenant_id uuid not null, seq bigint generated always as identity, text text not null)`.execute(opened.stage.house.db.bare)
}, 60_000)
afterAll(() => opened?.end())

const entered = async (colorScheme: 'light' | 'dark'): Promise<Page> => {
  const page = await (await opened.browser.newContext({ colorScheme, locale: 'es-MX', timezoneId: 'America/Mexico_City' })).newPage()
  page.setDefaultTimeout(15_000)
  page.on('pageerror', (fault) => faults.push(fault.message))
  await page.goto(`${opened.url}/console/sign-in?next=/console/queue`)
  await page.fill('#name', 'admin')
  await page.fill('#password', passwords.admin)
  await page.click('button.main')
  await page.waitForURL(/queue/)
  return page
}
const deliver = async (n: number): Promise<void> => {
  const { house } = opened.stage
  house.clock.advance(1_000)
  const contact = { id: `c-${n}`, name: 'Ximena Canario', phone: '+525512345512', email: 'ximena@correo.example', createdAt: '2026-11-23T17:00:00.120Z' }
  await house.inbox.accept(await house.connection('tiny'), { method: 'POST', url: 'https://portero.example/webhooks/tiny', headers: { 'x-delivery': newId(house.clock), 'content-type': 'application/json' }, rawBody: Buffer.from(JSON.stringify([{ identity: `e-${n}`, flow: told.name, payload: { words: 'busco depa en la azotea', contact } }])) }, newTrace(house.clock))
}

test('with nothing to decide it says so', async () => {
  const page = await entered('light')
  await page.getByText('Nada está detenido').waitFor()
  await looksFine(page, 'review-empty')
  await page.context().close()
})

test.each(['light', 'dark'] as const)('with much: one is corrected, rehearsed and done, and the rest tried again, in %s', async (theme) => {
  const { stage } = opened
  const { house } = stage
  for (let n = 0; n < 60; n++) await deliver(theme === 'dark' ? n + 60 : n)
  for (const name of ['crm.put-deal', 'messaging.send', 'calendar.put-event']) await stage.dead({ name, code: name === 'messaging.send' ? 'timeout' : 'refused', uncertain: name === 'messaging.send' })
  const [one, other] = [await stage.guest({ name: 'Ana Unida', phone: theme === 'dark' ? '+525500000001' : '+525500000003' }), await stage.guest({ name: 'María Guadalupe de los Ángeles Hernández-Echeverría', phone: theme === 'dark' ? '+525500000002' : '+525500000004' })]
  await house.acting.as({ tenant: house.tenant, by: 'staff', user: 'x' }, ['people:write'])(proposePair, { people: [one.person, other.person] })
  await house.worker.settle()
  const page = await entered(theme)
  await page.getByText('Detenido, por causa').waitFor()
  await looksFine(page, `review-list-${theme}`)

  await page.locator('#one-by-one tr[data-id] a.button', { hasText: 'Revisar' }).last().click()
  await page.getByText('Qué contiene').waitFor()
  expect(await page.locator('main').innerText()).not.toMatch(/Ximena|5512345512|azotea/)
  await page.fill('#path0', '/body/0/id')
  await page.selectOption('#kind0', 'from')
  await page.fill('#with0', '/body/0/identity')
  await page.fill('#path1', '/body/0/identity')
  await page.selectOption('#kind1', 'gone')
  await page.fill('#path2', '/body/0/payload')
  await page.selectOption('#kind2', 'json')
  await page.fill('#with2', '{"text":"corregido"}')
  await page.locator('#fix button', { hasText: 'Ver qué haría' }).click()
  await page.locator('[data-fate=new]').waitFor()
  await looksFine(page, `review-preview-${theme}`)
  await page.locator('#fix button', { hasText: 'Guardar y reintentar' }).click()
  await page.waitForURL(/came=back/)

  await page.goto(`${opened.url}/console/queue`)
  await page.locator('button', { hasText: 'Reintentar todo' }).click()
  await page.waitForURL(/came=begun/)
  await house.worker.settle()
  await page.reload()
  await page.locator('#replay').waitFor()
  await looksFine(page, `review-going-${theme}`)
  await sql`delete from job where state = 'dead'`.execute(house.db.bare)
  await sql`delete from inbox where state = 'dead'`.execute(house.db.bare)
  await page.context().close()
}, 90_000)

test('no page complained in the browser', () => {
  expect(faults).toEqual([])
})
