import { sql } from 'kysely'
import { newId, realClock } from '@portero/tool-server/spine/clock.ts'
import { at } from '@portero/tool-server/spine/db.ts'
import { messageBody, personName } from '@portero/tool-server/store/places.ts'
import { putOperator } from '@portero/tool-server/store/operators.ts'
import { benchHouse, percentile } from './house.ts'

// The console's pages with a quarter of a busy house behind them: 100,000 messages of 2,000 conversations and 10,000 tours. plain: a page that asks for nothing of all that.
const messages = 100_000
const talks = 2_000
const tours = 10_000
const asked = 20
const dayMs = 86_400_000

export const console = async (): Promise<object> => {
  const bench = await benchHouse({ work: false, furnished: false })
  const { house: { db, vault, tenant }, connection, origin } = bench
  const clock = realClock()
  const now = clock.now()
  const insert = async (table: string, rows: readonly Record<string, unknown>[]): Promise<void> => {
    for (let from = 0; from < rows.length; from += 500) {
      const some = rows.slice(from, from + 500).map((row) => ({ tenant_id: tenant, ...row }))
      await sql`insert into ${sql.table(table)} (${sql.join(Object.keys(some[0]!).map((name) => sql.ref(name)))}) values ${sql.join(some.map((row) => sql`(${sql.join(Object.values(row))})`))}`.execute(db.bare)
    }
  }
  // As if it had been made then.
  const idAt = (ms: number): string => {
    const hex = ms.toString(16).padStart(12, '0')
    return `${hex.slice(0, 8)}-${hex.slice(8)}${newId(clock).slice(13)}`
  }
  try {
    const [building, home] = [newId(clock), newId(clock)]
    const agents = Array.from({ length: 12 }, () => newId(clock))
    const people = await Promise.all(Array.from({ length: talks }, async (_, n) => {
      const [person, conversation] = [newId(clock), newId(clock)]
      return { person, conversation, openedAt: now - ((n * 7_919) % talks) * (90 * dayMs / talks), name: await vault.seal(db.bare, { tenant, person }, personName(person), `Persona Inventada ${n}`) }
    }))
    await insert('person', people.map(({ person, name, openedAt }) => ({ id: person, name_sealed: name, created_at: at(openedAt) })))
    await insert('conversation', people.map(({ person, conversation, openedAt }) => ({ id: conversation, person_id: person, connection_id: connection.id, external_id: conversation, state: 'bot', opened_at: at(openedAt), heard_at: at(openedAt) })))
    for (const [n, { person, conversation, openedAt }] of people.entries()) {
      await insert('message', await Promise.all(Array.from({ length: messages / talks }, async (_, place) => {
        const sentAt = Math.min(now - 1, Math.round(openedAt + place * ((n % 9) + 1) * 3_600_000 * 0.4))
        const id = idAt(sentAt)
        const author = place % 2 === 0 ? 'prospect' : place % 17 === 1 ? 'human' : 'bot'
        return { id, conversation_id: conversation, connection_id: connection.id, external_id: id, direction: author === 'prospect' ? 'in' : 'out', author, body_sealed: await vault.seal(db.bare, { tenant, person }, messageBody(id), '{"text":"¿Sigue libre el de Roma?"}'), status: 'delivered', sent_at: at(sentAt), cost_micros: 9_000, currency: 'USD' }
      })))
    }
    await insert('building', [{ id: building, slug: 'roma', position: 1, name: 'Casa Jalapa', zone: 'America/Mexico_City', details: '{}' }])
    await insert('home', [{ id: home, building_id: building, slug: 'roma-4b', no: 1, position: 1, status: 'open', details: JSON.stringify({ title: 'Loft con terraza', unit: '4B', bedrooms: 1, bathrooms: 1, areaM2: 52, rentMxn: 18_500, pets: 'small', availableFrom: '2026-12-01' }) }])
    await insert('agent', agents.map((id, n) => ({ id, slug: `agente-${n}`, position: n, active: true, details: JSON.stringify({ name: `Agente ${n}`, hours: [] }) })))
    await insert('tour', Array.from({ length: tours }, (_, n) => {
      const { person, conversation } = people[n % talks]!
      const startsAt = now - 80 * dayMs + Math.floor(n / agents.length) * 150 * 60_000
      const status = startsAt > now ? 'confirmed' : n % 5 === 0 ? 'no_show' : n % 7 === 0 ? 'cancelled' : 'completed'
      return { id: newId(clock), person_id: person, conversation_id: conversation, home_id: home, building_id: building, agent_id: agents[n % agents.length], day: new Date(startsAt - 6 * 3_600_000).toISOString().slice(0, 10), starts_at: at(startsAt), ends_at: at(startsAt + 1_800_000), status, made_at: at(startsAt - dayMs), changed_at: at(startsAt - dayMs) }
    }))
    await db.engine.tend()
    await sql`analyze`.execute(db.bare) // as it is within a minute of any such load

    // Each page is looked at by somebody else, so that nobody looks too often.
    const signedIn = async (name: string): Promise<string> => {
      await putOperator({ db, clock }, { tenant, name, password: 'la-llave-del-patio', role: 'admin' })
      const first = await fetch(`${origin}/console/sign-in`)
      const cookie = cookiesOf(first)
      const csrf = /name="csrf" value="([^"]*)"/.exec(await first.text())?.[1] ?? ''
      return cookiesOf(await fetch(`${origin}/console/sign-in`, { method: 'POST', redirect: 'manual', headers: { cookie }, body: new URLSearchParams({ csrf, next: '/console', name, password: 'la-llave-del-patio' }) }))
    }
    const timed = async (path: string): Promise<number> => {
      const cookie = await signedIn(`operadora ${path}`.slice(0, 60))
      const took: number[] = []
      for (let n = 0; n < asked; n++) {
        const began = performance.now()
        const response = await fetch(`${origin}${path}`, { headers: { cookie }, redirect: 'manual' })
        await response.text()
        took.push(performance.now() - began)
        if (response.status !== 200) throw new Error(`${path} answered ${response.status}`)
      }
      return percentile(took.toSorted((a, b) => a - b), 0.95)
    }
    const p95Ms: Record<string, number> = {}
    const span = `from=${now - 89 * dayMs}&to=${now + dayMs}`
    for (const path of ['/console', '/console/today', '/console/value?period=month', '/console/value?period=quarter', `/console/figures/replies?${span}`, `/console/conversations/${people[0]!.conversation}`, '/console/people', '/console/hubspot', '/console/connections', '/console/queue', '/console/privacy', '/console/access']) {
      p95Ms[path.replace(people[0]!.conversation, ':id').replace(`?${span}`, '')] = await timed(path)
    }
    const plainP95Ms = await timed('/console/bird-kit')
    return { engine: bench.engine, messages, tours, asked, p95Ms, plainP95Ms, bars: { eachMs: 1_000 } }
  } finally {
    await bench.end()
  }
}
const cookiesOf = (response: Response): string => response.headers.getSetCookie().map((line) => line.split(';')[0]).join('; ')
