import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { sql } from 'kysely'
import { cadenceWords } from '@portero/shared'
import { bird } from '@portero/tool-server/connectors/bird/index.ts'
import { adoptDeal } from '@portero/tool-server/actions/adopt-deal.ts'
import { cancelTour } from '@portero/tool-server/actions/cancel-tour.ts'
import { escalate } from '@portero/tool-server/actions/escalate.ts'
import { fallBack } from '@portero/tool-server/actions/fall-back.ts'
import { followLead } from '@portero/tool-server/actions/follow-lead.ts'
import { joinWaitlist } from '@portero/tool-server/actions/join-waitlist.ts'
import { mergePeople } from '@portero/tool-server/actions/merge-people.ts'
import { optIn, optOut } from '@portero/tool-server/actions/opt-out.ts'
import { mayStillLeave, unattended } from '@portero/tool-server/actions/say.ts'
import { handBack, takeOver } from '@portero/tool-server/actions/take-over.ts'
import { unmergePeople } from '@portero/tool-server/actions/unmerge-people.ts'
import { updateLead } from '@portero/tool-server/actions/update-lead.ts'
import { followKey } from '@portero/tool-server/domain/cadence.ts'
import { housekeeping } from '@portero/tool-server/spine/chores.ts'
import { makeHttp } from '@portero/tool-server/spine/http.ts'
import { makeLog } from '@portero/tool-server/spine/log.ts'
import { webhookUrl } from '@portero/tool-server/spine/webhooks.ts'
import { at as instant } from '@portero/tool-server/spine/db.ts'
import { measureFollowUps } from '@portero/tool-server/store/cadence.ts'
import { noteConsent } from '@portero/tool-server/store/consents.ts'
import { putNotice } from '@portero/tool-server/store/notices.ts'
import { makeMetrics } from '@portero/tool-server/spine/metrics.ts'
import { account } from './support/bird-house.ts'
import { at, hour, minute, openVisits, type Visitor, type VisitsStage } from './support/visits-stage.ts'

// Whoever asked and went silent is written to on the first, third and seventh day, and not where anything speaks against it. It is Monday, 11:00.
jest.setTimeout(240_000)
const day = 24 * hour
let stage: VisitsStage
let eve: Visitor
beforeEach(async () => {
  stage = await openVisits()
  await approve()
  eve = await stage.visitor()
  await botSays(eve)
})
afterEach(() => stage.end())

