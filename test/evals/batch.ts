import { sql } from 'kysely'
import { bookTour } from '@portero/tool-server/actions/book-tour.ts'
import type { Millis } from '@portero/tool-server/define.ts'
import { agentsFor, type Catalogue, type Home } from '@portero/tool-server/domain/homes.ts'
import { placing } from '@portero/tool-server/domain/offers.ts'
import { label, readWhen } from '@portero/tool-server/domain/spanish-times.ts'
import { at } from '@portero/tool-server/spine/db.ts'
import { loadCatalogue } from '@portero/tool-server/store/homes.ts'
import { openAgent, sampleCatalogue, type AgentStage } from '../support/agent-stage.ts'
import { faultsOf } from './judge.ts'
import { lookAt, offeredIn, type Known } from './look.ts'
import { makePerson, spoken, type Doing, type Person } from './person.ts'
import type { Task } from './task.ts'

// Some tasks in one house, each with a phone of its own: all write, time goes by, all hear what came, and write again.
export type Outcome = { task: Task; faults: string[]; known: Known; transcript: string[]; turns: number }
// plant: what a test does behind the agent's back, once all was said.
export type Batch = { tasks: readonly Task[]; seed: number; noise: number; model?: { baseUrl: string; apiKey: string } | undefined; plant?(stage: AgentStage, number: string): Promise<unknown> }

const mostRounds = 40
const quietMs = 5_000 // from the last message until an answer may be due
const patienceMs = 90_000
const stepMs = 500

// In Narvarte they want to know who comes.
export const catalogueText = (): string => sampleCatalogue().replace('visits: { perAgentAndDay: 6 }', 'visits: { perAgentAndDay: 6, needsName: true }')

export const runBatch = async ({ tasks, seed, noise, model, plant }: Batch): Promise<Outcome[]> => {
  const text = catalogueText()
  const stage = await openAgent({ catalogue: text, ...(model && { model }) })
  try {
    stage.openai.controls.script({ mode: 'policy', ...(noise > 0 && { noise: seed }) })
    for (const { does } of tasks) for (const turn of does) if (typeof turn === 'object' && 'voice' in turn) stage.openai.controls.hear({ bytes: spoken(turn.voice).toString('base64'), text: turn.voice })
    const catalogue = await loadCatalogue(stage.house.db.bare, stage.house.tenant)
    const people = tasks.map((task, no) => makePerson({ task, number: `+5255200${String(10_000 + no)}`, level: noise, seed }))
    const others = await openOthers(stage, catalogue, tasks)
    await furnish(stage, catalogue, people)
    await talk(stage, people, others)
    for (const { number } of people) await plant?.(stage, number)
    return await Promise.all(people.map(async ({ task, number, picked, turns }) => {
      const known = await lookAt(stage, number)
      const phone = stage.bird.phone.messages(number)
      const faults = [...faultsOf({ task, known, phone, picked, public: text }), ...(await others.harmed())]
      return { task, faults, known, turns, transcript: phone.map(({ from, text: said, list, buttons }) => `${from === 'me' ? '>' : '<'} ${said}${list ? ` [${list.rows.length} rows]` : buttons ? ` [${buttons.map((each) => each.text).join(' | ')}]` : ''}`) }
    }))
  } finally {
    await stage.end()
  }
}

const talk = async (stage: AgentStage, people: readonly Person[], others: Others): Promise<void> => {
  const active = new Set(people)
  for (let round = 0; round < mostRounds && active.size > 0; round++) {
    const writes: { afterMs: Millis; number: string; what: Doing['writes'][number]['what'] }[] = []
    for (const person of active) {
      const doing = person.next(stage.heard(person.number))
      if (!doing) active.delete(person)
      if (doing?.takes !== undefined) await others.take(person.number, doing.takes)
      let afterMs = 0
      for (const each of doing?.writes ?? []) writes.push({ ...each, afterMs: afterMs += each.afterMs, number: person.number })
    }
    let spent = 0
    for (const { afterMs, number, what } of writes.toSorted((a, b) => a.afterMs - b.afterMs)) {
      if (afterMs > spent) await stage.follow(afterMs - spent)
      spent = Math.max(spent, afterMs)
      stage.bird.phone.write(number, what)
    }
    await quiet(stage)
  }
}

