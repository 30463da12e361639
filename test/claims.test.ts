import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { correction } from '@portero/tool-server/domain/claims-correct.ts'
import { factsOf, type ToolAnswer } from '@portero/tool-server/domain/claims-facts.ts'
import { mayClaim, unbacked } from '@portero/tool-server/domain/claims.ts'
import { tools } from '@portero/tool-server/tools/index.ts'
import { blindThree, figures, isBlocked } from './bench/claims.ts'
import { blindSamples } from './support/claims-blind.ts'
import { chanceFrom, corpusNow, corpusZone, worldOf, type Sample } from './support/claims-corpus.ts'
import { freshSamples } from './support/claims-fresh.ts'
import { heldOut } from './support/claims-held-out.ts'
import { corpus, templates } from './support/claims-templates.ts'

const zone = 'America/Mexico_City'
const now = Date.parse('2026-11-21T12:00-06:00') // a Saturday
const address = 'Calle Tabasco 1180, Roma Norte, 06700'
const slot = (start: string, label: string): object => ({ slot_id: `s_${start}`, start, label, seats_left: 1 })
const found: ToolAnswer = {
  tool: 'find_homes',
  output: {
    ok: true, say: 'Encontré 2 opciones que te pueden gustar.',
    data: {
      exact: true, homes: [
        { home: 'roma-norte-302', title: 'Dos recámaras en esquina', area: 'Roma Norte, Ciudad de México', rent_mxn: 18500, rent: '$18,500', bedrooms: 2, bathrooms: 2, area_m2: 74, pets: 'small', available_from: '2026-12-01' },
        { home: 'condesa-101', title: 'Loft con doble altura', area: 'Condesa, Ciudad de México', rent_mxn: 24000, rent: '$24,000', bedrooms: 1, bathrooms: 1, area_m2: 56, pets: 'no', available_from: '2026-12-15' },
      ],
    },
  },
}
const shown: ToolAnswer = {
  tool: 'get_home',
  output: {
    ok: true, say: 'Dos recámaras en esquina: $18,500 al mes.', data: {
      home: 'roma-norte-302', title: 'Dos recámaras en esquina', building: 'Casa Tabasco', unit: '302', address, city: 'Ciudad de México', rent_mxn: 18500, rent: '$18,500', deposit: '$27,750', bedrooms: 2, bathrooms: 2, area_m2: 74, pets: 'small',
      furnished: false, parking: 1, available_from: '2026-12-01', minimum_months: 12, requirements: ['identificación oficial'], features: ['balcón'], amenities: ['elevador'], description: 'Esquina con ventanas a dos calles.',
    },
  },
}
const free: ToolAnswer = { tool: 'check_availability', output: { ok: true, say: 'Para visitar Dos recámaras en esquina el primer horario libre es lunes 23 nov, 11:00 h.', data: { home: 'roma-norte-302', zone, as_of: '2026-11-21T12:00-06:00', slots: [slot('2026-11-22T12:00-06:00', 'domingo 22 nov, 12:00 h'), slot('2026-11-23T11:00-06:00', 'lunes 23 nov, 11:00 h'), slot('2026-11-26T16:00-06:00', 'jueves 26 nov, 16:00 h')] } } }
const visit = { tour_id: 't_1', home: 'roma-norte-302', start: '2026-11-26T16:00-06:00', label: 'jueves 26 nov, 16:00 h', address, agent: 'Sofía' }
const booked: ToolAnswer = { tool: 'book_tour', output: { ok: true, say: `Listo, tu visita a Dos recámaras en esquina quedó para el jueves 26 nov, 16:00 h con Sofía, en ${address}.`, data: { tour: visit } } }
const cancelled: ToolAnswer = { tool: 'cancel_tour', output: { ok: true, say: 'Cancelé tu visita a Dos recámaras en esquina del jueves 26 nov, 16:00 h. ¿La movemos mejor? Dime qué día te queda.', data: { tour: visit } } }
const escalated: ToolAnswer = { tool: 'escalate', output: { ok: true, say: 'Ya le avisé a Sofía; te responde en menos de 15 minutos.', data: { owner: 'Sofía', answer_by: '2026-11-21T18:15:00.000Z' } } }
const held: ToolAnswer = { tool: 'book_tour', output: { ok: false, say: 'Te aparté el lunes 23 nov, 11:00 h en Dos recámaras en esquina hasta las 12:07 h. ¿A nombre de quién queda la visita?', error: { code: 'name_missing', retryable: true } } }
const closedHome: ToolAnswer = { tool: 'get_home', output: { ok: false, say: 'Ese departamento ya no está disponible.', error: { code: 'not_available', retryable: false } } }
const known = [found, shown, free]
const claimed = (text: string, answers: readonly ToolAnswer[] = known, said: readonly string[] = []): string[] => unbacked(text, factsOf(answers, { said, zone, now }), { now, zone }).map(({ kind }) => kind)