// At Bird, where our three templates are made and Meta approves them.
const approve = async (): Promise<void> => {
  const { house, clock } = stage
  const found = await house.connection('bird')
  const { signal } = new AbortController()
  const http = makeHttp({ clock, log: makeLog({ level: 'silent', clock }), db: house.db }).of(found, bird, { lane: 'live', signal, reading: false })
  const things = await bird.setup!.look({ http, connection: found as never, now: clock.now(), signal, webhookUrl: webhookUrl('https://portero.example', found) })
  for (const thing of things) if (Object.keys(cadenceWords.en.templates).some((name) => thing.what.includes(name)) && 'ensure' in thing) await thing.ensure()
  const { templates } = stage.bird.state() as { templates: { projectId: string; deployments: { value: string }[] }[] }
  expect(templates.map(({ deployments }) => deployments.map(({ value }) => value))).toEqual(Object.keys(cadenceWords.en.templates).map((name) => [name, 'MARKETING']))
  for (const { projectId: project } of templates) stage.bird.decide({ project, status: 'approved' })
  await stage.follow(2_000, 500)
}
const botSays = async ({ number }: Visitor, text = '¿Te gustaría visitarlo?'): Promise<void> => {
  const response = await fetch(`${stage.url}/bird/workspaces/${account.workspace}/conversations/${stage.bird.conversationFor(number)}/messages`, {
    method: 'POST', headers: { authorization: `AccessKey ${account.apiKey}`, 'content-type': 'application/json' }, body: JSON.stringify({ participantId: 'vivi', participantType: 'bot', body: { type: 'text', text: { text } } }),
  })
  expect(response.status).toBe(201)
  await stage.follow(2_000, 500)
  stage.shown(eve)
}
const system = () => stage.house.acting.as({ tenant: stage.house.tenant, by: 'system' }, 'all')
const staff = () => stage.house.acting.as({ tenant: stage.house.tenant, by: 'staff', user: 'lucia' }, 'all')
const outcomes = async (): Promise<string[]> => (await sql<{ day: number; outcome: string }>`select day, outcome from follow_up order by decided_at, day`.execute(stage.house.db.bare)).rows.map(({ day, outcome }) => `${day} ${outcome}`)
const texts = (who = eve): string[] => stage.shown(who).map(({ text }) => text)
const passes = (days: number): Promise<void> => stage.until(stage.clock.now() + days * day)
const stages = async (): Promise<string[]> => (await sql<{ stage: string }>`select stage from lead order by stage`.execute(stage.house.db.bare)).rows.map(({ stage }) => stage)
const calls = async (): Promise<string[]> => (await sql<{ reason: string }>`select reason from escalation`.execute(stage.house.db.bare)).rows.map(({ reason }) => reason)
const lists = async (): Promise<string[]> => (await sql<{ state: string }>`select state from waitlist`.execute(stage.house.db.bare)).rows.map(({ state }) => state)
const waits = (toDay: string) => stage.house.acting.as(eve, 'all')(joinWaitlist, { home: stage.home.id, fromDay: '2026-11-23', toDay })
const timers = async (): Promise<number> => (await sql`select 1 from job where name = 'leads.silent' and state = 'scheduled'`.execute(stage.house.db.bare)).rows.length
const first = /^¡Hola de nuevo! ¿Sigues buscando departamento\?/
const second = /^¿Te quedó alguna duda sobre nuestros departamentos\?/
const last = /^Ya no te insistimos con nuestros departamentos/

