import type { Language } from './words.ts'

// What the tools say to a prospect: one short sentence, ready to be spoken.
type Media = 'photos' | 'video' | 'plan' | 'location'
type Arco = 'access' | 'rectify' | 'cancel' | 'oppose'
type Sayings = {
  homesFound(count: number): string
  noHomes: string
  nearestHomes(count: number): string
  homeShown(title: string, rent: string): string
  noSuchHome: string
  homeClosed: string
  slotsFound(home: string, first: string): string
  slotsProposed(home: string, best: string): string
  noSlots(home: string): string
  noneLikeThat(home: string, nearest: string): string
  noneInLanguage(home: string, language: Language, nearest: string): string // nearest: with whoever doesn't speak it
  noneSpeaking(language: Language): string // at that time
  noneFreeSpeaking(home: string, language: Language): string
  calendarFrom(minutes: number): string // what is offered is known since then
  inGroup(seats: number): string
  tooMany(home: string, seats: number): string
  whichHome: string
  whenNotUnderstood: string
  dayNotUnderstood: string
  noneFree(home: string): string
  timeNotOffered: string
  slotGone: string
  slotUnknown: string
  whoComes(label: string, home: string, until: string): string // kept for them until they say their name
  booked(label: string, home: string, agent: string, address: string): string
  alreadyBooked(label: string, home: string): string
  clash(label: string): string
  moved(label: string, home: string, agent: string, address: string): string
  handed(label: string, home: string, agent: string, language: Language): string // at the time that it had, to who speaks it
  moveWhen: string
  cancelled(label: string, home: string): string
  whichTour(list: string): string
  noTourAhead: string
  tourUnknown: string
  tourBegun: string
  tourOver: string
  tourOff: string
  tourChanged(now: string): string
  waiting(home: string, from: string, to: string): string
  waitingOver: string
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
  askToQualify: Record<'moveIn' | 'occupants' | 'pets' | 'budgetMxn' | 'guarantee', string>
  qualified: string
  mediaSent: Record<Media, (count: number, title: string) => string>
  noMedia(title: string): string
  notSaid: Record<'opted_out' | 'human_in_charge' | 'window_closed' | 'template_unapproved' | 'no_consent', string>
  privacyReceived(kind: Arco, folio: string, day: string): string
  privacyKnown(kind: Arco, folio: string, day: string): string
  privacyAsked(kind: Arco, folio: string, day: string): string // for the person of ours who has to answer it
  erasedAtCrm: string // for them as well
  stopped: string
  stillWorking: string
  humanInCharge: string
}

const rightsEs: Record<Arco, string> = { access: 'acceso a tus datos', rectify: 'corrección de tus datos', cancel: 'eliminación de tus datos', oppose: 'oposición al uso de tus datos' }
const rightsEn: Record<Arco, string> = { access: 'to see your data', rectify: 'to correct your data', cancel: 'to erase your data', oppose: 'to object to the use of your data' }

const spokenEs: Record<Language, string> = { 'es-MX': 'español', en: 'inglés' }
const spokenEn: Record<Language, string> = { 'es-MX': 'Spanish', en: 'English' }