describe('what the tools have answered may be said', () => {
  test.each<[string, ToolAnswer[]?, string[]?]>([
    ['Hay lugar el jueves a las 4.'],
    ['Sí hay horario el jueves 26 a las 16:00.'],
    ['Tengo espacio el jueves a las 4 pm, ¿te queda?'],
    ['El jueves 26 de noviembre a las cuatro de la tarde está libre.'],
    ['Mañana al mediodía hay un huequito libre.'],
    ['Pasado mañana a las 11 tengo lugar.'],
    ['Hay visitas el lunes entre las 10 y la 1.'],
    ['Horarios libres:\n1. domingo 22 nov, 12:00 h\n2. lunes 23 nov, 11:00 h\n3. jueves 26 nov, 16:00 h'],
    ['Lunes: 11:00. Jueves: 4 p.m.'],
    ['There is a free slot on Thursday at 4 pm.'],
    ['Tomorrow at noon is available.'],
    ['Cuesta $18,500 al mes.'],
    ['Sale en 18 mil 500 pesitos.'],
    ['Son dieciocho mil quinientos mensuales.'],
    ['Son 18.5 mil pesos de renta.'],
    ['En corto: dieciocho quinientos al mes, el depósito $27,750.'],
    ['Anda en unos 18 mil al mes.'],
    ['Tengo opciones desde 18,500 y hasta $24,000.'],
    ['El Loft con doble altura cuesta 24k.'],
    ['Dos recámaras en esquina cuesta $18,500 y el Loft con doble altura $24,000.'],
    ['Está en Calle Tabasco 1180, Roma Norte.'],
    ['La dirección es Tabasco 1180, C.P. 06700.'],
    ['Tiene 2 recámaras, 2 baños y 74 m².'],
    ['El depa 302 de Casa Tabasco mide 74 metros cuadrados.'],
    ['Sí, sigue disponible.'],
    ['Está disponible a partir del 1 de diciembre.'],
    ['¡Listo! Tu visita quedó confirmada para el jueves a las 4 con Sofía.', [...known, booked]],
    ['Ya quedó, te agendé el jueves 26 a las 4. ¡Nos vemos!', [...known, booked]],
    ['Cancelé tu visita del jueves a las 4.', [...known, booked, cancelled]],
    ['Cancelé tu visita a Dos recámaras en esquina del jueves 26 nov, 16:00 h. ¿La movemos mejor? Dime qué día te queda.', [...known, booked, cancelled]],
    ['Ya le avisé a un asesor, te escribe en breve.', [...known, escalated]],
    ['Te aparté el lunes a las 11 hasta las 12:07.', [...known, held]],
    ['No hay lugar el viernes.'],
    ['El depa de Roma Norte cuesta $18,500 y el de Condesa $24,000.'],
    ['el de casa tabasco mide 74 m2, esta en tabasco 1180, roma norte, 06700'],
    ['Está en Calle Tabasco 1180, Roma Norte, 11800.', [...known, { tool: 'my_tours', output: { ok: true, say: '', data: { tours: [{ tour_id: 't_9', home: 'roma-norte-302', start: '2026-11-26T16:00-06:00', address: 'Calle Tabasco 1180, Roma Norte, 11800', status: 'cancelled' }] } } }]],
    ['el jueves 26/11: 16:00 está libre'],
    ['El día 26: 16:00 hay lugar.'],
    ['Puedes venir este finde.'],
    ['Listo, tu visita ya se canceló.', [...known, booked, cancelled]],
    ['Ya quedó la cancelación de tu cita.', [...known, booked, cancelled]],
    ['Tu visita quedó para el jueves a las 4. Lo podrías ver el lunes a las 11.', [...known, booked]],
    ['El depa de Mixcoac ya no está disponible.', [...known, closedHome], ['¿sigue libre el depa de Mixcoac?']],
    ['El depa 302 tiene elevador, balcón y un lugar de estacionamiento.'],
    ['Dos recámaras en esquina acepta mascotas pequeñas y no está amueblado.'],
    ['El depa 302 no tiene alberca.'],
    ['Piden identificación oficial.', [shown]],
    ['Ya no tienes ninguna visita.', [{ tool: 'my_tours', output: { ok: true, say: 'No tienes visitas.', data: { tours: [] } } }]],
    ['El de Facebook cuesta $18,500.', known, ['vi el de Facebook']],
  ])('%s', (text, ...around) => {
    expect(claimed(text, ...around)).toEqual([])
  })
})

