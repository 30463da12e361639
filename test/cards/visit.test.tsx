import { Button, DateInput, Link, LoadingButton, Select, ToggleGroup } from '@hubspot/ui-extensions'
import type { RenderedElementNode } from '@hubspot/ui-extensions/testing'
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import { sql } from 'kysely'
import { PreviewCard } from '../../hubspot-project/src/app/cards/PreviewCard.tsx'
import { VisitCard } from '../../hubspot-project/src/app/cards/VisitCard.tsx'
import type { Record } from '../support/cards-stage.ts'
import { said, type Shown } from './card-stage.tsx'
import { openHouse, type HouseStage } from './house-stage.tsx'

let house: HouseStage
beforeAll(async () => void (house = await openHouse()))
afterAll(() => house.end())
afterEach(() => house.rest())

const opened = async (record: Record, locale?: string): Promise<Shown> => {
  const card = house.open(VisitCard, record, locale)
  await card.sees(locale === 'en-us' ? 'What we know' : 'Lo que sabemos')
  return card
}
const somebody = ((made = 0) => () => house.met(`+52556666${String(1_000 + made++)}`))()
const asksTo = (door: string): any[] => house.knocked.filter(({ name }) => name === door).map(({ body }) => body)
const alerts = (card: Shown): any[] => card.mocks.actions.addAlert.calls.map(([alert]) => alert)
const isOff = (card: Shown, label: string): boolean => String(card.button(label).props.disabled) === 'true'
const offered = (card: Shown): { label: string; value: string }[] => (card.find(ToggleGroup).props as any).options
const choosing = async (card: Shown, label = 'Agendar visita'): Promise<void> => {
  card.press(label)
  await card.waitFor(() => expect(offered(card).length).toBeGreaterThan(0))
}
const pick = async (card: Shown, nth: number, label = 'Agendar'): Promise<string> => {
  const option = offered(card).at(nth)!
  const group: RenderedElementNode<any> = card.find(ToggleGroup)
  group.trigger('onChange', option.value)
  await card.waitFor(() => expect(isOff(card, label)).toBe(false))
  return option.label
}
// Somebody with a visit that an agent booked for them: the first that is free.
const visitor = async (): Promise<Record> => {
  const record = await somebody()
  const { homes } = (await house.ask('visit', { record })).body
  const { slots } = (await house.ask('slots', { record, home: homes[0].home })).body
  expect((await house.ask('book', { record, key: `key-for-${record.id}`, slot: slots[0].slot })).body.ok).toBe(true)
  return record
}
const nextOf = async (record: Record): Promise<any> => (await house.ask('visit', { record })).body.next
const hasBegun = async (record: Record): Promise<void> => house.clock.advance(Date.parse((await nextOf(record)).startsAt) - house.clock.now() + 60_000)

