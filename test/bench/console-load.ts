import { sql } from 'kysely'
import { newId, realClock } from '@portero/tool-server/spine/clock.ts'
import { at } from '@portero/tool-server/spine/db.ts'
import { messageBody, personName } from '@portero/tool-server/store/places.ts'
import type { BenchHouse } from './house.ts'

// A quarter of a busy house: its messages, its tours, and what has stopped on the way.
export const size = { messages: 100_000, talks: 2_000, tours: 10_000, homes: 300, dead: 5_000 }
export const dayMs = 86_400_000

// The id of a conversation in it.
export const loadQuarter = async ({ house: { db, vault, tenant }, connection }: BenchHouse): Promise<string> => {
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
  const building = newId(clock)
  const homes = Array.from({ length: size.homes }, () => newId(clock))
  const agents = Array.from({ length: 12 }, () => newId(clock))
  const people = await Promise.all(Array.from({ length: size.talks }, async (_, n) => {
    const [person, conversation] = [newId(clock), newId(clock)]
    return { person, conversation, openedAt: now - ((n * 7_919) % size.talks) * (90 * dayMs / size.talks), name: await vault.seal(db.bare, { tenant, person }, personName(person), `Persona Inventada ${n}`) }
  }))
  await insert('person', people.map(({ person, name, openedAt }) => ({ id: person, name_sealed: name, created_at: at(openedAt) })))
  await insert('conversation', people.map(({ person, conversation, openedAt }) => ({ id: conversation, person_id: person, connection_id: connection.id, external_id: conversation, state: 'bot', opened_at: at(openedAt), heard_at: at(openedAt) })))
  for (const [n, { person, conversation, openedAt }] of people.entries()) {
    await insert('message', await Promise.all(Array.from({ length: size.messages / size.talks }, async (_, place) => {
      const sentAt = Math.min(now - 1, Math.round(openedAt + place * ((n % 9) + 1) * 3_600_000 * 0.4))
      const id = idAt(sentAt)
      const author = place % 2 === 0 ? 'prospect' : place % 17 === 1 ? 'human' : 'bot'
      return { id, conversation_id: conversation, connection_id: connection.id, external_id: id, direction: author === 'prospect' ? 'in' : 'out', author, body_sealed: await vault.seal(db.bare, { tenant, person }, messageBody(id), '{"text":"¿Sigue libre el de Roma?"}'), status: 'delivered', sent_at: at(sentAt), cost_micros: 9_000, currency: 'USD' }
    })))
  }
  await insert('building', [{ id: building, slug: 'roma', position: 1, name: 'Casa Jalapa', zone: 'America/Mexico_City', details: JSON.stringify({ address: 'Jalapa 10', neighbourhood: 'Roma Norte', city: 'CDMX' }) }])
  await insert('home', homes.map((id, n) => ({ id, building_id: building, slug: `roma-${n}`, no: n, position: n, status: 'open', details: JSON.stringify({ title: 'Loft con terraza', unit: `${n}B`, bedrooms: 1, bathrooms: 1, areaM2: 52, rentMxn: 18_500, pets: 'small', availableFrom: '2026-12-01' }) })))
  await insert('agent', agents.map((id, n) => ({ id, slug: `agente-${n}`, position: n, active: true, details: JSON.stringify({ name: `Agente ${n}`, hours: [] }) })))
  await insert('tour', Array.from({ length: size.tours }, (_, n) => {
    const { person, conversation } = people[n % size.talks]!
    const startsAt = now - 80 * dayMs + Math.floor(n / agents.length) * 150 * 60_000
    const status = startsAt > now ? 'confirmed' : n % 5 === 0 ? 'no_show' : n % 7 === 0 ? 'cancelled' : 'completed'
    return { id: newId(clock), person_id: person, conversation_id: conversation, home_id: homes[n % homes.length], building_id: building, agent_id: agents[n % agents.length], day: new Date(startsAt - 6 * 3_600_000).toISOString().slice(0, 10), starts_at: at(startsAt), ends_at: at(startsAt + 1_800_000), status, made_at: at(startsAt - dayMs), changed_at: at(startsAt - dayMs) }
  }))
  await insert('job', Array.from({ length: size.dead }, (_, n) => {
    const id = newId(clock)
    return { id, kind: 'command', name: n % 3 === 0 ? 'messages.send' : 'crm.put-contact', key: id, connection_id: connection.id, lane: 'sync', state: 'dead', run_at: at(now - n * 60_000), attempts: 8, error_code: 'unavailable', error: 'the vendor did not answer in time', trace: '4bf92f3577b34da6a3ce929d0e0e4736', created_at: at(now - n * 60_000 - 1), finished_at: at(now - n * 60_000) }
  }))
  await db.engine.tend()
  await sql`analyze`.execute(db.bare) // as it is within a minute of any such load
  return people[0]!.conversation
}
