import { mkdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import { cardWords } from '@portero/shared/words-cards.ts'
import { chromium, type Browser, type BrowserContext, type Locator, type Page } from 'playwright-core'
import { fakeClock, type FakeClock } from '../support/clock.ts'
import { root, until } from '../support/process.ts'
import { openVisit, type VisitStage } from '../support/visit-stage.ts'

// A leasing agent's day in HubSpot, in a real browser: the production bundles of the cards in real workers, over a house whose clock is moved by hand.
// SCREENSHOTS=1 renews those of the README.
const flags = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync']
const words = cardWords['es-MX']
const ana = '+525512345678'
const agent = '9411'
const viewer = '9422'
const admin = '9433'
const desk = { width: 1280, height: 860 }
const lateMs = 300_000
const patienceMs = 15_000
const firstContentMs = 1_000
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

let stage: VisitStage
let browser: Browser
let context: BrowserContext
let page: Page
const faults: string[] = []

beforeAll(async () => {
  stage = await openVisit(tickingClock())
  for (const text of ['Hola', 'Busco depa de 2 recámaras en la Narvarte, presupuesto 30000', 'la 1']) await stage.say(ana, text)
  expect(await stage.say(ana, 'el 2')).toMatch(/^Listo, tu visita/)
  await rename({ firstname: 'Ana', lastname: 'Torres' })
  browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: flags })
  context = await browser.newContext({ viewport: desk, locale: 'es-MX', timezoneId: 'America/Mexico_City' })
  page = await opened(context)
  await until('the bundles', async () => /"ready"/.test(await (await fetch(`${stage.lab.url}/_cards`)).text()), 300_000)
}, 360_000)
afterAll(async () => {
  await browser?.close()
  await stage?.end()
})

// A real clock never shows the same moment twice, and messages are read in the order of their moments.
const tickingClock = (): FakeClock => {
  const clock = fakeClock()
  let ticks = 0
  return { ...clock, now: () => clock.now() + ticks++ }
}
const opened = async (of: BrowserContext): Promise<Page> => {
  const made = await of.newPage()
  made.setDefaultTimeout(patienceMs)
  made.on('pageerror', (fault) => faults.push(fault.message))
  made.on('console', (line) => line.type() === 'error' && faults.push(line.text()))
  return made
}
const contact = () => stage.lab.hubspot.state().contacts.find(({ properties }) => properties['phone'] === ana)!
const meetings = () => stage.lab.hubspot.state().meetings
const stageOfDeal = (): string | undefined => stage.lab.hubspot.state().deals.find(({ associations }) => associations.contacts.includes(contact().id))?.properties['dealstage']
const meetingStarts = (): string[] => meetings().filter(({ properties }) => properties['hs_meeting_outcome'] === 'SCHEDULED').map(({ properties }) => properties['hs_meeting_start_time']!)
const recordUrl = (user = agent): string => `${stage.lab.url}/record/contact/${contact().id}?user=${user}`
const rename = async (properties: object): Promise<void> => {
  const { settings } = stage.lab.accounts.find(({ vendor }) => vendor === 'hubspot') as { settings: { baseUrl: string; apiKey: string } }
  const { status } = await fetch(`${settings.baseUrl}/crm/v3/objects/contacts/${contact().id}`, { method: 'PATCH', headers: { authorization: `Bearer ${settings.apiKey}`, 'content-type': 'application/json' }, body: JSON.stringify({ properties }) })
  expect(status).toBe(200)
}
const talk = (): Locator => page.locator('#page-ConversationCard')
const visit = (): Locator => page.locator('#page-VisitCard')
const openVisitTab = async (): Promise<void> => {
  await page.click('#tab-VisitCard')
  await visit().getByText(words.facts).waitFor()
}
const toast = (): Locator => page.locator('#toasts .notice').last()
const shoot = async (name: string): Promise<void> => {
  if (process.env['SCREENSHOTS'] !== '1') return
  mkdirSync(join(root, 'docs/img'), { recursive: true })
  await page.screenshot({ path: join(root, `docs/img/${name}.png`) })
}
const chooseSlot = async (verb: string): Promise<void> => {
  await visit().getByRole('radio').last().check()
  await visit().getByRole('button', { name: verb, exact: true }).click()
}

