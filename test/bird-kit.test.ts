import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { kitWords, languages } from '@portero/shared'
import { gateScope } from '@portero/tool-server/spine/gate.ts'
import { readInput } from '@portero/tool-server/spine/tool-input.ts'
import { formsOf, gateForm, kitPage, lackedBy } from '@portero/tool-server/spine/tools-kit.ts'
import { tryKey } from '@portero/tool-server/spine/try-key.ts'
import { tools } from '@portero/tool-server/tools/index.ts'
import { keyScopes } from '@portero/tool-server/app.ts'
import { openConsole, type ConsoleStage } from './support/console-stage.ts'
import { fakeClock } from './support/clock.ts'
import { portOf } from './support/http-stage.ts'
import { cleanUp, runCli } from './support/process.ts'
import { openVisit, type VisitStage } from './support/visit-stage.ts'

// What an admin types into Bird is what the house takes: word for word.
jest.setTimeout(60_000)
const publicBaseUrl = 'https://portero.example.com'
const forms = formsOf(tools, publicBaseUrl, 'the-key')

test('docs/bird-kit.md is up to date (PORTERO_LAB=1 PUBLIC_BASE_URL=https://portero.example.com npx portero bird kit > docs/bird-kit.md)', () => {
  expect(readFileSync(new URL('../docs/bird-kit.md', import.meta.url), 'utf8')).toBe(kitPage({ tools, publicBaseUrl, company: 'UrbanHub' }))
})

describe('every tool', () => {
  test('has its form, and none has another\'s', () => {
    expect(forms.map(({ name }) => name)).toEqual(tools.map(({ name }) => name).toSorted())
    expect(new Set(forms.map(({ url }) => url)).size).toBe(tools.length)
  })
  test.each(forms.map((form) => [form.name, form] as const))('%s: what Bird fills into the body is read as the tool wants it', (name, form) => {
    const tool = tools.find((each) => each.name === name)!
    for (const example of tool.examples) {
      const given = example.input as Record<string, string | number | boolean | null>
      const filled = form.body.replace(/\{\{arguments\.(\w+)\}\}/g, (all, field: string) => (given[field] === undefined || given[field] === null ? all : String(given[field])))
      expect(readInput(tool, JSON.parse(filled))).toEqual({ ok: true, input: tool.input.parse(example.input) })
    }
    expect(Object.keys((JSON.parse(form.body) as { arguments: object }).arguments)).toEqual(form.arguments.map(({ name }) => name))
  })
  test('asks for nothing that names a person', () => {
    const named = forms.flatMap(({ arguments: fields }) => fields.map(({ name }) => name)).filter((name) => /phone|contact|conversation|deal|email/.test(name))
    expect(named).toEqual([])
  })
})

describe('its words', () => {
  test.each(languages)('in %s name only tools that there are, and promise nothing that no tool said', (language) => {
    const { personaText, guardrailsText, knowledgeText } = kitWords[language]
    const whole = [personaText('UrbanHub'), guardrailsText, knowledgeText('UrbanHub')].join('\n')
    const known = [...tools.map(({ name }) => name), 'human_in_charge']
    expect([...whole.matchAll(/\b[a-z]+_[a-z_]+\b/g)].map(([word]) => word).filter((word) => !known.includes(word))).toEqual([])
    for (const word of ['escalate', 'privacy_request', 'ok: true', 'human_in_charge', language === 'en' ? 'STOP' : 'BAJA']) expect(whole).toContain(word)
    expect(whole).not.toMatch(/\bUsted\b|\$\d|\bgarantizamos\b/)
  })
})

