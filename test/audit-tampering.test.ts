import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { sql } from 'kysely'
import { printAudit } from '@portero/tool-server/actions/audit-printed.ts'
import { anchorAudit, anchorsIn, readAnchors } from '@portero/tool-server/spine/audit-anchors.ts'
import { checkChain, sealOf, type Anchor, type Breach, type End, type Link } from '@portero/tool-server/spine/audit-chain.ts'
import { exportAudit } from '@portero/tool-server/spine/audit-export.ts'
import { makeAudit, type Audit } from '@portero/tool-server/spine/audit.ts'
import { makeDb, type Db } from '@portero/tool-server/spine/db.ts'
import { keyring } from '@portero/tool-server/spine/keyring.ts'
import { makeLog } from '@portero/tool-server/spine/log.ts'
import { firstTenant as tenant } from '@portero/tool-server/spine/migrate.ts'
import { makeVault } from '@portero/tool-server/spine/vault.ts'
import { fakeClock, type FakeClock } from './support/clock.ts'
import { freshEngine } from './support/databases.ts'
import { atEnd, cleanUp, start } from './support/process.ts'

// A thousand things that somebody could do to the audit afterwards, drawn by a seed, and whether each is found: most in an exported chain, some in the database itself.
const rows = 240
const anchored = [60, 120, 180, 240]
const people = Array.from({ length: 7 }, (_, index) => `00000000-0000-7000-9000-00000000000${index}`)

let db: Db
let clock: FakeClock
let audit: Audit
let dir: string
let lines: string[]
let chain: Link[]
let head: End
let anchors: (Anchor & { tenant: string })[]
let logged = ''
let end: () => Promise<void>
const run = async (text: string): Promise<unknown> => sql.raw(text).execute(db.bare)
const anchor = async (): Promise<unknown> => anchorAudit({ db, clock, audit, dataDir: dir, log: makeLog({ level: 'info', clock, to: { write: (line: string) => void (logged += line) } }) }).run(new AbortController().signal)

beforeAll(async () => {
  const fresh = await freshEngine()
  db = makeDb(fresh.engine)
  clock = fakeClock()
  audit = makeAudit({ db, clock, vault: makeVault({ db, clock, keys: keyring([Buffer.alloc(32, 1)]) }) })
  dir = mkdtempSync(join(tmpdir(), 'portero-anchors-'))
  for (let row = 1; row <= rows; row++) {
    const person = people[row % 9]
    const by = (['prospect', 'staff', 'system', 'workflow'] as const)[row % 4]!
    clock.advance(1_000 + row)
    await audit.record(db.bare, { subject: { tenant, by, ...(person && { person }), ...(row % 3 && { conversation: people[row % 7]! }), ...(by === 'staff' && { user: 'u1' }) }, what: `action:${['book-tour', 'hear-message', 'speak'][row % 3]}`, object: `thing-${row % 11}`, ...(row % 5 && { after: { args: { row }, result: {} } }), ...(row % 8 === 0 && { before: { row } }) })
    if (anchored.includes(row)) await anchor()
  }
  await run('create table kept as table audit')
  await run('create table kept_head as table audit_head')
  await run('create table kept_anchor as table audit_anchor')
  lines = []
  for await (const line of exportAudit(db, tenant, clock.now())) lines.push(line)
  head = JSON.parse(lines[0]!).head
  chain = lines.slice(1).map((line) => JSON.parse(line))
  anchors = (await readAnchors(anchorsIn(dir))).anchors
  end = async () => {
    await db.close()
    await fresh.remove()
    rmSync(dir, { recursive: true, force: true })
  }
})
afterAll(() => end())
afterAll(cleanUp)

// Chance that a seed repeats.
const dice = (seed: number) => {
  const { chance } = fakeClock({ seed })
  const upTo = (most: number): number => 1 + Math.floor(chance() * most)
  return { upTo, one: <T>(some: readonly T[]): T => some[upTo(some.length) - 1]! }
}
type Dice = ReturnType<typeof dice>
type Told = { links: Link[]; head: End }

