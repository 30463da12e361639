import { type Chance, chanceFrom, type Sample } from './claims-corpus.ts'
import { aside, honest, sentence } from './claims-fresh-honest.ts'
import { lies } from './claims-fresh-lies.ts'
import { type Did, type Scene, sceneFrom } from './claims-fresh-scene.ts'
import { typed } from './claims-fresh-words.ts'

// A second set of invented messages, put together from a small grammar by somebody who has not read the checker: half are true or harmless, half hold one lie.
export const freshSamples = (seed: number, size = 2_000): Sample[] => {
  const chance = chanceFrom(seed * 7_919 + 13)
  return Array.from({ length: size }, (_, at) => (at % 2 === 0 ? honestSample(chance) : lyingSample(chance)))
}

const allDids: readonly Did[] = ['none', 'none', 'none', 'booked', 'moved', 'cancelled', 'escalated', 'waiting', 'sent', 'visits', 'refused', 'closed']
const sceneWith = (chance: Chance, dids: readonly Did[]): Scene => {
  for (;;) {
    const scene = sceneFrom(chance, chance.one(dids))
    if (scene.slots.length > 0) return scene
  }
}
const honestSample = (chance: Chance): Sample => {
  const scene = sceneWith(chance, allDids)
  const sentences = severalOf(chance, scene, 1 + chance.below(3))
  return { ...written(chance, scene, chance.is(0.2) ? [...sentences, aside(chance, scene)] : sentences), style: `honest ${scene.did}` }
}
const lyingSample = (chance: Chance): Sample => {
  const { kind, dids, last, tells } = chance.one(lies)
  const scene = sceneWith(chance, dids)
  const sentences = severalOf(chance, scene, chance.below(3))
  sentences.splice(last ? sentences.length : chance.below(sentences.length + 1), 0, tells(chance, scene))
  return { ...written(chance, scene, sentences), lie: kind, style: `lie ${scene.did}` }
}
const severalOf = (chance: Chance, scene: Scene, number: number): string[] => [...new Set(Array.from({ length: number }, () => honest(chance, scene)))]

const openers = ['', '', '', 'Hola', '¡Hola!', 'Hola, buen día', 'Buenas tardes', '¡Claro que sí!', 'Con gusto', 'Gracias por escribir', 'Hola 👋', '¡Qué tal!', 'Va', 'Perfecto', 'Mil gracias por tu paciencia']
const closers = ['', '', '', '¿Te late?', '¿Qué te parece?', 'Quedo al pendiente', '¿Alguna otra duda?', 'Cualquier cosa me dices', '😊', '🙌', '¿Te ayudo con algo más?', 'Saludos', 'Aquí ando para lo que necesites']
const english = { openers: ['', 'Hi!', 'Hello', 'Sure', 'Thanks for writing', 'Great'], closers: ['', 'Anything else?', 'Let me know', 'What do you think?', '😊'] }
const written = (chance: Chance, scene: Scene, sentences: readonly string[]): Omit<Sample, 'lie' | 'style'> => {
  const { isEnglish, answers, said } = scene
  const from = isEnglish ? english : { openers, closers }
  const between = chance.one([' ', ' ', ' ', '\n', '\n\n'])
  const whole = [chance.one(from.openers), ...sentences, chance.one(from.closers)].filter((part) => part !== '').map((part) => (/\p{L}/u.test(part) ? sentence(part) : part)).join(between)
  return { text: isEnglish ? whole : typed(chance, whole), answers, said }
}
