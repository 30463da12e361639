import { createServer, type Server } from 'node:http'
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import { sql } from 'kysely'
import request from 'supertest'
import { parseCatalogue } from '@portero/tool-server/domain/catalogue.ts'
import { changesBetween, lineOfChange, unsure } from '@portero/tool-server/domain/catalogue-plan.ts'
import { catalogueText } from '@portero/tool-server/domain/catalogue-text.ts'
import { unbacked } from '@portero/tool-server/domain/claims.ts'
import { factsOf } from '@portero/tool-server/domain/claims-facts.ts'
import { isStale, knowledgeOf } from '@portero/tool-server/domain/knowledge.ts'
import { newId } from '@portero/tool-server/spine/clock.ts'
import { catalogueNow, importCatalogue, loadCatalogue } from '@portero/tool-server/store/homes.ts'
import { tools } from '@portero/tool-server/tools/index.ts'
import { furnish, prospects } from './support/homes.ts'
import { testHouse, type TestHouse } from './support/house.ts'
import { tinyConnector } from './support/tiny.ts'

// What people ask besides price and place, and what is answered: from the catalogue's file, by get_home and in the agent's instructions.
const zone = 'America/Mexico_City'
const today = Math.floor(Date.UTC(2026, 10, 23) / 86_400_000)
const entry = (q: string, a: string, more = 'checked: 2026-10-01'): string => `{ q: "${q}", a: "${a}", source: Reglamento, ${more} }`
const yamlOf = ({ own = [], building = [], general = [], features = [] }: { own?: string[]; building?: string[]; general?: string[]; features?: string[] }): string => `knowledge: [${general.join(', ')}]
buildings:
  - slug: roma
    name: Casa Tabasco
    zone: ${zone}
    address: Calle Tabasco 1180
    neighbourhood: Roma Norte
    city: Ciudad de México
    faq: [${building.join(', ')}]
    homes:
      - { slug: roma-1, title: Estudio, unit: "1", bedrooms: 0, bathrooms: 1, areaM2: 34, rentMxn: 16500, pets: no, availableFrom: 2026-12-01, features: [${features.join(', ')}], faq: [${own.join(', ')}] }
agents:
  - { slug: ana, name: Ana, hours: [{ days: [mon], from: 09:00, to: 18:00 }], buildings: [roma] }
`
let house: TestHouse
let server: Server
let key = ''
let ana = ''
beforeAll(async () => {
  house = await testHouse({ connectors: [tinyConnector()], accounts: [{ vendor: 'tiny', account: 'one', settings: { baseUrl: 'http://127.0.0.1:9' } }], tools })
  const [first] = await prospects(house, (await house.connection('tiny')).id, 1)
  ana = `cv-${first!.conversation}`
  key = await house.toolKeys.make({ tenant: house.tenant, name: 'bird', scopes: ['homes:read'] })
  server = createServer(house.doors).listen(0)
})
afterAll(async () => {
  server.close()
  await house.end()
})
afterEach(() => house.clock.advance(60_000)) // the catalogue is remembered for a moment
const home = async (about?: string): Promise<{ bytes: number; body: any }> => {
  const { body, text, status } = await request(server).post('/tools/get_home').set('authorization', `Bearer ${key}`).set('x-bird-conversation-id', ana).send({ home: 'roma-1', ...(about !== undefined && { about }) })
  expect(status).toBe(200)
  return { bytes: Buffer.byteLength(text), body }
}
const filled = async (some: Parameters<typeof yamlOf>[0], about?: string): ReturnType<typeof home> => {
  await furnish(house, yamlOf(some))
  house.clock.advance(60_000)
  return home(about)
}

