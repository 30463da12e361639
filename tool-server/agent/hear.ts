import type { Catalogue } from '../domain/homes.ts'
import { placeInWords, type Position } from '../domain/near-homes.ts'

// A message as a model reads it: never a file itself, only what was heard or seen of it, where anything may be.
// told: what a voice note says or a picture shows. isUntold: that it was tried, and nothing came of it.
export type Readable = { kind: string; text: string; told?: string | undefined; isUntold?: boolean | undefined; position?: Position | undefined }
export const readable = ({ kind, text, told, isUntold, position }: Readable, catalogue: Catalogue): string => {
  const words = text.trim()
  switch (kind) {
    case 'audio':
      return joined('[nota de voz]', told ?? (isUntold ? '(nota de voz sin transcribir: pídele que lo escriba)' : undefined), words)
    case 'image':
      return joined('[foto]', told === undefined ? undefined : `(se ve: ${told})`, words)
    case 'video':
      return joined('[video]', words)
    case 'file':
      return joined('[documento, que no puedes ver]', words)
    case 'location':
      return joined('[ubicación]', position && placeInWords(position, catalogue), position && isNumbers(words) ? '' : words)
    default:
      return words
  }
}
const joined = (...parts: readonly (string | undefined)[]): string => parts.filter(Boolean).join(' ')
const isNumbers = (words: string): boolean => /^-?\d+(?:\.\d+)?, -?\d+(?:\.\d+)?$/.test(words)