describe('nothing is claimed by', () => {
  test.each<[string, ToolAnswer[]?, string[]?]>([
    ['¿Te queda el viernes a las 5?', []],
    ['¿Quieres que busque algo el sábado a las 10?', []],
    ['Te queda bien el martes, o prefieres el jueves a las 4?', []],
    ['Déjame ver si hay algo el viernes a las 5.', []],
    ['Reviso si está disponible y te digo.', []],
    ['Todavía no está confirmada tu visita.', []],
    ['No he agendado nada aún.', []],
    ['Si gustas, te agendo en cuanto me digas el día.', []],
    ['Cuando quede confirmada te mando la ubicación.', []],
    ['¿Tu presupuesto es de 20 mil?', [], ['traigo 20 mil']],
    ['Entonces buscas algo de hasta 20 mil con 3 recámaras.', [], ['algo de 20 mil y 3 recámaras']],
    ['Va, el viernes a las 5 entonces; déjame checar.', [], ['puedo el viernes a las 5']],
    ['Atendemos de lunes a viernes de 9 a 18 h.', []],
    ['Las visitas duran 30 minutos.', []],
    ['Mil gracias por tu paciencia, ¡que tengas bonita tarde!', []],
    ['Estoy disponible para ayudarte. Quedo al pendiente 😊', []],
    ['Would you like to see it on Friday at 5?', []],
    ['Si ya no puedes ir, la cancelamos.', [booked]],
    ['Ojo: la visita aún no está confirmada.', []],
    ['En caso de que no puedas ir, la cancelamos.', [booked]],
    ['Puedo guardar tu lugar en la lista de espera.', []],
    ['Queda en espera, 1 persona antes que tú.', []],
    ['El departamento de Ventas te puede atender.', []],
    ['Tendría que revisar si hay lugar el viernes a las 5.', []],
    ['No puedo asegurarte el viernes, a las 5 pm.', [], ['puedo el viernes a las 5']],
    ['Vi que pusiste «necesito 3 recámaras y puedo el viernes a las 5».', []],
    ['¿Te queda el viernes a las 5? It is available from December 1.', [found]],
  ])('%s', (text, ...around) => {
    expect(claimed(text, ...around)).toEqual([])
  })
})