const otherThan = (value: unknown, { upTo }: Dice): unknown => (typeof value === 'number' ? value + upTo(9) : typeof value === 'string' ? (value.length === 64 ? `${value.startsWith('0') ? '1' : '0'}${value.slice(1)}` : `${value}${upTo(9)}`) : `made up ${upTo(9)}`)
const edited = (row: Link, { one, ...rest }: Dice): Link => {
  const column = one(Object.keys(row).filter((name) => name !== 'link' && name !== 'seal'))
  return { ...row, [column]: otherThan(Reflect.get(row, column), { one, ...rest }) }
}
const inOrder = (links: readonly Link[]): Link[] => links.map((row, index) => ({ ...row, link: index + 1 }))
// As the house's own sealer would have chained it, head and all.
const chainedAnew = (links: readonly Link[]): Told => {
  let seal = '00'.repeat(32)
  const fresh = inOrder(links).map((row) => ({ ...row, seal: (seal = sealOf(seal, row)) }))
  return { links: fresh, head: { link: fresh.length, seal } }
}
const without = (links: readonly Link[], from: number, count = 1): Link[] => [...links.slice(0, from - 1), ...links.slice(from - 1 + count)]
const withForged = (links: readonly Link[], at: number): Link[] => [...links.slice(0, at - 1), { ...links[at % links.length]!, id: '00000000-0000-7000-9000-00000000ffff' }, ...links.slice(at - 1)]
const swapped = (links: readonly Link[], one: number, other: number): Link[] => links.map((row, index) => (index === one - 1 ? links[other - 1]! : index === other - 1 ? links[one - 1]! : row))
const two = ({ upTo }: Dice): [number, number] => {
  const one = upTo(rows)
  const other = upTo(rows - 1)
  return [one, other < one ? other : other + 1]
}

// is: what it is found to be, where that follows; at: from which link on.
type Tampering = (dice: Dice) => Told & { is?: Breach['is']; at?: number }
const tamperings: Record<string, Tampering> = {
  'a column is edited': (d) => { const at = d.upTo(rows); return { links: chain.map((row) => (row.link === at ? edited(row, d) : row)), head, is: 'edited', at } },
  'a seal is edited': (d) => { const at = d.upTo(rows); return { links: chain.map((row) => (row.link === at ? { ...row, seal: String(otherThan(row.seal, d)) } : row)), head, is: 'edited', at } },
  'a row is edited and sealed again': (d) => {
    const at = d.upTo(rows)
    return { links: chain.map((row) => { const fresh = edited(row, d); return row.link === at ? { ...fresh, seal: sealOf(chain[at - 2]?.seal ?? '00'.repeat(32), fresh) } : row }), head }
  },
  'a row is edited and all behind it is chained anew': (d) => { const at = d.upTo(rows); return { ...chainedAnew(chain.map((row) => (row.link === at ? edited(row, d) : row))), is: 'rewritten' } },
  'rows are dropped': (d) => { const at = d.upTo(rows - 10); return { links: without(chain, at, d.upTo(9)), head, is: 'missing', at } },
  'a row is dropped and the gap is closed': (d) => { const at = d.upTo(rows - 1); return { links: inOrder(without(chain, at)), head, is: 'missing', at } },
  'rows are dropped and all is chained anew': (d) => ({ ...chainedAnew(without(chain, d.upTo(rows - 10), d.upTo(9))) }),
  'a row is put in': (d) => { const at = d.upTo(rows - 1); return { links: inOrder(withForged(chain, at)), head, is: 'inserted', at } },
  'a row is put in and all is chained anew': (d) => ({ ...chainedAnew(withForged(chain, d.upTo(rows))), is: 'rewritten' }),
  'a row is put at the end': (d) => ({ links: inOrder(withForged(chain, rows + 1)), head, is: 'outside', at: rows + (d.upTo(2) > 0 ? 1 : 0) }),
  'two rows change places': (d) => { const [one, other] = two(d); return { links: inOrder(swapped(chain, one, other)), head, is: 'reordered', at: Math.min(one, other) } },
  'two lines change places': (d) => { const [one, other] = two(d); return { links: swapped(chain, one, other), head, is: 'reordered', at: Math.min(one, other) } },
  'rows change places and all is chained anew': (d) => ({ ...chainedAnew(swapped(chain, ...two(d))), is: 'rewritten' }),
  'a gap is opened': (d) => { const at = d.upTo(rows); return { links: chain.map((row) => (row.link < at ? row : { ...row, link: row.link + 1 })), head, is: 'reordered', at } },
  'the end is cut off': (d) => { const at = d.upTo(rows); return { links: chain.slice(0, at - 1), head, is: 'cut', at } },
  'the end is cut off with the head': (d) => { const at = d.upTo(rows); return { links: chain.slice(0, at - 1), head: { link: at - 1, seal: chain[at - 2]?.seal ?? '00'.repeat(32) }, is: 'cut', at } },
  'the end is cut off and written anew': (d) => { const at = d.upTo(rows); return { ...chainedAnew([...chain.slice(0, at - 1), ...chain.slice(at - 1).map((row) => edited(row, d))]), is: 'rewritten' } },
  'all is taken away': () => ({ links: [], head: { link: 0, seal: '00'.repeat(32) }, is: 'cut', at: 1 }),
  'the head is moved': (d) => ({ links: chain, head: { ...head, link: d.one([head.link - d.upTo(9), head.link + d.upTo(9)]) } }),
  "the head's seal is edited": (d) => ({ links: chain, head: { ...head, seal: String(otherThan(head.seal, d)) }, is: 'head', at: rows + 1 }),
}
const checked = (told: Told, noted: readonly Anchor[] = anchors): { sealed: number; breach: Breach | undefined } => {
  const check = checkChain(told.head, noted)
  for (const row of told.links) check.take(row)
  return check.end()
}

