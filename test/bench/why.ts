import { sql } from 'kysely'
import { whoseField, whyField } from '@portero/tool-server/store/field-why.ts'
import { newId, realClock } from '@portero/tool-server/spine/clock.ts'
import { at } from '@portero/tool-server/spine/db.ts'
import { benchHouse, percentile } from './house.ts'

// "Why does this field say that?" with 200,000 rows in the audit: of 2,000 people with about a hundred each, and one with 5,000. plain: the same rows read without telling anything from them.
const rows = 200_000
const people = 2_000
const busiest = 5_000
const asked = 400

export const why = async (): Promise<object> => {
  const bench = await benchHouse({ work: false })
  const { house: { db, vault, tenant } } = bench
  const clock = realClock()
  try {
    const persons = Array.from({ length: people }, () => newId(clock))
    await insert(persons.map((id) => sql`(${tenant}, ${id}::uuid, ${at(clock.now())})`), (values) => sql`insert into person (tenant_id, id, created_at) values ${values}`.execute(db.bare))
    await insert(persons.map((id, n) => sql`(${tenant}, 'deal', ${id}::uuid, ${id}::uuid, ${String(n)})`), (values) => sql`insert into counterpart (tenant_id, kind, our_id, person_id, external_id) values ${values}`.execute(db.bare))
    for (let done = 0; done < rows; done += 1_000) {
      const some = Array.from({ length: 1_000 }, (_, n) => done + n)
      const values = await Promise.all(some.map(async (row) => {
        const id = newId(clock)
        const person = persons[row < busiest ? 0 : row % people]!
        const isFact = row % 4 === 0
        const after = await vault.seal(db.bare, { tenant, person }, `audit.after:${id}`, JSON.stringify(isFact ? { args: { facts: { budgetMxn: 10_000 + row } }, result: { status: 'changed', stage: 'new', allowed: [], facts: {} } } : { args: { message: id }, result: { isNew: true } }))
        return sql`(${tenant}, ${id}::uuid, ${at(clock.now() - (rows - row) * 60_000)}, 'prospect', ${person}::uuid, ${isFact ? 'action:update-lead' : 'action:hear-message'}, ${person}, ${after}::bytea, ${'0'.repeat(32)})`
      }))
      await sql`insert into audit (tenant_id, id, at, by, person_id, what, object, after_sealed, trace) values ${sql.join(values)}`.execute(db.bare)
    }
    await db.engine.tend()
    const reads = { db, vault, tenant }
    const timed = async (work: (n: number) => Promise<unknown>): Promise<number[]> => {
      const took: number[] = []
      for (let n = 0; n < asked; n++) {
        const began = performance.now()
        await work(n * 5)
        took.push(performance.now() - began)
      }
      return took.toSorted((a, b) => a - b)
    }
    const explain = async (n: number): Promise<unknown> => whyField(reads, await whoseField(db.bare, tenant, 'deal', String(n % people)), 'budgetMxn')
    const plain = await timed((n) => sql`select after_sealed from audit where tenant_id = ${tenant} and person_id = ${persons[n % people]} order by at desc limit 500`.execute(db.bare))
    const took = await timed(explain)
    const busy = await timed(() => explain(0))
    return { engine: bench.engine, rows, asked, p50Ms: percentile(took, 0.5), p99Ms: percentile(took, 0.99), busiestP99Ms: percentile(busy, 0.99), plainP99Ms: percentile(plain, 0.99), bars: { p99Ms: 500 } }
  } finally {
    await bench.end()
  }
}
const insert = async (values: readonly ReturnType<typeof sql>[], into: (values: ReturnType<typeof sql>) => Promise<unknown>): Promise<void> => {
  for (let from = 0; from < values.length; from += 1_000) await into(sql.join(values.slice(from, from + 1_000)))
}