describe('what no tool has answered is found', () => {
  test.each<[string, string[], ToolAnswer[]?, string[]?]>([
    ['Hay lugar el jueves a las 5.', ['time']],
    ['El de Condesa sale en 18,500 al mes.', ['money']],
    ['el departamento de condesa cuesta dieciocho mil quinientos', ['money']],
    ['Sí, el de Portales sigue libre.', ['availability'], [...known, closedHome], ['¿y el de Portales?']],
    ['si, el depa de portales sigue libre', ['availability'], [...known, closedHome], ['¿y el depa de Portales?']],
    ['El de Portales cuesta $18,500.', ['money']],
    ['la dirección es c. tabasco 1190, roma norte', ['address']],
    ['Está en C. Monterrey 267.', ['address']],
    ['xola 45 es la dirección', ['address']],
    ['en tlalpan tengo un loft disponible', ['address']],
    ['Recámaras: 3.', ['bedrooms'], known, ['busco 3 recámaras']],
    ['Son 90 metros de construcción.', ['area']],
    ['El día 27: 16:00 hay lugar.', ['time']],
    ['Ok, ya quedó la cancelación de tu visita.', ['deed'], [...known, booked]],
    ['Tu lugar en la lista de espera ya quedó.', ['deed'], [...known, booked]],
    ['Te acaban de llegar las fotos que te mandé.', ['deed'], [...known, booked]],
    ['Ya te envié la confirmación por correo.', ['deed']],
    ['Sí hay horario el viernes 27 a las 16:00.', ['time']],
    ['El jueves 27 a las 4 está libre.', ['time']],
    ['Mañana a las 4 pm tengo espacio.', ['time']],
    ['El miércoles hay visitas.', ['day']],
    ['Hay horarios el lunes de 3 a 5 pm.', ['time']],
    ['There is a free slot on Friday at 4 pm.', ['time']],
    ['Lunes: 11:00 y 12:30. Jueves: 16:00.', ['time']],
    ['Va, el viernes a las 5 está libre.', ['time'], known, ['¿puedo el viernes a las 5?']],
    ['Cuesta $18,400 al mes.', ['money']],
    ['Sale en 18 mil pesos exactos al mes.', ['money']],
    ['La renta es de diecinueve mil.', ['money']],
    ['Son dieciocho seiscientos al mes.', ['money']],
    ['El Loft con doble altura cuesta $18,500.', ['money']],
    ['La renta es de 20 mil.', ['money'], known, ['mi presupuesto es 20 mil']],
    ['El depósito es de $18,500.', ['money']],
    ['Rent is 1,000 USD a month.', ['money']],
    ['Está en Calle Durango 212.', ['address']],
    ['La dirección es Tabasco 1190.', ['address']],
    ['Tiene 3 recámaras y 74 m2.', ['bedrooms']],
    ['Mide 80 metros cuadrados.', ['area']],
    ['El Loft con doble altura tiene 2 recámaras.', ['bedrooms']],
    ['Te va a encantar el Penthouse con alberca.', ['home']],
    ['El depa 908 te queda perfecto.', ['home']],
    ['Está disponible.', ['availability'], []],
    ['Sí hay lugar esta semana.', ['availability', 'day'], [found]],
    ['Ya no hay lugares.', ['availability'], [found]],
    ['El Loft con doble altura ya no está disponible.', ['availability']],
    ['No hay lugar el jueves a las 4.', ['availability']],
    ['Tu visita quedó confirmada.', ['deed']],
    ['Ya quedó.', ['deed']],
    ['Te agendé el jueves a las 4.', ['deed', 'time']],
    ['Ya te aparté el lugar.', ['deed'], known],
    ['Tu visita quedó confirmada para el lunes a las 11.', ['time'], [...known, booked]],
    ['Cancelé tu visita.', ['deed'], [...known, booked]],
    ['Tu visita sigue confirmada.', ['deed'], [...known, booked, cancelled]],
    ['Ya avisé a un asesor.', ['deed']],
    ['Moví tu visita.', ['deed'], [...known, booked]],
    ['Te anoté en la lista de espera.', ['deed']],
    ['Ya te mandé las fotos.', ['deed']],
    ['Apliqué un descuento a tu renta.', ['deed']],
    ['Ya quedó tu visita, ¿te mando la ubicación?', ['deed']],
    ['¿Te gustaría el jueves a las 5, que está libre?', ['time']],
    ['Tu cita ya no está agendada.', ['deed'], [...known, booked]],
    ['El depa 302 tiene alberca.', ['feature']],
    ['Aceptan perros de cualquier tamaño.', ['feature'], [shown]],
    ['Encontré 7 opciones.', ['availability'], [found]],
    ['Ese depa ya se rentó.', ['availability'], [shown]],
    ['Te dimos de baja.', ['deed']],
    ['Tu folio es P-1A2B.', ['deed']],
    ['Your visit is confirmed.', ['deed']],
  ])('%s', (text, kinds, ...around) => {
    expect([...new Set(claimed(text, ...around))].toSorted()).toEqual(kinds)
  })
})

