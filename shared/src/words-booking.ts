import type { Language } from './words.ts'

// The page on which a prospect chooses a time for a visit.
type Gone = 'unknown' | 'used' | 'expired' | 'off' | 'closed'
type Pair = [title: string, next: string]
const pair = (title: string, next: string): Pair => [title, next]
const es = {
  title: 'Agenda tu visita', moveTitle: 'Cambia tu visita', choose: 'Elige el día y la hora que te queden mejor.', chooseMove: (when: string) => `Hoy la tienes el ${when}. Elige el nuevo horario.`,
  zone: (city: string) => `Todas las horas son de ${city}.`, yours: '{time} tu hora', nearest: 'Los más cercanos', times: 'Horarios libres', later: 'Ver más días', first: 'Volver a los primeros días',
  people: '¿Cuántas personas vienen?', inGroup: (seats: number) => `La visita es en grupo, de hasta ${seats} personas.`, seats: (count: number) => (count === 1 ? 'queda 1 lugar' : `quedan ${count} lugares`),
  hold: 'Apartar este horario', move: 'Cambiar a este horario', busy: 'Un momento…', otherLanguage: 'English',
  lasts: (minutes: number) => `La visita dura ${minutes} minutos.`, about: 'La vivienda', rent: 'Renta', size: 'Tamaño', pets: 'Mascotas', term: 'Contrato', requirements: 'Para rentar',
  bedrooms: (count: number) => (count === 0 ? 'estudio' : count === 1 ? '1 recámara' : `${count} recámaras`), bathrooms: (count: number) => (count === 1 ? '1 baño' : `${count} baños`), perMonth: (amount: string) => `${amount} al mes`,
  petsAre: { no: 'No se aceptan', small: 'Pequeñas sí', yes: 'Sí se aceptan' }, months: (count: number) => (count === 1 ? 'Desde 1 mes' : `Desde ${count} meses`),
  heldTitle: 'Te apartamos este horario', heldFor: (minutes: number) => `Lo guardamos ${minutes} minutos mientras confirmas.`, left: 'Te quedan', name: 'Tu nombre (si quieres)', nameHint: 'Para que quien te recibe sepa cómo llamarte.', email: 'Tu correo (si quieres)', emailHint: 'Te mandamos la visita para tu calendario, y si cambia también.',
  confirm: 'Confirmar mi visita', another: 'Elegir otro horario',
  bookedTitle: '¡Listo! Tu visita quedó agendada', movedTitle: '¡Listo! Cambiamos tu visita', with: (agent: string) => `Te recibe ${agent}.`, calendar: 'Guardar en mi calendario', map: 'Cómo llegar',
  bring: 'Trae una identificación oficial; con eso te dejan pasar.', cantCome: '¿No puedes llegar o quieres otro horario? Escríbenos en la misma conversación de WhatsApp y lo cambiamos.',
  none: 'Por ahora no hay horarios libres', noneText: 'Escríbenos en la misma conversación de WhatsApp y te avisamos en cuanto se abra uno.', noneLater: 'Más adelante todavía no hay horarios. Estos son los que sí hay.',
  said: {
    taken: 'Ese horario se acaba de ocupar. Estos son los más cercanos; elige uno.', noRoom: 'En ese horario ya no caben todos. En estos sí; elige uno.', notOffered: 'A esa hora no hay visitas. Estos son los horarios más cercanos; elige uno.', slotUnknown: 'Ese horario ya no es válido. Elige uno de estos.', unspoken: 'A esa hora no hay nadie libre que hable el idioma que pediste. Estos son los horarios más cercanos con quien sí lo habla; elige uno.',
    lapsed: 'Se acabó el tiempo y soltamos el horario que tenías apartado. Elige otra vez; si sigue libre, aquí está.', mine: 'Esa visita ya la tienes agendada. Si quieres otra, elige otro horario.', clash: 'A esa hora ya tienes otra visita. Elige otro horario.',
    day: 'No entendí esa fecha. Estos son los primeros horarios libres; elige uno.', form: 'No recibimos qué horario querías. Elige uno y vuelve a intentarlo.', email: 'Ese correo no está completo. Revísalo, o déjalo vacío, y confirma otra vez.', elsewhere: 'Ese envío no salió de esta página. No cambió nada; elige tu horario aquí.',
  },
  gone: {
    unknown: ['Esta liga no abre nada', 'Puede que se haya copiado incompleta. Escríbenos por WhatsApp y te mandamos otra.'],
    used: ['Esta liga ya se usó', 'Tu visita sigue en pie. Si quieres cambiarla o agendar otra, escríbenos por WhatsApp.'],
    expired: ['Esta liga ya venció', 'Sirve por 48 horas. Escríbenos por WhatsApp y te mandamos otra.'],
    off: ['Esa visita ya no se puede cambiar', 'Ya empezó, ya pasó o está cancelada. Escríbenos por WhatsApp y agendamos otra.'],
    closed: ['Esta vivienda ya no está disponible', 'Escríbenos por WhatsApp y te proponemos otras parecidas.'],
  } satisfies Record<Gone, Pair>,
  slowDown: pair('Vas muy rápido', 'No cambió nada. Espera un minuto y vuelve a intentarlo.'), unread: pair('No pudimos leer lo que enviaste', 'No cambió nada. Abre otra vez la liga y elige tu horario.'),
  failed: pair('Algo no salió bien de nuestro lado', 'Vuelve a intentarlo en un minuto: si ya quedó, te lo decimos y no se duplica. Si sigue igual, escríbenos por WhatsApp.'), trace: 'Referencia',
}
export type BookingWords = typeof es
const en: BookingWords = {
  title: 'Book your visit', moveTitle: 'Change your visit', choose: 'Choose the day and time that suit you best.', chooseMove: (when) => `It is now on ${when}. Choose the new time.`,
  zone: (city) => `All times are those of ${city}.`, yours: '{time} your time', nearest: 'The nearest ones', times: 'Free times', later: 'More days', first: 'Back to the first days',
  people: 'How many people are coming?', inGroup: (seats) => `The visit is in a group of up to ${seats} people.`, seats: (count) => (count === 1 ? '1 place left' : `${count} places left`),
  hold: 'Hold this time', move: 'Change to this time', busy: 'One moment…', otherLanguage: 'Español',
  lasts: (minutes) => `The visit takes ${minutes} minutes.`, about: 'The home', rent: 'Rent', size: 'Size', pets: 'Pets', term: 'Lease', requirements: 'To rent it',
  bedrooms: (count) => (count === 0 ? 'studio' : count === 1 ? '1 bedroom' : `${count} bedrooms`), bathrooms: (count) => (count === 1 ? '1 bathroom' : `${count} bathrooms`), perMonth: (amount) => `${amount} a month`,
  petsAre: { no: 'Not allowed', small: 'Small ones allowed', yes: 'Allowed' }, months: (count) => (count === 1 ? 'From 1 month' : `From ${count} months`),
  heldTitle: 'We are holding this time for you', heldFor: (minutes) => `We keep it for ${minutes} minutes while you confirm.`, left: 'Time left', name: 'Your name (if you like)', nameHint: 'So that whoever meets you knows what to call you.', email: 'Your e-mail (if you like)', emailHint: 'We send you the visit for your calendar, and again if it changes.',
  confirm: 'Confirm my visit', another: 'Choose another time',
  bookedTitle: 'Done! Your visit is booked', movedTitle: 'Done! We changed your visit', with: (agent) => `${agent} will meet you.`, calendar: 'Save to my calendar', map: 'How to get there',
  bring: 'Bring an official ID; that is what they ask for at the entrance.', cantCome: "Can't make it, or want another time? Write to us in the same WhatsApp conversation and we'll change it.",
  none: 'There are no free times right now', noneText: "Write to us in the same WhatsApp conversation and we'll tell you as soon as one opens.", noneLater: 'There are no times further on yet. These are the ones we have.',
  said: {
    taken: 'That time was just taken. These are the nearest ones; choose one.', noRoom: 'That time no longer has room for all of you. These do; choose one.', notOffered: 'There are no visits at that time. These are the nearest ones; choose one.', slotUnknown: 'That time is no longer valid. Choose one of these.', unspoken: 'Nobody who speaks the language you asked for is free at that time. These are the nearest times with somebody who does; choose one.',
    lapsed: 'Time ran out and we let go of the time we were holding. Choose again; if it is still free, it is here.', mine: 'You have already booked that visit. For another one, choose another time.', clash: 'You already have another visit at that time. Choose another time.',
    day: "We couldn't read that date. These are the first free times; choose one.", form: "We didn't get which time you wanted. Choose one and try again.", email: 'That e-mail is not complete. Check it, or leave it empty, and confirm again.', elsewhere: "That form didn't come from this page. Nothing has changed; choose your time here.",
  },
  gone: {
    unknown: ['This link opens nothing', "It may have been copied incompletely. Write to us on WhatsApp and we'll send you another."],
    used: ['This link has been used', 'Your visit still stands. To change it or book another, write to us on WhatsApp.'],
    expired: ['This link has expired', "It works for 48 hours. Write to us on WhatsApp and we'll send you another."],
    off: ["That visit can't be changed any more", 'It has begun, is over or was cancelled. Write to us on WhatsApp and we book another.'],
    closed: ['This home is no longer available', "Write to us on WhatsApp and we'll suggest similar ones."],
  },
  slowDown: ['That was a bit fast', 'Nothing has changed. Wait a minute and try again.'], unread: ["We couldn't read what you sent", 'Nothing has changed. Open the link again and choose your time.'],
  failed: ['Something went wrong on our side', "Try again in a minute: if it did go through, we'll say so and nothing is doubled. If it stays like this, write to us on WhatsApp."], trace: 'Reference',
}
export const bookingWords: Record<Language, BookingWords> = { 'es-MX': es, en }
