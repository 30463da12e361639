import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { seenFlow, seenSerial, type CalendarEvent } from '@portero/tool-server/domain/ports/calendar.ts'
import { newId } from '@portero/tool-server/spine/clock.ts'
import { enqueue } from '@portero/tool-server/spine/jobs.ts'
import { newTrace } from '@portero/tool-server/spine/trace.ts'
import { addClaims, blinded } from '@portero/tool-server/store/people.ts'
import { openCrm, type CrmStage } from './support/crm-stage.ts'

// What one of ours arranges with a prospect in their own calendar is a meeting of theirs in HubSpot, and goes with it.
const hour = 3_600_000
const number = '+525512390909'
const guest = 'ximena.duarte@correo.example'
let stage: CrmStage
let calendar: string
let person: string
let agent: { id: string; email: string }
beforeAll(async () => {
  stage = await openCrm()
  await stage.visit(number)
  ;[agent] = (await stage.rows<{ id: string; email: string }>(`select id, details ->> 'email' as email from agent a where active and details ->> 'email' is not null and not exists (select 1 from tour t where t.agent_id = a.id) limit 1`)) as [typeof agent]
  const { house } = stage
  calendar = (await house.connections.put({ tenant: house.tenant, vendor: 'google', account: agent.email, settings: { baseUrl: 'http://127.0.0.1:9', grant: { by: 'given', token: 't' }, pushSecrets: ['s'.repeat(32)] } })).id
  person = (await stage.rows<{ person: string }>(`select person_id as person from counterpart where kind = 'contact' and external_id = '${stage.contactOf(number).id}'`))[0]!.person
  await house.db.tx(async (tx) => {
    const act = house.acting.within(tx, { tenant: house.tenant, by: 'system', person })
    await addClaims(act, person, await blinded(act, [{ kind: 'email', value: guest }]))
  })
})
afterAll(() => stage.end())
const sees = async (...events: CalendarEvent[]): Promise<void> => {
  const { house, clock } = stage
  const id = newId(clock)
  const args = await house.vault.seal(house.db.bare, { tenant: house.tenant }, `job.args:${id}`, JSON.stringify({ connection: calendar, events }))
  await enqueue(house.db.bare, [{ tenant: house.tenant, id, kind: 'turn', name: seenFlow, key: `delivery:${calendar}:${id}`, connection: calendar, serial: seenSerial(calendar), lane: 'sync', runAt: clock.now(), args, trace: newTrace(clock), now: clock.now() }])
  await stage.follow()
}
const meetings = () => stage.hungOn('meetings', stage.contactOf(number).id).filter(({ properties }) => !properties['hs_meeting_title']?.startsWith('Visita'))
const coffee = (more: object = {}): CalendarEvent => ({ id: 'coffee', is: 'there', startsAt: stage.clock.now() + 48 * hour, endsAt: stage.clock.now() + 49 * hour, isBusy: true, title: 'Firma del contrato', guests: ['Otra@correo.example', guest.toUpperCase()], ...more })

test('one with a prospect whom we know is theirs in HubSpot, moves there, and is called off there', async () => {
  const first = stage.clock.now() + 48 * hour
  await sees(coffee({ startsAt: first, endsAt: first + hour }), { id: 'dentist', is: 'there', startsAt: stage.clock.now() + 50 * hour, endsAt: stage.clock.now() + 51 * hour, isBusy: true, title: 'Dentista', guests: ['nadie@correo.example'] })
  const [made] = meetings()
  expect([meetings().length, made?.properties['hs_meeting_title'], Date.parse(made!.properties['hs_meeting_start_time']!)]).toEqual([1, 'Firma del contrato', first])
  const startsAt = stage.clock.now() + 72 * hour
  await sees(coffee({ startsAt, endsAt: startsAt + hour }))
  expect(meetings().map(({ id, properties }) => [id, Date.parse(properties['hs_meeting_start_time']!)])).toEqual([[made!.id, startsAt]])
  await sees({ id: 'coffee', is: 'gone' })
  expect(meetings().map(({ id, properties }) => [id, properties['hs_meeting_outcome']])).toEqual([[made!.id, 'CANCELED']])
  expect(await stage.rows(`select name, error from job where state = 'dead'`)).toEqual([])
})
test('one whose guest is taken off it is called off for them, and what is said of others is kept nowhere', async () => {
  await sees({ ...coffee(), id: 'tea' })
  await sees({ ...coffee({ guests: ['otra@correo.example'] }), id: 'tea' })
  expect(await stage.rows(`select status from met where external_id = 'tea'`)).toEqual([{ status: 'cancelled' }])
  expect(await stage.rows(`select * from met where external_id = 'dentist'`)).toEqual([])
})
test('one that is over before we hear of it is left alone', async () => {
  await sees({ ...coffee({ startsAt: stage.clock.now() - 2 * hour, endsAt: stage.clock.now() - hour }), id: 'last-week' })
  expect(await stage.rows(`select * from met where external_id = 'last-week'`)).toEqual([])
})
test('one that is over was had, whatever becomes of its event; and what only is not listed any more, further ahead than every calendar lists, is left alone', async () => {
  await sees({ ...coffee(), id: 'lunch' }, { ...coffee({ startsAt: stage.clock.now() + 70 * 24 * hour, endsAt: stage.clock.now() + 70 * 24 * hour + hour }), id: 'spring' })
  await stage.rows(`update met set starts_at = to_timestamp(${stage.clock.now() / 1000 - 7_200}), ends_at = to_timestamp(${stage.clock.now() / 1000 - 3_600}) where external_id = 'lunch'`)
  await sees({ id: 'lunch', is: 'gone' }, { id: 'spring', is: 'gone', swept: true })
  expect(await stage.rows(`select external_id, status from met where external_id in ('lunch', 'spring') order by 1`)).toEqual([{ external_id: 'lunch', status: 'confirmed' }, { external_id: 'spring', status: 'confirmed' }])
  await sees({ id: 'spring', is: 'gone' })
  expect(await stage.rows(`select status from met where external_id = 'spring'`)).toEqual([{ status: 'cancelled' }])
})
