import type { Language } from './words.ts'

// What the server says to an admin on the settings page: what came of a change, and of a test of a connection. Each says the next step.
const es = {
  hoursSaved: (agent: string) => `Listo: el horario de ${agent} ya cuenta para las citas nuevas. Las visitas que ya estaban siguen igual.`,
  blackoutAdded: 'Listo: en esas horas ya no se ofrecen visitas. Las que ya estaban siguen igual; si hay que moverlas, ábrelas desde su registro.',
  blackoutRemoved: 'Listo: esas horas se ofrecen otra vez.',
  ownersSaved: 'Listo: los próximos avisos siguen este orden.',
  changed: 'Alguien lo cambió mientras lo editabas. Te mostramos cómo quedó; revísalo y vuelve a guardar si hace falta.',
  gone: 'Eso ya no está. Te mostramos cómo quedó.',
  upsideDown: 'El final va antes que el inicio. Corrige las fechas.',
  past: 'Esas horas ya pasaron. Elige otras.',
  noDay: 'Esa fecha no existe. Corrígela.',
  whatIsClosed: 'Di qué se bloquea: un edificio, un asesor o los dos.',
  whoseClock: 'Ese asesor muestra edificios con relojes distintos. Elige también el edificio, para saber con qué hora se cuenta.',
  works: (vendor: string) => `${vendor} contesta y todo está en su lugar. No hay nada que hacer.`,
  silent: (vendor: string) => `${vendor} acepta la clave, pero todavía no nos ha avisado de nada. Revisa allá la dirección de sus avisos y manda un mensaje de prueba.`,
  lacking: (vendor: string) => `${vendor} contesta, pero le falta algo. Corre «npx portero doctor»: dice qué falta y dónde hacer clic.`,
  keyRefused: (vendor: string) => `${vendor} ya no acepta la clave o le faltan permisos. Pon una clave nueva con «npx portero connect».`,
  busy: (vendor: string) => `${vendor} pide que esperemos. Prueba otra vez en un minuto.`,
  away: (vendor: string) => `${vendor} no contesta. Prueba otra vez en un minuto; si sigue igual, mira su página de estado. Lo pendiente se guarda y sale cuando vuelva.`,
  strange: (vendor: string) => `${vendor} contestó algo que no se entiende. Corre «npx portero doctor» y comparte con soporte lo que diga.`,
  noConnection: 'Esa conexión ya no está. Te mostramos las que hay.',
}
type SettingsAnswers = typeof es
const en: SettingsAnswers = {
  hoursSaved: (agent) => `Done: the hours of ${agent} count for new tours from now on. Tours that were booked stay.`,
  blackoutAdded: 'Done: no tours are offered then. Those that were booked stay; to move one, open its record.',
  blackoutRemoved: 'Done: those hours are offered again.',
  ownersSaved: 'Done: the next escalations follow this order.',
  changed: 'Somebody changed it while you were editing. This is how it is now; check it, and save again if you need to.',
  gone: 'It is no longer there. This is how it is now.',
  upsideDown: 'The end comes before the beginning. Correct the dates.',
  past: 'That time is over. Choose another.',
  noDay: 'There is no such date. Correct it.',
  whatIsClosed: 'Say what is closed: a building, an agent or both.',
  whoseClock: 'That agent shows buildings in different time zones. Choose the building too, so that it is clear whose clock counts.',
  works: (vendor) => `${vendor} answers and everything is in place. There is nothing to do.`,
  silent: (vendor) => `${vendor} takes the key but has not told us anything yet. Check the address of its webhooks there, and send a test message.`,
  lacking: (vendor) => `${vendor} answers but lacks something. Run “npx portero doctor”: it says what is missing and where to click.`,
  keyRefused: (vendor) => `${vendor} no longer takes the key, or the key lacks permissions. Set a new one with “npx portero connect”.`,
  busy: (vendor) => `${vendor} asks us to wait. Test again in a minute.`,
  away: (vendor) => `${vendor} does not answer. Test again in a minute; if it stays like this, look at its status page. What is waiting is kept and goes out when it is back.`,
  strange: (vendor) => `${vendor} answered something that makes no sense. Run “npx portero doctor” and give support what it says.`,
  noConnection: 'That connection is no longer there. These are the ones there are.',
}
export const settingsAnswers: Record<Language, SettingsAnswers> = { 'es-MX': es, en }

// Proper names, the same in every language.
export const vendorName = (vendor: string): string => (Object.hasOwn(names, vendor) ? names[vendor] : undefined) ?? vendor
const names: Readonly<Record<string, string>> = { bird: 'Bird', hubspot: 'HubSpot', google: 'Google Calendar', graph: 'Outlook', calendly: 'Calendly', openai: 'OpenAI', smtp: 'Correo', alerts: 'Alertas' }
