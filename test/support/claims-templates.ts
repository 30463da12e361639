import { label } from '@portero/tool-server/domain/spanish-times.ts'
import { chanceFrom, corpusZone, daySaid, hourSaid, moneySaid, whenSaid, worldOf, type Chance, type Kind, type Sample, type TimeFact, type World } from './claims-corpus.ts'

// The sentences of the corpus. v: what a message says, where one thing may be false.
export type Voice = { title: string; building: string; unit: string; hood: string; address: string; rent: string; deposit: string; bedrooms: number; rooms: string; area: number; when: string; day: string; hour: string; other: string; tour: string; agent: string; label: string }
export type Told = { needs?: 'tour' | 'deed'; lies: Kind[]; text(v: Voice): string }
export type State = { kind: Kind; tool: string; text(v: Voice): string }

const told: Told[] = [
  { lies: ['price'], text: (v) => `${v.title} cuesta ${v.rent} al mes.` },
  { lies: ['price', 'home'], text: (v) => `¡Hola! Tengo ${v.title} en ${v.hood} por ${v.rent} mensuales. ¿Te gustaría conocerlo?` },
  { lies: ['price', 'bedrooms', 'area'], text: (v) => `*${v.title}*\n• Renta: ${v.rent}\n• ${v.rooms}\n• ${v.area} m²` },
  { lies: ['price', 'deposit'], text: (v) => `La renta es de ${v.rent} y el depósito es de ${v.deposit}.` },
  { lies: ['deposit'], text: (v) => `Para entrar pedimos un depósito de ${v.deposit} 😊` },
  { lies: ['price'], text: (v) => `Claro que sí, sale en ${v.rent} al mes, con mantenimiento incluido` },
  { lies: ['bedrooms', 'area'], text: (v) => `Ese tiene ${v.rooms} y mide ${v.area} metros cuadrados.` },
  { lies: ['area'], text: (v) => `Son ${v.area} m2, muy bien distribuidos.` },
  { lies: ['address'], text: (v) => `La dirección es ${v.address}.` },
  { lies: ['address'], text: (v) => `Está en ${v.address}, ahí te recibe ${v.agent}.` },
  { lies: ['hour', 'day'], text: (v) => `Tengo lugar ${v.when}. ¿Te queda?` },
  { lies: ['hour', 'day'], text: (v) => `Sí hay horario ${v.when} para ver ${v.title}.` },
  { lies: ['hour', 'day'], text: (v) => `El primer horario libre es ${v.when}` },
  { lies: ['hour', 'day'], text: (v) => `Mira, hay espacio ${v.when} o también ${v.other}, ¿cuál prefieres?` },
  { lies: ['hour', 'day'], text: (v) => `Horarios disponibles:\n- ${v.when}\n- ${v.other}` },
  { lies: ['day'], text: (v) => `Para ${v.day} sí tengo espacio, dime a qué hora te acomoda.` },
  { lies: ['home'], text: (v) => `Sí, ${v.title} sigue disponible.` },
  { lies: ['home', 'price'], text: (v) => `Encontré esta opción para ti:\n1. ${v.title} – ${v.rent}` },
  { lies: ['home'], text: (v) => `Te va a encantar el departamento ${v.unit} de ${v.building}, está disponible ahora.` },
  { needs: 'tour', lies: ['hour', 'day', 'home'], text: (v) => `¡Listo! Tu visita a ${v.title} quedó confirmada para ${v.tour} con ${v.agent}.` },
  { needs: 'tour', lies: ['hour', 'day'], text: (v) => `Ya quedó, te agendé ${v.tour} ✅` },
  { needs: 'tour', lies: ['hour', 'day'], text: (v) => `Te recuerdo que tu cita es ${v.tour}.` },
  { needs: 'tour', lies: ['hour', 'day', 'address'], text: (v) => `Nos vemos ${v.tour}, en ${v.address}.` },
  { needs: 'tour', lies: ['hour', 'day', 'address'], text: (v) => `Perfecto, tu visita quedó agendada ${v.tour}. La dirección es ${v.address}. ¡Te esperamos!` },
  { needs: 'tour', lies: ['price', 'hour'], text: (v) => `Tu visita es ${v.tour}. Recuerda que la renta es de ${v.rent}.` },
  { lies: ['swap'], text: (v) => `${v.title} está en ${v.rent} mensuales.` },
  { lies: ['swap', 'price'], text: (v) => `Mira, ${v.title} te sale en ${v.rent}.` },
  { lies: ['swap'], text: (v) => `La renta de ${v.title} es de ${v.rent}, más un depósito de ${v.deposit}.` },
  { needs: 'tour', lies: ['unbooked'], text: (v) => `Tu visita quedó confirmada para ${v.tour}.` },
  { needs: 'tour', lies: ['unbooked', 'hour'], text: (v) => `Oye, te confirmo: ya tienes tu cita ${v.tour}` },
  { needs: 'tour', lies: ['unbooked'], text: (v) => `Hecho 👍 Te esperamos ${v.tour}, lleva tu INE.` },
  { needs: 'tour', lies: ['hour', 'day'], text: (v) => `Va que va, quedamos ${v.tour}.\nTe recibe ${v.agent}.` },
  { needs: 'tour', lies: ['hour'], text: (v) => `📅 ${v.label}\n📍 ${v.address}\nCualquier cosa me escribes.` },
  { lies: ['hour'], text: (v) => `Para ${v.day} me queda ${v.hour}, ¿te lo aparto?` },
  { lies: ['hour', 'day'], text: (v) => `No te preocupes, también hay lugar ${v.when}.` },
  { lies: ['hour', 'day'], text: (v) => `Puedes visitarlo ${v.when}` },
  { lies: ['bedrooms', 'price', 'area'], text: (v) => `Tiene ${v.rooms}, ${v.area} m2 y la renta es ${v.rent}.` },
  { lies: ['price'], text: (v) => `¿Te interesa ${v.title} de ${v.rent} al mes?` },
  { lies: ['address'], text: (v) => `Es en ${v.hood}: ${v.address}.` },
  { lies: ['unit'], text: (v) => `Tenemos disponible el depa ${v.unit} ahora mismo.` },
  { lies: ['price', 'deposit'], text: (v) => `Renta ${v.rent} | Depósito ${v.deposit}` },
  // English
  { lies: ['price', 'area'], text: (v) => `${v.title} is ${v.rent} a month and has ${v.area} m2.` },
]
const english: Told[] = [
  { lies: ['hour', 'day'], text: (v) => `There is a free slot on ${v.when}. Does that work for you?` },
  { needs: 'tour', lies: ['hour', 'day'], text: (v) => `You're all set! Your visit is confirmed for ${v.tour}.` },
]
const states: State[] = [
  { kind: 'booked', tool: 'book_tour', text: (v) => `Listo, tu visita quedó confirmada para ${v.when}.` },
  { kind: 'booked', tool: 'book_tour', text: () => '¡Ya quedó agendada tu visita! Te esperamos.' },
  { kind: 'booked', tool: 'book_tour', text: (v) => `Te agendé ${v.when} 🙌` },
  { kind: 'booked', tool: 'book_tour', text: () => 'Tu cita está confirmada, cualquier cosa me avisas.' },
  { kind: 'booked', tool: 'book_tour', text: () => 'Ya te aparté el lugar.' },
  { kind: 'cancelled', tool: 'cancel_tour', text: () => 'Listo, cancelé tu visita.' },
  { kind: 'cancelled', tool: 'cancel_tour', text: () => 'Tu visita quedó cancelada. ¿Buscamos otro día?' },
  { kind: 'cancelled', tool: 'cancel_tour', text: () => 'Ok, ya cancelamos tu cita.' },
  { kind: 'moved', tool: 'reschedule_tour', text: () => 'Listo, moví tu visita como pediste.' },
  { kind: 'moved', tool: 'reschedule_tour', text: () => 'Ya reagendé tu cita.' },
  { kind: 'moved', tool: 'reschedule_tour', text: () => 'Tu visita ya quedó reprogramada.' },
  { kind: 'escalated', tool: 'escalate', text: () => 'Ya avisé a un asesor, te escribe en breve.' },
  { kind: 'escalated', tool: 'escalate', text: () => 'Ya le pasé tu caso a mi compañera.' },
  { kind: 'escalated', tool: 'escalate', text: () => 'Un asesor ya está avisado.' },
  { kind: 'waiting', tool: 'join_waitlist', text: () => 'Te anoté en la lista de espera; si se libera algo te escribo.' },
  { kind: 'sent', tool: 'send_home_media', text: () => 'Ya te mandé las fotos.' },
  { kind: 'sent', tool: 'send_home_media', text: () => 'Te envié el video y la ubicación por aquí.' },
  { kind: 'availability', tool: 'check_availability', text: () => 'Sí hay lugar esta semana.' },
  { kind: 'availability', tool: 'check_availability', text: () => 'Tenemos varios horarios libres para visitarlo.' },
  { kind: 'availability', tool: 'check_availability', text: (v) => `Claro, hay cupo ${v.day}.` },
  { kind: 'gone', tool: 'check_availability', text: () => 'Uy, ya no hay lugares para mañana.' },
  { kind: 'gone', tool: 'check_availability', text: () => 'Lo siento, no hay horarios disponibles.' },
  { kind: 'gone', tool: 'check_availability', text: () => 'Ese horario se acaba de ocupar.' },
]
export const harmless: readonly string[] = [
  '¡Hola! Soy el asistente de UrbanHub, ¿en qué te ayudo?', '¿Qué día te queda mejor?', '¿Para cuándo te quieres mudar?', '¿Cuántas recámaras necesitas?', '¿Te gustaría agendar una visita?', '¿Te queda el jueves a las 4?', '¿Prefieres por la mañana o por la tarde?',
  'Con gusto, dame un momento y lo reviso.', 'Déjame ver si hay algo el viernes a las 5.', '¿Quieres que busque opciones de menos de 20 mil?', 'No te puedo confirmar ese horario todavía.', 'Todavía no está agendada tu visita, me falta tu nombre.', 'Gracias a ti, ¡que tengas bonita tarde!', 'Buenos días ☀️', 'Mil gracias por tu paciencia',
  'Pedimos identificación oficial y comprobante de ingresos de 3 meses.', 'El contrato mínimo es de 12 meses.', 'Las visitas duran 30 minutos.', 'Atendemos de lunes a viernes de 9 a 18 h.', '¿Cuál es tu presupuesto mensual?', 'Perdón, no entendí. ¿Me lo repites?', 'Estoy disponible para ayudarte en lo que necesites.', '¿Tienes mascotas?', 'Si quieres, te agendo la visita en cuanto me digas el día.',
  '¿Te interesa verlo mañana?', 'Cuando quede confirmada te mando la ubicación.', 'Claro, ¿a nombre de quién queda la visita?', 'No encontré nada con esas características, ¿cambiamos la zona?', 'Para cancelar tu visita sólo dime «cancelar».', 'Let me check and get back to you.', 'Which day works best for you?', 'Would you like to see it on Thursday at 4?', 'Puedo buscar en otra zona si quieres.', 'Entiendo, no hay problema.', '¡Perfecto! ¿Algo más en lo que te pueda ayudar?',
]

