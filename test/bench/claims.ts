import { factsOf } from '@portero/tool-server/domain/claims-facts.ts'
import { unbacked } from '@portero/tool-server/domain/claims.ts'
import { corpusNow as now, corpusZone as zone, type Sample } from '../support/claims-corpus.ts'
import { blindSamples } from '../support/claims-blind.ts'
import { freshSamples } from '../support/claims-fresh.ts'
import { heldOut } from '../support/claims-held-out.ts'
import { corpus, templates } from '../support/claims-templates.ts'
import { corpus as corpusThree } from './blind-three.ts'
import { percentile } from './house.ts'

// How many of the lies in invented messages are found, how many true or harmless ones are blocked, and how long a message takes with the facts of its conversation.
// naive: every number of a message is to be found in what the tools answered or the prospect said.
export const claims = (): object => {
  const samples = corpus(20_261_121, size, templates)
  const kinds = [...Map.groupBy(samples.flatMap(({ lie, ...sample }) => (lie ? [{ ...sample, lie }] : [])), ({ lie }) => lie)].toSorted(([a], [b]) => a.localeCompare(b))
  for (const sample of samples.slice(0, 500)) isBlocked(sample)
  const took = samples.map((sample) => {
    const began = performance.now()
    isBlocked(sample)
    return performance.now() - began
  }).toSorted((a, b) => a - b)
  return {
    messages: samples.length, ...figures(samples, isBlocked), p50Ms: percentile(took, 0.5), p99Ms: percentile(took, 0.99), naive: figures(samples, isBlockedNaively), heldOut: figures(corpus(7, size, heldOut), isBlocked), blind: figures(blindSamples(20_261_122, size), isBlocked), fresh: figures(freshSamples(1, size), isBlocked),
    blindThree: { ...blindThree(), firstBlind },
    kinds: Object.fromEntries(kinds.map(([kind, those]) => [kind, { lies: those.length, found: those.filter(isBlocked).length }])), bars: { recall: 0.995, falseBlocks: 0.01, p99Ms: 5 },
  }
}
const size = 4_000
// The third corpus, by somebody who had never seen the checker, and what it found there before anything was mended. Then it was mended by every second kind; firstHeldOut: the others, before anybody looked at them. They are no longer blind.
const firstBlind = { recall: 0.599, falseBlocks: 0.0188, p99Ms: 8.7, firstHeldOut: { recall: 0.9258, falseBlocks: 0.0225 } }
export const blindThree = (): { messages: number; recall: number; falseBlocks: number; p99Ms: number } => {
  const cases = [...corpusThree(20_261_122)]
  const took: number[] = []
  const [found, wrong] = [{ of: 0, blocked: 0 }, { of: 0, blocked: 0 }]
  for (const { text, facts, isBacked, now, zone } of cases) {
    const began = performance.now()
    const isFound = unbacked(text, facts, { now, zone }).length > 0
    took.push(performance.now() - began)
    const those = isBacked ? wrong : found
    those.of++
    if (isFound) those.blocked++
  }
  return { messages: cases.length, recall: part(found.blocked, found.of), falseBlocks: part(wrong.blocked, wrong.of), p99Ms: percentile(took.toSorted((a, b) => a - b), 0.99) }
}

export const isBlocked = ({ text, answers, said }: Sample): boolean => unbacked(text, factsOf(answers, { said, policies, zone, now }), { now, zone }).length > 0
// The first corpora hold what is said of any home to be true: so the house says it.
const policies = ['El mantenimiento está incluido en la renta.', 'Hay estacionamiento enfrente.', '¿Qué piden? Identificación oficial (INE) y comprobante de ingresos de 3 meses.', '¿Por cuánto tiempo? El contrato mínimo es de 12 meses.']
export const figures = (samples: readonly Sample[], blocks: (sample: Sample) => boolean): { lies: number; recall: number; falseBlocks: number } => {
  const { lie = [], rest = [] } = Object.groupBy(samples, (sample) => (sample.lie ? 'lie' : 'rest'))
  return { lies: lie.length, recall: part(lie.filter(blocks).length, lie.length), falseBlocks: part(rest.filter(blocks).length, rest.length) }
}
const part = (some: number, all: number): number => Math.round((some / all) * 1e5) / 1e5

const isBlockedNaively = ({ text, answers, said }: Sample): boolean => {
  const known = `${JSON.stringify(answers)} ${said.join(' ')}`
  return (text.match(/\d+(?:[,.:]\d+)*/g) ?? []).some((number) => !known.includes(number))
}
