import { Button, DateInput, Input, LoadingButton, Select, Tab, Tabs, TimeInput } from '@hubspot/ui-extensions'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { stretchesIn } from '../../hubspot-project/src/app/cards/hours-text.ts'
import { SettingsPage } from '../../hubspot-project/src/app/cards/SettingsPage.tsx'
import { cardStage, openCard, type Asked, type CardStage, type Reply, type Shown } from './card-stage.tsx'
import { settings } from './pages-samples.tsx'

let stage: CardStage
beforeEach(async () => {
  stage = await cardStage()
})
afterEach(() => stage.close())

const language = 'es-MX'
const key = expect.stringMatching(/^[\w-]{8,64}$/)
const done = { ok: true, say: 'Listo, quedó.' }
const changed = { ok: false, code: 'changed', say: 'Alguien lo cambió mientras lo editabas.' }
const asksTo = (door: string): Asked['ask'][] => stage.asked.filter((each) => each.door === door).map(({ ask }) => ask)
const isOff = (page: Shown, label: string): boolean => String(page.button(label).props.disabled) === 'true'
const alerts = (page: Shown): any[] => page.mocks.actions.addAlert.calls.map(([alert]) => alert)
const opened = async (): Promise<Shown> => {
  const page = openCard(SettingsPage)
  await page.sees('Horarios')
  return page
}
const goTo = async (page: Shown, tab: string, sees: string): Promise<void> => {
  page.find(Tabs).trigger('onSelectedChange', tab as any)
  await page.sees(sees)
}
const field = (page: Shown, kind: any, name: string): any => page.findAll(kind).find(({ props }: any) => props.name === name)

describe('the settings page', () => {
  test('asks about no record, and has a tab for each part', async () => {
    stage.answers('settings', settings())
    const page = openCard(SettingsPage)
    expect(page.text()).toContain('Preguntando a Portero…')
    await page.sees('Horarios')
    expect(page.findAll(Tab).map(({ props }) => props.title)).toEqual(['Horarios', 'Bloqueos', 'Avisos', 'Conexiones'])
    expect(stage.asked).toEqual([{ door: 'settings', ask: { language } }])
  })
  const failures: [string, Reply, string][] = [['a fault, with the reference', { refuses: 'unavailable' }, 'Referencia para soporte: a1b2c3d4'], ['an answer of another shape', '{"ok":true}', 'Portero no contestó.']]
  test.each(failures)('says what happened after %s, and asks again when told to', async (_title, reply, says) => {
    stage.answers('settings', reply, settings())
    const page = openCard(SettingsPage)
    await page.sees('No pudimos traer los datos')
    expect(page.text()).toContain(says)
    page.press('Reintentar')
    await page.sees('Mariana Solís')
  })
  test.each(['unauthorized', 'refused'] as const)('shows nothing to whoever is no admin (%s)', async (refuses) => {
    stage.answers('settings', { refuses })
    const page = openCard(SettingsPage)
    await page.sees('Tu cuenta no ve esta parte')
    expect([...page.findAll(Button), ...page.findAll(LoadingButton)]).toEqual([])
  })
  test('says so when the profile names no address', () => {
    expect(openCard(SettingsPage, { variables: {} }).text()).toContain('Falta la dirección de Portero')
  })
  test('speaks English to whoever does', async () => {
    stage.answers('settings', settings())
    await openCard(SettingsPage, { locale: 'en' }).sees('Monday')
    expect(asksTo('settings')).toEqual([{ language: 'en' }])
  })
})

