import { afterEach, expect, test } from '@jest/globals'
import { killWhileTheyTalk, type Kills } from './kill/house-campaign.ts'
import { openHouse, type HouseStage } from './kill/house-stage.ts'
import { brokenPromises } from './kill/house-verdict.ts'
import { killAll } from './kill/process.ts'
import { fakeClock } from './support/clock.ts'

// Our own agent under SIGKILL: people look for a home, book a visit, move it and cancel it, while the server that answers them dies again and again, at a model, at a tool, at a message.
// Each thing they write is answered once, and what they were told is what there is. KILL_SEED repeats the choices, KILL_TIMES makes it longer.
const seed = Number(process.env['KILL_SEED'] ?? Date.now() % 1_000_000)
const times = Number(process.env['KILL_TIMES'] ?? 1)
const wanted: Kills = { writing: times, asking: times, thought: times, thinking: 2 * times, sending: times, sent: times, told: times, filing: times, anywhere: times }

let stage: HouseStage | undefined
afterEach(async () => {
  await killAll()
  await stage?.end()
})

test('whoever speaks with the agent is answered once and gets what they were told, wherever a server is killed', async () => {
  const opened = (stage = await openHouse())
  const kills: Kills = { writing: 0, asking: 0, thought: 0, thinking: 0, sending: 0, sent: 0, told: 0, filing: 0, anywhere: 0 }
  const told = (thrown: unknown): never => {
    throw new Error(`KILL_SEED=${seed}, after ${JSON.stringify(kills)}: ${thrown instanceof Error ? thrown.message : String(thrown)}`, { cause: thrown })
  }
  const talkers = await killWhileTheyTalk(opened, { chance: fakeClock({ seed }).chance, wanted, kills }).catch(told)
  await opened.rest().catch(told)
  const sentences = await brokenPromises(opened, talkers)
  if (sentences.length > 0) told(sentences.join('\n'))

  // What was meant to be tried has been.
  expect(kills).toEqual(wanted)
  expect(new Set(talkers.map(({ visit }) => visit?.is))).toEqual(new Set(['confirmed', 'cancelled']))
}, 900_000)
