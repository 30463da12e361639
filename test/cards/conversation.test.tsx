import { Accordion, Button, Flex, Image, SearchInput } from '@hubspot/ui-extensions'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { ConversationCard } from '../../hubspot-project/src/app/cards/ConversationCard.tsx'
import type { Record } from '../support/cards-stage.ts'
import { cardStage, closeCards, openCard, said, type Shown } from './card-stage.tsx'
import { openHouse, type HouseStage } from './house-stage.tsx'
import { line, transcript } from './samples.tsx'

let house: HouseStage
beforeAll(async () => void (house = await openHouse()))
afterAll(() => house.end())
// Only the pulse is moved by hand: requests keep their own time.
beforeEach(() => void jest.useFakeTimers({ doNotFake: ['Date', 'hrtime', 'nextTick', 'performance', 'queueMicrotask', 'requestAnimationFrame', 'cancelAnimationFrame', 'requestIdleCallback', 'cancelIdleCallback', 'setImmediate', 'clearImmediate', 'setTimeout', 'clearTimeout'] }))
afterEach(async () => {
  await house.rest()
  jest.clearAllTimers()
  jest.useRealTimers()
})

// The pulse begins a moment after the view is drawn.
const until = async (isSo: () => boolean): Promise<void> => {
  while (!isSo()) await new Promise(setImmediate)
}
const beat = async (): Promise<void> => {
  await until(() => jest.getTimerCount() === 1)
  jest.advanceTimersByTime(20_000)
}
const beats = async (count: number): Promise<void> => {
  for (const all = house.knocked.length + count; house.knocked.length < all;) {
    const before = house.knocked.length
    await beat()
    await until(() => house.knocked.length > before && house.knocked.every(({ status }) => status !== undefined)) // answered, so that what comes next is news to the card
  }
}
const search = (card: Shown, words: string): void => card.find(SearchInput).trigger('onChange', words as any)
const asks = (): any[] => house.knocked.map(({ body }) => body)

