import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { sql } from 'kysely'
import { z } from 'zod'
import { mergePeople } from '@portero/tool-server/actions/merge-people.ts'
import { takeOver } from '@portero/tool-server/actions/take-over.ts'
import { unmergePeople } from '@portero/tool-server/actions/unmerge-people.ts'
import { defineAction } from '@portero/tool-server/define.ts'
import { revised } from '@portero/tool-server/domain/ports/messaging.ts'
import { gateScope } from '@portero/tool-server/spine/gate.ts'
import type { Kind } from './lab/bird/samples.ts'
import { account } from './support/bird-lab-stage.ts'
import { openAgent, type AgentStage } from './support/agent-stage.ts'

// Around our own agent: what it costs, whom it is silent for, whose it is, and what stops it.
let stage: AgentStage
let count = 0
let number: string
beforeAll(async () => void (stage = await openAgent({ legal: true })))
afterAll(() => stage.end())
beforeEach(() => void (number = `+5255420000${String(++count).padStart(2, '0')}`))

const query = async <T>(statement: ReturnType<typeof sql<T>>): Promise<T[]> => (await statement.execute(stage.house.db.bare)).rows
const outcomes = async (): Promise<(string | null)[]> => (await stage.runs(number)).map(({ outcome }) => outcome)
const as = (by: 'staff' | 'system') => stage.house.acting.as({ tenant: stage.house.tenant, by, ...(by === 'staff' && { user: 'sofia' }) }, 'all')
const model = (settings: object) => stage.house.connections.put({ tenant: stage.house.tenant, vendor: 'openai', account: 'lab', settings: { baseUrl: `${stage.lab.url}/openai/v1`, apiKey: 'sk-lab-agent-of-the-stage', ...settings } })
const responses = 'POST /v1/responses'

describe('what it would have asked', () => {
  test('is asked no more once its run is over', async () => {
    stage.desk.fault({ on: responses, fault: 'throttled', retryAfter: 5, times: 1_000 })
    stage.writes('hola', number)
    await stage.follow(60_000)
    expect(await outcomes()).toEqual(['fell-back'])
    stage.desk.clearFaults()
    const before = stage.asked().length
    await stage.follow(300_000, 5_000)
    expect(stage.asked().length - before).toBe(0)
    expect(await query(sql`select state from job where name = 'model.respond' and key like ${`say:${await stage.conversation(number)}:%`}`)).toEqual([{ state: 'dropped' }])
  })
})

describe('a model', () => {
  const transcriptions = (): number => stage.desk.requests().filter(({ path }) => /transcriptions/.test(path)).length
  const pictures = (): number => stage.desk.requests().filter(({ body }) => JSON.stringify(body ?? '').includes('input_image')).length
  const sends = async (kind: Kind, ms = 20_000): Promise<void> => {
    stage.bird.phone.write(number, { media: { kind } })
    await stage.follow(ms)
  }
  const hears = async (): Promise<number> => {
    const before = transcriptions()
    await sends('voice')
    return transcriptions() - before
  }
  test('hears nothing of who wants no more messages', async () => {
    stage.writes('hola', number)
    await stage.follow(15_000)
    stage.writes('BAJA', number)
    await stage.follow(5_000)
    expect(await hears()).toBe(0)
  })
  test('hears nothing while a person of ours has it in hand', async () => {
    stage.writes('hola', number)
    await stage.follow(15_000)
    await as('staff')(takeOver, { conversation: await stage.conversation(number) })
    expect(await hears()).toBe(0)
  })
  test('hears nothing of what is a day old', async () => {
    stage.bird.phone.write(number, { media: { kind: 'voice' } })
    stage.clock.advance(25 * 3_600_000)
    const before = transcriptions()
    await stage.follow(20_000)
    expect(transcriptions() - before).toBe(0)
  })
  test('hears thirty of one person a day, and the others are asked for in writing', async () => {
    const before = transcriptions()
    for (let each = 0; each < 33; each++) await sends('voice', 1_000)
    await stage.follow(20_000)
    expect(transcriptions() - before).toBe(30)
    expect(JSON.stringify(stage.asked().at(-1)!.input)).toContain('pídele que lo escriba')
  }, 120_000)
  test('sees no picture of which they say just after it what it is', async () => {
    await model({ media: { voice: true, images: true } })
    const before = pictures()
    await sends('image', 1_000)
    stage.writes('ahí va mi INE', number)
    await stage.follow(30_000)
    expect(pictures() - before).toBe(0)
    number = `${number}9`
    await sends('image', 30_000)
    expect(pictures() - before).toBeGreaterThan(0)
    await model({})
  })
})

