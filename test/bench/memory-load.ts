import { sql } from 'kysely'
import { realClock } from '@portero/tool-server/spine/clock.ts'
import { firstTenant as tenant } from '@portero/tool-server/spine/migrate.ts'
import { putOperator } from '@portero/tool-server/store/operators.ts'
import type { World } from '../soak/world.ts'
import { portal, queryOf, signed } from '../support/cards-stage.ts'
import { withDb } from '../support/process-databases.ts'

// What comes to a house all day, at the same pace: people who write and are answered by our own agent, an agent's tools, pages of the console, cards.
export type Load = { counts: Record<string, number>; failed: string[]; stop(): Promise<void> }

const perSecond = { message: 0.5, tool: 4, page: 1, card: 2 } as const
const lines = ['hola', 'busco depa en la Roma hasta 40 mil', 'la 1, ¿qué horarios hay?', 'la 2', 'gracias']
const tools = [{ name: 'find_homes', input: { area: 'Roma' } }, { name: 'check_availability', input: { home: 'roma-norte-302' } }, { name: 'my_tours', input: {} }, { name: 'update_deal', input: { budget_max: 20_000 } }]
const pages = ['/console', '/console/live/today', '/console/value', '/console/conversations']
const password = 'la-llave-del-patio'

export const putWatcher = ({ env }: World): Promise<unknown> => withDb(env, (db) => putOperator({ db, clock: realClock() }, { tenant, name: 'operadora', password, role: 'admin' }))

export const begin = async (world: World, url: string): Promise<Load> => {
  const counts: Record<string, number> = {}
  const failed: string[] = []
  const cookie = await signedIn(url)
  const { lab, key, known } = world
  const hubspot = lab.accounts.find(({ vendor, account }) => vendor === 'hubspot' && account === portal)
  const secret = hubspot && 'clientSecrets' in hubspot.settings && Array.isArray(hubspot.settings.clientSecrets) ? String(hubspot.settings.clientSecrets[0]) : ''
  const records = (): string[] => lab.hubspot.state().contacts.slice(0, 50).map(({ id }) => id)
  const kinds: Record<keyof typeof perSecond, (n: number) => Promise<Response | undefined>> = {
    async message(n) {
      lab.bird.phone.write(`+52551700${String(n % 200).padStart(4, '0')}`, { text: lines[Math.floor(n / 200) % lines.length] ?? 'hola', name: `Prueba ${n % 200}` })
      return undefined
    },
    tool(n) {
      const { name, input } = tools[n % tools.length]!
      return fetch(`${url}/tools/${name}`, { method: 'POST', headers: { 'content-type': 'application/json', authorization: `Bearer ${key}`, 'x-bird-conversation-id': `cv-${known[n % known.length]!.conversation}` }, body: JSON.stringify(input) })
    },
    page: (n) => fetch(`${url}${pages[n % pages.length]}`, { headers: { cookie }, redirect: 'manual' }),
    async card(n) {
      const all = records()
      const id = all[n % Math.max(1, all.length)]
      if (id === undefined) return undefined // nobody is known there yet
      const path = `/cards/${n % 2 === 0 ? 'transcript' : 'visit'}?${queryOf()}`
      const request = { method: 'POST', url: world.front.url + path, body: JSON.stringify({ record: { type: 'contact', id } }), sentAt: Date.now() }
      return fetch(url + path, { method: 'POST', headers: { 'content-type': 'application/json', 'x-hubspot-signature-v3': signed({ ...request, secret }), 'x-hubspot-request-timestamp': String(request.sentAt) }, body: request.body })
    },
  }
  const open = new Set<Promise<void>>()
  const one = async (kind: keyof typeof perSecond, n: number): Promise<void> => {
    try {
      const response = await kinds[kind](n)
      const text = await response?.text()
      if (response && response.status !== 200) failed.push(`${kind}: ${response.status} ${(text ?? '').slice(0, 150)}`)
    } catch (thrown) {
      failed.push(`${kind}: ${thrown instanceof Error ? thrown.message : 'cut'}`)
    }
    counts[kind] = (counts[kind] ?? 0) + 1
  }
  const timers = (['message', 'tool', 'page', 'card'] as const).map((kind) => {
    let n = 0
    return setInterval(() => {
      const doing: Promise<void> = one(kind, n++).finally(() => open.delete(doing))
      open.add(doing)
    }, 1_000 / perSecond[kind])
  })
  return {
    counts, failed,
    async stop() {
      for (const timer of timers) clearInterval(timer)
      await Promise.all(open)
    },
  }
}

// How many rows it has by now: memory that grows with them would be a leak of its own kind.
export const messagesIn = ({ env }: World): Promise<number> => withDb(env, async (db) => (await sql<{ count: number }>`select count(*)::int as count from message`.execute(db.bare)).rows[0]?.count ?? 0)

const cookiesOf = (response: Response): string => response.headers.getSetCookie().map((line) => line.split(';')[0]).join('; ')
const signedIn = async (url: string): Promise<string> => {
  const first = await fetch(`${url}/console/sign-in`)
  const cookie = cookiesOf(first)
  const csrf = /name="csrf" value="([^"]*)"/.exec(await first.text())?.[1] ?? ''
  const said = await fetch(`${url}/console/sign-in`, { method: 'POST', redirect: 'manual', headers: { cookie }, body: new URLSearchParams({ csrf, next: '/console', name: 'operadora', password }) })
  if (said.status !== 303 && said.status !== 302) throw new Error(`signing in was answered ${said.status}`)
  return cookiesOf(said)
}
