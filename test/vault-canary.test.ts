import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { sql } from 'kysely'
import { z } from 'zod'
import { AppError } from '@portero/shared'
import { defineAction, defineCommand, doing, house as houseOf } from '@portero/tool-server/define.ts'
import { at, type Db } from '@portero/tool-server/spine/db.ts'
import { firstTenant } from '@portero/tool-server/spine/migrate.ts'
import { testHouse, type TestHouse } from './support/house.ts'

// A house through which one person's name and number went by every way there is, and then every byte of its database.
const otherTenant = '00000000-0000-7000-8000-000000000002'

describe('what is personal', () => {
  const canary = 'CANARY-Juan-Perez-5215512345678'
  const person = '00000000-0000-7000-9000-000000000001'
  const said = z.strictObject({ text: z.string() })
  const { defineConnector, defineFlow } = houseOf<object>()
  const reply = defineCommand({ name: 'lab.reply', args: said, result: said, attempts: 1, blocksSerialWhenDead: false })
  const forward = defineCommand({ ...reply, name: 'lab.forward' })
  const note = defineAction({ name: 'note', args: said, result: said, scopes: [], callers: ['staff'] }).decides(async (args) => args)
  const remind = defineFlow({ name: 'remind', payload: said, async decide() {} })
  const answered = defineFlow({ name: 'answered', payload: z.looseObject({}), async decide() { throw new Error(canary) } })
  const told = defineFlow({ name: 'told', payload: said, async decide(payload, _facts, act) {
    await act.send(reply, payload, { key: 'reply', then: 'answered' })
    await act.send(forward, payload, { key: 'forward', person })
    await act.later(remind, payload, { key: 'remind', at: act.now + 86_400_000 })
  } })
  const lab = defineConnector({
    name: 'lab', settings: z.strictObject({ baseUrl: z.url(), apiKey: z.string() }), auth: { kind: 'none' }, limits: { perSecond: 9, concurrent: 9, timeoutMs: 1_000 }, redact: [],
    webhook: { verify() {}, parse: ({ rawBody }) => [{ id: '1', flow: 'told', payload: JSON.parse(rawBody.toString()) }] },
    does: [doing(reply, 'never', async (args) => args), doing(forward, 'never', async () => { throw new AppError('invalid_input', 'no', { detail: { said: canary } }) })],
  })
  let house: TestHouse
  beforeAll(async () => {
    house = await testHouse({ connectors: [lab], flows: [told, answered, remind], accounts: [{ vendor: 'lab', account: 'a', settings: { baseUrl: 'http://127.0.0.1:1', apiKey: canary } }] })
    const connection = await house.connection('lab')
    const deliver = (body: string): Promise<unknown> => house.inbox.accept(connection, { method: 'POST', url: `/?${canary}`, headers: { from: canary }, rawBody: Buffer.from(body) }, 'a'.repeat(32))
    await deliver(JSON.stringify({ text: canary }))
    await deliver(JSON.stringify({ name: canary }))
    await house.worker.settle()
    await deliver(canary) // and not parsed yet
    const subject = { tenant: firstTenant, by: 'staff' as const, person }
    await house.acting.as(subject, 'all')(note, { text: canary })
    await house.audit.record(house.db.bare, { subject, what: 'look', object: 'lead', before: canary, after: canary })
    await house.vault.blindIndex(house.db.bare, firstTenant, 'phone', canary)
  })
  afterAll(() => house.end())

  test('is at work in every place that holds it', async () => {
    const { rows: [counts] } = await sql`select (select count(*) from inbox where raw_sealed is not null) as raw, (select count(*) from job where args_sealed is not null) as args,
      (select count(*) from job where result_sealed is not null) as results, (select count(*) from job where error_sealed is not null) as errors, (select count(*) from audit where before_sealed is not null) as befores,
      (select count(*) from audit where after_sealed is not null) as afters`.execute(house.db.bare)
    expect(counts).toEqual({ raw: 3, args: 4, results: 1, errors: 1, befores: 1, afters: 5 })
  })
  test('stands in no column of any table in the clear', async () => {
    expect(await placesOf(house.db, canary)).toEqual([])
  })
  test('would be found in the clear, as text, bytes or base64', async () => {
    await sql`insert into tenant (tenant_id, name, created_at) values (${otherTenant}, ${`to ${canary}`}, ${at(house.clock.now())})`.execute(house.db.bare)
    await sql`insert into audit_head (tenant_id, link, seal) values (${otherTenant}, 0, ${Buffer.from(`x${Buffer.from(`to ${canary}`).toString('base64')}`)})`.execute(house.db.bare)
    await sql`update connection set settings_sealed = ${Buffer.from(canary)}`.execute(house.db.bare)
    expect(await placesOf(house.db, canary)).toEqual(expect.arrayContaining(['audit_head.seal', 'connection.settings_sealed', 'tenant.name']))
  })
})

const placesOf = async (db: Db, canary: string): Promise<string[]> => {
  const base64 = [0, 1, 2].map((shift) => Buffer.from(`${'-'.repeat(shift)}${canary}`).toString('base64').slice(4, -4)) // one for each way to fall into its groups of three
  const holds = (value: unknown): boolean => {
    const text = value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : String(value)
    return [canary, Buffer.from(canary).toString('hex'), ...base64].some((disguise) => text.includes(disguise))
  }
  const { rows: tables } = await sql<{ name: string }>`select table_name as name from information_schema.tables where table_schema = 'public'`.execute(db.bare)
  const places = await Promise.all(tables.map(async ({ name }) => {
    const { rows } = await sql<Record<string, unknown>>`select * from ${sql.table(name)}`.execute(db.bare)
    return rows.flatMap((row) => Object.entries(row).filter(([, value]) => holds(value)).map(([column]) => `${name}.${column}`))
  }))
  return places.flat()
}