describe('get_home', () => {
  test("answers what is asked of a home, its own before its building's, and says what is not up to date", async () => {
    const { body } = await filled({ own: [entry('¿Se oye la calle?', 'No, da al patio.')], building: [entry('¿Hay elevador?', 'Sí, dos.', 'checked: 2026-01-10'), entry('¿Hay gimnasio?', 'No.', 'checked: 2026-01-10, freshDays: 730')] })
    expect(body).toMatchObject({ ok: true, data: { home: 'roma-1', rent_mxn: 16500 } })
    expect(body.data.faq).toEqual([
      { q: '¿Se oye la calle?', a: 'No, da al patio.', checked: '2026-10-01' },
      { q: '¿Hay elevador?', a: 'Sí, dos.', checked: '2026-01-10', stale: true },
      { q: '¿Hay gimnasio?', a: 'No.', checked: '2026-01-10' },
    ])
  })
  test('says nothing of questions where there are none', async () => {
    expect((await filled({})).body.data.faq).toBeUndefined()
  })
  test.each([
    ['mi perro es grande', '¿Aceptan mascotas?'],
    ['¿qué internet tiene?', '¿Hay wifi?'],
    ['ELEVADOR', '¿Hay elevador?'],
    ['dónde dejo el coche', '¿Tiene estacionamiento?'],
    ['¿la luz va aparte?', '¿Qué servicios incluye?'],
  ])('puts first what «%s» is about', async (about, first) => {
    const others = ['ruido', 'sol', 'vista', 'basura', 'bodega', 'terraza'].map((each) => entry(`¿Qué hay de ${each}?`, 'Está bien.'))
    const { body } = await filled({ building: [...others, entry('¿Hay wifi?', 'Fibra, lo contratas tú.'), entry('¿Hay elevador?', 'Sí.'), entry('¿Aceptan mascotas?', 'Sí, una.'), entry('¿Tiene estacionamiento?', 'Un cajón.'), entry('¿Qué servicios incluye?', 'Mantenimiento.')] }, about)
    expect([body.data.faq[0].q, body.data.faq.length]).toEqual([first, 5])
  })
  test.each([['short of room', 6], ['with a home that nearly fills it', 180]])('stays within 8 KB with 40 long answers, %s', async (_title, count) => {
    const own = Array.from({ length: 40 }, (_, at) => entry(`¿Cuál es la pregunta ${at}? ${'ñ'.repeat(130)}`, 'á'.repeat(400)))
    const { body, bytes } = await filled({ own, features: Array.from({ length: count }, (_, at) => `"detalle ${at} ${'ñ'.repeat(10)}"`) })
    expect([body.ok, bytes <= 8_192, (body.data.faq ?? []).length < 5]).toEqual([true, true, true])
  })
  test('answers with what may then be said: a claim that an answer backs is backed', async () => {
    const { body } = await filled({ own: [entry('¿Cuánto cuesta la limpieza?', 'La limpieza semanal cuesta $1,850 al mes.')] })
    const at = { now: house.clock.now(), zone }
    const facts = (output: unknown) => factsOf([{ tool: 'get_home', output }], at)
    const said = 'La limpieza semanal cuesta $1,850 al mes.'
    expect(unbacked(said, facts(body), at)).toEqual([])
    delete body.data.faq
    expect(unbacked(said, facts(body), at)).toMatchObject([{ kind: 'money' }])
  })
})

describe('hours that an answer names', () => {
  const at = { now: Date.UTC(2026, 10, 23, 17), zone }
  const answers = ['¿Puedo usar el roof garden? Sí, de 8:00 a 22:00 h.', '¿Cuándo abre la oficina? De lunes a viernes de 9 a 18 h.', '¿Cuándo llega el portero? El portero llega a las 7:00 h.']
  test.each([
    ['El roof garden funciona de 8:00 a 22:00 h.', true],
    ['La oficina funciona de lunes a viernes de 9 a 18 h.', true],
    ['La oficina funciona el sábado de 9 a 18 h.', false],
    ['El roof garden funciona de 7:00 a 22:00 h.', false],
    ['El estacionamiento funciona de 8:00 a 22:00 h.', false],
    ['Nos vemos a las 8:00 en el roof garden.', false],
    ['La oficina te da las llaves a las 7:00 h.', false],
    ['Tu visita al roof garden es de 8:00 a 22:00 h.', false],
  ])('and «%s»: %s', (said, isBacked) => {
    const isClaim = (policies: string[]): boolean => unbacked(said, factsOf([], { ...at, policies }), at).some(({ kind }) => kind === 'time')
    expect([isClaim(answers), isClaim([])]).toEqual([!isBacked, true])
  })
})

