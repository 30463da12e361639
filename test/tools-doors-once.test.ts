import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { sql } from 'kysely'
import request, { type Response } from 'supertest'
import { z } from 'zod'
import { defineAction, type Tool } from '@portero/tool-server/define.ts'
import { until } from './support/tiny.ts'
import { secretMessage, toolsStage, type Tools } from './support/tools.ts'

// What a tool changes: once, whole or not at all, and told in time or later.
let stage: Tools
let count = 0
let conversation = ''
let word = ''
beforeAll(async () => void (stage = await toolsStage()))
beforeEach(async () => {
  conversation = `c-${++count}`
  word = `w${count};`
  stage.late.length = 0
  stage.will.pushLate = async () => {}
  await stage.conversation(conversation)
})
afterAll(() => stage.end())

const ask = (tool: string, text = word, headers: Record<string, string> = {}): Promise<Response> => Promise.resolve(stage.call(tool, { text }, { 'x-bird-conversation-id': conversation, ...headers }))
const notes = async (): Promise<string[]> => (await stage.notes()).filter((text) => text.includes(word))
const replies = async (): Promise<number> => (await sql`select key from tool_reply r join conversation c on c.id = r.conversation_id where c.external_id = ${conversation}`.execute(stage.db.bare)).rows.length
const audited = async (): Promise<string[]> => (await sql<{ what: string }>`select what from audit a join conversation c on c.id = a.conversation_id where c.external_id = ${conversation}`.execute(stage.db.bare)).rows.map(({ what }) => what)
const codeOf = ({ status, body }: Response): unknown => [status, body.error?.code]