describe('who went silent', () => {
  test('is written to on the first, third and seventh day, once each, and never after that', async () => {
    await stage.until(at('24T09:55'))
    expect(texts()).toEqual([])
    await stage.until(at('24T10:05'))
    const [told, ...more] = stage.shown(eve)
    expect([told?.text, told?.buttons?.map(({ text }) => text), more]).toEqual([expect.stringMatching(first), ['Sí, sigo buscando', 'Ya no busco'], []])
    await stage.until(at('26T09:55'))
    expect(texts()).toEqual([])
    await stage.until(at('26T10:05'))
    expect(stage.shown(eve)).toMatchObject([{ text: expect.stringMatching(second) }]) // by its template, the window being closed
    await stage.until(at('30T09:55'))
    expect(texts()).toEqual([])
    await stage.until(at('30T10:05'))
    expect(texts()).toEqual([expect.stringMatching(last)])
    await passes(20)
    expect([texts(), await outcomes(), await timers()]).toEqual([[], ['1 sent', '3 sent', '7 sent'], 0])
    const metrics = makeMetrics()
    await measureFollowUps({ db: stage.house.db, clock: stage.clock, metrics })
    expect(await metrics.registry.getSingleMetricAsString('portero_follow_ups')).toContain('portero_follow_ups{outcome="sent"} 3')
    expect(stage.bird.sent().filter(({ template }) => template !== undefined)).toHaveLength(2)
  })

  test('is asked about the home that they like, while it can be had', async () => {
    await stage.house.acting.as(eve, 'all')(updateLead, { facts: { home: stage.home.slug } })
    await passes(1)
    expect(texts()).toEqual([expect.stringContaining('te pasamos horarios para visitar roma 1:')])
    await sql`update home set status = 'closed'`.execute(stage.house.db.bare)
    await passes(2)
    expect(texts()).toEqual([expect.stringMatching(second)])
  })

  test('is not woken: what falls into the night comes in the morning', async () => {
    await stage.until(at('23T22:30'))
    await stage.writes(eve, 'hola otra vez')
    await botSays(eve)
    await stage.until(at('25T07:55'))
    expect(texts()).toEqual([])
    await stage.until(at('25T08:05'))
    expect(texts()).toEqual([expect.stringMatching(first)])
  })

  test('and answers is followed up anew, from the first day on', async () => {
    await passes(1)
    expect(texts()).toEqual([expect.stringMatching(first)])
    await stage.press(eve, 'Sí, sigo buscando')
    await botSays(eve)
    await passes(2)
    expect([texts(), await outcomes()]).toEqual([[expect.stringMatching(first)], ['1 sent', '1 sent']])
  })

  test('and presses that they look no more is left alone, and their lead is lost', async () => {
    await passes(1)
    stage.shown(eve)
    await stage.press(eve, 'Ya no busco')
    const thanked = texts()
    await passes(9)
    const { rows } = await sql`select stage from lead order by stage`.execute(stage.house.db.bare)
    const { rows: calls } = await sql`select 1 from escalation`.execute(stage.house.db.bare)
    expect([thanked, texts(), rows, calls, await outcomes()]).toEqual([[expect.stringMatching(/^Gracias por avisarnos/)], [], [{ stage: 'lost' }], [], ['1 sent']])
  })

  test('is written to once, where the turn runs twice or only half', async () => {
    const { acting, db, tenant } = stage.house
    await stage.until(at('24T09:55'))
    stage.clock.advance(10 * minute)
    const run = (fails: boolean): Promise<void> => db.tx(async (tx) => {
      await followLead(acting.within(tx, { tenant, by: 'system' }), { conversation: eve.conversation }, stage.catalogue)
      if (fails) throw new Error('gone')
    })
    await expect(run(true)).rejects.toThrow('gone')
    expect(await outcomes()).toEqual([])
    await run(false)
    await run(false)
    await stage.follow(2_000, 500)
    expect([texts(), await outcomes()]).toEqual([[expect.stringMatching(first)], ['1 sent']])
    await passes(8)
    expect(await outcomes()).toEqual(['1 sent', '3 sent', '7 sent'])
  })

  test('is not written to by SMS where it does not reach them', async () => {
    await passes(1)
    const { rows: [sent] } = await sql<{ key: string }>`select key from job where key like 'say:%:follow:%'`.execute(stage.house.db.bare)
    expect(await system()(fallBack, { key: sent!.key })).toEqual({ status: 'not_possible' })
  })

  test('is not asked what they have answered while it could not leave', async () => {
    const since = await heardAt()
    expect([await leaves(since), await leaves(since - 1), await leaves(since, 'tour:1')]).toEqual([true, false, true])
  })

  const meanwhile: [string, () => Promise<unknown>][] = [
    ['has booked a visit', () => stage.book(eve, at('27T12:00'))],
    ['was put in the hands of a person of ours', () => stage.house.acting.as(eve, 'all')(escalate, { reason: 'other', summary: 's', withinMs: hour })],
    ['was lost', () => sql`update lead set stage = 'lost'`.execute(stage.house.db.bare)],
    ['wants no offers', () => refuses()],
    ['waits for a time', () => waits('2026-11-30')],
  ]
  test.each(meanwhile)('is not asked who %s while it could not leave', async (_title, happens) => {
    const since = await heardAt()
    await happens()
    expect([await leaves(since), await leaves(since, 'tour:1')]).toEqual([false, true])
  })

  test('agrees by silence to being asked, once they were shown the notice in force, and to no other promotion, also while it could not leave', async () => {
    const { db, tenant } = stage.house
    const since = await heardAt()
    const both = async (): Promise<boolean[]> => [await leaves(since), await leaves(since, 'tour:1')]
    expect(await both()).toEqual([true, true])
    await sql`insert into template (tenant_id, connection_id, name, language, project, version, category, status, synced_at) select tenant_id, connection_id, 't', 'es-MX', 'p', 'v', 'marketing', 'approved', opened_at from conversation`.execute(db.bare)
    expect(await both()).toEqual([true, false])
    await db.tx((tx) => putNotice(tx, tenant, { version: 'of-other-words', language: 'es-MX', text: 'de otro modo', integral: 'todo de otro modo' }, stage.clock.now()))
    expect(await both()).toEqual([false, false])
    await says('granted')
    expect(await both()).toEqual([true, true])
  })

  test('is not asked at night, by the clock of the home that they like, what could not leave by day', async () => {
    const since = await heardAt()
    await stage.house.acting.as(eve, 'all')(updateLead, { facts: { home: stage.home.slug } })
    const late = at('24T22:30')
    expect(await leaves(since, undefined, late)).toBe(false)
    await sql`update building set zone = 'America/Tijuana'`.execute(stage.house.db.bare)
    expect(await leaves(since, undefined, late)).toBe(true) // half past eight there
  })
})

