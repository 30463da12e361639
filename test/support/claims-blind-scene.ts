import type { ToolAnswer } from '@portero/tool-server/domain/claims-facts.ts'

// One conversation, made up by chance: homes, free times, and what each tool would have answered, in the shapes in which they do.
export type Home = {
  slug: string; title: string; building: string; unit: string; hood: string; address: string; rent: number; months: number; deposit: number; beds: number; baths: number; area: number
  pets: 'no' | 'small' | 'yes'; furnished: boolean; parking: number; from: string; term: number; features: string[]; amenities: string[]
}
export type Time = { ms: number; day: number; hour: number; minute: number }
export type Chance = { below(most: number): number; one<T>(of: readonly T[]): T; is(part: number): boolean }

export const blindNow = Date.parse('2026-11-21T09:20-06:00') // a Saturday
const minute = 60_000
const dayMs = 1_440 * minute
const weekdays = ['domingo', 'lunes', 'martes', 'miércoles', 'jueves', 'viernes', 'sábado']
const englishDays = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday']

export const chanceOf = (seed: number): Chance => {
  let state = seed >>> 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const below = (most: number): number => Math.floor(next() * most)
  return { below, one: (of) => of[below(of.length)]!, is: (part) => next() < part }
}

const hoods = ['Escandón', 'Del Valle', 'Portales', 'Coyoacán', 'Santa María la Ribera', 'Nápoles', 'San Rafael', 'Mixcoac', 'Anzures', 'Juárez', 'Doctores', 'Álamos'] as const
const buildings = ['Casa Jacaranda', 'Torre Ahuehuete', 'Edificio Marsella', 'Residencial Alameda', 'Casa Colibrí', 'Torre Tepozán', 'Edificio Bugambilia', 'Casa Obsidiana', 'Torre Cempasúchil', 'Edificio Nogal'] as const
const streets = ['Calle Progreso', 'Calle Miramar', 'Av. Castilla', 'Calle Fresno', 'Calle Tehuantepec', 'Calle Pilares', 'Calle Heriberto', 'Calle Sabino', 'Av. Cumbres', 'Calle Nogales'] as const
const ghosts = [['Villa Orquídea', 'Lomas Verdes'], ['Torre Esmeralda', 'Polanco'], ['Casa Magnolia', 'Tlatelolco'], ['Edificio Quetzal', 'Lindavista'], ['Residencial Pirul', 'Tacubaya']] as const
const people = ['Sofía', 'Mariana', 'Héctor', 'Itzel', 'Rodrigo', 'Lorena', 'Emilio'] as const
const kindsOfHome = ['con balcón', 'con terraza', 'en esquina', 'con patio', 'remodelado', 'con vista al parque', 'en planta baja', 'muy iluminado'] as const

// Without what is taken already.
const fresh = <T>(chance: Chance, of: readonly T[], taken: T[]): T => {
  const one = chance.one(of.filter((each) => !taken.includes(each)))
  taken.push(one)
  return one
}