describe('a key', () => {
  test('is told what it lacks, by the names of the forms', () => {
    const all = [gateForm(publicBaseUrl, ''), ...forms]
    expect(lackedBy(all, keyScopes)).toEqual([])
    expect(lackedBy(all, keyScopes.filter((scope) => scope !== gateScope))).toEqual(['gate'])
    expect(lackedBy(all, [])).toHaveLength(all.length)
  })
  describe('tried from outside', () => {
    let stage: VisitStage
    beforeAll(async () => void (stage = await openVisit()))
    afterAll(() => stage.end())
    afterEach(cleanUp)
    const clock = fakeClock()
    test('shows what it may do, or that it is refused', async () => {
      expect(await tryKey({ clock, publicBaseUrl: stage.url, key: stage.lab.toolKey })).toEqual(keyScopes)
      expect(await tryKey({ clock, publicBaseUrl: stage.url, key: 'portero_nobody' })).toBeUndefined()
    })
    test('at an address where somebody else answers, says so', async () => {
      const other = createServer((_request, response) => void response.writeHead(200).end('welcome'))
      await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', () => resolve()))
      const gone = `http://127.0.0.1:${portOf(other)}`
      await expect(tryKey({ clock, publicBaseUrl: gone, key: 'k' })).rejects.toMatchObject({ code: 'bad_response' })
      other.close()
      other.closeAllConnections()
      await expect(tryKey({ clock, publicBaseUrl: gone, key: 'k' })).rejects.toMatchObject({ code: 'unavailable' })
    })
    test('from the command line', async () => {
      const good = await runCli(['bird', 'kit', '--check'], { PUBLIC_BASE_URL: stage.url, PORTERO_LAB: '1' }, stage.lab.toolKey)
      expect(good).toMatchObject({ code: 0, out: expect.stringContaining('good for all of the kit') })
      const few = await stage.house.toolKeys.make({ tenant: stage.house.tenant, name: 'few', scopes: ['escalations:write'] })
      const lacking = await runCli(['bird', 'kit', '--check'], { PUBLIC_BASE_URL: stage.url, PORTERO_LAB: '1' }, few)
      expect(lacking).toMatchObject({ code: 1, err: expect.stringContaining('book_tour') })
    })
  })
})

describe('the page in the console', () => {
  let stage: ConsoleStage
  beforeAll(async () => void (stage = await openConsole()))
  afterAll(() => stage.end())
  test('is for admins, and shows every form', async () => {
    expect((await (await stage.signedIn('agent')).get('/console/bird-kit')).status).toBe(403)
    const { status, text } = await (await stage.signedIn('admin')).get('/console/bird-kit')
    expect(status).toBe(200)
    for (const { name } of tools) expect(text).toContain(`id="tool-${name}"`)
    expect(text).toContain('https://portero.example/gate/inbound')
  })
  test.each([
    ['a good key', keyScopes, 'La llave sirve para todo lo del kit.'],
    ['one that lacks something', keyScopes.filter((scope) => scope !== gateScope), 'La llave no puede: gate.'],
    ['nobody\'s', undefined, 'Portero no conoce esa llave'],
  ])('tries %s, and keeps nothing of it', async (_what, scopes, said) => {
    const key = scopes ? await stage.house.toolKeys.make({ tenant: stage.house.tenant, name: 'bird', scopes }) : 'portero_of-nobody-at-all'
    const admin = await stage.signedIn('admin')
    const page = await admin.get('/console/bird-kit')
    const { text } = await admin.post('/console/bird-kit', { csrf: admin.csrfOf(page.text), key })
    expect(text).toContain(said)
    expect(text).not.toContain(key)
  })
})

describe('the list of conversations', () => {
  let stage: ConsoleStage
  beforeAll(async () => void (stage = await openConsole()))
  afterAll(() => stage.end())
  test('marks those who wait for an answer, and shows only them when asked to', async () => {
    const [waits, other] = [await stage.guest({ name: 'Ana Gil', said: [{ text: '¿sigue libre?' }] }), await stage.guest({ name: 'Leo Paz', said: [{ text: 'gracias' }] })]
    const agent = await stage.signedIn('agent')
    expect((await agent.get('/console/conversations')).text).not.toContain('Espera respuesta')
    await stage.enrich(waits)
    const all = await agent.get('/console/conversations')
    expect(all.text).toContain('Esperan respuesta (1)')
    const filtered = await agent.get((await agent.get('/console?waiting=1')).headers['location']!)
    expect(filtered.text).toContain(waits.conversation)
    expect(filtered.text).not.toContain(other.conversation)
    expect(filtered.text).toContain('data-live="/console/live/conversations?state=unanswered"')
    const live = await agent.get('/console/live/conversations?state=unanswered')
    expect(live.text).toContain('Espera respuesta')
    expect(live.text).not.toContain(other.conversation)
  })
})