describe('an exported chain', () => {
  const each = 45
  test(`of ${each * Object.keys(tamperings).length} tamperings, all are found, where they were done and for what they are`, () => {
    let found = 0
    for (const [index, [title, tamper]] of Object.entries(tamperings).entries()) {
      for (let seed = 1; seed <= each; seed++) {
        const { is, at, ...told } = tamper(dice(1_000 * (index + 1) + seed))
        const { breach } = checked(told)
        if (breach) found++
        expect([title, seed, breach]).toEqual([title, seed, { ...breach, is: is ?? expect.any(String), link: at ?? expect.any(Number) }])
      }
    }
    expect(found).toBe(900)
  })
  test('that nobody touched is never accused, whichever anchors are at hand', () => {
    for (let seed = 1; seed <= 200; seed++) {
      const { upTo } = dice(seed)
      const length = upTo(rows)
      const whole = { links: chain.slice(0, length), head: { link: length, seal: chain[length - 1]!.seal } }
      expect(checked(whole, anchors.filter(({ link }) => link <= length && upTo(2) === 1))).toEqual({ sealed: length, breach: undefined })
    }
  })
  test('holds no word of what was sealed', () => {
    expect(Object.keys(chain[0]!).toSorted()).toEqual(['after', 'at', 'before', 'by', 'conversation', 'id', 'link', 'object', 'person', 'seal', 'trace', 'user', 'what'])
  })
  test('is not covered behind the last anchor: what was chained anew there is not seen', () => {
    const anew = chainedAnew(chain.map((row) => (row.link === rows ? { ...row, what: 'forged' } : row)))
    expect(checked(anew, anchors.slice(0, -1)).breach).toBeUndefined()
    expect(checked(anew).breach).toEqual({ is: 'rewritten', link: 181, until: 240, held: 180 })
  })
})

// With the house's own sealer, and the anchors of the database gone too.
const restore = async (): Promise<void> => {
  for (const [table, kept] of [['audit', 'kept'], ['audit_head', 'kept_head'], ['audit_anchor', 'kept_anchor']]) {
    await run(`delete from ${table}`)
    await run(`insert into ${table} table ${kept}`)
  }
}
const reseal = async (from: number): Promise<void> => {
  await run(`update audit set link = null, seal = null where link >= ${from}`)
  await run('delete from audit_head')
  if (from > 1) await run(`insert into audit_head select tenant_id, link, seal from audit where link = ${from - 1}`)
  await run('delete from audit_anchor')
  await audit.seal()
}
const columns = ["at = at + interval '1 second'", "by = by || 'x'", "user_id = coalesce(user_id, '') || 'x'", `person_id = '${tenant}'`, `conversation_id = '${tenant}'`, "what = what || 'x'", "object = object || 'x'", "before_sealed = coalesce(before_sealed, '') || 'x'::bytea", "after_sealed = coalesce(after_sealed, '') || 'x'::bytea", 'trace = reverse(trace)']
const inDatabase: Record<string, (d: Dice, at: number) => Promise<unknown>> = {
  edit: (d, at) => run(`update audit set ${d.one(columns)} where link = ${at}`),
  'edit and chain anew': async (d, at) => { await run(`update audit set ${d.one(columns)} where link = ${at}`); await reseal(at) },
  drop: (_d, at) => run(`delete from audit where link = ${at}`),
  'drop and chain anew': async (_d, at) => { await run(`delete from audit where link = ${at}`); await reseal(Math.max(1, at - 1)) },
  'cut off with the head': async (_d, at) => { await run(`delete from audit where link >= ${at}`); await reseal(at) },
}

