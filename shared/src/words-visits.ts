import type { Language } from './words.ts'

// What is said around a visit of our own accord, and what can be pressed under it. Buttons have at most 20 characters, rows 24.
type Visits = {
  press: Record<'confirm' | 'move' | 'cancel' | 'here' | 'times' | 'take' | 'pass' | 'leave', string>
  links(map: string, calendar: string): string
  map(url: string): string
  ownPage(url: string): string
  seeYou(when: string): string // they said that they will come
  soon(home: string, when: string, place: string): string
  whenThere: string
  arrived(agent: string): string
  noShow(home: string): string
  givenAway(home: string, when: string): string // nobody confirmed, and somebody else waited
  noTimes: string
  offered(home: string, when: string, until: string): string
  tooLate: string
  passed: string
  left: string
  forOurs: Record<'move' | 'cancel' | 'here', (home: string, when: string) => string> // what a person of ours reads when they have the conversation in hand
}

export const visitWords: Record<Language, Visits> = {
  'es-MX': {
    press: { confirm: 'Confirmar', move: 'Cambiar horario', cancel: 'Cancelar', here: 'Ya llegué', times: 'Ver horarios', take: 'Sí, la quiero', pass: 'Otro horario', leave: 'Salir de la lista' },
    links: (map, calendar) => `Cómo llegar: ${map}\nGuárdala en tu calendario: ${calendar}`,
    map: (url) => `Cómo llegar: ${url}`,
    ownPage: (url) => `También puedes elegirlo aquí: ${url}`,
    seeYou: (when) => `¡Gracias! Te esperamos el ${when}.`,
    soon: (home, when, place) => `Te esperamos el ${when} en ${home}, ${place}.`,
    whenThere: 'Cuando estés ahí, toca «Ya llegué» y avisamos.',
    arrived: (agent) => `¡Gracias! En un momento te recibe ${agent}.`,
    noShow: (home) => `Te esperamos en ${home} y no coincidimos. ¿Reagendamos?`,
    givenAway: (home, when) => `No supimos si venías a ver ${home} el ${when}, y le dimos ese horario a alguien que esperaba. Si todavía quieres verla, con gusto te ponemos otro.`,
    noTimes: 'Dime qué día te queda y lo buscamos.',
    offered: (home, when, until) => `Se liberó un horario para ver ${home}: ${when}. Te lo guardamos hasta el ${until}. ¿Lo quieres?`,
    tooLate: 'Ese horario ya no está, pero sigues en la lista: te avisamos en cuanto se libere otro.',
    passed: 'De acuerdo. Te avisamos en cuanto se libere otro horario.',
    left: 'Listo, ya no te avisamos de ese departamento.',
    forOurs: {
      move: (home, when) => `El prospecto quiere cambiar su visita a ${home} del ${when}.`,
      cancel: (home, when) => `El prospecto quiere cancelar su visita a ${home} del ${when}.`,
      here: (home, when) => `El prospecto ya llegó a su visita a ${home} del ${when}.`,
    },
  },
  en: {
    press: { confirm: 'Confirm', move: 'Change the time', cancel: 'Cancel', here: "I'm here", times: 'See times', take: 'Yes, please', pass: 'Another time', leave: 'Leave the list' },
    links: (map, calendar) => `How to get there: ${map}\nAdd it to your calendar: ${calendar}`,
    map: (url) => `How to get there: ${url}`,
    ownPage: (url) => `You can also choose one here: ${url}`,
    seeYou: (when) => `Thank you! See you on ${when}.`,
    soon: (home, when, place) => `See you on ${when} at ${home}, ${place}.`,
    whenThere: "Once you're there, tap “I'm here” and we'll let them know.",
    arrived: (agent) => `Thank you! ${agent} will be with you in a moment.`,
    noShow: (home) => `We waited for you at ${home} and missed each other. Shall we find another time?`,
    givenAway: (home, when) => `We didn't know whether you were coming to see ${home} on ${when}, so somebody who was waiting got that time. If you'd still like to see it, we'll gladly find another.`,
    noTimes: "Tell me which day suits you and we'll find one.",
    offered: (home, when, until) => `A time to see ${home} has become free: ${when}. We'll keep it for you until ${until}. Would you like it?`,
    tooLate: "That time is gone, but you're still on the list: we'll tell you as soon as another is free.",
    passed: "All right. We'll tell you as soon as another time is free.",
    left: "Done, you won't hear from us about that home any more.",
    forOurs: {
      move: (home, when) => `The prospect wants to change their visit to ${home} on ${when}.`,
      cancel: (home, when) => `The prospect wants to cancel their visit to ${home} on ${when}.`,
      here: (home, when) => `The prospect has arrived for their visit to ${home} on ${when}.`,
    },
  },
}