const heardAt = async (): Promise<number> => (await sql<{ at: number }>`select heard_at as at from conversation`.execute(stage.house.db.bare)).rows[0]!.at
const says = (status: 'granted' | 'revoked'): Promise<void> => stage.house.db.tx((tx) => noteConsent(stage.house.acting.within(tx, { tenant: stage.house.tenant, by: 'staff' }), { person: eve.person, purpose: 'marketing', status, evidence: 'e', at: stage.clock.now() }))
const refuses = (): Promise<void> => says('revoked')
const leaves = (since: number, about = followKey(since, 1), now = stage.clock.now() + day): Promise<boolean> => {
  const { db, tenant, vault } = stage.house
  const open = async (place: string, sealed: Buffer): Promise<string> => (await vault.open(db.bare, tenant, place, sealed)).toString()
  return mayStillLeave(db.bare, { tenant, serial: `say:${eve.conversation}`, key: `${unattended(eve.conversation)}service:${about}/0`, content: { type: 'template', template: 't', project: 'p', version: 'v', language: 'es-MX', params: [], text: '' }, open, now })
}

describe('who looks no more', () => {
  test('and presses it under an old message, though a visit is ahead, is answered as if they had written it, and the visit stays', async () => {
    await passes(1)
    const tour = await stage.book(eve, at('27T12:00'))
    await stage.follow(2_000, 500)
    stage.shown(eve)
    await stage.press(eve, 'Ya no busco')
    expect([texts(), await stages(), (await stage.tour(tour))?.status]).toEqual([[], ['visit_scheduled'], 'confirmed'])
    await stage.until(stage.clock.now() + 10 * minute)
    expect(await calls()).toEqual(['unanswered'])
  })
  test('and presses it though they apply for a lease keeps their application', async () => {
    await passes(1)
    stage.shown(eve)
    await sql`update lead set stage = 'application'`.execute(stage.house.db.bare)
    await stage.press(eve, 'Ya no busco')
    expect([texts(), await stages()]).toEqual([[], ['application']])
  })
  test('and presses it waits for no time any more, and what was kept for them is free', async () => {
    await passes(1)
    const ana = await stage.visitor()
    const tour = await stage.book(ana, at('27T12:00'))
    await stage.approve()
    await waits('2026-11-30')
    await stage.house.acting.as(ana, 'all')(cancelTour, { tour, version: 1 })
    await stage.follow(4_000, 500)
    expect(await lists()).toEqual(['offered'])
    await stage.press(eve, 'Ya no busco')
    const { rows } = await sql`select 1 from tour where status = 'held'`.execute(stage.house.db.bare)
    expect([await lists(), rows, await stages()]).toEqual([['left'], [], ['lost', 'qualified']])
  })
  test('and writes it is left alone, and people decide about their lead', async () => {
    await stage.writes(eve, 'Hola, ya no busco, ya renté otro departamento, gracias')
    await botSays(eve, 'Gracias por avisarnos.')
    await stage.writes(eve, '¡Gracias! 👍')
    await passes(9)
    expect([texts(), await outcomes(), await timers(), await stages()]).toEqual([[], [], 0, ['new']])
  })
  test('of what was told to WhatsApp is told no more offers', async () => {
    await stage.until(at('26T09:55'))
    stage.shown(eve)
    stage.bird.fail(eve.number, { status: 'sending_failed', code: '131050', reason: 'User has chosen to stop receiving marketing messages' })
    await passes(6)
    const { rows } = await sql`select purpose, status from consent`.execute(stage.house.db.bare)
    expect([await outcomes(), rows, await timers()]).toEqual([['1 sent', '3 sent'], [{ purpose: 'marketing', status: 'revoked' }], 0])
  })
})