describe('at a glance', () => {
  const number = '+525511112222'
  beforeAll(async () => {
    await house.met(number, 'Hola', 'Busco depa de 2 recámaras en la Narvarte', 'la 1', 'el 2')
    house.clock.advance(1_000)
    expect(await house.tool(number, 'update_deal', { budget_max: 18_500, pets: true, move_in: '2026-12-01', guarantee: 'policy' })).toMatchObject({ ok: true })
    await house.follow()
  })

  test.each(['contact', 'deal'] as const)('of a %s: the next tour, its place, agent, map and calendar file', async (type) => {
    const card = await opened(house.recordOf(number, type))
    for (const words of ['Etapa Visita agendada', 'lun 23 de nov, 16:00–16:30 Confirmada', 'Departamento Dos recámaras con balcón', 'Calle Cumbres de Maltrata 4120', 'Asesor Lucía Becerril']) expect(card.text()).toContain(words)
    expect(card.findAll(Link).map(({ props }) => props.href)).toEqual([{ url: expect.stringMatching(/^https:\/\/www\.google\.com\/maps\/search\/\?api=1&query=/), external: true }, { url: expect.stringMatching(/^https:\/\/portero\.example\/ics\/.{20,}/), external: true }])
  })

  test('what is known, as people write it', async () => {
    const text = (await opened(house.recordOf(number))).text()
    for (const words of ['Presupuesto $18,500', 'Mascotas Sí', 'Mudanza 1 de diciembre de 2026', 'Garantía Póliza']) expect(text).toContain(words)
  })

  test('in English to whoever speaks it', async () => {
    const text = (await opened(house.recordOf(number), 'en-us')).text()
    for (const words of ['Stage Tour booked', 'Mon, Nov 23, 16:00–16:30 Confirmed', 'Agent Lucía Becerril', 'Budget $18,500', 'Pets Yes', 'Move-in December 1, 2026']) expect(text).toContain(words)
  })

  test('a number is hidden until somebody asks for it, and that is in the audit once', async () => {
    const card = await opened(house.recordOf(number))
    expect(card.text()).toContain('+52 55 •••• 2222')
    await house.breaks(true)
    card.press('Mostrar número')
    await card.waitFor(() => expect(alerts(card)).toEqual([{ type: 'danger', title: 'No pudimos traer los datos', message: expect.stringMatching(/^Referencia para soporte: [0-9a-f]{32}$/) }]))
    await house.breaks(false)
    expect(await house.audited('reveal:phone')).toEqual([])
    card.press('Mostrar número')
    await card.sees(number)
    expect(card.text()).not.toContain('Mostrar número')
    expect(await house.audited('reveal:phone')).toMatchObject([{ user_id: 'hubspot:9411' }])
  })

  test('a field says why it says that', async () => {
    const card = await opened(house.recordOf(number))
    await house.breaks(true)
    asksWhy(card, 'Presupuesto')
    await card.sees('Referencia para soporte: ')
    await house.breaks(false)
    inPanel(card, 'Reintentar').trigger('onClick')
    await card.sees('Portero anotó: Presupuesto $18,500')
    expect(card.text()).toMatch(/Mensaje · lun 23 de nov, 11:00 · por \S.* el 2 Portero · .+ HubSpot · lun 23 de nov, 11:00 · por HubSpot Se escribió en el negocio de HubSpot\./)
    expect(asksTo('why').map(({ field }) => field)).toEqual(['budgetMxn', 'budgetMxn', 'budgetMxn']) // HubSpot has tried the first twice
  })

  test.each([['Etapa', 'Se escribió en el negocio de HubSpot.'], ['Próxima visita', 'Se escribió en la reunión de HubSpot.']])('%s says why, too', async (name, words) => {
    const card = await opened(house.recordOf(number))
    asksWhy(card, name)
    await card.sees(words)
    expect(card.text()).toContain('Portero reservó una visita: Dos recámaras con balcón, lunes 23 nov, 16:00 h')
  })

  test('without a tour it says what to do next, and of a field without a trace that it has none', async () => {
    const card = await opened(await somebody())
    for (const words of ['Sin visita agendada', 'Todavía no hay datos.']) expect(card.text()).toContain(words)
    expect(card.button('Agendar visita').props.variant).toBe('primary')
    asksWhy(card, 'Etapa')
    await card.sees('alguien lo escribió en HubSpot')
  })
})
const asksWhy = (card: Shown, field: string): void => card.findAll(Button).find((each) => said(each).includes(`«${field}»`))!.trigger('onClick')
const inPanel = (card: Shown, label: string): any => card.findAll(Button).flatMap(({ props }: any) => props.overlay?.findAll(Button) ?? []).find((each: any) => each.text === label)

