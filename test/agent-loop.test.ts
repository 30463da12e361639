import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { sql } from 'kysely'
import { agentWords } from '@portero/shared'
import { handBack, takeOver } from '@portero/tool-server/actions/take-over.ts'
import { callTool, mayStillCall } from '@portero/tool-server/agent/call-tool.ts'
import { openAgent, phone, type AgentStage } from './support/agent-stage.ts'

// Our own agent: from a message to an answer, whatever the model, the tools and the people do meanwhile.
let stage: AgentStage
beforeEach(async () => {
  stage = await openAgent()
})
afterEach(() => stage.end())

const words = agentWords['es-MX']
const count = async (table: string): Promise<number> => (await sql<{ count: number }>`select count(*) as count from ${sql.table(table)}`.execute(stage.house.db.bare)).rows[0]!.count
const staff = () => ({ tenant: stage.house.tenant, by: 'staff' as const, user: 'sofia' })
const lastInput = (): Record<string, any>[] => stage.asked().at(-1)!.input
const texts = (role: string): string[] => lastInput().flatMap((item) => (item['role'] === role ? [item['content'] as string] : []))
const outcomes = async (): Promise<(string | null)[]> => (await stage.runs()).map(({ outcome }) => outcome)

describe('a conversation', () => {
  test('leads to a visit, with times that can be pressed', async () => {
    const [homes] = await stage.says('hola, busco un departamento de 2 recámaras en la Roma, hasta 25 mil')
    expect(homes).toContain('Dos recámaras')
    await stage.says('el primero, ¿qué horarios hay?')
    const [first] = stage.bird.phone.messages(phone).at(-1)!.list!.rows
    stage.bird.phone.write(phone, { press: { message: stage.bird.phone.messages(phone).at(-1)!.id, payload: first!.payload } })
    stage.openai.say({ call: 'book_tour', args: { slot_id: first!.payload.replace('slot:', '') } })
    await stage.follow(15_000)
    expect(texts('user').at(-1)).toBe(`${first!.text} [slot_id ${first!.payload.replace('slot:', '')}]`)
    const [booked] = stage.heard().map(({ text }) => text)
    expect(booked).toMatch(/^Listo, tu visita a .+ quedó para el lunes 23 nov/)
    expect(await count('tour')).toBe(1)
    expect(await outcomes()).toEqual(['said', 'said', 'said'])
    expect(stage.asked()[0]!.tools.map(({ name }) => name)).toContain('book_tour')
    expect(stage.asked()[0]!.body).toMatchObject({ store: false, parallel_tool_calls: false })
  })
  test('goes on with what its tools have said before, each thing once and in its order', async () => {
    await stage.says('busco depa en la Roma')
    await stage.says('gracias')
    expect(lastInput().map(({ role, type }) => role ?? type)).toEqual(['user', 'function_call', 'function_call_output', 'assistant', 'user', 'developer'])
    expect(texts('developer').at(-1)).toMatch(/^Nota del sistema\. Hoy es lunes 23 de noviembre de 2026/)
  })
  test('is kept as it was read and said, sealed with the key of its person', async () => {
    await stage.says('busco depa en la Roma, mi tarjeta es 4111 1111 1111 1111')
    expect(texts('user')).toEqual(['busco depa en la Roma, mi tarjeta es [tarjeta]'])
    const { rows } = await sql<{ items_sealed: Buffer }>`select items_sealed from agent_item order by place`.execute(stage.house.db.bare)
    expect(rows.length).toBeGreaterThan(2)
    for (const { items_sealed } of rows) expect(items_sealed.toString('latin1')).not.toContain('Roma')
    const { rows: jobs } = await sql<{ args_sealed: Buffer | null }>`select args_sealed from job where name = 'model.respond' and state = 'done'`.execute(stage.house.db.bare)
    expect(jobs).toEqual(Array.from({ length: 2 }, () => ({ args_sealed: null })))
  })
  test('is not answered where it is but a thumb under a message', async () => {
    await stage.says('hola')
    const before = stage.asked().length
    stage.bird.phone.write(phone, { react: { message: stage.bird.phone.messages(phone).at(-1)!.id, emoji: '👍' } })
    await stage.follow(15_000)
    expect(stage.asked()).toHaveLength(before)
  })
  test('asks no model about who wants no more messages', async () => {
    await stage.says('hola')
    const before = stage.asked().length
    stage.writes('BAJA')
    await stage.follow(15_000)
    expect(stage.asked()).toHaveLength(before)
  })
})

