import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { cardWords } from '@portero/shared/words-cards.ts'
import { chromium, type Browser, type Locator, type Page } from 'playwright-core'
import { sampleOf } from '../lab/bird/samples.ts'
import { root, until } from '../support/process.ts'
import { openVisit, type VisitStage } from '../support/visit-stage.ts'

// A prospect at their phone and a leasing agent at HubSpot, in a real browser: what is said on one side is seen on the other.
// SCREENSHOTS=1 renews the phone's of the docs.
const flags = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync']
const words = cardWords['es-MX']
const number = '+525512345678'
const patienceMs = 15_000
let stage: VisitStage
let browser: Browser
let phone: Page
let desk: Page
const faults: string[] = []

beforeAll(async () => {
  stage = await openVisit()
  browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: flags })
  phone = await opened(390, 844)
  desk = await opened(1280, 860)
  await phone.goto(`${stage.lab.url}/phone?number=${encodeURIComponent(number)}`)
  await until('the bundles', async () => /"ready"/.test(await (await fetch(`${stage.lab.url}/_cards`)).text()), 300_000)
}, 360_000)
afterAll(async () => {
  await browser?.close()
  await stage?.end()
})

const opened = async (width: number, height: number): Promise<Page> => {
  const made = await (await browser.newContext({ viewport: { width, height }, locale: 'es-MX', timezoneId: 'America/Mexico_City' })).newPage()
  made.setDefaultTimeout(patienceMs)
  made.on('pageerror', (fault) => faults.push(fault.message))
  made.on('console', (line) => line.type() === 'error' && faults.push(line.text()))
  return made
}
const messages = () => stage.lab.bird.phone.messages(number)
const bubbles = (): Locator => phone.locator('#talk .bubble:not(:has(.dots))')
// Whatever is done at the phone, and what came of it there.
const after = async (deed: () => Promise<unknown>): Promise<string[]> => {
  const before = messages().length
  await deed()
  await until('it to be sent', () => messages().length > before, patienceMs)
  await stage.follow()
  await until('the phone to show it all', async () => (await bubbles().count()) === messages().length, patienceMs)
  const shown = await bubbles().evaluateAll((all) => all.map((one: { querySelector(what: string): { textContent: string } | null }) => one.querySelector('p')?.textContent ?? ''))
  return shown.slice(before + 1)
}
const say = (text: string): Promise<string[]> => after(async () => (await phone.fill('#text', text), await phone.press('#text', 'Enter')))
const lastList = (): Locator => phone.locator('#talk details.choices').last()
const press = (at: number): Promise<string[]> => after(async () => (await lastList().locator('summary').click(), await lastList().locator('button').nth(at).click()))
const pressButton = (label: string): Promise<string[]> => after(() => phone.locator('#talk .choices').last().getByRole('button', { name: label }).click())
const meetings = () => stage.lab.hubspot.state().meetings.map(({ properties }) => [properties['hs_meeting_start_time'], properties['hs_meeting_outcome']])

