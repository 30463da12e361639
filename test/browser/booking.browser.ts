import { readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { createRequire } from 'node:module'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { bookingWords } from '@portero/shared'
import { bookTour } from '@portero/tool-server/actions/book-tour.ts'
import { holdMs } from '@portero/tool-server/actions/hold-tour.ts'
import type { Subject } from '@portero/tool-server/define.ts'
import type { Catalogue } from '@portero/tool-server/domain/homes.ts'
import { dayOf } from '@portero/tool-server/domain/zones.ts'
import { flows } from '@portero/tool-server/flows/index.ts'
import type { BookingFor } from '@portero/tool-server/store/booking-links.ts'
import { loadCatalogue } from '@portero/tool-server/store/homes.ts'
import { makeOwnReads } from '@portero/tool-server/store/own-reads.ts'
import { sql } from 'kysely'
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core'
import { fakeClock } from '../support/clock.ts'
import { furnish, prospects } from '../support/homes.ts'
import { testHouse, type TestHouse } from '../support/house.ts'
import { portOf } from '../support/http-stage.ts'
import { until } from '../support/process.ts'
import { tinyConnector } from '../support/tiny.ts'

// A prospect books on a small phone, with script and without, in a real browser. The home is in Mexico City, and whoever looks is in Tijuana.
const flags = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync']
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const picture = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64')
const es = bookingWords['es-MX']
const { en } = bookingWords
const minute = 60_000
const long = 'Departamento remodelado de tres recámaras con terraza, bodega y dos lugares de estacionamiento en San Miguel Chapultepec'
const home = (slug: string, title: string, media = ''): string => `{ slug: ${slug}, title: '${title}', unit: '1', bedrooms: 3, bathrooms: 2.5, areaM2: 150, rentMxn: 45000, pets: 'yes', availableFrom: '2026-12-01', requirements: [identificación oficial, comprobante de ingresos de 3 meses, póliza jurídica]${media} }`
const yaml = `buildings:
  - { slug: roma, name: Torre Roma, zone: America/Mexico_City, address: 'Calle Álamo 1, Roma Norte, 06700', neighbourhood: Roma Norte, city: Ciudad de México, homes: [${home('roma-1', long, ", media: [{ kind: photo, url: 'https://fotos.example/sala.png', caption: La sala }]")}] }
  - { slug: solo, name: Torre Sola, zone: America/Mexico_City, address: Calle Dos 2, neighbourhood: Centro, city: Toluca, homes: [${home('solo-1', 'Sin horarios')}] }
agents:
  - { slug: ana, name: Ana Agente, hours: [{ days: [mon, tue, wed, thu, fri, sat], from: '09:00', to: '18:00' }], buildings: [roma] }
`
type Prospect = Subject & { person: string; conversation: string }
let house: TestHouse
let server: Server
let url: string
let browser: Browser
let catalogue: Catalogue
let people: Prospect[]
let who: Prospect
const faults: string[] = []

beforeAll(async () => {
  server = createServer((request, response) => house.doors(request, response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()))
  url = `http://127.0.0.1:${portOf(server)}`
  house = await testHouse({ clock: fakeClock(), flows, connectors: [tinyConnector()], accounts: [{ vendor: 'tiny', account: 'one', settings: { baseUrl: 'http://127.0.0.1:9' } }], config: { publicBaseUrl: url } })
  await furnish(house, yaml)
  catalogue = await loadCatalogue(house.db.bare, house.tenant)
  people = await prospects(house, (await house.connection('tiny')).id, 40)
  browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: flags })
}, 60_000)
afterAll(async () => {
  await browser?.close()
  await house?.end()
  server?.close()
  server?.closeAllConnections()
})
beforeEach(() => {
  who = people.pop()!
  house.clock.advance(minute)
})

const opened = async (how: BrowserContextOptions = {}): Promise<Page> => {
  const context = await browser.newContext({ viewport: { width: 390, height: 844 }, locale: 'es-MX', timezoneId: 'America/Tijuana', ...how })
  const page = await context.newPage()
  page.setDefaultTimeout(15_000)
  page.on('pageerror', (fault) => faults.push(fault.message))
  page.on('console', (line) => line.type() === 'error' && !/status of 4\d\d/.test(line.text()) && faults.push(line.text()))
  await page.route('https://fotos.example/**', (route) => route.fulfill({ contentType: 'image/png', body: picture }))
  return page
}
const linkTo = (wish: BookingFor = { home: 1 }, subject = who): Promise<string> => makeOwnReads({ ...house, publicBaseUrl: url })(house.tenant).handles.bookingUrl({ conversation: subject.conversation, wish })
const toursOf = async ({ person }: Prospect): Promise<{ status: string; startsAt: number }[]> => (await sql<any>`select status, starts_at as "startsAt" from tour where person_id = ${person} order by starts_at`.execute(house.db.bare)).rows
const book = async (subject: Prospect, startsAt: number): Promise<string> => {
  const [{ id, building }, { id: agent }] = [catalogue.homes[0]!, catalogue.agents[0]!]
  const { tour } = await house.acting.as(subject, 'all')(bookTour, { home: id, building: building.id, day: dayOf(building.zone, startsAt), startsAt, endsAt: startsAt + 30 * minute, gapMs: 0, perDay: 8, agents: [agent], elsewhere: { agents: [], from: startsAt, to: startsAt + 1 } })
  return tour!
}
const choose = async (page: Page, nth: number, button = es.hold): Promise<number> => {
  const time = page.locator('.slot time').nth(nth)
  const startsAt = Number(await time.getAttribute('data-at'))
  await page.locator('.slot input').nth(nth).check()
  await page.getByRole('button', { name: button }).click()
  return startsAt
}

