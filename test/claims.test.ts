import { describe, expect, test } from '@jest/globals'
import { factsOf, type ToolAnswer } from '@portero/tool-server/domain/claims-facts.ts'
import { unbacked } from '@portero/tool-server/domain/claims.ts'
import { tools } from '@portero/tool-server/tools/index.ts'
import { figures, isBlocked } from './bench/claims.ts'
import { chanceFrom, corpusNow, corpusZone, worldOf } from './support/claims-corpus.ts'
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
    ['Ya le avisé a un asesor, te escribe en breve.', [...known, escalated]],
    ['Te aparté el lunes a las 11 hasta las 12:07.', [...known, held]],
    ['No hay lugar el viernes.'],
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
    ['Las visitas duran 30 minutos y el contrato es de 12 meses.', []],
    ['Mil gracias por tu paciencia, ¡que tengas bonita tarde!', []],
    ['Estoy disponible para ayudarte. Quedo al pendiente 😊', []],
    ['Pedimos comprobante de ingresos de 3 meses.', []],
    ['Would you like to see it on Friday at 5?', []],
  ])('%s', (text, ...around) => {
    expect(claimed(text, ...around)).toEqual([])
  })
})

describe('what no tool has answered is found', () => {
  test.each<[string, string[], ToolAnswer[]?, string[]?]>([
    ['Hay lugar el jueves a las 5.', ['time']],
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
    ['Your visit is confirmed.', ['deed']],
  ])('%s', (text, kinds, ...around) => {
    expect([...new Set(claimed(text, ...around))].toSorted()).toEqual(kinds)
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
  // What the checker was not made with. This only keeps it from getting worse; the bench tells the figures.
  test('in other words are read as well as they were', () => {
    const { recall, falseBlocks } = figures(corpus(7, 1_200, heldOut), isBlocked)
    expect(recall).toBeGreaterThanOrEqual(0.75)
    expect(falseBlocks).toBeLessThanOrEqual(0.02)
  })
  test('are the same for the same seed', () => {
    expect(corpus(3, 40, templates)).toEqual(corpus(3, 40, templates))
    expect(corpusZone).toBe(zone)
    expect(corpusNow).toBeLessThan(now)
  })
})
