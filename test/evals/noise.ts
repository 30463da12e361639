import type { Chance } from './chance.ts'

// How people write on a phone: without accents, short, with slips, in pieces, in capitals, and with a word before and after. What is a figure, a time or a home's name stays as it is.
export type Piece = { afterMs: number; text: string }
type How = { level: number; chance: Chance } // level: 0 as it is written down, 1 as bad as it gets

const short: readonly (readonly [RegExp, string])[] = [
  [/\bdepartamento\b/gi, 'depa'], [/\bpor favor\b/gi, 'porfa'], [/\bporque\b/gi, 'xq'], [/\btambién\b/gi, 'tmb'], [/\bpara\b/gi, 'pa'], [/\bestá bien\b/gi, 'ok'], [/\bmucho\b/gi, 'mxo'], [/\bque\b/gi, 'q'],
]
const before = ['hola', 'buenas', 'hola buen día', 'oye', 'disculpa', 'una pregunta', 'hola, qué tal']
const after = ['gracias', 'porfa', 'mil gracias', 'quedo pendiente', 'jeje', 'saludos']
const emojis = ['🙏', '😊', '🙂', '👍', '🏠', '✨', '😅']
const longest = 1_500 // between two pieces
const bare = 15 // letters: an answer to a question comes alone

export const noisy = (text: string, { level, chance }: How): Piece[] => {
  if (level <= 0) return [{ afterMs: 0, text }]
  let said = text
  for (const [word, abbreviated] of short) if (chance.happens(level * 0.3)) said = said.replace(word, abbreviated)
  if (chance.happens(level * 0.6)) said = said.normalize('NFD').replace(/\u0301/g, '').normalize('NFC')
  if (chance.happens(level * 0.5)) said = slipped(said, chance)
  if (chance.happens(level * 0.12)) said = said.toUpperCase()
  if (chance.happens(level * 0.3)) said = said.replace(/[¿¡]/g, '')
  if (chance.happens(level * 0.25)) said = `${said} ${chance.one(emojis)}`
  const pieces = [
    ...(text.length > bare && chance.happens(level * 0.3) ? [chance.one(before)] : []),
    ...(chance.happens(level * 0.35) ? inPieces(said) : [said]),
    ...(text.length > bare && chance.happens(level * 0.25) ? [chance.one(after)] : []),
  ]
  return pieces.slice(0, 4).map((piece, at) => ({ text: piece, afterMs: at === 0 ? 0 : 500 + chance.below(longest / 500) * 500 }))
}

// One slip, in a word of letters that isn't a name: two of them change places, one is left out or comes twice. The first and the last stand.
const slipped = (text: string, chance: Chance): string => {
  const words = [...text.matchAll(/(?<![\p{L}\d-])\p{Ll}{6,}(?![\p{L}\d-])/gu)]
  if (words.length === 0) return text
  const { 0: word, index } = chance.one(words)
  const at = 1 + chance.below(word.length - 3)
  const [here = '', next = ''] = [word[at], word[at + 1]]
  const changed = chance.one([`${next}${here}`, here, `${here}${here}${next}`])
  return text.slice(0, index) + word.slice(0, at) + changed + word.slice(at + 2) + text.slice(index + word.length)
}

// At a comma or the end of a sentence.
const inPieces = (text: string): string[] => {
  const parts = text.split(/(?<=[,.!?;])\s+/)
  return parts.length < 2 ? [text] : [parts.slice(0, -1).join(' ').replace(/[,;]$/, ''), parts.at(-1) ?? '']
}
