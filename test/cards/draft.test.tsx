import { LoadingButton, TextArea } from '@hubspot/ui-extensions'
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import { ConversationCard } from '../../hubspot-project/src/app/cards/ConversationCard.tsx'
import type { Record } from '../support/cards-stage.ts'
import { said, type Shown } from './card-stage.tsx'
import { openHouse, type HouseStage } from './house-stage.tsx'

// A leasing agent asks for a proposal, mends it, and sends it as any other answer.
let house: HouseStage
const number = '+525511118888'
let record: Record
beforeAll(async () => {
  house = await openHouse()
  record = await house.met(number, 'Busco depa de 2 recámaras en la Narvarte, presupuesto 30000')
  await house.answersBy('human')
})
afterAll(() => house.end())
afterEach(() => house.rest())

const field = (card: Shown): any => card.find(TextArea, { name: 'reply' }).props
const type = (card: Shown, text: string): void => card.find(TextArea, { name: 'reply' }).trigger('onInput', text as any)
const isOff = (card: Shown, label: string): boolean => (card.button(label).props as { disabled?: boolean }).disabled === true
const opened = async (): Promise<Shown> => {
  const card = house.open(ConversationCard, record)
  await card.sees('Tu respuesta')
  return card
}
const filled = (card: Shown, text: string): Promise<void> => card.waitFor(() => expect(field(card).value).toBe(text), { timeoutInMs: 5_000 })
const asks = (): number => house.knocked.filter(({ name }) => name === 'draft-reply').length

describe('«Proponer respuesta»', () => {
  test('fills the field and sends nothing; what is sent is what stands there', async () => {
    house.lab.openai.say({ say: 'La de Narvarte cuesta $20,500 al mes. ¿La vemos?' })
    const card = await opened()
    card.press('Proponer respuesta')
    await filled(card, 'La de Narvarte cuesta $20,500 al mes. ¿La vemos?')
    expect(field(card).description).toMatch(/^La propuso el asistente/)
    expect(card.text()).not.toContain('Revisa:')
    expect(house.knocked.map(({ name }) => name)).not.toContain('reply')
    type(card, 'La de Narvarte cuesta $20,500. ¿La vemos el martes?')
    expect(field(card).description).toBe('Le llega por WhatsApp.')
    card.press('Enviar')
    await card.sees('En camino La de Narvarte cuesta $20,500. ¿La vemos el martes?')
    expect(field(card).value).toBe('')
  })
  test('says what nothing backs, until it is gone', async () => {
    house.lab.openai.say({ say: 'Te queda en $19,500 al mes.' })
    const card = await opened()
    card.press('Proponer respuesta')
    await card.sees('Revisa: «$19,500')
    expect(isOff(card, 'Enviar')).toBe(false)
    type(card, 'Te confirmo el precio en un momento.')
    await card.misses('Revisa:')
  })
  test('never touches what somebody is writing', async () => {
    const card = await opened()
    type(card, 'Hola, soy Sofía')
    expect(isOff(card, 'Proponer respuesta')).toBe(true)
    type(card, '')
    house.lab.openai.say({ say: 'Esto llega tarde.' })
    card.press('Proponer respuesta')
    type(card, 'Mejor yo')
    await card.waitFor(() => expect(card.find(LoadingButton, { variant: 'secondary' }).props.loading).toBe(false), { timeoutInMs: 5_000 })
    expect(field(card)).toMatchObject({ value: 'Mejor yo', description: 'Le llega por WhatsApp.' })
  })
  test('that comes after an answer was sent, or to another field, is nobody’s', async () => {
    const { openai } = house.lab
    const asked = (): number => openai.requests().length
    const late = async (card: Shown): Promise<void> => {
      openai.fault({ on: 'POST /v1/responses', fault: 'slow' })
      openai.say({ say: 'Esto llega tarde.' })
      const before = asked()
      card.press('Proponer respuesta')
      while (asked() === before) await new Promise(setImmediate)
    }
    const arrives = async (): Promise<void> => {
      openai.release()
      while (house.knocked.some(({ name, status }) => name === 'draft-reply' && status === undefined)) await new Promise(setImmediate)
      for (let at = 0; at < 20; at++) await new Promise(setImmediate)
    }
    const card = await opened()
    await late(card)
    type(card, 'Va la mía.')
    card.press('Enviar')
    await card.sees('En camino Va la mía.')
    await arrives()
    expect(field(card).value).toBe('')
    await late(card)
    card.press('Nota privada')
    await card.sees('Guardar nota')
    await arrives()
    expect(card.find(TextArea, { name: 'note' }).props.value).toBe('')
  })
  test('can be tried again where nobody answered', async () => {
    const card = await opened()
    house.proxy.isCut = true
    card.press('Proponer respuesta')
    await card.sees('No hay propuesta Portero no contestó.')
    const before = asks()
    house.proxy.isCut = false
    house.lab.openai.say({ say: 'Ahora sí.' })
    card.press('Reintentar')
    expect(isOff(card, 'Proponer respuesta')).toBe(true)
    await filled(card, 'Ahora sí.')
    expect(asks()).toBe(before + 1)
  })
  test('says why there is none', async () => {
    house.lab.openai.say({ refuse: 'No puedo.' })
    const card = await opened()
    card.press('Proponer respuesta')
    await card.sees('No hay propuesta El modelo no dio una propuesta.')
    expect(isOff(card, 'Proponer respuesta')).toBe(false)
  })
  test('is for agents', async () => {
    await house.staffed({ default: 'viewer' })
    const card = await opened()
    card.press('Proponer respuesta')
    await card.sees('Tu cuenta no ve esta parte')
    await house.staffed(undefined)
  })
  test('is in the words of whoever looks', async () => {
    const card = house.open(ConversationCard, record, 'en-us')
    await card.sees('Suggest an answer')
    expect(said(card.getRootNode())).not.toContain('Proponer')
  })
})
