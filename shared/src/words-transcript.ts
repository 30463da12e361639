import type { Language } from './words.ts'

// What stands beside a line of a transcript, in cards and console alike. To whoever attends the prospect.
const es = {
  edited: 'Editado', deleted: 'Eliminó este mensaje',
  media: { wanted: 'El archivo viene en camino.', refused: 'El archivo no se guardó: es muy grande o de un tipo que no abrimos.', gone: 'El archivo ya no está disponible en WhatsApp.' },
  open: { audio: 'Escuchar el audio', video: 'Ver el video', image: 'Ver la imagen', file: 'Abrir el archivo' },
  cost: 'Costo de los mensajes', linkOver: 'Esta liga ya no sirve. Abre otra vez la conversación.',
}
type TranscriptWords = typeof es
const en: TranscriptWords = {
  edited: 'Edited', deleted: 'Deleted this message',
  media: { wanted: 'The file is on its way.', refused: 'The file was not kept: it is too large, or of a kind that we do not open.', gone: 'WhatsApp no longer has the file.' },
  open: { audio: 'Play the audio', video: 'Watch the video', image: 'See the picture', file: 'Open the file' },
  cost: 'Cost of the messages', linkOver: 'This link is over. Open the conversation again.',
}
export const transcriptWords: Record<Language, TranscriptWords> = { 'es-MX': es, en }
