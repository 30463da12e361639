import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { sql } from 'kysely'
import { z } from 'zod'
import { beginReplay, pageEveryMs, stopReplay } from '@portero/tool-server/actions/replay-page.ts'
import { printReplay, type ReplayFlags } from '@portero/tool-server/actions/replay-printed.ts'
import { reviewReplay } from '@portero/tool-server/flows/review-replay.ts'
import { latestReplay } from '@portero/tool-server/store/replays.ts'
import { scopesOf, type Staff } from '@portero/tool-server/domain/roles.ts'
import { housekeeping } from '@portero/tool-server/spine/chores.ts'
import { house as rooms, type Act } from '@portero/tool-server/define.ts'
import { newTrace } from '@portero/tool-server/spine/trace.ts'
import { heard, keyed, lagMs, note, once, ordered, sought, tinyConnector, tinyHouse, writeNote, type Tiny } from './support/tiny.ts'

// What has stopped is corrected, rehearsed and tried again: each effect once, and a rehearsal leaves no trace.
jest.setTimeout(120_000)
const { defineFlow } = rooms<any>()
const passing = { text: z.string() }
let isBroken = false
// Decides all that a flow can: our own state by an action, a command, a timer.
const busy = defineFlow({
  name: 'review.busy', payload: z.strictObject(passing),
  async decide({ text }: { text: string }, _facts: undefined, at: Act) {
    if (isBroken) throw new TypeError('a bug of ours')
    await at.act(writeNote, { text })
    await at.send(keyed, { text }, { key: `busy:${text}`, then: heard.name })
    await at.later(later, { text }, { key: `busy:${text}`, at: at.now + 60_000 })
  },
})
const later = defineFlow({ name: 'review.later', payload: z.strictObject(passing), decide: async ({ text }, _facts, at) => note(at, `later ${text}`) })

let tiny: Tiny
let subject: Staff
beforeAll(async () => {
  tiny = await tinyHouse({ connectors: [tinyConnector({ redact: ['text'] })], flows: [busy, later, reviewReplay] })
  subject = { tenant: tiny.tenant, by: 'staff', user: '0199b1de-0000-7000-8000-0000000000aa', scopes: scopesOf.admin }
})
afterAll(() => tiny.end())
beforeEach(() => tiny.pass(3_600_000))
afterEach(async () => {
  isBroken = false
  for (const table of ['inbox', 'job']) await sql`delete from ${sql.table(table)} where state = 'dead'`.execute(tiny.db.bare) // one that fails leaves nothing to the next
})

const dead = async (): Promise<{ id: string; kind: string }[]> => (await sql<{ id: string; kind: string }>`select id, 'delivery' as kind from inbox where state = 'dead' union all select id, kind from job where state = 'dead'`.execute(tiny.db.bare)).rows
const theDead = async (): Promise<string> => {
  const found = await dead()
  expect(found).toHaveLength(1)
  return found[0]!.id
}
const raw = (body: unknown): Promise<unknown> => tiny.inbox.accept(tiny.tiny, { method: 'POST', url: 'https://portero.example/webhooks/tiny', headers: { 'x-delivery': String(body) }, rawBody: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)) }, newTrace(tiny.clock))
// Every row of every table; but for the audit, which says who looked.
const everything = async (but: readonly string[] = []): Promise<Record<string, string>> => {
  const { rows } = await sql<{ name: string }>`select table_name as name from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE' order by table_name`.execute(tiny.db.bare)
  const sums: Record<string, string> = {}
  for (const { name } of rows.filter(({ name }) => ![...but, 'audit', 'audit_head'].includes(name))) sums[name] = (await sql<{ sum: string }>`select md5(coalesce(string_agg(t::text, '|' order by t::text), '')) as sum from ${sql.table(name)} t`.execute(tiny.db.bare)).rows[0]!.sum
  return sums
}
const things = (): string[] => tiny.vendor.things.map(({ key, text }) => `${key} ${text}`).toSorted()
const asStaff = () => tiny.acting.as(subject, subject.scopes)
const begin = (cause: string | null = null) => asStaff()(beginReplay, { cause })
const run = async (): Promise<void> => {
  for (let page = 0; page < 8; page++) await tiny.pass(pageEveryMs)
}
const audited = async (what: string): Promise<number> => (await sql<{ count: number }>`select count(*) as count from audit where what = ${what} and user_id = ${subject.user}`.execute(tiny.db.bare)).rows[0]!.count

