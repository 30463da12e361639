import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { sql } from 'kysely'
import { takeOver } from '@portero/tool-server/actions/take-over.ts'
import { reasons } from '@portero/tool-server/actions/escalate.ts'
import { chargeOf, silentAt } from '@portero/tool-server/domain/silence.ts'
import { escalateTool } from '@portero/tool-server/tools/escalate.ts'
import { account, openBirdHouse, type BirdHouse } from './support/bird-house.ts'

// Whoever writes and isn't answered is noticed, once, and no longer than it lasts.
jest.setTimeout(60_000)
const minute = 60_000
let stage: BirdHouse
beforeAll(async () => void (stage = await openBirdHouse())) // Monday, 11:00 in Mexico City
afterAll(() => stage.end())

let people = 0
const write = (text: string, number = `+52555100${String(++people).padStart(4, '0')}`): { number: string; conversation: string } => ({ number, conversation: stage.bird.phone.write(number, { text }).conversationId })
const calls = async (conversation: string): Promise<{ reason: string; open: boolean }[]> =>
  (await sql<{ reason: string; open: boolean }>`select e.reason, e.closed_at is null as open from escalation e join conversation c on c.tenant_id = e.tenant_id and c.id = e.conversation_id where c.external_id = ${conversation} order by e.opened_at`.execute(stage.house.db.bare)).rows
const idOf = async (conversation: string): Promise<string> => (await sql<{ id: string }>`select id from conversation where external_id = ${conversation}`.execute(stage.house.db.bare)).rows[0]!.id
const botSays = async (number: string, text: string): Promise<void> => {
  const response = await fetch(`${stage.url}/bird/workspaces/${account.workspace}/conversations/${stage.bird.conversationFor(number)}/messages`, {
    method: 'POST', headers: { authorization: `AccessKey ${account.apiKey}`, 'content-type': 'application/json' }, body: JSON.stringify({ participantId: 'vivi', participantType: 'bot', body: { type: 'text', text: { text } } }),
  })
  expect(response.status).toBe(201)
}

describe('with the bot', () => {
  test('somebody is called after five minutes without an answer, and not before', async () => {
    const { conversation } = write('¿Sigue disponible?')
    await stage.follow(4 * minute)
    expect(await calls(conversation)).toEqual([])
    await stage.follow(minute)
    expect(await calls(conversation)).toEqual([{ reason: 'unanswered', open: true }])
  })
  test('nobody is called for what was answered, nor for thanks', async () => {
    const { number, conversation } = write('¿Sigue disponible?')
    await stage.follow(4 * minute)
    await botSays(number, 'Sí, ¿quieres verlo?')
    await stage.follow(10 * minute, minute)
    write('ok, muchas gracias 👍', number)
    await stage.follow(30 * minute, minute)
    expect(await calls(conversation)).toEqual([])
  })
  test('asking again and again does not put it off', async () => {
    const { number, conversation } = write('hola')
    await stage.follow(3 * minute)
    write('¿hola?', number)
    await stage.follow(2 * minute)
    expect(await calls(conversation)).toHaveLength(1)
  })
  test('an answer that comes after all ends it, and the next question begins anew', async () => {
    const { number, conversation } = write('¿cuánto cuesta?')
    await stage.follow(6 * minute)
    await botSays(number, '$18,500 al mes')
    await stage.follow(minute)
    expect(await calls(conversation)).toEqual([{ reason: 'unanswered', open: false }])
    write('¿y el depósito?', number)
    await stage.follow(6 * minute)
    expect((await calls(conversation)).map(({ open }) => open)).toEqual([false, true])
  })
  test('an answer that never arrived answers nobody', async () => {
    const { number, conversation } = write('¿cuánto cuesta?')
    await stage.follow(minute)
    stage.bird.fail(number, { status: 'delivery_failed', reason: 'unreachable', code: '131026' })
    await botSays(number, '$18,500 al mes')
    await stage.follow(5 * minute)
    expect(await calls(conversation)).toEqual([{ reason: 'unanswered', open: true }])
  })
  test('who wants no more messages waits for none', async () => {
    const { conversation } = write('BAJA')
    await stage.follow(10 * minute)
    expect(await calls(conversation)).toEqual([])
  })
  test('what is told late is called for at once', async () => {
    await stage.control('hold', {})
    const { conversation } = write('¿Sigue disponible?')
    await stage.follow(1 * minute)
    stage.desk.fault({ on: 'GET /workspaces/:workspace/channels/:channel/messages', fault: 'away', times: 20 })
    stage.clock.advance(20 * minute)
    stage.desk.clearFaults()
    await stage.control('let-go', {})
    await stage.follow(0)
    expect(await calls(conversation)).toHaveLength(1)
  })
})

describe('with a person', () => {
  test('it takes a quarter of an hour, and the bot\'s word does not count', async () => {
    const { number, conversation } = write('¿Aceptan mascotas?')
    await stage.follow(0)
    await stage.house.acting.as({ tenant: stage.house.tenant, by: 'staff', user: 'bruno' }, 'all')(takeOver, { conversation: await idOf(conversation) })
    write('¿sigues ahí?', number)
    await stage.follow(minute)
    await botSays(number, 'Aquí sigo')
    await stage.follow(13 * minute)
    expect(await calls(conversation)).toEqual([])
    await stage.follow(2 * minute)
    expect(await calls(conversation)).toEqual([{ reason: 'unanswered', open: true }])
    stage.bird.staffSays(conversation, 'Ya estoy contigo')
    await stage.follow(minute)
    expect(await calls(conversation)).toEqual([{ reason: 'unanswered', open: false }])
  })
})

describe('the rule', () => {
  const bot = chargeOf({ mode: 'bot', takenAt: undefined, calledAt: undefined }, 9)
  const at = (iso: string): number => Date.parse(iso)
  test.each([
    ['at noon', '2026-11-23T18:00:00Z', '2026-11-23T18:05:00Z'],
    ['in the evening, when nobody is there until nine', '2026-11-24T02:30:00Z', '2026-11-24T15:00:00Z'],
    ['just before the office closes', '2026-11-24T01:58:00Z', '2026-11-24T15:00:00Z'],
    ['before it opens', '2026-11-23T14:59:00Z', '2026-11-23T15:04:00Z'],
  ])('of the bot is broken %s', (_when, since, due) => {
    expect(new Date(silentAt(at(since), bot)).toISOString()).toBe(new Date(at(due)).toISOString())
  })
  test('of a call counts what the bot said before it', () => {
    expect(chargeOf({ mode: 'bot', takenAt: undefined, calledAt: 7 }, 9)).toEqual({ answers: ['human'], personSince: 7 })
    expect(chargeOf({ mode: 'human', takenAt: 5, calledAt: 7 }, 9)).toEqual({ answers: ['human'], personSince: 5 })
  })
})

test('the metric counts those who wait', async () => {
  const response = await fetchMetrics()
  const open = Number(/^portero_escalations_open\{state="unanswered"\} (\d+)$/m.exec(response)?.[1])
  const { rows: [counted] } = await sql<{ count: number }>`select count(*) as count from escalation where reason = 'unanswered' and closed_at is null`.execute(stage.house.db.bare)
  expect(open).toBe(counted!.count)
  expect(open).toBeGreaterThan(0)
})
const fetchMetrics = async (): Promise<string> => (await fetch(`${stage.serverUrl}/metrics`)).text()

test('no model can say that nobody answered', () => {
  expect(reasons).not.toContain('unanswered')
  expect(escalateTool.input.safeParse({ reason: 'unanswered', summary: 'nadie' }).success).toBe(false)
})
