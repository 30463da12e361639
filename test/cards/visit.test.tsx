import { Button, DateInput, Link, LoadingButton, Select, ToggleGroup } from '@hubspot/ui-extensions'
import type { RenderedElementNode } from '@hubspot/ui-extensions/testing'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { VisitCard } from '../../hubspot-project/src/app/cards/VisitCard.tsx'
import { cardStage, openCard, said, type Asked, type CardStage, type Shown } from './card-stage.tsx'
import { slots, tour, visit, withoutTour } from './samples.tsx'

let stage: CardStage
beforeEach(async () => {
  stage = await cardStage()
})
afterEach(() => stage.close())

const done = { ok: true, say: 'Listo, quedó.' }
const asksTo = (door: string): Asked['ask'][] => stage.asked.filter((each) => each.door === door).map(({ ask }) => ask)
const pick = (card: Shown, slot: string): void => {
  const group: RenderedElementNode<any> = card.find(ToggleGroup)
  group.trigger('onChange', slot)
}
const isOff = (card: Shown, label: string): boolean => String(card.button(label).props.disabled) === 'true'
const alerts = (card: Shown): any[] => card.mocks.actions.addAlert.calls.map(([alert]) => alert)
const opened = async (): Promise<Shown> => {
  const card = openCard(VisitCard)
  await card.sees('Lo que sabemos')
  return card
}

describe('at a glance', () => {
  test('the next tour, its place, agent, map and calendar file, and what was before', async () => {
    stage.answers('visit', visit())
    const card = await opened()
    const text = card.text()
    for (const words of ['lun 23 de nov, 11:00–11:30', 'Confirmada', 'Roma Norte 302', 'Colima 150, Roma Norte', 'Sofía Luna', 'Historial (1)', 'No llegó', 'Etapa Visita agendada']) expect(text).toContain(words)
    expect(card.findAll(Link).map(({ props }) => props.href)).toEqual([{ url: tour.mapUrl, external: true }, { url: tour.calendarUrl, external: true }])
  })

  test('what is known, as people write it', async () => {
    stage.answers('visit', visit())
    const text = (await opened()).text()
    for (const words of ['Presupuesto $18,500', 'Mascotas Sí', 'Mudanza 1 de diciembre de 2026', 'Garantía Póliza jurídica']) expect(text).toContain(words)
  })

  test('a number is hidden until somebody asks for it', async () => {
    stage.answers('visit', visit())
    stage.answers('reveal', { refuses: 'refused' }, { phone: '+52 55 5555 4567' })
    const card = await opened()
    expect(card.text()).toContain('•••• 4567')
    card.press('Mostrar número')
    await card.waitFor(() => expect(isOff(card, 'Mostrar número')).toBe(false))
    await card.waitFor(() => expect(alerts(card)).toEqual([{ type: 'danger', title: 'No pudimos traer los datos', message: 'Referencia para soporte: a1b2c3d4' }]))
    card.press('Mostrar número')
    await card.sees('+52 55 5555 4567')
    expect(card.text()).not.toContain('Mostrar número')
  })

  test('without a tour it says what to do next', async () => {
    stage.answers('visit', { ...withoutTour(), facts: [] })
    const card = await opened()
    expect(card.text()).toContain('Sin visita agendada')
    expect(card.text()).toContain('Todavía no hay datos.')
    expect(card.button('Agendar visita').props.variant).toBe('primary')
  })

  test('a field says why it says that', async () => {
    stage.answers('visit', visit())
    stage.answers('why', { refuses: 'unavailable' }, { steps: [{ at: '2026-11-20T17:00:00Z', kind: 'message', text: 'Puedo pagar 18 mil 500' }, { at: '2026-11-20T17:00:05Z', kind: 'write', text: 'Presupuesto: 18500', by: 'asistente' }] })
    const card = await opened()
    const why = card.findAll(Button).find((each) => said(each).includes('«Presupuesto»'))!
    why.trigger('onClick')
    await card.sees('Referencia para soporte: a1b2c3d4')
    inPanel(card, 'Reintentar').trigger('onClick')
    await card.sees('Puedo pagar 18 mil 500')
    expect(card.text()).toContain('HubSpot · vie 20 de nov, 11:00 · por asistente')
    expect(asksTo('why')).toEqual([{ record, language, field: 'budgetMxn' }, { record, language, field: 'budgetMxn' }])
  })

  test('stage and tour say why, too', async () => {
    stage.answers('visit', visit())
    stage.answers('why', { steps: [{ at: '2026-11-20T17:00:05Z', kind: 'tool', text: 'Portero reservó una visita' }] })
    const card = await opened()
    for (const [name, field] of [['Etapa', 'stage'], ['Próxima visita', 'next']] as const) {
      card.findAll(Button).find((each) => said(each).includes(`«${name}»`))!.trigger('onClick')
      await card.waitFor(() => expect(asksTo('why').at(-1)?.field).toBe(field))
    }
    await card.sees('Portero · vie 20 de nov, 11:00')
  })

  test('a field without a trace says so', async () => {
    stage.answers('visit', visit())
    stage.answers('why', { steps: [] })
    const card = await opened()
    card.findAll(Button).find(({ text }) => text === '¿Por qué?')!.trigger('onClick')
    await card.sees('alguien lo escribió en HubSpot')
  })
})
const record = { type: 'contact', id: '904' }
const language = 'es-MX'
const inPanel = (card: Shown, label: string): any => card.findAll(Button).flatMap(({ props }: any) => props.overlay?.findAll(Button) ?? []).find((each: any) => each.text === label)

