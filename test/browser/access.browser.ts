import { createServer, type Server } from 'node:http'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { chromium, type Browser, type Page } from 'playwright-core'
import { makeAuth } from '../lab/auth/server.ts'
import { openServer, type LabServer } from '../lab/server.ts'
import { fakeClock } from '../support/clock.ts'
import { testHouse, type TestHouse } from '../support/house.ts'
import { portOf } from '../support/http-stage.ts'
import { looksFine } from '../support/look.ts'

// People and keys in a real browser, and the way in by the company's own sign-in, which is another site.
const clock = fakeClock()
const client = { clientId: 'portero-console', clientSecret: 'la-clave-de-la-consola' }
const who = 'ana@casas.example'
let server: Server
let house: TestHouse
let lab: LabServer
let url = ''
let browser: Browser
const faults: string[] = []

beforeAll(async () => {
  server = createServer((request, response) => house.doors(request, response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()))
  url = `http://localhost:${portOf(server)}`
  const auth = makeAuth({ clock, apps: [{ vendor: 'oidc', ...client }], people: [who], redirectUrl: () => `${url}/console/sign-in/company/callback`, scopes: [], claimsOf: () => ({ groups: ['jefes'] }) })
  lab = await openServer({ clock, port: 0, simulators: [], mounted: auth })
  house = await testHouse({ clock, config: { publicBaseUrl: url, oidc: { name: 'Casas', issuer: auth.issuer(), ...client, roleClaim: 'groups', roles: { jefes: 'admin' }, domains: ['casas.example'], scopes: ['openid', 'email'] } } })
  const { tenant } = house
  await house.putOperator({ tenant, name: 'emergencia', password: 'la-llave-del-patio', role: 'admin' })
  await house.putOperator({ tenant, name: 'maría.guadalupe.de.los.ángeles.hernández-echeverría@urbanhub-administradora.example', password: 'la-llave-del-patio', role: 'officer' })
  await house.toolKeys.make({ tenant, name: 'bird', scopes: ['escalations:write', 'homes:read', 'leads:write', 'messages:write', 'privacy:write', 'tours:read', 'tours:write'] })
  browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--headless', '--no-sandbox', '--disable-gpu'] })
}, 60_000)
afterAll(async () => {
  await browser?.close()
  server?.close()
  server?.closeAllConnections()
  await house?.end()
  await lab?.close()
})

const entered = async (colorScheme: 'light' | 'dark'): Promise<Page> => {
  const context = await browser.newContext({ colorScheme, locale: 'es-MX', timezoneId: 'America/Mexico_City' })
  const page = await context.newPage()
  page.setDefaultTimeout(15_000)
  page.on('pageerror', (fault) => faults.push(fault.message))
  await page.goto(`${url}/console/access`)
  await looksFine(page, `sign-in-${colorScheme}`)
  await page.getByRole('link', { name: 'Entrar con Casas' }).click()
  expect(new URL(page.url()).hostname).toBe('127.0.0.1')
  await page.locator('button[value="yes"]').first().click()
  await page.waitForURL(/\/console\/access$/)
  return page
}

test.each(['light', 'dark'] as const)('somebody comes in from another site, and sees people and keys, in %s', async (theme) => {
  const page = await entered(theme)
  await page.getByRole('heading', { name: 'Personas y llaves' }).waitFor()
  await looksFine(page, `access-${theme}`)
  await page.context().close()
})

test('a key is changed without a gap, by hand', async () => {
  const page = await entered('light')
  await page.getByRole('button', { name: 'Cambiar' }).first().click()
  expect(await page.locator('code').first().textContent()).toMatch(/^portero_tool_/)
  await looksFine(page, 'fresh-key')
  await page.getByRole('link', { name: 'Ya la copié' }).click()
  await page.getByRole('link', { name: 'Terminar' }).first().click()
  await looksFine(page, 'end-key')
  await page.getByRole('button', { name: 'Sí, terminarla' }).click()
  await page.getByText('Listo: esa llave ya no sirve.').waitFor()
  expect(await page.getByRole('button', { name: 'Cambiar' }).count()).toBe(1)
  expect(faults).toEqual([])
  await page.context().close()
})
