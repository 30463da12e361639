import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { sql } from 'kysely'
import { escalate } from '@portero/tool-server/actions/escalate.ts'
import { setOwners } from '@portero/tool-server/actions/set-owners.ts'
import { makeSee } from '@portero/tool-server/actions/see.ts'
import { handBack, noteTaken, takeOver } from '@portero/tool-server/actions/take-over.ts'
import { bestFor } from '@portero/tool-server/connectors/bird/inbox.ts'
import { bird } from '@portero/tool-server/connectors/bird/index.ts'
import { makeHttp } from '@portero/tool-server/spine/http.ts'
import { makeLog } from '@portero/tool-server/spine/log.ts'
import { makeMetrics, type Metrics } from '@portero/tool-server/spine/metrics.ts'
import { versionOfOwners } from '@portero/tool-server/store/settings.ts'
import { measureHands } from '@portero/tool-server/store/escalations.ts'
import { openVisit, type VisitStage } from './support/visit-stage.ts'

// When a prospect needs a person, one hears of it; the next when the first doesn't look; and the conversation goes back by itself when nobody goes on with it.
const minute = 60_000
const hour = 60 * minute
let stage: VisitStage
let metrics: Metrics
let agents: { id: string; name: string; phone: string }[]
beforeAll(async () => {
  stage = await openVisit()
  metrics = makeMetrics()
  agents = (await sql<(typeof agents)[number]>`select id, details ->> 'name' as name, details ->> 'phone' as phone from agent order by position`.execute(stage.house.db.bare)).rows
})
afterAll(() => stage.end())

type Open = { id: string; person: string; external: string; number: string }
const met = async (number: string): Promise<Open> => {
  const { conversationId: external } = stage.lab.bird.phone.write(number, { text: 'hola' })
  await stage.follow()
  const { rows: [row] } = await sql<{ id: string; person: string }>`select id, person_id as person from conversation where external_id = ${external}`.execute(stage.house.db.bare)
  return { ...row!, external, number }
}
const as = (by: 'system' | 'staff', { id, person }: Open) => stage.house.acting.as({ tenant: stage.house.tenant, by, person, conversation: id, ...(by === 'staff' && { user: 'sofia' }) }, 'all')
const call = (open: Open, reason = 'contract') => as('system', open)(escalate, { reason: reason as 'contract', summary: 'Pregunta por el aval.', withinMs: 15 * minute })
const told = async ({ id }: Open): Promise<[string, string][]> => (await sql<{ name: string; how: string }>`select a.details ->> 'name' as name, n.how from escalation_notice n join escalation e on e.id = n.escalation_id join agent a on a.id = n.agent_id where e.conversation_id = ${id} order by e.opened_at, n.number`.execute(stage.house.db.bare)).rows.map(({ name, how }) => [name, how])
const onPhoneOf = (agent: { phone: string }): string[] => stage.lab.bird.phone.messages(agent.phone).filter(({ from }) => from === 'them').map(({ text }) => text)
const see = (open: Open): Promise<void> => makeSee({ db: stage.house.db, acting: stage.house.acting })({ tenant: stage.house.tenant, by: 'staff', user: 'sofia', person: open.person, conversation: open.id }, open.id)
const later = async (ms: number): Promise<void> => {
  stage.clock.advance(ms)
  await stage.follow()
}
const mode = async ({ id }: Open): Promise<{ state: string; by: string | null }> => (await sql<{ state: string; by: string | null }>`select state, taken_by as by from conversation where id = ${id}`.execute(stage.house.db.bare)).rows[0]!
const gauges = async (): Promise<Record<string, number>> => {
  await measureHands({ db: stage.house.db, clock: stage.clock, metrics })
  return Object.fromEntries((await metrics.escalations.get()).values.map(({ labels, value }) => [String(labels['state']), value]))
}
const measured = async (): Promise<{ count: number; seconds: number }> => {
  const text = await (await fetch(`${stage.url}/metrics`)).text()
  const valueOf = (what: string): number => Number(new RegExp(`^portero_escalation_seen_seconds_${what} (\\S+)$`, 'm').exec(text)?.[1] ?? 0)
  return { count: valueOf('count'), seconds: valueOf('sum') }
}
const tasks = (open: Open) => {
  const { contacts, tasks } = stage.lab.hubspot.state()
  const contact = contacts.find(({ properties }) => properties['phone'] === open.number)!
  return { wants: contact.properties['portero_escalation'], tasks: tasks.filter(({ associations }) => associations.contacts.includes(contact.id)).map(({ properties }) => properties) }
}

