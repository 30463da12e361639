import { afterAll, beforeAll, expect, jest, test } from '@jest/globals'
import { sql } from 'kysely'
import type { Act } from '@portero/tool-server/define.ts'
import { forgetRecord } from '@portero/tool-server/actions/crm-changed.ts'
import { hearMessage } from '@portero/tool-server/actions/hear-message.ts'
import { requestPrivacy } from '@portero/tool-server/actions/request-privacy.ts'
import { reviseSaid } from '@portero/tool-server/actions/revise-message.ts'
import { say } from '@portero/tool-server/actions/say.ts'
import { gateScope } from '@portero/tool-server/spine/gate.ts'
import { lockWishes } from '@portero/tool-server/store/consents.ts'
import { lockPair } from '@portero/tool-server/store/merges.ts'
import { lockCase } from '@portero/tool-server/store/privacy-desk.ts'
import { openBirdHouse, type BirdHouse } from './support/bird-house.ts'
import { serverUrl } from './support/databases.ts'
import { until } from './support/engines.ts'

// The flow's gate and the webhook tell of the same message at the same time, and somebody may be made one with another meanwhile. Whoever needs a person and their conversation has the person first, or two would wait for each other.
jest.setTimeout(60_000)
let stage: BirdHouse
let bird: string
let key: string
beforeAll(async () => {
  stage = await openBirdHouse()
  bird = (await stage.house.connection('bird')).id
  key = await stage.house.toolKeys.make({ tenant: stage.house.tenant, name: 'flow', scopes: [gateScope] })
})
afterAll(() => stage.end())

type Whose = { person: string; conversation: string; external: string; contact: { id: string; phone: string } }
let last = 0
const prospect = async (): Promise<Whose> => {
  const phone = `+52552300${String(++last).padStart(4, '0')}`
  const { conversationId: external } = stage.bird.phone.write(phone, { text: 'hola' })
  await stage.follow()
  const { rows: [row] } = await sql<{ person: string; conversation: string }>`select person_id as person, id as conversation from conversation where external_id = ${external}`.execute(stage.house.db.bare)
  return { ...row!, external, contact: { id: `c-${last}`, phone } }
}
const within = (whose: Whose, decide: (act: Act) => Promise<unknown>): Promise<void> =>
  stage.house.db.tx(async (tx) => void (await decide(stage.house.acting.within(tx, { tenant: stage.house.tenant, by: 'system', person: whose.person, conversation: whose.conversation }))), { attempts: 1 })
const heard = ({ contact, external }: Whose, text: string, message: string) =>
  stage.house.acting.as({ tenant: stage.house.tenant, by: 'system' }, 'all')(hearMessage, { connection: bird, message, conversation: external, contact, body: { kind: 'text', text }, at: stage.clock.now() })
const atTheGate = (whose: Whose, text: string): Promise<Response> =>
  fetch(`${stage.serverUrl}/gate/inbound`, { method: 'POST', headers: { authorization: `Bearer ${key}`, 'x-bird-conversation-id': whose.external, 'content-type': 'application/json' }, body: JSON.stringify({ text }) })
const isWaiting = async (): Promise<boolean> =>
  (await sql`select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`.execute(stage.house.db.bare)).rows.length > 0

// Who holds the person, as this one does, and then needs their conversation, must find it free whatever waits for the person.
const onServer = serverUrl ? test : test.skip
const beside = async (whose: Whose, hold: (act: Act) => Promise<unknown>, does: () => Promise<unknown>, then: (act: Act) => Promise<unknown>): Promise<void> => {
  const [held, go] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  const open = within(whose, async (act) => {
    await hold(act)
    held.resolve()
    await go.promise
    await then(act)
  })
  await Promise.race([held.promise, open])
  let isDone = false
  const going = does().finally(() => void (isDone = true))
  await until(async () => isDone || (await isWaiting()))
  go.resolve()
  await Promise.all([open, going])
}
const keepsFree = (whose: Whose, hold: (act: Act) => Promise<unknown>, does: () => Promise<unknown>): Promise<void> =>
  beside(whose, hold, does, ({ tx }) => sql`select 1 from conversation where id = ${whose.conversation} for no key update nowait`.execute(tx))

