import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { openCrm, type CrmStage } from './support/crm-stage.ts'
import { makeChurn } from './support/churn.ts'

// Both sides change at random, and everything goes wrong that can: in the end they say the same, and it took no more writes than there were changes.
let stage: CrmStage
beforeAll(async () => {
  stage = await openCrm()
  for (let at = 1; at <= 6; at++) await stage.say(`+52551235000${at}`, 'Hola')
  await stage.follow(4_000)
}, 120_000)
afterAll(() => stage.end())

test('four hundred changes with webhooks twice, out of order and late, refusals, lost answers and five minutes without an answer', async () => {
  const { lab: { hubspot }, clock } = stage
  const churn = await makeChurn({ ...stage, chance: () => clock.chance() })
  const began = hubspot.requests().length
  let faults = 0
  const kinds = [{ fault: 'away' as const }, { fault: 'throttled' as const, retryAfter: 1 }, { fault: 'lost' as const }, { fault: 'garbled' as const }]
  const harm = (): void => {
    while (faults < (hubspot.requests().length - began) / 10 + 1) hubspot.fault({ ...kinds[faults++ % kinds.length]!, on: '*' })
  }
  const made = { ours: 0, theirs: 0 }
  for (let changes = 0; changes < 400; changes++) {
    made[await churn.change()]++
    hubspot.controls.delivery({ twice: changes % 3 === 0, backwards: changes % 2 === 0, delayMs: changes % 5 === 0 ? 700 : 0 })
    if (changes === 200) hubspot.fault({ fault: 'down', on: '*', times: 1_000_000 })
    if (changes === 220) {
      await stage.pass(300_000)
      hubspot.clearFaults()
      faults = Math.floor((hubspot.requests().length - began) / 10)
    }
    if (changes % 4 === 0) {
      if (changes < 200 || changes > 220) harm()
      await stage.follow(500)
      clock.advance(1_000)
    }
  }
  hubspot.clearFaults()
  await stage.pass(20 * 60_000) // what was put off longest comes back, and the pulls close what was lost
  const tally = await stage.house.crm.reconcile({ wait: async (ms) => clock.advance(ms) })
  expect([tally, await churn.unlike(), await stage.rows("select name, error_code from job where state = 'dead'")]).toEqual([{ matched: expect.any(Number), drifted: 0, missing: 0, duplicate: 0, foreign: 0, settling: 0 }, [], []])
  expect([made.ours > 100, made.theirs > 100]).toEqual([true, true])

  const writes = churn.writes()
  for (const { person, lead, contact, deal, changes } of churn.people) {
    for (const target of [[person, contact], [lead, deal]]) expect(target.reduce((sum, id) => sum + (writes.get(id) ?? 0), 0)).toBeLessThanOrEqual(changes)
  }
  const before = stage.writes()
  await stage.pass(5 * 60_000)
  expect(stage.writes()).toBe(before) // nobody answers an echo
}, 280_000)
