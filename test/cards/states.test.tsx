import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { ConversationCard } from '../../hubspot-project/src/app/cards/ConversationCard.tsx'
import { PreviewCard } from '../../hubspot-project/src/app/cards/PreviewCard.tsx'
import { VisitCard } from '../../hubspot-project/src/app/cards/VisitCard.tsx'
import { Button } from '@hubspot/ui-extensions'
import { cardStage, openCard, type CardStage, type Reply } from './card-stage.tsx'
import { preview, transcript, tour, visit } from './samples.tsx'

let stage: CardStage
beforeEach(async () => {
  stage = await cardStage()
})
afterEach(() => stage.close())

const cards = [
  { name: 'transcript' as const, Card: ConversationCard, view: transcript(), shows: 'Hola,' },
  { name: 'visit' as const, Card: VisitCard, view: visit(), shows: 'Colima 150' },
  { name: 'preview' as const, Card: PreviewCard, view: preview(), shows: 'Calificado' },
]

describe.each(cards)('the card of $name', ({ name, Card, view, shows }) => {
  const failures: [string, Reply, string][] = [
    ['a fault, with the reference', { refuses: 'unavailable' }, 'Referencia para soporte: a1b2c3d4'],
    ['too many questions', { refuses: 'throttled' }, 'Son demasiadas preguntas juntas.'],
    ['a broken line', 'breaks', 'Portero no contestó.'],
    ['an answer that is no JSON', '<html>', 'Portero no contestó.'],
    ['an answer of another shape', '{"ok":true}', 'Portero no contestó.'],
    ['HubSpot’s own refusal in its place', '{"category":"BAD_GATEWAY","correlationId":"h-77"}', 'Referencia para soporte: h-77'],
  ]
  test.each(failures)('says what happened after %s, and asks again when told to', async (_title, reply, says) => {
    // HubSpot retries nothing here, but fetch does where a kept line breaks.
    stage.answers(name, reply, ...(reply === 'breaks' ? [] : [view]))
    const card = openCard(Card)
    await card.sees('No pudimos traer los datos')
    expect(card.text()).toContain(says)
    expect(card.text()).toContain('Guadalupe Ríos')
    stage.answers(name, view)
    card.press('Reintentar')
    await card.sees(shows)
    expect(card.text()).not.toContain('No pudimos traer los datos')
  })

  test.each(['unauthorized', 'refused'] as const)('shows nothing to whoever may not see it (%s)', async (refuses) => {
    stage.answers(name, { refuses })
    const card = openCard(Card)
    await card.sees('Tu cuenta no ve esta parte')
    expect(card.text()).toContain('a1b2c3d4')
    expect(card.findAll(Button)).toEqual([])
  })

  test('asks nothing on a record that it does not know', () => {
    expect(openCard(Card, { objectTypeId: '0-5' }).text()).toContain('Abre un contacto o un negocio')
    expect(stage.asked).toEqual([])
  })

  test('says so when the profile names no address', () => {
    expect(openCard(Card, { variables: {}, locale: 'en' }).text()).toContain('Portero’s address is missing')
    expect(stage.asked).toEqual([])
  })

  test('knows a deal, and shows at once what HubSpot knows of it', async () => {
    stage.answers(name, view)
    const card = openCard(Card, { objectTypeId: '0-3', properties: { dealname: 'Guadalupe · renta', portero_budget: '18500', portero_move_in: '1796083200000' } })
    expect(card.text()).toContain('Guadalupe · renta')
    expect(card.text()).toContain('Presupuesto $18,500')
    expect(card.text()).toContain('1 de diciembre de 2026')
    await card.sees(shows)
    expect(stage.asked[0]?.ask).toEqual({ record: { type: 'deal', id: '904' }, language: 'es-MX' })
  })
})

describe('the preview', () => {
  test('tells three facts and one way on', async () => {
    stage.answers('preview', preview({ waitingSince: '2026-11-21T17:50:00Z', next: { ...tour, zone: 'America/Tijuana' } }))
    const card = openCard(PreviewCard)
    await card.sees('Espera respuesta desde')
    expect(card.text()).toContain('11:50')
    expect(card.text()).toContain('09:00 · Roma Norte 302') // the property's own clock
    expect(card.button('Ver la conversación').props.href).toEqual({ url: 'https://app.hubspot.com/contacts/4812345/record/0-1/904', external: false })
  })

  test('tells them when there is nothing yet', async () => {
    const { next: _next, stage: _stage, ...bare } = preview({ state: 'none' })
    stage.answers('preview', bare)
    const card = openCard(PreviewCard)
    await card.sees('Sin visita agendada')
    expect(card.text()).toContain('Etapa Ninguna')
    expect(card.text()).toContain('Sin conversación')
  })
})