describe('booking', () => {
  test('takes a home and one of Portero’s times, once, and shows what came of it', async () => {
    const record = await somebody()
    const before = await house.tours()
    const card = await opened(record)
    await choosing(card)
    expect(isOff(card, 'Agendar')).toBe(true)
    const label = await pick(card, 3)
    const book = card.button('Agendar')
    card.press('Agendar')
    book.trigger('onClick')
    await card.sees('Próxima visita')
    expect([asksTo('book').length, (await house.tours()) - before]).toEqual([1, 1])
    expect(alerts(card)).toEqual([{ type: 'success', title: 'Listo', message: expect.stringContaining(`Visita reservada: Estudio con patio en Roma Norte, ${label}, con `) }])
    expect(card.mocks.actions.refreshObjectProperties.callCount).toBe(1)
    expect((await house.audited('action:book-tour')).at(-1)).toMatchObject({ user_id: 'hubspot:9411' })
  })

  test('says in English what came of it', async () => {
    const card = await opened(await somebody(), 'en-us')
    await choosing(card, 'Book a tour')
    await pick(card, -1, 'Book')
    card.press('Book')
    await card.sees('Next tour')
    expect(alerts(card)).toEqual([{ type: 'success', title: 'Done', message: expect.stringMatching(/^Visit booked: .+day, Nov \d+, .+, with /) }])
  })

  test('asks for another home and another day', async () => {
    const card = await opened(await somebody())
    await choosing(card)
    await pick(card, 0)
    card.find(Select).trigger('onChange', 'condesa-104' as any)
    await card.waitFor(() => expect(isOff(card, 'Agendar')).toBe(true)) // a time of another home is none of this one
    card.find(DateInput).trigger('onChange', { year: 2026, month: 10, date: 26 } as any)
    await card.waitFor(() => expect(offered(card)[0]!.label).toMatch(/^jueves 26 nov/))
    card.find(DateInput).trigger('onChange', { year: 2027, month: 0, date: 26 } as any)
    await card.sees('No hay horarios desde ese día.')
    expect(asksTo('slots').map(({ home, fromDay }) => [home, fromDay])).toEqual([['roma-norte-101', undefined], ['condesa-104', undefined], ['condesa-104', '2026-11-26'], ['condesa-104', '2027-01-26']])
    card.press('Volver')
    await card.sees('Sin visita agendada')
  })

  test('says so when times do not come', async () => {
    const card = await opened(await somebody())
    await house.breaks(true)
    card.press('Agendar visita')
    await card.sees('No pudimos traer los datos')
    expect(card.text()).toMatch(/Referencia para soporte: [0-9a-f]{32}/)
    await house.breaks(false)
    card.press('Reintentar')
    await card.waitFor(() => expect(offered(card)).toHaveLength(24))
  })

  test('says so when there is no home', async () => {
    const publish = async (status: 'open' | 'closed'): Promise<void> => {
      await sql`update home set status = ${status}`.execute(house.house.db.bare)
      house.clock.advance(11_000) // for so long the catalogue is remembered
    }
    await publish('closed')
    const card = await opened(await somebody())
    card.press('Agendar visita')
    await card.sees('No hay departamentos publicados.')
    card.press('Volver')
    await card.sees('Sin visita agendada')
    await publish('open')
  })

  test('is one write when its answer was lost and HubSpot asks again', async () => {
    const card = await opened(await somebody())
    await choosing(card)
    await pick(card, -2)
    const before = await house.tours()
    house.proxy.loses = 1
    card.press('Agendar')
    await card.sees('Próxima visita')
    expect(asksTo('book')).toEqual([expect.objectContaining({ key: expect.stringMatching(/^[\w-]{8,64}$/) }), asksTo('book')[0]])
    expect([alerts(card), (await house.tours()) - before]).toEqual([[isBooked], 1])
  })

  test('is one write however often it is pressed while no answer arrives', async () => {
    const card = await opened(await somebody())
    await choosing(card)
    await pick(card, -3)
    const before = await house.tours()
    house.proxy.loses = 4
    card.press('Agendar')
    await card.sees('No sabemos si se guardó')
    card.press('Reintentar')
    await card.waitFor(() => expect(asksTo('book')).toHaveLength(4))
    await card.sees('No sabemos si se guardó')
    card.press('Agendar') // the same wish, by the other button
    await card.sees('Próxima visita')
    expect([asksTo('book').length, new Set(asksTo('book').map(({ key }) => key)).size, alerts(card), (await house.tours()) - before]).toEqual([5, 1, [isBooked], 1])
  })

  test('a time that is gone is answered with others, and another choice is another write', async () => {
    const card = await opened(await somebody())
    await choosing(card)
    const label = await pick(card, 6)
    await taken(label)
    card.press('Agendar')
    await card.sees('Ese horario se acaba de ocupar.')
    expect(card.text()).toContain('Estos horarios sí están libres:')
    expect(offered(card).map((each) => each.label)).not.toContain(label)
    expect([offered(card).length, isOff(card, 'Agendar')]).toEqual([3, true])
    await pick(card, 0)
    card.press('Agendar')
    await card.sees('Próxima visita')
    expect(new Set(asksTo('book').map(({ key }) => key)).size).toBe(2)
  })

  test('somebody without the right is told so, not to try again', async () => {
    const card = await opened(await somebody())
    await choosing(card)
    await pick(card, 0)
    await house.staffed({ default: 'viewer' })
    card.press('Agendar')
    await card.sees('Tu cuenta no ve esta parte')
    expect(card.text()).not.toContain('Reintentar')
    await house.staffed(undefined)
  })
})
const isBooked = { type: 'success', title: 'Listo', message: expect.stringMatching(/^Visita reservada: /) } // and not: it was booked already
// By others, as often as somebody can show it.
const taken = async (label: string): Promise<void> => {
  for (;;) {
    const record = await somebody()
    const slot = (await house.ask('slots', { record, home: 'roma-norte-101' })).body.slots.find((each: { label: string }) => each.label === label)
    if (!slot) return
    await house.ask('book', { record, key: `key-for-${record.id}`, slot: slot.slot })
  }
}