describe('on the record of somebody who has just chatted and booked', () => {
  test('the conversation is read', async () => {
    await page.goto(recordUrl())
    await talk().getByText('Busco depa de 2 recámaras').waitFor()
    const read = await talk().innerText()
    for (const said of ['Hola', 'asistente virtual', 'el 2', 'Portero reservó una visita', 'Listo, tu visita']) expect(read).toContain(said)
    await shoot('record')
    expect(await page.locator('.about-record').innerText()).toContain(ana)
  })
  test('and searched, by the keyboard', async () => {
    await talk().getByLabel(words.search).focus()
    await page.keyboard.type('Narvarte, presupuesto')
    await page.keyboard.press('Enter')
    await talk().getByText(words.found(1, 'Narvarte, presupuesto')).waitFor()
    expect(await talk().innerText()).not.toContain('Listo, tu visita')
    await talk().getByRole('button', { name: words.endSearch }).click()
    await talk().getByText('Listo, tu visita').waitFor()
  })
  test('a new message appears by itself at the lab home', async () => {
    const home = await opened(context)
    await home.goto(`${stage.lab.url}/?number=${encodeURIComponent(ana)}`)
    await home.locator('#pane-record').getByText('Listo, tu visita').last().waitFor()
    await stage.say(ana, 'Gracias, ahí nos vemos')
    await home.locator('#page-ConversationCard').getByText('Gracias, ahí nos vemos').waitFor()
    await home.close()
  })
})

describe('in the visit card', () => {
  test('a visit is moved', async () => {
    await page.goto(recordUrl())
    await openVisitTab()
    const before = meetingStarts()
    await visit().getByRole('button', { name: words.move }).click()
    await chooseSlot(words.confirmMove)
    await toast().getByText(words.saved).waitFor()
    await stage.follow()
    expect(meetingStarts()).toHaveLength(1)
    expect(meetingStarts()).not.toEqual(before)
    await page.setViewportSize({ width: 390, height: 844 })
    await page.locator('.of-cards').evaluate((cards: any) => cards.scrollIntoView())
    await shoot('record-phone')
    await page.setViewportSize(desk)
  })
  test('and cancelled', async () => {
    await visit().getByRole('button', { name: words.cancelTour }).click()
    await visit().getByRole('button', { name: words.yesCancel }).click()
    await visit().getByText(words.noTour).waitFor()
    await stage.follow()
    expect(meetings().at(-1)?.properties['hs_meeting_outcome']).toBe('CANCELED')
  })
  test('another is booked', async () => {
    await visit().getByRole('button', { name: words.book }).click()
    await chooseSlot(words.confirmBook)
    await visit().getByText(words.tour.confirmed, { exact: true }).waitFor()
    await stage.follow()
    expect(meetingStarts()).toHaveLength(1)
    await until('the left column', async () => (await page.locator('.about-record').innerText()).includes('SCHEDULED'), patienceMs)
  })
  test('a field tells why it says what it says', async () => {
    await visit().getByRole('button', { name: words.why }).first().click()
    const panel = page.getByRole('dialog')
    await panel.locator('li').first().waitFor()
    expect((await panel.innerText()).length).toBeGreaterThan(40)
    await page.keyboard.press('Escape')
    await panel.waitFor({ state: 'detached' })
    expect(await page.evaluate('document.activeElement.textContent')).toBe(words.why)
  })
  test('whoever did not come is marked, and HubSpot has it', async () => {
    stage.clock.advance(Date.parse(meetingStarts()[0]!) - stage.clock.now() + lateMs)
    await stage.follow()
    await page.goto(recordUrl())
    await openVisitTab()
    await visit().getByRole('button', { name: words.noShow }).click()
    await visit().getByRole('button', { name: words.yesNoShow }).click()
    await toast().getByText(words.saved).waitFor()
    await stage.follow()
    expect(meetings().at(-1)?.properties['hs_meeting_outcome']).toBe('NO_SHOW')
    expect(stageOfDeal()).toBeDefined()
    await page.locator('.about-record').getByText('NO_SHOW').first().waitFor()
  })
})

