import { afterAll, beforeAll, expect, test } from '@jest/globals'
import * as fc from 'fast-check'
import { sql } from 'kysely'
import { z } from 'zod'
import { AppError } from '@portero/shared'
import { house as houseOf, type Delivery, type Pull } from '@portero/tool-server/define.ts'
import { claim } from '@portero/tool-server/spine/jobs.ts'
import { tinyConnector, tinyHouse, type Tiny } from './support/tiny.ts'

// Whatever happens at a vendor, and whenever its cursors die, our mirror ends up as what is there.
type Page = Awaited<ReturnType<Pull<unknown>['pull']>>
type Change = { seq: number; item: string; version: number | null }
const cursorOf = z.strictObject({ epoch: z.number(), since: z.number(), after: z.string().optional() }) // after: in the middle of a full listing

// A calendar in small: a full listing in pages, then what changed since; its cursors live as long as an epoch.
class Calendar {
  items = new Map<string, number>()
  changes: Change[] = []
  seq = 0
  epoch = 0
  failing = 0
  meanwhile: (() => void)[] = [] // what happens between one page and the next
  put(item: string): void {
    this.items.set(item, ++this.seq)
    this.changes.push({ seq: this.seq, item, version: this.seq })
  }
  remove(item: string): void {
    if (this.items.delete(item)) this.changes.push({ seq: ++this.seq, item, version: null })
  }
  pull(text: string | null): Page {
    const page = this.page(text)
    this.meanwhile.shift()?.()
    return page
  }
  private page(text: string | null): Page {
    if (this.failing > 0 && this.failing--) throw new AppError('unavailable', 'it is down')
    const cursor = text === null ? { epoch: this.epoch, after: '', since: this.seq } : cursorOf.parse(JSON.parse(text))
    if (cursor.epoch !== this.epoch) return { deliveries: [], cursor: null, restart: true }
    const said = (next: z.infer<typeof cursorOf>): string => JSON.stringify(next)
    const { after } = cursor
    if (after !== undefined) {
      const left = [...this.items].filter(([item]) => item > after).toSorted(([a], [b]) => a.localeCompare(b))
      const shown = left.slice(0, 2)
      const deliveries = shown.map(([item, version]) => delivery(item, version, version))
      if (left.length > 2) return { deliveries, cursor: said({ ...cursor, after: shown[1]![0] }), more: true }
      return { deliveries, cursor: said({ epoch: cursor.epoch, since: cursor.since }) }
    }
    const since = this.changes.filter(({ seq }) => seq > cursor.since)
    return { deliveries: since.map(({ item, version, seq }) => delivery(item, version, seq)), cursor: said({ epoch: this.epoch, since: this.seq }) }
  }
}
const delivery = (item: string, version: number | null, seq: number): Delivery => ({ id: `${item}:${seq}`, flow: 'mirror', item, payload: { item, version } })

let calendar = new Calendar()
const pulls = { events: { everyMs: 60_000, pull: async (cursor: string | null) => calendar.pull(cursor), gone: (items: string[]): Delivery[] => items.map((item) => ({ id: `gone:${item}`, flow: 'mirror', payload: { item, version: null, gone: true } })) } }
const mirror = houseOf<any>().defineFlow({
  name: 'mirror',
  payload: z.strictObject({ item: z.string(), version: z.number().nullable(), gone: z.boolean().optional() }),
  serial: ({ item }) => item,
  async decide({ item, version }, _facts, { tx, subject }) {
    if (version === null) await sql`delete from swept_mirror where item = ${item}`.execute(tx)
    else await sql`insert into swept_mirror (tenant_id, item, version) values (${subject.tenant}, ${item}, ${version}) on conflict (tenant_id, item) do update set version = excluded.version`.execute(tx)
  },
})
let house: Tiny
beforeAll(async () => {
  house = await tinyHouse({ connectors: [tinyConnector({ pulls })], flows: [mirror] })
  await sql`create table swept_mirror (tenant_id uuid, item text, version integer, primary key (tenant_id, item))`.execute(house.db.bare)
})
afterAll(() => house.end())

const mirrored = async (): Promise<[string, number][]> => (await sql<{ item: string; version: number }>`select item, version from swept_mirror order by item collate "C"`.execute(house.db.bare)).rows.map(({ item, version }) => [item, version])
const afresh = async (): Promise<void> => {
  calendar = new Calendar()
  for (const table of ['swept_mirror', 'pull_cursor', 'pull_item']) await sql`delete from ${sql.table(table)}`.execute(house.db.bare)
  await sql`delete from job where kind = 'turn'`.execute(house.db.bare)
  await sql`update job set state = 'ready', run_at = to_timestamp(0), attempts = 0, leased_by = null where kind = 'pull'`.execute(house.db.bare)
}
// A worker takes the pull and is never heard of again; its lease is over already.
const vanish = async (): Promise<void> => {
  await sql`update job set run_at = to_timestamp(0), state = 'ready' where kind = 'pull' and state = 'scheduled'`.execute(house.db.bare)
  await claim(house.db.bare, { lane: 'sync', most: 1, worker: 'vanished', now: house.clock.now(), until: house.clock.now() - 1, resting: [] })
}

const item = fc.constantFrom('a', 'b', 'c', 'd', 'e')
const event = fc.oneof(
  { weight: 6, arbitrary: item.map((each) => (): void => calendar.put(each)) },
  { weight: 4, arbitrary: item.map((each) => (): void => calendar.remove(each)) },
  { weight: 2, arbitrary: fc.constant((): void => void calendar.epoch++) },
  { weight: 1, arbitrary: fc.constant((): void => void (calendar.failing = 1)) },
)
const pulled = fc.array(event, { maxLength: 5 }).map((meanwhile) => async (): Promise<void> => {
  calendar.meanwhile = [...meanwhile]
  await house.pass(60_000)
})
const step = fc.oneof({ weight: 6, arbitrary: event }, { weight: 3, arbitrary: pulled }, { weight: 1, arbitrary: fc.constant(vanish) })

test('the mirror of a calendar becomes what the calendar is', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
      await afresh()
      for (const happens of steps) await happens()
      calendar.meanwhile = []
      for (let round = 0; round < 4; round++) await house.pass(600_000)
      expect(await mirrored()).toEqual([...calendar.items].toSorted(([a], [b]) => a.localeCompare(b)))
    }),
    { numRuns: 40 },
  )
}, 120_000)