describe('a prospect', () => {
  test('is told first whom they are talking to, and what becomes of their data', async () => {
    const [notice, question, ...more] = await say('Hola')
    expect(notice).toMatch(/asistente virtual de UrbanHub[\s\S]*BAJA[\s\S]*\/aviso$/)
    expect([question, more]).toEqual([expect.stringMatching(/^¿Qué buscas\?/), []])
  })
  test('books a visit by pressing what is offered', async () => {
    expect(await say('Busco depa de 2 recámaras en la Narvarte, presupuesto 30000')).toEqual([expect.stringMatching(/^Encontré/)])
    expect(await press(0)).toEqual([expect.stringMatching(/horario libre/)])
    expect(await press(1)).toEqual([expect.stringMatching(/^Listo, tu visita a .+ quedó para el .+\.$/)])
    expect(meetings()).toEqual([[expect.any(String), 'SCHEDULED']])
    await shoot()
  })
  test('moves it', async () => {
    const [[before]] = meetings() as [[string]]
    expect(await say('¿Me cambias la visita de día, por favor?')).toEqual([expect.stringMatching(/^¿Para cuándo la movemos\?/)])
    expect(await press(2)).toEqual([expect.stringMatching(/^Listo, cambié tu visita a /)])
    expect(meetings()).toEqual([[expect.not.stringMatching(before), 'SCHEDULED']])
  })
  test('cancels it, once it is clear that they mean the visit', async () => {
    expect(await say('cancelar')).toEqual(['¿Qué quieres cancelar, tu visita o los mensajes que te mandamos?'])
    expect(await pressButton('Cancelar mi visita')).toEqual([expect.stringMatching(/^Cancelé tu visita a .+ ¿La movemos mejor\?/)])
    expect(meetings()).toEqual([[expect.any(String), 'CANCELED']])
  })
  test('sends a photo', async () => {
    await after(() => phone.locator('#file').setInputFiles({ name: 'sala.png', mimeType: 'image/png', buffer: sampleOf('image').bytes }))
    await until('the photo to be seen', () => phone.locator('.bubble.out img').last().evaluate((image: { naturalWidth: number }) => image.naturalWidth > 1))
  })
})

describe('a leasing agent, from the card', () => {
  const talk = (): Locator => desk.locator('#page-ConversationCard')
  test('reads all of it, the photo too', async () => {
    const { id } = stage.lab.hubspot.state().contacts.find(({ properties }) => properties['phone'] === number)!
    await desk.goto(`${stage.lab.url}/record/contact/${id}`)
    for (const said of ['usará tu nombre, teléfono y mensajes', 'Listo, cambié tu visita', 'Cancelé tu visita']) await talk().getByText(said).first().waitFor()
    await until('the photo to be seen', () => talk().locator('img').last().evaluate((image: { naturalWidth: number }) => image.naturalWidth > 1))
  })
  test('takes over, and the bot is silent', async () => {
    await talk().getByRole('button', { name: words.takeOver }).click()
    await talk().getByText(words.state.human).first().waitFor()
    await stage.follow()
    expect(await say('¿Aceptan mascotas grandes?')).toEqual([])
  })
  test('answers, and the phone shows it', async () => {
    await talk().getByText('¿Aceptan mascotas grandes?').waitFor({ timeout: 30_000 }) // the card asks every twenty seconds
    await after(async () => {
      await talk().getByLabel(words.reply).fill('Hola, soy Sofía. Sí, con un depósito extra.')
      await talk().getByRole('button', { name: words.send, exact: true }).click()
      await until('the answer to leave', async () => (await stage.follow(0), messages().at(-1)?.text.includes('soy Sofía')), patienceMs)
    })
    expect(await bubbles().last().innerText()).toContain('Hola, soy Sofía. Sí, con un depósito extra.')
  })
  test('gives it back, and the bot answers again', async () => {
    await talk().getByRole('button', { name: words.giveBack }).click()
    await talk().getByText(words.state.bot).first().waitFor()
    await stage.follow()
    expect(await say('hola')).toEqual([expect.stringMatching(/^¿Qué buscas\?/)])
  })
})

describe('somebody who wants no more messages', () => {
  test('is told goodbye, once', async () => {
    expect(await say('BAJA')).toEqual([expect.stringMatching(/ya no te vamos a escribir/)])
  })
  test('hears nothing from then on, whatever they write', async () => {
    expect(await say('hola')).toEqual([])
    expect(await say('BAJA')).toEqual([])
  })
})

test('no page complained in the browser', () => {
  expect(faults).toEqual([])
})

const shoot = async (): Promise<void> => {
  if (process.env['SCREENSHOTS'] !== '1') return
  mkdirSync(join(root, 'docs/img'), { recursive: true })
  await phone.screenshot({ path: join(root, 'docs/img/phone.png'), animations: 'disabled' }) // what is new glows for a while
}
