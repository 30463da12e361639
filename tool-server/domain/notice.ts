import { createHash } from 'node:crypto'
import { messageWords, pageFrame, type Language, type Legal } from '@portero/shared'

// The privacy notice and who we are: text, as it is said before the first answer, and integral, as it stands as a page. Its version is what it says: another text is another version, and is shown again.
export type Notice = { version: string; language: Language; text: string }
export type WholeNotice = Notice & { integral: string }

// own: the whole notice as the house wants it, word for word.
export const noticeOf = (legal: Legal, language: Language, own?: string): WholeNotice => {
  const text = messageWords[language].notice(legal)
  const integral = own?.trim() || pageFrame[language].integral(legal)
  return { version: createHash('sha256').update(JSON.stringify([text, integral])).digest('hex').slice(0, 16), language, text, integral }
}
