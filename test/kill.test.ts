import { afterEach, expect, test } from '@jest/globals'
import { killEverywhere, type Kills } from './kill/campaign.ts'
import { killAll } from './kill/process.ts'
import { openStage, type Stage } from './kill/stage.ts'
import { broken } from './kill/verdict.ts'
import { fakeClock } from './support/clock.ts'

// The promise under SIGKILL: nothing acknowledged is lost, our state changes once, the vendor sees each effect at most once, and exactly once where it can be found out.
// A server takes a second and a half to come back, so two houses are killed side by side. KILL_SEED repeats their choices.
const seed = Number(process.env['KILL_SEED'] ?? Date.now() % 1_000_000)
const wanted: Kills = { posting: 3, acknowledged: 3, arrived: 6, done: 6, answered: 4, starting: 4 }

const stages: Stage[] = []
afterEach(async () => {
  await killAll()
  for (const stage of stages.splice(0)) await stage.end()
})

test('nothing acknowledged is lost and nothing happens twice, wherever a server is killed', async () => {
  const first = await opened()
  const second = await opened(first)
  const houses = [killOne(first, seed, 0), killOne(second, seed + 1, 2)]
  await Promise.allSettled(houses) // one that fails doesn't leave the other behind
  const kills = (await Promise.all(houses)).flatMap((kills) => Object.values(kills))
  expect(kills.reduce((sum, count) => sum + count)).toBeGreaterThanOrEqual(50)
}, 480_000)

const opened = async (like?: Stage): Promise<Stage> => {
  const stage = await openStage(like && { like })
  stages.push(stage)
  return stage
}

const killOne = async (stage: Stage, seed: number, firstRoute: number): Promise<Kills> => {
  const kills: Kills = { posting: 0, acknowledged: 0, arrived: 0, done: 0, answered: 0, starting: 0 }
  const told = (thrown: unknown): never => {
    throw new Error(`KILL_SEED=${seed}, after ${JSON.stringify(kills)}: ${thrown instanceof Error ? thrown.message : String(thrown)}`, { cause: thrown })
  }
  await killEverywhere(stage, { chance: fakeClock({ seed }).chance, wanted, kills, firstRoute }).catch(told)
  const facts = await stage.facts()
  const sentences = broken(facts)
  if (sentences.length > 0) told(sentences.join('\n'))

  // What was meant to be tried has been.
  expect(kills).toEqual(wanted)
  expect(new Set(facts.jobs.filter(({ name }) => name === 'eco.shout').map(({ state }) => state))).toEqual(new Set(['done', 'dead']))
  expect(stage.eco.requests('GET /things').length).toBeGreaterThan(0)
  expect(facts.events.filter(({ acknowledged }) => acknowledged).length).toBeGreaterThan(25)
  return kills
}
