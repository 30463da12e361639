import { blindHonest, type Honest } from './claims-blind-honest.ts'
import { blindLies } from './claims-blind-lies.ts'
import { chanceOf, makeScene, type Chance, type Scene } from './claims-blind-scene.ts'
import type { Sample } from './claims-corpus.ts'

// Messages by somebody who has seen neither the checker nor its other corpora: every other one has one lie, the rest is true or claims nothing. All templates come up before any comes again, and no message comes twice for the same answers.
// style: which template, by its place; claims about bathrooms are of the kind of bedrooms.
export const blindSamples = (seed: number, size = 2_000): Sample[] => {
  const seen = new Set<string>()
  return Array.from({ length: size }, (_, at) => {
    for (let tries = 0; ; tries++) {
      const sample = sampleAt(at, seed * 1_000_003 + at * 101 + tries)
      const key = `${sample.text}\n${JSON.stringify(sample.answers)}`
      if (seen.has(key) && tries < 100) continue
      seen.add(key)
      return sample
    }
  })
}

const sampleAt = (at: number, seed: number): Sample => {
  const scene = makeScene(seed)
  const chance = chanceOf(seed + 1)
  const written = (needs: string, write: Honest[1], said: Honest[1] | undefined): Omit<Sample, 'style'> => {
    const text = write(scene)
    return { text: dressed(`${text}${chance.is(0.3) ? more(needs, text, write, scene, chance) : ''}`, chance), answers: scene.answersFor(needs), said: said ? [said(scene)] : [] }
  }
  const turn = Math.floor(at / 2)
  if (at % 2 === 0) {
    const place = turn % blindHonest.length
    const [needs, text, said] = blindHonest[place]!
    return { ...written(needs, text, said), style: `honest ${place}` }
  }
  const place = turn % blindLies.length
  const [lie, needs, text, said] = blindLies[place]!
  return { ...written(needs, text, said), lie, style: `lie ${place}` }
}

// Another sentence that the same answers back.
const more = (needs: string, text: string, write: Honest[1], scene: Scene, { one }: Chance): string => {
  const others = blindHonest.filter(([same, each, said]) => same === needs && each !== write && !said).map(([, each]) => each(scene)).filter((each) => isEnglish(each) === isEnglish(text) && !each.includes('\n'))
  return others.length === 0 ? '' : `${/[.!?…]$/.test(text) ? '' : '.'} ${one(others)}`
}

const openings = { es: ['', '', '', 'Hola 👋 ', 'Va. ', 'Mira: ', 'Ok. ', 'Gracias por esperar. ', 'A ver, ', 'Perdón la demora 🙏 '], en: ['', '', 'Hi! ', 'Thanks for waiting. '] }
const endings = { es: ['', '', '', ' 🙌', ' ¿Te ayudo con algo más?', ' Quedo al pendiente.', ' Cualquier duda me dices.', ' Contesto en 2 min si me escribes 😅', '\n\nSaludos ☀️', ' ¿qtal?', ' (perdón si tardo 1 o 2 min)'], en: ['', '', ' 🙂', ' Anything else?', ' I reply within 2 min.'] }
const isEnglish = (text: string): boolean => /\b(?:the|your|you|it|is)\b/i.test(text)
// As people type in a hurry.
const hurried = (text: string): string => text.replaceAll('recámaras', 'rec').replaceAll('porque', 'xq').replaceAll('departamento', 'depto').replaceAll(/(?<=[a-z])á(?=[a-z]|\b)/g, 'a').replaceAll('¿', '').replaceAll('¡', '')
const dressed = (text: string, { one, is }: Chance): string => {
  const { [isEnglish(text) ? 'en' : 'es']: open } = openings
  const { [isEnglish(text) ? 'en' : 'es']: end } = endings
  const said = is(0.12) && !isEnglish(text) ? hurried(text) : text
  const opening = one(open)
  const whole = `${opening}${opening.endsWith(', ') || opening.endsWith(': ') ? `${said.charAt(0).toLowerCase()}${said.slice(1)}` : said}${one(end)}`
  return whole.replaceAll(/\b([Dd])e el (?=d|\d)/g, '$1el ').replaceAll(/\ba el /g, 'al ').replaceAll('..', '.')
}
