import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { sql } from 'kysely'
import type { Browser, Page } from 'playwright-core'
import { hearMessage } from '@portero/tool-server/actions/hear-message.ts'
import { openConsoleBrowser, type ConsoleBrowser } from '../support/console-browser.ts'
import { passwords, type ConsoleStage } from '../support/console-stage.ts'
import { looksFine } from '../support/look.ts'

// The console's page on who is who, in a real browser, with nothing on it and with much.
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
}, 60_000)
afterAll(() => opened?.end())

let heard = 0
const fill = async (): Promise<void> => {
  const connection = (await stage.house.connection('tiny')).id
  const hear = async (contact: { id: string; phone?: string; whatsapp?: string; name?: string }): Promise<void> => {
    stage.house.clock.advance(1_000)
    await stage.house.acting.as({ tenant: stage.house.tenant, by: 'system' }, 'all')(hearMessage, { connection, message: `m-${++heard}`, conversation: `cv-${contact.id}`, contact, body: { kind: 'text', text: 'hola' }, at: stage.house.clock.now() })
  }
  const names = ['Ana Torres', 'María Guadalupe de los Ángeles Hernández-Echeverría y Montemayor', 'Luis']
  for (const [n, name] of names.entries()) {
    await hear({ id: `a${n}`, phone: `+52551000000${n}`, whatsapp: `MX.a${n}`, name })
    await hear({ id: `b${n}`, phone: `+52561000000${n}`, whatsapp: `MX.b${n}`, name: name.toUpperCase() })
    await hear({ id: `b${n}`, phone: `+52551000000${n}`, whatsapp: `MX.b${n}` })
  }
}
const entered = async (colorScheme: 'light' | 'dark'): Promise<Page> => {
  const context = await browser.newContext({ colorScheme, locale: 'es-MX', timezoneId: 'America/Mexico_City' })
  const page = await context.newPage()
  page.setDefaultTimeout(15_000)
  page.on('pageerror', (fault) => faults.push(fault.message))
  await page.goto(`${url}/console/sign-in?next=/console/people`)
  await page.fill('#name', 'admin')
  await page.fill('#password', passwords.admin)
  await page.click('button.main')
  await page.waitForURL(/people/)
  return page
}

test.each(['light', 'dark'] as const)('with nothing to decide it says so, in %s', async (theme) => {
  const page = await entered(theme)
  await page.getByText('Nada por decidir').waitFor()
  await looksFine(page, `empty-${theme}`)
  await page.context().close()
})

describe('with pairs', () => {
  beforeAll(fill)
  test.each(['light', 'dark'] as const)('people are joined and taken apart by hand, in %s', async (theme) => {
    const page = await entered(theme)
    await looksFine(page, `pairs-${theme}`)
    await page.getByRole('button', { name: 'Es la misma persona' }).first().click()
    await page.getByText('Listo: ahora es una sola persona').waitFor()
    await looksFine(page, `joined-${theme}`)
    await page.getByRole('button', { name: 'Deshacer' }).first().click()
    await page.getByText('Listo: vuelven a ser dos').waitFor()
    await page.fill('#one', 'nadie')
    await page.fill('#other', '5510000000')
    await page.getByRole('button', { name: 'Comparar' }).click()
    await page.getByText('no parece un número').waitFor()
    expect(await page.inputValue('#one')).toBe('nadie')
    await looksFine(page, `wrong-${theme}`)
    expect((await sql`select 1 from merge where state = 'merged'`.execute(stage.house.db.bare)).rows).toEqual([])
    await page.context().close()
  })
})

test('no page complained in the browser', () => {
  expect(faults).toEqual([])
})
