import { Button, LoadingButton, Select, TextArea } from '@hubspot/ui-extensions'
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import { ConversationCard } from '../../hubspot-project/src/app/cards/ConversationCard.tsx'
import type { Record } from '../support/cards-stage.ts'
import { said, type Shown } from './card-stage.tsx'
import { openHouse, type HouseStage } from './house-stage.tsx'

// A leasing agent takes a conversation in hand from its card.
let house: HouseStage
beforeAll(async () => void (house = await openHouse()))
afterAll(() => house.end())
afterEach(() => house.rest())

const labels = (card: Shown): string[] => [...card.findAll(Button), ...card.findAll(LoadingButton)].map(said)
const primaries = (card: Shown): string[] => [...card.findAll(LoadingButton), ...card.findAll(Button)].filter(({ props }) => (props as { variant?: string }).variant === 'primary').map(said)
const type = (card: Shown, name: string, text: string): void => card.find(TextArea, { name }).trigger('onInput', text as any)
const alerts = (card: Shown): any[] => card.mocks.actions.addAlert.calls.map(([alert]) => alert)
const writes = (): string[] => house.knocked.map(({ name }) => name).filter((name) => name !== 'transcript')

describe('the conversation card', () => {
  const number = '+525511117777'
  let record: Record
  beforeAll(async () => void (record = await house.met(number)))

  test('takes over with its one primary button, and says who has it since when', async () => {
    const card = house.open(ConversationCard, record)
    await card.sees('Responde el asistente')
    expect(primaries(card)).toEqual(['Tomar la conversación'])
    card.press('Tomar la conversación')
    await card.sees('La llevas tú desde')
    expect(alerts(card)).toEqual([{ type: 'success', title: 'Listo', message: 'La conversación es tuya: el asistente ya no escribe.' }])
    expect(card.text()).toContain('Responde un asesor')
    expect(primaries(card)).toEqual(['Enviar'])
    expect(writes()).toEqual(['takeover'])
  })
  test('answers, and what was written stands there at once', async () => {
    const card = house.open(ConversationCard, record)
    await card.sees('Tu respuesta')
    type(card, 'reply', 'Soy Sofía, te ayudo yo.')
    card.press('Enviar')
    await card.sees('Asesor 11:00 En camino Soy Sofía, te ayudo yo.')
    expect(card.find(TextArea, { name: 'reply' }).props.value).toBe('')
    await house.follow()
    expect(house.lab.bird.phone.messages(number).at(-1)).toMatchObject({ from: 'them', text: 'Soy Sofía, te ayudo yo.' })
  })
  test('asked twice by HubSpot, because an answer was lost, writes once', async () => {
    const card = house.open(ConversationCard, record)
    await card.sees('Tu respuesta')
    house.proxy.loses = 1
    type(card, 'reply', '¿Te queda el martes?')
    card.press('Enviar')
    await card.sees('En camino ¿Te queda el martes?')
    await house.follow()
    expect(writes()).toEqual(['reply', 'reply'])
    expect(house.lab.bird.phone.messages(number).filter(({ text }) => text === '¿Te queda el martes?')).toHaveLength(1)
  })
  test('notes for the team', async () => {
    const card = house.open(ConversationCard, record)
    await card.sees('Nota privada')
    card.press('Nota privada')
    await card.sees('Guardar nota')
    expect(primaries(card)).toEqual(['Guardar nota'])
    type(card, 'note', 'Pide factura.')
    card.press('Guardar nota')
    await card.sees('Un asesor anotó para el equipo: Pide factura.')
  })
  test('says in plain words why something can’t be said, and keeps it', async () => {
    house.clock.advance(25 * 3_600_000)
    const card = house.open(ConversationCard, record)
    await card.sees('Tu respuesta')
    type(card, 'reply', '¿Sigues interesada?')
    card.press('Enviar')
    await card.sees('No se hizo Pasaron más de 24 horas')
    expect(card.find(TextArea, { name: 'reply' }).props.value).toBe('¿Sigues interesada?')
  })
  test('gives back, in English to whoever speaks it', async () => {
    const card = house.open(ConversationCard, record, 'en-us')
    await card.sees('You have it since')
    card.press('Give back to the assistant')
    await card.sees('The assistant answers')
    expect(alerts(card)).toEqual([{ type: 'success', title: 'Done', message: 'Done: the assistant answers again.' }])
    expect(primaries(card)).toEqual(['Take over'])
  })
  test('calls somebody else, and then shows that they are called', async () => {
    const card = house.open(ConversationCard, record)
    await card.sees('Avisar a otra persona')
    card.press('Avisar a otra persona')
    card.find(Select).trigger('onChange', 'contract' as any)
    type(card, 'summary', 'Pregunta por el aval.')
    card.press('Avisar')
    await card.sees('Pide a una persona Contrato Pregunta por el aval.')
    expect(labels(card)).toContain('Ya quedó atendida')
    expect(labels(card)).not.toContain('Avisar a otra persona')
    card.press('Ya quedó atendida')
    await card.sees('Avisar a otra persona')
  })
  test('is for agents: whoever only looks is told so', async () => {
    await house.staffed({ default: 'viewer' })
    const card = house.open(ConversationCard, record)
    await card.sees('Responde el asistente')
    card.press('Tomar la conversación')
    await card.sees('Tu cuenta no ve esta parte')
    await house.staffed(undefined)
  })
})
