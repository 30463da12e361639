import { afterEach, expect, test } from '@jest/globals'
import { sql } from 'kysely'
import { agentWords } from '@portero/shared'
import type { Config } from '@portero/tool-server/config.ts'
import { openAgent, type AgentStage } from './support/agent-stage.ts'

// What our own agent may cost: as usual, or as whoever pays for it says.
let stage: AgentStage
afterEach(() => stage.end())

const { called } = agentWords['es-MX']
const paid = async (agentDollars?: NonNullable<Config['agentDollars']>): Promise<void> => void (stage = await openAgent({ config: { ...(agentDollars && { agentDollars }) } }))
const costs = async (dollars: number): Promise<void> => void (await sql`update agent_run set micros = ${Math.round(dollars * 1_000_000)}`.execute(stage.house.db.bare))
const another = '+525510000002'

test('a person is answered for a dollar a day, without a word', async () => {
  await paid()
  await stage.says('hola')
  await costs(0.99)
  const answers = [await stage.says('busco depa en la Roma')]
  await costs(1)
  expect([...answers, await stage.says('¿y en la Condesa?')]).toEqual([[expect.stringContaining('Roma')], [called]])
})

test('or for as much as it says, and nobody else is the poorer for it', async () => {
  await paid({ perPersonAndDay: 3 })
  await stage.says('hola')
  await costs(1)
  const answers = [await stage.says('busco depa en la Roma')]
  await sql`update agent_run set micros = 2000000`.execute(stage.house.db.bare)
  expect([...answers, await stage.says('¿y en la Condesa?'), await stage.says('busco depa en la Roma', another)]).toEqual([[expect.stringContaining('Roma')], [called], [expect.stringContaining('Roma')]])
})

test('an answer that would cost more than one may ends with a person', async () => {
  await paid({ perAnswer: 0 })
  expect(await stage.says('busco depa en la Roma')).toEqual([called])
  expect(await stage.runs()).toEqual([expect.objectContaining({ outcome: 'fell-back', reason: 'budget', turns: 1, calls: 0 })])
})

test('a day is over for everybody when it is spent, and another one begins', async () => {
  await paid({ perDay: 2 })
  await stage.says('hola')
  await costs(2)
  const answers = [await stage.says('busco depa en la Roma', another)]
  stage.clock.advance(24 * 3_600_000)
  expect([...answers, await stage.says('busco depa en la Roma', another)]).toEqual([[called], [expect.stringContaining('Roma')]])
})

test('drafts for our own people are paid from the same day', async () => {
  await paid({ perDay: 2 })
  await stage.says('hola')
  const day = async (dollars: number): Promise<void> => void (await sql`insert into draft_cost (tenant_id, day, micros) values (${stage.house.tenant}, '2026-11-23', ${dollars * 1_000_000}) on conflict (tenant_id, day) do update set micros = excluded.micros`.execute(stage.house.db.bare))
  await day(1.9)
  const answers = [await stage.says('busco depa en la Roma')]
  await day(2)
  expect([...answers, await stage.says('¿y en la Condesa?')]).toEqual([[expect.stringContaining('Roma')], [called]])
})