// Until nobody waits for an answer any more.
const quiet = async (stage: AgentStage): Promise<void> => {
  await stage.follow(quietMs, 1_000)
  for (let waited = 0; waited < patienceMs; waited += stepMs) {
    const soon = at(stage.clock.now() + quietMs)
    const { rows } = await sql`select 1 where exists (select 1 from agent_run where state <> 'over') or exists (select 1 from inbox where state = 'new') or exists (select 1 from job where (state = 'running') or (state in ('ready', 'scheduled') and run_at <= ${soon}))`.execute(stage.house.db.bare)
    if (rows.length === 0) return
    await stage.follow(stepMs, stepMs)
  }
}

// What they have already when they begin to write.
const furnish = async (stage: AgentStage, catalogue: Catalogue, people: readonly Person[]): Promise<void> => {
  const visitors = people.filter(({ task }) => (task.before?.length ?? 0) > 0)
  if (visitors.length === 0) return
  for (const { number } of visitors) stage.writes('hola', number)
  await quiet(stage)
  for (const { task, number } of visitors) for (const { home: slug, when } of task.before ?? []) {
    const home = homeNamed(catalogue, slug)
    const read = readWhen(when, { zone: home.building.zone, now: stage.clock.now() })
    if (!read || !('startsAt' in read) || !(await book(stage, catalogue, number, home, read.startsAt))) throw new Error(`${task.name}: ${slug} can't be visited at ${when}`)
  }
  await quiet(stage)
  for (const { number } of visitors) stage.heard(number)
}

export const homeNamed = (catalogue: Catalogue, slug: string): Home => {
  const home = catalogue.homes.find((each) => each.slug === slug)
  if (!home) throw new Error(`no home is ${slug}`)
  return home
}
export const book = async (stage: AgentStage, catalogue: Catalogue, number: string, home: Home, startsAt: Millis): Promise<string | undefined> => {
  const { conversation, person } = await lookAt(stage, number)
  const { tenant, acting } = stage.house
  const able = agentsFor(catalogue, home.building.id).map(({ id }) => id)
  const { status, tour } = await acting.as({ tenant, by: 'prospect', person, conversation }, 'all')(bookTour, placing({ catalogue, home, now: stage.clock.now() }, startsAt, able))
  return status === 'booked' ? tour : undefined
}

// Other people, who take a time that somebody is about to take, and whose visits nobody else may touch.
type Others = { take(from: string, label: string): Promise<void>; harmed(): Promise<string[]> }
const openOthers = async (stage: AgentStage, catalogue: Catalogue, tasks: readonly Task[]): Promise<Others> => {
  const takers = tasks.some(({ does }) => does.some((turn) => typeof turn === 'object' && 'gone' in turn)) ? ['+525520099901', '+525520099902', '+525520099903'] : []
  const taken: string[] = []
  for (const number of takers) stage.writes('hola', number)
  if (takers.length > 0) await quiet(stage)
  return {
    async take(from, wanted) {
      const startsAt = offeredIn(await lookAt(stage, from)).get(wanted)
      const { told } = await lookAt(stage, from)
      const home = catalogue.homes.findLast(({ slug }) => JSON.stringify(told.at(-1)).includes(`"${slug}"`)) ?? catalogue.homes.find(({ slug }) => JSON.stringify(told).includes(`"${slug}"`))
      if (startsAt === undefined || !home) throw new Error(`nobody offered ${wanted}`)
      for (const number of takers) {
        const tour = await book(stage, catalogue, number, home, startsAt)
        if (tour !== undefined) taken.push(tour)
      }
      if (taken.length === 0) throw new Error(`nobody could take ${label(home.building.zone, startsAt)}`)
    },
    async harmed() {
      if (taken.length === 0) return []
      const { rows } = await sql<{ id: string }>`select id from tour where id in (${sql.join(taken)}) and status <> 'confirmed'`.execute(stage.house.db.bare)
      return rows.map(() => 'the visit of somebody else was changed')
    },
  }
}