describe('what is said after a claim that nothing backs', () => {
  test.each<[string, 'es-MX' | 'en', string, ToolAnswer[]?]>([
    ['El Loft con doble altura cuesta $18,500.', 'es-MX', 'Perdón, una corrección: la renta de «Loft con doble altura» es de $24,000 al mes.'],
    ['El depósito del depa 302 es de $18,500.', 'es-MX', 'Perdón, una corrección: el depósito de «Dos recámaras en esquina» es de $27,750.'],
    ['Cuesta $18,400 al mes.', 'es-MX', 'Perdón, una corrección: ese dato todavía no lo tengo confirmado. Dime cuál departamento te interesa y te paso el correcto.'],
    ['Tu visita quedó confirmada para el lunes a las 11.', 'es-MX', 'Perdón, una corrección: tu visita es el jueves 26 nov, 16:00 h.', [...known, booked]],
    ['Cancelé tu visita.', 'es-MX', 'Perdón, una corrección: tu visita no está cancelada: sigue el jueves 26 nov, 16:00 h. Si ya no puedes ir, dímelo y la cancelo.', [...known, booked]],
    ['Te agendé el lunes a las 11.', 'es-MX', 'Perdón, una corrección: te guardo el lunes 23 nov, 11:00 h, pero tu visita todavía no está confirmada. ¿A nombre de quién la pongo?', [...known, held]],
    ['Hay lugar el jueves a las 5.', 'es-MX', 'Perdón, una corrección: los horarios libres son domingo 22 nov, 12:00 h; lunes 23 nov, 11:00 h; jueves 26 nov, 16:00 h. ¿Cuál te queda?'],
    ['The loft con doble altura has 3 bedrooms.', 'en', 'Sorry, a correction: “Loft con doble altura” has 1 bedroom.'],
    ['El depa 302 tiene dos lugares de estacionamiento.', 'es-MX', 'Perdón, una corrección: «Dos recámaras en esquina» tiene 1 lugar de estacionamiento.'],
    ['En el Loft con doble altura aceptan mascotas.', 'es-MX', 'Perdón, una corrección: en «Loft con doble altura» no se aceptan mascotas.'],
    ['Dos recámaras en esquina se renta amueblado.', 'es-MX', 'Perdón, una corrección: «Dos recámaras en esquina» se renta sin muebles.'],
    ['El contrato mínimo del depa 302 es de 3 meses.', 'es-MX', 'Perdón, una corrección: «Dos recámaras en esquina» se renta por mínimo 12 meses.'],
    ['El depa 302 tiene alberca.', 'es-MX', 'Perdón, una corrección: eso no lo tengo confirmado. Si quieres, se lo pregunto a una persona del equipo.'],
    ['Sí, sigue disponible.', 'es-MX', 'Perdón, una corrección: esa vivienda ya no está disponible. Dime qué buscas y te enseño las que sí hay.', [closedHome]],
    ['Te responde en menos de 5 minutos.', 'es-MX', 'Perdón, una corrección: una persona del equipo te responde en menos de 15 minutos.', [escalated]],
    ['The loft con doble altura is pet friendly.', 'en', "Sorry, a correction: pets aren't allowed in “Loft con doble altura”."],
    ['I told an agent.', 'en', "Sorry, a correction: I haven't told anybody of the team yet. If you'd like a person, tell me and I'll call one."],
  ])('%s', (text, language, expected, answers = known) => {
    const facts = factsOf(answers, { zone, now })
    expect(correction(unbacked(text, facts, { now, zone }), facts, language)).toBe(expected)
  })
})

