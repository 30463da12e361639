import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { sql } from 'kysely'
import request from 'supertest'
import { bookingWords } from '@portero/shared'
import { holdIn, hour, minute, openBooking, plain, slotsIn, type BookingStage, type Prospect } from './support/booking-stage.ts'

// A home that three strangers see at once, as prospects come to it: in the chat, on the booking page, in their calendar. Nobody learns who the others are.
jest.setTimeout(120_000)
const es = bookingWords['es-MX']
const zone = 'America/Mexico_City'
let stage: BookingStage
let key = ''
let who: Prospect
let other: Prospect
let third: Prospect
let path = ''
beforeAll(async () => {
  stage = await openBooking()
  await sql`update home set details = details || '{"seats": 3}' where slug = 'roma-2'`.execute(stage.house.db.bare)
  key = await stage.house.toolKeys.make({ tenant: stage.house.tenant, name: 'bird', scopes: ['tours:read', 'tours:write'] })
}, 60_000)
afterAll(() => stage.house.end())
beforeEach(async () => {
  who = await stage.renewed()
  ;[other, third] = [stage.someone(), stage.someone()]
  await sql`update person set name_sealed = ${Buffer.from('x')}`.execute(stage.house.db.bare) // they have one, whatever it is
  path = await stage.pathFor(who, { home: stage.homeIn('roma-2').no })
})
const ask = async (tool: string, input: object, by = who): Promise<any> => {
  stage.house.clock.advance(1_001)
  return (await request(stage.house.doors).post(`/tools/${tool}`).set('authorization', `Bearer ${key}`).set('x-bird-conversation-id', `cv-${by.conversation}`).send(tool === 'my_tours' ? {} : { home: 'roma-2', ...input })).body
}
const when = '2026-11-25 10:00'
const seatsAt = async (by = who, more: object = {}): Promise<number | undefined> => {
  const { data } = await ask('check_availability', { from_day: when, ...more }, by) // the first from then on is always offered
  return data.slots.find(({ start }: { start: string }) => start.startsWith('2026-11-25T10:00'))?.seats_left
}
const morning = (of: string) => new RegExp(`10:00 h</time><small class="left">${of}</small>`)

describe('in the chat', () => {
  test('they hear that it is a group, how many fit, and how many places are left', async () => {
    const { say, next, data } = await ask('check_availability', {})
    expect([say, next, data.group_of, data.slots.map((slot: { seats_left: number }) => slot.seats_left)]).toEqual([expect.stringMatching(/La visita es en grupo, de hasta 3 personas\.$/), expect.stringContaining('seats_left'), 3, [3, 3, 3, 3, 3, 3]])
    expect((await ask('check_availability', { home: 'roma-1' })).data.group_of).toBeUndefined()
  })
  test('one after another takes a place at the same time, each with a visit of their own', async () => {
    expect(await ask('book_tour', { when, people: 2 })).toMatchObject({ ok: true })
    expect([await seatsAt(other), await seatsAt(other, { people: 2 })]).toEqual([1, undefined])
    const full = await ask('book_tour', { when, people: 2 }, other)
    expect([full.error.code, full.error.alternatives.map(({ label }: { label: string }) => label).some((label: string) => label.includes('miércoles 25 nov, 10:00'))]).toEqual(['slot_gone', false])
    const { data } = await ask('book_tour', { when }, third)
    expect([data.tour.agent, await seatsAt(other)]).toEqual(['Ana Agente', undefined])
    const mine = await ask('my_tours', {}, third)
    expect(JSON.stringify(mine)).not.toMatch(/party|group|seats|grupo/)
    expect(await stage.toursOf(who)).toHaveLength(1)
  })
  test('more than there are seats are told so, before they look and when they book', async () => {
    for (const tool of ['check_availability', 'book_tour', 'join_waitlist']) expect(await ask(tool, { when: undefined, ...(tool === 'book_tour' && { when }), people: 4 })).toMatchObject({ ok: false, say: expect.stringContaining('de hasta 3 personas'), error: { code: 'too_many' }, next: expect.stringContaining('escalate') })
    expect(await ask('book_tour', { home: 'roma-1', when, people: 4 })).toMatchObject({ ok: true })
  })
  test('who moves their visit is offered times with room for all of them, and not the one that they have', async () => {
    await ask('book_tour', { when, people: 1 })
    await ask('book_tour', { when: '2026-11-25 10:30', people: 3 }, other)
    const { error } = await ask('reschedule_tour', { home: undefined })
    expect(error.alternatives.map(({ label, seats_left }: { label: string; seats_left: number }) => [label.split(', ')[1], seats_left])).toEqual([['9:30 h', 3], ['9:00 h', 3], ['11:00 h', 3]])
    expect(await ask('reschedule_tour', { home: undefined, when: '2026-11-25 10:30' })).toMatchObject({ ok: false, error: { code: 'slot_gone' } })
    expect(await ask('reschedule_tour', { home: undefined, when: '2026-11-25 11:00' })).toMatchObject({ ok: true })
    expect(await seatsAt(third)).toBe(3)
  })
  test('the calendar file of one says nothing of the others', async () => {
    await ask('book_tour', { when }, other)
    await ask('book_tour', { when })
    const [{ calendar_url }] = (await ask('my_tours', {})).data.tours
    const { text } = await stage.get(new URL(calendar_url).pathname)
    expect(text.match(/BEGIN:VEVENT/g)).toHaveLength(1)
    expect(text).not.toMatch(/grupo|group|personas|ATTENDEE/i)
  })
})

