import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

// Loaded before a server that is measured (NODE_OPTIONS=--import): at SIGUSR2 it collects what is garbage and says what is left, as a line like those of its log.
setFlagsFromString('--expose-gc')
const collect: unknown = runInNewContext('gc')
process.on('SIGUSR2', () => {
  if (typeof collect === 'function') collect()
  const { heapUsed, external, rss } = process.memoryUsage()
  console.log(JSON.stringify({ level: 'info', event: 'bench.heap', heapUsed, external, rss }))
})
