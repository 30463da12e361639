import { createHash } from 'node:crypto'
import { memoryOf } from './memory.ts'
import { decide } from './policy.ts'
import type { Scene, Step } from './talk.ts'

// The same model, sloppy as real ones are: a wrong argument, the same call once more, a slot_id forgotten, small talk, a claim ahead of its deed. A seed repeats it.
const chance = 0.25

export const sloppily = (seed: number) => (scene: Scene): Step => {
  const step = decide(scene)
  const { done, home, slots, said, isRepair } = memoryOf(scene.turns)
  const before = isRepair && done.length === 0 ? decide({ ...scene, turns: scene.turns.slice(0, scene.turns.findLastIndex(({ by }) => by === 'agent')) }) : undefined
  if (before && 'call' in before) return before // told that it isn't done yet, it does it
  const happens = (what: string): boolean => createHash('sha256').update(`${seed}/${what}/${said.at(-1) ?? ''}/${scene.turns.length}`).digest().readUInt32BE() / 2 ** 32 < chance
  if ('say' in step) {
    const last = done.at(-1)
    const meant = last?.answer?.ok === false ? decide({ ...scene, turns: scene.turns.slice(0, -1) }) : step
    if (last && 'call' in meant && known(meant.args) !== known(last.args)) return meant // told that it was wrong, it calls it right
    const times = done.filter((each) => each.tool === last?.tool && JSON.stringify(each.args) === JSON.stringify(last?.args)).length
    if (last && times === 1 && happens('repeat')) return { call: last.tool, args: last.args }
    return happens('chat') ? { say: `Claro que sí, con mucho gusto te platico. ${step.say}` } : step
  }
  const { call, args } = step
  const slot = slots.find(({ slot_id }) => slot_id === args['slot_id'])
  if (call === 'book_tour' && done.length === 0 && happens('claim')) return { say: `¡Listo! Tu visita quedó agendada${slot ? ` para el ${slot.label}` : ''}.` }
  if (call === 'book_tour' && slot && home !== undefined && happens('forget')) return { call, args: { home, when: slot.label } }
  const isMistaken = done.some(({ answer }) => answer?.ok !== true)
  return !isMistaken && happens('wrong') ? { call, args: spoiled(args) } : step
}

const known = (args: Record<string, unknown>): string => JSON.stringify(Object.entries(args).filter(([, value]) => value !== null && value !== undefined).toSorted(([one], [other]) => (one < other ? -1 : 1)))

// The first word of it loses its end.
const spoiled = (args: Record<string, unknown>): Record<string, unknown> => {
  const [name, value] = Object.entries(args).find(([, each]) => typeof each === 'string') ?? []
  return name === undefined ? args : { ...args, [name]: String(value).slice(0, -2) }
}
