import { AppError } from '@portero/shared'
import { all } from './all.ts'
import { calendars } from './calendars.ts'
import { cards } from './cards.ts'
import { claims } from './claims.ts'
import { console as consolePages } from './console.ts'
import { flood } from './flood.ts'
import { identity } from './identity.ts'
import { ingest } from './ingest.ts'
import { lanes } from './lanes.ts'
import { memory } from './memory.ts'
import { race } from './race.ts'
import { recovery } from './recovery.ts'
import { scale } from './scale.ts'
import { slots } from './slots.ts'
import { sync } from './sync.ts'
import { writeTable } from './table.ts'
import { tools } from './tools.ts'
import { why } from './why.ts'

// npm run bench -- NAME: one JSON line (slots: one for each workload), each figure with its baseline from the same run. On the engine that DATABASE_URL names, or the embedded one.
const benches: Record<string, () => object | Promise<object>> = { calendars, cards, claims, console: consolePages, flood, identity, ingest, lanes, memory, race, recovery, scale, slots, sync, tools, why }

const name = process.argv[2] ?? ''
if (name === 'all') process.exit((await all()) ? 0 : 1) // every one of section 10, into the history
if (name === 'table') process.exit((writeTable(), 0)) // the newest of each, into the README
const bench = benches[name]
if (bench) {
  try {
    for (const figures of [await bench()].flat()) console.log(JSON.stringify({ name, ...figures }))
    process.exit(0)
  } catch (thrown) {
    if (!(thrown instanceof AppError) || thrown.code !== 'invalid_input') throw thrown
    console.error(thrown.message)
    process.exit(1)
  }
}
console.error(`npm run bench -- all | table | ${Object.keys(benches).join(' | ')}`)
process.exit(1)