describe('a write', () => {
  test('is done, answered, kept and audited', async () => {
    expect(codeOf(await ask('leave_note'))).toEqual([200, undefined])
    expect([await notes(), await replies(), await audited()]).toEqual([[word], 1, ['action:note']])
  })
  test('made again is answered as the first time, and not done again', async () => {
    const first = await ask('leave_note')
    const again = await ask('leave_note', ` ${word}`)
    expect([again.body, await notes()]).toEqual([first.body, [word]])
  })
  test('made again after an hour is a new wish, which is done once too', async () => {
    await ask('leave_note')
    stage.clock.advance(3_600_000)
    const later = await ask('leave_note')
    const answers = await Promise.all([ask('leave_note'), ask('leave_note')])
    expect([answers.map(({ text }) => text), await notes(), await replies()]).toEqual([[later.text, later.text], [word, word], 1])
  })
  test('made again after an hour, twenty times at once, is done once more', async () => {
    await ask('leave_note')
    stage.clock.advance(3_600_000)
    const answers = await Promise.all(Array.from({ length: 20 }, () => ask('leave_note')))
    expect([new Set(answers.map(({ text }) => text)).size, await notes()]).toEqual([1, [word, word]])
  })
  test('that fails after an hour is not answered by what was then', async () => {
    await ask('leave_note')
    stage.clock.advance(3_600_000)
    await sql`alter table tiny_note add constraint full_up check (text <> ${sql.lit(word)}) not valid`.execute(stage.db.bare)
    const answer = await ask('leave_note')
    await sql`alter table tiny_note drop constraint full_up`.execute(stage.db.bare)
    expect(codeOf(answer)).toEqual([500, 'bug'])
  })
  test('of other words is another', async () => {
    await ask('leave_note')
    await ask('leave_note', `${word} more`)
    expect(await notes()).toHaveLength(2)
  })
  test('of the same words by another tool, or in another conversation, is another', async () => {
    await ask('leave_note')
    await ask('note_slowly')
    await stage.conversation(`${conversation}-b`)
    await ask('leave_note', word, { 'x-bird-conversation-id': `${conversation}-b` })
    expect(await notes()).toHaveLength(3)
  })
  test('without a business key is done each time: having pets, none, and pets again means each', async () => {
    for (const text of [word, `${word}2`, word]) expect(codeOf(await ask('note_freely', text))).toEqual([200, undefined])
    expect((await notes()).toSorted()).toEqual([word, word, `${word}2`].toSorted())
  })
  test('with a long business key is kept too', async () => {
    const long = word + 'x'.repeat(20_000)
    await ask('leave_note', long)
    expect([codeOf(await ask('leave_note', long)), await notes()]).toEqual([[200, undefined], [long]])
  })
  test('keeps its answer sealed', async () => {
    await ask('note_slowly')
    const { rows } = await sql<{ reply: Buffer }>`select reply_sealed as reply from tool_reply`.execute(stage.db.bare)
    expect(rows.some(({ reply }) => reply.includes(word))).toBe(false)
  })
  test('made twenty times at once is done once, and answered alike twenty times', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => ask('leave_note')))
    expect(new Set(answers.map(({ status, text }) => `${status} ${text}`)).size).toBe(1)
    expect([answers[0]!.body.ok, await notes(), await replies(), await audited()]).toEqual([true, [word], 1, ['action:note']])
  })
  test('that loses to the same call, and fails for it, is answered as that was', async () => {
    const { first, second } = await raced('seat')
    expect([first.body, second.body]).toEqual([{ ok: true, say: 'Tuyo.' }, first.body])
  })
  test('that loses to the same call, and says that it is taken, is answered as that was', async () => {
    const { first, second } = await raced('seat_politely')
    expect([first.body, second.body]).toEqual([{ ok: true, say: 'Tuyo.' }, first.body])
  })
  test('that said no may be tried again', async () => {
    const answers = [await ask('note_but_no'), await ask('note_but_no')]
    expect([answers.map(codeOf), await replies()]).toEqual([[[200, 'name_missing'], [200, 'name_missing']], 0])
  })
  test('that said no keeps what it did before', async () => {
    await ask('note_but_no')
    expect(await notes()).toEqual([word])
  })
  test('is one transaction, however many actions it takes', async () => {
    expect([codeOf(await ask('note_twice', `!${word}`)), await notes()]).toEqual([[500, 'bug'], []])
  })
  test('may go on after an action that failed, and ask again', async () => {
    const answer = await ask('note_or_else', `!${word}`)
    expect([codeOf(answer), answer.body.data, await notes()]).toEqual([[200, 'taken'], { count: expect.any(Number) }, []])
  })
  test('is a bug when it says done although a later action took the first with it', async () => {
    expect([codeOf(await ask('note_half')), await notes(), await replies()]).toEqual([[500, 'bug'], [], 0])
  })
  test('is a bug when it asks after it changed something', async () => {
    expect([codeOf(await ask('note_then_look')), await notes()]).toEqual([[500, 'bug'], []])
  })
  test.each(['note_odd', 'note_long'])('whose answer cannot be told is not done: %s', async (tool) => {
    const answer = await ask(tool)
    expect([codeOf(answer), await notes(), await replies()]).toEqual([[500, 'bug'], [], 0])
    expect(answer.text).not.toContain(word)
  })
  test('by a tool that only reads is a bug', async () => {
    expect([codeOf(await ask('note_unlike_reads')), await notes()]).toEqual([[500, 'bug'], []])
  })
  test('that the database breaks off is run again as a whole, four times at most', async () => {
    stage.statements.length = 0
    const answer = await ask('note_slowly', `!deadlock`)
    expect([codeOf(answer), stage.statements.filter((text) => text.startsWith('insert into tiny_note'))]).toEqual([[500, 'bug'], Array(4).fill(expect.any(String))])
  })
  test('that the database broke off once is done', async () => {
    let breaks = 1
    const text = z.strictObject({ text: z.string() })
    const action = defineAction({ name: 'breaks', args: text, result: z.strictObject({}), scopes: [], callers: ['prospect'] }).decides(async ({ text }, { tx, subject }) => {
      await sql`insert into tiny_note (tenant_id, person_id, text) values (${subject.tenant}, ${subject.person!}, ${text})`.execute(tx)
      if (breaks-- > 0) throw Object.assign(new Error(secretMessage), { code: '40001' })
      return {}
    })
    const answer = await opened({ name: 'break_once', run: async ({ text }: any, { act }) => {
      await act(action, { text })
      return { ok: true, say: 'Listo.' }
    } })
    expect([answer.body, await notes()]).toEqual([{ ok: true, say: 'Listo.' }, [word]])
  })
})

