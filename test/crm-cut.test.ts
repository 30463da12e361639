import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { settleConflict } from '@portero/tool-server/actions/settle-conflict.ts'
import type { Finding } from '@portero/tool-server/domain/reconcile.ts'
import { openConflicts } from '@portero/tool-server/store/crm-reviews.ts'
import type { HubspotRecord } from './lab/hubspot/simulator.ts'
import { openCrm, type CrmStage } from './support/crm-stage.ts'

// Somebody takes records apart at HubSpot that we had hung together.
const [number, other] = ['+525512370001', '+525512370002']
let stage: CrmStage
let deal: string
let meeting: string
beforeAll(async () => {
  stage = await openCrm()
  for (const each of [number, other]) await stage.visit(each)
  await stage.follow(5_000)
  ;[deal = '', meeting = ''] = (['deals', 'meetings'] as const).map((kind) => stage.hungOn(kind, contact())[0]!.id)
}, 120_000)
afterAll(() => stage.end())
const controls = (): CrmStage['lab']['hubspot']['controls'] => stage.lab.hubspot.controls
const contact = (): string => stage.contactOf(number).id
const links = (kind: 'deals' | 'meetings', id: string): HubspotRecord['associations'] => stage.all(kind).find((each) => each.id === id)!.associations
const conflicts = async (): Promise<string[]> => (await openConflicts(stage.house.db.bare, stage.house.tenant)).map(({ kind, field, won }) => `${kind} ${field} ${won}`).toSorted()
const settle = async (keep?: 'ours' | 'theirs'): Promise<unknown> => {
  const [{ id: conflict } = { id: '' }] = await openConflicts(stage.house.db.bare, stage.house.tenant)
  const settled = await stage.house.acting.as({ tenant: stage.house.tenant, by: 'system' }, 'all')(settleConflict, { conflict, ...(keep && { keep }) })
  await stage.follow(4_000)
  return settled
}
const look = async (repair = false): Promise<string[]> => {
  const odd: Finding[] = []
  stage.clock.advance(60_000)
  await stage.house.crm.reconcile({ repair, wait: async (ms) => stage.clock.advance(ms), see: (_walked, page) => void odd.push(...page) })
  await stage.follow(4_000)
  return odd.map(({ is, kind, fields }) => [is, kind, ...fields].join(' ')).toSorted()
}
const cutDeal = async (): Promise<void> => {
  controls().unlink({ from: 'deals', id: deal, to: 'contacts', toId: contact() })
  await stage.follow(2_000)
}

test('it is put before people once, and nothing is hung there again by itself', async () => {
  await cutDeal()
  controls().unlink({ from: 'meetings', id: meeting, to: 'deals', toId: deal })
  await stage.follow(2_000)
  expect(await conflicts()).toEqual(['deal contact theirs', 'meeting deal theirs'])
  const before = stage.writes()
  await stage.say(number, 'mi presupuesto es de 41000')
  controls().change({ type: 'contacts', id: contact(), properties: { firstname: 'Renata' } }) // the titles of all of it change
  await stage.follow(5_000)
  expect([stage.writes() > before, links('deals', deal).contacts, links('meetings', meeting).deals, (await conflicts()).length]).toEqual([true, [], [], 2])
})
test('the comparison says so, and hangs it again when it is asked to; then nobody has to look any more', async () => {
  expect(await look()).toEqual(['drifted deal contact', 'drifted meeting deal'])
  expect([links('deals', deal).contacts, await look(true)]).toEqual([[], ['drifted deal contact', 'drifted meeting deal']])
  expect([await look(), links('deals', deal).contacts, links('meetings', meeting).deals, await conflicts()]).toEqual([[], [contact()], [deal], []])
})
test('whoever says that ours holds has it hung again', async () => {
  await cutDeal()
  expect([await conflicts(), await settle('ours'), links('deals', deal).contacts, await conflicts(), await look()]).toEqual([['deal contact theirs'], { status: 'settled' }, [contact()], [], []])
})
test('what is hung again within the moment was not cut', async () => {
  controls().delivery({ hold: true })
  controls().unlink({ from: 'deals', id: deal, to: 'contacts', toId: contact() })
  controls().link({ from: 'deals', id: deal, to: 'contacts', toId: contact() })
  controls().delivery({ hold: false })
  await stage.follow(2_000)
  expect(await conflicts()).toEqual([])
})
test('what hung on another besides, or on a record that is gone, was not ours to hang', async () => {
  const theirs = stage.contactOf(other).id
  controls().link({ from: 'deals', id: deal, to: 'contacts', toId: theirs })
  controls().unlink({ from: 'deals', id: deal, to: 'contacts', toId: theirs })
  const [{ id: lost } = { id: '' }] = stage.hungOn('meetings', theirs)
  controls().unlink({ from: 'meetings', id: lost, to: 'contacts', toId: theirs })
  controls().archive({ type: 'meetings', id: lost })
  await stage.follow(4_000)
  expect(await conflicts()).toEqual([])
})
test('whoever says that HubSpot\'s holds leaves it as it is, for good', async () => {
  await cutDeal()
  expect([await settle('theirs'), await conflicts(), await look(true)]).toEqual([{ status: 'settled' }, [], []])
  expect([links('deals', deal).contacts, await look()]).toEqual([[], []])
})
test('two of ours that were merged unheard don\'t hold the comparison up', async () => {
  stage.webhooks(false)
  controls().merge({ type: 'contacts', primary: contact(), other: stage.contactOf(other).id })
  expect(await look()).toEqual(expect.arrayContaining(['missing contact']))
})
