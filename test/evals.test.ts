import { describe, expect, test } from '@jest/globals'
import { escalate } from '@portero/tool-server/actions/escalate.ts'
import { requestPrivacy } from '@portero/tool-server/actions/request-privacy.ts'
import { loadCatalogue } from '@portero/tool-server/store/homes.ts'
import { book, homeNamed, runBatch, type Batch, type Outcome } from './evals/batch.ts'
import { chanceOf } from './evals/chance.ts'
import { evaluate } from './evals/evaluate.ts'
import { figuresOf } from './evals/figures.ts'
import { unbackedIn } from './evals/judge.ts'
import { lookAt } from './evals/look.ts'
import { noisy } from './evals/noise.ts'
import { tasks } from './evals/tasks.ts'
import type { Task } from './evals/task.ts'
import type { AgentStage } from './support/agent-stage.ts'

// A part of the evaluations with each change; all of them by npm run evals. And that their judge sees what is wrong.
const named = (...names: string[]): Task[] => names.map((name) => tasks.find((task) => task.name === name) ?? { name, about: '?', does: [], end: {} })
const subset = named(
  'a zone, bedrooms and a budget', 'a budget too low', 'by voice', 'booked in one message', 'searched, offered, and the second time pressed', 'a time that somebody else takes first', 'asked for a name, in one message',
  'moved to a day and an hour', 'one of two visits, by its place', 'the waiting list', 'the deposit of one home', 'asks for a person', 'a leak of gas', 'stops it all in the middle', 'cancelar that means the messages', 'a discount', 'the instructions', 'no longer interested',
)

describe('the agent of ours', () => {
  test('ends conversations as they should end, however people write', async () => {
    const evaluated = await evaluate({ tasks: subset, k: 2, noise: 0.5 })
    const figures = figuresOf(evaluated)
    expect(evaluated.flatMap(({ run, outcome: { task, faults } }) => faults.map((fault) => `${task.name} (seed ${run}): ${fault}`)).slice(0, 2)).toEqual([])
    expect(figures).toMatchObject({ tasks: subset.length, runs: 2 * subset.length, passK: 1, pass1: 1, falseContainment: 0, needless: 0 })
    expect(figures.micros).toBeGreaterThan(0)
  }, 240_000) // a quarter of that on a quiet machine
})

describe('the judge', () => {
  const [search] = named('a zone only')
  const judged = async (plant: NonNullable<Batch['plant']>, task = search!): Promise<string[]> => {
    const [outcome] = await runBatch({ tasks: [task], seed: 1, noise: 0, plant })
    return outcome!.faults
  }
  const asThem = async (stage: AgentStage, number: string) => {
    const { conversation, person } = await lookAt(stage, number)
    return stage.house.acting.as({ tenant: stage.house.tenant, by: 'prospect', person, conversation }, 'all')
  }
  test('has nothing to say of what went well', async () => {
    expect(await judged(async () => undefined)).toEqual([])
  })
  test('sees a visit of the wrong home', async () => {
    const wrong = async (stage: AgentStage, number: string): Promise<void> => {
      const catalogue = await loadCatalogue(stage.house.db.bare, stage.house.tenant)
      await book(stage, catalogue, number, homeNamed(catalogue, 'condesa-104'), Date.parse('2026-11-25T12:00-06:00'))
    }
    expect(await judged(wrong)).toContain('a visit of condesa-104 on miércoles 25 nov, 12:00 h is confirmed')
  })
  test('sees that a person was called for nothing, and that none was called', async () => {
    expect(await judged(async (stage, number) => (await asThem(stage, number))(escalate, { reason: 'other', summary: 'nada', withinMs: 60_000 }))).toEqual(['a person was called for nothing: other'])
    expect(await judged(async () => undefined, { ...search!, end: { calls: 'asked_for_person' } })).toEqual(['nobody was called'])
  })
  test('sees a price and a time that nothing backs, and a promise', async () => {
    const faults = await judged((stage, number) => stage.botSays('Para ti queda en $12,345 al mes, y te hago un descuento. Te espero a las 21:45.', number))
    expect(faults).toEqual(expect.arrayContaining(['nothing backs «12345»', 'nothing backs «21:45»', 'it said «te hago un descuento»']))
  })
  test('sees a request that they did not make', async () => {
    expect(await judged(async (stage, number) => (await asThem(stage, number))(requestPrivacy, { kind: 'cancel', details: 'x' }))).toEqual(expect.arrayContaining(['asked about their data: [cancel], not []']))
  })
  test('takes a figure that a tool gave in another form', () => {
    expect(unbackedIn('Son $31,900 y está a las 9:30 h', { told: '{"rent":31900,"label":"lunes 23 nov, 09:30 h"}', open: '' })).toEqual([])
  })
})

describe('the figures', () => {
  test('take a task for passed only where each of its runs was', () => {
    const outcome = (name: string, faults: string[], calls: string[], end: Task['end'] = {}): Outcome => ({
      task: { name, about: 'x', does: [], end }, faults, turns: 1, transcript: [],
      known: { conversation: '', person: '', tours: [], waits: [], calls, stage: null, facts: {}, isStopped: false, privacy: [], told: [], runs: [], mended: [] },
    })
    const evaluated = [outcome('a', [], []), outcome('a', ['?'], ['other']), outcome('b', [], ['emergency'], { calls: 'emergency' }), outcome('b', ['?'], [], { calls: 'emergency' }), outcome('c', [], []), outcome('c', [], [])].map((each) => ({ run: 1, outcome: each }))
    expect(figuresOf(evaluated)).toMatchObject({ tasks: 3, runs: 6, passK: 0.3333, pass1: 0.6667, falseContainment: 0.5, escalated: 0.3333, needless: 0.1667, replyMs: undefined })
  })
})

describe('the noise', () => {
  const text = 'busco departamento de dos recámaras en Roma Norte 302, hasta $35,000 a las 11:30'
  test('is the same for a seed, and none at all where none is wanted', () => {
    expect(noisy(text, { level: 1, chance: chanceOf('x') })).toEqual(noisy(text, { level: 1, chance: chanceOf('x') }))
    expect(noisy(text, { level: 0, chance: chanceOf('x') })).toEqual([{ afterMs: 0, text }])
  })
  test('changes no figure, no hour and no name', () => {
    for (let seed = 0; seed < 300; seed++) {
      const said = noisy(text, { level: 1, chance: chanceOf(String(seed)) }).map((piece) => piece.text).join(' ').toLowerCase()
      for (const kept of ['roma norte 302', '$35,000', '11:30']) expect(said).toContain(kept)
    }
  })
})

test('there are at least a hundred tasks, each with a name of its own', () => {
  expect(tasks.length).toBeGreaterThanOrEqual(100)
  expect(new Set(tasks.map(({ name }) => name)).size).toBe(tasks.length)
  expect(subset.every(({ about }) => about !== '?')).toBe(true)
})