describe('general answers', () => {
  test('come out of the tables as they went in, in their order, each with whether it is up to date', async () => {
    await filled({ general: [entry('¿Qué piden?', 'Identificación.'), entry('¿Cuánto tarda?', 'Cinco días.', 'checked: 2026-02-10')] })
    const catalogue = await loadCatalogue(house.db.bare, house.tenant)
    expect(knowledgeOf(catalogue, { now: house.clock.now(), zone })).toEqual([{ q: '¿Qué piden?', a: 'Identificación.', checked: '2026-10-01' }, { q: '¿Cuánto tarda?', a: 'Cinco días.', checked: '2026-02-10', stale: true }])
    const now = await catalogueNow(house.db.bare, house.tenant)
    expect(parseCatalogue(catalogueText(now))).toEqual(now)
  })
  test('are planned and applied like the rest of the catalogue', async () => {
    await filled({ general: [entry('¿Qué piden?', 'Identificación.'), entry('¿Dan factura?', 'Sí.')] })
    const next = parseCatalogue(yamlOf({ general: [entry('¿Dan factura?', 'Sí, de la renta.'), entry('¿Cuánto tarda?', 'Cinco días.')], own: [entry('¿Se oye la calle?', 'No.')] }))
    const lines = changesBetween(await catalogueNow(house.db.bare, house.tenant), next).map((change) => lineOfChange(change, new Map()))
    expect(lines).toEqual([' ~ pregunta general ¿Dan factura?: a: Sí. → Sí, de la renta.', ' + pregunta general ¿Cuánto tarda?', ' - pregunta general ¿Qué piden?: ya no está en el archivo: se quita, y ya no se contesta', ' ~ vivienda roma-1 (Estudio): faq: cambia'])
    const apply = () => house.db.tx((tx) => importCatalogue(tx, house.tenant, next, () => newId(house.clock)))
    expect([(await apply()).length, (await apply()).length]).toEqual([4, 0])
    expect((await catalogueNow(house.db.bare, house.tenant)).knowledge).toEqual(next.knowledge)
    expect((await sql`select 1 from knowledge where tenant_id = ${house.tenant}`.execute(house.db.bare)).rows).toHaveLength(2)
  })
  test('that nobody has made sure of for long are named, wherever they stand', () => {
    const file = parseCatalogue(yamlOf({ general: [entry('¿Qué piden?', 'Todo.', 'checked: 2026-03-01')], building: [entry('¿Hay elevador?', 'Sí.')], own: [entry('¿Se oye?', 'No.', 'checked: 2026-11-01, freshDays: 5')] }))
    expect(unsure(file, Date.UTC(2026, 10, 23, 17))).toEqual([expect.stringMatching(/^ ! knowledge «¿Qué piden\?»: se revisó el 2026-03-01; /), expect.stringMatching(/^ ! roma-1 «¿Se oye\?»: se revisó el 2026-11-01; /)])
  })
})

describe('an answer', () => {
  test.each([
    ['is up to date on its last day', { checked: '2026-05-27' }, false],
    ['is not on the next', { checked: '2026-05-26' }, true],
    ['has its own time', { checked: '2026-11-13', freshDays: 9 }, true],
    ['that was made sure of in the future was not', { checked: '2062-11-01' }, true],
    ['may be from a place where it is tomorrow', { checked: '2026-11-24' }, false],
  ])('%s', (_title, told, stale) => {
    expect(isStale(told, today)).toBe(stale)
  })
  test.each([
    ['without a source', yamlOf({ own: ['{ q: "¿Ruido?", a: "No.", checked: 2026-10-01 }'] }), /catalogue\.yaml:11:\d+ {2}buildings\[0\]\.homes\[0\]\.faq\[0\]\.source: falta; se espera un texto/],
    ['of a day that does not exist', yamlOf({ building: [entry('¿Ruido?', 'No.', 'checked: 2026-02-30')] }), /:9:\d+ {2}buildings\[0\]\.faq\[0\]\.checked: se espera un día que exista/],
    ['too long to be read in a chat', yamlOf({ general: [entry('¿Ruido?', 'a'.repeat(401))] }), /:1:\d+ {2}knowledge\[0\]\.a: es muy largo; caben 400 caracteres/],
    ['with a hidden instruction', yamlOf({ general: [entry('¿Ruido?', `No.\u{E0049}\u{E0067}`)] }), /:1:\d+ {2}knowledge\[0\]\.a: tiene un salto de línea, un tabulador u otro carácter que no se ve/],
    ['that reads another way than it is written', yamlOf({ own: [entry('¿Ruido?', 'No.\u202Eabc')] }), /faq\[0\]\.a: tiene un salto de línea/],
    ['twice', yamlOf({ general: [entry('¿Ruido?', 'No.'), entry('¿Ruido?', 'Sí.')] }), /:1:\d+ {2}knowledge\[1\]\.q: ¿Ruido\? está dos veces/],
    ['among too many', yamlOf({ own: Array.from({ length: 61 }, (_, at) => entry(`¿${at}?`, 'Sí.')) }), /faq: son demasiados; caben 60/],
  ])('%s is refused with its line', (_title, text, says) => {
    expect(() => parseCatalogue(text)).toThrow(says)
  })
})