describe('the next tour', () => {
  test('is moved to another time of the same home, once, also when the answer was lost', async () => {
    const record = await visitor()
    const before = await nextOf(record)
    const tours = await house.tours()
    const card = await opened(record)
    await choosing(card, 'Cambiar horario')
    expect(card.maybeFind(Select)).toBeNull()
    const label = await pick(card, -1, 'Cambiar')
    house.proxy.loses = 1
    card.press('Cambiar')
    await card.waitFor(() => expect(alerts(card)).toEqual([{ type: 'success', title: 'Listo', message: expect.stringContaining(label) }]))
    const after = await nextOf(record)
    expect([after.home, after.version, asksTo('move').length, await house.tours()]).toEqual([before.home, before.version + 1, 2, tours])
    expect(after.startsAt).not.toBe(before.startsAt)
  })

  test('is not marked as attended before it begins, which is read out', async () => {
    const card = await opened(await visitor())
    card.press('Asistió')
    await card.sees('La visita todavía no empieza.')
    await card.waitFor(() => expect(asksTo('visit')).toHaveLength(2)) // the newest, since something there was not as it looked
  })

  test('is marked as attended by one press once it has begun', async () => {
    const record = await visitor()
    await hasBegun(record)
    const card = await opened(record)
    card.press('Asistió')
    await card.sees('Historial (1)')
    expect(alerts(card)).toEqual([{ type: 'success', title: 'Listo', message: 'La visita quedó como hecha.' }])
    expect(card.text()).toMatch(/Historial \(1\) .+ Hecha$/)
    await house.follow()
    await house.open(VisitCard, record).sees('Etapa Visita hecha')
  })

  test.each([['es', 'Asistió', 'completed'], ['es', 'No llegó', 'no_show'], ['en-us', 'Attended', 'completed']] as const)('that is over stays until it is said how it went (%s: %s)', async (locale, label, status) => {
    const [title, history] = locale === 'es' ? ['¿Cómo salió?', 'Historial (1)'] : ['How did it go?', 'History (1)']
    const record = await visitor()
    house.clock.advance(Date.parse((await nextOf(record)).endsAt) - house.clock.now() + 26 * 3_600_000)
    const card = await opened(record, locale)
    expect(card.text()).toContain(title)
    expect(card.text()).not.toMatch(/Cambiar horario|Cancelar visita|Change the time|Cancel the tour|Historial|History/)
    expect(card.button(locale === 'es' ? 'Asistió' : 'Attended').props.variant).toBe('primary')
    await house.open(PreviewCard, record, locale).sees(title)
    card.press(label)
    if (status === 'no_show') card.press('Sí, no llegó')
    await card.sees(history)
    expect((await house.ask('visit', { record })).body).toMatchObject({ history: [{ status }] })
    expect(await nextOf(record)).toBeUndefined()
  })

  test.each([['No llegó', '¿Marcar que no llegó?', 'Sí, no llegó', 'no_show'], ['Cancelar visita', '¿Cancelar esta visita?', 'Sí, cancelarla', 'cancelled']] as const)('%s asks once more', async (label, question, sure, status) => {
    const record = await visitor()
    if (status === 'no_show') await hasBegun(record)
    const card = await opened(record)
    card.press(label)
    await card.sees(question)
    expect(card.findAll(LoadingButton).filter(({ props }) => props.variant === 'destructive')).toHaveLength(1)
    card.press('No, dejarla')
    await card.sees('Próxima visita')
    expect(asksTo('mark')).toEqual([])
    card.press(label)
    await card.sees(question)
    card.press(sure)
    await card.sees('Sin visita agendada')
    expect((await house.ask('visit', { record })).body.history).toMatchObject([{ status }])
  })

  test('that another agent has changed meanwhile is left as it is, and shown anew', async () => {
    const record = await visitor()
    const [mine, theirs] = [await opened(record), await opened(record)]
    await choosing(theirs, 'Cambiar horario')
    await pick(theirs, -1, 'Cambiar')
    theirs.press('Cambiar')
    await theirs.waitFor(() => expect(alerts(theirs)).toHaveLength(1))
    mine.press('Cancelar visita')
    mine.press('Sí, cancelarla')
    await mine.sees('La visita cambió mientras tanto.')
    const next = await nextOf(record)
    expect(next).toMatchObject({ status: 'confirmed', version: 2 })
    mine.press('No, dejarla')
    await mine.waitFor(() => expect(mine.text()).toBe(theirs.text()))
    mine.press('Cancelar visita')
    mine.press('Sí, cancelarla')
    await mine.sees('Sin visita agendada')
  })
})