// A tool of the test's own, asked once or more at the same time.
const plain = { description: 'x', input: z.strictObject({ text: z.string() }), output: z.strictObject({ ok: z.boolean(), say: z.string(), error: z.strictObject({ code: z.string(), retryable: z.boolean() }).nullish() }), callers: ['prospect' as const], policy: { effect: 'write' as const, timeoutMs: 9_000, scopes: [], once: ({ text }: { text: string }) => text }, examples: [] }
const opened = (tool: Pick<Tool, 'name' | 'run'>): Promise<Response> => Promise.resolve(request(stage.open([{ ...plain, ...tool }]).doors).post(`/tools/${tool.name}`).set({ authorization: `Bearer ${stage.key}`, 'x-conversation-id': conversation }).send({ text: word }))

// Two of the same call, both bound before either has changed anything; there is one seat.
const raced = async (name: string): Promise<{ first: Response; second: Response }> => {
  const seat = defineAction({ name: 'seat', args: z.strictObject({ text: z.string() }), result: z.strictObject({ taken: z.boolean() }), scopes: [], callers: ['prospect'] }).decides(async ({ text }, { tx, subject }) => {
    const { rows } = await sql`insert into seat (tenant_id, text) values (${subject.tenant}, ${text}) on conflict do nothing returning text`.execute(tx)
    if (rows.length === 0 && name === 'seat') throw Object.assign(new Error('taken'), { code: 'conflict' })
    return { taken: rows.length === 0 }
  })
  await sql`create table if not exists seat (tenant_id uuid, text text, primary key (tenant_id, text))`.execute(stage.db.bare)
  let here = 0
  const { promise: both, resolve } = Promise.withResolvers<void>()
  const run: Tool['run'] = async ({ text }: any, { act }) => {
    if (++here === 2) resolve()
    await both
    const { taken } = await act(seat, { text })
    return taken ? { ok: false, say: 'Ocupado.', error: { code: 'taken', retryable: false } } : { ok: true, say: 'Tuyo.' }
  }
  const { runTool } = stage.open([{ ...plain, name, run }])
  const call = async (): Promise<any> => runTool({ tool: name, raw: { text: word }, key: stage.key, conversation, wire: 'http' })
  const [first, second] = await Promise.all([call(), call()])
  return { first, second }
}