test('without an approved template whoever is called has a mail, and that is written down', async () => {
  const open = await met('+525520000001')
  await call(open)
  await stage.follow()
  expect(await told(open)).toEqual([[agents[0]!.name, 'email']])
  await as('staff', open)(handBack, { conversation: open.id })
})

describe('with the template approved', () => {
  beforeAll(async () => {
    const { house, clock, lab } = stage
    const connection = (await house.connection('bird')) as any
    const { signal } = new AbortController()
    const http = makeHttp({ clock, log: makeLog({ level: 'silent', clock }), db: house.db })
    const things = await bird.setup!.look({ http: http.of(connection, bird, { lane: 'live', signal, reading: false }), connection, now: clock.now(), signal, webhookUrl: stage.url })
    const missing = things.find(({ what }) => what.includes('portero_escalation'))!
    if ('ensure' in missing) await missing.ensure()
    await http.close()
    const template = (lab.bird.state() as { templates: { projectId: string; deployments: { value: string }[] }[] }).templates.find(({ deployments }) => deployments.some(({ value }) => value === 'portero_escalation'))!
    lab.bird.decide({ project: template.projectId, status: 'approved' })
    await later(hour)
    expect((await sql`select 1 from template where name = 'portero_escalation' and status = 'approved'`.execute(house.db.bare)).rows.length).toBeGreaterThan(0)
  })

  test('the first on the list is told at once, the next at half the time and the one after when it is over', async () => {
    const { tenant, acting, db } = stage.house
    const owners = [agents[2]!, agents[4]!].map(({ id }) => ({ agent: id }))
    await acting.as({ tenant, by: 'staff', user: 'ana' }, 'all')(setOwners, { version: versionOfOwners([]), owners })
    const open = await met('+525520000002')
    expect(await call(open)).toMatchObject({ owner: agents[2]!.name, isNew: true })
    await stage.follow()
    expect(await told(open)).toEqual([[agents[2]!.name, 'whatsapp']])
    expect(onPhoneOf(agents[2]!)).toEqual([`Hola, ${agents[2]!.name}. Una persona te necesita en WhatsApp: pregunta por el contrato. Ábrela antes del lunes 23 nov, ${await dueOf(open)}.`])
    await later(7 * minute)
    expect((await told(open)).length).toBe(1)
    await later(minute)
    expect((await told(open)).map(([name]) => name)).toEqual([agents[2]!.name, agents[4]!.name])
    expect((await gauges())['late']).toBe(0)
    await later(8 * minute)
    expect((await told(open)).map(([name]) => name)).toEqual([agents[2]!.name, agents[4]!.name, agents[0]!.name])
    expect(await gauges()).toMatchObject({ open: 1, unseen: 1, late: 1 })
    await later(5 * hour)
    expect(await told(open)).toHaveLength(3)
    expect((await sql`select 1 from person p join claim c on c.person_id = p.id where p.id not in (select person_id from conversation where external_id is not null)`.execute(db.bare)).rows).toEqual([]) // whom we call is no prospect
    await as('staff', open)(handBack, { conversation: open.id })
  })
  const dueOf = async ({ id }: Open): Promise<string> => {
    const { rows: [row] } = await sql<{ due: number }>`select due_at as due from escalation where conversation_id = ${id} and closed_at is null`.execute(stage.house.db.bare)
    return `${new Intl.DateTimeFormat('es-MX', { timeZone: 'America/Mexico_City', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).format(row!.due)} h`
  }

  test('once somebody has looked nobody else is told, and how long that took is measured', async () => {
    const open = await met('+525520000003')
    const before = await measured()
    await call(open)
    await later(3 * minute)
    await see(open)
    await see(open)
    await later(5 * hour)
    expect(await told(open)).toHaveLength(1)
    const after = await measured()
    expect(after.count - before.count).toBe(1)
    expect(after.seconds - before.seconds).toBeGreaterThanOrEqual(180)
    expect((await sql<{ by: string }>`select seen_by as by from escalation where conversation_id = ${open.id}`.execute(stage.house.db.bare)).rows).toEqual([{ by: 'sofia' }])
    await as('staff', open)(handBack, { conversation: open.id })
  })

  test('whoever answers in Bird’s inbox has it in hand: seen, and the tools of the agent refuse', async () => {
    const open = await met('+525520000004')
    const before = await measured()
    await call(open)
    await later(3 * minute)
    const saidAt = stage.clock.now()
    stage.lab.bird.staffSays(open.external, 'Hola, soy Bruno')
    await stage.follow()
    expect(await mode(open)).toEqual({ state: 'human', by: 'inbox' })
    expect(await seenOf(open)).toEqual([{ at: saidAt, by: 'inbox' }])
    stage.lab.bird.staffSays(open.external, '¿Sigues ahí?')
    await stage.follow()
    const after = await measured()
    expect([after.count - before.count, Math.round((after.seconds - before.seconds) / 60)]).toEqual([1, 3])
    await later(20 * minute)
    expect(await told(open)).toHaveLength(1)
    const answer: any = await (await fetch(`${stage.url}/tools/update_deal`, { method: 'POST', headers: { authorization: `Bearer ${stage.lab.toolKey}`, 'x-bird-conversation-id': open.external }, body: '{"budget_max":"20000"}' })).json()
    expect(answer.error.code).toBe('human_in_charge')
  })
  const seenOf = async ({ id }: Open): Promise<{ at: number | null; by: string | null }[]> =>
    (await sql<{ at: number | null; by: string | null }>`select seen_at as at, seen_by as by from escalation where conversation_id = ${id} order by opened_at`.execute(stage.house.db.bare)).rows
  test('where a person has it in hand already, their next answer in Bird’s inbox is the look at a new call, and an older one is not', async () => {
    const open = await met('+525520000008')
    await as('staff', open)(takeOver, { conversation: open.id })
    await stage.follow()
    stage.lab.bird.staffSays(open.external, 'Ya te ayudo')
    await later(minute)
    await call(open)
    await stage.follow()
    expect(await seenOf(open)).toEqual([{ at: null, by: null }])
    await as('system', open)(noteTaken, { conversation: open.id, saidAt: stage.clock.now() - hour }) // told late
    expect(await seenOf(open)).toEqual([{ at: null, by: null }])
    const saidAt = stage.clock.now()
    stage.lab.bird.staffSays(open.external, 'Lo reviso')
    await stage.follow()
    expect(await seenOf(open)).toEqual([{ at: saidAt, by: 'inbox' }])
    await later(20 * minute)
    expect(await told(open)).toHaveLength(1)
    await as('staff', open)(handBack, { conversation: open.id })
  })
})