export const sayings: Record<Language, Sayings> = {
  'es-MX': {
    homesFound: (count) => (count === 1 ? 'Encontré una opción que te puede gustar.' : `Encontré ${count} opciones que te pueden gustar.`),
    noHomes: 'Por ahora no tengo opciones disponibles.',
    nearestHomes: (count) => (count === 1 ? 'No hay nada justo así, pero esta opción se acerca.' : `No hay nada justo así, pero estas ${count} opciones se acercan.`),
    homeShown: (title, rent) => `${title}: ${rent} al mes.`,
    noSuchHome: 'No encontré esa vivienda; puedo buscar otra vez si me dices la zona.',
    homeClosed: 'Esa vivienda ya no está disponible.',
    slotsFound: (home, first) => `Para visitar ${home} el primer horario libre es ${first}.`,
    slotsProposed: (home, best) => `Para visitar ${home} te propongo el ${best}.`,
    noSlots: (home) => `No veo horarios libres para ${home} en esas fechas.`,
    noneLikeThat: (home, nearest) => `Así no veo horarios para ${home}; el más cercano es ${nearest}.`,
    noneInLanguage: (home, language, nearest) => `Para visitar ${home} no veo a nadie libre que hable ${spokenEs[language]}; sin ese idioma, el horario más cercano es ${nearest}.`,
    noneSpeaking: (language) => `A esa hora no hay nadie libre que hable ${spokenEs[language]}; estos son los horarios más cercanos con quien sí lo habla.`,
    noneFreeSpeaking: (home, language) => `Por ahora no hay horarios para ${home} con alguien que hable ${spokenEs[language]}; si quieres, te anoto en la lista de espera o buscamos sin ese idioma.`,
    calendarFrom: (minutes) => `Es según el calendario de hace ${minutes < 120 ? `${minutes} minutos` : `${Math.floor(minutes / 60)} horas`}; al reservar lo confirmo.`,
    inGroup: (seats) => `La visita es en grupo, de hasta ${seats} personas.`,
    tooMany: (home, seats) => `Las visitas a ${home} son en grupo, de hasta ${seats} personas. Si van más, lo vemos contigo con un asesor.`,
    whichHome: '¿Qué vivienda quieres visitar?',
    whenNotUnderstood: 'No entendí qué día y a qué hora, o ya pasó; por ejemplo: lunes a las 11.',
    dayNotUnderstood: 'No entendí qué día, o ya pasó; por ejemplo: mañana, o el lunes.',
    noneFree: (home) => `Por ahora no hay horarios libres para ${home}; si quieres, te anoto en la lista de espera.`,
    timeNotOffered: 'A esa hora no hay visitas; estos son los horarios más cercanos.',
    slotGone: 'Ese horario se acaba de ocupar; estos son los más cercanos.',
    slotUnknown: 'Ese horario ya no es válido; vuelve a consultar los horarios.',
    whoComes: (label, home, until) => `Te aparté el ${label} en ${home} hasta las ${until}. ¿A nombre de quién queda la visita?`,
    booked: (label, home, agent, address) => `Listo, tu visita a ${home} quedó para el ${label} con ${agent}, en ${address}.`,
    alreadyBooked: (label, home) => `Ya tienes reservada esa visita a ${home}: ${label}.`,
    clash: (label) => `A esa hora ya tienes otra visita: ${label}.`,
    moved: (label, home, agent, address) => `Listo, cambié tu visita a ${home}: ahora es el ${label} con ${agent}, en ${address}.`,
    handed: (label, home, agent, language) => `Listo, tu visita a ${home} sigue para el ${label}; te recibe ${agent}, que habla ${spokenEs[language]}.`,
    moveWhen: '¿Para cuándo la movemos? Estos horarios están libres.',
    cancelled: (label, home) => `Cancelé tu visita a ${home} del ${label}. ¿La movemos mejor? Dime qué día te queda.`,
    whichTour: (list) => `Tienes más de una visita: ${list}. ¿Cuál?`,
    noTourAhead: 'No tienes ninguna visita por venir.',
    tourUnknown: 'No encontré esa visita; ¿de qué día era?',
    tourBegun: 'Esa visita ya empezó y no la puedo cambiar; si necesitas algo, te comunico con un asesor.',
    tourOver: 'Esa visita ya pasó; si quieres, agendamos otra.',
    tourOff: 'Esa visita ya está cancelada; si quieres, agendamos otra.',
    tourChanged: (now) => `Esa visita acaba de cambiar: ${now}. ¿Cómo la dejamos?`,
    waiting: (home, from, to) => `Te anoté en la lista de espera de ${home}, del ${from} al ${to}: si se libera un horario, te escribo.`,
    waitingOver: 'Esas fechas ya pasaron o están al revés; ¿qué días te sirven?',
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
    askToQualify: {
      moveIn: '¿Para qué fecha te quieres mudar?',
      occupants: '¿Cuántas personas van a vivir ahí?',
      pets: '¿Tienes mascotas?',
      budgetMxn: '¿Cuál es tu presupuesto mensual?',
      guarantee: '¿Qué garantía puedes dar: aval, póliza jurídica o depósito?',
    },
    qualified: 'Gracias, con eso ya sé qué buscas. ¿Agendamos una visita?',
    mediaSent: {
      photos: (count, title) => (count === 1 ? `Te mandé una foto de ${title}.` : `Te mandé ${count} fotos de ${title}.`),
      video: (_count, title) => `Te mandé el video de ${title}.`,
      plan: (_count, title) => `Te mandé el plano de ${title}.`,
      location: (_count, title) => `Te mandé la ubicación de ${title}.`,
    },
    noMedia: (title) => `De ${title} no tengo eso a la mano, pero te puedo dar los detalles.`,
    notSaid: {
      opted_out: 'Pediste que no te escribamos; responde ALTA y te lo mando.',
      human_in_charge: 'Un asesor lleva ahora esta conversación.',
      window_closed: 'Para mandártelo necesito que me escribas primero.',
      template_unapproved: 'Para mandártelo necesito que me escribas primero.',
      no_consent: 'Para mandártelo necesito que me escribas primero.',
    },
    privacyReceived: (kind, folio, day) => `Recibí tu solicitud de ${rightsEs[kind]}, con folio ${folio}: te respondemos por aquí a más tardar el ${day}.`,
    privacyKnown: (kind, folio, day) => `Tu solicitud de ${rightsEs[kind]} ya está en trámite con el folio ${folio}; te respondemos a más tardar el ${day}.`,
    privacyAsked: (kind, folio, day) => `Solicitud de ${rightsEs[kind]} (derechos ARCO), folio ${folio}. Hay que responderla a más tardar el ${day}.`,
    erasedAtCrm: 'Su contacto se eliminó del CRM para siempre, por privacidad. Portero ya no escribe allá nada de esta persona.',
    stopped: 'Listo, ya no te vamos a escribir.',
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
    slotsProposed: (home, best) => `To visit ${home}, how about ${best}?`,
    noSlots: (home) => `I see no free times for ${home} on those days.`,
    noneLikeThat: (home, nearest) => `I see no times like that for ${home}; the nearest is ${nearest}.`,
    noneInLanguage: (home, language, nearest) => `I see nobody free who speaks ${spokenEn[language]} to show ${home}; without that, the nearest time is ${nearest}.`,
    noneSpeaking: (language) => `Nobody who speaks ${spokenEn[language]} is free at that time; these are the nearest times with somebody who does.`,
    noneFreeSpeaking: (home, language) => `There are no times for ${home} with somebody who speaks ${spokenEn[language]} right now; I can put you on the waiting list, or we look without that.`,
    calendarFrom: (minutes) => `This is by the calendar of ${minutes < 120 ? `${minutes} minutes` : `${Math.floor(minutes / 60)} hours`} ago; I make sure when booking.`,
    inGroup: (seats) => `The visit is in a group of up to ${seats} people.`,
    tooMany: (home, seats) => `Visits to ${home} are in a group of up to ${seats} people. If there are more of you, one of our people will arrange it with you.`,
    whichHome: 'Which home would you like to visit?',
    whenNotUnderstood: 'I did not understand the day and time, or it is over; for example: Monday at 11.',
    dayNotUnderstood: 'I did not understand the day, or it is over; for example: tomorrow, or Monday.',
    noneFree: (home) => `There are no free times for ${home} right now; if you like, I will put you on the waiting list.`,
    timeNotOffered: 'There are no visits at that time; these are the nearest ones.',
    slotGone: 'That time was just taken; these are the nearest ones.',
    slotUnknown: 'That time is no longer valid; please ask for the times again.',
    whoComes: (label, home, until) => `I am keeping ${label} at ${home} for you until ${until}. Whose name shall the visit be under?`,
    booked: (label, home, agent, address) => `Done: your visit to ${home} is on ${label} with ${agent}, at ${address}.`,
    alreadyBooked: (label, home) => `You already have that visit to ${home}: ${label}.`,
    clash: (label) => `You already have another visit then: ${label}.`,
    moved: (label, home, agent, address) => `Done, I changed your visit to ${home}: it is now on ${label} with ${agent}, at ${address}.`,
    handed: (label, home, agent, language) => `Done, your visit to ${home} is still on ${label}; ${agent}, who speaks ${spokenEn[language]}, will meet you.`,
    moveWhen: 'When shall we move it to? These times are free.',
    cancelled: (label, home) => `I cancelled your visit to ${home} on ${label}. Shall we move it instead? Tell me which day suits you.`,
    whichTour: (list) => `You have more than one visit: ${list}. Which one?`,
    noTourAhead: 'You have no visit ahead.',
    tourUnknown: 'I could not find that visit; which day was it?',
    tourBegun: 'That visit has begun and I cannot change it; if you need anything, I will put you through to an agent.',
    tourOver: 'That visit is over; we can book another one if you like.',
    tourOff: 'That visit is already cancelled; we can book another one if you like.',
    tourChanged: (now) => `That visit has just changed: ${now}. How shall we leave it?`,
    waiting: (home, from, to) => `You are on the waiting list for ${home}, from ${from} to ${to}: if a time becomes free, I will write to you.`,
    waitingOver: 'Those days are over or the wrong way round; which days suit you?',
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
    askToQualify: {
      moveIn: 'When would you like to move in?',
      occupants: 'How many people will live there?',
      pets: 'Do you have pets?',
      budgetMxn: 'What is your monthly budget?',
      guarantee: 'Which guarantee can you give: a guarantor, a legal policy or a deposit?',
    },
    qualified: 'Thank you, now I know what you are looking for. Shall we book a visit?',
    mediaSent: {
      photos: (count, title) => (count === 1 ? `I sent you a photo of ${title}.` : `I sent you ${count} photos of ${title}.`),
      video: (_count, title) => `I sent you the video of ${title}.`,
      plan: (_count, title) => `I sent you the floor plan of ${title}.`,
      location: (_count, title) => `I sent you the location of ${title}.`,
    },
    noMedia: (title) => `I do not have that of ${title} at hand, but I can give you the details.`,
    notSaid: {
      opted_out: 'You asked us not to write to you; reply START and I will send it.',
      human_in_charge: 'An agent is looking after this conversation now.',
      window_closed: 'I need you to write to me first, and then I can send it.',
      template_unapproved: 'I need you to write to me first, and then I can send it.',
      no_consent: 'I need you to write to me first, and then I can send it.',
    },
    privacyReceived: (kind, folio, day) => `I have your request ${rightsEn[kind]}, with the number ${folio}: we will answer here by ${day}.`,
    privacyKnown: (kind, folio, day) => `Your request ${rightsEn[kind]} is already being looked at, with the number ${folio}; we will answer by ${day}.`,
    privacyAsked: (kind, folio, day) => `A privacy request ${rightsEn[kind]}, number ${folio}. It has to be answered by ${day}.`,
    erasedAtCrm: 'Their contact was erased from the CRM for good, for privacy. Portero writes nothing of this person there any more.',
    stopped: "Done, we won't write to you any more.",
    stillWorking: 'I am still on it; I will write in a moment.',
    humanInCharge: 'An agent is looking after this conversation now.',
  },
}
