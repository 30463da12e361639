import { sql } from 'kysely'
import { DateTime } from 'luxon'
import { newId } from '@portero/tool-server/spine/clock.ts'
import { at } from '@portero/tool-server/spine/db.ts'
import { shadowValues } from '@portero/tool-server/store/places.ts'
import { fakeClock } from './clock.ts'
import type { ConsoleStage } from './console-stage.ts'

// A month of a house, and a little more, made by a seed: who wrote, what was answered, booked, called for and spent.
export const zone = 'America/Mexico_City'
const dayMs = 86_400_000
const hourMs = 3_600_000

export type Message = { author: 'prospect' | 'bot' | 'human' | 'portero'; at: number; status: 'delivered' | 'failed'; cost?: number }
export type Talk = { id: string; messages: Message[]; calls: { reason: string; openedAt: number; dueAt: number; seen: boolean; closed: boolean }[]; spent: { micros: number; at: number }[]; held: { name: string; at: number; isService: boolean }[] }
export type Visit = { conversation: string | undefined; madeAt: number; startsAt: number; status: 'held' | 'confirmed' | 'completed' | 'no_show' | 'cancelled' }
export type Person = { id: string; isBlocked: boolean; lead: string | undefined; talks: Talk[]; visits: Visit[]; beside: { kind: string; outcome: string; at: number }[] }