describe('who writes in pieces', () => {
  test('is answered once, three and a half seconds after the last of them', async () => {
    stage.writes('hola')
    await stage.follow(3_000)
    stage.writes('busco depa')
    await stage.follow(3_000)
    stage.writes('en la Roma')
    await stage.follow(3_000)
    expect(stage.asked()).toHaveLength(0)
    await stage.follow(10_000)
    expect(texts('user')).toEqual(['hola', 'busco depa', 'en la Roma'])
    expect(stage.heard()).toHaveLength(1)
  })
  test('and never stops is answered after twelve', async () => {
    for (let at = 0; at < 5; at++) {
      stage.writes(`y ${at}`)
      await stage.follow(3_000)
    }
    expect(stage.asked().length).toBeGreaterThan(0)
  })
  test('while the model thinks, is answered with all of it, and what was thought before is never said', async () => {
    stage.desk.fault({ on: 'POST /v1/responses', fault: 'slow', ms: 5_000 })
    stage.openai.say({ say: 'Esto ya no viene al caso.' })
    stage.writes('hola')
    await stage.follow(5_000)
    expect(stage.asked()).toHaveLength(1)
    stage.writes('busco depa en la Roma')
    await stage.follow(20_000)
    expect(stage.heard().map(({ text }) => text)).toEqual([expect.stringContaining('Roma')])
    expect(await outcomes()).toEqual(['superseded', 'said'])
  })
  test('after something was done for them, hears of that first', async () => {
    await stage.says('busco depa de 2 recámaras en la Roma')
    stage.openai.say({ call: 'update_deal', args: { budget_mxn: 20_000, stage: null } })
    stage.desk.fault({ on: 'POST /v1/responses', fault: 'slow', ms: 100 }, { on: 'POST /v1/responses', fault: 'slow', ms: 6_000 })
    stage.writes('mi presupuesto es de 20 mil')
    await stage.follow(5_000)
    stage.writes('¿y qué horarios hay del primero?')
    await stage.follow(30_000)
    expect(await outcomes()).toEqual(['said', 'said', 'said'])
    expect(texts('user').at(-1)).toBe('¿y qué horarios hay del primero?')
    expect(lastInput().findLastIndex(({ role }) => role === 'assistant')).toBeLessThan(lastInput().findLastIndex(({ role }) => role === 'user'))
  })
})