const holders: [string, (act: Act, whose: Whose) => Promise<unknown>][] = [
  ['notes a wish', (act, { person }) => lockWishes(act, person)],
  ['makes two people one', async (act, { person }) => lockPair(act, [person, (await sql<{ id: string }>`select id from person where id <> ${person} and merged_into is null limit 1`.execute(act.tx)).rows[0]!.id])],
]
const others: [string, (whose: Whose) => Promise<unknown>][] = [
  ['hears that they want no more messages', (whose) => heard(whose, 'BAJA', `baja-${whose.external}`)],
  ['hears them in another language', (whose) => heard(whose, 'Could you please answer in English from now on?', `en-${whose.external}`)],
  ['hears anything', (whose) => heard(whose, 'busco depa', `any-${whose.external}`)],
  ['calls somebody at the gate', (whose) => atTheGate(whose, 'quiero hablar con una persona')],
  ['says something', (whose) => within(whose, (act) => say(act, { conversation: whose.conversation, purpose: 'answer', content: { type: 'text', text: 'hola' }, key: 'x' }))],
]
for (const [holder, hold] of holders) {
  for (const [other, does] of others) {
    onServer(`while one ${holder}, another who ${other} keeps the conversation from nobody`, async () => {
      await prospect()
      const whose = await prospect()
      await keepsFree(whose, (act) => hold(act, whose), () => does(whose))
    })
  }
}
// At the desk: the person, then their request, then what is said of it in their conversation.
const asks = (whose: Whose) => stage.house.acting.as({ tenant: stage.house.tenant, by: 'prospect', person: whose.person, conversation: whose.conversation }, 'all')
const attends = async (act: Act, { person }: Whose): Promise<unknown> => lockCase(act, (await sql<{ id: string }>`select id from privacy_case where person_id = ${person}`.execute(act.tx)).rows[0]!.id)
const again: [string, (whose: Whose) => Promise<unknown>][] = [
  ['hears them ask again', (whose) => heard(whose, 'borren mis datos', `again-${whose.external}`)],
  ['hears them ask again at the gate', (whose) => atTheGate(whose, 'borren mis datos')],
  ['hears that they asked again by changing what they wrote', (whose) => stage.house.acting.as({ tenant: stage.house.tenant, by: 'system' }, 'all')(reviseSaid, { connection: bird, message: `before-${whose.external}`, body: { kind: 'text', text: 'borren mis datos' }, at: stage.clock.now() + 1 })],
]
for (const [other, does] of again) {
  onServer(`while an officer attends to a request, another who ${other} keeps the conversation from nobody`, async () => {
    const whose = await prospect()
    await heard(whose, 'busco depa', `before-${whose.external}`)
    await asks(whose)(requestPrivacy, { kind: 'cancel' })
    await keepsFree(whose, (act) => attends(act, whose), () => does(whose))
    expect((await sql`select c.kind from privacy_case c join guard_hit h on h.kind = 'privacy' and h.conversation_id = ${whose.conversation} where c.person_id = ${whose.person}`.execute(stage.house.db.bare)).rows).toEqual([{ kind: 'cancel' }])
  })
}
onServer('who asks for something else meanwhile has asked once the officer is done', async () => {
  const whose = await prospect()
  await asks(whose)(requestPrivacy, { kind: 'cancel' })
  const order: string[] = []
  await beside(whose, (act) => attends(act, whose), () => asks(whose)(requestPrivacy, { kind: 'access' }).then(() => order.push('asked')), async () => order.push('attended'))
  expect(order).toEqual(['attended', 'asked'])
})
onServer('a contact that was erased at the CRM is taken after whose it is', async () => {
  const [other, whose] = [await prospect(), await prospect()]
  const { tenant, db, acting } = stage.house
  await sql`insert into counterpart (tenant_id, kind, our_id, external_id, person_id) values (${tenant}, 'contact', ${whose.person}, '401', ${whose.person})`.execute(db.bare)
  const erased = () => acting.as({ tenant, by: 'system' }, 'all')(forgetRecord, { kind: 'contact', id: '401', how: 'erased', at: stage.clock.now() })
  await beside(whose, (act) => lockPair(act, [whose.person, other.person]), erased, ({ tx }) => sql`select 1 from counterpart where our_id = ${whose.person} for update nowait`.execute(tx))
  expect((await sql`select kind from privacy_case where person_id = ${whose.person}`.execute(db.bare)).rows).toEqual([{ kind: 'cancel' }])
})
onServer('a conversation that gets its name is taken after whose it is', async () => {
  const whose = await prospect()
  await sql`update conversation set external_id = null where id = ${whose.conversation}`.execute(stage.house.db.bare)
  await keepsFree(whose, (act) => lockWishes(act, whose.person), () => heard({ ...whose, external: 'named-now' }, 'busco depa', 'named'))
  expect((await sql<{ external: string }>`select external_id as external from conversation where id = ${whose.conversation}`.execute(stage.house.db.bare)).rows).toEqual([{ external: 'named-now' }])
})
onServer('what is said while its conversation becomes somebody else’s is said to them', async () => {
  const [one, two] = [await prospect(), await prospect()]
  const said: unknown[] = []
  const says = (): Promise<void> => within(two, async (act) => void said.push(await say(act, { conversation: two.conversation, purpose: 'answer', content: { type: 'text', text: 'hola' }, key: 'y' })))
  await beside(one, (act) => lockPair(act, [one.person, two.person]), says, async ({ tx }) => {
    await sql`update conversation set person_id = ${one.person} where id = ${two.conversation}`.execute(tx)
    await sql`update person set merged_into = ${one.person} where id = ${two.person}`.execute(tx)
  })
  expect(said).toEqual([{ said: true }])
})
test('a wish that is heard and told at the gate at once is noted once', async () => {
  const whose = await prospect()
  await Promise.all([heard(whose, 'BAJA', 'both'), atTheGate(whose, 'BAJA'), atTheGate(whose, 'BAJA')])
  expect((await sql<{ count: number }>`select count(*) as count from consent where person_id = ${whose.person} and purpose = 'messages'`.execute(stage.house.db.bare)).rows).toEqual([{ count: 1 }])
})
