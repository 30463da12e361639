import { Accordion, Flex, SearchInput } from '@hubspot/ui-extensions'
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { ConversationCard } from '../../hubspot-project/src/app/cards/ConversationCard.tsx'
import { cardStage, closeCards, openCard, said, type CardStage } from './card-stage.tsx'
import { line, lines, transcript } from './samples.tsx'

let stage: CardStage
beforeEach(async () => {
  // Only the pulse is moved by hand: requests keep their own time.
  jest.useFakeTimers({ doNotFake: ['Date', 'hrtime', 'nextTick', 'performance', 'queueMicrotask', 'requestAnimationFrame', 'cancelAnimationFrame', 'requestIdleCallback', 'cancelIdleCallback', 'setImmediate', 'clearImmediate', 'setTimeout', 'clearTimeout'] })
  stage = await cardStage()
})
afterEach(async () => {
  jest.clearAllTimers()
  jest.useRealTimers()
  await stage.close()
})

// The pulse begins a moment after the view is drawn.
const until = async (isSo: () => boolean): Promise<void> => {
  while (!isSo()) await new Promise(setImmediate)
}
const beat = async (): Promise<void> => {
  await until(() => jest.getTimerCount() === 1)
  jest.advanceTimersByTime(20_000)
}

describe('the conversation', () => {
  test('shows HubSpot’s own name at once, while Portero is asked', async () => {
    stage.answers('transcript', transcript())
    const card = openCard(ConversationCard)
    expect(card.text()).toContain('Guadalupe Ríos')
    expect(card.text()).toContain('Preguntando a Portero…')
    await card.sees('Hola, ¿tienen algo en la Roma?')
    expect(card.text()).not.toContain('Preguntando a Portero…')
    expect(stage.asked).toEqual([{ door: 'transcript', ask: { record: { type: 'contact', id: '904' }, language: 'es-MX' } }])
  })

  test('reads as a chat: days, who, when, what became of it, media, and what Portero did', async () => {
    stage.answers('transcript', transcript())
    const card = openCard(ConversationCard)
    await card.sees('Quedó tu visita.')
    const text = card.text()
    expect(text.indexOf('Ayer')).toBeLessThan(text.indexOf('Hola,'))
    expect(text.indexOf('Hoy')).toBeGreaterThan(text.indexOf('Claro, mira'))
    expect(text).toContain('Prospecto 11:00')
    expect(text).toContain('Asistente 11:00 Leído')
    expect(text).toContain('Asesor 09:02 No se entregó')
    expect(text).toContain('Imagen')
    expect(text).toContain('Responde el asistente')
    expect(said(card.find(Accordion, { title: 'Se hicieron 2 cosas' }))).toContain('09:01 · Portero reservó el lunes a las 11:00')
    expect(text).toContain('09:03 · Portero escribió el negocio')
    expect(card.findAll(Flex, { justify: 'start' }).map(said)).toHaveLength(2)
  })

  test('says who is asked for, and that it is late', async () => {
    stage.answers('transcript', transcript({ state: 'human', escalation: { reason: 'complaint', summary: 'Pide bajar la renta.', owner: 'Sofía Luna', dueAt: '2026-11-21T18:00:00Z', isLate: true } }))
    const card = openCard(ConversationCard)
    await card.sees('Pide a una persona y ya se pasó la hora')
    expect(card.text()).toContain('Queja Pide bajar la renta.')
    expect(card.text()).toContain('12:00 · A cargo de Sofía Luna')
  })

  test('is empty before anybody wrote', async () => {
    stage.answers('transcript', transcript({ state: 'none', lines: [] }))
    await openCard(ConversationCard).sees('Todavía no hay conversación')
    expect(stage.asked).toHaveLength(1)
  })

  test('speaks English to whoever does', async () => {
    stage.answers('transcript', transcript({ lines: [] }))
    const card = openCard(ConversationCard, { locale: 'en-us' })
    expect(card.text()).toContain('Asking Portero…')
    await card.sees('No conversation yet')
    expect(stage.asked[0]?.ask.language).toBe('en')
  })

  test('loads what was said before, once per press', async () => {
    stage.answers('transcript', transcript({ earlier: 'c1' }), transcript({ lines: [line('m0', '2026-11-19T17:00:00Z', 'Buenas tardes'), lines[0]!] }))
    const card = openCard(ConversationCard)
    await card.sees('Hola,')
    card.press('Cargar anteriores')
    card.button('Cargar anteriores').trigger('onClick')
    await card.sees('Buenas tardes')
    expect(stage.asked.map(({ ask }) => ask.before)).toEqual([undefined, 'c1'])
    expect(card.text().split('Hola,')).toHaveLength(2)
    expect(card.text()).not.toContain('Cargar anteriores')
  })

  test('says when earlier messages did not come, and keeps the rest', async () => {
    stage.answers('transcript', transcript({ earlier: 'c1' }), { refuses: 'unavailable' }, transcript({ lines: [line('m0', '2026-11-19T17:00:00Z', 'Buenas tardes')] }))
    const card = openCard(ConversationCard)
    await card.sees('Hola,')
    card.press('Cargar anteriores')
    await card.sees('No pudimos traer los datos')
    expect(card.text()).toContain('Hola,')
    card.press('Cargar anteriores')
    await card.sees('Buenas tardes')
  })

  test('searches, says what it found and what not, and comes back', async () => {
    stage.answers('transcript', transcript(), transcript({ lines: [lines[0]!] }), transcript({ lines: [] }), transcript())
    const card = openCard(ConversationCard)
    await card.sees('Quedó tu visita.')
    card.find(SearchInput).trigger('onChange', ' Roma ' as any)
    await card.sees('1 mensaje con «Roma»')
    expect(card.text()).not.toContain('Quedó tu visita.')
    card.find(SearchInput).trigger('onChange', 'gato' as any)
    await card.sees('Nada con esas palabras')
    card.press('Ver toda la conversación')
    await card.sees('Quedó tu visita.')
    expect(stage.asked.map(({ ask }) => ask.search)).toEqual([undefined, 'Roma', 'gato', undefined])
  })
})

