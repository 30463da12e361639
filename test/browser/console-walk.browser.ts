import { mkdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { sql } from 'kysely'
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core'
import * as shared from '@portero/shared'
import { escalate } from '@portero/tool-server/actions/escalate.ts'
import { passwords } from '../support/console-stage.ts'
import { openCrm, type CrmStage } from '../support/crm-stage.ts'
import { looksFine } from '../support/look.ts'

// A walk through the whole console: every page that its navigation leads to, and one of each kind that those lead to, in both languages and themes, on a desk and on a phone.
// SHOTS_DIR=/somewhere keeps a picture of each. DOCS_IMG=1 makes those of docs/img anew:
//   DOCS_IMG=1 node --experimental-vm-modules --no-warnings node_modules/jest/bin/jest.js --testMatch '<rootDir>/test/browser/console-walk.browser.ts'
jest.setTimeout(600_000)
const shots = process.env['SHOTS_DIR']
const docs = process.env['DOCS_IMG'] && fileURLToPath(new URL('../../docs/img/', import.meta.url))
const locales = ['es-MX', 'en'] as const
const numbers = Array.from({ length: 9 }, (_, n) => `+52551240000${n}`)
const names = ['Ana Torres', 'María Guadalupe de los Ángeles Hernández-Echeverría y Montemayor', 'Luis Paz', 'Renata Ruiz', 'Iván Ochoa', 'Sofía Luna', 'Pedro Gil', 'Tania Mora', 'Hugo Rey']

let stage: CrmStage
let browser: Browser
const faults: string[] = []
beforeAll(async () => {
  stage = await openCrm()
  const { house: { putOperator, acting, tenant, db }, lab } = stage
  await putOperator({ tenant, name: 'admin', password: passwords.admin, role: 'admin' })
  for (const [n, number] of numbers.entries()) {
    lab.bird.phone.write(number, { text: 'Hola', name: names[n]! })
    await stage.follow(500)
  }
  await stage.visit(numbers[0]!)
  await stage.visit(numbers[1]!)
  const { rows } = await sql<{ id: string; person: string }>`select id, person_id as person from conversation order by opened_at`.execute(db.bare)
  for (const { id, person } of rows.slice(1, 3)) await acting.as({ tenant, by: 'system', person, conversation: id }, 'all')(escalate, { reason: 'complaint', summary: 'Pregunta por el aval y pide hablar con alguien.', withinMs: 900_000 })
  const [first] = rows
  await acting.as({ tenant, by: 'system', ...(first && { person: first.person, conversation: first.id }) }, 'all')(escalate, { reason: 'contract', summary: 'Quiere leer el contrato antes de su visita.', withinMs: 900_000 })
  const { hubspot: { controls } } = lab
  controls.create({ type: 'contacts', properties: { phone: numbers[2]!, firstname: 'Rogelio' } })
  await stage.follow()
  browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--headless', '--no-sandbox', '--disable-gpu'] })
}, 120_000)
afterAll(async () => {
  await browser?.close()
  await stage?.end()
})

const pageOf = async (context: BrowserContext): Promise<Page> => {
  const page = await context.newPage()
  page.setDefaultTimeout(15_000)
  page.on('pageerror', (fault) => faults.push(`${page.url()}: ${fault.message}`))
  page.on('console', (line) => line.type() === 'error' && faults.push(`${page.url()}: ${line.text()}`)) // what the policy of our pages forbids is told here too
  return page
}
const enter = async (page: Page): Promise<void> => {
  await page.goto(`${stage.url}/console/sign-in`)
  await page.fill('#name', 'admin')
  await page.fill('#password', passwords.admin)
  await page.click('button.main')
  await page.waitForURL(/\/console$/)
}
const open = async (page: Page, path: string): Promise<void> => {
  stage.clock.advance(5_000) // or so many pages in a minute would be too many
  const response = await page.goto(stage.url + path)
  expect([path, response?.status(), page.url()]).toEqual([path, 200, stage.url + path])
}

// Which sentences belong to one language only.
const sentences = (words: unknown): string[] => (typeof words === 'string' ? [words] : typeof words === 'object' && words !== null ? Object.values(words).flatMap(sentences) : [])
const said = new Map(locales.map((locale) => [locale, new Set(Object.values(shared).flatMap((each) => (typeof each === 'object' && each !== null && locales.every((one) => one in each) ? sentences(Reflect.get(each, locale)) : [])))]))
const onlyIn = (locale: (typeof locales)[number]): Set<string> => said.get(locale)!.difference(said.get(locale === 'en' ? 'es-MX' : 'en')!)
const headed = (page: Page): Promise<string[]> => page.locator('h1, h2, h3, th, legend, label, summary, button, nav a, .button, .tile span').evaluateAll((found) => found.map((each) => (each.textContent ?? '').trim()))

// Of a kind: what differs in nothing but whom it is about.
const kindOf = (href: string): string => href.replace(/\?.*/, '').replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/, ':id')
const isPage = (href: string): boolean => /^\/console(\/|$|\?)/.test(href) && !/\/(media|archive|live)(\/|$|\?)|\.(csv|json|yaml|ics)|\/sign-/.test(href)
const hrefs = (page: Page, within: string): Promise<string[]> => page.locator(`${within} a[href]`).evaluateAll((links) => links.map((link) => (link.getAttribute('href') ?? '').replace(/#.*/, '')))

describe.each(locales)('in %s', (locale) => {
  test('every page fits, can be used by all, speaks one language, and complains of nothing', async () => {
    const context = await browser.newContext({ locale, timezoneId: 'America/Mexico_City', reducedMotion: 'reduce' })
    const page = await pageOf(context)
    await enter(page)
    const left = [...new Set(await hrefs(page, 'header nav'))]
    expect(left.length).toBeGreaterThan(9)
    const seen = new Set(left.map(kindOf))
    for (let path = left.shift(); path !== undefined; path = left.shift()) {
      await open(page, path)
      const name = `${kindOf(path).replace(/^\/console\/?/, '').replaceAll(/[/:.]+/g, '-') || 'today'}-${locale}`
      expect([path, await page.locator('html').getAttribute('lang'), await page.locator('h1').count()]).toEqual([path, locale, 1])
      const foreign = onlyIn(locale === 'en' ? 'es-MX' : 'en')
      expect([path, (await headed(page)).filter((text) => foreign.has(text))]).toEqual([path, []])
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme })
        await looksFine(page, `${path} ${colorScheme}`)
        if (shots) await shoot(page, name, colorScheme)
      }
      for (const href of (await hrefs(page, 'main')).filter(isPage)) {
        if (seen.has(kindOf(href))) continue
        seen.add(kindOf(href))
        left.push(href)
      }
    }
    for (const kind of ['/console/conversations/:id', '/console/conversations/:id/visits', '/console/figures/conversations', '/console/privacy/registers']) expect(seen).toContain(kind)
    await context.close()
  })
})

