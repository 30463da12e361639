import { once } from 'node:events'
import { createServer } from 'node:http'
import { sql } from 'kysely'
import { z } from 'zod'
import { makeHouse, openEngine } from '@portero/tool-server/app.ts'
import { readConfig } from '@portero/tool-server/config.ts'
import type { Act, Flow, Http } from '@portero/tool-server/define.ts'
import { realClock } from '@portero/tool-server/spine/clock.ts'
import { makeLog } from '@portero/tool-server/spine/log.ts'
import { eco } from '../lab/eco/index.ts'
import { serialOf } from '../lab/eco/map.ts'
import { defineFlow, keep, post, set, shout } from '../lab/eco/port.ts'

// The real house in a process of its own, to be killed. It says in a header which worker calls, and prints 'loaded' and 'ready' when it is.
const stage = z.strictObject({
  name: z.string(),
  pace: z.strictObject({ leaseMs: z.int(), pollMs: z.int() }),
  accounts: z.array(z.strictObject({ vendor: z.string(), account: z.string(), settings: z.looseObject({}) })),
})
const { name, pace, accounts } = stage.parse(JSON.parse(process.env['KILL_STAGE'] ?? ''))
const print = (line: string): boolean => process.stdout.write(`${line}\n`)

// Without any unique key, so what is done twice is there twice.
const tally = async ({ tx, subject }: Act, what: 'said' | 'done' | 'dead', key: string): Promise<void> => {
  await sql`insert into kill_tally (tenant_id, what, key, worker) values (${subject.tenant}, ${what}, ${key}, ${name})`.execute(tx)
}

const whenSaid = defineFlow({
  name: 'eco.said',
  payload: z.strictObject({ event: z.string(), thing: z.string(), text: z.string(), asks: z.array(z.string()) }),
  async decide({ event, thing, text, asks }, _facts, act) {
    await tally(act, 'said', event)
    const how = (ask: string) => ({ key: `${event}:${ask}`, then: 'kill.answered' })
    if (asks.includes('keep')) await act.send(keep, { text }, how('keep'))
    if (asks.includes('set')) await act.send(set, { thing, text }, { ...how('set'), serial: serialOf(thing) })
    if (asks.includes('post')) await act.send(post, { text }, how('post'))
    if (asks.includes('shout')) await act.send(shout, { text }, how('shout'))
  },
})

const whenAnswered = defineFlow({
  name: 'kill.answered',
  payload: z.looseObject({ key: z.string(), dead: z.json().optional() }),
  decide: ({ key, dead }, _facts, act) => tally(act, dead === undefined ? 'done' : 'dead', key),
})

const kills = 50 // and each of them is an attempt
// Its pull and its watch would only add noise; its limit of 50 calls a second, minutes.
const { pulls: _pulls, watch: _watch, ...pushed } = eco
const does = eco.does?.map((doing) => ({
  ...doing,
  command: { ...doing.command, attempts: kills },
  run: (...[args, at]: Parameters<typeof doing.run>) => {
    const http: Http = (call) => at.http({ ...call, headers: { ...call.headers, 'x-worker': name } })
    return doing.run(args, { ...at, http })
  },
}))
const connector = { ...pushed, ...(does && { does }), limits: { ...eco.limits, perSecond: 1_000 } }
const flows: readonly Flow[] = [whenSaid, whenAnswered]

// Whoever started us holds our stdin: when that is gone, so are we.
process.stdin.once('end', () => process.exit(1)).once('error', () => process.exit(1))
print('loaded')
await once(process.stdin, 'data')

const config = readConfig(process.env)
const clock = realClock()
const log = makeLog({ level: config.logLevel, clock })
const house = makeHouse({ config, clock, log, engine: await openEngine({ config, clock, log }), connectors: [connector], flows, accounts, pace: { ...pace, turnAttempts: kills } })

const server = createServer(house.doors)
await new Promise<void>((resolve, reject) => server.once('error', reject).listen(config.port, '127.0.0.1', resolve))
process.once('SIGTERM', () => {
  server.close()
  server.closeAllConnections()
  void house.close().then(() => process.exit(0))
})
await house.begin()
print('ready')
