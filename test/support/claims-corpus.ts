import { label } from '@portero/tool-server/domain/spanish-times.ts'
import { pesos } from '@portero/tool-server/domain/offers.ts'
import type { ToolAnswer } from '@portero/tool-server/domain/claims-facts.ts'

// Messages that an agent could send, with what its tools answered before: true ones, ones with a lie in them, and harmless ones. It knows nothing of how claims are found.
export type Kind = 'hour' | 'day' | 'price' | 'deposit' | 'bedrooms' | 'area' | 'address' | 'home' | 'booked' | 'moved' | 'cancelled' | 'escalated' | 'waiting' | 'sent' | 'availability' | 'gone' | 'swap' | 'unit' | 'unbooked'
export type Sample = { text: string; answers: ToolAnswer[]; said: string[]; lie?: Kind; style: string }
export const corpusZone = 'America/Mexico_City'
export const corpusNow = Date.parse('2026-11-21T09:20-06:00') // a Saturday

export type Chance = { below(most: number): number; one<T>(of: readonly T[]): T; is(part: number): boolean }
export const chanceFrom = (seed: number): Chance => {
  let state = seed >>> 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
  const below = (most: number): number => Math.floor(next() * most)
  return { below, one: (of) => of[below(of.length)]!, is: (part) => next() < part }
}

// ---- a world: homes, free times, perhaps a visit
export type PlaceFact = { slug: string; title: string; building: string; unit: string; hood: string; city: string; address: string; rent: number; deposit: number; bedrooms: number; bathrooms: number; area: number }
export type TimeFact = { start: string; ms: number; dayAhead: number; hour: number; minute: number }
export type World = { homes: PlaceFact[]; home: PlaceFact; slots: TimeFact[]; tour: TimeFact | undefined; answers: ToolAnswer[]; said: string[]; agent: string }

const kinds = ['Loft', 'Estudio', 'Penthouse', 'Departamento', 'Una recámara', 'Dos recámaras', 'Tres recámaras', 'Dúplex']
const traits = ['con terraza', 'con balcón', 'frente al parque', 'en esquina', 'con doble altura', 'con vista', 'luminoso', 'con jardín', 'amueblado', 'cerca del metro', 'con estudio']
const hoods = [['Roma Norte', 'Casa Tabasco', 'Calle Tabasco 1180, Roma Norte, 06700'], ['Condesa', 'Edificio Basurto', 'Avenida Ámsterdam 2190, Condesa, 06100'], ['Del Valle', 'Torre Pilares', 'Calle Pilares 3075, Del Valle Centro, 03100'], ['Narvarte', 'Casa Maltrata', 'Calle Cumbres de Maltrata 4120, Narvarte Poniente, 03020'], ['Polanco', 'Torre Homero', 'Avenida Homero 5230, Polanco, 11550'], ['Juárez', 'Casa Versalles', 'Calle Versalles 845, Juárez, 06600']] as const
const agents = ['Sofía', 'Diego', 'Mariana', 'Luis']