describe('a delivery that no parser understood', () => {
  const old = (id: string) => [{ identity: id, flow: busy.name, payload: { words: `hola ${id}` } }]
  const edits = [{ path: '/body/0/id', from: '/body/0/identity' }, { path: '/body/0/identity', gone: true as const }, { path: '/body/0/payload/text', from: '/body/0/payload/words' }, { path: '/body/0/payload/words', gone: true as const }]

  test('is seen with nothing personal in it, and whoever looked stands in the audit', async () => {
    await raw(old('a1'))
    await tiny.settle()
    const id = await theDead()
    const before = await audited('read:review')
    const looked = await tiny.review.look(subject, id)
    expect(looked).toMatchObject({ vendor: 'tiny', row: { kind: 'delivery', state: 'dead', code: 'invalid_input' } })
    expect(looked!.lines).toContainEqual({ path: '/body/0/payload/words', value: { hidden: 'text', length: 7 } })
    expect(JSON.stringify(looked!.lines)).not.toContain('hola')
    expect(await audited('read:review')).toBe(before + 1)
    await tiny.review.mend(subject, id, edits)
    await tiny.pass(0)
  })
  test('is rehearsed: what it would do is told, and nothing of it is done', async () => {
    await raw(old('a2'))
    await tiny.settle()
    const id = await theDead()
    const [before, asked] = [await everything(), tiny.vendor.heard.length]
    const preview = await tiny.review.preview(subject, id, edits)
    expect(preview).toEqual({ problems: [], more: 0, events: [{ flow: busy.name, fate: 'new', problems: [], rehearsed: {
      actions: ['tiny.write-note'], timers: [{ flow: later.name, at: tiny.clock.now() + 60_000 }], tables: [{ table: 'tiny_note', added: 1, changed: 0, removed: 0 }],
      commands: [{ name: 'tiny.keyed', vendor: 'tiny', isKnown: false, at: undefined, args: [{ path: '/text', value: { hidden: 'text', length: 7 } }] }],
    } }] })
    expect(await everything()).toEqual(before)
    await tiny.pass(120_000)
    expect(tiny.vendor.heard).toHaveLength(asked)
    expect(await audited('read:review-preview')).toBeGreaterThan(0)
    expect(await tiny.review.mend(subject, id, edits)).toBe('back')
    await tiny.pass(0)
  })
  test('is corrected and done, once; its bytes stay as they came, and the audit has before and after with nothing personal', async () => {
    await raw(old('a3'))
    await tiny.settle()
    const id = await theDead()
    const { rows: [{ raw_sealed: bytes }] } = (await sql`select raw_sealed from inbox where id = ${id}`.execute(tiny.db.bare)) as any
    expect(await Promise.all([tiny.review.mend(subject, id, edits), tiny.review.mend(subject, id, edits)])).toEqual(expect.arrayContaining(['back', 'repeated'])) // a double click
    await tiny.pass(0)
    expect(things().filter((thing) => thing.includes('a3'))).toEqual(['busy:hola a3 hola a3'])
    const { rows: [after] } = (await sql`select state, raw_sealed, mend_sealed is not null as mended from inbox where id = ${id}`.execute(tiny.db.bare)) as any
    expect(after).toMatchObject({ state: 'parsed', raw_sealed: bytes, mended: true })
    expect((await tiny.review.look(subject, id))!.mends).toEqual([{ at: expect.any(Number), who: subject.user, paths: edits.map(({ path }) => path) }])
    const { rows: [entry] } = (await sql`select id, before_sealed, after_sealed from audit where what = 'mend:dead' and object = ${id}`.execute(tiny.db.bare)) as any
    const told = (await Promise.all(['before', 'after'].map((side) => tiny.vault.open(tiny.db.bare, tiny.tenant, `audit.${side}:${entry.id}`, entry[`${side}_sealed`])))).join()
    expect([told.includes('/body/0/payload/text'), told.includes('hola')]).toEqual([true, false])
  })
  test('is not saved while it still isn’t understood; what is wrong is said by its place', async () => {
    await raw(old('a4'))
    await tiny.settle()
    const id = await theDead()
    expect(await tiny.review.mend(subject, id, [{ path: '/body/0/payload/words', value: 'x' }])).toMatchObject({ problems: [{ code: 'invalid_input' }] })
    expect(await tiny.review.mend(subject, id, edits.slice(0, 2))).toEqual({ problems: expect.arrayContaining([{ path: '/text', issue: 'missing' }]) })
    expect(await tiny.review.mend(subject, id, [{ path: '/body/0/id', from: '/body/0/nowhere' }])).toMatchObject({ problems: [{ code: 'invalid_input', message: 'there is nothing at /body/0/nowhere' }] })
    expect(await dead()).toHaveLength(1)
    await tiny.review.mend(subject, id, edits)
    await tiny.pass(0)
  })
  test('of which one event was done before does that one no second time, and the rehearsal says so', async () => {
    await raw([{ id: 'b1', flow: busy.name, payload: { text: 'b1' } }, { id: 'b2', flow: 'gone.flow', payload: { text: 'b2' } }])
    await tiny.pass(0)
    const id = await theDead()
    const preview = await tiny.review.preview(subject, id, [{ path: '/body/1/flow', value: busy.name }])
    expect(preview!.events!.map(({ fate }) => fate)).toEqual(['done', 'new'])
    await tiny.review.mend(subject, id, [{ path: '/body/1/flow', value: busy.name }])
    await tiny.pass(0)
    expect(things().filter((thing) => thing.startsWith('busy:b'))).toEqual(['busy:b1 b1', 'busy:b2 b2'])
  })
  test('can’t be tried again when its bytes are gone, and says so', async () => {
    await raw('no json')
    await tiny.settle()
    const id = await theDead()
    await sql`update inbox set raw_sealed = null where id = ${id}`.execute(tiny.db.bare)
    expect([await tiny.review.replay(subject, id, false), await tiny.review.mend(subject, id, [{ path: '/body', value: [] }]), (await tiny.review.look(subject, id))!.lines]).toEqual(['gone', 'gone', undefined])
    expect(await tiny.review.preview(subject, id, [])).toEqual({ problems: [{ issue: 'gone' }] })
    expect(await begin()).toEqual({ isNew: false, total: 0 })
    await sql`delete from inbox where id = ${id}`.execute(tiny.db.bare)
  })
  test('that was corrected loses bytes and correction together', async () => {
    await raw(old('a5'))
    await tiny.settle()
    await tiny.review.mend(subject, await theDead(), edits)
    await tiny.pass(0)
    await housekeeping({ db: tiny.db, keep: { rawDays: 7, repeatDays: 30, finishedDays: 30 }, now: tiny.clock.now() + 31 * 86_400_000 - 1 })
    expect((await sql`select 1 from inbox where raw_sealed is not null or mend_sealed is not null union all select 1 from mend`.execute(tiny.db.bare)).rows).toEqual([])
  })
})