test('what became of follow-ups is counted for a month and kept for little more than a year', async () => {
  const { db, tenant } = stage.house
  for (const [since, days] of [[1, 29], [2, 31], [3, 399], [4, 401]] as const)
    await sql`insert into follow_up (tenant_id, conversation_id, since, day, outcome, decided_at) values (${tenant}, ${eve.conversation}, ${instant(since)}, 1, 'sent', ${instant(stage.clock.now() - days * day)})`.execute(db.bare)
  const metrics = makeMetrics()
  await measureFollowUps({ db, clock: stage.clock, metrics })
  expect(await metrics.registry.getSingleMetricAsString('portero_follow_ups')).toContain('portero_follow_ups{outcome="sent"} 1')
  expect(await housekeeping({ db, keep: { rawDays: 1, finishedDays: 1_000, repeatDays: 1 }, now: stage.clock.now() })).toMatchObject({ followUps: 1 })
})

describe('nobody is written to', () => {
  test('whose words are not approved, and it is counted', async () => {
    await sql`update template set status = 'pending' where name = 'portero_still_looking'`.execute(stage.house.db.bare)
    await passes(4)
    expect([texts(), await outcomes()]).toEqual([[expect.stringMatching(second)], ['1 template_unapproved', '3 sent']])
  })
  test('where it is switched off', async () => {
    await sql`update building set details = jsonb_set(details, '{visits,followUps}', '{"days": []}')`.execute(stage.house.db.bare)
    await stage.until(stage.clock.now() + minute)
    await passes(9)
    expect([texts(), await outcomes(), await timers()]).toEqual([[], [], 0])
  })
  test('on other days than are set', async () => {
    await sql`update building set details = jsonb_set(details, '{visits,followUps}', '{"days": [2]}')`.execute(stage.house.db.bare)
    await passes(9)
    expect([texts(), await outcomes()]).toEqual([[expect.stringMatching(first)], ['2 sent']])
  })
  test('who waits for us', async () => {
    await stage.writes(eve, '¿cuánto cuesta?')
    await stage.until(stage.clock.now() + 10 * minute)
    await system()(handBack, { conversation: eve.conversation })
    await passes(1)
    expect([texts(), await outcomes()]).toEqual([[], ['1 unanswered']])
  })

  const stops: [string, () => Promise<unknown>][] = [
    ['has booked a visit, also where it is called off again', async () => {
      const tour = await stage.book(eve, at('27T12:00'))
      await stage.house.acting.as(eve, 'all')(cancelTour, { tour, version: 1 })
    }],
    ['said BAJA, also where they want messages again by another way', async () => {
      const wish = { person: eve.person, conversation: eve.conversation, evidence: 'e', at: stage.clock.now() }
      await system()(optOut, wish)
      stage.clock.advance(1_000)
      await system()(optIn, { ...wish, evidence: 'f', at: stage.clock.now() })
    }],
    ['a person of ours has taken over, also where it is given back', async () => {
      await staff()(takeOver, { conversation: eve.conversation })
      await staff()(handBack, { conversation: eve.conversation })
    }],
    ['people have put their lead at the end, also where they take it back', async () => {
      const { rows: [lead] } = await sql<{ id: string }>`select id from lead`.execute(stage.house.db.bare)
      for (const to of ['lost', 'qualified'] as const) await staff()(adoptDeal, { person: eve.person, lead: lead!.id, stage: to, texts: {} })
    }],
  ]
  test.each(stops)('who %s', async (_title, stop) => {
    await passes(1)
    expect(texts()).toHaveLength(1)
    await stop()
    await stage.follow(2_000, 500)
    stage.shown(eve)
    await passes(8)
    expect([texts(), await outcomes(), await timers()]).toEqual([[], ['1 sent'], 0])
  })
  const standing: [string, string, () => Promise<unknown>][] = [
    ['waits for a person of ours', '1 human_in_charge', () => stage.house.acting.as(eve, 'all')(escalate, { reason: 'other', summary: 's', withinMs: hour })],
    ['wants no offers', '1 refused', () => refuses()],
    ['people look after at the CRM, in a stage of theirs', '1 human_in_charge', () => sql`update lead set elsewhere = true`.execute(stage.house.db.bare)],
    ['asked that we do not use their data', '1 refused', () => sql`insert into privacy_case (tenant_id, id, person_id, kind, details_sealed, channel, state, opened_at, due_at) values (${stage.house.tenant}, gen_random_uuid(), ${eve.person}, 'oppose', '\\x00', 'chat', 'done', '2026-11-20T18:00Z', '2026-12-20T18:00Z')`.execute(stage.house.db.bare)],
    ['has a visit ahead', '1 visit_ahead', () => sql`insert into tour (tenant_id, id, person_id, home_id, building_id, agent_id, day, starts_at, ends_at, status, version, made_at, changed_at)
      select tenant_id, gen_random_uuid(), ${eve.person}, ${stage.home.id}, building_id, ${stage.agents[0]!}, '2026-11-27', '2026-11-27T18:00Z', '2026-11-27T18:30Z', 'confirmed', 1, '2026-11-23T18:00Z', '2026-11-23T18:00Z' from home`.execute(stage.house.db.bare)],
    ['has just been at a visit', '1 visited', () => sql`insert into tour (tenant_id, id, person_id, home_id, building_id, agent_id, day, starts_at, ends_at, status, version, made_at, changed_at)
      select tenant_id, gen_random_uuid(), ${eve.person}, ${stage.home.id}, building_id, ${stage.agents[0]!}, '2026-11-23', '2026-11-23T17:00Z', '2026-11-23T17:30Z', 'completed', 1, '2026-11-23T16:00Z', '2026-11-23T16:00Z' from home`.execute(stage.house.db.bare)],
    ['has seen a home', '1 past_visits', () => sql`update lead set stage = 'visit_done'`.execute(stage.house.db.bare)],
    ['waits for a time', '1 waiting', () => waits('2026-11-24')],
    ['said by talking that they look no more', '1 past_visits', () => stage.house.acting.as(eve, 'all')(updateLead, { facts: {}, stage: 'lost' })],
  ]
  test.each(standing)('who %s', async (_title, because, does) => {
    await does()
    await stage.until(at('24T10:05'))
    expect([texts(), await outcomes()]).toEqual([[], [because]])
  })
})

