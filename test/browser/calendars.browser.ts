import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { chromium, type Browser, type Page } from 'playwright-core'
import { looksFine } from '../support/look.ts'
import { mariana, openOauth, type OauthStage } from '../support/oauth-stage.ts'
import { openVisit, type VisitStage } from '../support/visit-stage.ts'

// Calendars in a real browser: an admin connects one and disconnects it, and an agent moves a visit in the lab's.
let stage: OauthStage
let visits: VisitStage
let browser: Browser
const faults: string[] = []

beforeAll(async () => {
  stage = await openOauth()
  visits = await openVisit(undefined, { calendars: true })
  browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--headless', '--no-sandbox', '--disable-gpu'] })
}, 60_000)
afterAll(async () => {
  await browser?.close()
  await visits?.end()
  await stage?.end()
})

const opened = async (colorScheme: 'light' | 'dark'): Promise<Page> => {
  const context = await browser.newContext({ colorScheme, locale: 'es-MX', timezoneId: 'America/Mexico_City' })
  const page = await context.newPage()
  page.setDefaultTimeout(15_000)
  page.on('pageerror', (fault) => faults.push(fault.message))
  return page
}
const entered = async (theme: 'light' | 'dark'): Promise<Page> => {
  const page = await opened(theme)
  await page.goto(`${stage.url}/console/sign-in?next=/console/connections`)
  await page.fill('#name', 'ana')
  await page.fill('#password', 'la-llave-del-patio')
  await page.click('button.main')
  await page.waitForURL(/console\/connections/)
  return page
}
const rowOf = (page: Page, name: string) => page.locator('tr', { hasText: name })

test.each(['light', 'dark'] as const)('the connections look as they should, with nothing connected, in %s', async (theme) => {
  const page = await entered(theme)
  await page.getByText('Calendarios de asesores').waitFor()
  await looksFine(page, `connections-${theme}`)
  await page.context().close()
})

test('an admin connects an agent’s calendar with one press, sees it work, and disconnects it', async () => {
  const page = await entered('light')
  await rowOf(page, mariana).getByText('Google Calendar').click()
  await page.waitForURL(/\/auth\/interaction\//)
  await page.getByRole('button', { name: 'Permitir', exact: true }).click()
  await page.waitForURL(/came=connected/)
  await page.getByText('Listo: quedó conectado').waitFor()
  await stage.house.worker.settle()
  await page.reload()
  await rowOf(page, mariana).getByText('Funciona').waitFor()
  await looksFine(page, 'connected')

  await rowOf(page, mariana).getByText('Desconectar').click()
  await page.getByRole('heading', { name: '¿Desconectar Google Calendar?' }).waitFor()
  await looksFine(page, 'confirm')
  await page.getByRole('button', { name: 'Sí, desconectar' }).click()
  await page.getByText('Listo: ya no está conectado.').waitFor()
  await rowOf(page, mariana).getByText('Sin conectar').waitFor()
  await page.context().close()
}, 60_000)

test('a visit stands in the lab’s calendars, and whoever moves it there moves it', async () => {
  const number = '+525512345678'
  for (const text of ['Hola', 'Busco depa de 2 recámaras en la Narvarte, presupuesto 30000', 'la 1', 'el 2']) await visits.say(number, text)
  await visits.follow()
  const page = await opened('dark')
  await page.goto(`${visits.lab.url}/calendars`)
  const event = page.locator('[data-event]', { hasText: 'Visita de Portero' })
  await event.waitFor()
  await looksFine(page, 'lab-calendars')
  const before = await visits.house.db.bare.selectFrom('tour').select('starts_at').where('status', '=', 'confirmed').executeTakeFirstOrThrow()
  await event.getByRole('button', { name: 'Una hora después' }).click()
  await page.waitForLoadState('networkidle')
  await visits.follow(5_000)
  const after = await visits.house.db.bare.selectFrom('tour').select('starts_at').where('status', '=', 'confirmed').executeTakeFirstOrThrow()
  expect(after.starts_at - before.starts_at).toBe(3_600_000)
  await page.context().close()
}, 60_000)

test('nothing went wrong in any page', () => expect(faults).toEqual([]))
