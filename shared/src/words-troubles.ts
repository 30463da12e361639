import { errors, isErrorCode } from './errors.ts'
import type { Language } from './words.ts'

// What is wrong with the house itself, for whoever looks after it: in their letter, at their webhook, and on each page of the console. Counts and names of vendors only, nothing of a person.
type At = { since: string; said: string; waiting: number } // said: of what is dead, the code; of a disk, how much of it is free
type Told = { subject: string; paragraphs: string[] }
type Kind = { begun(vendor: string, at: At): Told; over(vendor: string, lasted: string, waiting: number): Told; open: string }
export type HouseTroubleWords = Record<'dead' | 'unseen' | 'work' | 'disk' | 'audit', Kind> & { many(count: number): string; manyOver(count: number): string; open: string }

const cause = (code: string, language: Language, unknown: string): string => (isErrorCode(code) ? errors[code].say[language] : unknown)
const of = (vendor: string): string => (vendor === '' ? '' : ` de ${vendor}`)
const ofEn = (vendor: string): string => (vendor === '' ? '' : ` of ${vendor}`)
const many = (count: number): string => count.toLocaleString('es-MX')
const manyEn = (count: number): string => count.toLocaleString('en')

const es: HouseTroubleWords = {
  dead: {
    begun: (vendor, { since, said, waiting }) => ({
      subject: waiting === 1 ? `Se detuvo un pendiente${of(vendor)}` : `Se detuvieron ${many(waiting)} pendientes${of(vendor)}`,
      paragraphs: [`Desde el ${since}, Portero ya no insiste con ${waiting === 1 ? 'un pendiente' : `${many(waiting)} pendientes`}${of(vendor)}. La causa: «${cause(said, 'es-MX', 'no se sabe')}»`, 'No se borró nada: cada uno está guardado completo, con su causa, hasta que alguien decida.', 'Qué hacer: en la consola, abre «Revisión», arregla la causa y pulsa «Reintentar». Lo que ya se hizo no se hace dos veces. No volveremos a escribirte de esta causa hasta que quede vacía.'],
    }),
    over: (vendor, lasted, waiting) => ({ subject: `Ya no hay pendientes detenidos${of(vendor)}`, paragraphs: [`Duró ${lasted}. ${waiting === 1 ? 'Era uno, y ya salió o alguien decidió por él.' : `Llegaron a ser ${many(waiting)}, y ya salieron o alguien decidió por ellos.`}`, 'No hay que hacer nada.'] }),
    open: 'Ver lo que se detuvo',
  },
  unseen: {
    begun: (_vendor, { since, waiting }) => ({
      subject: waiting === 1 ? 'Alguien pidió a una persona, y nadie lo ha visto' : `${many(waiting)} personas pidieron a alguien, y nadie las ha visto`,
      paragraphs: [`${waiting === 1 ? 'Espera una conversación' : `Esperan ${many(waiting)} conversaciones`}; a la primera se le acabó el tiempo prometido el ${since}.`, 'Ya avisamos a quien sigue en la lista, y nadie ha abierto la conversación.', 'Qué hacer: ábrela en la consola, o llama a quien debía verla. Si quien recibe los avisos ya no está, cámbialo en los ajustes de Portero en HubSpot. No volveremos a escribirte de esto hasta que no quede ninguna.'],
    }),
    over: (_vendor, lasted, waiting) => ({ subject: 'Ya se vio a todos los que pedían a una persona', paragraphs: [`Duró ${lasted}${waiting === 1 ? '.' : `; llegaron a esperar ${many(waiting)}.`}`, 'No hay que hacer nada.'] }),
    open: 'Ver quién espera',
  },
  work: {
    begun: (_vendor, { since, waiting }) => ({
      subject: 'Portero va atrasado con su trabajo',
      paragraphs: [`Desde el ${since} ${waiting === 1 ? 'hay un pendiente que ya debía estar hecho' : `hay ${many(waiting)} pendientes que ya debían estar hechos`}: mensajes, recordatorios o cambios para otro sistema.`, 'Nada se pierde: se hará en su orden.', 'Qué hacer: mira en «Revisión» qué espera y a quién. Si es todo, al servidor le falta fuerza o a la base de datos conexiones: reinícialo, o enciende otro. No volveremos a escribirte de esto hasta que esté al día.'],
    }),
    over: (_vendor, lasted, waiting) => ({ subject: 'Portero ya está al día con su trabajo', paragraphs: [`Duró ${lasted}; ${waiting === 1 ? 'llegó a esperar un pendiente' : `llegaron a esperar ${many(waiting)} pendientes`}.`, 'No hay que hacer nada.'] }),
    open: 'Ver la fila',
  },
  disk: {
    begun: (_vendor, { since, said }) => ({
      subject: 'El disco de Portero se está llenando',
      paragraphs: [`Desde el ${since} queda libre menos de una décima parte del disco donde Portero guarda sus datos (ahora, ${said} %).`, 'Todo funciona todavía. Cuando queden 64 MB dejará de aceptar mensajes, y quien los manda los guardará mientras tanto.', 'Qué hacer: pide a quien cuida el servidor que le dé más espacio a ese disco. No volveremos a escribirte de esto hasta que lo tenga.'],
    }),
    over: (_vendor, lasted) => ({ subject: 'El disco de Portero ya tiene espacio', paragraphs: [`Duró ${lasted}.`, 'No hay que hacer nada.'] }),
    open: 'Ver la fila',
  },
  audit: {
    begun: (_vendor, { since, waiting }) => ({
      subject: 'El registro de cambios no se está sellando',
      paragraphs: [`Desde el ${since} hay ${waiting === 1 ? 'un renglón' : `${many(waiting)} renglones`} del registro sin sellar desde hace más de un cuarto de hora.`, 'Nadie lo nota; pero lo que no está sellado se podría cambiar sin que se vea.', 'Qué hacer: en «Revisión», mira si se detuvo seal-audit y reinténtalo. No volveremos a escribirte de esto hasta que se selle.'],
    }),
    over: (_vendor, lasted) => ({ subject: 'El registro de cambios ya se está sellando', paragraphs: [`Duró ${lasted}.`, 'No hay que hacer nada; portero audit verify dice si está completo.'] }),
    open: 'Ver la fila',
  },
  many: (count) => `${count} cosas por atender en Portero`, manyOver: (count) => `${count} cosas de Portero ya están bien`, open: 'Abrir la consola',
}
const en: HouseTroubleWords = {
  dead: {
    begun: (vendor, { since, said, waiting }) => ({
      subject: waiting === 1 ? `One thing${ofEn(vendor)} has stopped` : `${manyEn(waiting)} things${ofEn(vendor)} have stopped`,
      paragraphs: [`Since ${since}, Portero no longer tries ${waiting === 1 ? 'one thing' : `${manyEn(waiting)} things`}${ofEn(vendor)}. The cause: “${cause(said, 'en', 'nobody knows')}”`, 'Nothing was deleted: each is kept whole, with its cause, until somebody decides.', 'What to do: open “Review” in the console, mend the cause and press “Try again”. What was done is not done twice. We will not write about this cause again until nothing of it is left.'],
    }),
    over: (vendor, lasted, waiting) => ({ subject: `Nothing${ofEn(vendor)} is stopped any more`, paragraphs: [`It lasted ${lasted}. ${waiting === 1 ? 'It was one, which has left or was decided on.' : `They were ${manyEn(waiting)} at most, which have left or were decided on.`}`, 'There is nothing to do.'] }),
    open: 'See what has stopped',
  },
  unseen: {
    begun: (_vendor, { since, waiting }) => ({
      subject: waiting === 1 ? 'Somebody asked for a person, and nobody has looked' : `${manyEn(waiting)} asked for a person, and nobody has looked`,
      paragraphs: [`${waiting === 1 ? 'One conversation waits' : `${manyEn(waiting)} conversations wait`}; the promised time of the first was over on ${since}.`, 'Whoever is next on the list was told, and nobody has opened the conversation.', 'What to do: open it in the console, or call whoever should. If whoever is told is not there any more, change that in Portero’s settings at HubSpot. We will not write about this again until none is left.'],
    }),
    over: (_vendor, lasted, waiting) => ({ subject: 'Everybody who asked for a person was seen', paragraphs: [`It lasted ${lasted}${waiting === 1 ? '.' : `; ${manyEn(waiting)} waited at most.`}`, 'There is nothing to do.'] }),
    open: 'See who waits',
  },
  work: {
    begun: (_vendor, { since, waiting }) => ({
      subject: 'Portero is late with its work',
      paragraphs: [`Since ${since}, ${waiting === 1 ? 'one thing that should be done isn’t' : `${manyEn(waiting)} things that should be done aren’t`}: messages, reminders, or changes for another system.`, 'Nothing is lost: it will be done, in order.', 'What to do: see in “Review” what waits, and for whom. If it is everything, the server lacks power or the database connections: restart it, or start another. We will not write about this again until it is up to date.'],
    }),
    over: (_vendor, lasted, waiting) => ({ subject: 'Portero is up to date with its work', paragraphs: [`It lasted ${lasted}; ${waiting === 1 ? 'one thing waited at most' : `${manyEn(waiting)} things waited at most`}.`, 'There is nothing to do.'] }),
    open: 'See the queue',
  },
  disk: {
    begun: (_vendor, { since, said }) => ({
      subject: 'Portero’s disk is filling',
      paragraphs: [`Since ${since}, less than a tenth of the disk on which Portero keeps its data is free (now, ${said} %).`, 'Everything works still. When 64 MB are left it takes no more messages, and whoever sends them keeps them meanwhile.', 'What to do: ask whoever looks after the server to give that disk more room. We will not write about this again until it has.'],
    }),
    over: (_vendor, lasted) => ({ subject: 'Portero’s disk has room again', paragraphs: [`It lasted ${lasted}.`, 'There is nothing to do.'] }),
    open: 'See the queue',
  },
  audit: {
    begun: (_vendor, { since, waiting }) => ({
      subject: 'The audit is not being sealed',
      paragraphs: [`Since ${since}, ${waiting === 1 ? 'one row' : `${manyEn(waiting)} rows`} of the audit have not been sealed for over a quarter of an hour.`, 'Nobody feels it; but what isn’t sealed could be changed unnoticed.', 'What to do: see in “Review” whether seal-audit has stopped, and try it again. We will not write about this again until it is sealed.'],
    }),
    over: (_vendor, lasted) => ({ subject: 'The audit is being sealed again', paragraphs: [`It lasted ${lasted}.`, 'There is nothing to do; portero audit verify says whether it is whole.'] }),
    open: 'See the queue',
  },
  many: (count) => `${count} things of Portero need you`, manyOver: (count) => `${count} things of Portero are well again`, open: 'Open the console',
}
export const troubleWords: Record<Language, HouseTroubleWords> = { 'es-MX': es, en }
