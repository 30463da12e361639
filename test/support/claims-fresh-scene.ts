import { sayings } from '@portero/shared'
import type { ToolAnswer } from '@portero/tool-server/domain/claims-facts.ts'
import { pesos } from '@portero/tool-server/domain/offers.ts'
import { failed } from '@portero/tool-server/domain/replies.ts'
import { label } from '@portero/tool-server/domain/spanish-times.ts'
import { type Chance, corpusNow, corpusZone } from './claims-corpus.ts'
import { count, dateOf, isAhead, moment, money, type Moment, msOf, startOf } from './claims-fresh-words.ts'

// A conversation before the message: what the prospect wrote and what the tools answered, in the shapes that they answer.
export type Place = { slug: string; title: string; hood: string; building: string; address: string; unit: string; rent: number; months: number; bedrooms: number; baths: number; area: number; from: string }
export type Did = 'none' | 'booked' | 'moved' | 'cancelled' | 'escalated' | 'waiting' | 'sent' | 'visits' | 'refused' | 'closed'
export type Scene = { homes: Place[]; home: Place; others: Place[]; slots: Moment[]; told: Moment[]; tour?: Moment; was?: Moment; wish: { at: Moment; budget: number; bedrooms: number; months: number }; did: Did; agent: string; answers: ToolAnswer[]; said: string[]; isEnglish: boolean; closed?: Place; faq: string[] }

const say = sayings['es-MX']
const streets = [
  ['Roma Sur', 'Casa Chiapas', 'Calle Chiapas 318, Roma Sur, 06760'], ['Escandón', 'Edificio Salvatierra', 'Calle Salvatierra 47, Escandón, 11800'], ['Portales', 'Torre Emperadores', 'Calle Emperadores 162, Portales Norte, 03300'],
  ['Nápoles', 'Edificio Dakota', 'Calle Dakota 205, Nápoles, 03810'], ['Santa María la Ribera', 'Casa Sabino', 'Calle Sabino 273, Santa María la Ribera, 06400'], ['San Rafael', 'Casa Covarrubias', 'Calle Covarrubias 58, San Rafael, 06470'],
  ['Anzures', 'Torre Leibnitz', 'Calle Leibnitz 114, Anzures, 11590'], ['Mixcoac', 'Edificio Empresa', 'Calle Empresa 83, Mixcoac, 03910'],
] as const
const absent = [['Coyoacán', 'Casa Malintzin'], ['Lindavista', 'Torre Montevideo'], ['Tlalpan', 'Edificio Moneda'], ['Santa Fe', 'Torre Arcos'], ['Lomas', 'Residencial Prado'], ['Iztacalco', 'Conjunto Oriente']] as const
export const elsewhere = (chance: Chance): { hood: string; building: string } => {
  const [hood, building] = chance.one(absent)
  return { hood, building }
}
const kinds = [['Estudio', 0], ['Loft', 1], ['Una recámara', 1], ['Dos recámaras', 2], ['Tres recámaras', 3], ['Departamento', 2], ['Dúplex', 3]] as const
const traits = ['con balcón', 'con terraza', 'en esquina', 'con patio', 'luminoso', 'con vista al parque', 'amueblado', 'cerca del metro']

const placeAt = (chance: Chance, [hood, building, address]: (typeof streets)[number]): Place => {
  const [kind, bedrooms] = chance.one(kinds)
  const unit = String(100 * (1 + chance.below(7)) + 1 + chance.below(8))
  const from = chance.one(['2026-12-01', '2026-12-05', '2026-12-15', '2027-01-10'])
  return { slug: `${building.split(' ')[1]!.toLowerCase()}-${unit}`, title: `${kind} ${chance.one(traits)}`, hood, building, address, unit, rent: 12_000 + 100 * chance.below(360), months: chance.one([1, 1, 2]), bedrooms, baths: Math.max(1, bedrooms - chance.below(2)), area: 30 + bedrooms * 22 + chance.below(18), from }
}
const some = <T>(chance: Chance, of: readonly T[], most: number): T[] => {
  const left = [...of]
  return Array.from({ length: most }, () => left.splice(chance.below(left.length), 1)[0]!)
}
const anyMoment = (chance: Chance): Moment => ({ ahead: 1 + chance.below(11), hour: 9 + chance.below(10), minute: chance.one([0, 0, 30]) })
const isSame = (a: Moment, b: Moment): boolean => a.ahead === b.ahead && a.hour === b.hour && a.minute === b.minute
// Far enough from every time told that no way of writing it can be read as one of them.
export const strangeHour = (chance: Chance, told: readonly Moment[]): { hour: number; minute: number } => {
  const free = Array.from({ length: 11 }, (_, at) => 9 + at).filter((hour) => told.every((each) => each.hour % 12 !== hour % 12))
  return { hour: chance.one(free), minute: chance.one([0, 0, 30]) }
}
export const strangeDay = (chance: Chance, told: readonly Moment[]): number => {
  const free = Array.from({ length: 12 }, (_, at) => 1 + at).filter((ahead) => told.every((each) => each.ahead % 7 !== ahead % 7))
  return chance.one(free)
}

