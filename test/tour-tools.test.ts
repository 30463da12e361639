import { createServer, type Server } from 'node:http'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { sql } from 'kysely'
import request from 'supertest'
import { mergePeople } from '@portero/tool-server/actions/merge-people.ts'
import { unmergePeople } from '@portero/tool-server/actions/unmerge-people.ts'
import type { Subject } from '@portero/tool-server/define.ts'
import { tools } from '@portero/tool-server/tools/index.ts'
import { building, furnish, prospects } from './support/homes.ts'
import { testHouse, type TestHouse } from './support/house.ts'
import { tinyConnector } from './support/tiny.ts'

// What an agent may do with a visit that a prospect has: put it at another time, or call it off.
const hour = 3_600_000
const visits = 'perAgentAndDay: 20'
const agent = (slug: string, place: string): string => `
  - { slug: ${slug}, name: ${slug}, hours: [{ days: [mon, tue, wed, thu, fri], from: '09:00', to: '17:00' }], buildings: [${place}] }`
const yaml = `buildings:${building('roma', visits)}${building('condesa', visits)}
agents:${['ana', 'beto', 'carla', 'elena', 'saul'].map((name) => agent(name, 'roma')).join('')}${agent('dora', 'condesa')}
`
type Talker = Subject & { person: string; conversation: string }
type Said = { ok: boolean; say: string; next?: string; data?: any; error?: { code: string; alternatives?: { slot_id: string; label: string }[] } }
let house: TestHouse
let server: Server
let people: Talker[]
let key = ''
let ana: Talker

beforeAll(async () => {
  house = await testHouse({ connectors: [tinyConnector()], accounts: [{ vendor: 'tiny', account: 'one', settings: { baseUrl: 'http://127.0.0.1:9' } }], tools })
  await furnish(house, yaml)
  people = await prospects(house, (await house.connection('tiny')).id, 40)
  key = await house.toolKeys.make({ tenant: house.tenant, name: 'bird', scopes: ['tours:read', 'tours:write'] })
  server = createServer(house.doors).listen(0)
})
afterAll(async () => {
  server.close()
  await house.end()
})
beforeEach(() => void (ana = people.pop()!))

const ask = async (tool: string, input: object = {}, who = ana): Promise<Said> => {
  house.clock.advance(1_001) // not to be stopped for calling too often
  return (await request(server).post(`/tools/${tool}`).set('authorization', `Bearer ${key}`).set('x-bird-conversation-id', `cv-${who.conversation}`).send(input)).body
}
const at = async (when: string, home = 'roma-1', who = ana): Promise<string> => (await ask('book_tour', { home, when }, who)).data.tour.tour_id
const slots = async (home = 'roma-1', from_day = '2026-12-01', who = ana): Promise<{ slot_id: string; start: string }[]> => (await ask('check_availability', { home, from_day }, who)).data.slots
const coming = async (who = ana): Promise<string[]> => (await ask('my_tours', {}, who)).data.tours.filter((tour: any) => tour.status === 'confirmed').map((tour: any) => `${tour.home} ${tour.start}`)
const versionOf = async (who = ana): Promise<number[]> => (await sql<{ version: number }>`select version from tour where person_id = ${who.person} order by made_at`.execute(house.db.bare)).rows.map(({ version }) => version)

