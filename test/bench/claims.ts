import { factsOf } from '@portero/tool-server/domain/claims-facts.ts'
import { unbacked } from '@portero/tool-server/domain/claims.ts'
import { corpusNow as now, corpusZone as zone, type Sample } from '../support/claims-corpus.ts'
import { heldOut } from '../support/claims-held-out.ts'
import { corpus, templates } from '../support/claims-templates.ts'
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
    messages: samples.length, ...figures(samples, isBlocked), p50Ms: percentile(took, 0.5), p99Ms: percentile(took, 0.99), naive: figures(samples, isBlockedNaively), heldOut: figures(corpus(7, size, heldOut), isBlocked),
    kinds: Object.fromEntries(kinds.map(([kind, those]) => [kind, { lies: those.length, found: those.filter(isBlocked).length }])), bars: { recall: 0.995, falseBlocks: 0.01, p99Ms: 5 },
  }
}
const size = 4_000

export const isBlocked = ({ text, answers, said }: Sample): boolean => unbacked(text, factsOf(answers, { said, zone, now }), { now, zone }).length > 0
export const figures = (samples: readonly Sample[], blocks: (sample: Sample) => boolean): { lies: number; recall: number; falseBlocks: number } => {
  const { lie = [], rest = [] } = Object.groupBy(samples, (sample) => (sample.lie ? 'lie' : 'rest'))
  return { lies: lie.length, recall: part(lie.filter(blocks).length, lie.length), falseBlocks: part(rest.filter(blocks).length, rest.length) }
}
const part = (some: number, all: number): number => Math.round((some / all) * 1e5) / 1e5

const isBlockedNaively = ({ text, answers, said }: Sample): boolean => {
  const known = `${JSON.stringify(answers)} ${said.join(' ')}`
  return (text.match(/\d+(?:[,.:]\d+)*/g) ?? []).some((number) => !known.includes(number))
}
