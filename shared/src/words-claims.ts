import type { Language } from './words.ts'

// What is said after an agent's message that nothing backs: what is true instead, or that it isn't sure yet, and how to go on.
type Claims = {
  sorry(what: string): string
  also(one: string, other: string): string
  rent(home: string, amount: string): string
  deposit(home: string, amount: string): string
  address(home: string, address: string): string
  bedrooms(home: string, count: number): string
  bathrooms(home: string, count: number): string
  area(home: string, squareMetres: number): string
  visit(when: string): string
  notMoved(when: string): string
  notCancelled(when: string): string
  held(when: string): string
  noVisit: string
  times(list: readonly string[]): string
  noTimes: string
  home: string
  unsure: string
  pets: Record<'no' | 'small' | 'yes', (home: string) => string>
  parking(home: string, places: number): string
  furnished(home: string, isFurnished: boolean): string
  months(home: string, count: number): string
  asked(home: string, papers: string): string
  group(home: string, people: number): string
  open(home: string): string
  closed: string
  within(minutes: number): string
  unknown: string
  notDone: Record<'escalated' | 'waiting' | 'sent' | 'noted' | 'requested' | 'stopped' | 'other', string>
}

export const claimWords: Record<Language, Claims> = {
  'es-MX': {
    sorry: (what) => `Perdón, una corrección: ${what}`,
    also: (one, other) => `${one} Además, ${other}`,
    rent: (home, amount) => `la renta de «${home}» es de ${amount} al mes.`,
    deposit: (home, amount) => `el depósito de «${home}» es de ${amount}.`,
    address: (home, address) => `«${home}» está en ${address}.`,
    bedrooms: (home, count) => (count === 0 ? `«${home}» es un estudio.` : `«${home}» tiene ${count} ${count === 1 ? 'recámara' : 'recámaras'}.`),
    bathrooms: (home, count) => `«${home}» tiene ${count} ${count === 1 ? 'baño' : 'baños'}.`,
    area: (home, squareMetres) => `«${home}» mide ${squareMetres} m².`,
    visit: (when) => `tu visita es el ${when}.`,
    notMoved: (when) => `tu visita no se ha movido: sigue el ${when}. Dime para cuándo la quieres y la cambio.`,
    notCancelled: (when) => `tu visita no está cancelada: sigue el ${when}. Si ya no puedes ir, dímelo y la cancelo.`,
    held: (when) => `te guardo el ${when}, pero tu visita todavía no está confirmada. ¿A nombre de quién la pongo?`,
    noVisit: 'tu visita todavía no está agendada. Dime qué día y a qué hora te queda, y la agendo.',
    times: (list) => `los horarios libres son ${list.join('; ')}. ¿Cuál te queda?`,
    noTimes: 'ese horario todavía no lo tengo confirmado. Dime qué día te queda y reviso la agenda.',
    home: 'esa opción no la tengo confirmada. Dime qué buscas y te enseño las que sí hay.',
    unsure: 'ese dato todavía no lo tengo confirmado. Dime cuál departamento te interesa y te paso el correcto.',
    pets: { no: (home) => `en «${home}» no se aceptan mascotas.`, small: (home) => `en «${home}» se aceptan mascotas pequeñas.`, yes: (home) => `en «${home}» sí se aceptan mascotas.` },
    parking: (home, places) => (places === 0 ? `«${home}» no tiene estacionamiento.` : `«${home}» tiene ${places} ${places === 1 ? 'lugar' : 'lugares'} de estacionamiento.`),
    furnished: (home, isFurnished) => `«${home}» ${isFurnished ? 'se renta amueblado' : 'se renta sin muebles'}.`,
    months: (home, count) => `«${home}» se renta por mínimo ${count} ${count === 1 ? 'mes' : 'meses'}.`,
    asked: (home, papers) => `para rentar «${home}» se pide ${papers}.`,
    group: (home, people) => (people === 1 ? `la visita a «${home}» es privada.` : `la visita a «${home}» es en grupo, de hasta ${people} personas.`),
    open: (home) => `«${home}» sigue disponible. ¿Te gustaría visitarlo?`,
    closed: 'esa vivienda ya no está disponible. Dime qué buscas y te enseño las que sí hay.',
    within: (minutes) => `una persona del equipo te responde en menos de ${minutes} minutos.`,
    unknown: 'eso no lo tengo confirmado. Si quieres, se lo pregunto a una persona del equipo.',
    notDone: {
      escalated: 'todavía no le aviso a nadie del equipo. Si quieres hablar con una persona, dímelo y le aviso.', waiting: 'todavía no estás en la lista de espera. Si quieres, te anoto.',
      sent: 'todavía no te mando eso. Dime qué te gustaría ver y te lo mando.', noted: 'eso todavía no lo tengo guardado. ¿Me lo repites?', requested: 'tu solicitud todavía no está registrada. ¿Me la repites?', stopped: 'todavía no te damos de baja. Si ya no quieres mensajes, responde BAJA.', other: 'eso todavía no está hecho. Dime qué necesitas y lo vemos.',
    },
  },
  en: {
    sorry: (what) => `Sorry, a correction: ${what}`,
    also: (one, other) => `${one} Also, ${other}`,
    rent: (home, amount) => `the rent of “${home}” is ${amount} a month.`,
    deposit: (home, amount) => `the deposit for “${home}” is ${amount}.`,
    address: (home, address) => `“${home}” is at ${address}.`,
    bedrooms: (home, count) => (count === 0 ? `“${home}” is a studio.` : `“${home}” has ${count} ${count === 1 ? 'bedroom' : 'bedrooms'}.`),
    bathrooms: (home, count) => `“${home}” has ${count} ${count === 1 ? 'bathroom' : 'bathrooms'}.`,
    area: (home, squareMetres) => `“${home}” has ${squareMetres} m².`,
    visit: (when) => `your visit is on ${when}.`,
    notMoved: (when) => `your visit hasn't been moved: it is still on ${when}. Tell me when you'd like it and I'll change it.`,
    notCancelled: (when) => `your visit isn't cancelled: it is still on ${when}. If you can't make it, tell me and I'll cancel it.`,
    held: (when) => `I'm keeping ${when} for you, but your visit isn't confirmed yet. In whose name should I book it?`,
    noVisit: "your visit isn't booked yet. Tell me which day and time suit you and I'll book it.",
    times: (list) => `the free times are ${list.join('; ')}. Which one suits you?`,
    noTimes: "I haven't confirmed that time yet. Tell me which day suits you and I'll check.",
    home: "I haven't confirmed that option. Tell me what you're looking for and I'll show you what we have.",
    unsure: "I haven't confirmed that yet. Tell me which home you mean and I'll give you the right figure.",
    pets: { no: (home) => `pets aren't allowed in “${home}”.`, small: (home) => `small pets are allowed in “${home}”.`, yes: (home) => `pets are allowed in “${home}”.` },
    parking: (home, places) => (places === 0 ? `“${home}” has no parking.` : `“${home}” has ${places} parking ${places === 1 ? 'space' : 'spaces'}.`),
    furnished: (home, isFurnished) => `“${home}” is let ${isFurnished ? 'furnished' : 'unfurnished'}.`,
    months: (home, count) => `“${home}” is let for at least ${count} ${count === 1 ? 'month' : 'months'}.`,
    asked: (home, papers) => `to rent “${home}” you need: ${papers}.`,
    group: (home, people) => (people === 1 ? `the visit to “${home}” is private.` : `the visit to “${home}” is for a group of up to ${people} people.`),
    open: (home) => `“${home}” is still available. Would you like to visit it?`,
    closed: "that home isn't available any more. Tell me what you're looking for and I'll show you what we have.",
    within: (minutes) => `somebody of the team answers within ${minutes} minutes.`,
    unknown: "I haven't confirmed that. I can ask somebody of the team if you like.",
    notDone: {
      escalated: "I haven't told anybody of the team yet. If you'd like a person, tell me and I'll call one.", waiting: "you're not on the waiting list yet. I can add you if you like.",
      sent: "I haven't sent you that yet. Tell me what you'd like to see and I'll send it.", noted: "I haven't saved that yet. Could you say it again?", requested: "your request isn't registered yet. Could you say it again?", stopped: "you still get our messages. To stop them, reply BAJA.", other: "that isn't done yet. Tell me what you need and we'll see to it.",
    },
  },
}