describe('reschedule_tour', () => {
  test('moves the only visit to a slot, and says so', async () => {
    await at('2026-11-30 11:00')
    const [, slot] = await slots()
    const moved = await ask('reschedule_tour', { slot_id: slot!.slot_id })
    expect(moved).toMatchObject({ ok: true, say: expect.stringMatching(/^Listo, cambié tu visita a .+: ahora es el .+ con .+, en .+\.$/), data: { tour: { start: slot!.start, home: 'roma-1' } } })
    expect(await coming()).toEqual([`roma-1 ${slot!.start}`])
  })
  test('moves it to a time in words, and the visit that is named', async () => {
    await at('2026-11-30 09:00')
    const second = await at('2026-11-30 16:00')
    expect(await ask('reschedule_tour', { tour_id: second, when: '2026-12-01 10:00' })).toMatchObject({ ok: true, data: { tour: { start: '2026-12-01T10:00-06:00' } } })
    expect(await coming()).toEqual(['roma-1 2026-11-30T09:00-06:00', 'roma-1 2026-12-01T10:00-06:00'])
  })
  test('asks which one where there are several', async () => {
    await at('2026-11-30 10:00')
    await at('2026-12-02 10:00')
    const asked = await ask('reschedule_tour', { when: '2026-12-01 12:00' })
    expect(asked).toMatchObject({ ok: false, error: { code: 'which_tour' }, say: expect.stringMatching(/lunes 30 nov, 10:00 h; .*miércoles 2 dic, 10:00 h\. ¿Cuál\?$/) })
    expect(asked.next).toMatch(/my_tours/)
    expect(await versionOf()).toEqual([1, 1])
  })
  test('of a slot that is gone gives three others, and the visit stays where it was', async () => {
    const tour_id = await at('2026-12-03 10:00', 'condesa-1')
    const [slot] = await slots('condesa-1', '2026-12-03')
    for (let place = 0; place < 3; place++) await ask('book_tour', { home: 'condesa-1', when: slot!.start }, people.pop())
    const gone = await ask('reschedule_tour', { tour_id, slot_id: slot!.slot_id })
    expect(gone).toMatchObject({ ok: false, error: { code: 'slot_gone' } })
    expect(gone.error!.alternatives).toHaveLength(3)
    expect(await coming()).toEqual(['condesa-1 2026-12-03T10:00-06:00'])
    expect(await ask('reschedule_tour', { tour_id, slot_id: gone.error!.alternatives![0]!.slot_id })).toMatchObject({ ok: true })
  })
  test.each([['at no time', {}, /^¿Para cuándo/], ['at a time that is not understood', { when: 'cuando se pueda' }, /^No entendí/], ['on a day only', { when: '2026-12-02' }, /^¿Para cuándo/], ['at a time at which nobody shows homes', { when: '2026-12-02 03:00' }, /^A esa hora no/]])('%s offers three', async (_title, input, say) => {
    await at('2026-12-01 15:00')
    const offered = await ask('reschedule_tour', input)
    expect(offered).toMatchObject({ ok: false, say: expect.stringMatching(say) })
    expect(offered.error!.alternatives).toHaveLength(3)
    expect(await versionOf()).toEqual([1])
  })
  test('does not put two visits of one person at one time', async () => {
    const tour_id = await at('2026-12-01 09:00')
    await at('2026-12-01 11:00', 'condesa-1')
    expect(await ask('reschedule_tour', { tour_id, when: '2026-12-01 11:00' })).toMatchObject({ ok: false, error: { code: 'clash' } })
  })
  test('said twice is done once; said again after another move it is a new wish', async () => {
    await at('2026-12-01 09:00')
    const first = await ask('reschedule_tour', { when: '2026-12-02 09:00' })
    expect(await ask('reschedule_tour', { when: '2026-12-02 09:00' })).toEqual(first)
    expect(await versionOf()).toEqual([2])
    await ask('reschedule_tour', { when: '2026-12-02 13:00' })
    expect(await ask('reschedule_tour', { when: '2026-12-02 09:00' })).toMatchObject({ ok: true, data: { tour: { start: '2026-12-02T09:00-06:00' } } })
    expect([await coming(), await versionOf()]).toEqual([['roma-1 2026-12-02T09:00-06:00'], [4]])
  })
  test('said ten times at once is done once', async () => {
    const tour_id = await at('2026-12-01 12:00')
    const [slot] = await slots('roma-1', '2026-12-04')
    const answers = await Promise.all(Array.from({ length: 10 }, () => ask('reschedule_tour', { tour_id, slot_id: slot!.slot_id })))
    expect([new Set(answers.map(({ ok, say }) => `${ok} ${say}`)).size, await versionOf()]).toEqual([1, [2]])
  })
})

describe('cancel_tour', () => {
  test('calls off the only visit and offers to move it instead', async () => {
    await at('2026-11-30 12:00')
    expect(await ask('cancel_tour', { reason: 'Ya no puedo ese día.' })).toMatchObject({ ok: true, say: expect.stringMatching(/^Cancelé tu visita a .+ del lunes 30 nov, 12:00 h\. ¿La movemos mejor\?/), data: { tour: { home: 'roma-1' } } })
    expect(await coming()).toEqual([])
  })
  test('said twice is answered as the first time; after another booking it means that one', async () => {
    await at('2026-11-30 13:00')
    const first = await ask('cancel_tour')
    expect(await ask('cancel_tour')).toEqual(first)
    await at('2026-12-01 13:00')
    expect(await ask('cancel_tour')).toMatchObject({ ok: true, say: expect.stringContaining('martes 1 dic') })
    await at('2026-11-30 13:00')
    expect(await coming()).toEqual(['roma-1 2026-11-30T13:00-06:00'])
  })
  test('asks which one where there are several, and takes the one that is named', async () => {
    await at('2026-12-02 09:00')
    const second = await at('2026-12-02 15:00')
    expect(await ask('cancel_tour')).toMatchObject({ ok: false, error: { code: 'which_tour' } })
    expect(await ask('cancel_tour', { tour_id: second })).toMatchObject({ ok: true })
    expect(await coming()).toEqual(['roma-1 2026-12-02T09:00-06:00'])
  })
  test('is what a moved visit takes too', async () => {
    await at('2026-12-03 12:00')
    await ask('reschedule_tour', { when: '2026-12-03 15:00' })
    expect(await ask('cancel_tour')).toMatchObject({ ok: true, say: expect.stringContaining('15:00 h') })
  })
})