describe('in the database', () => {
  test('of 100 tamperings, all are found by the anchors outside', async () => {
    let found = 0
    for (const [index, [title, tamper]] of Object.entries(inDatabase).entries()) {
      for (let seed = 1; seed <= 20; seed++) {
        const d = dice(100 * (index + 1) + seed)
        const at = d.upTo(rows)
        await restore()
        await tamper(d, at)
        const { broken, breach } = await audit.verify(tenant, anchors)
        expect([title, at, breach !== undefined && breach.held < at]).toEqual([title, at, true])
        if (broken !== undefined) found++
      }
    }
    expect(found).toBe(100)
    await restore()
    expect(await audit.verify(tenant, anchors)).toEqual({ sealed: rows, unsealed: 0, broken: undefined, breach: undefined })
  })
})

describe('an anchor', () => {
  test('is noted once for each end of the chain: in the file, the log and the database', async () => {
    await anchor() // nothing new since
    expect(anchors.map(({ link }) => link)).toEqual(anchored)
    expect((await db.bare.selectFrom('audit_anchor').select('link').orderBy('link').execute()).map(({ link }) => link)).toEqual(anchored)
    writeFileSync(join(dir, 'log'), logged)
    expect(await readAnchors(join(dir, 'log'))).toEqual({ anchors, torn: [] })
  })
})

