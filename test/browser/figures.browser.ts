import { afterAll, beforeAll, expect, test } from '@jest/globals'
import type { Browser } from 'playwright-core'
import { openConsoleBrowser, type ConsoleBrowser } from '../support/console-browser.ts'
import { passwords, type ConsoleStage } from '../support/console-stage.ts'
import { looksFine } from '../support/look.ts'
import { furnishMonth } from '../support/month.ts'

// Hoy and Valor in a real browser, in both languages and themes, and that a number opens what it counts.
let opened: ConsoleBrowser
let stage: ConsoleStage
let url = ''
let browser: Browser
const faults: string[] = []

beforeAll(async () => {
  opened = await openConsoleBrowser()
  stage = opened.stage
  url = opened.url
  browser = opened.browser
  await furnishMonth(stage, 11, 60)
}, 60_000)
afterAll(() => opened?.end())

const shots = process.env['SHOTS_DIR'] // where to keep pictures, for whoever wants to look
test.each([['es-MX', 'light', 'Hoy', 'Valor', 'Visitas agendadas'], ['en', 'dark', 'Today', 'Value', 'Visits booked']] as const)('a day and a month are seen in %s, %s', async (locale, colorScheme, today, value, booked) => {
  const context = await browser.newContext({ colorScheme, locale, timezoneId: 'America/Mexico_City' })
  const page = await context.newPage()
  page.setDefaultTimeout(15_000)
  page.on('pageerror', (fault) => faults.push(fault.message))
  page.on('console', (line) => line.type() === 'error' && faults.push(line.text()))
  await page.goto(`${url}/console/sign-in?next=/console/today`)
  await page.fill('#name', 'admin')
  await page.fill('#password', passwords.admin)
  await page.click('button.main')
  await page.getByRole('heading', { level: 1, name: today }).waitFor()
  await looksFine(page, `today-${locale}`)
  if (shots) await page.screenshot({ path: `${shots}/today-${locale}-390.png`, fullPage: true })

  const tile = page.locator('[data-id="tile-booked"]')
  const shown = await tile.locator('b').textContent()
  await tile.click()
  await page.getByRole('heading', { level: 1, name: booked }).waitFor()
  expect(await page.locator('tbody tr').count()).toBe(Number(shown))
  await looksFine(page, `booked-${locale}`)

  await page.goto(`${url}/console/value`)
  await page.getByRole('heading', { level: 1, name: value }).waitFor()
  await page.locator('main details summary').click()
  expect(await page.locator('main details tbody tr').count()).toBe(30)
  await looksFine(page, `value-${locale}`)
  if (shots) {
    await page.screenshot({ path: `${shots}/value-${locale}-390.png`, fullPage: true })
    await page.setViewportSize({ width: 1280, height: 860 })
    await page.locator('main details summary').click()
    await page.screenshot({ path: `${shots}/value-${locale}-1280.png`, fullPage: true })
    await page.goto(`${url}/console/today`)
    await page.screenshot({ path: `${shots}/today-${locale}-1280.png`, fullPage: true })
  }
  await page.goto(`${url}/console/value`)
  await page.locator('.tabs a').first().click()
  await page.locator('.tabs a').first().and(page.locator('[aria-current]')).waitFor()

  // What would have been done in shadow mode, and what the law asks for.
  await page.goto(`${url}/console/value`)
  await page.locator('[data-id="shadow-visit"] a').first().click()
  await page.getByRole('heading', { level: 1, name: locale === 'en' ? /^In the shadow/ : /^En sombra/ }).waitFor()
  await looksFine(page, `shadow-${locale}`)
  if (shots) await page.screenshot({ path: `${shots}/shadow-${locale}-390.png`, fullPage: true })
  for (const name of ['privacy', 'privacy/consents', 'privacy/retention', 'privacy/retention?class=messages']) {
    await page.goto(`${url}/console/${name}`)
    await looksFine(page, `${name}-${locale}`)
    for (const width of shots ? [390, 1280] : []) {
      await page.setViewportSize({ width, height: 860 })
      await page.screenshot({ path: `${shots}/${name.replace(/\W/g, '-')}-${locale}-${width}.png`, fullPage: true })
    }
  }
  expect(faults).toEqual([])
  await context.close()
})