describe('when something is wrong', () => {
  test('somebody who may only read sees all and changes nothing', async () => {
    await page.goto(recordUrl(viewer))
    await openVisitTab()
    await visit().getByRole('button', { name: words.book }).click()
    await chooseSlot(words.confirmBook)
    await visit().getByText(words.forbidden).waitFor()
    await stage.follow()
    expect(meetingStarts()).toEqual([])
  })
  test('what somebody writes in HubSpot shows by itself, also while the server is slow', async () => {
    await page.goto(recordUrl())
    await talk().getByText('Listo, tu visita').waitFor()
    await rename({ firstname: 'María Guadalupe', lastname: 'Fernández de la Concepción Hernández-Villaseñor' })
    await page.locator('.about-record').getByText('María Guadalupe').first().waitFor({ state: 'attached' })
    const slow = await slowServer()
    await page.reload()
    await talk().getByRole('heading', { name: 'María Guadalupe' }).waitFor()
    await rename({ firstname: 'Ana' })
    await talk().getByRole('heading', { name: 'Ana Fernández' }).waitFor()
    await slow.release()
  })
  test("HubSpot's own facts are there within a second while the server is slow", async () => {
    const shown: number[] = []
    const { release } = await slowServer()
    for (let round = 0; round < 5; round += 1) {
      await page.goto(recordUrl(), { waitUntil: 'commit' })
      const from = performance.now()
      await talk().getByRole('heading').waitFor()
      shown.push(performance.now() - from)
      expect(await talk().getByText(words.loading).isVisible()).toBe(true)
    }
    await release()
    await talk().getByText('Listo, tu visita').waitFor()
    process.stdout.write(`record: first useful content ${Math.round(shown.toSorted((one, other) => one - other)[2]!)} ms (median of ${shown.length}; bar ${firstContentMs} ms)\n`)
  })
  test('a server that is away is told, and asked again', async () => {
    stage.isAway(true)
    await page.goto(recordUrl())
    await talk().getByText(words.failed).waitFor()
    expect(await page.locator('.about-record').innerText()).toContain(ana)
    stage.isAway(false)
    await talk().getByRole('button', { name: words.retry }).click()
    await talk().getByText('Listo, tu visita').waitFor()
  })
  test('a record that is gone, and a phone that never wrote, are told', async () => {
    await page.goto(`${stage.lab.url}/record/deal/1`)
    await page.getByText('Este registro ya no existe').waitFor()
    await page.goto(`${stage.lab.url}/?number=%2B525500000001`)
    await page.locator('#pane-record').getByText('Este teléfono aún no tiene contacto').waitFor()
    expect(await page.locator('#page-ConversationCard').isVisible()).toBe(false)
  })
})
// A card of its own makes, in place of the preview, what ours don't.
describe("whatever else a card may ask of the lab's HubSpot", () => {
  const preview = (): Locator => page.locator('[data-card=PreviewCard]')
  const withCard = async (bundle: string): Promise<void> => {
    await context.route('**/_cards/PreviewCard.js', (route) => route.fulfill({ contentType: 'text/javascript', body: bundle }))
    await page.goto(recordUrl())
  }
  afterEach(() => context.unroute('**/_cards/PreviewCard.js'))

  test('a component that it does not know is drawn as one', async () => {
    await withCard(`extend_V2(() => React.createElement(RemoteUI.createRemoteReactComponent('CrmReport')))`)
    await preview().getByRole('alert').getByText('CrmReport').waitFor()
  })
  test('a card that breaks is told, and the others stay', async () => {
    await withCard(`extend_V2(() => { throw new Error('no such thing') })`)
    await preview().getByRole('alert').getByText('no such thing').waitFor()
    await talk().getByText('Listo, tu visita').waitFor()
    for (const fault of faults.splice(0)) expect(fault).toMatch(/no such thing/)
  })
  test('a card reaches nothing by itself', async () => {
    await withCard(`
      extend_V2(() => {
        const [told, tell] = React.useState('')
        React.useEffect(() => void fetch('/_cards').then(() => tell('reached'), () => tell('refused')), [])
        return React.createElement(RemoteUI.createRemoteReactComponent('Text'), {}, told)
      })`)
    await preview().getByText('refused').waitFor()
    for (const fault of faults.splice(0)) expect(fault).toMatch(/Content Security Policy/)
  })
  test('a frame is a link, an overlay closes when it is told to, and what belongs to the record is found', async () => {
    await withCard(`
      const [Button, Panel, Text] = [['Button', ['overlay']], ['Panel', []], ['Text', []]].map(([name, fragmentProps]) => RemoteUI.createRemoteReactComponent(name, { fragmentProps }))
      extend_V2(({ actions }) => {
        const [told, tell] = React.useState('')
        const part = (name, onClick, overlay) => React.createElement(Button, { key: name, onClick, overlay }, name)
        const ask = async () => tell(JSON.stringify((await (await hsWorkerAPI.fetchAssociations({ toObjectType: '0-3', properties: ['dealname'] })).json()).data.results))
        return [
          part('frame', () => actions.openIframeModal({ uri: 'https://elsewhere.example/', title: 'Elsewhere', width: 1, height: 1 }, () => tell('closed'))),
          part('overlay', undefined, React.createElement(Panel, { id: 'mine', title: 'Mine' }, part('leave', () => actions.closeOverlay('mine')))),
          part('ask', ask), React.createElement(Text, { key: 'told' }, told),
        ]
      })`)
    await preview().getByRole('button', { name: 'frame' }).click()
    expect(await page.getByRole('dialog').getByRole('link').getAttribute('href')).toBe('https://elsewhere.example/')
    await page.keyboard.press('Escape')
    await preview().getByText('closed').waitFor()
    await preview().getByRole('button', { name: 'overlay' }).click()
    await page.getByRole('dialog', { name: 'Mine' }).getByRole('button', { name: 'leave' }).click()
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    await preview().getByRole('button', { name: 'ask' }).click()
    await preview().getByText(stage.lab.hubspot.state().deals[0]!.id).waitFor()
  })
})