describe('portero audit', () => {
  const said: string[] = []
  const audited = async (args: string[], file?: string): Promise<boolean> => {
    said.length = 0
    return printAudit(args, { say: (line) => void said.push(line), now: clock.now, dataDir: () => dir, withHouse: (work) => work({ db, audit, vault: makeVault({ db, clock, keys: keyring([Buffer.alloc(32, 1)]) }), tenant }), fieldOf: () => undefined, file })
  }
  const written = (name: string, text: string): string => {
    writeFileSync(join(dir, name), text)
    return join(dir, name)
  }
  test('verifies the database with the anchors of the data directory', async () => {
    expect(await audited(['verify'])).toBe(true)
    expect(said).toEqual(['240 rows, and the chain is whole.', '4 anchors from outside were compared.'])
  })
  test('verifies an export offline, with anchors or without', async () => {
    const file = written('export', lines.join('\n'))
    expect(await audited(['verify', anchorsIn(dir)], file)).toBe(true)
    expect(await audited(['verify'], file)).toBe(true)
    expect(said.at(-1)).toContain('No anchor')
  })
  test('holds an export from before the last anchors only against what was noted by then', async () => {
    const { at, link } = anchors.at(-2)!
    const early = [JSON.stringify({ tenant, at, head: { link, seal: chain[link - 1]!.seal } }), ...lines.slice(1, link + 1)]
    expect(await audited(['verify', anchorsIn(dir)], written('export', early.join('\n')))).toBe(true)
    expect(said.at(-1)).toBe(`${anchors.length - 1} anchors from outside were compared.`)
  })
  test('says the first broken link and what is wrong', async () => {
    expect(await audited(['verify', anchorsIn(dir)], written('export', [...lines.slice(0, 78), ...lines.slice(79)].join('\n')))).toBe(false)
    expect(said[1]).toBe('BROKEN at link 78: row 78 is missing: it was taken out')
    const short = [JSON.stringify({ ...JSON.parse(lines[0]!), head: { link: 200, seal: chain[199]!.seal } }), ...lines.slice(1, 201)]
    expect(await audited(['verify', anchorsIn(dir)], written('export', short.join('\n')))).toBe(false)
    expect(said[1]).toBe('BROKEN at link 201: the chain is cut off here; an anchor knows it up to link 240')
    expect(await audited(['verify'], written('export', short.join('\n')))).toBe(true) // so much for no anchor
  })
  test.each([['no export', ''], ['a changed line', '{"link":1}']])('refuses %s in one sentence', async (_title, text) => {
    await expect(audited(['verify'], written('export', text === '' ? '' : `${lines[0]}\n${text}`))).rejects.toMatchObject({ code: 'invalid_input' })
  })
  test('refuses an anchors file with a line that is none', async () => {
    for (const line of ['{"event":"other"}', 'not an anchor']) await expect(audited(['verify', written('odd', `${readFileSync(anchorsIn(dir), 'utf8')}${line}\n`)])).rejects.toMatchObject({ code: 'invalid_input' })
  })
  test('tells of a line that a crash cut off, and compares the others', async () => {
    const whole = readFileSync(anchorsIn(dir), 'utf8')
    for (const [torn, at] of [[whole.slice(0, -40), 4], [`${whole}{"event":"audit.anch`, 5], [`${whole}\0\0\0\0`, 5], [`${whole.split('\n')[0]}\n{"eve\n${whole.split('\n').slice(1).join('\n')}`, 2]] as const) {
      expect(await audited(['verify', written('torn', torn)])).toBe(true)
      expect(said).toEqual([expect.stringContaining(`line ${at} of ${join(dir, 'torn')} is torn`), '240 rows, and the chain is whole.', `${at === 4 ? 3 : 4} anchors from outside were compared.`])
    }
    const short = [JSON.stringify({ ...JSON.parse(lines[0]!), head: { link: 100, seal: chain[99]!.seal } }), ...lines.slice(1, 101)]
    expect(await audited(['verify', written('torn', whole.slice(0, -40))], written('export', short.join('\n')))).toBe(false)
    expect(said.at(-3)).toBe('BROKEN at link 101: the chain is cut off here; an anchor knows it up to link 120')
  })
  test('notes the next anchor on a line of its own, behind one that was cut off', async () => {
    const file = anchorsIn(dir)
    truncateSync(file, statSync(file).size - 40)
    await run(`delete from audit_anchor where link = ${anchors.at(-1)!.link}`) // it comes after the file, so it never did
    await anchor()
    expect(readFileSync(file, 'utf8').split('\n').map((line) => line.slice(0, 8))).toEqual([...Array.from({ length: 5 }, () => '{"event"'), ''])
    expect(await readAnchors(file)).toMatchObject({ anchors: anchors.map(({ link }) => ({ link })), torn: [4] })
  })
})

test('an export of any size is checked in the same memory', async () => {
  const file = join(mkdtempSync(join(tmpdir(), 'portero-export-')), 'audit.jsonl')
  atEnd(() => rmSync(dirname(file), { recursive: true, force: true }))
  const many = 200_000
  const out = openSync(file, 'w')
  const object = 'o'.repeat(400)
  const all: string[] = []
  let seal = '00'.repeat(32)
  for (let link = 1; link <= many; link++) {
    const row = { id: String(link), at: link, by: 'system', user: null, person: null, conversation: null, what: 'action:speak', object, before: null, after: null, trace: 't' }
    seal = sealOf(seal, row)
    all.push(JSON.stringify({ link, seal, ...row }))
  }
  writeSync(out, `${JSON.stringify({ tenant, at: many, head: { link: many, seal } })}\n`)
  for (let from = 0; from < many; from += 10_000) writeSync(out, `${all.slice(from, from + 10_000).join('\n')}\n`)
  closeSync(out)
  const check = `import { checkExport } from './tool-server/spine/audit-export.ts'; import { linesIn } from './tool-server/spine/audit-anchors.ts'; console.log(JSON.stringify(await checkExport(linesIn(process.argv[1]), [])))`
  const checking = start(process.execPath, ['--max-old-space-size=40', '--input-type=module', '--eval', check, file], { env: {} })
  expect(await checking.exited).toEqual({ code: 0, signal: null })
  expect(statSync(file).size).toBeGreaterThan(100_000_000)
  expect(JSON.parse(checking.out())).toEqual({ tenant, at: many, sealed: many, anchors: 0 })
})
