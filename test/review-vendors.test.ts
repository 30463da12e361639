import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { sql } from 'kysely'
import type { Connection } from '@portero/tool-server/define.ts'
import type { Edit } from '@portero/tool-server/spine/mend.ts'
import { bytesOf, knock } from './contract/knock.ts'
import { openStage, type Stage } from './contract/stage.ts'
import { vendors } from './contract/vendors.ts'

// What each vendor sent as it was before, or as nobody promised, is corrected by place, and told once.
jest.setTimeout(60_000)
const subject = { tenant: '', by: 'staff', user: '0199b1de-0000-7000-8000-0000000000aa' } as const
type Cure = { sample: string; edits: Edit[]; flow: string }
const cures: Record<string, Cure[]> = {
  bird: [
    { sample: 'a text without words', edits: [{ path: '/body/payload/body/text', value: { text: 'Hola' } }], flow: 'messaging.heard' },
    { sample: 'a message without words', edits: [{ path: '/body/payload/body', value: { type: 'text', text: { text: 'Hola' } } }], flow: 'messaging.heard' },
    { sample: 'no event', edits: [{ path: '/body/event', value: 'whatsapp.inbound' }], flow: '' },
  ],
  hubspot: [
    { sample: 'an event without an object, among others', edits: [{ path: '/body/0/objectId', value: 201 }], flow: 'crm.changed' },
    { sample: 'no list', edits: [{ path: '/body', from: '/body' }], flow: '' },
  ],
  calendly: [{ sample: 'an invitee whose tracking is something else', edits: [{ path: '/body/payload/tracking', value: {} }], flow: 'calendar.ping' }],
  google: [{ sample: 'without a word of what happened', edits: [{ path: '/headers/x-goog-resource-state', value: 'exists' }], flow: 'calendar.ping' }, { sample: 'without a number', edits: [{ path: '/headers/x-goog-message-number', value: '9' }], flow: 'calendar.ping' }],
  graph: [{ sample: 'a notification of nothing', edits: [{ path: '/body/value/0/changeType', value: 'updated' }], flow: 'calendar.ping' }, { sample: 'a notification of no subscription', edits: [{ path: '/body/value/0/subscriptionId', value: 'b5c9d7e1-3f20-4a6b-8c1d-9e0f7a6b5c4d' }], flow: 'calendar.ping' }],
}

test('every vendor that sends webhooks has one', () => {
  expect(Object.keys(cures).toSorted()).toEqual(vendors.filter(({ name, contract }) => contract.webhook && name !== 'eco').map(({ name }) => name).toSorted())
})
describe.each(vendors.filter(({ name }) => cures[name]).map((vendor) => [vendor.name, vendor] as const))('%s', (name, vendor) => {
  let stage: Stage
  let connection: Connection
  beforeAll(async () => void (stage = await openStage(vendor)))
  afterAll(() => stage.house.end())
  beforeEach(async () => {
    await stage.afresh()
    connection = await stage.connect()
  })
  test.each(cures[name]!)('$sample', async ({ sample, edits, flow }) => {
    const { body, headers } = vendor.contract.webhook!.malformed.find((each) => each.name === sample)!
    const send = () => knock(stage, connection, { body: bytesOf(body), headers })
    expect((await send()).status).toBe(200)
    await stage.pass(0)
    const { rows: [row] } = await sql<{ id: string; state: string }>`select id, state from inbox`.execute(stage.house.db.bare)
    expect(row!.state).toBe('dead')
    const who = { ...subject, tenant: stage.house.tenant }
    const told = stage.told.length
    if (flow === '') return expect([await stage.house.review.mend(who, row!.id, edits), stage.told.length]).toEqual([{ problems: [expect.objectContaining({ code: expect.any(String) })] }, told]) // not enough
    const preview = await stage.house.review.preview(who, row!.id, edits)
    expect(preview!.events!.filter(({ fate }) => fate === 'new').map((event) => event.flow)).toEqual([flow])
    stage.told.length = told // the rehearsal's flow of this stage notes by itself
    expect(await stage.house.review.mend(who, row!.id, edits)).toBe('back')
    await stage.pass(0)
    expect(stage.told.slice(told).map((each) => each.flow)).toEqual([flow])
    // Once more from us, and once more from them: nothing.
    expect(await stage.house.review.replay(who, row!.id, true)).toBe('repeated')
    expect((await send()).body).toEqual({ ok: true, repeated: true })
    await stage.pass(0)
    expect(stage.told.slice(told)).toHaveLength(1)
    expect(await sql`select state from inbox`.execute(stage.house.db.bare)).toMatchObject({ rows: [{ state: 'parsed' }] })
  })
})
