import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core'
import { sampleOf } from '../lab/bird/samples.ts'
import { openPhone, pressable, type PhoneStage } from '../support/phone-stage.ts'
import { until } from '../support/process.ts'

// Somebody's WhatsApp at the lab, in a real browser as wide as a phone: all of it by keyboard, too.
const flags = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync']
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const number = '+525512345678'
let stage: PhoneStage
let browser: Browser
let page: Page
const faults: string[] = []

const opened = async (how: BrowserContextOptions = {}): Promise<Page> => {
  const made = await (await browser.newContext({ viewport: { width: 390, height: 844 }, locale: 'es-MX', timezoneId: 'America/Mexico_City', ...how })).newPage()
  made.setDefaultTimeout(15_000)
  made.on('pageerror', (fault) => faults.push(fault.message))
  made.on('console', (line) => line.type() === 'error' && faults.push(line.text()))
  await made.goto(`${stage.url}/phone?number=${encodeURIComponent(number)}`)
  return made
}
beforeAll(async () => {
  stage = await openPhone()
  stage.bird.phone.write(number, { text: 'Hola' })
  await stage.bird.silent()
  browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: flags })
  page = await opened()
}, 60_000)
afterAll(async () => {
  await browser?.close()
  await stage?.close()
})
const heard = () => stage.bird.phone.messages(number).filter(({ from }) => from === 'me')
const hears = (what: string, fits: (last: ReturnType<typeof heard>[number]) => boolean): Promise<unknown> => until(what, async () => fits(heard().at(-1)!), 15_000)

describe('the phone', () => {
  test('has buttons and rows that are pressed with the keyboard', async () => {
    const question = await stage.sends(number, { type: 'text', text: { text: '¿Confirmas tu visita?', actions: [pressable('Sí, confirmo', 'yes'), pressable('No puedo', 'no')] } })
    await page.locator(`#press-${question}-0`).focus()
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await hears('the answer', ({ text, quotes }) => text === 'No puedo' && quotes === '¿Confirmas tu visita?')
    const list = await stage.sends(number, { type: 'list', list: { text: 'Elige una hora', items: ['lunes 10:00', 'lunes 11:00'].map((hour) => ({ title: hour, description: 'Roma Norte 302', actions: [pressable(hour, hour)] })), metadata: { button: { label: 'Ver horarios' } } } })
    await page.locator(`#list-${list} summary`).focus()
    await page.keyboard.press('Enter')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await hears('the row', ({ text }) => text === 'lunes 11:00')
  })
  test('sends a photo, a voice note and a document of one\'s own, and says when one is too big', async () => {
    const send = (name: string, mimeType: string, buffer: Buffer) => page.locator('#file').setInputFiles({ name, mimeType, buffer })
    await send('sala.png', 'image/png', sampleOf('image').bytes)
    await hears('the photo', ({ media }) => media?.kind === 'image')
    await until('the photo to be seen', () => page.locator('.bubble.out img').last().evaluate((image: { naturalWidth: number }) => image.naturalWidth > 1))
    await send('nota.ogg', 'audio/ogg', sampleOf('voice').bytes)
    await hears('the voice note', ({ media }) => media?.kind === 'audio')
    await send('ine.pdf', 'application/pdf', sampleOf('file').bytes)
    await hears('the document', ({ media }) => media?.kind === 'file' && media.name === 'ine.pdf')
    const before = heard().length
    await send('grande.pdf', 'application/pdf', Buffer.alloc(5 * 2 ** 20 + 1))
    await until('the complaint', async () => (await page.locator('.composer.away').getAttribute('data-away'))?.includes('pesa demasiado'))
    expect(heard()).toHaveLength(before)
  })
  test('sends where one is and a sticker from a menu that the keyboard opens and closes', async () => {
    await page.locator('.attach summary').focus()
    await page.keyboard.press('Enter')
    await page.keyboard.press('Escape')
    expect(await page.locator('.attach[open]').count()).toBe(0)
    await page.keyboard.press('Enter')
    await page.locator('#send-location').press('Enter')
    await hears('the place', ({ place }) => place?.label.startsWith('Roma Norte') ?? false)
    await page.locator('.attach summary').press('Enter')
    await page.locator('#send-sticker').press('Enter')
    await hears('the sticker', ({ media }) => media?.kind === 'image')
    expect(await page.locator('.attach[open]').count()).toBe(0)
  })
  test.each([['light', 'es-MX', 390], ['dark', 'en', 390], ['light', 'en', 1280]] as const)('is for everybody: %s, %s, %d px', async (colorScheme, locale, width) => {
    const look = await opened({ colorScheme, locale, viewport: { width, height: 844 }, bypassCSP: true })
    await look.locator('.attach summary').click()
    await look.locator('details.choices summary').last().click()
    await look.addScriptTag({ content: axe })
    const { violations } = await look.evaluate<{ violations: { id: string; nodes: { html: string }[] }[] }>('axe.run({ runOnly: ["wcag2a", "wcag2aa", "wcag21aa"] })')
    expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`)).toEqual([])
    expect(await look.evaluate('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(0)
    await look.close()
  })
  test('asks nothing of anybody else, and nothing breaks', () => expect(faults).toEqual([]))
})
