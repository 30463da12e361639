import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { chromium, type Browser, type Page } from 'playwright-core'
import { renamePerson } from '@portero/tool-server/store/crm-adopt.ts'
import { passwords } from '../support/console-stage.ts'
import { openCrm, type CrmStage } from '../support/crm-stage.ts'
import { looksFine } from '../support/look.ts'

// The console's page on what the sync with HubSpot leaves to people, in a real browser, with nothing on it and with much.
let stage: CrmStage
let browser: Browser
const faults: string[] = []

beforeAll(async () => {
  stage = await openCrm()
  await stage.house.putOperator({ tenant: stage.house.tenant, name: 'admin', password: passwords.admin, role: 'admin' })
  browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--headless', '--no-sandbox', '--disable-gpu'] })
}, 60_000)
afterAll(async () => {
  await browser?.close()
  await stage?.end()
})

const controls = (): CrmStage['lab']['hubspot']['controls'] => stage.lab.hubspot.controls
const fill = async (): Promise<void> => {
  const names = [['Ana', 'Torres'], ['María Guadalupe de los Ángeles', 'Hernández-Echeverría y Montemayor'], ['Luis', 'Paz']]
  for (const [n, [firstname, lastname]] of names.entries()) {
    const number = `+52551230000${n}`
    await stage.say(number, 'Hola')
    await stage.follow()
    const { id } = stage.contactOf(number)
    controls().change({ type: 'contacts', id, properties: { firstname, lastname } })
    controls().create({ type: 'contacts', properties: { phone: number, firstname: 'Rogelio' } })
    await stage.follow()
    const [{ person }] = (await stage.rows<{ person: string }>(`select person_id as person from counterpart where kind = 'contact' and external_id = '${id}'`)) as [{ person: string }]
    await stage.house.db.tx((tx) => renamePerson(stage.house.acting.within(tx, { tenant: stage.house.tenant, by: 'system' }), person, `${firstname} Otro`))
    controls().change({ type: 'contacts', id, properties: { lastname: `${lastname} de León` } })
    controls().change({ type: 'contacts', id, properties: { phone: '+525599998888' } })
    await stage.follow()
  }
}
const entered = async (colorScheme: 'light' | 'dark'): Promise<Page> => {
  const context = await browser.newContext({ colorScheme, locale: 'es-MX', timezoneId: 'America/Mexico_City' })
  const page = await context.newPage()
  page.setDefaultTimeout(15_000)
  page.on('pageerror', (fault) => faults.push(fault.message))
  await page.goto(`${stage.url}/console/sign-in?next=/console/hubspot`)
  await page.fill('#name', 'admin')
  await page.fill('#password', passwords.admin)
  await page.click('button.main')
  await page.waitForURL(/console\/hubspot/)
  return page
}

test.each(['light', 'dark'] as const)('with nothing to decide it says so, in %s', async (theme) => {
  const page = await entered(theme)
  await page.getByText('Ningún contacto por reconocer').waitFor()
  await looksFine(page, `empty-${theme}`)
  await page.context().close()
})

describe('with much', () => {
  beforeAll(fill, 60_000)
  test.each(['light', 'dark'] as const)('people decide, and begin a walk whose bar moves by itself, in %s', async (theme) => {
    const page = await entered(theme)
    await looksFine(page, `much-${theme}`)
    await page.getByRole('button', { name: 'No es' }).first().click()
    await page.getByText('Listo: no es nadie de aquí').waitFor()
    await page.getByRole('button', { name: 'Queda lo de Portero' }).first().click()
    await page.getByText('Listo: quedó lo de Portero.').waitFor()
    await page.getByRole('button', { name: 'Enterado' }).first().click()
    await page.getByText('Listo: queda como está.').waitFor()
    await page.getByRole('link', { name: /^Repasar/ }).click()
    await page.getByText('¿Empezar el repaso?').waitFor()
    await looksFine(page, `sure-${theme}`)
    stage.clock.advance(1_000)
    await page.getByRole('button', { name: 'Empezar' }).click()
    await page.getByText('Por empezar').waitFor()
    await looksFine(page, `begun-${theme}`)
    await stage.follow(10_000)
    await page.getByText('Terminado el').waitFor()
    expect(await page.getAttribute('progress', 'value')).toBe(String(stage.all('contacts').length))
    await looksFine(page, `ended-${theme}`)
    await page.context().close()
  })
})

test('no page complained in the browser', () => {
  expect(faults).toEqual([])
})
