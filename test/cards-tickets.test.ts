import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import { pathOf } from '@portero/tool-server/connectors/hubspot/paths.ts'
import { sql } from 'kysely'
import { newId } from '@portero/tool-server/spine/clock.ts'
import { at } from '@portero/tool-server/spine/db.ts'
import { openCards, type CardsStage, type Record as Asked } from './support/cards-stage.ts'

// Whom a card is about where its record is a ticket, and since when they wait.
const phone = '+525511112222'
let stage: CardsStage
let contact: Asked
beforeAll(async () => {
  stage = await openCards()
  await stage.say(phone, 'Hola, mi número es 55 1111 2222')
  await stage.follow()
  contact = stage.recordOf(phone)
})
afterAll(() => stage.end())

describe('a ticket of the help desk', () => {
  const inHubspot = async (method: string, path: string, body?: object): Promise<any> => {
    const { settings } = stage.lab.accounts.find(({ vendor }) => vendor === 'hubspot')!
    const { baseUrl, apiKey } = settings as { baseUrl: string; apiKey: string }
    const response = await fetch(`${baseUrl}${path}`, { method, headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' }, ...(body && { body: JSON.stringify(body) }) })
    return response.status === 204 ? undefined : response.json()
  }
  const ticketAbout = async (...contacts: string[]): Promise<Asked> => {
    const { id } = await inHubspot('POST', '/crm/v3/objects/tickets', { properties: { subject: 'No sirve el boiler', hs_pipeline_stage: '1' } })
    for (const each of contacts) await inHubspot('PUT', `/crm/v4/objects/tickets/${id}/associations/default/contacts/${each}`)
    return { type: 'ticket', id }
  }
  const asks = (): number => stage.lab.hubspot.requests().filter(({ path }) => /\/tickets\/\d+\/associations\/contacts$/.test(path)).length
  const state = async (record: Asked): Promise<string> => (await stage.ask('preview', { record })).body.state
  afterEach(() => {
    stage.lab.hubspot.clearFaults()
    stage.clock.advance(61_000)
  })

  test('shows whoever it is about, and HubSpot is asked once a minute', async () => {
    const record = await ticketAbout(contact.id)
    const before = asks()
    const [first, again] = await Promise.all([stage.ask('transcript', { record }), stage.ask('visit', { record })])
    stage.clock.advance(59_000)
    await stage.ask('transcript', { record })
    expect([first.body.lines.length > 0, again.body.person.phone, asks() - before]).toEqual([true, '+52 55 •••• 2222', 1])
    stage.clock.advance(2_000)
    expect([await state(record), asks() - before]).toEqual(['bot', 2])
  })
  test('that is about somebody else now shows nothing of the one before', async () => {
    const record = await ticketAbout(contact.id)
    expect(await state(record)).toBe('bot')
    await inHubspot('DELETE', `/crm/v4/objects/tickets/${record.id}/associations/contacts/${contact.id}`)
    stage.clock.advance(61_000)
    const { status, body } = await stage.ask('transcript', { record })
    expect([status, body.state, body.lines]).toEqual([200, 'none', []])
  })
  test('about several shows who wrote last', async () => {
    const later = '+525599990000'
    await stage.say(later, 'Hola, soy la roomie')
    await stage.follow()
    const record = await ticketAbout(contact.id, stage.recordOf(later).id)
    const { body } = await stage.ask('transcript', { record })
    expect(body.lines.map(({ text }: { text: string }) => text)).toContain('Hola, soy la roomie')
  })
  test('about nobody of ours, or that is not there, is empty', async () => {
    const { id: stranger } = await inHubspot('POST', '/crm/v3/objects/contacts', { properties: { firstname: 'Nadie' } })
    for (const record of [await ticketAbout(stranger), await ticketAbout(), { type: 'ticket', id: '424242' } as const]) expect(await state(record)).toBe('none')
  })
  test('is no contact and no deal of the same number', async () => {
    expect(await state({ type: 'ticket', id: contact.id })).toBe('none')
  })
  const on = `GET ${pathOf('/crm/v4/objects/:type/:id/associations/:toType')}`
  test.each([['away', 503], ['unauthorized', 502], ['garbled', 502]] as const)('while HubSpot is %s says so, and is there as soon as that is over', async (fault, status) => {
    const record = await ticketAbout(contact.id)
    stage.lab.hubspot.fault({ on, fault })
    expect((await stage.ask('transcript', { record })).status).toBe(status)
    expect(await state(record)).toBe('bot')
  })
  test('of which HubSpot tells late is not waited for, and there when it is asked for again', async () => {
    const record = await ticketAbout(contact.id)
    const before = asks()
    stage.lab.hubspot.fault({ on, fault: 'slow', ms: 6_000 })
    const asked = stage.ask('transcript', { record })
    while (asks() === before) await new Promise(setImmediate)
    stage.clock.advance(4_000)
    expect((await asked).status).toBe(504)
    stage.clock.advance(2_000)
    expect([await state(record), asks() - before]).toEqual(['bot', 1])
  })
  test('can be written to like the contact itself', async () => {
    const record = await ticketAbout(contact.id)
    const { body } = await stage.ask('book', { record, key: 'key-of-a-ticket', slot: 's_nada' })
    expect(body).toMatchObject({ ok: false, code: 'slot_unknown' })
  })
})

describe('since when a prospect waits', () => {
  const asker = '+525544445555'
  let record: Asked
  let conversation = ''
  const since = async (): Promise<string | undefined> => (await stage.ask('preview', { record })).body.waitingSince
  const now = (): string => new Date(stage.clock.now()).toISOString()
  const stateIs = (state: string): Promise<unknown> => sql`update conversation set state = ${state} where external_id = ${stage.lab.bird.conversationFor(asker)}`.execute(stage.house.db.bare)
  // What was said, without whatever the lab's bot would make of it.
  const said = async (author: string): Promise<string> => {
    stage.clock.advance(60_000)
    await sql`insert into message (tenant_id, id, conversation_id, connection_id, external_id, direction, author, status, sent_at)
      select tenant_id, ${newId(stage.clock)}, id, connection_id, ${newId(stage.clock)}, ${author === 'prospect' ? 'in' : 'out'}, ${author}, 'delivered', ${at(stage.clock.now())} from conversation where id = ${conversation}`.execute(stage.house.db.bare)
    return now()
  }
  beforeAll(async () => {
    await stage.say(asker, 'Hola')
    await stage.follow()
    record = stage.recordOf(asker)
    conversation = (await sql<{ id: string }>`select id from conversation where external_id = ${stage.lab.bird.conversationFor(asker)}`.execute(stage.house.db.bare)).rows[0]!.id
  })

  test('is not said while the bot answers', async () => {
    await said('prospect')
    expect(await since()).toBeUndefined()
  })
  test('is the first thing that nobody answered, once people have the conversation', async () => {
    await said('bot')
    await stateIs('human')
    expect(await since()).toBeUndefined()
    const first = await said('prospect')
    await said('prospect')
    await said('portero') // a reminder answers nothing
    expect(await since()).toBe(first)
    await said('human')
    expect(await since()).toBeUndefined()
    expect([await said('prospect'), await since()]).toEqual([expect.any(String), now()])
    await stateIs('paused')
    expect(await since()).toBe(now())
    await said('human')
  })
  test('is when somebody was called, until a person writes, and then what they wrote after that', async () => {
    await stateIs('bot')
    await said('prospect')
    const headers = { authorization: `Bearer ${stage.lab.toolKey}`, 'x-bird-conversation-id': stage.lab.bird.conversationFor(asker), 'content-type': 'application/json' }
    const called = now()
    expect((await fetch(`${stage.url}/tools/escalate`, { method: 'POST', headers, body: JSON.stringify({ reason: 'payment', summary: 'Pregunta por su depósito.' }) })).status).toBe(200)
    await said('bot')
    await said('prospect')
    expect(await since()).toBe(called)
    await said('human')
    expect(await since()).toBeUndefined()
    const again = await said('prospect')
    await said('bot')
    expect(await since()).toBe(again)
  })
})