describe('booking', () => {
  test('takes a home and one of Portero’s times, once, and shows what came of it', async () => {
    stage.answers('visit', withoutTour(), visit())
    stage.answers('slots', slots)
    stage.answers('book', done)
    const card = await opened()
    card.press('Agendar visita')
    await card.sees('lunes 23 nov, 11:00 h')
    expect(isOff(card, 'Agendar')).toBe(true)
    pick(card, 's-2')
    await card.waitFor(() => expect(isOff(card, 'Agendar')).toBe(false))
    const book = card.button('Agendar')
    card.press('Agendar')
    book.trigger('onClick')
    await card.sees('Colima 150')
    expect(asksTo('book')).toEqual([{ record, language, slot: 's-2', key: expect.stringMatching(/^[\w-]{8,64}$/) }])
    expect(alerts(card)).toEqual([{ type: 'success', title: 'Listo', message: 'Listo, quedó.' }])
    expect(card.mocks.actions.refreshObjectProperties.callCount).toBe(1)
  })

  test('asks for another home and another day', async () => {
    stage.answers('visit', withoutTour())
    stage.answers('slots', slots, slots, { ...slots, slots: [] })
    const card = await opened()
    card.press('Agendar visita')
    await card.sees('lunes 23 nov')
    pick(card, 's-1')
    card.find(Select).trigger('onChange', 'condesa-5' as any)
    await card.waitFor(() => expect(isOff(card, 'Agendar')).toBe(true)) // a time of another home is none of this one
    card.find(DateInput).trigger('onChange', { year: 2026, month: 11, date: 3 } as any)
    await card.sees('No hay horarios desde ese día.')
    expect(asksTo('slots').map(({ home, fromDay }) => [home, fromDay])).toEqual(expect.arrayContaining([['roma-302', undefined], ['condesa-5', '2026-12-03']]))
    card.press('Volver')
    await card.sees('Sin visita agendada')
  })

  test('says so when times do not come, and when there is no home', async () => {
    stage.answers('visit', withoutTour(), { ...withoutTour(), homes: [] })
    stage.answers('slots', { refuses: 'unavailable' }, slots)
    const card = await opened()
    card.press('Agendar visita')
    await card.sees('No pudimos traer los datos')
    card.press('Reintentar')
    await card.sees('lunes 23 nov')
    const other = await opened()
    other.press('Agendar visita')
    await other.sees('No hay departamentos publicados.')
  })

  test('an answer that is lost is asked for again under the same key', async () => {
    stage.answers('visit', withoutTour(), visit())
    stage.answers('slots', slots)
    stage.answers('book', { refuses: 'unavailable' }, { refuses: 'unavailable' }, done)
    const card = await opened()
    card.press('Agendar visita')
    await card.sees('lunes 23 nov')
    pick(card, 's-1')
    await card.waitFor(() => expect(isOff(card, 'Agendar')).toBe(false))
    card.press('Agendar')
    await card.sees('No sabemos si se guardó')
    expect(card.text()).toContain('a1b2c3d4')
    card.press('Reintentar')
    await card.waitFor(() => expect(asksTo('book')).toHaveLength(2))
    await card.sees('No sabemos si se guardó')
    card.press('Agendar') // the same wish, by the other button
    await card.sees('Colima 150')
    const keys = asksTo('book').map(({ key }) => key)
    expect(new Set(keys).size).toBe(1)
    expect(keys).toHaveLength(3)
  })

  test('a time that is gone is answered with others, and another choice is another write', async () => {
    stage.answers('visit', withoutTour())
    stage.answers('slots', slots)
    stage.answers('book', { ok: false, say: 'Ese horario se acaba de ocupar.', code: 'slot_taken', alternatives: [{ slot: 's-9', startsAt: '2026-11-25T17:00:00Z', label: 'miércoles 25 nov, 11:00 h' }] }, done)
    const card = await opened()
    card.press('Agendar visita')
    await card.sees('lunes 23 nov')
    pick(card, 's-1')
    await card.waitFor(() => expect(isOff(card, 'Agendar')).toBe(false))
    card.press('Agendar')
    await card.sees('Ese horario se acaba de ocupar.')
    expect(card.text()).toContain('miércoles 25 nov, 11:00 h')
    await card.waitFor(() => expect(isOff(card, 'Agendar')).toBe(true))
    pick(card, 's-9')
    await card.waitFor(() => expect(isOff(card, 'Agendar')).toBe(false))
    card.press('Agendar')
    await card.waitFor(() => expect(alerts(card)).toHaveLength(1))
    expect(asksTo('book').map(({ slot }) => slot)).toEqual(['s-1', 's-9'])
    expect(new Set(asksTo('book').map(({ key }) => key)).size).toBe(2)
  })

  test('somebody without the right is told so, not to try again', async () => {
    stage.answers('visit', withoutTour())
    stage.answers('slots', slots)
    stage.answers('book', { refuses: 'refused' })
    const card = await opened()
    card.press('Agendar visita')
    await card.sees('lunes 23 nov')
    pick(card, 's-1')
    await card.waitFor(() => expect(isOff(card, 'Agendar')).toBe(false))
    card.press('Agendar')
    await card.sees('Tu cuenta no ve esta parte')
    expect(card.text()).not.toContain('Reintentar')
  })
})