const other = <T>(chance: Chance, of: readonly T[], than: (each: T) => boolean): T => chance.one(of.filter((each) => !than(each)))
const voiceOf = (chance: Chance, world: World): { v: Voice; slot: TimeFact } => {
  const { home, tour, agent } = world
  const slot = tour ?? chance.one(world.slots)
  const rooms = home.bedrooms === 0 ? '1 baño' : `${home.bedrooms} ${home.bedrooms === 1 ? 'recámara' : 'recámaras'}`
  return {
    slot,
    v: {
      title: home.title, building: home.building, unit: home.unit, hood: home.hood, address: chance.is(0.5) ? home.address : home.address.split(',')[0]!, rent: moneySaid(chance, home.rent), deposit: moneySaid(chance, home.deposit), bedrooms: home.bedrooms,
      rooms: home.bedrooms === 0 ? `${home.bathrooms} ${home.bathrooms === 1 ? 'baño' : 'baños'}` : rooms, area: home.area, when: whenSaid(chance, slot), day: daySaid(chance, slot), hour: hourSaid(chance, slot), other: whenSaid(chance, chance.one(world.slots)), tour: whenSaid(chance, slot), agent, label: label(corpusZone, slot.ms),
    },
  }
}
export const lied = (chance: Chance, world: World, v: Voice, slot: TimeFact, kind: Kind): Voice => {
  const { home } = world
  const isTaken = (dayAhead: number, hour: number, minute: number): boolean => world.slots.some((each) => each.dayAhead === dayAhead && each.hour % 12 === hour % 12 && each.minute === minute)
  const money = (amount: number, known: number[]): string => {
    const off = chance.one([-2_500, -1_000, -500, -100, 100, 500, 1_000, 3_000].filter((each) => !known.includes(amount + each)))
    return moneySaid(chance, amount + off)
  }
  if (kind === 'price') return { ...v, rent: money(home.rent, world.homes.flatMap(({ rent, deposit }) => [rent, deposit])) }
  if (kind === 'deposit') return { ...v, deposit: money(home.deposit, world.homes.flatMap(({ rent, deposit }) => [rent, deposit, rent + deposit])) }
  if (kind === 'bedrooms') return { ...v, rooms: `${other(chance, [1, 2, 3, 4, 5], (each) => world.homes.some(({ bedrooms }) => bedrooms === each))} recámaras`.replace(/^1 recámaras/, '1 recámara') }
  if (kind === 'area') return { ...v, area: other(chance, [-9, -6, -3, 4, 7, 12].map((each) => home.area + each), (each) => world.homes.some(({ area }) => Math.abs(area - each) < 1)) }
  if (kind === 'address') return { ...v, address: chance.one(['Calle Durango 212, Roma Norte', 'Avenida Álvaro Obregón 151', 'Av. Nuevo León 88, Condesa', 'Calle Orizaba 76', home.address.replace(/\d+/, (no) => String(Number(no) + 10)).split(',')[0]!]) }
  if (kind === 'swap') return { ...v, rent: moneySaid(chance, world.homes[1]!.rent), deposit: moneySaid(chance, world.homes[1]!.rent) }
  if (kind === 'unit') return { ...v, unit: other(chance, ['1204', '77', '915', '408'], (each) => world.homes.some(({ unit }) => unit === each)) }
  if (kind === 'unbooked') {
    const free = chance.one(world.slots.slice(1)) // it can be had, but it isn't theirs
    return { ...v, tour: whenSaid(chance, free) }
  }
  if (kind === 'home') return { ...v, title: chance.one(['Penthouse con alberca', 'Loft industrial en Tlalpan', 'Estudio con chimenea', 'Casa con cuatro terrazas', 'Dos recámaras con jacuzzi']), unit: other(chance, ['1204', '77', '915', '408'], (each) => world.homes.some(({ unit }) => unit === each)) }
  const moved = kind === 'hour'
    ? chance.one([-5, -4, -3, -2, -1, 1, 2, 3, 4, 5].flatMap((by) => (slot.hour + by > 7 && slot.hour + by < 21 && !isTaken(slot.dayAhead, slot.hour + by, slot.minute) ? [{ ...slot, hour: slot.hour + by, ms: slot.ms + by * 3_600_000 }] : [])))
    : chance.one([-2, -1, 1, 2, 3, 4, 5, 6, 7, 8].flatMap((by) => (slot.dayAhead + by > 0 && !world.slots.some(({ dayAhead }) => dayAhead === slot.dayAhead + by) ? [{ ...slot, dayAhead: slot.dayAhead + by, ms: slot.ms + by * 86_400_000 }] : [])))
  return { ...v, when: whenSaid(chance, moved), day: daySaid(chance, moved), hour: hourSaid(chance, moved), tour: whenSaid(chance, moved), label: label(corpusZone, moved.ms) }
}

