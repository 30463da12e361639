import { createHash } from 'node:crypto'
import { messageWords, type Language, type Legal } from '@portero/shared'

// The privacy notice and who we are, as they are said before the first answer. Its version is what it says: another text is another version, and is shown again.
export type Notice = { version: string; language: Language; text: string }

export const noticeOf = (legal: Legal, language: Language): Notice => {
  const text = messageWords[language].notice(legal)
  return { version: createHash('sha256').update(text).digest('hex').slice(0, 16), language, text }
}