export const furnishMonth = async (stage: ConsoleStage, seed: number, people: number): Promise<Person[]> => {
  const { db, clock, tenant } = stage.house
  const { chance } = fakeClock({ seed })
  const upTo = (most: number): number => Math.floor(chance() * most)
  const oneOf = <T>(all: readonly T[]): T => all[upTo(all.length)]!
  const now = clock.now()
  const connection = await stage.house.connection('tiny')
  const rows = async (table: string, all: Record<string, unknown>[]): Promise<void> => {
    const [first] = all
    if (!first) return
    const names = Object.keys({ tenant_id: tenant, ...first })
    await sql`insert into ${sql.table(table)} (${sql.join(names.map((name) => sql.ref(name)))}) values ${sql.join(all.map((row) => sql`(${sql.join(Object.values({ tenant_id: tenant, ...row }))})`))}`.execute(db.bare)
  }
  const [building, home, agent] = [newId(clock), newId(clock), newId(clock)]
  await rows('building', [{ id: building, slug: 'roma', position: 1, name: 'Casa Jalapa', zone, details: JSON.stringify({ address: 'Jalapa 84', neighbourhood: 'Roma Norte', city: 'Ciudad de México' }) }])
  await rows('home', [{ id: home, building_id: building, slug: 'roma-4b', no: 1, position: 1, status: 'open', details: JSON.stringify({ title: 'Loft con terraza', unit: '4B', bedrooms: 1, bathrooms: 1, areaM2: 52, rentMxn: 18_500, pets: 'small', availableFrom: '2026-12-01' }) }])
  await rows('agent', [{ id: agent, slug: 'lucia', position: 1, active: true, details: JSON.stringify({ name: 'Lucía Ferrer', hours: [] }) }])

  let visits = 0
  const visitOf = (conversation: string | undefined): Visit => {
    const startsAt = now + 3 * dayMs - visits++ * 677 * 60_000 // nobody is at two places at once
    return { conversation, startsAt, madeAt: chance() < 0.2 ? now - upTo(10 * hourMs) : Math.min(startsAt, now) - upTo(5 * dayMs), status: startsAt > now ? oneOf(['held', 'confirmed', 'cancelled']) : oneOf(['confirmed', 'completed', 'completed', 'no_show', 'cancelled']) }
  }
  const talkOf = (): Talk => {
    const id = newId(clock)
    let time = now - upTo(chance() < 0.2 ? 10 * hourMs : 45 * dayMs)
    const messages: Message[] = []
    for (let count = 1 + upTo(9); count > 0 && time < now; count--, time += 1_000 + (chance() < 0.2 ? upTo(9 * dayMs) : upTo(hourMs))) messages.push({ author: messages.length === 0 ? 'prospect' : oneOf(['prospect', 'prospect', 'bot', 'bot', 'human', 'portero']), at: time, status: chance() < 0.1 ? 'failed' : 'delivered', ...(chance() < 0.3 && { cost: upTo(90_000) }) })
    const calls = Array.from({ length: upTo(2) }, () => {
      const openedAt = now - upTo(40 * dayMs)
      return { reason: oneOf(['complaint', 'payment', 'unanswered', 'asked_for_person']), openedAt, dueAt: openedAt + upTo(80 * dayMs), seen: chance() < 0.5, closed: chance() < 0.4 }
    })
    return { id, messages: messages.map((each) => (each.author === 'prospect' ? { ...each, status: 'delivered' as const } : each)), calls, spent: Array.from({ length: upTo(3) }, () => ({ micros: upTo(9_000), at: now - upTo(40 * dayMs) })), held: chance() < 0.5 ? [] : messages.flatMap(({ at: time }) => (chance() < 0.4 && time > now - 25 * dayMs ? [{ name: oneOf(['messaging.send', 'messaging.send', 'crm.put-contact']), at: Math.min(now - 1, time + upTo(hourMs)), isService: chance() < 0.2 }] : [])) }
  }
  const all = Array.from({ length: people }, (): Person => {
    const talks = Array.from({ length: 1 + upTo(2) }, talkOf)
    return { id: newId(clock), isBlocked: chance() < 0.1, lead: oneOf([undefined, 'new', 'qualified', 'visit_scheduled', 'application', 'won', 'lost']), talks, visits: Array.from({ length: upTo(3) }, () => visitOf(chance() < 0.8 ? oneOf(talks).id : undefined)), beside: Array.from({ length: upTo(4) }, () => ({ kind: oneOf(['visit', 'stage', 'name', 'language']), outcome: oneOf(['equal', 'else', 'ours', 'theirs']), at: now - upTo(40 * dayMs) })) }
  })
  for (const { id, isBlocked, lead, talks, visits, beside } of all) {
    await rows('person', [{ id, created_at: at(now), blocked_at: isBlocked ? at(now) : null }])
    if (lead) await rows('lead', [{ id: newId(clock), person_id: id, stage: lead, opened_at: at(now), changed_at: at(now) }])
    const compared = beside.map((each) => ({ ...each, id: newId(clock) }))
    await rows('shadow_row', await Promise.all(compared.map(async ({ id: row, kind, outcome, at: time }) => ({ id: row, person_id: id, kind, outcome, values_sealed: await stage.house.vault.seal(db.bare, { tenant, person: id }, shadowValues(row), JSON.stringify({ ours: String(time), theirs: 'qualified' })), at: at(time), compared_at: at(now) }))))
    for (const talk of talks) {
      await rows('conversation', [{ id: talk.id, person_id: id, connection_id: connection.id, external_id: talk.id, state: 'bot', opened_at: at(talk.messages[0]!.at), heard_at: at(now) }])
      await rows('message', talk.messages.map(({ author, at: sentAt, status, cost }) => ({ id: newId(clock), conversation_id: talk.id, connection_id: connection.id, external_id: newId(clock), direction: author === 'prospect' ? 'in' : 'out', author, status, sent_at: at(sentAt), cost_micros: cost ?? null, currency: cost === undefined ? null : 'USD' })))
      await rows('escalation', talk.calls.map(({ reason, openedAt, dueAt, seen, closed }) => ({ id: newId(clock), person_id: id, conversation_id: talk.id, reason, summary_sealed: Buffer.from('x'), opened_at: at(openedAt), due_at: at(dueAt), seen_at: seen ? at(openedAt) : null, closed_at: closed ? at(now) : null })))
      await rows('job', talk.held.map(({ name, at: heldAt, isService }) => {
        const jobId = newId(clock)
        return { id: jobId, kind: 'command', name, key: `say:${talk.id}:bot:${isService ? 'service:' : ''}${jobId}`, serial: name === 'messaging.send' ? `say:${talk.id}` : null, person_id: id, lane: 'live', state: 'shadowed', run_at: at(heldAt), trace: 'x', created_at: at(heldAt), finished_at: at(heldAt) }
      }))
      await rows('agent_run', talk.spent.map(({ micros, at: overAt }) => ({ id: newId(clock), conversation_id: talk.id, person_id: id, state: 'over', outcome: 'said', micros, since: at(overAt - 1_000), begun_at: at(overAt - 900), over_at: at(overAt) })))
    }
    await rows('tour', visits.map(({ conversation, madeAt, startsAt, status }) => ({
      id: newId(clock), person_id: id, conversation_id: conversation ?? null, home_id: home, building_id: building, agent_id: agent, day: DateTime.fromMillis(startsAt, { zone }).toISODate(), starts_at: at(startsAt), ends_at: at(startsAt + 1_800_000), status, made_at: at(madeAt), changed_at: at(madeAt), held_until: status === 'held' ? at(now + hourMs) : null,
    })))
  }
  return all
}
