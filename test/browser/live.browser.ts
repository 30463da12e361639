import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { hearMessage } from '@portero/tool-server/actions/hear-message.ts'
import { openConsoleBrowser, type ConsoleBrowser } from '../support/console-browser.ts'
import { passwords } from '../support/console-stage.ts'

// An open page of the console is told what happens, by a stream; where no stream comes through, it asks.
let opened: ConsoleBrowser
beforeAll(async () => {
  opened = await openConsoleBrowser()
}, 60_000)
afterAll(() => opened?.end())

test('what a prospect writes stands on the open page, without being asked for; and after the stream has ended, by asking', async () => {
  const { stage, browser, url } = opened
  const { clock } = stage.house
  const connection = (await stage.house.connection('tiny')).id
  let heard = 0
  const hear = async (text: string): Promise<void> => {
    clock.advance(1_000)
    await stage.house.acting.as({ tenant: stage.house.tenant, by: 'system' }, 'all')(hearMessage, { connection, message: `m-${++heard}`, conversation: 'cv-1', contact: { id: 'a', phone: '+525510000001', name: 'Ana Torres' }, body: { kind: 'text', text }, at: clock.now() })
  }
  await hear('hola')
  const page = await (await browser.newContext({ locale: 'es-MX' })).newPage()
  page.setDefaultTimeout(10_000)
  const asked: string[] = []
  page.on('request', (request) => void (request.url().includes('/console/live/') && asked.push(request.resourceType())))
  await page.goto(`${url}/console/sign-in?next=/console/conversations`)
  await page.fill('#name', 'admin')
  await page.fill('#password', passwords.admin)
  await page.click('button.main')
  await page.getByText('Ana Torres').click()
  await page.getByText('hola').first().waitFor()
  const stopped = { yes: false }
  const time = (async () => {
    while (!stopped.yes) {
      clock.advance(100)
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  })()
  try {
    asked.length = 0
    await hear('¿sigue libre el departamento?')
    await page.getByText('¿sigue libre el departamento?').waitFor()
    expect(asked).toEqual([])
    stage.close()
    await hear('¿hola?')
    await page.getByText('¿hola?').waitFor()
    expect(asked).toContain('fetch')
  } finally {
    stopped.yes = true
    await time
  }
}, 60_000)
