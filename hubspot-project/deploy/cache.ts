import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { homedir } from 'node:os'
import { basename, join } from 'node:path'

// What is made once for this machine, in a place named for the files that it is made of.
export const cachePlace = (name: string, madeOf: readonly string[]): string => {
  const { XDG_CACHE_HOME: cache = join(homedir(), '.cache') } = process.env
  const hash = createHash('sha256')
  for (const file of madeOf) hash.update(`${basename(file)}\n`).update(readFileSync(file))
  return join(cache, 'portero', `${name}-${hash.digest('hex').slice(0, 12)}`)
}

// Made beside its place and moved there whole: what is in the place is complete, also when two make it at once.
export const makeOnce = (place: string, make: (half: string) => void): string => {
  if (existsSync(place)) return place
  mkdirSync(join(place, '..'), { recursive: true })
  const half = mkdtempSync(`${place}-`)
  try {
    make(half)
    renameSync(half, place)
  } catch (thrown) {
    if (!existsSync(place)) throw thrown // or else somebody was there first
  } finally {
    rmSync(half, { recursive: true, force: true })
  }
  return place
}