describe('a model that goes wrong', () => {
  const fallen = async (reason: string): Promise<void> => {
    expect((await stage.runs()).at(-1)).toMatchObject({ state: 'over', outcome: 'fell-back', reason })
    expect(stage.heard().map(({ text }) => text)).toEqual([words.called])
    expect(await count('escalation')).toBe(1)
  }
  test.each([
    ['refuses', { refuse: 'No puedo.' }, 'cut'],
    ['says nothing', { say: '   ' }, 'silent'],
  ] as const)('and %s calls a person', async (_how, draft, reason) => {
    stage.openai.say(draft)
    stage.writes('hola')
    await stage.follow(15_000)
    await fallen(reason)
  })
  test.each(['incomplete', 'filtered'])('and whose answer is %s calls a person', async (how) => {
    stage.openai.controls.amiss({ how })
    stage.writes('hola')
    await stage.follow(15_000)
    await fallen('cut')
  })
  test('is told of a tool that there is not, and of arguments that cannot be read, twice', async () => {
    stage.openai.say({ call: 'vender_todo', args: {} })
    stage.openai.say({ call: 'find_homes', args: '{"area":' })
    await stage.says('busco depa en la Roma')
    const [told, again] = lastInput().flatMap((item) => (item['type'] === 'function_call_output' ? [item['output'] as string] : []))
    expect(told).toMatch(/^No existe la herramienta «vender_todo»\. Tienes: book_tour, /)
    expect(again).toBe('Los argumentos de find_homes no son un objeto JSON. Espero uno con: area, bedrooms, budget_max, pets, move_in.')
    expect((await stage.runs()).at(-1)).toMatchObject({ outcome: 'said', repairs: 2 })
  })
  test('and is wrong a third time calls a person', async () => {
    for (let time = 0; time < 3; time++) stage.openai.say({ call: `nada_${time}`, args: {} })
    stage.writes('hola')
    await stage.follow(15_000)
    await fallen('repairs')
  })
  test('and calls a tool wrongly is told how to mend it, by the tool', async () => {
    stage.openai.say({ call: 'find_homes', args: { zona: 'Roma' } })
    await stage.says('busco depa en la Roma')
    expect(lastInput().find(({ type }) => type === 'function_call_output')!['output']).toContain('No conozco «zona»')
    expect((await stage.runs()).at(-1)).toMatchObject({ outcome: 'said', repairs: 1 })
  })
  test('and asks the same three times calls a person', async () => {
    for (const args of ['{"area":"Roma","bedrooms":2}', '{"bedrooms":2,"area":"Roma"}', '{"area":"Roma","pets":null,"bedrooms":2}']) stage.openai.say({ call: 'find_homes', args })
    stage.writes('hola')
    await stage.follow(15_000)
    await fallen('again')
    expect((await stage.runs()).at(-1)!.calls).toBe(2)
  })
  test('and asks on and on is stopped after eight turns', async () => {
    for (let time = 0; time < 9; time++) stage.openai.say({ call: 'find_homes', args: { bedrooms: time } })
    stage.writes('hola')
    await stage.follow(15_000)
    await fallen('turns')
    expect(stage.asked()).toHaveLength(8)
  })
  test('and calls many tools at once has them called one after the other, twelve at the most', async () => {
    stage.openai.say(...Array.from({ length: 13 }, (_, bedrooms) => ({ call: 'find_homes', args: { bedrooms } })))
    stage.writes('hola')
    await stage.follow(15_000)
    await fallen('calls')
    expect((await stage.runs()).at(-1)!.calls).toBe(12)
  })
})

describe('a model that is away', () => {
  test('is answered for after three tries, and asked again when they write again', async () => {
    stage.openai.controls.refuse({ with: 'internal', times: 3 })
    stage.writes('hola')
    await stage.follow(20_000)
    expect(stage.heard().map(({ text }) => text)).toEqual([words.called])
    expect((await stage.runs()).at(-1)).toMatchObject({ outcome: 'fell-back', reason: 'away' })
    const [answer] = await stage.says('busco depa en la Roma')
    expect(answer).toContain('Roma')
  })
  test('for longer than 45 seconds is not waited for', async () => {
    stage.desk.fault({ on: 'POST /v1/responses', fault: 'slow', ms: 20_000 }, { on: 'POST /v1/responses', fault: 'slow', ms: 40_000 }, { on: 'POST /v1/responses', fault: 'slow', ms: 40_000 })
    stage.openai.say({ call: 'find_homes', args: {} })
    stage.writes('hola')
    await stage.follow(48_000)
    expect(stage.heard()).toHaveLength(0)
    await stage.follow(3_000)
    expect(stage.heard().map(({ text }) => text)).toEqual([words.called])
    await stage.follow(60_000)
    expect(stage.heard()).toHaveLength(0) // what it thinks of later is never said
  })
  test('says so a second time only in other words, since the person is called already', async () => {
    stage.openai.controls.refuse({ with: 'internal', times: 100 })
    stage.writes('hola')
    await stage.follow(20_000)
    stage.writes('¿hola?')
    await stage.follow(50_000)
    expect(stage.heard().map(({ text }) => text)).toEqual([words.called, words.calledBefore])
    expect(await count('escalation')).toBe(1)
  })
})