export type Scene = ReturnType<typeof makeScene>
export const makeScene = (seed: number) => {
  const chance = chanceOf(seed)
  const { below, one, is } = chance
  const taken: { hoods: string[]; buildings: string[]; streets: string[]; kinds: string[]; rents: number[]; beds: number[]; units: number[] } = { hoods: [], buildings: [], streets: [], kinds: [], rents: [], beds: [], units: [] }
  const homes = Array.from({ length: 4 }, (): Home => {
    const [hood, building, street, kind] = [fresh(chance, hoods, taken.hoods), fresh(chance, buildings, taken.buildings), fresh(chance, streets, taken.streets), fresh(chance, kindsOfHome, taken.kinds)]
    const rent = fresh(chance, Array.from({ length: 40 }, (_, at) => 12_500 + at * 700), taken.rents)
    const beds = fresh(chance, [1, 2, 3, 4], taken.beds)
    const unit = String(fresh(chance, [101, 102, 203, 204, 305, 307, 401, 408, 502, 506], taken.units))
    const months = one([1, 1, 2])
    return {
      slug: `${hood.normalize('NFD').replaceAll(/[^A-Za-z ]/g, '').toLowerCase().replaceAll(' ', '-')}-${unit}`, title: `Departamento ${kind}`, building, unit, hood, address: `${street} ${20 + below(40) * 7}, ${hood}`, rent, months, deposit: rent * months,
      beds, baths: beds > 2 ? 2 : 1, area: 38 + beds * 17 + below(9), pets: one(['no', 'small', 'yes']), furnished: is(0.3), parking: below(3), from: one(['2026-12-01', '2026-12-15', '2027-01-04']), term: one([6, 12]),
      features: ['cocina equipada', one(['clóset', 'pisos de madera', 'cuarto de lavado'])], amenities: ['elevador', one(['gimnasio', 'roof garden', 'vigilancia 24 h', 'alberca'])],
    }
  })
  const [a, b, c, closed] = homes as [Home, Home, Home, Home]

  // Two times on each of three days, from Monday to Saturday; no two of them at one hour, by a clock of twelve hours either.
  const days = [2, 3, 4, 5, 6, 7]
  const hours = [9, 10, 11, 12, 13, 14, 15, 16, 17, 18]
  const chosenDays = Array.from({ length: 3 }, () => days.splice(below(days.length), 1)[0]!).toSorted((x, y) => x - y)
  const chosenHours = Array.from({ length: 6 }, () => hours.splice(below(hours.length), 1)[0]!)
  const midnight = Date.parse('2026-11-21T00:00-06:00')
  const timeAt = (day: number, hour: number, half: number): Time => ({ ms: midnight + day * dayMs + (hour * 60 + half) * minute, day, hour, minute: half })
  const times = chosenDays.flatMap((day, at) => chosenHours.slice(2 * at, 2 * at + 2).toSorted((x, y) => x - y).map((hour) => timeAt(day, hour, is(0.35) ? 30 : 0)))
  const t = times as [Time, Time, Time, Time, Time, Time]
  const [agent, other] = [fresh(chance, people, []), 'Sebastián']

  const date = ({ ms }: Time): Date => new Date(ms - 6 * 60 * minute)
  const two = (value: number): string => String(value).padStart(2, '0')
  const startOf = (time: Time): string => `${date(time).toISOString().slice(0, 16)}-06:00`
  const weekday = (time: Time): string => weekdays[date(time).getUTCDay()]!
  const label = (time: Time): string => `${weekday(time)} ${date(time).getUTCDate()} nov, ${time.hour}:${two(time.minute)} h`
  const pesos = (amount: number): string => `$${amount.toLocaleString('en-US')}`

  // As people write them.
  const hour = (time: Time): string => {
    const twelve = ((time.hour + 11) % 12) + 1
    const half = time.minute === 30
    const part = time.hour < 12 ? 'de la mañana' : time.hour === 12 ? 'del día' : time.hour < 19 ? 'de la tarde' : 'de la noche'
    const short = time.hour < 12 ? 'am' : 'pm'
    return one([`${time.hour}:${two(time.minute)}`, `${time.hour}:${two(time.minute)} h`, `${twelve}${half ? ':30' : ''} ${short}`, `${twelve}${half ? ' y media' : ''} ${part}`, `${two(time.hour)}:${two(time.minute)} hrs`])
  }
  const day = (time: Time): string => {
    const number = date(time).getUTCDate()
    const short = weekday(time) === 'sábado' ? [] : [weekday(time)] // it is Saturday now, so that a date is needed
    return one([`${weekday(time)} ${number}`, ...short, `${weekday(time)} ${number} de noviembre`, `${weekday(time)} ${number}/11`])
  }
  const when = (time: Time): string => one([`el ${day(time)} a las ${hour(time)}`, `${day(time)} a las ${hour(time)}`, `el ${day(time)}, ${hour(time)}`])
  const hourEn = (time: Time): string => `${((time.hour + 11) % 12) + 1}${time.minute === 30 ? ':30' : ''} ${time.hour < 12 ? 'am' : 'pm'}`
  const dayEn = (time: Time): string => one([...(time.day === 7 ? [] : [`${englishDays[date(time).getUTCDay()]}`]), `${englishDays[date(time).getUTCDay()]} the ${date(time).getUTCDate()}${date(time).getUTCDate() === 23 ? 'rd' : 'th'}`])
  const whenEn = (time: Time): string => `${dayEn(time)} at ${hourEn(time)}`
  const money = (amount: number): string => one([pesos(amount), `${pesos(amount)} MXN`, `${amount.toLocaleString('en-US')} pesos`, `${pesos(amount)} pesos`, String(amount)])
  const nameOf = (home: Home): string => one([`el depa de ${home.hood}`, `el ${home.unit} de ${home.building}`, `el depa ${home.title.slice('Departamento '.length)}`, `el de ${home.hood}`])
  const beds = (count: number): string => one([`${count} ${count === 1 ? 'recámara' : 'recámaras'}`, `${count} rec.`, `${['', 'una', 'dos', 'tres', 'cuatro', 'cinco', 'seis'][count]} ${count === 1 ? 'recámara' : 'recámaras'}`])
  const baths = (count: number): string => one([`${count} ${count === 1 ? 'baño' : 'baños'}`, `${['', 'un', 'dos', 'tres', 'cuatro', 'cinco'][count]} ${count === 1 ? 'baño' : 'baños'}`])
  const area = (count: number): string => one([`${count} m2`, `${count} m²`, `${count} metros`, `${count} mts`])

  // What no tool said of anything.
  const amounts = homes.flatMap((home) => [home.rent, home.deposit])
  const wrongMoney = (near: number): number => one([-3_150, -1_850, -950, 850, 1_350, 2_250, 4_050].map((more) => near + more).filter((each) => !amounts.includes(each)))
  const [freeHour, freeDay] = [one(hours), one(days)]
  const wrongHour = (on: Time): Time => timeAt(on.day, freeHour, 0)
  const wrongDay = (of: Time): Time => timeAt(freeDay, of.hour, of.minute)
  const ghost = one(ghosts)
  const number = Number(/ (\d+),/.exec(a.address)?.[1])
  const bad = {
    rent: () => wrongMoney(a.rent), deposit: () => wrongMoney(a.deposit), hour: (on: Time = t[0]) => wrongHour(on), day: (of: Time = t[0]) => wrongDay(of), beds: () => one([5, 6]), baths: () => one([3, 4]), area: () => a.area + one([31, 45, 62, 90]),
    address: () => one([`Calle Amapola ${30 + below(300)}`, `Av. Insurgentes ${400 + below(500)}`, a.address.replace(String(number), String(number + 3 + below(5) * 2))]), ghost: () => ghost,
  }

  const visit = (time: Time) => ({ tour_id: 't_Ab12Cd34', home: a.slug, start: startOf(time), label: label(time), address: a.address, agent })
  const slot = (time: Time, at: number) => ({ slot_id: `s_Zx${at}9Kq`, start: startOf(time), label: label(time), seats_left: 1 })
  const tell = (tool: string, output: object): ToolAnswer => ({ tool, output })
  const refused = (tool: string, code: string, say: string, more: object = {}): ToolAnswer => tell(tool, { ok: false, say, error: { code, retryable: false, ...more } })
  const shown = (home: Home): ToolAnswer => tell('get_home', {
    ok: true, say: `${home.title}: ${pesos(home.rent)} al mes.`, next: 'Si le interesa, ofrece una visita con check_availability.',
    data: {
      home: home.slug, title: home.title, building: home.building, unit: home.unit, address: home.address, city: 'Ciudad de México', rent_mxn: home.rent, rent: pesos(home.rent), deposit: pesos(home.deposit), bedrooms: home.beds, bathrooms: home.baths, area_m2: home.area,
      pets: home.pets, furnished: home.furnished, parking: home.parking, available_from: home.from, minimum_months: home.term, requirements: ['identificación oficial', 'comprobante de ingresos de 3 meses', 'aval o póliza jurídica'],
      features: home.features, amenities: home.amenities, description: 'Luz de la mañana y calle tranquila.',
      faq: [
        { q: '¿De cuánto es el depósito?', a: `Es de ${home.months === 1 ? '1 mes' : '2 meses'} de renta y se devuelve dentro de los 30 días después de entregar.`, checked: '2026-10-01' },
        { q: '¿A qué hora cierra el roof garden?', a: 'Abre de 8:00 a 22:00 h; para reuniones se aparta con dos días.', checked: '2026-09-15' },
        { q: '¿Cuánto tarda el trámite?', a: 'Con los documentos completos, entre 3 y 5 días hábiles.', checked: '2026-10-01' },
      ],
    },
  })
  const answers: Record<string, () => ToolAnswer> = {
    F: () => tell('find_homes', { ok: true, say: 'Encontré 3 opciones que te pueden gustar.', data: { exact: true, homes: [a, b, c].map((home) => ({ home: home.slug, title: home.title, area: `${home.hood}, Ciudad de México`, rent_mxn: home.rent, rent: pesos(home.rent), bedrooms: home.beds, bathrooms: home.baths, area_m2: home.area, pets: home.pets, available_from: home.from })) } }),
    F0: () => tell('find_homes', { ok: true, say: 'Por ahora no tengo opciones disponibles.', data: { homes: [], exact: false } }),
    G: () => shown(a), G2: () => shown(b),
    K: () => refused('get_home', 'not_available', 'Esa vivienda ya no está disponible.'),
    A: () => tell('check_availability', { ok: true, say: `Para visitar ${a.title} el primer horario libre es ${label(t[0])}.`, data: { home: a.slug, zone: 'America/Mexico_City', as_of: '2026-11-21T09:20-06:00', slots: t.map(slot), link: 'https://portero.example/book/Qm9va2luZw' }, next: 'Cuando elija, llama a book_tour con el slot_id.' }),
    A0: () => tell('check_availability', { ok: true, say: `No veo horarios libres para ${a.title} en esas fechas.`, data: { home: a.slug, zone: 'America/Mexico_City', as_of: '2026-11-21T09:20-06:00', slots: [] } }),
    B: () => tell('book_tour', { ok: true, say: `Listo, tu visita a ${a.title} quedó para el ${label(t[0])} con ${agent}, en ${a.address}.`, data: { tour: visit(t[0]) } }),
    H: () => refused('book_tour', 'name_missing', `Te aparté el ${label(t[0])} en ${a.title} hasta las 9:27 h. ¿A nombre de quién queda la visita?`, { retryable: true }),
    X: () => refused('book_tour', 'slot_gone', 'Ese horario se acaba de ocupar; estos son los más cercanos.', { alternatives: t.slice(1, 4).map(slot) }),
    M: () => tell('my_tours', { ok: true, say: `Tienes: ${a.title}, ${label(t[0])}.`, data: { tours: [{ ...visit(t[0]), title: a.title, status: 'confirmed', calendar_url: 'https://portero.example/ics/Y2Fs' }] } }),
    M0: () => tell('my_tours', { ok: true, say: 'Todavía no tienes visitas agendadas.', data: { tours: [] } }),
    R: () => tell('reschedule_tour', { ok: true, say: `Listo, cambié tu visita a ${a.title}: ahora es el ${label(t[2])} con ${agent}, en ${a.address}.`, data: { tour: visit(t[2]) } }),
    RX: () => refused('reschedule_tour', 'slot_gone', 'Ese horario se acaba de ocupar; estos son los más cercanos.', { alternatives: t.slice(1, 4).map(slot) }),
    C: () => tell('cancel_tour', { ok: true, say: `Cancelé tu visita a ${a.title} del ${label(t[0])}. ¿La movemos mejor? Dime qué día te queda.`, data: { tour: visit(t[0]) } }),
    CX: () => refused('cancel_tour', 'no_tour', 'No tienes ninguna visita por venir.'),
    E: () => tell('escalate', { ok: true, say: `Ya le avisé a ${agent}; te responde en menos de 15 minutos.`, data: { owner: agent, answer_by: '2026-11-21T15:35:00.000Z' } }),
    W: () => tell('join_waitlist', { ok: true, say: `Te anoté en la lista de espera de ${a.title}, del lunes 23 nov al sábado 28 nov: si se libera un horario, te escribo.`, data: { home: a.slug, from_day: '2026-11-23', to_day: '2026-11-28' } }),
    P: () => tell('send_home_media', { ok: true, say: `Te mandé 4 fotos de ${a.title}.`, data: { home: a.slug, kind: 'photos', sent: 4, available: ['photos', 'location'] } }),
    PX: () => refused('send_home_media', 'nothing_there', `De ${a.title} no tengo eso a la mano, pero te puedo dar los detalles.`),
    Q: () => tell('qualify_lead', { ok: true, say: '¿Qué garantía puedes dar: aval, póliza jurídica o depósito?', data: { qualified: false, stage: 'new', saved: ['occupants', 'pets', 'move_in'], missing: ['guarantee'] } }),
  }
  return { a, b, c, closed, t, agent, other, bad, hour, day, when, hourEn, dayEn, whenEn, money, nameOf, beds, baths, area, one, is, pesos, answersFor: (needs: string): ToolAnswer[] => needs.split(' ').filter(Boolean).map((each) => answers[each]!()) }
}