describe('on the booking page', () => {
  const wednesday = Date.parse('2026-11-25T10:00-06:00')
  const slotAt = (response: { text: string }, startsAt = wednesday): string => slotsIn(response).find((each) => each.startsAt === startsAt)!.slot
  test('they see that it is a group and the places left, say how many they are, and hold as many', async () => {
    await ask('book_tour', { when }, other)
    const page = await stage.get(path)
    expect(plain(page)).toContain(es.inGroup(3))
    expect(plain(page)).toContain(es.people)
    expect(page.text).toMatch(morning('quedan 2 lugares'))
    expect(await stage.post(path, { do: 'hold', slot: slotAt(page), people: '2' })).toMatchObject({ status: 303 })
    const held = await stage.get(path)
    expect(await seatsAt(third)).toBeUndefined()
    expect(plain(await stage.post(path, { do: 'confirm', hold: holdIn(held) }))).toContain(es.bookedTitle)
    const { rows } = await sql<{ party: number; taken: number }>`select t.party, s.taken from tour t join session s on s.id = t.session_id where t.person_id = ${who.person}`.execute(stage.house.db.bare)
    expect(rows).toEqual([{ party: 2, taken: 3 }])
  })
  test('who are too many for one time are shown those with room for them', async () => {
    await ask('book_tour', { when, people: 2 }, other)
    const page = await stage.get(path)
    expect(page.text).toMatch(morning('queda 1 lugar'))
    const refused = await stage.post(path, { do: 'hold', slot: slotAt(page), people: '2' })
    expect([refused.status, plain(refused).includes(es.said.noRoom), slotsIn(refused).some(({ startsAt }) => startsAt === wednesday), /<option value="2" selected>/.test(refused.text)]).toEqual([409, true, false, true])
    expect((await stage.post(path, { do: 'hold', slot: slotAt(refused, wednesday + hour), people: '2' })).status).toBe(303)
  })
  test.each([['nothing', ''], ['words', 'muchos'], ['none', '0'], ['less than none', '-3']])('%s for a number is one', async (_title, people) => {
    const page = await stage.get(path)
    expect((await stage.post(path, { do: 'hold', slot: slotAt(page), people })).status).toBe(303)
    expect(await seatsAt(other)).toBe(2)
  })
  test('a number beyond all is as many as there are seats, and a home of one\'s own asks for none', async () => {
    const page = await stage.get(path)
    expect((await stage.post(path, { do: 'hold', slot: slotAt(page), people: '99' })).status).toBe(303)
    expect(await seatsAt(other)).toBeUndefined()
    const own = await stage.get(await stage.pathFor(who))
    expect([own.text.includes('name="people"'), own.text.includes('class="left"')]).toEqual([false, false])
  })
  test('who moves their visit sees neither their own time nor one without room', async () => {
    await ask('book_tour', { when, people: 1 })
    await ask('book_tour', { when: '2026-11-25 10:30', people: 3 }, other)
    const [{ id } = { id: '' }] = await stage.toursOf(who)
    const page = await stage.get(await stage.pathFor(who, { tour: id }))
    const times = slotsIn(page).map(({ startsAt }) => startsAt)
    expect([times.includes(wednesday), times.includes(wednesday + 30 * minute), times.includes(wednesday + hour), page.text.includes('name="people"')]).toEqual([false, false, true, false])
  })
})

test('where a home is shared no more, who is in a group stays, and nobody joins', async () => {
  await ask('book_tour', { when })
  await sql`update home set details = details - 'seats' where slug = 'roma-2'`.execute(stage.house.db.bare)
  stage.house.clock.advance(minute)
  expect([await seatsAt(other), (await ask('book_tour', { when }, other)).error.code, (await stage.toursOf(who))[0]?.status]).toEqual([undefined, 'slot_gone', 'confirmed'])
  expect(new Intl.DateTimeFormat('es-MX', { timeZone: zone, hour: 'numeric' }).format((await stage.toursOf(who))[0]!.startsAt)).toMatch(/10/)
})