describe('what nothing backs', () => {
  test('goes back to the model once', async () => {
    stage.openai.say({ call: 'find_homes', args: { area: 'Roma' } })
    stage.openai.say({ say: '¡Listo! Tu visita quedó agendada para mañana a las 03:00 h.' })
    stage.openai.say({ say: 'Encontré varias opciones. ¿Cuál te interesa?' })
    expect(await stage.says('busco depa en la Roma')).toEqual(['Encontré varias opciones. ¿Cuál te interesa?'])
    expect(texts('developer').at(-1)).toMatch(/^Ese mensaje no se envió: .*no viene de ninguna herramienta/)
    expect((await stage.runs()).at(-1)).toMatchObject({ outcome: 'said', reason: null, turns: 3 })
    expect((await stage.runs()).at(-1)!.claims).toBeGreaterThan(0)
  })
  test('is said otherwise the second time: by what the last tool said', async () => {
    stage.openai.say({ call: 'find_homes', args: { area: 'Roma' } })
    for (let time = 0; time < 2; time++) stage.openai.say({ say: '¡Listo! Tu visita quedó agendada para mañana a las 03:00 h.' })
    const [said] = await stage.says('busco depa en la Roma')
    const { say } = JSON.parse(lastInput().find(({ type }) => type === 'function_call_output')!['output'])
    expect(said).toBe(say)
    expect((await stage.runs()).at(-1)).toMatchObject({ outcome: 'said', reason: 'replaced' })
  })
  test('is a sentence of ours where no tool has spoken', async () => {
    for (let time = 0; time < 2; time++) stage.openai.say({ say: 'La renta de la casa azul es de $7,350.' })
    expect(await stage.says('hola')).toEqual([words.unsure])
    const metrics = await fetch(new URL('/metrics', stage.serverUrl)).then((response) => response.text())
    expect(metrics).toContain('portero_agent_claims_total{outcome="replaced"} 1')
    expect(metrics).toContain('portero_agent_runs_total{outcome="said"} 1')
  })
})

describe('the budget', () => {
  test('of a person for a day is the end of it for today', async () => {
    await stage.says('hola')
    await sql`update agent_run set micros = 1000000`.execute(stage.house.db.bare)
    const before = stage.asked().length
    expect(await stage.says('¿hay depas?')).toEqual([words.called])
    expect((await stage.runs()).at(-1)).toMatchObject({ outcome: 'fell-back', reason: 'budget' })
    expect(stage.asked()).toHaveLength(before)
    stage.clock.advance(24 * 3_600_000)
    expect((await stage.says('¿y hoy?')).length).toBe(1)
    expect(stage.asked().length).toBeGreaterThan(before)
  })
  test('of a run ends its calls', async () => {
    stage.openai.say({ call: 'find_homes', args: { area: 'Roma' } })
    stage.desk.fault({ on: 'POST /v1/responses', fault: 'slow', ms: 2_000 })
    stage.writes('busco depa')
    await stage.follow(4_500)
    await sql`update agent_run set micros = 250000 where state = 'active'`.execute(stage.house.db.bare)
    await stage.follow(10_000)
    expect((await stage.runs()).at(-1)).toMatchObject({ outcome: 'fell-back', reason: 'budget' })
  })
})

