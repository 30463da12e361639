import { AppError } from '@portero/shared'
import { calendars } from './calendars.ts'
import { claims } from './claims.ts'
import { console as consolePages } from './console.ts'
import { identity } from './identity.ts'
import { ingest } from './ingest.ts'
import { lanes } from './lanes.ts'
import { race } from './race.ts'
import { slots } from './slots.ts'
import { sync } from './sync.ts'
import { tools } from './tools.ts'
import { why } from './why.ts'

// npm run bench -- NAME: one JSON line (slots: one for each workload), each figure with its baseline from the same run. On the engine that DATABASE_URL names, or the embedded one.
const benches: Record<string, () => object | Promise<object>> = { calendars, claims, console: consolePages, identity, ingest, lanes, race, slots, sync, tools, why }

const name = process.argv[2] ?? ''
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
console.error(`npm run bench -- ${Object.keys(benches).join(' | ')}`)
process.exit(1)
