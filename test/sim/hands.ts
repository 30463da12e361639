import { handBack, takeOver } from '@portero/tool-server/actions/take-over.ts'
import { sql } from 'kysely'
import type { Lab } from '../lab/index.ts'
import { numberOf } from './story.ts'
import type { World } from './world.ts'

// What is done with a hand: by a prospect under a message, and by people of ours in the console.

// Whoever waits for an answer writes in their order all the same, and after so long without one.
const patienceMs = 90_000
const readingMs = 2_000
export type Writer = { writes(what: { person: number; text: string; waits?: boolean }): void; leaves(): void } // leaves: what was to be written still is not any more
export const makeWriter = ({ lab, clock }: Pick<World, 'lab' | 'clock'>): Writer => {
  const { phone } = lab.bird
  const waiting = new Map<number, string[]>()
  const next = (person: number, sinceMs: number): void => {
    const [text, ...others] = waiting.get(person) ?? []
    if (text === undefined) return
    const isUnanswered = phone.messages(numberOf(person)).at(-1)?.from === 'me'
    if (!isUnanswered || clock.now() - sinceMs > patienceMs) {
      phone.write(numberOf(person), { text })
      waiting.set(person, others)
      sinceMs = clock.now()
    }
    clock.after(readingMs, () => next(person, sinceMs))
  }
  return {
    writes({ person, text, waits = false }) {
      const before = waiting.get(person) ?? []
      if (waits) waiting.set(person, [...before, text])
      else phone.write(numberOf(person), { text })
      if (waits && before.length === 0) next(person, clock.now())
    },
    leaves: () => waiting.clear(),
  }
}

// What was never said, or is gone, nobody presses.
export const presses = (lab: Lab, number: string, about: string): void => {
  const { phone } = lab.bird
  for (const { id, buttons = [], list } of phone.messages(number).toReversed()) {
    const payload = [...buttons, ...(list?.rows ?? [])].find((each) => each.payload?.startsWith(about))?.payload
    if (payload !== undefined) return void phone.write(number, { press: { message: id, payload } })
  }
}

// Where the house isn't there, or dies meanwhile, they try again.
const againMs = 3_000
const mostTries = 40
export const takes = (world: World, number: string, what: 'take' | 'give-back', tries = 1): void => {
  const { lab, clock } = world
  const run = async (): Promise<void> => {
    if (!world.isUp()) throw new Error('nobody answers')
    if (lab.bird.phone.messages(number).length === 0) throw new Error('they have not written yet')
    const external = lab.bird.conversationFor(number)
    const { db, acting, tenant } = world.house()
    const { rows: [row] } = await sql<{ id: string }>`select id from conversation where tenant_id = ${tenant} and external_id = ${external}`.execute(db.bare)
    if (!row) throw new Error('they have not written yet')
    await acting.as({ tenant, by: 'staff', user: 'mariana' }, ['conversations:write'])(what === 'take' ? takeOver : handBack, { conversation: row.id })
  }
  run().catch(() => void (tries < mostTries && clock.after(againMs, () => takes(world, number, what, tries + 1))))
}