describe('the conversation', () => {
  const number = '+525511112222'
  let record: Record
  beforeAll(async () => {
    record = await house.met(number, 'Hola', 'Busco depa de 2 recámaras en la Narvarte, presupuesto 30000', 'la 1', 'el 2')
    house.lab.bird.phone.read(number)
    house.clock.advance(24 * 3_600_000)
    house.lab.bird.phone.write(number, { media: { kind: 'image', caption: 'Mi comprobante' } })
    await house.follow()
    house.lab.bird.staffSays(house.lab.bird.conversationFor(number), 'Gracias, lo reviso.')
    await house.follow()
    await house.answersBy('bot')
    await house.tool(number, 'update_deal', { budget_max: 31_000, pets: true })
    house.clock.advance(1_000)
    await house.tool(number, 'escalate', { reason: 'contract', summary: 'Pregunta por el aval.' })
    await house.follow()
  })

  test('shows HubSpot’s own name at once, while Portero is asked', async () => {
    const card = house.open(ConversationCard, record)
    expect(card.text()).toContain('Guadalupe Ríos')
    expect(card.text()).toContain('Preguntando a Portero…')
    await card.sees('Prospecto 11:00 Hola')
    expect(card.text()).not.toContain('Preguntando a Portero…')
    expect(house.knocked).toEqual([{ name: 'transcript', body: { record, language: 'es-MX' }, status: 200 }])
  })

  test.each(['contact', 'deal'] as const)('of a %s reads as a chat: days, who, when, what became of it, media, and what Portero did', async (type) => {
    const card = house.open(ConversationCard, house.recordOf(number, type))
    await card.sees('Mi comprobante')
    const text = card.text()
    expect(text.indexOf('Ayer')).toBeLessThan(text.indexOf('Prospecto 11:00 Hola'))
    expect(text.indexOf('Hoy')).toBeGreaterThan(text.indexOf('Listo, tu visita a'))
    for (const words of ['Asistente 11:00 Leído Hola, soy el asistente virtual', 'Prospecto 11:00 Imagen  Mi comprobante', 'Asesor 11:00 Entregado Gracias, lo reviso.', '11:00 · Portero reservó una visita: Dos recámaras con balcón']) expect(text).toContain(words)
    expect(said(card.find(Accordion, { title: 'Se hicieron 2 cosas' }))).toMatch(/Portero anotó: Presupuesto \$31,000, Mascotas Sí .+ Portero avisó a/)
    expect(card.findAll(Flex, { justify: 'start' })).toHaveLength(5)
    expect(card.find(Image).props).toMatchObject({ src: expect.stringContaining('/media/'), alt: 'Imagen' })
  })

  test('speaks English to whoever does', async () => {
    const card = house.open(ConversationCard, record, 'en-us')
    expect(card.text()).toContain('Asking Portero…')
    await card.sees('Prospect 11:00 Hola')
    for (const words of ['Yesterday', 'The assistant answers', 'Agent 11:00 Delivered', 'Portero booked a visit: Dos recámaras con balcón, Monday, Nov 23', '2 things were done', 'Portero noted: Budget $31,000, Pets Yes']) expect(card.text()).toContain(words)
  })

  test('says who is asked for, and when that is late', async () => {
    const card = house.open(ConversationCard, record)
    await card.sees('Pide a una persona')
    expect(card.text()).toMatch(/Contrato Pregunta por el aval\. Atender antes de mar 24 de nov, 11:15 · A cargo de \S+/)
    house.clock.advance(16 * 60_000)
    await beat()
    await card.sees('Pide a una persona y ya se pasó la hora')
  })

  test.each([['human', 'Responde un asesor'], ['paused', 'En pausa'], ['bot', 'Responde el asistente']] as const)('says who answers: %s', async (state, words) => {
    await house.answersBy(state)
    await house.open(ConversationCard, record).sees(words)
  })

  test('is empty before anybody wrote', async () => {
    await house.open(ConversationCard, { type: 'contact', id: '999999' }).sees('Todavía no hay conversación')
  })

  test('says of a message that it never arrived', async () => {
    const told = await cardStage()
    told.answers('transcript', transcript({ lines: [line('m1', '2026-11-21T15:02:00Z', 'Quedó tu visita.', { author: 'human', status: 'failed' })] }))
    await openCard(ConversationCard).sees('Asesor 09:02 No se entregó Quedó tu visita.')
    await told.close()
  })
})

describe('a long conversation', () => {
  const number = '+525522223333'
  let record: Record
  beforeAll(async () => {
    record = await house.met(number, 'La primera')
    await house.talks(number, 60)
  })

  test('loads what was said before, once per press', async () => {
    const card = house.open(ConversationCard, record)
    await card.sees('línea 59')
    expect(card.text()).not.toContain('La primera')
    card.press('Cargar anteriores')
    card.button('Cargar anteriores').trigger('onClick')
    await card.sees('La primera')
    expect(asks().map(({ before }) => before)).toEqual([undefined, expect.stringMatching(/^[\w-]{40,}$/)])
    expect(card.text().match(/línea \d+/g)).toHaveLength(60)
    expect(card.text()).not.toContain('Cargar anteriores')
  })

  test('says when earlier messages did not come, and keeps the rest', async () => {
    const card = house.open(ConversationCard, record)
    await card.sees('línea 59')
    await house.breaks(true)
    card.press('Cargar anteriores')
    await card.sees('No pudimos traer los datos')
    expect(card.text()).toContain('línea 59')
    await house.breaks(false)
    card.press('Cargar anteriores')
    await card.sees('La primera')
    expect(card.text()).not.toContain('No pudimos traer los datos')
  })

  test('searches, says what it found and what not, and comes back', async () => {
    const card = house.open(ConversationCard, record)
    await card.sees('línea 59')
    search(card, ' LA PRIMERA ')
    await card.sees('1 mensaje con «LA PRIMERA»')
    expect(card.text()).not.toContain('línea 59')
    search(card, 'gato')
    await card.sees('Nada con esas palabras')
    card.press('Ver toda la conversación')
    await card.sees('línea 59')
  })

  test('keeps earlier pages and shows what is new, every 20 seconds', async () => {
    const card = house.open(ConversationCard, record)
    await card.sees('línea 59')
    card.press('Cargar anteriores')
    await card.sees('La primera')
    await house.say(number, '¿Sigue en pie?')
    await beat()
    await card.sees('¿Sigue en pie?')
    expect(card.text()).toContain('La primera')
  })

  test('shows no gap: pages that no longer touch are let go', async () => {
    const card = house.open(ConversationCard, record)
    await card.sees('línea 59')
    await house.talks(number, 60, 60)
    await beat()
    await card.sees('línea 119')
    expect(card.text()).not.toMatch(/línea 59\b/)
    expect(card.text()).toContain('Cargar anteriores')
  })
})

