import { handBack, takeOver } from '@portero/tool-server/actions/take-over.ts'
import { sql } from 'kysely'
import type { Lab } from '../lab/index.ts'
import type { World } from './world.ts'

// What is done with a hand: by a prospect under a message, and by people of ours in the console.

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
