import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { sql } from 'kysely'
import { openBirdHouse, type BirdHouse } from './support/bird-house.ts'

// Whatever Bird's webhooks lose, its lists tell.
jest.setTimeout(120_000)
const minute = 60_000
const list = 'GET /workspaces/:workspace/channels/:channel/messages'
let stage: BirdHouse
beforeAll(async () => {
  stage = await openBirdHouse()
  await stage.follow(5 * minute)
})
afterAll(() => stage.end())
afterEach(async () => {
  expect(stage.desk.faults()).toEqual([])
  await stage.follow(10 * minute, minute)
})

let people = 0
const somebody = (): string => `+52555000${String(++people).padStart(4, '0')}`
const turns = async (like: string): Promise<{ key: string; lane: string; state: string }[]> =>
  (await sql<{ key: string; lane: string; state: string }>`select key, lane, state from job where kind = 'turn' and key like ${`delivery:%:${like}%`}`.execute(stage.house.db.bare)).rows

describe('a message', () => {
  test('that is the first of all is found, however long nobody could look', async () => {
    await stage.control('hold', {})
    stage.desk.fault({ on: '*', fault: 'down', times: 1_000 })
    const [first, last] = [somebody(), somebody()]
    const { conversationId } = stage.bird.phone.write(first, { text: 'hola' })
    await stage.follow(40 * minute, minute)
    stage.bird.phone.write(last, { text: 'buenas' })
    stage.desk.clearFaults()
    await stage.follow(20 * minute, minute)
    expect(await stage.transcript(conversationId)).toEqual([{ author: 'prospect', status: 'delivered' }])
    await stage.control('let-go', {})
  })
  test('that came both ways is one, and is told once', async () => {
    const { conversationId, messageId } = stage.bird.phone.write(somebody(), { text: 'hola' })
    await stage.follow(3 * minute)
    expect(await turns(`heard:${messageId}`)).toHaveLength(1)
    expect(await stage.transcript(conversationId)).toEqual([{ author: 'prospect', status: 'delivered' }])
  })
  test('whose webhook never comes is in the transcript within two minutes', async () => {
    await stage.control('hold', {})
    const { conversationId } = stage.bird.phone.write(somebody(), { text: '¿sigue libre?' })
    await stage.follow(2 * minute)
    expect(await stage.transcript(conversationId)).toEqual([{ author: 'prospect', status: 'delivered' }])
    await stage.control('let-go', {})
    await stage.follow(minute)
    expect(await stage.transcript(conversationId)).toHaveLength(1)
  })
  test('of ours and what became of it are told, also once it was read', async () => {
    const number = somebody()
    const conversation = stage.bird.conversationFor(number)
    await stage.control('hold', {})
    stage.bird.staffSays(conversation, 'Soy Bruno, te ayudo yo')
    stage.clock.advance(1_000)
    stage.bird.phone.read(number)
    await stage.follow(2 * minute)
    expect(await stage.transcript(conversation)).toEqual([{ author: 'human', status: 'delivered' }])
    await stage.control('let-go', { backwards: true })
    await stage.follow(minute)
    expect(await stage.transcript(conversation)).toEqual([{ author: 'human', status: 'read' }])
  })
  test('that shows late in the list is found all the same', async () => {
    await stage.control('hold', {})
    stage.desk.fault({ on: list, fault: 'lag', times: 2 })
    const { conversationId } = stage.bird.phone.write(somebody(), { text: 'hola' })
    await stage.follow(7 * minute, minute)
    expect(await stage.transcript(conversationId)).toHaveLength(1)
    await stage.control('let-go', {})
  })
})

test('after an outage of hours everything is caught up with, page by page, behind what people say now', async () => {
  await stage.control('hold', {})
  stage.desk.fault({ on: list, fault: 'away', times: 40 })
  const numbers = Array.from({ length: 3 }, somebody)
  const told: string[] = []
  for (let at = 0; at < 210; at++) {
    const { conversationId } = stage.bird.phone.write(numbers[at % 3]!, { text: `mensaje ${at}` })
    told.push(conversationId)
    stage.clock.advance(minute / 2)
  }
  stage.desk.clearFaults()
  const before = stage.desk.requests(list).length
  await stage.follow(5 * minute)
  const counts = await Promise.all([...new Set(told)].map(async (conversation) => (await stage.transcript(conversation)).length))
  expect(counts).toEqual([70, 70, 70])
  expect(stage.desk.requests(list).slice(before).filter(({ query }) => query['pageToken'] !== undefined).length).toBeGreaterThanOrEqual(2)
  const lanes = Object.groupBy(await turns('heard:'), ({ lane }) => lane)
  expect(lanes['sync']!.length).toBeGreaterThanOrEqual(190)
  await stage.control('let-go', {})
  await stage.follow(minute)
  expect(await Promise.all([...new Set(told)].map(async (conversation) => (await stage.transcript(conversation)).length))).toEqual([70, 70, 70])
})

test('the list is asked once each two minutes, and no more', async () => {
  const before = stage.desk.requests().length
  await stage.follow(20 * minute, minute)
  const asked = stage.desk.requests().slice(before)
  expect(asked.filter(({ on }) => on === list).length).toBeLessThanOrEqual(11)
  expect(asked.length).toBeLessThanOrEqual(20)
})

test('a conversation that opens unheard gets its name', async () => {
  await stage.control('hold', {})
  const conversation = stage.bird.conversationFor(somebody())
  await stage.follow(10 * minute, minute)
  const { rows } = await sql`select 1 from conversation where external_id = ${conversation}`.execute(stage.house.db.bare)
  expect(rows).toHaveLength(1)
  await stage.control('let-go', {})
})

describe('templates', () => {
  const template = async (): Promise<{ status: string; language: string }[]> => (await sql<{ status: string; language: string }>`select status, language from template where name = 'portero_visita' order by language`.execute(stage.house.db.bare)).rows
  const inBird = async (path: string, body: object): Promise<{ id: string }> => {
    const response = await fetch(`${stage.url}/bird/workspaces/ws-casa${path}`, { method: 'POST', headers: { authorization: 'AccessKey access-key-of-the-lab', 'content-type': 'application/json' }, body: JSON.stringify(body) })
    return (await response.json()) as { id: string }
  }
  test("are known by what Meta says of them, also where nobody tells, and when it takes something back", async () => {
    const { id: project } = await inBird('/projects', { name: 'portero_visita', type: 'channelTemplate' })
    await inBird(`/projects/${project}/channel-templates`, { defaultLocale: 'es-MX', platformContent: [{ platform: 'whatsapp', locale: 'es-MX', blocks: [{ type: 'text', role: 'body', text: { text: 'Hola' } }] }] })
    await stage.control('hold', {})
    for (const [decided, status] of [['approved', 'approved'], ['paused', 'paused'], ['approved', 'approved']] as const) {
      stage.bird.decide({ project, status: decided })
      await stage.follow(10 * minute, minute)
      expect(await template()).toEqual([{ status, language: 'es-MX' }])
    }
    await stage.control('let-go', {})
  })
})