describe('the next tour', () => {
  test('is moved to another time of the same home, as the version that was seen', async () => {
    stage.answers('visit', visit())
    stage.answers('slots', slots)
    stage.answers('move', done)
    const card = await opened()
    card.press('Cambiar horario')
    await card.sees('martes 24 nov')
    expect(card.maybeFind(Select)).toBeNull()
    pick(card, 's-2')
    await card.waitFor(() => expect(isOff(card, 'Cambiar')).toBe(false))
    card.press('Cambiar')
    await card.sees('Próxima visita')
    expect(asksTo('move')).toEqual([{ record, language, tour: 't-1', version: 3, slot: 's-2', key: expect.any(String) }])
  })

  test('is marked as attended by one press, and a refusal is read out', async () => {
    stage.answers('visit', visit())
    stage.answers('mark', { ok: false, say: 'La visita todavía no empieza.', code: 'conflict' })
    const card = await opened()
    card.press('Asistió')
    await card.sees('La visita todavía no empieza.')
    expect(asksTo('mark')).toEqual([{ record, language, tour: 't-1', version: 3, to: 'completed', key: expect.any(String) }])
    await card.waitFor(() => expect(asksTo('visit')).toHaveLength(2)) // the newest, since something there was not as it looked
  })

  test.each([['Cancelar visita', '¿Cancelar esta visita?', 'Sí, cancelarla', 'cancelled'], ['No llegó', '¿Marcar que no llegó?', 'Sí, no llegó', 'no_show']] as const)('%s asks once more', async (label, question, sure, to) => {
    stage.answers('visit', visit(), withoutTour())
    stage.answers('mark', done)
    const card = await opened()
    card.press(label)
    await card.sees(question)
    card.press('No, dejarla')
    await card.sees('Próxima visita')
    expect(asksTo('mark')).toEqual([])
    card.press(label)
    await card.sees(question)
    expect(card.findAll(LoadingButton).filter(({ props }) => props.variant === 'destructive')).toHaveLength(1)
    card.press(sure)
    await card.sees('Sin visita agendada')
    expect(asksTo('mark').map((ask) => ask.to)).toEqual([to])
  })
})
