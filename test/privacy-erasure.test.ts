import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { erasing } from '@portero/tool-server/actions/block-person.ts'
import { eraseCase } from '@portero/tool-server/actions/erase-case.ts'
import { dueAfter, folioOf } from '@portero/tool-server/domain/privacy.ts'
import type { Act } from '@portero/tool-server/define.ts'
import { stopWork } from '@portero/tool-server/spine/connection-work.ts'
import { replayDead } from '@portero/tool-server/spine/dead.ts'
import { markBlocked } from '@portero/tool-server/store/blocked.ts'
import { lockCase } from '@portero/tool-server/store/privacy-desk.ts'
import { serverUrl } from './support/databases.ts'
import { until } from './support/engines.ts'
import { filled, officer, openPrivacyStage, type Guest, type PrivacyStage } from './support/privacy-stage.ts'

// A cancellation on its day: what is deleted here, what each vendor has answered, and that the certificate says no more than that.
const hour = 3_600_000
const deletion = 'POST /crm/v3/objects/:type/gdpr-delete'
let stage: PrivacyStage
beforeAll(async () => {
  stage = await openPrivacyStage()
})
beforeEach(async () => {
  stage.clock.advance(61_000)
  await stage.signIn()
})
afterAll(() => stage.end())

const accepted = async (guest: Guest, days = 3): Promise<{ id: string; day: number }> => {
  const id = await stage.ask(guest, 'cancel')
  const day = dueAfter(stage.clock.now(), days)
  expect(await stage.move(id, { do: 'accept', eraseOn: new Date(day - 6 * hour).toISOString().slice(0, 10) })).toBe('ok')
  await stage.follow(4_000)
  return { id, day }
}
const comes = async (day: number): Promise<void> => {
  stage.clock.advance(day - stage.clock.now())
  await stage.follow(3_000)
  await stage.signIn()
}
const contactOf = ({ person }: Guest) => stage.lab.hubspot.state().contacts.find(({ properties }) => properties['portero_id'] === person)
const badge = async (at = stage): Promise<number> => Number(/Privacidad \((\d+)\)/.exec(await at.page('/console/privacy'))?.[1] ?? 0)
const steps = async (id: string): Promise<string[]> => (await stage.rows<{ what: string }>(`select what from privacy_step where case_id = '${id}' order by what`)).map(({ what }) => what)

test('where all vendors answer, it is done and says where', async () => {
  const guest = await stage.greet()
  const { id, day } = await accepted(guest)
  expect(contactOf(guest)).toBeDefined()
  await comes(day)
  const { result, deeds, left } = await stage.told(id)
  expect([(await stage.caseOf(id)).state, result, left, contactOf(guest)]).toEqual(['done', 'done', [], undefined])
  for (const deed of [{ where: 'hubspot', of: ['contact'] }, { where: 'bird', of: ['contact'] }, { where: 'bird', of: ['conversation'] }]) expect(deeds).toContainEqual({ ...deed, what: 'erased', count: 1 })
  expect(await steps(id)).toEqual(['accept', 'do', 'erased'])
})

