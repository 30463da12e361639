import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals'
import { sql } from 'kysely'
import { cardWords } from '@portero/shared/words-cards.ts'
import { cardBundles } from '../../hubspot-project/deploy/bundles.ts'
import { openCards, secrets, type CardsStage, type Record } from '../support/cards-stage.ts'
import { openBundle, type Opened } from './bundle-worker.ts'

// What HubSpot would serve, made by HubSpot's builder, on the record of somebody who has written: an agent reads and clicks, and the house has done it.
const phone = '+525511112222'
const words = cardWords['es-MX']
let stage: CardsStage
let record: Record
let bundles: Map<string, string>
beforeAll(async () => {
  bundles = new Map([...(await cardBundles())].map(([name, path]) => [name, readFileSync(path, 'utf8')]))
  stage = await openCards()
  const { house: { connections, tenant }, lab } = stage
  const hubspot = lab.accounts.find(({ vendor }) => vendor === 'hubspot')!
  await connections.put({ tenant, ...hubspot, settings: { ...hubspot.settings, clientSecrets: secrets, staff: { admins: ['9411'] } } }) // who may see all of it
  for (const text of ['Hola', 'Busco depa de 2 recámaras en la Narvarte, presupuesto 30000']) await stage.say(phone, text)
  await stage.follow()
  record = stage.recordOf(phone)
}, 180_000) // whoever has never built them installs the builder first
afterAll(() => stage.end())

const using = async (name: string, use: (shown: Opened) => Promise<void>, code = bundles.get(name)!): Promise<void> => {
  const shown = openBundle(stage, { name, code }, record)
  try {
    await use(shown)
  } finally {
    shown.close()
  }
}
const tours = async (): Promise<{ status: string; version: number; startsAt: string }[]> =>
  (await sql<any>`select status, version, starts_at from tour order by made_at`.execute(stage.house.db.bare)).rows.map(({ status, version, starts_at: at }) => ({ status, version, startsAt: new Date(at).toISOString() }))
const meetings = (): object[] => stage.lab.hubspot.state().meetings.map(({ properties: { hs_meeting_outcome: outcome, hs_meeting_start_time: at } }) => ({ outcome, startsAt: new Date(at!).toISOString() }))
const choose = async (card: Opened): Promise<void> => {
  await card.sees('Horario')
  const { props } = card.find('ToggleGroup')
  props.onChange(props.options.at(-1).value)
}

test('the conversation is read', () =>
  using('ConversationCard', async (card) => {
    await card.sees('Narvarte')
    for (const line of ['Responde el asistente', 'Hoy', /Asistente \S+ Entregado Hola, soy el asistente virtual/, /Prospecto \S+ Busco depa de 2 recámaras/, /Asistente \S+ Entregado Encontré/]) expect(card.text()).toMatch(line)
  }))

test('a visit is booked, moved, asked about and marked', () =>
  using('VisitCard', async (card) => {
    await card.press('Agendar visita')
    await choose(card)
    await card.press('Agendar')
    await card.sees('Confirmada')
    const [booked] = await tours()
    expect(await tours()).toEqual([{ status: 'confirmed', version: 1, startsAt: (await stage.ask('visit', { record })).body.next.startsAt }])
    expect((await stage.audited('action:book-tour')).map(({ user_id: who }) => who)).toEqual(['hubspot:9411'])
    await stage.follow()
    expect(meetings()).toEqual([{ outcome: 'SCHEDULED', startsAt: booked!.startsAt }])

    await card.press('Cambiar horario')
    card.find('DateInput').props.onChange({ year: 2026, month: 11, date: 1 })
    await choose(card)
    await card.press('Cambiar')
    await card.sees('de dic')
    const [moved] = await tours()
    expect(moved).toEqual({ status: 'confirmed', version: 2, startsAt: expect.stringMatching(/^2026-12-/) })
    await stage.follow()
    expect(meetings()).toEqual([{ outcome: 'SCHEDULED', startsAt: moved!.startsAt }])

    await card.press('¿Por qué? ¿Por qué dice eso «Próxima visita»?')
    await card.sees('Un asesor cambió una visita')

    stage.clock.advance(Date.parse(moved!.startsAt) - stage.clock.now() + 60_000)
    await card.press('Asistió')
    await card.sees('Historial (1)')
    expect(card.text()).toContain('Sin visita agendada')
    expect(await tours()).toEqual([{ ...moved, status: 'completed', version: 3 }])
    expect(card.alerts).toMatchObject([{ type: 'success', message: expect.stringMatching(/^Visita reservada: /) }, { type: 'success', message: expect.stringMatching(/^Visita cambiada: /) }, { type: 'success', message: 'La visita quedó como hecha.' }])
    await stage.follow()
    expect(meetings()).toEqual([{ outcome: 'COMPLETED', startsAt: moved!.startsAt }])
  }))

test('the preview tells what came of it', () =>
  using('PreviewCard', async (card) => {
    await card.sees('Etapa Visita hecha')
    expect(card.find('Button').props.href.url).toBe(`https://app.hubspot.com/contacts/4812345/record/0-1/${record.id}`)
  }))

test('every one of them shows what it asked for, and nothing in it breaks', async () => {
  expect([...bundles.keys()]).toEqual(['AppPage', 'ConversationCard', 'PreviewCard', 'SettingsPage', 'VisitCard'])
  for (const name of bundles.keys())
    await using(name, async (shown) => {
      await shown.misses(words.loading)
      for (const no of [words.failed, words.forbidden, words.elsewhere, words.unplugged]) expect({ name, text: shown.text() }).toEqual({ name, text: expect.not.stringContaining(no) })
    })
})

const planted: [string, string, string][] = [
  ['as it is read', 'throw new Error("planted")', 'planted'],
  ['by extending nothing', '', 'extends nothing'],
  ['as it draws', 'extend_V2(() => { throw new Error("planted") })', 'planted'],
  ['at the page around it', 'extend_V2(() => document.title)', 'document is not defined'],
  ['at the network', 'extend_V2(() => { fetch("https://elsewhere.example"); return null })', 'fetch is not defined'],
]
test.each(planted)('a bundle that breaks %s is told', async (_when, code, fault) => {
  jest.spyOn(console, 'error').mockImplementation(() => undefined) // React says it, too
  await expect(using('Planted', async () => undefined, code)).rejects.toThrow(fault)
})