const iso = (dayAhead: number, hour: number, minute: number): TimeFact => {
  const start = `${new Date(Date.parse('2026-11-21T00:00Z') + dayAhead * 86_400_000).toISOString().slice(0, 10)}T${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}-06:00`
  return { start, ms: Date.parse(start), dayAhead, hour, minute }
}
const placeOf = (chance: Chance, at: number): PlaceFact => {
  const [hood, building, address] = hoods[(at * 2 + chance.below(2)) % hoods.length]!
  const kind = kinds[(at * 3 + chance.below(3)) % kinds.length]!
  const bedrooms = { 'Una recámara': 1, 'Dos recámaras': 2, 'Tres recámaras': 3, Estudio: 0, Loft: 1 }[kind] ?? 1 + chance.below(3)
  const unit = String((1 + chance.below(9)) * 100 + 1 + chance.below(9))
  const rent = (24 + at * 16 + chance.below(14)) * 500 + (chance.is(0.3) ? chance.one([100, 300, 400]) : 0)
  return { slug: `${hood.toLowerCase().normalize('NFD').replace(/\p{M}/gu, '').replaceAll(' ', '-')}-${unit}`, title: `${kind} ${chance.one(traits)}`, building, unit, hood, city: 'Ciudad de México', address, rent, deposit: rent * chance.one([1, 1, 2]), bedrooms, bathrooms: 1 + chance.below(2), area: 34 + at * 25 + chance.below(20) }
}
export const worldOf = (chance: Chance, { hasTour }: { hasTour: boolean }): World => {
  const homes = Array.from({ length: 1 + chance.below(3) }, (_, at) => placeOf(chance, at))
  const home = homes[0]!
  const slots: TimeFact[] = []
  for (let at = 0; at < 3 + chance.below(3); at++) {
    const slot = iso(1 + at + chance.below(2), 9 + chance.below(9), chance.one([0, 30]))
    if (!slots.some(({ ms, dayAhead, hour }) => ms === slot.ms || (dayAhead === slot.dayAhead && hour === slot.hour))) slots.push(slot)
  }
  const agent = chance.one(agents)
  const offered = slots.map(({ start, ms }, at) => ({ slot_id: `s_${at}`, start, label: label(corpusZone, ms), seats_left: 1 }))
  const answers: ToolAnswer[] = [
    { tool: 'find_homes', output: { ok: true, say: `Encontré ${homes.length} opciones que te pueden gustar.`, data: { exact: true, homes: homes.map(({ slug, title, hood, city, rent, bedrooms, bathrooms, area }) => ({ home: slug, title, area: `${hood}, ${city}`, rent_mxn: rent, rent: pesos(rent), bedrooms, bathrooms, area_m2: area, pets: 'small', available_from: '2026-12-01' })) } } },
    { tool: 'get_home', output: { ok: true, say: `${home.title}: ${pesos(home.rent)} al mes.`, data: { home: home.slug, title: home.title, building: home.building, unit: home.unit, address: home.address, city: home.city, rent_mxn: home.rent, rent: pesos(home.rent), deposit: pesos(home.deposit), bedrooms: home.bedrooms, bathrooms: home.bathrooms, area_m2: home.area, pets: 'small', furnished: false, parking: 1, available_from: '2026-12-01', minimum_months: 12, requirements: ['identificación oficial', 'comprobante de ingresos de 3 meses'], features: ['cocina equipada'], amenities: ['elevador'], description: 'Tranquilo y fresco.' } } },
    { tool: 'check_availability', output: { ok: true, say: `Para visitar ${home.title} el primer horario libre es ${offered[0]!.label}.`, data: { home: home.slug, zone: corpusZone, as_of: '2026-11-21T09:20-06:00', slots: offered } } },
  ]
  const tour = hasTour ? slots[0]! : undefined
  if (tour) answers.push({ tool: 'book_tour', output: { ok: true, say: `Listo, tu visita a ${home.title} quedó para el ${label(corpusZone, tour.ms)} con ${agent}, en ${home.address}.`, data: { tour: { tour_id: 't_1', home: home.slug, start: tour.start, label: label(corpusZone, tour.ms), address: home.address, agent } } } })
  return { homes, home, slots, tour, answers, said: [chance.one([`Hola, busco depa en ${home.hood}`, 'Hola! info por favor', `Busco algo de ${Math.max(1, home.bedrooms)} recámaras`, `Mi presupuesto es de ${pesos(home.rent + 7_300)}`])], agent }
}