describe('a vendor that refuses', () => {
  let guest: Guest
  let id: string
  let counted: number
  beforeAll(async () => {
    counted = await badge()
    guest = await stage.greet()
    const which = await accepted(guest)
    id = which.id
    stage.lab.hubspot.controls.refuse({ with: 'scopes', on: deletion, scopes: ['crm.objects.contacts.write'] })
    await comes(which.day)
  })
  test('the certificate says what is left there, and does not say that it was deleted', async () => {
    const { result, deeds, left } = await stage.told(id)
    expect([(await stage.caseOf(id)).state, result, left]).toEqual(['done', 'partly', [{ where: 'hubspot', of: 'contact', count: 1, why: 'refused' }]])
    expect(deeds.some(({ where, of }) => where === 'hubspot' && of?.includes('contact'))).toBe(false)
    expect(deeds).toContainEqual({ where: 'bird', what: 'erased', of: ['conversation'], count: 1 })
    expect(contactOf(guest)).toBeDefined()
  })
  test('so do the case, the list, the page of the certificate and the count beside the desk', async () => {
    expect(await badge()).toBe(counted + 1)
    const shown = await stage.page(`/console/privacy/${id}`)
    for (const words of ['Algo sigue en otro sistema', 'HubSpot', 'No se borró', 'no lo permitió']) expect(shown).toContain(words)
    const list = await stage.page('/console/privacy')
    expect(list.slice(list.indexOf(folioOf(id)))).toMatch(/^[^]{0,600}Falta borrar/)
    expect(await stage.page(`/console/privacy/${id}/certificate.html`)).toMatch(/No se borró[^]*hubspot[^]*contacto · 1/)
  })
  test('once it was tried again and done, another certificate says so', async () => {
    expect(await replayDead(stage.house, { sure: false })).toBe(1)
    await stage.follow(3_000)
    const { result, deeds, left } = await stage.told(id)
    expect([result, left, contactOf(guest), await badge()]).toEqual(['done', [], undefined, counted])
    expect(deeds).toContainEqual({ where: 'hubspot', what: 'erased', of: ['contact'], count: 1 })
    expect(await steps(id)).toEqual(['accept', 'certified', 'do', 'erased'])
    expect(await stage.page(`/console/privacy/${id}`)).not.toContain('sigue en otro sistema')
  })
})

test('a vendor that is down: the page says what is missing and nothing is certified, until it is back and has answered', async () => {
  const guest = await stage.greet()
  const { id, day } = await accepted(guest)
  stage.lab.hubspot.fault({ on: 'POST /crm/objects/2026-09/:type/gdpr-delete', fault: 'away', times: 1_000 })
  await comes(day)
  expect(await stage.rows(`select erased_at is not null as erased from person where id = '${guest.person}'`)).toEqual([{ erased: true }])
  expect(await stage.caseOf(id)).toMatchObject({ state: 'accepted', closed: null, certificate: null })
  const shown = await stage.page(`/console/privacy/${id}`)
  for (const words of ['Falta una respuesta', 'Sin respuesta todavía', 'La constancia se firma cuando']) expect(shown).toContain(words)
  expect(shown).not.toContain('Ver constancia')
  expect((await stage.desk().get(`/console/privacy/${id}/certificate.json`)).status).toBe(404)
  const list = await stage.page('/console/privacy')
  expect(list.slice(list.indexOf(folioOf(id)))).toMatch(/^[^]{0,600}Borrando/)
  stage.lab.hubspot.clearFaults()
  const back = stage.clock.now()
  stage.clock.advance(hour / 2)
  await stage.follow(3_000)
  const { result, left, doneAt } = await stage.told(id)
  expect([(await stage.caseOf(id)).state, result, left, Date.parse(doneAt) > back, contactOf(guest)]).toEqual(['done', 'done', [], true, undefined])
})

test('a vendor that does not answer rings before its date is over, also where what rang is lost, and the morning after it counts as late', async () => {
  const rings = async (id: string): Promise<string[]> => (await stage.rows<{ key: string }>(`select key from job where key like 'timer:privacy-due:${id}:%' and state = 'scheduled' and person_id is null order by key`)).map(({ key }) => key.split(':').slice(3).join(':'))
  const told = (id: string, words: string): number => stage.mails(officer).filter((mail) => JSON.stringify(mail).includes(`/console/privacy/${id}`) && JSON.stringify(mail).includes(words)).length
  const [soon, last] = [await stage.greet(), await stage.greet()]
  const [early, late] = [await accepted(soon), await accepted(last, 15)]
  stage.lab.hubspot.fault({ on: 'POST /crm/objects/2026-09/:type/gdpr-delete', fault: 'away', times: 1_000 })
  await comes(early.day)
  expect([await rings(early.id), await rings(late.id)]).toEqual([['effect:0', 'effect:2', 'effect:5'], []])
  await stage.rows(`delete from job where key like 'timer:privacy-due:${early.id}:%'`)
  stage.clock.advance(24 * hour - ((stage.clock.now() - 15 * hour) % (24 * hour))) // nine in Mexico
  await stage.follow(1_000)
  expect([await rings(early.id), await steps(early.id)]).toEqual([['effect:0', 'effect:2', 'effect:5'], ['accept', 'erased']])
  await stage.signIn()
  const before = await badge()
  await comes(late.day)
  expect([await rings(late.id), await badge() - before]).toEqual([['effect:0'], 2])
  stage.clock.advance(dueAfter(stage.clock.now(), 1) - stage.clock.now() - 8 * hour)
  await stage.follow(4_000)
  await stage.signIn()
  expect([told(late.id, 'vencido'), await rings(late.id), (await stage.page('/console/privacy')).includes('2 plazos ya vencieron'), await badge() - before]).toEqual([1, [], true, 2])
  expect((await stage.page(`/console/privacy/${late.id}`))).toContain('vencido')
  expect(await stage.rows(`select 1 from data_key where person_id in ('${soon.person}', '${last.person}')`)).toEqual([])
  stage.lab.hubspot.clearFaults()
  stage.clock.advance(hour / 2)
  await stage.follow(3_000)
  await stage.signIn()
  expect([(await stage.caseOf(early.id)).state, (await stage.caseOf(late.id)).state, await rings(early.id), await badge() - before]).toEqual(['done', 'done', [], 0])
})