describe('hours', () => {
  test('stand as people write them, a line a day, and are saved whole', async () => {
    stage.answers('settings', settings(), settings({ agents: [{ ...settings().agents[0]!, version: 'v-3', hours: [] }] }))
    stage.answers('hours', done)
    const page = await opened()
    expect(page.findAll(Input).map(({ props }) => [props.label, props.value])).toEqual([['Lunes', '09:00-14:00, 16:00-18:00'], ['Martes', ''], ['Miércoles', ''], ['Jueves', ''], ['Viernes', ''], ['Sábado', '10:00-14:00'], ['Domingo', '']])
    expect(isOff(page, 'Guardar')).toBe(true)
    field(page, Input, 'tue').trigger('onChange', '9 a 12')
    await page.waitFor(() => expect(isOff(page, 'Guardar')).toBe(false))
    const save = page.button('Guardar')
    page.press('Guardar')
    save.trigger('onClick')
    await page.waitFor(() => expect(alerts(page)).toEqual([{ type: 'success', title: 'Listo', message: 'Listo, quedó.' }]))
    expect(asksTo('hours')).toEqual([{
      language, key, agent: 'mariana-solis', version: 'v-1',
      hours: [{ day: 'mon', from: '09:00', to: '14:00' }, { day: 'mon', from: '16:00', to: '18:00' }, { day: 'tue', from: '09:00', to: '12:00' }, { day: 'sat', from: '10:00', to: '14:00' }],
    }])
    await page.waitFor(() => expect(field(page, Input, 'mon').props.value).toBe(''))
    expect(asksTo('settings')).toHaveLength(2)
  })
  test('that can’t be read are not sent, and say how to write them', async () => {
    stage.answers('settings', settings())
    const page = await opened()
    field(page, Input, 'mon').trigger('onChange', 'por la mañana')
    await page.waitFor(() => expect(field(page, Input, 'mon').props.validationMessage).toBe('Escríbelo así: 10:00-14:00, 16:00-19:00.'))
    expect(isOff(page, 'Guardar')).toBe(true)
    page.press('Cancelar')
    await page.waitFor(() => expect(field(page, Input, 'mon').props.value).toBe('09:00-14:00, 16:00-18:00'))
  })
  test('of another agent are shown when that one is chosen', async () => {
    stage.answers('settings', settings())
    const page = await opened()
    expect(page.find(Select).props.options).toEqual([{ value: 'mariana-solis', label: 'Mariana Solís' }, { value: 'diego-arriaga', label: 'Diego Arriaga (no muestra por ahora)' }])
    page.find(Select).trigger('onChange', 'diego-arriaga' as any)
    await page.waitFor(() => expect(field(page, Input, 'mon').props.value).toBe(''))
  })
  test('that somebody changed meanwhile are shown as they are now', async () => {
    const [first] = settings().agents
    stage.answers('settings', settings(), settings({ agents: [{ ...first!, version: 'v-9', hours: [{ day: 'mon', from: '11:00', to: '12:00' }] }] }))
    stage.answers('hours', changed)
    const page = await opened()
    field(page, Input, 'sun').trigger('onChange', '10:00-12:00')
    await page.waitFor(() => expect(isOff(page, 'Guardar')).toBe(false))
    page.press('Guardar')
    await page.sees('Alguien lo cambió mientras lo editabas.')
    await page.waitFor(() => expect([field(page, Input, 'mon').props.value, field(page, Input, 'sun').props.value]).toEqual(['11:00-12:00', '']))
    expect(alerts(page)).toEqual([])
  })
  test('whose answer is lost are sent again under the same key', async () => {
    stage.answers('settings', settings())
    stage.answers('hours', { refuses: 'unavailable' }, done)
    const page = await opened()
    field(page, Input, 'sun').trigger('onChange', '10-12')
    await page.waitFor(() => expect(isOff(page, 'Guardar')).toBe(false))
    page.press('Guardar')
    await page.sees('No sabemos si se guardó')
    page.press('Reintentar')
    await page.waitFor(() => expect(alerts(page)).toHaveLength(1))
    const [first, second] = asksTo('hours')
    expect(second).toEqual(first)
  })
  test('without agents say what to do', async () => {
    stage.answers('settings', settings({ agents: [] }))
    await openCard(SettingsPage).sees('Todavía no hay asesores')
  })
  test.each<[string, unknown]>([
    ['', []], ['10:00-14:00', [['10:00', '14:00']]], ['9-12; 16:30 – 19', [['09:00', '12:00'], ['16:30', '19:00']]], ['10 a 14', [['10:00', '14:00']]], ['14-10', undefined], ['10-25', undefined], ['10:00', undefined], ['10-12, nada', undefined],
  ])('written as %p', (line, stretches) => {
    expect(stretchesIn(line, 'mon')?.map(({ from, to }) => [from, to])).toEqual(stretches)
  })
})

describe('closed times', () => {
  test('are listed by the clock of their place, and are taken away only when one is sure', async () => {
    stage.answers('settings', settings(), settings({ blackouts: [] }))
    stage.answers('reopen', done)
    const page = await opened()
    await goTo(page, 'blackouts', '1 bloqueo')
    expect(page.text()).toMatch(/jue 24 de dic, 14:00 a dom 27 de dic, 00:00\s+Casa Tabasco · Todos los asesores/)
    page.press('Quitar')
    await page.sees('¿Quitar este bloqueo?')
    expect(asksTo('reopen')).toEqual([])
    page.press('No, dejarlo')
    await page.sees('Bloquear horas')
    page.press('Quitar')
    await page.sees('¿Quitar este bloqueo?')
    page.press('Sí, quitarlo')
    await page.sees('No hay bloqueos por venir.')
    expect(asksTo('reopen')).toEqual([{ language, key, blackout: settings().blackouts[0]!.blackout }])
  })
  const day = (year: number, month: number, date: number): object => ({ year, month: month - 1, date })
  test('are added for a building, an agent or both, whole days or hours', async () => {
    stage.answers('settings', settings())
    stage.answers('blackout', { ok: false, code: 'upside_down', say: 'El final va antes que el inicio.' }, done)
    const page = await opened()
    await goTo(page, 'blackouts', 'Bloquear horas')
    page.press('Bloquear horas')
    await page.sees('Desde el día')
    expect(isOff(page, 'Guardar')).toBe(true)
    field(page, DateInput, 'from').trigger('onChange', day(2026, 12, 31))
    field(page, DateInput, 'to').trigger('onChange', day(2027, 1, 1))
    await page.waitFor(() => expect(field(page, DateInput, 'to').props.value).toEqual(day(2027, 1, 1)))
    expect(isOff(page, 'Guardar')).toBe(true) // of what?
    field(page, Select, 'agent').trigger('onChange', 'mariana-solis')
    field(page, TimeInput, 'from-time').trigger('onChange', { hours: 9, minutes: 5 })
    await page.waitFor(() => expect(isOff(page, 'Guardar')).toBe(false))
    page.press('Guardar')
    await page.sees('El final va antes que el inicio.')
    field(page, Select, 'building').trigger('onChange', 'condesa')
    await page.waitFor(() => expect(field(page, Select, 'building').props.value).toBe('condesa'))
    page.press('Guardar')
    await page.waitFor(() => expect(alerts(page)).toHaveLength(1))
    expect(asksTo('blackout')).toEqual([
      { language, key, agent: 'mariana-solis', from: '2026-12-31T09:05', to: '2027-01-01' }, { language, key, agent: 'mariana-solis', building: 'condesa', from: '2026-12-31T09:05', to: '2027-01-01' },
    ])
    expect(asksTo('blackout')[0].key).not.toBe(asksTo('blackout')[1].key)
  })
})