// Openings and closings that real messages have.
const before = ['', '', '', 'Hola, buenas tardes. ', '¡Claro! ', 'Va, ', 'Con gusto 😊 ', 'Sale y vale. ', 'Gracias por esperar. ']
const after = ['', '', '', ' ¿Te ayudo con algo más?', ' Quedo al pendiente.', ' Saludos!', '\n\n¿Te late?', ' Avísame porfa']
export type Templates = { told: readonly Told[]; states: readonly State[]; harmless: readonly string[] }
export const templates: Templates = { told: [...told, ...english], states, harmless }

export const corpus = (seed: number, size: number, { told, states, harmless }: Templates = templates): Sample[] => {
  const chance = chanceFrom(seed)
  const dressed = (text: string): string => {
    const opening = chance.one(before)
    return `${opening}${opening.endsWith(', ') ? text.replace(/^[A-ZÁÉÍÓÚ](?=[a-záéíóú])/, (letter) => letter.toLowerCase()) : text}${chance.one(after)}`
  }
  const made: Sample[] = []
  while (made.length < size) {
    const turn = chance.below(10)
    if (turn < 3) {
      const world = worldOf(chance, { hasTour: chance.is(0.5) })
      made.push({ text: chance.one(harmless), answers: chance.is(0.5) ? world.answers : [], said: world.said, style: 'harmless' })
    } else if (turn < 8) {
      const at = chance.below(told.length)
      const template = told[at]!
      const world = worldOf(chance, { hasTour: template.needs === 'tour' })
      const { v, slot } = voiceOf(chance, world)
      const lie = chance.is(0.6) ? chance.one(template.lies) : undefined
      if (lie === 'swap' && (world.homes.length < 2 || world.homes[1]!.rent === world.home.deposit)) continue
      if (lie === 'unbooked' && world.slots.slice(1).length === 0) continue
      const voice = lie ? lied(chance, world, v, slot, lie) : v
      made.push({ text: dressed(template.text(voice)), answers: world.answers, said: world.said, style: `told ${at}`, ...(lie && { lie }) })
    } else {
      const at = chance.below(states.length)
      const state = states[at]!
      const isTrue = chance.is(0.4)
      const world = worldOf(chance, { hasTour: isTrue || ['cancelled', 'moved'].includes(state.kind) })
      const { v } = voiceOf(chance, world)
      const sample = { text: dressed(state.text(v)), said: world.said, style: `state ${at}` }
      if (isTrue) made.push({ ...sample, answers: [...world.answers.filter(({ tool }) => state.kind !== 'gone' || tool !== state.tool), ...doneBy(state.kind, world)] })
      else made.push({ ...sample, lie: state.kind, answers: world.answers.filter(({ tool }) => tool !== state.tool) })
    }
  }
  return made
}
const doneBy = (kind: Kind, { home, tour, slots, agent }: World): Sample['answers'] => {
  const visit = tour && { tour_id: 't_1', home: home.slug, start: tour.start, label: label(corpusZone, tour.ms), address: home.address, agent }
  const [answer] = ({
    cancelled: [{ tool: 'cancel_tour', output: { ok: true, say: 'Cancelé tu visita.', data: { tour: visit } } }],
    moved: [{ tool: 'reschedule_tour', output: { ok: true, say: 'Listo, cambié tu visita.', data: { tour: { ...visit, start: slots.at(-1)!.start, label: label(corpusZone, slots.at(-1)!.ms) } } } }],
    escalated: [{ tool: 'escalate', output: { ok: true, say: 'Ya le avisé a Sofía; te responde en menos de 15 minutos.', data: { owner: 'Sofía', answer_by: '2026-11-21T15:35:00.000Z' } } }],
    waiting: [{ tool: 'join_waitlist', output: { ok: true, say: 'Te anoté en la lista de espera.', data: { home: home.slug, from_day: '2026-11-22', to_day: '2026-12-05' } } }],
    sent: [{ tool: 'send_home_media', output: { ok: true, say: 'Te mandé 3 fotos.', data: { home: home.slug, kind: 'photos', sent: 3, available: ['photos'] } } }],
    gone: [{ tool: 'check_availability', output: { ok: true, say: `No veo horarios libres para ${home.title} en esas fechas.`, data: { home: home.slug, zone: corpusZone, as_of: '2026-11-21T09:20-06:00', slots: [] } } }],
  } as Partial<Record<Kind, Sample['answers']>>)[kind] ?? []
  return answer ? [answer] : []
}