test('its day rings once, and nothing is late at that moment, nor right after it', async () => {
  const guest = await stage.greet()
  const { id, day } = await accepted(guest, 15) // the last day that the law gives
  expect(await stage.rows(`select key from job where key like '%erase%' and state = 'scheduled'`)).toEqual([{ key: `timer:privacy:erase:${guest.person}` }])
  stage.clock.advance(day - stage.clock.now())
  await stage.signIn()
  for (const pastMs of [0, 1]) {
    stage.clock.advance(pastMs)
    const list = await stage.page('/console/privacy')
    expect([list.includes(folioOf(id)), list.includes('venci'), (await stage.page(`/console/privacy/${id}`)).includes('venci')]).toEqual([true, false, false])
  }
  await stage.follow(3_000)
  expect((await stage.caseOf(id)).state).toBe('done')
})

describe('their contact at Bird', () => {
  const doors = async ({ person }: Guest): Promise<string[]> => (await stage.rows<{ id: string }>(`select connection_id as id from job where key like 'erase:contact:${person}:%' order by connection_id`)).map(({ id }) => id)
  test('is asked for where they wrote, also where their conversation has no name there', async () => {
    const guest = await stage.greet()
    await stage.rows(`update conversation set external_id = null where id = '${guest.conversation}'`)
    const { id, day } = await accepted(guest)
    await comes(day)
    const { result, left, deeds } = await stage.told(id)
    expect([result, left, await doors(guest)]).toEqual(['done', [], [(await stage.house.connection('bird')).id]])
    expect(deeds).toContainEqual({ where: 'bird', what: 'erased', of: ['contact'], count: 1 })
  })
  test('is asked for at each account that they wrote to; of one that was ended it is said, and it is asked once that is connected anew', async () => {
    const { house } = stage
    const bird = await house.connection('bird')
    const { tenant, vendor, settings } = bird
    const [both, one] = [await stage.greet(), await stage.greet()]
    const [first, second] = [await accepted(both), await accepted(one)]
    const more = { tenant, vendor, account: 'otra', settings: settings as object }
    const other = await house.connections.put(more)
    for (const { conversation } of [both, one]) await stage.rows(`insert into conversation select (jsonb_populate_record(c, jsonb_build_object('id', '${conversation.replace(/^.{8}/, '00000000')}', 'connection_id', '${other.id}', 'external_id', null))).* from conversation c where id = '${conversation}'`) // the older one
    await house.acting.as({ tenant, by: 'system' }, 'all')(eraseCase, { case: first.id, isShadow: false })
    await house.worker.settle()
    await house.db.tx((tx) => house.connections.end(tx, other))
    await comes(second.day)
    const named = [bird.id, other.id].toSorted()
    expect([await doors(both), await doors(one), (await stage.told(first.id)).result]).toEqual([named, named, 'done'])
    const { left, deeds } = await stage.told(second.id)
    expect([left, deeds.filter(({ where, of }) => where === 'bird' && of?.includes('contact'))]).toEqual([[{ where: 'bird', of: 'contact', count: 1, why: 'disconnected' }], [{ where: 'bird', what: 'erased', of: ['contact'], count: 1 }]])
    expect(await stage.dead()).toHaveLength(1)
    const back = await house.connections.put(more)
    expect(await replayDead(house, { sure: false })).toBe(1)
    await stage.follow(3_000)
    expect([back.id === other.id, (await stage.told(second.id)).result, await steps(second.id)]).toEqual([true, 'done', ['accept', 'certified', 'do', 'erased']])
    await house.db.tx((tx) => house.connections.end(tx, other))
  })
})