describe('in Bird’s inbox', () => {
  test.each([['asked_for_person', true], ['emergency', true], ['contract', false]])('a call for %s is assigned at once: %p', async (reason, isAssigned) => {
    const open = await met(`+5255300000${reason.length}`)
    await call(open, reason)
    await stage.follow()
    expect(stage.lab.bird.inboxItem(open.external)?.agentId).toBeUndefined() // the bot has still to say that somebody is coming
    await later(30_000)
    expect(stage.lab.bird.inboxItem(open.external)?.agentId).toBe(isAssigned ? 'agent-bruno' : undefined)
    expect((await mode(open)).state).toBe('bot')
    await as('staff', open)(handBack, { conversation: open.id })
    await stage.follow()
    expect(stage.lab.bird.inboxItem(open.external)).toMatchObject({ closed: isAssigned })
  })
  test('whoever was called has it, where Bird knows them', async () => {
    const open = await met('+525530000050')
    const { owner } = await call(open, 'complaint')
    stage.lab.bird.staff([{ id: 'agent-a', displayName: 'Otra Persona', email: 'otra@casas.example', languages: ['es-MX'] }, { id: 'agent-b', displayName: owner!, email: 'x@casas.example', languages: [] }])
    await stage.follow()
    await later(30_000)
    expect(stage.lab.bird.inboxItem(open.external)).toMatchObject({ agentId: 'agent-b', closed: false })
  })
  test('else whoever is there, speaks the language, looks after the building and has the least to do', () => {
    const one = (id: string, more: object = {}) => ({ id, displayName: id, languages: ['es-MX'], teams: [], availability: { activity: 'available' }, rootItemAssignedCount: 0, ...more })
    const best = (agents: ReturnType<typeof one>[], wanted: object = { language: 'es-MX', building: 'Casa Tabasco' }) => bestFor(wanted, agents)?.id
    expect(best([one('a', { rootItemAssignedCount: 3 }), one('b', { rootItemAssignedCount: 2 })])).toBe('b')
    expect(best([one('a', { availability: { activity: 'away' } }), one('b', { rootItemAssignedCount: 9 })])).toBe('b')
    expect(best([one('a', { languages: ['en'] }), one('b', { rootItemAssignedCount: 9 })])).toBe('b')
    expect(best([one('a'), one('b', { rootItemAssignedCount: 9, teams: [{ id: 't', name: 'Equipo CASA TABASCO' }] })])).toBe('b')
    expect(best([one('a', { languages: [] }), one('b', { languages: [], teams: [{ id: 't', name: 'Inglés' }] })], { language: 'en' })).toBe('b')
    expect(best([])).toBeUndefined()
  })
})