const shoot = async (page: Page, name: string, colorScheme: string): Promise<void> => {
  mkdirSync(shots!, { recursive: true })
  for (const width of [1280, 390]) {
    await page.setViewportSize({ width, height: 860 })
    await page.screenshot({ path: `${shots}/${name}-${colorScheme}-${width}.png`, fullPage: true, animations: 'disabled' })
  }
}

test('somebody works a conversation on a phone, by the keyboard alone where they like: menu, language, search, visit', async () => {
  const context = await browser.newContext({ locale: 'es-MX', timezoneId: 'America/Mexico_City', viewport: { width: 390, height: 780 }, reducedMotion: 'reduce' })
  const page = await pageOf(context)
  await page.goto(`${stage.url}/console/sign-in`)
  await page.getByRole('button', { name: 'EN, English' }).click()
  await page.getByRole('heading', { name: 'Sign in to your console' }).waitFor()
  await page.getByRole('button', { name: 'ES, español' }).click()
  await page.getByRole('heading', { name: 'Entra a tu consola' }).waitFor()
  await enter(page)
  await page.locator('.menu summary').focus()
  await page.keyboard.press('Enter')
  await looksFine(page, 'the menu')
  await page.setViewportSize({ width: 390, height: 780 })
  await page.keyboard.press('Escape')
  await page.getByRole('link', { name: 'Conversaciones', exact: true }).waitFor({ state: 'hidden' })
  await page.keyboard.press('Enter')
  await page.getByRole('link', { name: 'Conversaciones', exact: true }).focus()
  await page.keyboard.press('Enter')
  await page.waitForURL(/\/console\/conversations$/)

  await page.fill('#who', 'nadie que exista')
  await page.getByRole('button', { name: 'Buscar' }).click()
  await page.getByText('No encontré a nadie así').waitFor()
  expect([await page.inputValue('#who'), page.url()]).toEqual(['nadie que exista', `${stage.url}/console/conversations`])
  await looksFine(page, 'nothing found')
  await page.fill('#who', 'hernandez echeverria')
  await page.getByRole('button', { name: 'Buscar' }).click()
  await page.getByText('Encontré 1 conversación').waitFor()
  await looksFine(page, 'found by name')
  await page.fill('#who', '(55) 1240-0000')
  await page.getByRole('button', { name: 'Buscar' }).click()
  await page.getByRole('heading', { level: 1, name: 'Ana Torres' }).waitFor()

  await page.getByText('Visitas (1)').click()
  await looksFine(page, 'the visits of a conversation')
  await page.getByRole('link', { name: 'Cambiar horario' }).click()
  await page.getByRole('radio').last().check()
  await looksFine(page, 'times to choose from')
  await page.getByRole('button', { name: 'Cambiar', exact: true }).click()
  await page.getByText(/^Visita cambiada:/).waitFor()
  await page.getByRole('button', { name: 'EN, English' }).click()
  await page.getByText('Visits (1)').click()
  await page.getByText('Cancel the tour').click()
  await page.getByRole('button', { name: 'Yes, cancel it' }).click()
  await page.getByText('The visit is cancelled.').waitFor()
  await page.getByText('Book a visit').waitFor()
  await context.close()
})

if (docs)
  test('pictures for the docs', async () => {
    const context = await browser.newContext({ locale: 'es-MX', timezoneId: 'America/Mexico_City', viewport: { width: 1280, height: 800 }, reducedMotion: 'reduce' })
    const page = await pageOf(context)
    await enter(page)
    for (const [name, path] of [['console-today', '/console'], ['console-conversations', '/console/conversations'], ['console-integrations', '/console/connections'], ['console-review', '/console/queue'], ['console-catalogue', '/console/catalogue'], ['console-value', '/console/value']] as const) {
      await open(page, path)
      await page.screenshot({ path: `${docs}${name}.png`, animations: 'disabled' })
    }
    await page.setViewportSize({ width: 390, height: 780 })
    await open(page, '/console')
    await page.screenshot({ path: `${docs}console-phone.png`, animations: 'disabled' })
    await context.close()
  })

test('no page complained in the browser', () => {
  expect(faults).toEqual([])
})