describe('a command that gave up', () => {
  const send = async (command: typeof keyed, text: string): Promise<string> => {
    await tiny.decide((at) => at.send(command, { text }, { key: `sent:${text}`, then: heard.name }))
    await tiny.pass(0)
    for (let n = 0; n < 8; n++) await tiny.pass(lagMs * 4)
    return (await tiny.job(`sent:${text}`)).id
  }
  test('says what would be asked, of whom and with what; its corrected arguments must fit', async () => {
    tiny.vendor.will({ status: 422 }, { status: 422 }, { status: 422 })
    const id = await send(ordered, 'c1')
    tiny.vendor.unasked()
    expect(await tiny.review.preview(subject, id, [])).toEqual({ problems: [], call: { name: 'tiny.ordered', vendor: 'tiny', account: 'one', args: [{ path: '/text', value: { hidden: 'text', length: 2 } }] } })
    expect(await tiny.review.mend(subject, id, [{ path: '/text', value: 7 }, { path: '/more', value: 1 }])).toEqual({ problems: [{ path: '/text', issue: 'type', expected: 'string' }, { path: '', issue: 'unknownKey', expected: '/more' }] })
    expect(await tiny.review.mend(subject, id, [{ path: '/text', value: 'mended' }])).toBe('back')
    await tiny.pass(0)
    expect(things()).toContain('sent:c1 mended')
    expect(await tiny.review.replay(subject, id, true)).toBe('repeated')
    await tiny.pass(0)
    expect(tiny.vendor.things.filter(({ key }) => key === 'sent:c1')).toHaveLength(1)
  })
  test('and that may have happened is only looked up, never corrected, and repeated by whoever is sure alone', async () => {
    tiny.vendor.will('lost')
    const never = await send(once, 'd1')
    tiny.vendor.unasked()
    expect(await tiny.review.look(subject, never)).toMatchObject({ again: 'never', row: { uncertainSince: expect.any(Number) } })
    expect(await tiny.review.mend(subject, never, [{ path: '/text', value: 'other' }])).toBe('uncertain')
    expect(await begin()).toEqual({ isNew: true, total: 1 })
    await run()
    expect([(await tiny.job('sent:d1')).state, tiny.vendor.times('sent:d1')]).toEqual(['dead', 1])
    await tiny.review.replay(subject, never, true)
    await tiny.pass(0)
    expect([(await tiny.job('sent:d1')).state, tiny.vendor.times('sent:d1')]).toEqual(['done', 2])
  })
  test('and that did happen is found, and not sent again', async () => {
    tiny.vendor.will('lost', { status: 422 })
    tiny.vendor.hides(false)
    const id = await send(sought, 'e1')
    tiny.vendor.unasked()
    if ((await tiny.job('sent:e1')).state === 'dead') await tiny.review.replay(subject, id, false)
    await tiny.pass(0)
    expect([(await tiny.job('sent:e1')).state, tiny.vendor.times('sent:e1')]).toEqual(['done', 1])
  })
})