describe('a call that takes long', () => {
  const begun = async (tool: string): Promise<{ answer: Promise<Response> }> => {
    stage.gate.close()
    const answer = ask(tool)
    await until(() => stage.gate.waiting() === 1)
    return { answer }
  }
  test('is answered after 7.5 s, goes on, and is told as a message', async () => {
    const { answer } = await begun('note_slowly')
    stage.clock.advance(7_499)
    const early = await Promise.race([answer, new Promise((resolve) => setImmediate(() => resolve('no answer yet')))])
    stage.clock.advance(1)
    expect([early, (await answer).body, await notes()]).toEqual(['no answer yet', { ok: false, say: expect.any(String), error: { code: 'still_working', retryable: false } }, []])
    stage.gate.open()
    await stage.idle()
    expect([stage.late, await notes()]).toEqual([[{ say: `Anoté ${word}.`, key: expect.stringMatching(/^[0-9a-f-]{36}:note_slowly:/) }], [word]])
  })
  test('is answered after its own time when that is shorter', async () => {
    const { answer } = await begun('look_slowly')
    stage.clock.advance(3_000)
    expect(codeOf(await answer)).toEqual([200, 'still_working'])
    stage.gate.open()
    await stage.idle()
    expect(stage.late).toEqual([{ say: 'Listo.', key: expect.any(String) }])
  })
  test('and is made again meanwhile is done once', async () => {
    const { answer } = await begun('note_slowly')
    stage.clock.advance(7_500)
    await answer
    const again = ask('note_slowly')
    await until(() => stage.gate.waiting() === 2)
    stage.gate.open()
    expect([(await again).body.say, await notes()]).toEqual([`Anoté ${word}.`, [word]])
    await stage.idle()
  })
  test('and is made again, which takes as long, is told under one key', async () => {
    const { answer } = await begun('note_slowly')
    const again = ask('note_slowly')
    await until(() => stage.gate.waiting() === 2)
    stage.clock.advance(7_500)
    await Promise.all([answer, again])
    stage.gate.open()
    await stage.idle()
    expect([stage.late.length, new Set(stage.late.map(({ key }) => key)).size, await notes()]).toEqual([2, 1, [word]])
  })
  test('and never ends holds up nobody for more than a minute, and has done nothing', async () => {
    const { answer } = await begun('note_and_hang')
    stage.clock.advance(7_500)
    expect(codeOf(await answer)).toEqual([200, 'still_working'])
    stage.clock.advance(60_000)
    await ask('leave_note', `${word} next`)
    stage.gate.open()
    await stage.idle()
    expect(await notes()).toEqual([`${word} next`])
    expect(stage.late.map(({ say }) => say)).toContain('Algo falló de nuestro lado. Ya quedó registrado.')
  })
  test('and fails in the end is told so', async () => {
    stage.gate.close()
    const answer = ask('note_slowly', `!${word}`)
    await until(() => stage.gate.waiting() === 1)
    stage.clock.advance(7_500)
    await answer
    stage.gate.open()
    await stage.idle()
    expect([stage.late.map(({ say }) => say), await notes()]).toEqual([['Algo falló de nuestro lado. Ya quedó registrado.'], []])
  })
  test('holds the house open until it is told', async () => {
    const { answer } = await begun('note_slowly')
    stage.clock.advance(7_500)
    await answer
    let isIdle = false
    const idle = stage.idle().then(() => void (isIdle = true))
    await new Promise((resolve) => setImmediate(resolve))
    const before = isIdle
    stage.gate.open()
    await idle
    expect([before, stage.late.length]).toEqual([false, 1])
  })
  test('and cannot be told is logged by ids', async () => {
    stage.will.pushLate = async () => Promise.reject(new Error(secretMessage))
    const { answer } = await begun('note_slowly')
    stage.clock.advance(7_500)
    await answer
    stage.gate.open()
    await stage.idle()
    expect(stage.logged()).toContain('"event":"tool.untold"')
    expect(stage.logged()).not.toMatch(/Juan|SELECT|Anoté/)
  })
  test('leaves no timer behind', async () => {
    const { answer } = await begun('look_slowly')
    stage.clock.advance(3_000)
    await answer
    stage.gate.open()
    await stage.idle()
    await ask('leave_note')
    expect(stage.clock.pending()).toBe(0)
  })
})

describe('statements', () => {
  test('are three for a read of one statement: whose it is, what is asked, and what was answered', async () => {
    const look = () => stage.call('look_around', { home: 'x' }, { 'x-bird-conversation-id': conversation })
    await look()
    stage.statements.length = 0
    await look()
    expect(stage.statements).toHaveLength(3)
  })
  test('are five for a write that asks once and changes one row', async () => {
    await ask('leave_note')
    stage.statements.length = 0
    await ask('leave_note', `${word} more`)
    expect(stage.statements).toHaveLength(5)
  })
  test('is one for a write that was answered before', async () => {
    await ask('leave_note')
    stage.statements.length = 0
    await ask('leave_note')
    expect(stage.statements).toHaveLength(1)
  })
})