describe('at 390 px', () => {
  test('with script: sees their own time beside, a clock that runs, and books', async () => {
    const page = await opened()
    await page.goto(await linkTo())
    const [first, beside] = [page.locator('.slot').first(), page.locator('.slot .yours').first()]
    const [there, here] = [Number((await first.locator('time').innerText()).slice(0, 2)), Number((await beside.innerText()).split(':')[0])]
    expect([(there + 24 - here) % 12, await beside.innerText()]).toEqual([2, expect.stringContaining('tu hora')])
    expect(await page.locator('img.photo').evaluate((image: { naturalWidth: number }) => image.naturalWidth)).toBe(1)
    const startsAt = await choose(page, 3)
    await page.getByRole('heading', { name: es.heldTitle }).waitFor()
    await until('the clock to run', async () => (await page.getByRole('timer').innerText()) < '7:00', 15_000)
    await page.getByLabel(es.name).fill('Ana Prueba')
    await page.getByRole('button', { name: es.confirm }).click()
    await page.getByRole('heading', { name: es.bookedTitle }).waitFor()
    expect(await toursOf(who)).toEqual([{ status: 'confirmed', startsAt }])
    expect(await page.getByRole('link', { name: es.calendar }).getAttribute('href')).toContain(`${url}/ics/`)
    await page.context().close()
  })
  test('without script: chooses, lets go, chooses again, and books', async () => {
    const page = await opened({ javaScriptEnabled: false })
    await page.goto(await linkTo())
    expect(await page.locator('.yours').count()).toBe(0)
    await choose(page, 4)
    await page.getByRole('button', { name: es.another }).click()
    const startsAt = await choose(page, 5)
    expect(await page.getByRole('timer').innerText()).toBe('7:00')
    await page.getByRole('button', { name: es.confirm }).click()
    await page.getByRole('heading', { name: es.bookedTitle }).waitFor()
    expect(await toursOf(who)).toEqual([{ status: 'confirmed', startsAt }])
    await page.context().close()
  })
  test('without script, too, the page says by itself that time ran out', async () => {
    const page = await opened({ javaScriptEnabled: false })
    await page.goto(await linkTo())
    await choose(page, 6)
    await page.getByRole('timer').waitFor()
    house.clock.advance(holdMs - 1_000)
    await page.reload()
    house.clock.advance(1_000)
    await page.getByText(es.said.lapsed).waitFor()
    await page.context().close()
  })
  test('a slot that was taken meanwhile brings three others, by the keyboard, and pressing twice books once', async () => {
    const page = await opened()
    await page.goto(await linkTo())
    await book(people.pop()!, Number(await page.locator('.slot time').nth(8).getAttribute('data-at')))
    await choose(page, 8)
    await page.getByText(es.said.taken).waitFor()
    expect(await page.locator('.nearest .slot').count()).toBe(3)
    await page.locator('.nearest .slot input').first().focus()
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')
    await page.getByRole('button', { name: es.confirm }).dblclick()
    await page.getByRole('heading', { name: es.bookedTitle }).waitFor()
    expect(await toursOf(who)).toMatchObject([{ status: 'confirmed' }])
    await page.context().close()
  })
  test('a visit is moved, in English', async () => {
    const startsAt = house.clock.now() - (house.clock.now() % (30 * minute)) + 76 * 60 * minute
    const tour = await book(who, startsAt)
    const page = await opened({ locale: 'en-US' })
    await page.goto(await linkTo({ tour }))
    await page.getByText('It is now on').waitFor()
    const later = await choose(page, 1, en.move)
    await page.getByRole('heading', { name: en.movedTitle }).waitFor()
    expect(await toursOf(who)).toEqual([{ status: 'confirmed', startsAt: later }])
    await page.goto(await linkTo({ tour }, people.pop()))
    await page.getByRole('heading', { name: en.gone.unknown[0] }).waitFor()
    await page.context().close()
  })
})

describe('every state', () => {
  test.each([['light', 'es-MX', 390], ['dark', 'en-US', 390], ['dark', 'es-MX', 320], ['light', 'en-US', 1280]] as const)('is for everybody: %s, %s, %d px', async (colorScheme, locale, width) => {
    const words = locale === 'es-MX' ? es : en
    const page = await opened({ colorScheme, locale, viewport: { width, height: 844 }, bypassCSP: true })
    const isFine = async (state: string): Promise<void> => {
      await page.addScriptTag({ content: axe })
      const { violations } = await page.evaluate<{ violations: { id: string; nodes: { html: string }[] }[] }>('axe.run()')
      expect({ state, violations: violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`), over: await page.evaluate('document.documentElement.scrollWidth - innerWidth') }).toEqual({ state, violations: [], over: 0 })
    }
    await page.goto(await linkTo())
    await page.locator('.slot input').first().check()
    await isFine('choose')
    await book(people.pop()!, Number(await page.locator('.slot time').nth(20).getAttribute('data-at')))
    await choose(page, 20, words.hold)
    await page.getByText(words.said.taken).waitFor()
    await isFine('taken')
    await choose(page, 0, words.hold)
    await page.getByRole('heading', { name: words.heldTitle }).waitFor()
    await isFine('held')
    await page.getByRole('button', { name: words.confirm }).click()
    await page.getByRole('heading', { name: words.bookedTitle }).waitFor()
    await isFine('booked')
    await page.goto(`${url}/book/none`)
    await isFine('gone')
    await page.goto(await linkTo({ home: 2 }))
    await page.getByRole('heading', { name: words.none }).waitFor()
    await isFine('empty')
    await page.context().close()
  }, 90_000)
  test('breaks nothing and asks nothing of anybody else', () => expect(faults).toEqual([]))
})
