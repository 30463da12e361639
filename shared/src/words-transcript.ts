import type { Language } from './words.ts'

// What stands beside a line of a transcript, in cards and console alike. To whoever attends the prospect.
const es = {
  edited: 'Editado', deleted: 'Eliminó este mensaje',
  media: { wanted: 'El archivo viene en camino.', refused: 'El archivo no se guardó: es muy grande o de un tipo que no abrimos.', gone: 'El archivo ya no está disponible en WhatsApp.' },
  open: { audio: 'Escuchar el audio', video: 'Ver el video', image: 'Ver la imagen', file: 'Abrir el archivo' },
  told: { voice: (text: string) => `Transcripción: ${text}`, image: (text: string) => `En la imagen: ${text}` },
  cost: 'Costo de los mensajes', linkOver: 'Esta liga ya no sirve. Abre otra vez la conversación.',
  bySms: 'Por SMS', insteadBySms: 'Por SMS, porque no llegó por WhatsApp',
  failed: (reason: string, way: 'WhatsApp' | 'SMS') => `No llegó: ${reason === 'unreachable' ? `su número no recibe ${way}` : (whyEs.get(reason) ?? `${way} no dijo por qué`)}.`,
}
const whyEs = new Map([['window_closed', 'pasaron más de 24 horas desde su último mensaje'], ['opted_out', 'pidió no recibir mensajes'], ['unfit', 'ese archivo o formato no se pudo mandar'], ['throttled', 'eran demasiados mensajes a la vez'], ['refused', 'el envío no se aceptó; hay que revisar la cuenta']])
type TranscriptWords = typeof es
const en: TranscriptWords = {
  edited: 'Edited', deleted: 'Deleted this message',
  media: { wanted: 'The file is on its way.', refused: 'The file was not kept: it is too large, or of a kind that we do not open.', gone: 'WhatsApp no longer has the file.' },
  open: { audio: 'Play the audio', video: 'Watch the video', image: 'See the picture', file: 'Open the file' },
  told: { voice: (text) => `Transcript: ${text}`, image: (text) => `In the picture: ${text}` },
  cost: 'Cost of the messages', linkOver: 'This link is over. Open the conversation again.',
  bySms: 'By SMS', insteadBySms: 'By SMS, as it did not arrive on WhatsApp',
  failed: (reason, way) => `Did not arrive: ${reason === 'unreachable' ? `their number takes no ${way}` : (whyEn.get(reason) ?? `${way} did not say why`)}.`,
}
const whyEn = new Map([['window_closed', 'they last wrote more than 24 hours ago'], ['opted_out', 'they asked for no more messages'], ['unfit', 'that file or format could not be sent'], ['throttled', 'there were too many messages at once'], ['refused', 'it was not accepted; the account needs a look']])
export const transcriptWords: Record<Language, TranscriptWords> = { 'es-MX': es, en }