const slotOf = (at: Moment, no: number): { slot_id: string; start: string; label: string; seats_left: number } => ({ slot_id: `s_${no}${at.ahead}${at.hour}`, start: startOf(at), label: label(corpusZone, msOf(at)), seats_left: 1 })
const tourOf = (home: Place, at: Moment, agent: string) => ({ tour_id: 't_1', home: home.slug, start: startOf(at), label: label(corpusZone, msOf(at)), address: home.address, agent })
const listed = (home: Place): object => ({ home: home.slug, title: home.title, area: `${home.hood}, Ciudad de México`, rent_mxn: home.rent, rent: pesos(home.rent), bedrooms: home.bedrooms, bathrooms: home.baths, area_m2: home.area, pets: 'small', available_from: home.from })
const faqs = (home: Place): { q: string; a: string; told: string[] }[] => [
  { q: '¿Qué horario tiene el gimnasio?', a: 'Todos los días, de 6:00 a 23:00 h.', told: ['El gimnasio abre de 6 a 23 h todos los días', 'El gym está abierto de 6:00 a 23:00', 'el gimnasio lo puedes usar de 6 de la mañana a 11 de la noche'] },
  { q: '¿Puedo usar el roof garden?', a: 'Sí, de 8:00 a 22:00 h; para reuniones se aparta con dos días.', told: ['El roof garden se usa de 8 a 22 h', 'el roof lo puedes usar de 8 am a 10 pm y para reuniones se aparta con 2 días', 'Para reuniones en el roof hay que apartarlo con dos días'] },
  { q: '¿Cuánto se paga al firmar?', a: `El primer mes y el depósito: ${pesos(home.rent * (1 + home.months))} en total.`, told: [`Al firmar se pagan ${pesos(home.rent * (1 + home.months))} en total, primer mes más depósito`, `para entrar serían ${pesos(home.rent * (1 + home.months))} entre el primer mes y el depósito`] },
  { q: '¿En qué horario se hacen mudanzas?', a: 'De lunes a sábado, de 9:00 a 17:00 h.', told: ['Las mudanzas son de lunes a sábado, de 9 a 17 h', 'para la mudanza el horario es de lunes a sábado de 9:00 a 17:00', 'te puedes mudar cualquier día de lunes a sábado, de 9 am a 5 pm'] },
  { q: '¿Cuánto tarda el trámite?', a: 'Con los documentos completos, entre 3 y 5 días hábiles.', told: ['El trámite tarda entre 3 y 5 días hábiles', 'con papeles completos son de 3 a 5 días hábiles', 'ya con todo completo tarda de tres a cinco días hábiles'] },
]

