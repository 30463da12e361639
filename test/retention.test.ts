import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { sql } from 'kysely'
import { retention } from '@portero/tool-server/app.ts'
import { printRetention, retentionTable } from '@portero/tool-server/actions/retention-printed.ts'
import { at } from '@portero/tool-server/spine/db.ts'
import { proveRetention, retentionChore } from '@portero/tool-server/store/retention.ts'
import { testHouse, type TestHouse } from './support/house.ts'

// What is kept for how long, that it goes when its time is over, and the proof of it.
const day = 86_400_000
const [person, conversation, connection] = ['c1', 'c2', 'c3'].map((end) => `00000000-0000-7000-9000-0000000000${end}`) as [string, string, string]
let house: TestHouse
let chore: ReturnType<typeof retentionChore>
const run = async (): Promise<Record<string, number>> => {
  const counts = await chore.run(new AbortController().signal)
  await proveRetention({ ...house, classes: retention })('retention', counts)
  return counts
}
const count = async (table: string): Promise<number> => (await sql<{ n: number }>`select count(*) as n from ${sql.table(table)}`.execute(house.db.bare)).rows[0]!.n
const message = (id: string, days: number) => sql`insert into message (tenant_id, id, conversation_id, connection_id, external_id, direction, author, status, sent_at) values (${house.tenant}, ${id}, ${conversation}, ${connection}, ${id}, 'in', 'prospect', 'delivered', ${at(house.clock.now() - days * day)})`.execute(house.db.bare)
const file = async (id: string, days: number): Promise<void> => {
  const digest = Buffer.from(id)
  await sql`insert into media_bytes (tenant_id, person_id, digest_bidx, bytes_sealed, kept_at) values (${house.tenant}, ${person}, ${digest}, ${digest}, ${at(house.clock.now() - days * day)})`.execute(house.db.bare)
  await sql`insert into media (tenant_id, message_id, place, person_id, state, digest_bidx, wanted_at) values (${house.tenant}, ${id}, 0, ${person}, 'kept', ${digest}, ${at(house.clock.now())})`.execute(house.db.bare)
}

beforeAll(async () => {
  house = await testHouse()
  chore = retentionChore({ ...house, classes: retention })
  const now = at(house.clock.now())
  await sql`insert into person (tenant_id, id, created_at) values (${house.tenant}, ${person}, ${now})`.execute(house.db.bare)
  await sql`insert into connection (tenant_id, id, vendor, account, settings_sealed, created_at) values (${house.tenant}, ${connection}, 'bird', 'ch', ${Buffer.alloc(1)}, ${now})`.execute(house.db.bare)
  await sql`insert into conversation (tenant_id, id, person_id, connection_id, opened_at) values (${house.tenant}, ${conversation}, ${person}, ${connection}, ${now})`.execute(house.db.bare)
  const ids = ['d1', 'd2', 'd3'].map((end) => `00000000-0000-7000-9000-0000000000${end}`) as [string, string, string]
  await message(ids[0], 731)
  await message(ids[1], 91)
  await message(ids[2], 89)
  await file(ids[1], 91)
  await file(ids[2], 89)
})
afterAll(() => house.end())

test('what is older than its class may be goes, files long before words; what is younger stays', async () => {
  expect(await run()).toMatchObject({ media: 1, messages: 1, notes: 0 })
  expect([await count('message'), await count('media_bytes'), (await sql`select state from media order by state`.execute(house.db.bare)).rows]).toEqual([2, 1, [{ state: 'gone' }, { state: 'kept' }]])
  house.clock.advance(1_000)
  expect(await run()).toMatchObject({ media: 0, messages: 0 })
})
test('what was said in a closed request that nobody proved goes, and the request stays; so does what somebody known said', async () => {
  const bytes = Buffer.alloc(1)
  const asked = async (end: string, who: string | null, closedDays: number | undefined): Promise<void> => {
    const id = `00000000-0000-7000-9000-0000000000${end}`
    const [now, closed] = [at(house.clock.now()), closedDays === undefined ? null : at(house.clock.now() - closedDays * day)]
    await sql`insert into privacy_case (tenant_id, id, person_id, kind, details_sealed, asker_sealed, contact_bidx, channel, state, opened_at, due_at, closed_at)
      values (${house.tenant}, ${id}, ${who}, 'access', ${bytes}, ${bytes}, ${bytes}, 'web', ${closed ? 'withdrawn' : 'received'}, ${now}, ${now}, ${closed})`.execute(house.db.bare)
    await sql`insert into privacy_step (tenant_id, id, case_id, what, actor, at, text_sealed) values (${house.tenant}, ${id}, ${id}, 'ask', 'system', ${now}, ${bytes})`.execute(house.db.bare)
  }
  for (const [end, who, closedDays] of [['e1', null, 91], ['e2', null, 89], ['e3', null, undefined], ['e4', person, 91]] as const) await asked(end, who, closedDays)
  expect(await run()).toMatchObject({ 'unproven-cases': 1 })
  const { rows } = await sql`select right(c.id::text, 2) as id, details_sealed is null as said, asker_sealed is null as asker, contact_bidx is null as contact, text_sealed is null as text from privacy_case c join privacy_step s on s.case_id = c.id order by c.id`.execute(house.db.bare)
  const kept = { said: false, asker: false, contact: false, text: false }
  expect(rows).toEqual([{ id: 'e1', said: true, asker: true, contact: true, text: true }, { id: 'e2', ...kept }, { id: 'e3', ...kept }, { id: 'e4', ...kept }])
  expect(await run()).toMatchObject({ 'unproven-cases': 0 })
  expect((await sql`select deleted from retention_run where class = 'unproven-cases' order by deleted desc`.execute(house.db.bare)).rows).toEqual([{ deleted: 1 }, { deleted: 0 }])
})
test('of what people send, files are kept for the shortest', () => {
  const days = (name: string): number => retention.find((each) => each.name === name)!.days!
  expect(Math.min(...['messages', 'notes', 'meetings', 'waitlist'].map(days))).toBeGreaterThan(days('media'))
})
test('each run that deleted something is written down, and the latest', async () => {
  const { rows } = await sql<{ class: string; deleted: number }>`select class, deleted from retention_run where class in ('media', 'notes') order by class, deleted desc`.execute(house.db.bare)
  expect(rows).toEqual([{ class: 'media', deleted: 1 }, { class: 'media', deleted: 0 }, { class: 'notes', deleted: 0 }])
  const lines: string[] = []
  await printRetention({ db: house.db, tenant: house.tenant, classes: retention, say: (line) => void lines.push(line) })
  expect(lines.find((line) => line.startsWith('media '))).toMatch(/^media +90 días +revisado 2026-\S+, hasta 2026-08-\d\d: 0 borrados \(1 en total\)$/)
  expect(lines).toHaveLength(retention.length)
})
test('the table of the docs is the one that is worked by', () => {
  expect(readFileSync(new URL('../docs/retention.md', import.meta.url), 'utf8')).toContain(retentionTable(retention))
})