// Until it is let go, no answer of ours reaches a card.
const slowServer = async (): Promise<{ release(): Promise<void> }> => {
  let go = (): void => {}
  const held = new Promise<void>((resolve) => (go = resolve))
  await page.route('**/_hubspot/fetch', async (route) => {
    await held
    await route.continue().catch(() => {}) // of a page that was left
  })
  return {
    async release() {
      go()
      await page.unroute('**/_hubspot/fetch')
    },
  }
}

describe.each(['light', 'dark'] as const)('in %s', (colorScheme) => {
  const widths = [[1280, 860], [390, 844]] as const
  let look: Page
  beforeAll(async () => {
    look = await opened(await browser.newContext({ colorScheme, locale: 'en-GB', timezoneId: 'America/Mexico_City' }))
  })
  afterAll(() => look.context().close())

  const check = async (where: object): Promise<void> => {
    expect(await look.locator('main').innerText()).not.toMatch(/The card has stopped|does not know this HubSpot component/)
    const found = await look.evaluate(`axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] }).then(({ violations }) => violations.map(({ id, nodes }) => id + ': ' + nodes.map(({ html }) => html).join(' | ')))`)
    expect({ ...where, found }).toEqual({ ...where, found: [] })
    expect(await look.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth')).toBe(0)
  }
  const en = cardWords.en
  const card = (): Locator => look.locator('#page-VisitCard')
  const steps: Record<string, (() => Promise<void>)[]> = {
    record: [
      async () => (await look.click('#tab-VisitCard'), card().getByText(en.facts).waitFor()),
      async () => (await card().getByRole('button', { name: en.book }).click(), card().getByRole('radio').first().waitFor()),
      async () => (await card().getByRole('button', { name: en.why }).first().click(), look.getByRole('dialog').locator('li').first().waitFor()),
    ],
    '/app/settings': [1, 2, 3].map((at) => () => look.getByRole('tab').nth(at).click()),
  }

  test.each(['/', '/phone', 'record', 'deal', '/app', '/app/settings'])('%s is accessible, and fits a phone', async (path) => {
    const deal = stage.lab.hubspot.state().deals[0]!
    for (const [width, height] of widths) {
      await look.setViewportSize({ width, height })
      await look.goto(path === 'record' ? recordUrl() : path === 'deal' ? `${stage.lab.url}/record/deal/${deal.id}` : `${stage.lab.url}${path}?user=${admin}`)
      if (path !== '/phone') await until('the cards', async () => (await look.locator('.card-place:visible .hs').count()) > 0 && (await look.locator('.card-place .loading').count()) === 0, patienceMs)
      await look.evaluate(axe)
      await check({ path, width })
      for (const step of steps[path] ?? []) {
        await step()
        await check({ path, width, step: String(step) })
      }
    }
  })
})

test('no page complained in the browser', () => {
  expect(faults).toEqual([])
})