describe('five hundred that stopped for one bug', () => {
  const many = 500
  test('go back in line page by page, each effect once; two who click, and a second time, change nothing', async () => {
    isBroken = true
    for (let n = 0; n < many; n += 50) await tiny.deliver(Array.from({ length: 50 }, (_, at) => ({ id: `m${n + at}`, flow: busy.name, payload: { text: `m${n + at}` } })))
    await tiny.settle()
    for (let n = 0; n < 12; n++) await tiny.pass(3_600_000)
    expect(await dead()).toHaveLength(many)
    isBroken = false

    const [first, second] = await Promise.all([begin(), begin()])
    expect([first.isNew, second.isNew].filter(Boolean)).toHaveLength(1)
    await tiny.settle()
    expect(await latestReplay(tiny.db, tiny.tenant)).toMatchObject({ state: 'going', total: many, done: 100, stopped: 0 })
    await run()
    expect(await latestReplay(tiny.db, tiny.tenant)).toMatchObject({ state: 'done', total: many, done: many, stopped: 0, underWay: 0 })
    expect(things().filter((thing) => thing.startsWith('busy:m'))).toEqual(Array.from({ length: many }, (_, at) => `busy:m${at} m${at}`).toSorted())
    expect((await tiny.notes()).filter((text) => /^m\d+$/.test(text))).toHaveLength(many)
    await tiny.pass(120_000)

    const [state, there] = [await everything(['replay']), things()]
    expect(await begin()).toEqual({ isNew: false, total: 0 })
    const { rows: done } = await sql<{ id: string }>`select id from job where state = 'done' and name = ${busy.name} union all select id from inbox where state = 'parsed'`.execute(tiny.db.bare)
    for (const { id } of done.slice(0, 40)) expect(await tiny.review.replay(subject, id, true)).toBe('repeated')
    await run()
    expect(await everything(['replay'])).toEqual(state)
    expect(things()).toEqual(there)
  })
  test('are stopped where somebody stops them, and go on with the rest another time; what stops again isn’t taken up twice', async () => {
    isBroken = true
    for (let n = 0; n < 250; n += 50) await tiny.deliver(Array.from({ length: 50 }, (_, at) => ({ id: `s${n + at}`, flow: busy.name, payload: { text: `s${n + at}` } })))
    await tiny.settle()
    for (let n = 0; n < 12; n++) await tiny.pass(3_600_000)
    expect(await dead()).toHaveLength(250)
    isBroken = false
    await begin(`turn:${busy.name}:tiny:bug`)
    await begin(`turn:${busy.name}:tiny:invalid_input`)
    await tiny.settle()
    expect(await asStaff()(stopReplay, {})).toEqual({ isStopped: true })
    await run()
    const going = await latestReplay(tiny.db, tiny.tenant)
    expect([going!.state, going!.done, (await dead()).length]).toEqual(['stopped', 100, 150])
    await begin()
    await run()
    expect([await dead(), (await latestReplay(tiny.db, tiny.tenant))!.done]).toEqual([[], 150])
    expect(things().filter((thing) => thing.startsWith('busy:s'))).toHaveLength(250)
  })
})

