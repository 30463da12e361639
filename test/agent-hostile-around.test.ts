import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { sql } from 'kysely'
import { claimIdentity } from '@portero/tool-server/actions/claim-identity.ts'
import { seeCalendar } from '@portero/tool-server/actions/see-calendar.ts'
import { openHostile, type HostileStage, type Talker } from './support/hostile-stage.ts'
import { injections, letters, markups, syntaxes } from './support/hostile-texts.ts'

// What stands around a conversation and not in it: how a file is called, what our people note in HubSpot, what their calendars say. None of it is for the model, whoever wrote it there.
let stage: HostileStage
let ana: Talker
let made = 0
const some = [...injections.slice(0, 12), ...markups.slice(0, 3), ...syntaxes.slice(8, 11), ...letters.slice(0, 3)]
const mark = (place: number): string => `mrk${String(place).padStart(3, '0')}z`
const marked = some.map((text, place) => `${text.slice(0, 80)} ${mark(place)}`)
const found = /mrk\d{3}z/

beforeAll(async () => void (stage = await openHostile()))
afterAll(() => stage.end())
beforeEach(async () => void (ana = await stage.meets(`+5255710${String(10_000 + ++made)}`, 'Ana')))

const effects = async (): Promise<unknown> => (await sql`select (select count(*) from tour) as tours, (select count(*) from waitlist) as waits, (select count(*) from privacy_case) as cases, (select count(*) from escalation) as called, (select count(*) from job where state = 'dead') as dead`.execute(stage.house.db.bare)).rows[0]
// All that the model is shown, when it answers questions of which each makes it look at something else.
const shown = async (): Promise<string[]> => {
  const from = stage.asked().length
  for (const text of ['busco depa en la Roma', 'la 1, ¿qué horarios hay?', '¿cuáles son mis visitas?']) {
    stage.bird.phone.write(ana.number, { text })
    await stage.follow(8_000, 1_000)
  }
  const bodies = stage.asked().slice(from).map(({ body }) => body)
  expect(bodies.some((body) => body.includes('function_call_output'))).toBe(true)
  return bodies
}

describe('how a file is called', () => {
  test('is kept from the model, which is told that there is one', async () => {
    const was = await effects()
    const from = stage.asked().length
    for (const filename of marked) stage.bird.phone.write(ana.number, { media: { kind: 'file', filename } })
    await stage.follow(10_000, 1_000)
    const asked = stage.asked().slice(from).map(({ body }) => body)
    expect(asked.some((body) => body.includes('[documento, que no puedes ver]'))).toBe(true)
    expect([...asked, ...(await shown())].filter((body) => found.test(body))).toEqual([])
    expect(await effects()).toEqual(was)
  }, 60_000)
})

describe('what our people write in HubSpot', () => {
  test('beside a contact, in notes, tasks, calls, meetings and deals, is no word of the conversation', async () => {
    const was = await effects()
    for (let tries = 0; tries < 10 && !stage.contactOf(ana.number); tries++) await stage.follow(3_000)
    const contact = stage.contactOf(ana.number)!
    const put = (type: string, properties: Record<string, string>): void => {
      const { id } = stage.hubspot.controls.create({ type, properties: { hs_timestamp: new Date(stage.clock.now()).toISOString(), ...properties } }) as { id: string }
      stage.hubspot.controls.link({ from: type, id, to: 'contacts', toId: contact.id })
    }
    for (const text of marked) {
      put('notes', { hs_note_body: text })
      put('tasks', { hs_task_subject: text, hs_task_body: text })
      put('calls', { hs_call_title: text, hs_call_body: text })
      put('meetings', { hs_meeting_title: text, hs_meeting_body: text, hs_meeting_location: text })
    }
    const deal = stage.hubspot.state().deals.find(({ associations }) => associations.contacts.includes(contact.id))!
    stage.hubspot.controls.change({ type: 'deals', id: deal.id, properties: { dealname: marked[0]!, description: marked[1]! } })
    await stage.follow(10_000, 1_000)
    expect((await shown()).filter((body) => found.test(body))).toEqual([])
    expect(await effects()).toEqual(was)
  }, 90_000)
})

describe('what stands in the calendar of one of our people', () => {
  test('of a meeting with them is told to HubSpot, and never to the model', async () => {
    const { house, clock } = stage
    const as = house.acting.as({ tenant: house.tenant, by: 'system' }, 'all')
    const email = 'ana.hostil@casas.example'
    await as(claimIdentity, { person: ana.person, claims: [{ kind: 'email', value: email }] })
    await house.connections.put({ tenant: house.tenant, vendor: 'google', account: 'lucia.becerril@casas.example', settings: { baseUrl: 'http://127.0.0.1:9', grant: { by: 'given', token: 'nobody' }, pushSecrets: ['s'.repeat(32)] } })
    const { id: connection } = await house.connection('google')
    const was = await effects()
    const startsAt = clock.now() + 26 * 3_600_000
    await as(seeCalendar, { connection, events: marked.map((title, place) => ({ id: `ev${place}`, is: 'there' as const, startsAt: startsAt + place * 60_000, endsAt: startsAt + 3_600_000, isBusy: true, title, guests: [email] })) })
    const { rows } = await sql`select 1 from met where person_id = ${ana.person}`.execute(house.db.bare)
    expect(rows).toHaveLength(marked.length)
    expect((await shown()).filter((body) => found.test(body))).toEqual([])
    expect(await effects()).toEqual(was)
  }, 60_000)
})
