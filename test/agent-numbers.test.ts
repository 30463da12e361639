import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { takeOver } from '@portero/tool-server/actions/take-over.ts'
import { agentNumbers, type AgentNumbers } from '@portero/tool-server/store/agent-numbers.ts'
import { openAgent, type AgentStage } from './support/agent-stage.ts'

// How our own agent did, counted in the tables of a house in which six people wrote.
let stage: AgentStage
let from: number
let asked = 0
const phones = Array.from({ length: 6 }, (_, at) => `+52551000010${at}`)
const [looking, booking, calling, puzzled, stopping, later] = phones as [string, string, string, string, string, string]
const between = (start: number, end: number): Promise<AgentNumbers> => agentNumbers(stage.house.db.bare, stage.house.tenant, { from: start, to: end })
const soFar = (): Promise<AgentNumbers> => between(from, stage.clock.now() + 1)
beforeAll(async () => {
  stage = await openAgent()
  from = stage.clock.now()
  await stage.says('busco depa en la Roma', looking)
  await stage.says('quiero una visita el miércoles a las 11 en Roma Norte 302', booking)
  await stage.says('quiero hablar con una persona', calling)
  for (let time = 0; time < 3; time++) stage.openai.say({ call: 'no_such_tool', args: {} })
  await stage.says('hola', puzzled)
  await stage.says('BAJA', stopping)
  asked = stage.clock.now()
})
afterAll(() => stage.end())

describe('the numbers of our agent', () => {
  test('count each conversation once: in which it spoke, alone, and to an end that the records have', async () => {
    expect(await soFar()).toMatchObject({ conversations: 5, involved: 3, automated: 2, resolved: 1, escalated: 1 })
  })
  test('have how long people waited for its answers', async () => {
    const { replyMs } = await soFar()
    expect(replyMs?.p50).toBeGreaterThanOrEqual(3_000)
    expect(replyMs?.p50).toBeLessThanOrEqual(replyMs?.p95 ?? 0)
    expect(replyMs?.p95).toBeLessThan(15_000)
  })
  test('are of their stretch of time, its end not in it', async () => {
    expect(await between(0, from)).toEqual({ conversations: 0, involved: 0, automated: 0, resolved: 0, escalated: 0, replyMs: undefined })
    expect(await between(asked, asked + 1_000)).toMatchObject({ conversations: 0, involved: 0 })
    stage.clock.advance(1_000)
    await stage.says('busco depa en Condesa', later)
    expect(await between(asked, stage.clock.now() + 1)).toMatchObject({ conversations: 1, involved: 1, automated: 1, resolved: 0 })
  })
  test('are of one tenant', async () => {
    expect(await agentNumbers(stage.house.db.bare, '0193a3a0-0000-7000-8000-00000000ffff', { from, to: stage.clock.now() + 1 })).toMatchObject({ conversations: 0, replyMs: undefined })
  })
  test('call nothing automated that a person of ours had in hand', async () => {
    const { automated } = await soFar()
    await stage.house.acting.as({ tenant: stage.house.tenant, by: 'staff', user: 'sofia' }, 'all')(takeOver, { conversation: await stage.conversation(looking) })
    expect(await soFar()).toMatchObject({ automated: automated - 1 })
  })
})
