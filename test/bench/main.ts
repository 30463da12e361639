import { identity } from './identity.ts'
import { ingest } from './ingest.ts'
import { lanes } from './lanes.ts'
import { tools } from './tools.ts'

// npm run bench -- NAME: one JSON line, each figure with its baseline from the same run. On the engine that DATABASE_URL names, or the embedded one.
const benches: Record<string, () => Promise<object>> = { identity, ingest, lanes, tools }

const name = process.argv[2] ?? ''
const bench = benches[name]
if (bench) {
  console.log(JSON.stringify({ name, ...(await bench()) }))
  process.exit(0)
}
console.error(`npm run bench -- ${Object.keys(benches).join(' | ')}`)
process.exit(1)