test('who waited for a time that can come no more is written to', async () => {
  await waits('2026-11-23')
  await stage.until(at('24T10:05'))
  expect(await outcomes()).toEqual(['1 sent'])
})

describe('one person with two conversations', () => {
  let ana: Visitor
  beforeEach(async () => {
    await stage.until(at('23T13:00'))
    ana = await stage.visitor()
    await botSays(ana)
    stage.shown(ana)
  })
  const merged = async (): Promise<string> => (await staff()(mergePeople, { people: [eve.person, ana.person] })).merge
  test('is written to where they wrote last, and only there', async () => {
    await merged()
    const { acting, db, tenant } = stage.house
    await stage.until(at('24T11:55'))
    stage.clock.advance(10 * minute)
    await db.tx((tx) => followLead(acting.within(tx, { tenant, by: 'system' }), { conversation: eve.conversation }, stage.catalogue)) // before the other has rung
    expect(await outcomes()).toEqual([])
    await stage.follow(1_000, 500)
    await passes(9)
    expect([texts(eve), texts(ana).length, await outcomes()]).toEqual([[], 3, ['1 sent', '3 sent', '7 sent']])
  })
  test('is left alone once a person of ours has one of them in hand', async () => {
    await merged()
    await staff()(takeOver, { conversation: eve.conversation })
    await passes(9)
    expect([texts(eve), texts(ana), await outcomes()]).toEqual([[], [], []])
  })
  test('is followed up as two where they turn out to be two', async () => {
    const merge = await merged()
    await passes(1)
    await staff()(unmergePeople, { merge })
    await passes(9)
    expect([texts(eve), texts(ana).length]).toEqual([[], 3]) // the silence of the one had passed already
  })
})