describe('the gate', () => {
  test('holds back the agent of the vendor where ours answers, and leaves the notice to ours', async () => {
    const key = await stage.house.toolKeys.make({ tenant: stage.house.tenant, name: 'flow', scopes: [gateScope] })
    stage.writes('hola', number)
    await stage.follow()
    const response = await fetch(`${stage.serverUrl}/gate/inbound`, { method: 'POST', headers: { authorization: `Bearer ${key}`, 'x-bird-conversation-id': stage.bird.conversationFor(number) }, body: JSON.stringify({ text: 'hola' }) })
    expect(await response.json()).toEqual({ ok: true, answer: 'paused' })
    await stage.follow(15_000)
    expect(stage.heard(number).map(({ text }) => text)).toEqual([expect.stringMatching(/\/aviso$/), expect.any(String)])
  })
})

describe('two people who were taken for one', () => {
  const other = '+525542000099'
  const personOf = async (who: string): Promise<string> => (await query(sql<{ person: string }>`select person_id as person from conversation where id = ${await stage.conversation(who)}`))[0]!.person
  test('have each their own answers, sealed with their own key', async () => {
    await stage.says('busco depa en la Roma', number)
    await stage.says('hola', other)
    const [one, two] = [await personOf(number), await personOf(other)]
    const { merge, kept } = await as('system')(mergePeople, { people: [one, two] })
    const [their, them] = kept === one ? [other, two] : [number, one]
    await stage.says('busco depa en la Condesa', their)
    stage.writes('gracias', their)
    await stage.follow(1_000)
    await as('system')(unmergePeople, { merge })
    await stage.follow(20_000)
    await stage.house.vault.erasePerson(stage.house.db.bare, stage.house.tenant, kept)
    await stage.says('adiós', their)
    const runs = await query(sql<{ person: string; outcome: string }>`select person_id as person, coalesce(reason, outcome) as outcome from agent_run where conversation_id = ${await stage.conversation(their)} order by id`)
    expect(runs).toEqual(Array.from({ length: 4 }, () => ({ person: them, outcome: 'said' })))
    expect(JSON.stringify(stage.asked().at(-1)!.input)).toMatch(/Condesa.*function_call_output.*gracias.*adiós/)
  })
})

describe('an edit', () => {
  const deliver = (payload: z.infer<typeof revised>) => as('system')(defineAction({ name: 'deliver', args: revised, result: z.strictObject({}), scopes: [], callers: ['system'] }).decides(async (told, act) => {
    await act.later({ name: 'messaging.revised', payload: revised }, told, { key: `edit:${told.message}`, at: act.now })
    return {}
  }), payload)
  test('that comes before its message is answered, once', async () => {
    const contact = { id: `c-${number}`, phone: number, name: 'Ana' }
    const before = stage.asked().length
    await deliver({ connection: stage.connection, message: `m-${number}`, contact, body: { kind: 'text', text: 'busco depa en la Roma' }, at: stage.clock.now() })
    await stage.follow(15_000)
    const asked = stage.asked().slice(before)
    expect([asked.length > 0, JSON.stringify(asked[0]?.input).includes('busco depa en la Roma')]).toEqual([true, true])
  })
})

describe('a channel that is switched', () => {
  test('is answered no more by what ours was thinking', async () => {
    stage.desk.fault({ on: responses, fault: 'slow', ms: 6_000 })
    stage.writes('hola', number)
    await stage.follow(5_000)
    await stage.house.switchAgent(account.channel, 'bird')
    await stage.follow(20_000)
    expect([await outcomes(), stage.heard(number)]).toEqual([['taken'], []])
    await stage.house.switchAgent(account.channel, 'portero')
    await stage.follow(10_000)
  })
})

describe('tools that the model calls itself', () => {
  test('answer at our own door, and what they say backs what it says', async () => {
    await model({ hosted: true })
    const before = stage.asked().length
    const said = (await stage.says('busco depa en la Roma', number)).at(-1)
    const asked = stage.asked().slice(before)
    expect([asked.length, asked[0]!.body['tools'].map(({ type }: { type: string }) => type)]).toEqual([1, ['mcp']])
    expect(said).toContain('Roma')
    expect(await stage.runs(number)).toEqual([expect.objectContaining({ outcome: 'said', reason: null, turns: 1, calls: 1, repairs: 0, claims: 0 })])
    await stage.says('gracias', number)
    expect(stage.asked().at(-1)!.input.map(({ type }) => type).filter(Boolean)).toContain('function_call_output')
    expect(await outcomes()).toEqual(['said', 'said'])
    await model({})
  })
})

describe('what is measured', () => {
  test('counts what was answered without a model, each time', async () => {
    await stage.says('quiero hablar con una persona', number)
    expect(await (await fetch(`${stage.serverUrl}/metrics`)).text()).toMatch(/^portero_guards_total\{kind="person"\} 1$/m)
  })
})
