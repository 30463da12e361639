import { faults } from './faults.ts'
import { textOf } from './planted.ts'
import { playAll } from './players.ts'

// How many stories it takes until one goes wrong for each fault that is put in on purpose. Faults are looked for side by side, each in one process.
export type Found = { name: string; stories: number; seconds: number; sentence: string | undefined } // sentence: what gave it away; undefined: nothing did

export const hunt = async ({ from, most, jobs, named }: { from: number; most: number; jobs: number; named?: string | undefined }, said: (found: Found) => void): Promise<Found[]> => {
  const left = faults.filter(({ name }) => named === undefined || new RegExp(named).test(name))
  left.forEach(textOf) // a fault that can't be put in is none
  const all: Found[] = []
  const one = async (): Promise<void> => {
    for (let fault = left.shift(); fault; fault = left.shift()) {
      const began = performance.now()
      let stories = 0
      let sentence: string | undefined
      const gone = playAll(Array.from({ length: most }, (_, at) => from + at), 1, ({ wrong: [first] }) => {
        stories++
        if (first !== undefined && /SyntaxError|ReferenceError/.test(first)) throw new Error(`${fault?.name} is no program: ${first}`)
        sentence ??= first
        return sentence !== undefined
      }, fault)
      await gone.catch((thrown: unknown) => void (sentence ??= `the player ended: ${String(thrown)}`))
      const found = { name: fault.name, stories, seconds: Math.round((performance.now() - began) / 1_000), sentence }
      all.push(found)
      said(found)
    }
  }
  await Promise.all(Array.from({ length: jobs }, one))
  return all
}
