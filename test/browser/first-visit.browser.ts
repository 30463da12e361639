import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { chromium, type Browser, type Page } from 'playwright-core'
import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { cleanUp, freePort, freshDir, root, start, until } from '../support/process.ts'

// What a newcomer does on a fresh clone, in a real browser: chat on the lab's phone until a visit is booked, watch HubSpot's record grow, stop a vendor and see it recover, look into the console.
// SCREENSHOTS=1 renews those of the README.
const flags = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync']
const known = z.strictObject({ baseUrl: z.string(), labUrl: z.string(), toolKey: z.string(), console: z.strictObject({ user: z.string(), password: z.string() }), phone: z.string(), conversationId: z.string() })
const patienceMs = 15_000
let browser: Browser
let page: Page
let lab: z.infer<typeof known>
const faults: string[] = []

beforeAll(async () => {
  const [port, labPort, dataDir] = [await freePort(), await freePort(), freshDir()]
  const server = start('node', ['tool-server/main.ts'], { env: { PORT: String(port), LAB_PORT: String(labPort), DATA_DIR: dataDir, LOG_LEVEL: 'warn' } })
  lab = await until('lab.json', () => read(join(dataDir, 'lab.json')) ?? (server.isRunning() ? undefined : Promise.reject(new Error(server.err()))))
  browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: flags })
  page = await (await browser.newContext({ viewport: { width: 1280, height: 860 }, locale: 'es-MX', timezoneId: 'America/Mexico_City' })).newPage()
  page.setDefaultTimeout(patienceMs)
  page.on('pageerror', (fault) => faults.push(fault.message))
  page.on('console', (line) => line.type() === 'error' && faults.push(line.text()))
}, 60_000)
afterAll(async () => {
  await browser?.close()
  await cleanUp()
})

const read = (file: string): z.infer<typeof known> | undefined => {
  try {
    return known.parse(JSON.parse(readFileSync(file, 'utf8')))
  } catch {
    return undefined // not yet, or half of it
  }
}
const shoot = async (name: string): Promise<void> => {
  if (process.env['SCREENSHOTS'] !== '1') return
  mkdirSync(join(root, 'docs/img'), { recursive: true })
  await page.screenshot({ path: join(root, `docs/img/${name}.png`) })
}
const bubbles = (): Promise<number> => page.locator('#talk .bubble:not(.out) p').count()
// answers: how many messages come back; the first time the notice goes before the answer.
const say = async (text: string, answers = 1): Promise<string> => {
  const before = await bubbles()
  await page.fill('#text', text)
  await page.press('#text', 'Enter')
  await until(`an answer to "${text}"`, async () => (await bubbles()) >= before + answers, patienceMs)
  return (await page.locator('#talk .bubble:not(.out) p').allTextContents()).slice(before).join('\n')
}
const record = (): Promise<string> => page.locator('#pane-record').innerText()

describe('on the lab home', () => {
  test('a visit is booked by chatting', async () => {
    await page.goto(`${lab.labUrl}/?number=${encodeURIComponent(lab.phone)}`)
    expect(await say('Hola', 2)).toMatch(/asistente virtual/i)
    expect(await say('Busco depa de 2 recámaras en la Narvarte, presupuesto 30000')).toMatch(/^Encontré/)
    expect(await say('la 1')).toMatch(/horario/)
    expect(await say('el 2')).toMatch(/^Listo, tu visita/)
  })
  test('contact, deal, visit and conversation appear beside it', async () => {
    await until('the record', async () => /Visita: [\s\S]*SCHEDULED/.test(await record()) && (await page.locator('#pane-record article').textContent())?.includes('Listo, tu visita'), patienceMs)
    expect(await record()).toMatch(new RegExp(`${lab.phone.replace('+', '\\+')}[\\s\\S]*\\$\\d`))
    await shoot('lab')
  })
  test('HubSpot is stopped, the visit is booked all the same, and the record follows when HubSpot is back', async () => {
    await page.goto(`${lab.labUrl}/?number=${encodeURIComponent('+525587654321')}`)
    await page.click('#switch-hubspot')
    expect(await say('Busco depa de 1 recámara en la Condesa', 2)).toMatch(/opci/)
    expect(await say('la 1')).toMatch(/horario/)
    expect(await say('el 1')).toMatch(/^Listo, tu visita/)
    expect(await record()).not.toContain('+525587654321')
    await shoot('lab-stopped')
    await page.click('#switch-hubspot')
    await until('the record after the break', async () => /\+525587654321[\s\S]*Visita: /.test(await page.locator('#pane-record article').first().innerText()), 60_000)
  }, 90_000)
})

describe('in the console', () => {
  test('one signs in and reads the conversation', async () => {
    await page.goto(`${lab.baseUrl}/console`)
    await page.fill('input[name=name]', lab.console.user)
    await page.fill('input[name=password]', lab.console.password)
    await page.click('form button')
    await page.waitForURL(/\/console$/)
    await page.goto(`${lab.baseUrl}/console/conversations`)
    await page.locator('a[href^="/console/conversations/"]').last().click()
    await page.getByText('Listo, tu visita').first().waitFor()
    await shoot('console')
  })
  test('the queue is empty of dead letters', async () => {
    await page.goto(`${lab.baseUrl}/console/queue`)
    expect((await page.locator('main').innerText()).length).toBeGreaterThan(50)
    await shoot('queue')
  })
})

test('no page complained in the browser', () => {
  expect(faults).toEqual([])
})
