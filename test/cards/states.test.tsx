import { Button } from '@hubspot/ui-extensions'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { ConversationCard } from '../../hubspot-project/src/app/cards/ConversationCard.tsx'
import { PreviewCard } from '../../hubspot-project/src/app/cards/PreviewCard.tsx'
import { VisitCard } from '../../hubspot-project/src/app/cards/VisitCard.tsx'
import type { Record } from '../support/cards-stage.ts'
import { cardStage, openCard, type CardStage, type Reply } from './card-stage.tsx'
import { openHouse, type HouseStage } from './house-stage.tsx'
import { preview, transcript, visit } from './samples.tsx'

const cards = [
  { name: 'transcript' as const, Card: ConversationCard, view: transcript(), shows: 'Hola', english: 'The assistant answers' },
  { name: 'visit' as const, Card: VisitCard, view: visit, shows: 'Lo que sabemos', english: 'What we know' },
  { name: 'preview' as const, Card: PreviewCard, view: preview, shows: 'Etapa', english: 'Next tour' },
]

const number = '+525511112222'
let house: HouseStage
let record: Record
beforeAll(async () => {
  house = await openHouse()
  record = await house.met(number)
})
afterAll(() => house.end())

describe.each(cards)('the card of $name before the house', ({ name, Card, shows, english }) => {
  afterEach(() => house.rest())

  test.each([['contact', 'es-mx', shows], ['deal', 'es-mx', shows], ['contact', 'en-us', english]] as const)('knows a %s and speaks %s', async (type, locale, words) => {
    const of = house.recordOf(number, type)
    await house.open(Card, of, locale).sees(words)
    expect(house.knocked).toEqual([{ name, body: { record: of, language: locale === 'es-mx' ? 'es-MX' : 'en' }, status: 200 }])
  })

  test('has no person on a record that Portero does not know', async () => {
    const card = house.open(Card, { type: 'contact', id: '999999' })
    await card.misses('Preguntando a Portero…')
    expect(card.text()).toMatch(/Todavía no hay conversación|Sin visita agendada/)
  })

  test('says what happened after a fault, with the reference, and asks again when told to', async () => {
    await house.breaks(true)
    const card = house.open(Card, record)
    await card.sees('No pudimos traer los datos')
    expect(card.text()).toMatch(/Guadalupe Ríos .*Portero no contestó\..* Referencia para soporte: [0-9a-f]{32} Reintentar$/)
    expect(house.knocked.map(({ status }) => status)).toEqual([500, 500]) // HubSpot asks once more by itself
    await house.breaks(false)
    card.press('Reintentar')
    await card.sees(shows)
    expect(card.text()).not.toContain('No pudimos traer los datos')
  })

  test('says so when Portero is not reached, with HubSpot’s reference', async () => {
    house.proxy.isCut = true
    const card = house.open(Card, record)
    await card.sees('No pudimos traer los datos')
    expect(card.text()).toContain('Referencia para soporte: h-77')
    house.proxy.isCut = false
    card.press('Reintentar')
    await card.sees(shows)
  })

  test.each([['whoever Portero knows no role for', 403], ['a request that is signed by somebody else', 401]] as const)('shows nothing to %s', async (_whom, status) => {
    if (status === 403) await house.staffed({ default: 'none' })
    else house.proxy.secret = 'client-secret-of-somebody'
    const card = house.open(Card, record)
    await card.sees('Tu cuenta no ve esta parte')
    await house.staffed(undefined)
    expect(card.text()).toMatch(/Referencia para soporte: [0-9a-f]{32}$/)
    expect(card.findAll(Button)).toEqual([])
    expect(house.knocked.map((knock) => knock.status)).toEqual([status])
  })
})

describe.each(cards)('the card of $name', ({ name, Card, view, shows }) => {
  let told: CardStage
  beforeEach(async () => void (told = await cardStage()))
  afterEach(() => told.close())

  // What stands between may answer in Portero's place.
  const failures: [string, Reply, string][] = [
    ['too many questions', { refuses: 'throttled' }, 'Son demasiadas preguntas juntas.'],
    ['a broken line', 'breaks', 'Portero no contestó.'],
    ['an answer that is no JSON', '<html>', 'Portero no contestó.'],
    ['an answer of another shape', '{"ok":true}', 'Portero no contestó.'],
    ['an error of HubSpot’s API in its place', '{"category":"RATE_LIMITS","correlationId":"h-78"}', 'Referencia para soporte: h-78'],
  ]
  test.each(failures)('says what happened after %s, and asks again when told to', async (_title, reply, says) => {
    told.answers(name, reply)
    const card = openCard(Card)
    await card.sees('No pudimos traer los datos')
    expect(card.text()).toContain(says)
    expect(card.text()).toContain('Guadalupe Ríos')
    told.answers(name, view)
    card.press('Reintentar')
    await card.sees(shows)
    expect(card.text()).not.toContain('No pudimos traer los datos')
  })

  test('asks nothing on a record of another kind', () => {
    expect(openCard(Card, { objectTypeId: '2-4711' }).text()).toContain('Abre un contacto')
    expect(told.asked).toEqual([])
  })

  test('says so when the profile names no address', () => {
    expect(openCard(Card, { variables: {}, locale: 'en' }).text()).toContain('Portero’s address is missing')
    expect(told.asked).toEqual([])
  })

  test('shows at once what HubSpot knows of a deal', async () => {
    told.answers(name, view)
    const card = openCard(Card, { objectTypeId: '0-3', properties: { dealname: 'Guadalupe · renta', portero_budget: '18500', portero_move_in: '1796083200000' } })
    for (const words of ['Guadalupe · renta', 'Presupuesto $18,500', '1 de diciembre de 2026']) expect(card.text()).toContain(words)
    await card.sees(shows)
  })
})