describe('invented messages', () => {
  test('come with answers as the tools give them', () => {
    const { answers } = worldOf(chanceFrom(5), { hasTour: true })
    for (const { tool, output } of [...answers, ...known, booked, cancelled, escalated, held]) expect(tools.find(({ name }) => name === tool)?.output.safeParse(output).error).toBeUndefined()
  })
  test('hardly ever lie unnoticed, and are hardly ever blocked without a lie', () => {
    const { recall, falseBlocks } = figures(corpus(11, 2_400, templates), isBlocked)
    expect(recall).toBeGreaterThanOrEqual(0.995)
    expect(falseBlocks).toBeLessThanOrEqual(0.01)
  })
  // Other words than those that it was first made with; the second by somebody who had seen neither it nor these.
  test.each<[string, () => Sample[]]>([
    ['in other words', () => corpus(7, 2_400, heldOut)],
    ["in somebody else's words", () => blindSamples(11, 2_400)],
    ["in a third person's words", () => freshSamples(1, 4_000)],
  ])('%s are read as well', (_, samples) => {
    const { recall, falseBlocks } = figures(samples(), isBlocked)
    expect(recall).toBeGreaterThanOrEqual(0.99)
    expect(falseBlocks).toBeLessThanOrEqual(0.01)
  })
  test('of features, policies and all else are read as well', () => {
    const { recall, falseBlocks } = blindThree()
    expect(recall).toBeGreaterThanOrEqual(0.995)
    expect(falseBlocks).toBeLessThanOrEqual(0.01)
  })
  test('claim nothing that may not be claimed already by who knows of nothing', () => {
    for (const sample of [...corpus(17, 1_200, templates), ...corpus(19, 1_200, heldOut), ...blindSamples(23, 1_200), ...freshSamples(7, 1_200)]) {
      if (isBlocked(sample)) expect([sample.text, mayClaim(sample.text, { now: corpusNow, zone })]).toEqual([sample.text, true])
    }
    fc.assert(fc.property(fc.constantFrom(...corpus(29, 400, heldOut), ...blindSamples(31, 400)), fc.constantFrom(...corpus(37, 400, templates)), ({ text }, { answers, said }) => mayClaim(text, { now, zone }) || !isBlocked({ text, answers, said, style: '' })), { numRuns: 2_000 })
  })
  test.each(['¡Hola! ¿En qué zona te gustaría vivir?', 'Con gusto te ayudo.', 'Thanks, happy to help!'])('«%s» claims nothing at all', (text) => expect(mayClaim(text, { now, zone })).toBe(false))
  test.each(['No tienes ninguna visita agendada.', 'Tabasco 1280.', 'Ya quedó tu visita.', 'Sigue libre.'])('«%s» may claim something', (text) => expect(mayClaim(text, { now, zone })).toBe(true))
  test('are the same for the same seed', () => {
    expect(corpus(3, 40, templates)).toEqual(corpus(3, 40, templates))
    expect(corpusZone).toBe(zone)
    expect(corpusNow).toBeLessThan(now)
  })
})
