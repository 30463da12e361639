import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { sql } from 'kysely'
import { openAgent, type AgentStage } from './support/agent-stage.ts'

// The process is killed at whichever statement of an answer, from the message to the reply, with a visit booked in between. Another one takes over:
// nothing is done twice, nothing is said twice, and the conversation goes on. KILLS=1000 tries each of some six hundred.
const kills = Number(process.env['KILLS'] ?? 36)
let stage: AgentStage
beforeAll(async () => {
  stage = await openAgent()
})
afterAll(() => stage.end())

const number = (at: number): string => `+52551100${String(at).padStart(4, '0')}`
const booking = 'Quiero agendar una visita a roma-norte-302 mañana a las 11'
const query = async <T>(statement: ReturnType<typeof sql<T>>): Promise<T[]> => (await statement.execute(stage.house.db.bare)).rows
const toursOf = (conversation: string) => query(sql<{ status: string }>`select t.status from tour t join conversation c on c.person_id = t.person_id where c.id = ${conversation}`)

const answerMs = 8_000
const lookedForMs = 20_000 // until Bird would surely show what it was sent
const answering = async (who: string, isOver: () => boolean): Promise<void> => {
  stage.writes(booking, who)
  await stage.bird.silent()
  for (let ms = 0; ms < answerMs && !isOver(); ms += 500) {
    await stage.house.worker.settle().catch(() => undefined)
    await stage.bird.silent()
    stage.clock.advance(500)
  }
}
const wentWell = async (who: string): Promise<void> => {
  const told = { who, heard: stage.heard(who).map(({ text }) => text), tours: await toursOf(await stage.conversation(who)), runs: (await stage.runs(who)).map(({ outcome }) => outcome) }
  expect(told).toEqual({ who, heard: [expect.stringContaining('quedó para el martes 24 nov, 11:00 h')], tours: [{ status: 'confirmed' }], runs: ['said'] })
  await sql`update tour set status = 'cancelled'`.execute(stage.house.db.bare) // room for the next
}

test('killed at any moment, it does everything once, and goes on', async () => {
  const before = stage.statements()
  await answering(number(0), () => false)
  const all = stage.statements() - before
  await stage.follow(lookedForMs)
  await wentWell(number(0))
  const every = Math.max(1, all / kills)
  for (let at = every / 2; at < all; at += every) {
    const who = number(Math.ceil(at))
    let isDead = false
    void stage.dieAfter(Math.ceil(at)).then(() => (isDead = true))
    await answering(who, () => isDead)
    await stage.reborn()
    await stage.follow(stage.house.db.engine.name === 'pglite' ? lookedForMs : 44_000, 1_000) // elsewhere what it held is free once its lease is over
    await wentWell(who)
  }
  expect(await stage.says('¿hay depas en la Roma?', number(Math.ceil(every / 2)))).toEqual([expect.stringContaining('Roma')])
  expect(all).toBeGreaterThan(100)
}, 900_000)
