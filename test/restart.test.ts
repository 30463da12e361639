import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, jest, test } from '@jest/globals'
import { connectors } from '@portero/tool-server/connectors/index.ts'
import { flows } from '@portero/tool-server/flows/index.ts'
import { realClock } from '@portero/tool-server/spine/clock.ts'
import { makeConnections } from '@portero/tool-server/spine/connections.ts'
import { keyring } from '@portero/tool-server/spine/keyring.ts'
import { makeLog } from '@portero/tool-server/spine/log.ts'
import { firstTenant as tenant } from '@portero/tool-server/spine/migrate.ts'
import { makeRegistry } from '@portero/tool-server/spine/registry.ts'
import { makeToolKeys } from '@portero/tool-server/spine/tool-keys.ts'
import { makeVault } from '@portero/tool-server/spine/vault.ts'
import { signBird } from './lab/bird/sign.ts'
import { makeBird } from './lab/bird/simulator.ts'
import { openServer } from './lab/server.ts'
import { account } from './support/bird-house.ts'
import { ask, hasProxy, openFront, type Asked, type Front, type Proxy } from './support/fronts.ts'
import { prospects } from './support/homes.ts'
import { atEnd, cleanUp, freePort, freshDir, root, startServer, statusOf, until, type Env, type Server } from './support/process.ts'
import { freshHome, withDb } from './support/process-databases.ts'

// Servers are restarted behind the proxies of docs/runbooks/reverse-proxy.md and one of our own, under load, and whoever asks doesn't notice.
jest.setTimeout(240_000)
afterEach(cleanUp)
const serverUrl = process.env['DATABASE_URL']
const programs = (['caddy', 'nginx'] as const).filter(hasProxy)
const proxies = ['own', ...programs] as const
// oxlint-disable-next-line no-console
for (const missing of (['caddy', 'nginx'] as const).filter((each) => !programs.includes(each))) console.warn(`NOT RUN: there is no ${missing} (${missing.toUpperCase()} names one), so nothing was restarted behind it; its lines in reverse-proxy.md are only read`)
const everyMs = 10
const people = 1_500 // a conversation may call a tool sixty times a minute
const clock = realClock()
const masterKey = Buffer.alloc(32, 6)
const opsToken = 'the-operations-token'

type House = { front: Front; env: Env; ports: number[]; requests: (() => Asked)[] }
// A house behind a proxy, and what comes to it: tools that read and write, webhooks, pages, machines that look.
const openHouse = async (proxy: Proxy, count: number): Promise<House> => {
  const ports = await Promise.all(Array.from({ length: count }, () => freePort()))
  const front = await openFront(proxy, ports)
  const bird = makeBird({ clock, account, serverUrl: front.url })
  const lab = await openServer({ clock, port: 0, simulators: [bird] })
  atEnd(lab.close)
  const { workspace, channel, apiKey, signingKeys } = account
  const env: Env = { ...(await freshHome()), PORTERO_LAB: '0', PORTERO_KEY: masterKey.toString('base64'), PUBLIC_BASE_URL: front.url, PORTERO_TRUST_PROXY: '1', OPS_TOKEN: opsToken, CATALOGUE: `${root}tool-server/catalogue.sample.yaml` }
  const furnished = await withDb(env, async (db) => {
    const connections = makeConnections({ db, clock, vault: makeVault({ db, clock, keys: keyring([masterKey]) }), log: makeLog({ level: 'silent', clock }), registry: makeRegistry({ connectors, flows }), baseUrls: {} })
    const { id } = await connections.put({ tenant, vendor: 'bird', account: channel, settings: { baseUrl: `${lab.url}/bird`, apiKey, workspace, channel, signingKeys } })
    return { id, key: await makeToolKeys({ db, clock }).make({ tenant, name: 'bird', scopes: ['homes:read', 'tours:read', 'leads:write'] }), known: await prospects({ db, tenant, clock: clock as any }, id, people) }
  })
  let at = 0
  const tool = (name: string, input: object) => (): Asked => ({ path: `/tools/${name}`, method: 'POST', headers: { 'content-type': 'application/json', authorization: `Bearer ${furnished.key}`, 'x-bird-conversation-id': `cv-${furnished.known[at++ % people]!.conversation}` }, body: JSON.stringify(input) })
  const webhook = (): Asked => {
    const path = `/webhooks/bird/${furnished.id}`
    const body = Buffer.from(JSON.stringify({ service: 'channels', event: 'whatsapp.interaction', payload: { id: `nobody-${at++}` } }))
    const seconds = Math.floor(clock.now() / 1_000)
    return { path, method: 'POST', headers: { 'content-type': 'application/json', 'messagebird-request-timestamp': String(seconds), 'messagebird-signature': signBird({ url: front.url + path, body, key: signingKeys[0]!, seconds }) }, body }
  }
  const look = (path: string) => (): Asked => ({ path, headers: { authorization: `Bearer ${opsToken}` } })
  return { front, env, ports, requests: [tool('find_homes', { area: 'Roma' }), webhook, tool('update_deal', { budget_max: 20_000 }), look('/healthz'), tool('my_tours', {}), webhook, look('/console/sign-in')] }
}