test('from the command line: rehearsed, corrected by a file, by cause and all, with the same outcome', async () => {
  const lines: string[] = []
  const cli = async (flags: ReplayFlags): Promise<string> => {
    lines.length = 0
    await printReplay(flags, { clock: tiny.clock, say: (line) => void lines.push(line), bar() {}, withDb: (work) => work(tiny.db), withHouse: (work) => work(tiny), tenant: tiny.tenant })
    return lines.join('\n')
  }
  await raw([{ identity: 'k1', flow: busy.name, payload: { text: 'k1' } }])
  await tiny.settle()
  const id = await theDead()
  const dir = mkdtempSync(join(tmpdir(), 'portero-mend-'))
  const fix = join(dir, 'fix.json')
  writeFileSync(fix, JSON.stringify([{ path: '/body/0/id', from: '/body/0/identity' }, { path: '/body/0/identity', gone: true }]))
  expect(await cli({})).toContain(`${id}  delivery`)
  expect(await cli({ id, fix, preview: true })).toMatch(/^\/body\/0\/payload\/text {2}‹text of 2 letters›$[\s\S]*Would be done[\s\S]*tiny\.write-note[\s\S]*Would be sent: tiny\.keyed/m)
  expect(await dead()).toHaveLength(1)
  expect(await cli({ id, fix })).toBe('1 back in line')
  await tiny.pass(0)
  expect(things()).toContain('busy:k1 k1')
  expect(await cli({ id, fix })).toMatch(/^repeated: /)
  expect([await cli({ group: 'delivery::tiny:invalid_input' }), await cli({ all: true })]).toEqual(['0 back in line', '0 back in line'])
  for (const flags of [{ all: true, sure: true }, { preview: true }, { id: 'x' }, { id, fix: join(dir, 'none') }]) await expect((async () => cli(flags))()).rejects.toMatchObject({ code: 'invalid_input' })
  rmSync(dir, { recursive: true })
})

test('a turn that gave up is rehearsed by what it would decide, and says where it would fail', async () => {
  isBroken = true
  await tiny.deliver([{ id: 't1', flow: busy.name, payload: { text: 't1' } }])
  await tiny.settle()
  for (let n = 0; n < 12; n++) await tiny.pass(3_600_000)
  const id = await theDead()
  const before = await everything()
  expect(await tiny.review.preview(subject, id, [])).toMatchObject({ rehearsed: { failed: { code: 'invalid_input', message: 'TypeError' } } })
  isBroken = false
  expect(await tiny.review.preview(subject, id, [])).toMatchObject({ problems: [], rehearsed: { actions: ['tiny.write-note'], commands: [{ name: 'tiny.keyed' }] } })
  expect(await everything()).toEqual(before)
  expect(await tiny.review.replay(subject, id, false)).toBe('back')
  await tiny.pass(0)
  expect(await dead()).toEqual([])
})
