import { once } from 'node:events'
import { createServer } from 'node:http'
import { z } from 'zod'
import { makeHouse, openEngine } from '@portero/tool-server/app.ts'
import { readConfig } from '@portero/tool-server/config.ts'
import { bird } from '@portero/tool-server/connectors/bird/index.ts'
import { hubspot } from '@portero/tool-server/connectors/hubspot/index.ts'
import { openai } from '@portero/tool-server/connectors/openai/index.ts'
import type { At, Connector, Doing } from '@portero/tool-server/define.ts'
import { flows } from '@portero/tool-server/flows/index.ts'
import { makeLog } from '@portero/tool-server/spine/log.ts'
import { tools } from '@portero/tool-server/tools/index.ts'
import { swiftClock } from './swift.ts'

// The house as it is shipped, with its own agent, in a process of its own, to be killed. What it does at a vendor says in a header which worker does it.
const stage = z.strictObject({
  name: z.string(),
  pace: z.strictObject({ leaseMs: z.int(), pollMs: z.int() }),
  time: z.strictObject({ sinceMs: z.number(), startMs: z.number(), times: z.number() }),
  accounts: z.array(z.strictObject({ vendor: z.string(), account: z.string(), settings: z.looseObject({}) })),
})
const { name, pace, time, accounts } = stage.parse(JSON.parse(process.env['KILL_STAGE'] ?? ''))
const print = (line: string): boolean => process.stdout.write(`${line}\n`)

// attempts: each kill is one.
const named = <S>(at: At<S>): At<S> => ({ ...at, http: (call) => at.http({ ...call, headers: { ...call.headers, 'x-worker': name } }) })
const signed = (connector: Connector): Connector => ({
  ...connector,
  ...(connector.does && { does: connector.does.map(({ together, ...doing }): Doing => ({
    ...doing,
    command: { ...doing.command, attempts: 50 },
    run: (args, at) => doing.run(args, { ...named(at), key: at.key }),
    ...(together && { together: { ...together, run: (many, at) => together.run(many, named(at)) } }),
  })) }),
})

// Whoever started us holds our stdin: when that is gone, so are we.
process.stdin.once('end', () => process.exit(1)).once('error', () => process.exit(1))
print('loaded')
await once(process.stdin, 'data')

const config = readConfig(process.env)
const clock = swiftClock(time)
const log = makeLog({ level: config.logLevel, clock })
const house = makeHouse({ config, clock, log, engine: await openEngine({ config, clock, log }), connectors: [bird, hubspot, openai].map(signed), flows, tools, accounts, pace })

const server = createServer(house.doors)
await new Promise<void>((resolve, reject) => server.once('error', reject).listen(config.port, '127.0.0.1', resolve))
process.once('SIGTERM', () => {
  server.close()
  server.closeAllConnections()
  void house.close().then(() => process.exit(0))
})
await house.begin()
print('ready')