// ---- spellings
const days = ['domingo', 'lunes', 'martes', 'miércoles', 'jueves', 'viernes', 'sábado']
const monthNames = ['enero', 'febrero', 'marzo', 'abril', 'mayo', 'junio', 'julio', 'agosto', 'septiembre', 'octubre', 'noviembre', 'diciembre']
const hourNames = ['', 'una', 'dos', 'tres', 'cuatro', 'cinco', 'seis', 'siete', 'ocho', 'nueve', 'diez', 'once', 'doce']
const oneOrMany = (hour: number): string => (hour === 1 ? 'la' : 'las')
export const hourSaid = (chance: Chance, { hour, minute }: TimeFact): string => {
  const twelve = ((hour + 11) % 12) + 1
  const part = hour < 12 ? 'de la mañana' : hour < 19 ? 'de la tarde' : 'de la noche'
  const mm = String(minute).padStart(2, '0')
  const ways = [`a las ${hour}:${mm}`, `a las ${hour}:${mm} h`, `a ${oneOrMany(twelve)} ${twelve}:${mm} ${hour < 12 ? 'am' : 'pm'}`, `a ${oneOrMany(twelve)} ${twelve}${minute ? ' y media' : ''} ${hour === 12 ? 'del mediodía' : part}`, `a ${oneOrMany(twelve)} ${hourNames[twelve]}${minute ? ' y media' : ''}`, `a ${oneOrMany(twelve)} ${twelve}${minute ? `:${mm}` : ''}`, `${twelve}:${mm} ${hour < 12 ? 'a.m.' : 'p.m.'}`, ...(minute ? [] : [`a las ${hour} hrs`, `${twelve} ${hour < 12 ? 'am' : 'pm'}`, `a las ${twelve}${hour < 12 ? 'am' : 'pm'}`]), ...(hour === 12 && minute === 0 ? ['al mediodía', 'a mediodía'] : [])]
  return chance.one(ways)
}
export const daySaid = (chance: Chance, { dayAhead }: Pick<TimeFact, 'dayAhead'>): string => {
  const date = new Date(Date.parse('2026-11-21T00:00Z') + dayAhead * 86_400_000)
  const [name, number, month] = [days[date.getUTCDay()]!, date.getUTCDate(), monthNames[date.getUTCMonth()]!]
  const ways = [`el ${name} ${number} de ${month}`, `el ${name} ${number}`, `el ${number} de ${month}`, `el ${name}, ${number} de ${month}`, `el ${name} ${number} ${month.slice(0, 3)}`, `el ${name} ${number}/${date.getUTCMonth() + 1}`, ...(dayAhead < 7 ? [`el ${name}`, `este ${name}`] : []), ...(dayAhead === 1 ? ['mañana', `mañana ${name}`] : []), ...(dayAhead === 2 ? ['pasado mañana'] : [])]
  return chance.one(ways)
}
export const whenSaid = (chance: Chance, at: TimeFact): string => (chance.is(0.15) ? label(corpusZone, at.ms) : chance.is(0.85) ? `${daySaid(chance, at)} ${hourSaid(chance, at)}` : `${hourSaid(chance, at)} ${daySaid(chance, at)}`)

const unitNames = ['', 'un', 'dos', 'tres', 'cuatro', 'cinco', 'seis', 'siete', 'ocho', 'nueve', 'diez', 'once', 'doce', 'trece', 'catorce', 'quince', 'dieciséis', 'diecisiete', 'dieciocho', 'diecinueve', 'veinte', 'veintiún', 'veintidós', 'veintitrés', 'veinticuatro', 'veinticinco', 'veintiséis', 'veintisiete', 'veintiocho', 'veintinueve']
const tenNames = ['', '', '', 'treinta', 'cuarenta', 'cincuenta', 'sesenta', 'setenta', 'ochenta', 'noventa']
const hundredNames = ['', 'cien', 'doscientos', 'trescientos', 'cuatrocientos', 'quinientos', 'seiscientos', 'setecientos', 'ochocientos', 'novecientos']
const inWords = (amount: number): string => {
  const [thousands, hundreds] = [Math.floor(amount / 1000), Math.floor((amount % 1000) / 100)]
  const many = thousands < 30 ? unitNames[thousands]! : `${tenNames[Math.floor(thousands / 10)]}${thousands % 10 ? ` y ${unitNames[thousands % 10]}` : ''}`
  return `${many} mil${hundreds ? ` ${hundredNames[hundreds]}` : ''}`
}
export const moneySaid = (chance: Chance, amount: number): string => {
  const grouped = amount.toLocaleString('en-US')
  const ways = [`$${grouped}`, `$${grouped} MXN`, `$${grouped}.00`, `${grouped} pesos`, `$ ${grouped}`, `$${amount}`, `MXN ${grouped}`, `${amount} pesos`, `${grouped} varos`, ...(amount < 100_000 && amount % 100 === 0 ? [`${inWords(amount)} pesos`, inWords(amount)] : []), ...(amount % 1000 === 0 ? [`${amount / 1000} mil`, `${amount / 1000} mil pesos`, `$${amount / 1000}k`] : [`${amount / 1000} mil`, `${Math.floor(amount / 1000)} mil ${amount % 1000}`])]
  return chance.one(ways)
}
