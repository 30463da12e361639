import { faults } from './faults.ts'
import { textOf, type Planted } from './planted.ts'
import { playAll } from './players.ts'

// How many stories it takes until one goes wrong for each fault that is put in on purpose. Faults are looked for side by side, each in one process.
export type Found = { name: string; stories: number; seconds: number; sentence: string | undefined } // sentence: what gave it away; undefined: nothing did

export const hunt = async ({ from, most, jobs, named }: { from: number; most: number; jobs: number; named?: string | undefined }, said: (found: Found) => void): Promise<Found[]> => {
  const left = faults.filter(({ name }) => named === undefined || new RegExp(named).test(name))
  left.forEach(textOf) // a fault that can't be put in is none
  const all: Found[] = []
  const wrongAnyway = new Map<number, Promise<boolean>>()
  // A story that goes wrong without the fault as well says nothing of it.
  const goesWrong = (seed: number): Promise<boolean> => {
    const known = wrongAnyway.get(seed) ?? playUntilWrong([seed]).then(({ sentence }) => sentence !== undefined)
    wrongAnyway.set(seed, known)
    return known
  }
  const one = async (): Promise<void> => {
    for (let fault = left.shift(); fault; fault = left.shift()) {
      const began = performance.now()
      let stories = 0
      let sentence: string | undefined
      while (stories < most && sentence === undefined) {
        const seeds = Array.from({ length: most - stories }, (_, at) => from + stories + at)
        const gone = await playUntilWrong(seeds, fault)
        stories += gone.stories
        if (gone.sentence !== undefined && !(await goesWrong(from + stories - 1))) ({ sentence } = gone)
      }
      const found = { name: fault.name, stories, seconds: Math.round((performance.now() - began) / 1_000), sentence }
      all.push(found)
      said(found)
    }
  }
  await Promise.all(Array.from({ length: jobs }, one))
  return all
}

const playUntilWrong = async (seeds: readonly number[], fault?: Planted): Promise<{ stories: number; sentence: string | undefined }> => {
  let stories = 0
  let sentence: string | undefined
  const played = playAll(seeds, 1, ({ wrong: [first] }) => {
    stories++
    if (first !== undefined && /SyntaxError|ReferenceError/.test(first)) throw new Error(`${fault?.name ?? 'the server'} is no program: ${first}`)
    sentence = first
    return sentence !== undefined
  }, fault)
  await played.catch((thrown: unknown) => void (stories = Math.max(1, stories), sentence ??= `the player ended: ${String(thrown)}`))
  return { stories, sentence }
}