test('a vendor that is disconnected while it is asked: what it was asked is kept, and asked once it is connected anew', async () => {
  const { house } = stage
  const guest = await stage.greet()
  const { id, day } = await accepted(guest)
  stage.lab.hubspot.fault({ on: 'POST /crm/objects/2026-09/:type/gdpr-delete', fault: 'away', times: 1_000 })
  await comes(day)
  const hubspot = await house.connection('hubspot')
  await house.db.tx(async (tx) => {
    await house.connections.end(tx, hubspot)
    await stopWork(tx, hubspot, { now: stage.clock.now(), buried: async () => undefined, keeps: erasing })
  })
  expect(await stage.rows(`select state from job where key like 'erase:contact:${guest.person}' and connection_id = '${hubspot.id}'`)).toEqual([{ state: 'dead' }])
  stage.lab.hubspot.clearFaults()
  await house.connections.put({ tenant: hubspot.tenant, vendor: 'hubspot', account: hubspot.account, settings: hubspot.settings as object })
  expect(await replayDead(house, { sure: false })).toBe(1)
  await stage.follow(3_000)
  expect([(await stage.told(id)).result, contactOf(guest)]).toEqual(['done', undefined])
})

test('in shadow mode nobody is erased: they stay blocked, the case says so and counts, and each day it is tried again', async () => {
  const dark = await openPrivacyStage({ shadow: true })
  try {
    const guest = await dark.greet()
    const id = await dark.ask(guest, 'cancel')
    const day = dueAfter(dark.clock.now(), 3)
    expect(await dark.move(id, { do: 'accept', eraseOn: new Date(day - 6 * hour).toISOString().slice(0, 10) })).toBe('ok')
    for (let days = 0; days < 3; days++) {
      dark.clock.advance(days === 0 ? day - dark.clock.now() : 24 * hour)
      await dark.follow(1_000)
      expect(await dark.rows(`select p.blocked_at is not null as blocked, p.erased_at is null as here, (select count(*) from data_key k where k.person_id = p.id) as keys, (select count(*) from job where key like 'erase:%') as asked, (select count(*) from job where key = 'timer:privacy:erase:${guest.person}' and state = 'scheduled') as rings, (select count(*) from privacy_step where case_id = '${id}' and what = 'held') as held from person p where id = '${guest.person}'`))
        .toEqual([{ blocked: true, here: true, keys: 1, asked: 0, rings: 1, held: 1 }])
    }
    await dark.signIn()
    expect([(await dark.caseOf(id)).state, await badge(dark)]).toEqual(['accepted', 0])
    expect(await dark.page('/console/privacy')).toContain('En espera: modo sombra')
    expect(await dark.page(`/console/privacy/${id}`)).toContain('en modo sombra no se borra nada')
    dark.clock.advance(dueAfter(dark.clock.now(), 15) - dark.clock.now())
    await dark.signIn()
    expect([await badge(dark), (await dark.page('/console/privacy')).includes('Un plazo ya venció')]).toEqual([1, true])
    await dark.house.acting.as({ tenant: dark.house.tenant, by: 'system' }, 'all')(eraseCase, { case: id, isShadow: false }) // once it is over
    expect(await dark.rows(`select 1 from data_key where person_id = '${guest.person}'`)).toEqual([])
  } finally {
    await dark.end()
  }
})

