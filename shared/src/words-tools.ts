import type { Language } from './words.ts'

// What the tools say to a prospect: one short sentence, ready to be spoken.
type Sayings = {
  homesFound(count: number): string
  noHomes: string
  nearestHomes(count: number): string
  homeShown(title: string, rent: string): string
  noSuchHome: string
  homeClosed: string
  slotsFound(home: string, first: string): string
  noSlots(home: string): string
  whichHome: string
  whenNotUnderstood: string
  timeNotOffered: string
  slotGone: string
  slotUnknown: string
  booked(label: string, home: string, agent: string, address: string): string
  alreadyBooked(label: string, home: string): string
  clash(label: string): string
  noTours: string
  toursAre(list: string): string
  leadSaved: string
  leadMoved: string
  leadLost: string
  illegalMove: string
  nothingToSave: string
  notUnderstood(field: string): string
  escalated(owner: string | undefined, minutes: number): string
  alreadyEscalated: string
  stillWorking: string
  humanInCharge: string
}

export const sayings: Record<Language, Sayings> = {
  'es-MX': {
    homesFound: (count) => (count === 1 ? 'Encontré una opción que te puede gustar.' : `Encontré ${count} opciones que te pueden gustar.`),
    noHomes: 'Por ahora no tengo opciones disponibles.',
    nearestHomes: (count) => (count === 1 ? 'No hay nada justo así, pero esta opción se acerca.' : `No hay nada justo así, pero estas ${count} opciones se acercan.`),
    homeShown: (title, rent) => `${title}: ${rent} al mes.`,
    noSuchHome: 'No encontré esa vivienda; puedo buscar otra vez si me dices la zona.',
    homeClosed: 'Esa vivienda ya no está disponible.',
    slotsFound: (home, first) => `Para visitar ${home} el primer horario libre es ${first}.`,
    noSlots: (home) => `No veo horarios libres para ${home} en esas fechas.`,
    whichHome: '¿Qué vivienda quieres visitar?',
    whenNotUnderstood: 'No entendí qué día y a qué hora; por ejemplo: lunes a las 11.',
    timeNotOffered: 'A esa hora no hay visitas; estos son los horarios más cercanos.',
    slotGone: 'Ese horario se acaba de ocupar; estos son los más cercanos.',
    slotUnknown: 'Ese horario ya no es válido; vuelve a consultar los horarios.',
    booked: (label, home, agent, address) => `Listo, tu visita a ${home} quedó para el ${label} con ${agent}, en ${address}.`,
    alreadyBooked: (label, home) => `Ya tienes reservada esa visita a ${home}: ${label}.`,
    clash: (label) => `A esa hora ya tienes otra visita: ${label}.`,
    noTours: 'Todavía no tienes visitas agendadas.',
    toursAre: (list) => `Tienes: ${list}.`,
    leadSaved: 'Gracias, ya lo anoté.',
    leadMoved: 'Gracias, quedó registrado.',
    leadLost: 'De acuerdo, lo dejo así; si cambias de opinión, aquí estoy.',
    illegalMove: 'Ese paso todavía no toca.',
    nothingToSave: 'No recibí ningún dato para anotar.',
    notUnderstood: (field) => `No entendí el dato «${field}».`,
    escalated: (owner, minutes) => `Ya le avisé a ${owner ?? 'un asesor'}; te responde en menos de ${minutes} minutos.`,
    alreadyEscalated: 'Un asesor ya está avisado y te escribe en cuanto pueda.',
    stillWorking: 'Sigo en eso; te escribo en un momento.',
    humanInCharge: 'Un asesor lleva ahora esta conversación.',
  },
  en: {
    homesFound: (count) => (count === 1 ? 'I found one option you may like.' : `I found ${count} options you may like.`),
    noHomes: 'There is nothing available right now.',
    nearestHomes: (count) => (count === 1 ? 'Nothing is exactly like that, but this one comes close.' : `Nothing is exactly like that, but these ${count} come close.`),
    homeShown: (title, rent) => `${title}: ${rent} a month.`,
    noSuchHome: 'I could not find that home; tell me the area and I will search again.',
    homeClosed: 'That home is no longer available.',
    slotsFound: (home, first) => `The first free time to visit ${home} is ${first}.`,
    noSlots: (home) => `I see no free times for ${home} on those days.`,
    whichHome: 'Which home would you like to visit?',
    whenNotUnderstood: 'I did not understand the day and time; for example: Monday at 11.',
    timeNotOffered: 'There are no visits at that time; these are the nearest ones.',
    slotGone: 'That time was just taken; these are the nearest ones.',
    slotUnknown: 'That time is no longer valid; please ask for the times again.',
    booked: (label, home, agent, address) => `Done: your visit to ${home} is on ${label} with ${agent}, at ${address}.`,
    alreadyBooked: (label, home) => `You already have that visit to ${home}: ${label}.`,
    clash: (label) => `You already have another visit then: ${label}.`,
    noTours: 'You have no visits booked yet.',
    toursAre: (list) => `You have: ${list}.`,
    leadSaved: 'Thank you, noted.',
    leadMoved: 'Thank you, it is on record.',
    leadLost: 'All right, I will leave it there; I am here if you change your mind.',
    illegalMove: 'That step does not come yet.',
    nothingToSave: 'There was nothing to note.',
    notUnderstood: (field) => `I did not understand «${field}».`,
    escalated: (owner, minutes) => `I have told ${owner ?? 'an agent'}; you will hear back within ${minutes} minutes.`,
    alreadyEscalated: 'An agent already knows and will write as soon as possible.',
    stillWorking: 'I am still on it; I will write in a moment.',
    humanInCharge: 'An agent is looking after this conversation now.',
  },
}
