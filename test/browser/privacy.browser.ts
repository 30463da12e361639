import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { chromium, type Browser, type Page } from 'playwright-core'
import { sql } from 'kysely'
import { acceptCase } from '@portero/tool-server/actions/privacy-answer.ts'
import { requestPrivacy } from '@portero/tool-server/actions/request-privacy.ts'
import { passwords } from '../support/console-stage.ts'
import { looksFine } from '../support/look.ts'
import { openVisit, type VisitStage } from '../support/visit-stage.ts'

// Somebody asks about their data on the page, and whoever answers for privacy attends to it, in a real browser.
let stage: VisitStage
let browser: Browser
const faults: string[] = []
const number = '+525512470001'
const deletion = 'POST /crm/objects/2026-09/:type/gdpr-delete'

beforeAll(async () => {
  stage = await openVisit()
  await stage.house.putOperator({ tenant: stage.house.tenant, name: 'officer', password: passwords.officer, role: 'officer' })
  browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--headless', '--no-sandbox', '--disable-gpu'] })
}, 60_000)
afterAll(async () => {
  await browser?.close()
  await stage?.end()
})

const opened = async (colorScheme: 'light' | 'dark'): Promise<Page> => {
  const context = await browser.newContext({ colorScheme, locale: 'es-MX', timezoneId: 'America/Mexico_City' })
  const page = await context.newPage()
  page.setDefaultTimeout(15_000)
  page.on('pageerror', (fault) => faults.push(fault.message))
  return page
}

test.each(['light', 'dark'] as const)('a request goes from the page to its answer, in %s', async (theme) => {
  stage.lab.bird.phone.write(number, { text: 'Hola' })
  await stage.follow(1_000)
  const page = await opened(theme)
  await page.goto(`${stage.url}/aviso`)
  await page.getByText('Hacer una solicitud sobre mis datos').click()
  await page.fill('#name', 'Renata Ruiz')
  await page.fill('#contact', '55 1247 0001')
  await page.fill('#details', 'Quiero saber qué tienen de mí.')
  await looksFine(page, `privacidad-${theme}`)
  await page.getByRole('button', { name: 'Enviar solicitud' }).click()
  await page.getByText('Recibimos tu solicitud').waitFor()
  await looksFine(page, `privacidad-done-${theme}`)
  const folio = /P-[0-9A-F]{8}/.exec(await page.content())![0]

  await page.goto(`${stage.url}/console/sign-in?next=/console/privacy`)
  await page.fill('#name', 'officer')
  await page.fill('#password', passwords.officer)
  await page.click('button.main')
  await page.getByText(folio).waitFor()
  await looksFine(page, `desk-${theme}`)
  await page.getByText(folio).click()
  await page.getByText('Termina en 0001').waitFor()
  await page.getByText('Identificar a mano').first().click()
  await page.fill('#proof', 'INE a la vista')
  await page.getByRole('button', { name: 'Identificar a mano' }).click()
  await page.getByText('Listo.').waitFor()
  await looksFine(page, `case-${theme}`)
  await page.getByRole('button', { name: 'Aceptar' }).click()
  await page.getByText('Por hacer efectiva').waitFor()
  await page.getByRole('button', { name: 'Ya se hizo' }).click()
  await page.getByText('Ver constancia').click()
  await page.getByText('Huella de la llave').waitFor()
  await looksFine(page, `certificate-${theme}`)
  await page.goto(`${stage.url}/console/privacy/registers`)
  await looksFine(page, `registers-${theme}`)
  await page.context().close()
}, 120_000)

test.each(['light', 'dark'] as const)('what an erasure left at a vendor is seen on the case and on its certificate, in %s', async (theme) => {
  const { house, lab } = stage
  const mine = theme === 'light' ? '+525512470002' : '+525512470003'
  const { conversationId } = lab.bird.phone.write(mine, { text: 'Hola' })
  await stage.follow(1_000)
  const { rows: [guest] } = await sql<{ id: string; person: string }>`select id, person_id as person from conversation where external_id = ${conversationId}`.execute(house.db.bare)
  const { case: id } = await house.acting.as({ tenant: house.tenant, by: 'prospect', person: guest!.person, conversation: guest!.id }, 'all')(requestPrivacy, { kind: 'cancel' })
  await house.acting.as({ tenant: house.tenant, by: 'staff', user: '00000000-0000-7000-8000-00000000000f' }, 'all')(acceptCase, { case: id, mail: false, eraseAt: stage.clock.now() + 3_600_000 })
  lab.hubspot.fault({ on: deletion, fault: 'away', times: 1_000 })
  stage.clock.advance(3_600_000)
  await stage.follow(2_000)
  const page = await opened(theme)
  await page.goto(`${stage.url}/console/sign-in?next=/console/privacy/${id}`)
  await page.fill('#name', 'officer')
  await page.fill('#password', passwords.officer)
  await page.click('button.main')
  await page.getByText('Falta una respuesta').waitFor()
  await looksFine(page, `erasing-${theme}`)
  lab.hubspot.clearFaults()
  lab.hubspot.controls.refuse({ with: 'scopes', on: 'POST /crm/v3/objects/:type/gdpr-delete' })
  stage.clock.advance(1_800_000)
  await stage.follow(3_000)
  await page.reload()
  await page.getByText('Algo sigue en otro sistema').waitFor()
  await looksFine(page, `left-${theme}`)
  await page.getByText('Ver constancia').click()
  await page.getByText('hubspot contacto · 1').waitFor()
  await looksFine(page, `certificate-left-${theme}`)
  await page.context().close()
}, 120_000)

test('nothing went wrong in any page', () => expect(faults).toEqual([]))
