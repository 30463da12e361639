import { BarChart, Button, LineChart, Link } from '@hubspot/ui-extensions'
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { AppPage } from '../../hubspot-project/src/app/cards/AppPage.tsx'
import { cardStage, openCard, type CardStage, type Reply } from './card-stage.tsx'
import { today } from './pages-samples.tsx'

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
const beat = async (): Promise<void> => {
  while (jest.getTimerCount() !== 1) await new Promise(setImmediate)
  jest.advanceTimersByTime(20_000)
}

describe('the app page', () => {
  test('asks about no record, and says so while it does', async () => {
    stage.answers('today', today())
    const page = openCard(AppPage)
    expect(page.text()).toContain('Preguntando a Portero…')
    await page.sees('Hoy hay 2 visitas')
    expect(stage.asked).toEqual([{ door: 'today', ask: { language: 'es-MX' } }])
    expect(page.mocks.useCrmProperties.callCount).toBe(0)
  })

  test('tells the tours of the day, each by the clock of its place, with the way to the record', async () => {
    stage.answers('today', today())
    const page = openCard(AppPage)
    await page.sees('Hoy hay 2 visitas')
    const text = page.text()
    for (const words of ['11:00–11:30', 'Estudio con patio', 'Casa Tabasco, 101', 'Guadalupe', 'Mariana Solís', 'Hecha', '12:00–12:30', 'Sin nombre', 'Julián Cota', 'Confirmada']) expect(text).toContain(words)
    expect(page.findAll(Link).map(({ props, text: label }) => [label, props.href])).toEqual([
      ['Bruno', { url: 'https://app.hubspot.com/contacts/4812345/record/0-1/905', external: false }], ['Guadalupe', { url: 'https://app.hubspot.com/contacts/4812345/record/0-1/904', external: false }],
    ])
  })

  test('tells who waits: why, since when, by whom, whether it is late and whether it was seen', async () => {
    stage.answers('today', today())
    const page = openCard(AppPage)
    await page.sees('2 personas esperan a un asesor')
    const text = page.text()
    expect(text).toMatch(/Bruno\s+Queja\s+sáb 21 de nov, 11:00\s+sáb 21 de nov, 11:15\s+Tarde\s+Mariana Solís\s+Sin ver/)
    expect(text).toMatch(/Sin nombre\s+Pregunta|Sin nombre\s+Contrato\s+sáb 21 de nov, 12:00\s+sáb 21 de nov, 12:15\s+A tiempo\s+Nadie todavía\s+Ya lo vio/)
  })

  test('tells how each connection is, in plain words', async () => {
    stage.answers('today', today())
    const page = openCard(AppPage)
    await page.sees('Conexiones')
    const text = page.text()
    expect(text).toMatch(/Bird · urbanhub\s+Todo en orden\s+Último aviso: sáb 21 de nov, 12:03 · 1 en fila · 0 detenidos/)
    expect(text).toMatch(/HubSpot · 4812345\s+Hay que revisarlo\s+Algo se detuvo y espera a que alguien decida en la consola de Portero\.\s+Sin avisos en los últimos 7 días · 12 en fila · 2 detenidos\s+La conexión con el otro sistema ya no tiene permiso/)
  })

  test.each([['slow', 'Va lento', 'Algo tiene que esperar'], ['resting', 'No contesta', 'lo pendiente se guarda']] as const)('a connection that is %s says what happens to what waits', async (state, tag, says) => {
    stage.answers('today', today({ connections: [{ connection: 'c-1', vendor: 'Bird', account: 'urbanhub', state, waiting: 3, dead: 0 }] }))
    const page = openCard(AppPage)
    await page.sees(tag)
    expect(page.text()).toContain(says)
  })

  test('draws two weeks of tours by state and of messages, every day of them', async () => {
    stage.answers('today', today())
    const page = openCard(AppPage)
    await page.sees('Hoy hay')
    const [tours, messages] = [page.find(BarChart).props, page.find(LineChart).props] as any[]
    expect(new Set(tours.data.map(({ day }: any) => day)).size).toBe(14)
    expect(tours.data).toContainEqual({ day: '21 nov', what: 'Confirmada', count: 1 })
    expect(tours.axes.options).toMatchObject({ groupFieldByColor: 'what', stacking: true })
    expect(tours.options).toMatchObject({ title: 'Visitas por día', showLegend: true })
    expect(messages.data).toContainEqual({ day: '21 nov', what: 'Recibidos', count: 3 })
    expect(messages.data).toHaveLength(28)
  })

  test('with nothing today says what will be there', async () => {
    stage.answers('today', today({ tours: [], escalations: [], connections: [] }))
    const page = openCard(AppPage)
    await page.sees('Hoy no hay visitas')
    for (const words of ['Nadie espera a un asesor.', 'Todavía no hay conexiones', 'npx portero connect']) expect(page.text()).toContain(words)
  })

  test('speaks English to whoever does', async () => {
    stage.answers('today', today())
    const page = openCard(AppPage, { locale: 'en-us' })
    await page.sees('2 tours today')
    expect(page.text()).toContain('2 people wait for an agent')
    expect(stage.asked[0]?.ask).toEqual({ language: 'en' })
  })

  const failures: [string, Reply, string][] = [
    ['a fault, with the reference', { refuses: 'unavailable' }, 'Referencia para soporte: a1b2c3d4'], ['too many questions', { refuses: 'throttled' }, 'Son demasiadas preguntas juntas.'],
    ['an answer of another shape', '{"ok":true}', 'Portero no contestó.'], ['HubSpot’s own refusal in its place', '{"category":"BAD_GATEWAY","correlationId":"h-77"}', 'Referencia para soporte: h-77'],
  ]
  test.each(failures)('says what happened after %s, and asks again when told to', async (_title, reply, says) => {
    stage.answers('today', reply, today())
    const page = openCard(AppPage)
    await page.sees('No pudimos traer los datos')
    expect(page.text()).toContain(says)
    page.press('Reintentar')
    await page.sees('Hoy hay 2 visitas')
  })

  test.each(['unauthorized', 'refused'] as const)('shows nothing to whoever may not see it (%s)', async (refuses) => {
    stage.answers('today', { refuses })
    const page = openCard(AppPage)
    await page.sees('Tu cuenta no ve esta parte')
    expect(page.text()).toContain('a1b2c3d4')
    expect(page.findAll(Button)).toEqual([])
  })

  test('says so when the profile names no address', () => {
    expect(openCard(AppPage, { variables: {} }).text()).toContain('Falta la dirección de Portero')
    expect(stage.asked).toEqual([])
  })

  test('keeps what it shows when a later question fails, says of when it is, and asks again', async () => {
    stage.answers('today', today(), { refuses: 'unavailable' }, today({ asOf: '2026-11-21T18:09:00Z', escalations: [] }))
    const page = openCard(AppPage)
    await page.sees('Hoy hay 2 visitas')
    await beat()
    await page.sees('datos de 12:04')
    expect(page.text()).toContain('Guadalupe')
    page.press('Actualizar')
    await page.sees('Nadie espera a un asesor.')
    expect(page.text()).not.toContain('datos de')
  })

  test('rests when nothing changes for five minutes', async () => {
    stage.answers('today', today())
    const page = openCard(AppPage)
    await page.sees('Hoy hay 2 visitas')
    for (let beats = 0; beats < 15; beats++) {
      const before = stage.asked.length
      await beat()
      while (stage.asked.length === before) await new Promise(setImmediate)
    }
    await page.sees('Dejamos de actualizar porque no hubo movimiento.')
    expect(jest.getTimerCount()).toBe(0)
  })
})