test('whoever reads a certificate stands in the audit, whichever form they read', async () => {
  const guest = await stage.greet()
  const { id, day } = await accepted(guest)
  await comes(day)
  for (const form of ['html', 'json']) expect((await stage.desk().get(`/console/privacy/${id}/certificate.${form}`)).status).toBe(200)
  expect(await stage.rows(`select person_id as person, user_id is not null as known from audit where what = 'read:privacy-certificate' and object = '${id}'`)).toEqual([{ person: guest.person, known: true }, { person: guest.person, known: true }])
})

test('what somebody unproven said with their contact goes too where it is closed; where it is open it waits for its answer', async () => {
  const guest = await stage.greet()
  const other = await stage.greet()
  const asked = async ({ number }: Guest): Promise<string> => stage.opened(await stage.post(filled(number)))
  const [closed, open, others] = [await asked(guest), await asked(guest), await asked(other)]
  for (const id of [closed, others]) expect([await stage.move(id, { do: 'ask', missing: 'Dinos de qué visita, Renata.' }), await stage.move(id, { do: 'withdraw' })]).toEqual(['ok', 'ok'])
  const { id, day } = await accepted(guest)
  await comes(day)
  const kept = async (which: string) => (await stage.rows(`select asker_sealed is not null as asker, details_sealed is not null as details, (select count(text_sealed) from privacy_step where case_id = c.id) as texts from privacy_case c where id = '${which}'`))[0]
  expect([await kept(closed), await kept(open), await kept(others)]).toEqual([{ asker: false, details: false, texts: 0 }, { asker: true, details: true, texts: 0 }, { asker: true, details: true, texts: 2 }])
  expect((await stage.told(id)).deeds).toContainEqual({ where: 'privacy_case', what: 'erased', count: 1 })
  const shown = await stage.page(`/console/privacy/${closed}`)
  expect([shown.includes('Renata'), shown.includes('Datos borrados')]).toEqual([false, true])
})

test('nothing was given up on', async () => expect(await stage.dead()).toEqual([]))

// Who erases somebody has them, and then empties all of their cases; who attends to one of these needs the two in the same order, or each would wait for the other.
const onServer = serverUrl ? test : test.skip // there is but one connection on the embedded engine
onServer('a case is not held by whoever still waits for its person', async () => {
  const guest = await stage.greet()
  const id = await stage.ask(guest, 'access')
  const within = (decide: (act: Act) => Promise<unknown>): Promise<void> =>
    stage.house.db.tx(async (tx) => void (await decide(stage.house.acting.within(tx, { tenant: stage.house.tenant, by: 'system', person: guest.person }))), { attempts: 1 })
  const [held, go] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  const erasing = within(async (act) => {
    await markBlocked(act, guest.person, act.now)
    held.resolve()
    await go.promise
    await sql`select 1 from privacy_case where id = ${id} for update nowait`.execute(act.tx)
  })
  await Promise.race([held.promise, erasing])
  const attending = within(async (act) => {
    await lockCase(act, id)
    await markBlocked(act, guest.person, act.now)
  })
  await until(async () => (await stage.rows('select 1 from pg_stat_activity where datname = current_database() and wait_event_type = \'Lock\'')).length > 0)
  go.resolve()
  await Promise.all([erasing, attending])
})

test('where a vendor is not connected any more, they are erased here all the same, and it is said that it was not asked', async () => {
  const guest = await stage.greet()
  const { id, day } = await accepted(guest)
  const { house } = stage
  const bird = await house.connection('bird')
  await house.db.tx((tx) => house.connections.end(tx, bird))
  await comes(day)
  const { result, left } = await stage.told(id)
  expect([result, left.map(({ where, of, why }) => `${where} ${of} ${why}`), contactOf(guest)]).toEqual(['partly', ['bird contact disconnected', 'bird conversation disconnected'], undefined])
  expect(await stage.rows(`select 1 from data_key where person_id = '${guest.person}'`)).toEqual([])
  await house.connections.put({ tenant: bird.tenant, vendor: 'bird', account: bird.account, settings: bird.settings as object })
  expect(await replayDead(house, { sure: false })).toBe(2)
  await stage.follow(3_000)
  expect([(await stage.told(id)).result, await stage.dead()]).toEqual(['done', []])
})