describe('somebody else', () => {
  test('who takes it over while the model thinks: nothing more is said', async () => {
    stage.desk.fault({ on: 'POST /v1/responses', fault: 'slow', ms: 4_000 })
    stage.writes('hola')
    await stage.follow(5_000)
    await stage.house.acting.as(staff(), 'all')(takeOver, { conversation: await stage.conversation() })
    await stage.follow(60_000)
    expect(stage.heard()).toHaveLength(0)
    expect(await outcomes()).toEqual(['taken'])
    stage.writes('¿hola?')
    await stage.follow(15_000)
    expect(stage.asked()).toHaveLength(1)
    await stage.house.acting.as(staff(), 'all')(handBack, { conversation: await stage.conversation() })
    await stage.follow(5_000)
    expect(stage.heard()).toHaveLength(1) // they still waited
  })
  test('who gives it back answered has nothing said again', async () => {
    await stage.says('hola')
    const conversation = await stage.conversation()
    await stage.house.acting.as(staff(), 'all')(takeOver, { conversation })
    await stage.house.acting.as(staff(), 'all')(handBack, { conversation })
    const before = stage.asked().length
    await stage.follow(15_000)
    expect(stage.asked()).toHaveLength(before)
  })
  test('who takes it over before a tool is called: it is not called', async () => {
    await stage.says('hola')
    stage.openai.say({ call: 'update_deal', args: { budget_mxn: 20_000, stage: null } })
    stage.desk.fault({ on: 'POST /v1/responses', fault: 'slow', ms: 4_000 })
    stage.writes('mi presupuesto es 20 mil')
    await stage.follow(5_000)
    await stage.house.acting.as(staff(), 'all')(takeOver, { conversation: await stage.conversation() })
    await stage.follow(60_000)
    expect((await sql`select 1 from job where name = 'tools.call'`.execute(stage.house.db.bare)).rows).toEqual([])
    expect(stage.heard()).toHaveLength(0)
  })
  test('is asked about once more at the moment a tool is called', async () => {
    stage.desk.fault({ on: 'POST /v1/responses', fault: 'slow', ms: 4_000 })
    stage.writes('hola')
    await stage.follow(5_000)
    const conversation = await stage.conversation()
    const { id } = (await stage.runs())[0]!
    const may = (run = id) => mayStillCall(stage.house.db.bare, { tenant: stage.house.tenant, key: `say:${conversation}:bot:call:${run}:1:call_1` })
    const hands = (state: string) => sql`update conversation set state = ${state}`.execute(stage.house.db.bare)
    const seen = [await may(), await may(conversation)]
    await hands('paused')
    seen.push(await may())
    await hands('bot')
    await stage.follow(10_000)
    expect([...seen, await may()]).toEqual([true, false, false, false]) // at last its run is over
    expect(callTool.gated).toBe(true)
  })
  test('wants no more messages in the middle of it: only goodbye is said', async () => {
    stage.desk.fault({ on: 'POST /v1/responses', fault: 'slow', ms: 4_000 })
    stage.writes('busco depa')
    await stage.follow(5_000)
    stage.writes('BAJA')
    await stage.follow(60_000)
    expect(stage.heard().map(({ text }) => text)).toEqual([expect.stringContaining('ya no te vamos a escribir')])
    expect(await outcomes()).toEqual(['opted-out'])
  })
})

describe('the channel', () => {
  test("is Bird's without a word: nothing of ours runs", async () => {
    await stage.end()
    stage = await openAgent({ agent: 'bird' })
    stage.writes('hola')
    await stage.follow(15_000)
    expect(stage.asked()).toHaveLength(0)
    expect(await count('agent_run')).toBe(0)
  })
  test('shows the notice first, once', async () => {
    await stage.end()
    stage = await openAgent({ legal: true })
    const [notice, answer] = await stage.says('hola')
    expect(notice).toContain('el asistente virtual de UrbanHub: un programa, no una persona')
    expect(answer).toContain('¿')
    expect(await stage.says('busco depa en la Roma')).toHaveLength(1)
  })
  test("on which Bird's own agent is heard too is not ready", async () => {
    await stage.says('hola')
    const ready = async () => (await fetch(new URL('/readyz', stage.serverUrl))).json() as Promise<{ ok: boolean; conditions: { name: string; detail?: string }[] }>
    expect(await ready()).toMatchObject({ ok: true })
    await stage.botSays('Hola, soy Vivi de Bird.')
    await stage.follow(3_000)
    expect(await ready()).toMatchObject({ ok: false, conditions: expect.arrayContaining([expect.objectContaining({ name: 'agents', detail: expect.stringContaining("two agents answer on bird's channel ch-casa") })]) })
    stage.clock.advance(24 * 3_600_000)
    expect(await ready()).toMatchObject({ ok: true })
  })
})