describe('while it is open', () => {
  const number = '+525544445555'
  let record: Record
  beforeAll(async () => void (record = await house.met(number)))

  test('it does not rest while people write', async () => {
    const card = house.open(ConversationCard, record)
    await card.sees('Hola')
    await beats(14)
    await house.say(number, '¿Hay estacionamiento?')
    await beats(1)
    await card.sees('¿Hay estacionamiento?')
    await beats(14)
    expect(card.text()).not.toContain('Dejamos de actualizar')
  })

  test('it rests when nothing happens, and goes on when asked to', async () => {
    const card = house.open(ConversationCard, record)
    await card.sees('Hola')
    await beats(15)
    await card.sees('Dejamos de actualizar')
    await until(() => jest.getTimerCount() === 0)
    const before = house.knocked.length
    card.press('Actualizar')
    await card.misses('Dejamos de actualizar')
    await until(() => house.knocked.length === before + 1)
    await beats(1)
    expect(card.text()).toContain('Hola')
  })

  test('what is there stays, marked with its time, when Portero is not reached', async () => {
    const card = house.open(ConversationCard, record)
    await card.sees('Hola')
    house.proxy.isCut = true
    await beat()
    await card.sees('datos de ')
    expect(card.text()).toContain('Hola')
    house.proxy.isCut = false
    card.press('Actualizar')
    await card.misses('datos de ')
  })

  test('it shows no more to somebody who may no longer see it', async () => {
    const card = house.open(ConversationCard, record)
    await card.sees('Hola')
    house.proxy.secret = 'client-secret-of-somebody'
    await beat()
    await card.sees('Tu cuenta no ve esta parte')
    expect(card.text()).not.toContain('Hola')
    expect(card.findAll(Button)).toEqual([])
  })

  test('it asks nothing more once HubSpot has taken it away', async () => {
    await house.open(ConversationCard, record).sees('Hola')
    await until(() => jest.getTimerCount() === 1)
    await closeCards()
    expect(jest.getTimerCount()).toBe(0)
  })

  test('an answer to what was asked before does not cover a newer one', async () => {
    let arrive = (): void => undefined
    const late = new Promise<void>((arrived) => {
      arrive = arrived
    })
    const told = await cardStage()
    const [first, older] = [line('m1', '2026-11-20T17:00:00Z', 'Hola, ¿tienen algo en la Roma?'), line('m0', '2026-11-19T17:00:00Z', 'Roma o Condesa')]
    told.answers('transcript', transcript(), { after: late, reply: transcript({ lines: [line('m50', '2026-11-21T15:00:00Z', 'De la pregunta vieja')] }) }, transcript({ lines: [first], earlier: 'c1' }), transcript({ lines: [older] }))
    const card = openCard(ConversationCard)
    await card.sees('Quedó tu visita.')
    await beat()
    await until(() => told.asked.length === 2)
    search(card, 'Roma')
    await card.sees('1 mensaje con «Roma»')
    arrive()
    card.press('Cargar anteriores')
    await card.sees('Roma o Condesa')
    expect(card.text()).not.toContain('De la pregunta vieja')
    expect(card.text()).toContain('2 mensajes con «Roma»')
    await told.close()
  })
})