test('HubSpot has a task and a property while somebody waits, and both end with it', async () => {
  const open = await met('+525520000005')
  expect(tasks(open)).toEqual({ wants: undefined, tasks: [] })
  await call(open, 'emergency')
  await later(minute)
  expect(tasks(open)).toMatchObject({ wants: 'true', tasks: [{ hs_task_status: 'NOT_STARTED', hs_task_priority: 'HIGH', hs_task_subject: expect.stringContaining('es una emergencia'), hs_task_body: expect.stringContaining('Pregunta por el aval.') }] })
  await as('staff', open)(takeOver, { conversation: open.id })
  await as('staff', open)(handBack, { conversation: open.id })
  await later(minute)
  expect(tasks(open)).toMatchObject({ wants: 'false', tasks: [{ hs_task_status: 'COMPLETED' }] })
})

describe('a conversation that a person has in hand', () => {
  const taken = async (number: string): Promise<Open> => {
    const open = await met(number)
    await as('staff', open)(takeOver, { conversation: open.id })
    return open
  }
  test('goes back a day after they last wrote, with a note for the team', async () => {
    const open = await taken('+525520000006')
    await later(20 * hour)
    stage.lab.bird.staffSays(open.external, 'Te aviso mañana')
    await stage.follow()
    await later(20 * hour)
    expect(await mode(open)).toEqual({ state: 'human', by: 'sofia' })
    await later(5 * hour)
    expect((await mode(open)).state).toBe('bot')
    await later(minute)
    expect(stage.lab.desk('bird').requests('POST /workspaces/:workspace/conversations/:conversation/messages').map(({ body }) => body)).toContainEqual(expect.objectContaining({ draft: true, body: { type: 'text', text: { text: expect.stringContaining('el asistente vuelve a contestar') } } }))
  })
  test('stays until two hours after the visit that is to come', async () => {
    const open = await taken('+525520000007')
    const ends = stage.clock.now() + 72 * hour
    await sql`insert into tour (tenant_id, id, person_id, conversation_id, home_id, building_id, agent_id, day, starts_at, ends_at, status, made_at, changed_at)
      select ${stage.house.tenant}, gen_random_uuid(), ${open.person}, ${open.id}, h.id, h.building_id, a.id, '2026-12-01', to_timestamp(${ends / 1_000 - 1_800}), to_timestamp(${ends / 1_000}), 'confirmed', to_timestamp(0), to_timestamp(0) from home h, agent a limit 1`.execute(stage.house.db.bare)
    await later(30 * hour)
    expect((await mode(open)).state).toBe('human')
    await later(43 * hour)
    expect((await mode(open)).state).toBe('human')
    await later(2 * hour)
    expect((await mode(open)).state).toBe('bot')
  })
  test('is not spoken into by Bird’s bot unseen', async () => {
    const open = await taken('+525520000008')
    await stage.follow()
    const { settings: { apiKey, baseUrl, workspace, channel } } = (await stage.house.connection('bird')) as any
    const sent = await fetch(`${baseUrl}/workspaces/${workspace}/channels/${channel}/messages`, { method: 'POST', headers: { authorization: `AccessKey ${apiKey}`, 'content-type': 'application/json' }, body: JSON.stringify({ receiver: { contacts: [{ identifierKey: 'phonenumber', identifierValue: open.number }] }, body: { type: 'text', text: { text: '¡Hola! ¿Buscas depa?' } } }) })
    expect(sent.status).toBe(202)
    await stage.follow()
    const { rows } = await sql<{ author: string; stray: boolean }>`select author, stray from message where conversation_id = ${open.id} order by sent_at, id`.execute(stage.house.db.bare)
    expect(rows.filter(({ stray }) => stray)).toEqual([{ author: 'bot', stray: true }])
    await gauges()
    expect((await metrics.stray.get()).values[0]!.value).toBe(1)
  })
})