export const sceneFrom = (chance: Chance, did: Did): Scene => {
  const isEnglish = chance.is(0.08)
  const places = some(chance, streets, 5).map((street) => placeAt(chance, street))
  const [home, ...rest] = places
  if (!home) throw new Error('a scene has a home')
  const others = rest.slice(0, 1 + chance.below(2)).filter(({ title }, at, all) => title !== home.title && all.findIndex((each) => each.title === title) === at)
  const days = some(chance, [1, 2, 3, 4, 5, 6, 8, 9], 1 + chance.below(2))
  const hours = some(chance, [9, 10, 11, 12, 13, 16, 17, 18], 2 + chance.below(2))
  const slots = days.flatMap((ahead) => hours.map((hour) => ({ ahead, hour, minute: chance.one([0, 0, 30]) }))).filter(isAhead).toSorted((a, b) => msOf(a) - msOf(b))
  const agent = chance.one(['Regina Duarte', 'Iván Salas', 'Paola Rincón'])
  const hasTour = did === 'booked' || did === 'moved' || did === 'visits' || did === 'cancelled'
  const tour = hasTour ? chance.one(slots) : undefined
  const was = did === 'moved' ? [anyMoment(chance), anyMoment(chance)].find((at) => tour && !isSame(at, tour) && at.ahead % 7 !== tour.ahead % 7) : undefined
  const offered = did === 'refused' ? slots.slice(1, 4) : slots.filter((at) => !tour || !isSame(at, tour))
  const wish = { at: { ahead: strangeDay(chance, slots), ...strangeHour(chance, slots) }, budget: 10_000 + 500 * chance.below(90), bedrooms: 1 + chance.below(3), months: 2 + chance.below(9) }
  const said = [
    chance.one([`hola busco depa de ${count(chance, wish.bedrooms)} recámaras, máximo ${money(chance, wish.budget)}`, `Buenas, mi presupuesto es de ${money(chance, wish.budget)} y necesito ${wish.bedrooms} recamaras`, `que tal, llevo ${wish.months} meses buscando algo de ${wish.bedrooms} cuartos, pago hasta ${money(chance, wish.budget)}`]),
    chance.one([`puedo ${moment(chance, wish.at)}`, `se podrá ${moment(chance, wish.at)}?`, `yo salgo de trabajar y me queda ${moment(chance, wish.at)}`]),
    chance.one([`llevo ${wish.months} meses buscando`, `somos ${1 + chance.below(4)} personas y un perro de ${wish.months} kilos`, 'gracias', 'ok y dónde está?']),
  ]
  const wanted = some(chance, faqs(home), 2)
  const { rent, months, bedrooms, area } = home
  const answers: ToolAnswer[] = [
    { tool: 'find_homes', output: { ok: true, say: say.homesFound(1 + others.length), data: { exact: true, homes: [home, ...others].map(listed) } } },
    { tool: 'get_home', output: { ok: true, say: say.homeShown(home.title, pesos(rent)), data: { home: home.slug, title: home.title, building: home.building, unit: home.unit, address: home.address, city: 'Ciudad de México', rent_mxn: rent, rent: pesos(rent), deposit: pesos(rent * months), bedrooms, bathrooms: home.baths, area_m2: area, pets: 'small', furnished: false, parking: 1, available_from: home.from, minimum_months: 12, requirements: ['identificación oficial', 'comprobante de ingresos de 3 meses', 'aval o póliza jurídica'], features: ['cocina equipada', 'clósets amplios'], amenities: ['elevador', 'roof garden', 'vigilancia 24 h'], description: 'Piso alto, con luz todo el día.', faq: wanted.map(({ q, a }) => ({ q, a, checked: '2026-10-01' })) } } },
    { tool: 'check_availability', output: { ok: true, say: say.slotsFound(home.title, label(corpusZone, msOf(slots[0]!))), data: { home: home.slug, zone: corpusZone, as_of: '2026-11-21T09:20-06:00', slots: slots.map(slotOf) } } },
  ]
  const told = tour && tourOf(home, tour, agent)
  const shut = did === 'closed' ? rest[3] : undefined
  if (shut) said.push(chance.one([`y sigue libre el de ${shut.hood}?`, `oye y el depa de ${shut.hood} todavía está?`]))
  if (did === 'refused') said.push(chance.one(['va, el primero', 'sale ese me late, resérvalo', `mejor ${moment(chance, wish.at)}`]))
  if (told && tour) {
    const at = label(corpusZone, msOf(tour))
    if (did === 'booked') answers.push({ tool: 'book_tour', output: { ok: true, say: say.booked(at, home.title, agent, home.address), data: { tour: told } } })
    if (was) answers.push({ tool: 'my_tours', output: { ok: true, say: 'Tienes una visita.', data: { tours: [{ ...tourOf(home, was, agent), title: home.title, status: 'confirmed', calendar_url: 'https://visitas.example/c/1' }] } } })
    if (did === 'moved') answers.push({ tool: 'reschedule_tour', output: { ok: true, say: say.moved(at, home.title, agent, home.address), data: { tour: told } } })
    if (did === 'visits') answers.push({ tool: 'my_tours', output: { ok: true, say: 'Tienes una visita.', data: { tours: [{ ...told, title: home.title, status: 'confirmed', calendar_url: 'https://visitas.example/c/1' }] } } })
    if (did === 'cancelled') answers.push({ tool: 'cancel_tour', output: { ok: true, say: say.cancelled(at, home.title), data: { tour: told } } })
  }
  if (did === 'escalated') answers.push({ tool: 'escalate', output: { ok: true, say: say.escalated('Regina', 15), data: { owner: 'Regina', answer_by: new Date(corpusNow + 900_000).toISOString() } } })
  if (did === 'waiting') answers.push({ tool: 'join_waitlist', output: { ok: true, say: say.waiting(home.title, 'sábado 21 de noviembre', 'sábado 5 de diciembre'), data: { home: home.slug, from_day: '2026-11-21', to_day: dateOf(14).iso } } })
  if (did === 'sent') answers.push({ tool: 'send_home_media', output: { ok: true, say: say.mediaSent.photos(5, home.title), data: { home: home.slug, kind: 'photos', sent: 5, available: ['photos', 'plan'] } } })
  if (did === 'refused') answers.push({ tool: 'book_tour', output: failed('slot_gone', say.slotGone, { alternatives: offered.map(slotOf) }) })
  if (shut) answers.push({ tool: 'get_home', output: failed('not_available', say.homeClosed) })
  return { homes: [home, ...others], home, others, slots: offered, told: [...slots, ...(was ? [was] : [])], wish, did, agent, answers, said, isEnglish, faq: wanted.flatMap(({ told: each }) => each), ...(tour && { tour }), ...(was && { was }), ...(shut && { closed: shut }) }
}
