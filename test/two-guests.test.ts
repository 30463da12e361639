import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import request from 'supertest'
import { bookingWords } from '@portero/shared'
import { sql } from 'kysely'
import { holdIn, openBooking, plain, slotsIn, type BookingStage, type Prospect } from './support/booking-stage.ts'

// Two guests are offered the same time, of the one agent who shows it, and reach for it 1.5 seconds apart; all that may be remembered is.
const apartMs = 1_500
let stage: BookingStage
let key = ''
let guests: [Prospect, Prospect]
beforeAll(async () => {
  stage = await openBooking()
  key = await stage.house.toolKeys.make({ tenant: stage.house.tenant, name: 'bird', scopes: ['tours:read', 'tours:write'] })
})
afterAll(() => stage.house.end())
beforeEach(async () => void (guests = [await stage.renewed(), stage.someone()]))

const name = 'Ximena Olvera'
type Slot = { slot_id: string; start: string; label: string }
const call = async (tool: string, { conversation }: Prospect, input: object): Promise<any> =>
  (await request(stage.house.doors).post(`/tools/${tool}`).set({ authorization: `Bearer ${key}`, 'x-bird-conversation-id': `cv-${conversation}` }).send(input).expect(200)).body
const visits = async (): Promise<{ person: string; status: string; startsAt: number }[]> => (await sql<any>`select person_id as person, status, starts_at as "startsAt" from tour`.execute(stage.house.db.bare)).rows

describe('two guests, 1.5 s apart, the same slot, a warm cache', () => {
  test('through the tools: one booking, and one refusal with three alternatives', async () => {
    const [first, second] = guests
    const offered = async (who: Prospect): Promise<Slot> => (await call('check_availability', who, { home: 'roma-1' })).data.slots[1]
    const [ofFirst, ofSecond] = [await offered(first), await offered(second)]
    expect(ofSecond.start).toBe(ofFirst.start)

    const booked = await call('book_tour', first, { slot_id: ofFirst.slot_id, name })
    stage.house.clock.advance(apartMs)
    const refused = await call('book_tour', second, { slot_id: ofSecond.slot_id, name })
    expect(booked).toMatchObject({ ok: true, data: { tour: { start: ofFirst.start } } })
    expect(refused).toMatchObject({ ok: false, error: { code: 'slot_gone', retryable: false } })
    const others: Slot[] = refused.error.alternatives
    expect([others.length, new Set(others.map(({ start }) => start)).size, others.some(({ start }) => start === ofFirst.start)]).toEqual([3, 3, false])
    expect(await visits()).toEqual([{ person: first.person, status: 'confirmed', startsAt: Date.parse(ofFirst.start) }])

    // What was offered instead is really free.
    expect(await call('book_tour', second, { slot_id: others[0]!.slot_id, name })).toMatchObject({ ok: true, data: { tour: { start: others[0]!.start } } })
    expect(await visits()).toHaveLength(2)
  })

  test('through the booking page: one visit, and one refusal with the three nearest', async () => {
    const [first, second] = guests
    const [pathOfFirst, pathOfSecond] = [await stage.pathFor(first), await stage.pathFor(second)]
    const [ofFirst, ofSecond] = [slotsIn(await stage.get(pathOfFirst))[4]!, slotsIn(await stage.get(pathOfSecond))[4]!]
    expect(ofSecond.startsAt).toBe(ofFirst.startsAt)

    const held = await stage.post(pathOfFirst, { do: 'hold', slot: ofFirst.slot })
    stage.house.clock.advance(apartMs)
    const refused = await stage.post(pathOfSecond, { do: 'hold', slot: ofSecond.slot })
    const confirmed = await stage.post(pathOfFirst, { do: 'confirm', hold: holdIn(await stage.get(pathOfFirst)), name })
    const words = bookingWords['es-MX']
    expect([held.status, confirmed.status, plain(confirmed).includes(words.bookedTitle)]).toEqual([303, 200, true])
    expect([refused.status, plain(refused)]).toEqual([409, expect.stringContaining(words.said.taken)])
    const near = slotsIn({ text: /<fieldset class="nearest">.*?<\/fieldset>/s.exec(refused.text)?.[0] ?? '' })
    expect([near.length, new Set(near.map(({ startsAt }) => startsAt)).size, slotsIn(refused).some(({ startsAt }) => startsAt === ofFirst.startsAt)]).toEqual([3, 3, false])
    expect(await visits()).toEqual([{ person: first.person, status: 'confirmed', startsAt: ofFirst.startsAt }])

    expect((await stage.post(pathOfSecond, { do: 'hold', slot: near[0]!.slot })).status).toBe(303)
    expect((await visits()).toSorted((a, b) => a.status.localeCompare(b.status))).toMatchObject([{ person: first.person }, { person: second.person, status: 'held', startsAt: near[0]!.startsAt }])
  })

  test('one in the chat and one on the page: who is first has it, whichever door it was', async () => {
    const [first, second] = guests
    const path = await stage.pathFor(second)
    const { slot, startsAt } = slotsIn(await stage.get(path))[2]!
    const start = new Date(startsAt).toISOString()
    expect(await call('book_tour', first, { home: 'roma-1', when: start, name })).toMatchObject({ ok: true })
    stage.house.clock.advance(apartMs)
    expect((await stage.post(path, { do: 'hold', slot })).status).toBe(409)

    const other = slotsIn(await stage.get(path))[2]!
    expect((await stage.post(path, { do: 'hold', slot: other.slot })).status).toBe(303)
    stage.house.clock.advance(apartMs)
    const refused = await call('book_tour', first, { slot_id: await stage.own().handles.slot(first.person, { home: stage.homeIn('roma-1').no, startsAt: other.startsAt }), name })
    expect([refused.error?.code, refused.error?.alternatives.length]).toEqual(['slot_gone', 3])
  })
})
