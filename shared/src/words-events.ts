import type { Language } from './words.ts'

// What a visit says of itself in the calendar of whoever shows it, and what our people read when something there needs them.
const es = {
  title: (home: string, who: string) => `Visita: ${home} · ${who}`,
  prospect: 'Prospecto', people: (count: number) => `${count.toLocaleString('es-MX')} personas`,
  comes: (who: string, party: number) => (party > 1 ? `${who} (van ${party.toLocaleString('es-MX')})` : who),
  open: (url: string) => `Conversación: ${url}`,
  mind: 'Si la mueves o la borras aquí, Portero cambia la visita y le avisa a quien viene.',
  called: 'La visita se canceló o la muestra alguien más.',
  handed: 'Tu visita sigue en pie, a la misma hora y en el mismo lugar: solo cambia quien te la muestra.',
  putBack: (home: string, wanted: string, stays: string) => `Alguien movió en el calendario la visita a ${home} al ${wanted}, pero no puede ser a esa hora. La dejamos el ${stays}; ponla a otra hora o avísale.`,
  byHand: (home: string, when: string, link: string | undefined) => `La visita a ${home} del ${when} no entra sola en el calendario de quien la muestra.${link === undefined ? '' : ` Anótala aquí: ${link}`}`,
  refused: (home: string, when: string) => `La visita a ${home} del ${when} sigue en pie, pero no pudimos anotarla en el calendario de quien la muestra. Anótala a mano.`,
  stays: (home: string, when: string) => `La visita a ${home} del ${when} ya no es de quien la tenía anotada, pero no pudimos quitarla de su calendario. Pídele que la borre.`,
  manyGone: (home: string, when: string) => `La visita a ${home} del ${when} desapareció del calendario junto con otras. No la cancelamos y la volvimos a anotar; si no va a ser, cancélala.`,
  goneAgain: (home: string, when: string) => `La visita a ${home} del ${when} ya no aparecía en el calendario poco después de anotarla otra vez. No la cancelamos y la volvimos a anotar; si no va a ser, cancélala.`,
  unlisted: (home: string, when: string, others: number) => `La visita a ${home} del ${when}${others === 0 ? '' : others === 1 ? ' y otra más' : ` y otras ${others.toLocaleString('es-MX')}`} ya no ${others === 0 ? 'aparecía' : 'aparecían'} en el calendario de quien la muestra, sin que sepamos si alguien las borró. No cancelamos nada y anotamos todo otra vez; si alguna no va a ser, cancélala.`,
  conflict: (home: string, when: string, agent: string, times: readonly string[]) => `${agent} tiene otro compromiso en su calendario a la hora de la visita a ${home} (${when}), y nadie más puede mostrarla entonces.${times.length === 0 ? ' No encontramos otra hora cercana.' : ` Puede ser: ${times.join('; ')}.`}`,
}
export type EventWords = typeof es
const en: EventWords = {
  title: (home, who) => `Visit: ${home} · ${who}`,
  prospect: 'Prospect', people: (count) => `${count.toLocaleString('en')} people`,
  comes: (who, party) => (party > 1 ? `${who} (party of ${party.toLocaleString('en')})` : who),
  open: (url) => `Conversation: ${url}`,
  mind: 'If you move or delete it here, Portero changes the visit and tells whoever comes.',
  called: 'The visit was called off, or somebody else shows it.',
  handed: 'Your visit stands, at the same time and place: only who shows it to you changes.',
  putBack: (home, wanted, stays) => `Somebody moved the visit to ${home} to ${wanted} in the calendar, but it cannot be then. It stays on ${stays}; pick another time or let them know.`,
  byHand: (home, when, link) => `The visit to ${home} on ${when} does not enter the calendar of whoever shows it by itself.${link === undefined ? '' : ` Note it here: ${link}`}`,
  refused: (home, when) => `The visit to ${home} on ${when} stands, but we could not note it in the calendar of whoever shows it. Please note it by hand.`,
  stays: (home, when) => `The visit to ${home} on ${when} is no longer with whoever had it noted, but we could not take it off their calendar. Ask them to delete it.`,
  manyGone: (home, when) => `The visit to ${home} on ${when} disappeared from the calendar together with others. We did not call it off and noted it again; if it is not to be, cancel it.`,
  goneAgain: (home, when) => `The visit to ${home} on ${when} was missing from the calendar shortly after we had noted it again. We did not call it off and noted it once more; if it is not to be, cancel it.`,
  unlisted: (home, when, others) => `The visit to ${home} on ${when}${others === 0 ? '' : others === 1 ? ' and another one' : ` and ${others.toLocaleString('en')} others`} ${others === 0 ? 'was' : 'were'} missing from the calendar of whoever shows it, and we do not know whether anybody deleted them. We called nothing off and noted everything again; if one is not to be, cancel it.`,
  conflict: (home, when, agent, times) => `${agent} has something else in their calendar at the time of the visit to ${home} (${when}), and nobody else can show it then.${times.length === 0 ? ' We found no other time close by.' : ` It could be: ${times.join('; ')}.`}`,
}
export const eventWords: Record<Language, EventWords> = { 'es-MX': es, en }
