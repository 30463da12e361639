import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { sql } from 'kysely'
import type { Browser, Page } from 'playwright-core'
import { at } from '@portero/tool-server/spine/db.ts'
import { openConsoleBrowser, type ConsoleBrowser } from '../support/console-browser.ts'
import { passwords, type ConsoleStage } from '../support/console-stage.ts'
import { furnish } from '../support/homes.ts'
import { looksFine } from '../support/look.ts'

// The catalogue in a real browser: empty, and with hundreds of homes; a change is typed, looked at, gone on editing and saved. SHOTS_DIR keeps pictures.
let opened: ConsoleBrowser
let stage: ConsoleStage
let url = ''
let browser: Browser
const faults: string[] = []
const sample = readFileSync(fileURLToPath(new URL('../../tool-server/catalogue.sample.yaml', import.meta.url)), 'utf8')
const shots = process.env['SHOTS_DIR']

beforeAll(async () => {
  opened = await openConsoleBrowser()
  stage = opened.stage
  url = opened.url
  browser = opened.browser
}, 60_000)
afterAll(() => opened?.end())

const entered = async (colorScheme: 'light' | 'dark', locale = 'es-MX'): Promise<Page> => {
  const context = await browser.newContext({ colorScheme, locale, timezoneId: 'America/Mexico_City' })
  const page = await context.newPage()
  page.setDefaultTimeout(15_000)
  page.on('pageerror', (fault) => faults.push(fault.message))
  await page.goto(`${url}/console/sign-in?next=/console/catalogue`)
  await page.fill('#name', 'admin')
  await page.fill('#password', passwords.admin)
  await page.click('button.main')
  await page.waitForURL(/catalogue/)
  return page
}
const looked = async (page: Page, where: string): Promise<void> => {
  for (const width of shots === undefined ? [] : [1280, 390]) {
    await page.setViewportSize({ width, height: 860 })
    await page.screenshot({ path: `${shots}/${where}-${width}.png`, fullPage: true })
  }
  await looksFine(page, where)
}

test.each(['light', 'dark'] as const)('with nothing in it, it says so, in %s', async (theme) => {
  const page = await entered(theme)
  await page.getByText('El catálogo está vacío').waitFor()
  await looked(page, `empty-${theme}`)
  await page.goto(`${url}/console/catalogue/blackouts`)
  await looked(page, `no-blackouts-${theme}`)
  await page.context().close()
})

describe('with much in it', () => {
  beforeAll(async () => {
    const { house } = stage
    await furnish(house, sample)
    await sql`update building set name = 'Residencial Bosques de las Lomas de Chapultepec, Torre Poniente' where slug = 'narvarte'`.execute(house.db.bare)
    await sql`insert into home (tenant_id, id, building_id, slug, no, position, status, details) select tenant_id, gen_random_uuid(), building_id, 'muchas-' || n, 1000 + n, 1000 + n, case n % 3 when 0 then 'closed' else 'open' end, details from home, generate_series(1, 300) n where slug = 'condesa-104'`.execute(house.db.bare)
    const now = stage.house.clock.now()
    for (const [place, name] of ['Ana Torres', 'María Guadalupe de los Ángeles Hernández-Echeverría y Montemayor', 'Luis'].entries()) {
      const { conversation, person } = await stage.guest({ name, phone: `+52551000000${place}` })
      const startsAt = now + (place + 1) * 86_400_000
      await sql`insert into tour (tenant_id, id, person_id, conversation_id, home_id, building_id, agent_id, day, starts_at, ends_at, status, made_at, changed_at) select h.tenant_id, gen_random_uuid(), ${person}::uuid, ${conversation}::uuid, h.id, h.building_id, a.id, ${new Date(startsAt).toISOString().slice(0, 10)}::date, ${at(startsAt)}, ${at(startsAt + 1_800_000)}, 'confirmed', ${at(now)}, ${at(now)} from home h, agent a where h.slug = 'roma-norte-101' and a.slug = 'mariana-solis'`.execute(house.db.bare)
    }
  })
  test.each(['light', 'dark'] as const)('it is found, looked at and changed, in %s', async (theme) => {
    const page = await entered(theme)
    await looked(page, `all-${theme}`)
    await page.fill('#q', 'tabasco')
    await page.getByRole('button', { name: 'Buscar' }).click()
    await page.getByRole('link', { name: 'Casa Tabasco' }).first().click()
    await page.getByText('Cómo son las visitas').waitFor()
    await looked(page, `building-${theme}`)
    await page.fill('#minutes', '5')
    await page.locator('#visits').getByRole('button', { name: 'Ver cómo quedaría' }).click()
    await page.getByText('Escribe un número entero de 10 a 240.').waitFor()
    expect(await page.inputValue('#minutes')).toBe('5')
    await looked(page, `fault-${theme}`)
    await page.fill('#minutes', '60')
    await page.locator('#visits').getByRole('button', { name: 'Ver cómo quedaría' }).click()
    await page.getByText('Todavía no se guarda nada.').waitFor()
    await page.getByRole('button', { name: 'Seguir editando' }).click()
    expect(await page.inputValue('#minutes')).toBe('60')

    await page.goto(`${url}/console/catalogue?q=mariana`)
    await page.getByRole('link', { name: 'Mariana Solís' }).click()
    await looked(page, `agent-${theme}`)
    await page.fill('input[name="tue-0-to"]', theme === 'light' ? '10:30' : '10:00')
    await page.fill('input[name="sat-0-to"]', theme === 'light' ? '16:00' : '17:00')
    await page.getByRole('button', { name: 'Ver cómo quedaría' }).click()
    await page.getByText('Todavía no se guarda nada.').waitFor()
    await looked(page, `preview-${theme}`)
    await page.getByRole('button', { name: 'Guardar' }).click()
    await page.getByText('Listo: quedó guardado').waitFor()

    await page.goto(`${url}/console/catalogue/blackouts`)
    await page.selectOption('#where', { label: 'Casa Tabasco' })
    await page.fill('#fromDay', '2026-11-24')
    await page.fill('#toDay', '2026-11-25')
    await page.fill('#reason', 'Mantenimiento del elevador')
    await page.getByRole('button', { name: 'Ver cómo quedaría' }).click()
    await page.getByText('quedan fuera').waitFor()
    await looked(page, `closing-${theme}`)
    await page.getByRole('button', { name: 'Guardar' }).click()
    await page.getByRole('heading', { name: 'Visitas dentro' }).waitFor()
    await looked(page, `blackouts-${theme}`)
    await page.locator('tr', { hasText: 'Mantenimiento del elevador' }).first().getByRole('button', { name: 'Quitar' }).click()
    await page.getByRole('button', { name: 'Guardar' }).click()
    await page.getByText('Listo: quedó guardado').waitFor()

    await page.goto(`${url}/console/catalogue?q=roma+101`)
    await page.locator('td a[href*="/homes/"]').first().click()
    await looked(page, `home-${theme}`)
    await page.context().close()
  })
  test('in English too', async () => {
    const page = await entered('light', 'en-US')
    await page.getByText('What is rented, who shows it and when.').waitFor()
    await looked(page, 'english')
    await page.context().close()
  })
})

test('no page complained in the browser', () => {
  expect(faults).toEqual([])
})