describe('while it is open', () => {
  test('an answer to what was asked before does not cover a newer one', async () => {
    let arrive = (): void => undefined
    const late = new Promise<void>((arrived) => {
      arrive = arrived
    })
    stage.answers('transcript', transcript(), { after: late, reply: transcript({ lines: [line('m50', '2026-11-21T15:00:00Z', 'De la pregunta vieja')] }) }, transcript({ lines: [lines[0]!], earlier: 'c1' }), transcript({ lines: [line('m0', '2026-11-19T17:00:00Z', 'Roma o Condesa')] }))
    const card = openCard(ConversationCard)
    await card.sees('Quedó tu visita.')
    await beat()
    await until(() => stage.asked.length === 2)
    card.find(SearchInput).trigger('onChange', 'Roma' as any)
    await card.sees('1 mensaje con «Roma»')
    arrive()
    card.press('Cargar anteriores')
    await card.sees('Roma o Condesa')
    expect(card.text()).not.toContain('De la pregunta vieja')
    expect(card.text()).toContain('2 mensajes con «Roma»')
  })

  test('it does not rest while people write', async () => {
    stage.answers('transcript', transcript())
    const card = openCard(ConversationCard)
    await card.sees('Hola,')
    const beats = async (count: number): Promise<void> => {
      for (const asks = stage.asked.length + count; stage.asked.length < asks;) {
        const before = stage.asked.length
        await beat()
        await until(() => stage.asked.length > before)
      }
    }
    await beats(14)
    stage.answers('transcript', transcript({ lines: [...lines, line('m8', '2026-11-21T18:05:00Z', '¿Sigue en pie?')] }))
    await beats(1)
    await card.sees('¿Sigue en pie?')
    await beats(14)
    expect(card.text()).not.toContain('Dejamos de actualizar')
  })

  test('it asks again every 20 seconds, keeps earlier pages and shows what is new', async () => {
    const fresh = [...lines.slice(2), line('m8', '2026-11-21T18:05:00Z', '¿Sigue en pie?')]
    stage.answers('transcript', transcript({ earlier: 'c1' }), transcript({ lines: fresh, earlier: 'c2' }), transcript({ lines: [] }))
    const card = openCard(ConversationCard)
    await card.sees('Hola,')
    await beat()
    await card.sees('¿Sigue en pie?')
    expect(card.text()).toContain('Hola,')
    card.press('Cargar anteriores')
    await card.misses('Cargar anteriores')
    expect(stage.asked).toHaveLength(3)
    expect(stage.asked[2]?.ask.before).toBe('c1')
  })

  test('it shows no gap: pages that no longer touch are let go', async () => {
    stage.answers('transcript', transcript(), transcript({ lines: [line('m90', '2026-11-21T18:05:00Z', 'Mucho después')], earlier: 'c9' }))
    const card = openCard(ConversationCard)
    await card.sees('Hola,')
    await beat()
    await card.sees('Mucho después')
    expect(card.text()).not.toContain('Hola,')
    expect(card.text()).toContain('Cargar anteriores')
  })

  test('a question that fails leaves what is there, marked with its time', async () => {
    stage.answers('transcript', transcript(), { refuses: 'unavailable' }, transcript())
    const card = openCard(ConversationCard)
    await card.sees('Hola,')
    await beat()
    await card.sees('datos de 12:04')
    expect(card.text()).toContain('Hola,')
    card.press('Actualizar')
    await card.misses('datos de 12:04')
  })

  test('it rests when nothing happens, and goes on when asked to', async () => {
    stage.answers('transcript', transcript())
    const card = openCard(ConversationCard)
    await card.sees('Hola,')
    for (let nth = 1; nth <= 15; nth++) {
      await beat()
      await until(() => stage.asked.length === 1 + nth)
    }
    await card.sees('Dejamos de actualizar')
    await until(() => jest.getTimerCount() === 0)
    card.press('Actualizar')
    await card.misses('Dejamos de actualizar')
    await until(() => stage.asked.length === 17)
    await beat()
    await until(() => stage.asked.length === 18)
    expect(card.text()).toContain('Hola,')
  })

  test('it asks nothing more once HubSpot has taken it away', async () => {
    stage.answers('transcript', transcript())
    await openCard(ConversationCard).sees('Hola,')
    await until(() => jest.getTimerCount() === 1)
    await closeCards()
    expect(jest.getTimerCount()).toBe(0)
  })
})
