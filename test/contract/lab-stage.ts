import { createServer } from 'node:http'
import { expect } from '@jest/globals'
import { sql } from 'kysely'
import { startLab, type Lab } from '../lab/index.ts'
import { fakeClock, type FakeClock } from '../support/clock.ts'
import { testHouse, type TestHouse } from '../support/house.ts'
import { portOf } from '../support/http-stage.ts'

// The house and a vendor that misbehaves, with nothing in between but HTTP and a clock moved by hand.
export type LabStage = {
  clock: FakeClock
  house: TestHouse
  lab: Lab
  isAway(away: boolean): void // the house, for its vendors
  pass(ms: number, stepMs?: number): Promise<void> // time goes by, and what becomes due at each step is done
  command(key: string): Promise<Fate>
  turns(name: string, key: string): Promise<number> // that were done
  end(): Promise<void>
}
// answers: how often whoever sent it heard of its end. effects: how often it happened at the vendor.
export type Fate = { state: string; uncertain: boolean; answers: number; effects: number }

export const openLab = async (): Promise<LabStage> => {
  const clock = fakeClock()
  let house: TestHouse | undefined
  let away = false
  const server = createServer((request, response) => void (away || !house ? response.writeHead(503).end() : house.doors(request, response)))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()))
  const lab = await startLab({ clock, port: 0, serverUrl: `http://127.0.0.1:${portOf(server)}` })
  const { db, worker, ...rest } = (house = await testHouse({ clock, connectors: lab.connectors, flows: lab.flows, accounts: lab.accounts.filter(({ vendor }) => vendor === 'eco') }))

  return {
    clock, lab, house: { db, worker, ...rest },
    isAway: (now) => void (away = now),
    async pass(ms, stepMs = ms) {
      await worker.settle()
      for (let passed = 0; passed < ms; passed += stepMs) {
        clock.advance(stepMs)
        await worker.settle()
      }
    },
    async command(key) {
      const { rows } = await sql<Omit<Fate, 'effects'>>`select state, uncertain_since is not null as uncertain,
        (select count(*) from job a where a.name = 'eco.answered' and a.state = 'done' and a.key like 'answer:' || job.id || ':%') as answers from job where kind = 'command' and key = ${key}`.execute(db.bare)
      expect(rows).toHaveLength(1)
      return { ...rows[0]!, effects: lab.eco.effects().filter(({ reference }) => reference === key).length }
    },
    turns: async (name, key) => (await sql<{ count: number }>`select count(*) as count from job where kind = 'turn' and name = ${name} and state = 'done' and key like ${`%:${key}`}`.execute(db.bare)).rows[0]!.count,
    async end() {
      await house?.end()
      await lab.close()
      server.close()
      server.closeAllConnections()
    },
  }
}

export const idOf = (event: unknown): string => (event as { id: string }).id
