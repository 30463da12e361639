import { createHash } from 'node:crypto'

// Chance that a name repeats: the same name gives the same draws.
export type Chance = { happens(share: number): boolean; below(count: number): number; one<T>(of: readonly T[]): T }

export const chanceOf = (name: string): Chance => {
  let drawn = 0
  const next = (): number => createHash('sha256').update(`${name}/${drawn++}`).digest().readUInt32BE() / 2 ** 32
  const below = (count: number): number => Math.floor(next() * count)
  return {
    happens: (share) => next() < share,
    below,
    one(of) {
      const drawn = of[below(of.length)]
      if (drawn === undefined) throw new Error('there is nothing to choose from')
      return drawn
    },
  }
}
