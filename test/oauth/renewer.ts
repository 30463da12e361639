import { createInterface } from 'node:readline'
import { google } from '@portero/tool-server/connectors/google/index.ts'
import type { Connector } from '@portero/tool-server/define.ts'
import { realClock, type Clock } from '@portero/tool-server/spine/clock.ts'
import { makeDb } from '@portero/tool-server/spine/db.ts'
import { makeHttp } from '@portero/tool-server/spine/http.ts'
import { keyring } from '@portero/tool-server/spine/keyring.ts'
import { makeLog } from '@portero/tool-server/spine/log.ts'
import { makeTokens } from '@portero/tool-server/spine/oauth.ts'
import { makeAuthServers } from '@portero/tool-server/spine/oauth-server.ts'
import { openPostgres } from '@portero/tool-server/spine/postgres.ts'
import { makeVault } from '@portero/tool-server/spine/vault.ts'
import { z } from 'zod'

// One of several processes that use the same connection. For each line that tells it the time it makes many calls at once, and says how they went.
const { url, key, issuer, app, connection, calls } = z.object({
  url: z.string(), key: z.string(), issuer: z.string(), calls: z.number(),
  app: z.object({ clientId: z.string(), clientSecret: z.string() }), connection: z.object({ id: z.string(), tenant: z.string(), vendor: z.string(), account: z.string(), settings: z.record(z.string(), z.unknown()) }),
}).parse(JSON.parse(process.argv[2] ?? ''))

const real = realClock()
let ahead = 0
const clock: Clock = { ...real, now: () => real.now() + ahead }
const log = makeLog({ level: 'warn', clock, to: process.stderr })
const db = makeDb(openPostgres({ url, clock, log, poolSize: 4 })) // all of them together must leave room on a server for others
const vault = makeVault({ db, clock, keys: keyring([Buffer.from(key, 'hex')]) })
const tokens = makeTokens({ db, clock, log, vault, servers: makeAuthServers({ clock, apps: { google: app }, authUrls: { google: issuer } }) })
const connector: Connector = { ...google, limits: { perSecond: 100_000, concurrent: calls, timeoutMs: 30_000 } }
const http = makeHttp({ clock, log, db, tokens }).of(connection, connector, { lane: 'live', signal: new AbortController().signal, reading: true })

process.stdout.write('ready\n')
createInterface({ input: process.stdin }).on('line', (line) => {
  ahead = Number(line) - real.now()
  const began = performance.now()
  const call = (): Promise<string> => http({ method: 'GET', path: '/calendars/primary' }).then(({ status }) => String(status), (thrown: unknown) => (thrown instanceof Error && 'code' in thrown ? `${String(thrown.code)}: ${thrown.message}` : String(thrown)))
  void Promise.all(Array.from({ length: calls }, call)).then((outcomes) => process.stdout.write(`${JSON.stringify({ outcomes, ms: Math.round(performance.now() - began) })}\n`))
})