describe('who is asked', () => {
  test('is an order that one changes and saves whole', async () => {
    stage.answers('settings', settings())
    stage.answers('owners', done)
    const page = await opened()
    await goTo(page, 'owners', '1. Mariana Solís · Inglés · Cualquier edificio')
    expect(page.text()).toContain('2. Diego Arriaga · Cualquier idioma · Casa Ámsterdam')
    expect(isOff(page, 'Guardar')).toBe(true)
    page.findAll(Button).filter(({ text }) => text === 'Subir')[1]!.trigger('onClick')
    await page.sees('1. Diego Arriaga')
    field(page, Select, 'agent').trigger('onChange', 'mariana-solis')
    field(page, Select, 'language').trigger('onChange', 'es-MX')
    field(page, Select, 'building').trigger('onChange', 'roma-norte')
    await page.waitFor(() => expect(isOff(page, 'Agregar a la lista')).toBe(false))
    page.press('Agregar a la lista')
    await page.sees('3. Mariana Solís · Español · Casa Tabasco')
    page.findAll(Button).filter(({ text }) => text === 'Quitar')[1]!.trigger('onClick')
    await page.sees('2. Mariana Solís · Español')
    page.press('Guardar')
    await page.waitFor(() => expect(alerts(page)).toHaveLength(1))
    expect(asksTo('owners')).toEqual([{ language, key, version: 'o-1', list: [{ agent: 'diego-arriaga', building: 'condesa' }, { agent: 'mariana-solis', language: 'es-MX', building: 'roma-norte' }] }])
  })
  test('without a list says who is told then', async () => {
    stage.answers('settings', settings({ owners: { version: 'o-0', list: [] } }))
    const page = await opened()
    await goTo(page, 'owners', 'La lista está vacía')
  })
  test('that somebody changed meanwhile is shown as it is now', async () => {
    stage.answers('settings', settings(), settings({ owners: { version: 'o-2', list: [{ agent: 'diego-arriaga' }] } }))
    stage.answers('owners', changed)
    const page = await opened()
    await goTo(page, 'owners', '1. Mariana')
    page.findAll(Button).find(({ text }) => text === 'Quitar')!.trigger('onClick')
    await page.waitFor(() => expect(isOff(page, 'Guardar')).toBe(false))
    page.press('Guardar')
    await page.sees('Alguien lo cambió mientras lo editabas.')
    await page.sees('1. Diego Arriaga · Cualquier idioma · Cualquier edificio')
  })
})

describe('connections', () => {
  const told = { asOf: '2026-11-21T18:04:00Z', ok: true, say: 'Bird contesta y todo está en su lugar. No hay nada que hacer.' }
  test('are tested one by one, and say how it went', async () => {
    stage.answers('settings', settings())
    stage.answers('probe', told, { ...told, ok: false, say: 'HubSpot ya no acepta la clave.' })
    const page = await opened()
    await goTo(page, 'connections', 'Bird · urbanhub')
    page.press('Probar conexión con Bird')
    await page.sees('Funciona')
    page.press('Probar conexión con HubSpot')
    await page.sees('HubSpot ya no acepta la clave.')
    expect(page.text()).toContain('Hay algo que revisar')
    expect(asksTo('probe').map(({ connection }) => connection)).toEqual(settings().connections.map(({ connection }) => connection))
  })
  test('whose test fails on the way say so, with the reference, and can be tested again', async () => {
    stage.answers('settings', settings())
    stage.answers('probe', { refuses: 'unavailable' }, told)
    const page = await opened()
    await goTo(page, 'connections', 'Bird · urbanhub')
    page.press('Probar conexión con Bird')
    await page.sees('Referencia para soporte: a1b2c3d4')
    await page.waitFor(() => expect(isOff(page, 'Probar conexión con Bird')).toBe(false))
    page.press('Probar conexión con Bird')
    await page.sees('Funciona')
  })
  test('say what to do where there is none', async () => {
    stage.answers('settings', settings({ connections: [] }))
    const page = await opened()
    await goTo(page, 'connections', 'Todavía no hay conexiones')
  })
})
