import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import { PreviewCard } from '../../hubspot-project/src/app/cards/PreviewCard.tsx'
import { openHouse, type HouseStage } from './house-stage.tsx'

let house: HouseStage
beforeAll(async () => void (house = await openHouse()))
afterAll(() => house.end())
afterEach(() => house.rest())

describe('the preview', () => {
  const number = '+525511112222'

  test('tells three facts when there is nothing yet', async () => {
    const card = house.open(PreviewCard, { type: 'contact', id: '999999' })
    await card.sees('Sin visita agendada')
    for (const words of ['Etapa Ninguna', 'Conversación Sin conversación']) expect(card.text()).toContain(words)
  })

  test('tells them by the clock of the property, and one way on', async () => {
    const record = await house.met(number)
    const { body: { slots } } = await house.ask('slots', { record, home: 'zona-rio-504' })
    expect((await house.ask('book', { record, key: 'key-of-a-preview', slot: slots[0].slot })).body.ok).toBe(true)
    await house.follow()
    const card = house.open(PreviewCard, record)
    await card.sees('Etapa Visita agendada')
    expect(card.text()).toContain('Próxima visita lun 23 de nov, 11:30 · Estudio para trabajar de los dos lados')
    expect(card.text()).toContain('Responde el asistente')
    expect(card.button('Ver la conversación').props.href).toEqual({ url: `https://app.hubspot.com/contacts/4812345/record/0-1/${record.id}`, external: false })
  })

  test('tells since when somebody waits, of a deal too, and in English', async () => {
    await house.tool(number, 'escalate', { reason: 'contract', summary: 'Pregunta por el aval.' })
    await house.follow()
    await house.open(PreviewCard, house.recordOf(number)).sees('Espera respuesta desde lun 23 de nov, 11:00')
    const deal = house.recordOf(number, 'deal')
    const card = house.open(PreviewCard, deal, 'en-us')
    await card.sees('Waiting for an answer since Mon, Nov 23, 11:00')
    expect(card.button('See the conversation').props.href).toMatchObject({ url: `https://app.hubspot.com/contacts/4812345/record/0-3/${deal.id}` })
  })
})
