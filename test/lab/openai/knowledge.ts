import { plain } from '../spanish.ts'

// What is known by heart: questions with their answers, in the instructions or told by a tool. What they don't say, the model doesn't know.
export type Pair = { q: string; a: string; stale?: boolean | undefined }
const few = 2 // words that must meet, unless the question has fewer
const empty = new Set('que cual cuales como cuando donde cuanto cuanta cuantos cuantas quien hay para por con una uno unos unas los las del ese esa esta este son tienen tiene puedo puede ustedes algo mas pero necesito quiero saber sobre hola gracias muy ser hacer'.split(' '))
const wordsOf = (text: string): Set<string> => new Set((plain(text).match(/[a-z0-9ñ]{3,}/g) ?? []).filter((word) => !empty.has(word)).map((word) => word.replace(/(?:es|s)$/, '')))

export const answerIn = (pairs: readonly Pair[], question: string): string | undefined => {
  const asked = wordsOf(question)
  const ranked = pairs.map((pair) => ({ pair, of: wordsOf(pair.q) })).map(({ pair, of }) => ({ pair, of: of.size, shared: [...of].filter((word) => asked.has(word)).length }))
  const [best] = ranked.toSorted((one, other) => other.shared - one.shared || one.of - other.of)
  if (!best || best.shared === 0 || best.shared < Math.min(few, best.of, asked.size)) return undefined
  return best.pair.stale ? `${best.pair.a} Ese dato no está al día: te lo confirmo con un asesor.` : best.pair.a
}
const unsure = / \(por confirmar\)$/
export const knownAnswer = (instructions: string, question: string): string | undefined =>
  answerIn([...instructions.matchAll(/^- (¿[^?\n]+\?) (.+)$/gm)].map(([, q = '', a = '']) => ({ q, a: a.replace(unsure, ''), stale: unsure.test(a) })), question)

// How the persona greets, where the instructions give an example.
export const greetingIn = (instructions: string): string => /por ejemplo: «([^»]+)»/.exec(instructions)?.[1] ?? '¡Hola! Soy el asistente virtual.'