// A hundred a second, in turn, whether or not the ones before are answered. What a machine with too much to do is still working at is answered, too. Says what was not as it should be.
const underLoad = async ({ front, requests }: House, meanwhile: () => Promise<void>): Promise<{ asked: number; amiss: string[] }> => {
  const amiss: string[] = []
  const open = new Set<Promise<void>>()
  let asked = 0
  let isOver = false
  const one = async (): Promise<void> => {
    const wanted = requests[asked++ % requests.length]!()
    const answer = await ask(front.url, wanted).catch((thrown: Error) => ({ status: 0, text: thrown.message }))
    if (answer.status !== 200 || (wanted.path.startsWith('/tools') && !/^\{"ok":true|"still_working"/.test(answer.text))) amiss.push(`${wanted.method ?? 'GET'} ${wanted.path}: ${answer.status} ${answer.text.slice(0, 120)}`)
  }
  const load = (async () => {
    for (; !isOver; await sleep(everyMs)) {
      const asking = one().finally(() => open.delete(asking))
      open.add(asking)
    }
    await Promise.all(open)
  })()
  await meanwhile().finally(() => void (isOver = true))
  await load
  return { asked, amiss }
}

const begin = async ({ env }: House, port: number): Promise<Server> => {
  const server = await startServer({ dir: serverUrl ? freshDir() : env['DATA_DIR']!, env: { ...env, ...(serverUrl && { DATA_DIR: freshDir() }), PORT: String(port) } })
  await server.ready()
  return server
}

describe('two servers, restarted one after the other three times', () => {
  const both = serverUrl ? test : test.skip
  for (const proxy of proxies)
    both(`behind ${proxy}: every request is answered as always`, async () => {
      const house = await openHouse(proxy, 2)
      house.env['PORTERO_DRAIN_MS'] = { own: '1000', caddy: '3000', nginx: '500' }[proxy] // caddy looks every second
      const servers: Server[] = []
      for (const port of house.ports) {
        servers.push(await begin(house, port))
        await house.front.in(port)
      }
      const { asked, amiss } = await underLoad(house, async () => {
        for (let round = 0; round < 3; round++)
          for (const [at, port] of house.ports.entries()) {
            await house.front.out(port)
            expect(await servers[at]!.stop()).toEqual({ code: 0, signal: null })
            servers[at] = await begin(house, port)
            await house.front.in(port)
            await sleep(500) // both work
          }
      })
      expect(amiss).toEqual([])
      expect(asked).toBeGreaterThan(500)
    })
})

describe('one server', () => {
  test('that is told to stop says so at /readyz, answers on for its drain and hangs up after each answer; then nobody is let in', async () => {
    const server = await startServer({ env: { PORTERO_DRAIN_MS: '4000' } })
    const said = (event: string) => until(event, () => server.events().some((each) => each.event === event))
    await said('server.ready')
    const closesAfter = async (): Promise<(string | null | number)[]> => fetch(`${server.url}/livez`).then((answer) => [answer.status, answer.headers.get('connection')], () => [0])
    const before = await closesAfter()
    server.kill('SIGTERM')
    await said('server.stopping')
    const during = [await statusOf(`${server.url}/readyz`), ...(await closesAfter())]
    expect([before, during]).toEqual([[200, 'keep-alive'], [503, 200, 'close']])
    expect(await server.exited).toEqual({ code: 0, signal: null })
    expect(await closesAfter()).toEqual([0])
  })
})