describe.each(['reschedule_tour', 'cancel_tour'])('%s', (tool) => {
  const wish = tool === 'cancel_tour' ? {} : { when: '2026-12-04 12:00' }
  test('of none says so', async () => {
    expect(await ask(tool, wish)).toMatchObject({ ok: false, error: { code: 'no_tour' }, say: 'No tienes ninguna visita por venir.' })
  })
  test("takes somebody else's visit for none", async () => {
    const other = people.pop()!
    const theirs = await at('2026-12-04 10:00', 'roma-1', other)
    await at('2026-12-04 16:00')
    for (const tour_id of [theirs, `${theirs.slice(0, -4)}AAAA`, 't_nada']) expect(await ask(tool, { ...wish, tour_id })).toMatchObject({ ok: false, error: { code: 'tour_unknown' } })
    expect([await versionOf(other), await versionOf()]).toEqual([[1], [1]])
    await ask('cancel_tour', {}, other)
    await ask('cancel_tour')
  })
  test('of one that is called off says so, and refuses while somebody of ours has the conversation', async () => {
    const tour_id = await at('2026-12-04 09:00')
    await ask('cancel_tour', { tour_id })
    await sql`delete from tool_reply`.execute(house.db.bare)
    expect(await ask(tool, { ...wish, tour_id })).toMatchObject({ ok: false, error: { code: 'tour_over' }, say: expect.stringContaining('ya está cancelada') })
    await sql`update conversation set state = 'human' where id = ${ana.conversation}`.execute(house.db.bare)
    expect(await ask(tool, { ...wish, tour_id })).toMatchObject({ ok: false, error: { code: 'human_in_charge' } })
  })
})

test('a visit that has begun, or is over, is neither moved nor called off', async () => {
  const tour_id = await at('2026-11-30 10:00', 'condesa-1')
  house.clock.advance(Date.parse('2026-11-30T16:00:05Z') - house.clock.now())
  const { slot_id } = (await slots('condesa-1', '2026-12-08'))[0]!
  const named = [['reschedule_tour', { tour_id, when: '2026-12-04 13:00' }], ['reschedule_tour', { tour_id, slot_id }], ['cancel_tour', { tour_id }]] as const
  for (const [tool, input] of [...named, ['reschedule_tour', { when: '2026-12-04 13:00' }], ['cancel_tour', {}]] as const) expect(await ask(tool, input)).toMatchObject({ ok: false, error: { code: 'tour_over' }, say: expect.stringContaining('ya empezó') })
  house.clock.advance(hour)
  for (const [tool, input] of named) expect(await ask(tool, input)).toMatchObject({ ok: false, error: { code: 'tour_over' }, say: expect.stringContaining('ya pasó') })
  expect(await ask('cancel_tour')).toMatchObject({ ok: false, error: { code: 'no_tour' } })
  expect(await versionOf()).toEqual([1])
})

describe('the names of a visit and a time, where two people turn out to be one', () => {
  const staff = () => house.acting.as({ tenant: house.tenant, by: 'staff', user: 'sofia' }, 'all')
  test.each([['the one who is kept', true], ['the one who is merged', false]])('are good for %s before, meanwhile and after', async (_title, isKept) => {
    const pair = [people.pop()!, people.pop()!].toSorted((a, b) => (a.person < b.person ? -1 : 1)) as [Talker, Talker]
    const [who, other] = isKept ? pair : [pair[1], pair[0]]
    const stranger = people.pop()!
    const tour_id = await at('2026-12-01 09:30', 'roma-1', who)
    const [before, later] = await slots('roma-1', '2026-12-02', who)
    const { merge, kept } = await staff()(mergePeople, { people: [who.person, other.person] })
    expect(kept === who.person).toBe(isKept)
    const moved = await ask('reschedule_tour', { tour_id, slot_id: before!.slot_id }, who)
    expect(moved).toMatchObject({ ok: true, data: { tour: { start: before!.start } } })
    expect(await ask('reschedule_tour', { tour_id, slot_id: later!.slot_id }, stranger)).toMatchObject({ ok: false, error: { code: 'slot_unknown' } })
    expect(await ask('cancel_tour', { tour_id }, stranger)).toMatchObject({ ok: false, error: { code: 'tour_unknown' } })
    await staff()(unmergePeople, { merge })
    expect(await ask('cancel_tour', { tour_id }, other)).toMatchObject({ ok: false, error: { code: 'tour_unknown' } })
    expect(await ask('reschedule_tour', { tour_id, slot_id: later!.slot_id }, who)).toMatchObject({ ok: true, data: { tour: { start: later!.start } } })
    expect(await ask('cancel_tour', { tour_id: moved.data.tour.tour_id }, who)).toMatchObject({ ok: true }) // as it was named meanwhile
  })
})
