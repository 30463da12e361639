import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { sql } from 'kysely'
import { escalate, seeEscalation } from '@portero/tool-server/actions/escalate.ts'
import { tellOtherwise } from '@portero/tool-server/actions/tell-otherwise.ts'
import { handBack } from '@portero/tool-server/actions/take-over.ts'
import { bird } from '@portero/tool-server/connectors/bird/index.ts'
import type { Connection } from '@portero/tool-server/define.ts'
import { makeHttp } from '@portero/tool-server/spine/http.ts'
import { makeLog } from '@portero/tool-server/spine/log.ts'
import { openVisit, type VisitStage } from './support/visit-stage.ts'

// Whoever is called and can't be reached on WhatsApp gets a mail; where there is none to send by, it is written down that nobody was reached.
const minute = 60_000
let stage: VisitStage
let agents: { id: string; name: string; email: string }[]
beforeAll(async () => {
  stage = await openVisit()
  agents = (await sql<(typeof agents)[number]>`select id, details ->> 'name' as name, details ->> 'email' as email from agent order by position`.execute(stage.house.db.bare)).rows
})
afterAll(() => stage.end())

type Open = { id: string; person: string; number: string }
let count = 0
let open: Open
beforeEach(async () => {
  const number = `+5255400000${String(++count).padStart(2, '0')}`
  const { conversationId } = stage.lab.bird.phone.write(number, { text: 'hola, soy Ximena' })
  await stage.follow()
  const { rows: [row] } = await sql<{ id: string; person: string }>`select id, person_id as person from conversation where external_id = ${conversationId}`.execute(stage.house.db.bare)
  open = { ...row!, number }
})
const as = (by: 'system' | 'staff') => stage.house.acting.as({ tenant: stage.house.tenant, by, person: open.person, conversation: open.id, ...(by === 'staff' && { user: 'sofia' }) }, 'all')
const call = async (): Promise<void> => {
  await as('system')(escalate, { reason: 'contract', summary: 'Ximena pregunta por el aval.', withinMs: 15 * minute })
  await stage.follow()
}
const later = async (ms: number): Promise<void> => {
  stage.clock.advance(ms)
  await stage.follow()
}
const over = (): Promise<unknown> => as('staff')(handBack, { conversation: open.id })
const told = async (): Promise<[string, string][]> => (await sql<{ name: string; how: string }>`select a.details ->> 'name' as name, n.how from escalation_notice n join escalation e on e.id = n.escalation_id join agent a on a.id = n.agent_id where e.conversation_id = ${open.id} order by n.number`.execute(stage.house.db.bare)).rows.map(({ name, how }) => [name, how])
const inbox = () => stage.lab.mail.state().mails.filter(({ text }) => text.includes(open.id))
const run = (statement: string): Promise<unknown> => sql.raw(statement).execute(stage.house.db.bare)
// At Bird, as an admin has it made and Meta allows it.
const approve = async (): Promise<void> => {
  const { house, clock, lab } = stage
  const connection = (await house.connection('bird')) as Connection<never>
  const { signal } = new AbortController()
  const http = makeHttp({ clock, log: makeLog({ level: 'silent', clock }), db: house.db })
  const things = await bird.setup!.look({ http: http.of(connection, bird, { lane: 'live', signal, reading: false }), connection, now: clock.now(), signal, webhookUrl: stage.url })
  const missing = things.find(({ what }) => what.includes('portero_escalation'))
  if (missing && 'ensure' in missing) await missing.ensure()
  await http.close()
  const { templates } = lab.bird.state() as { templates: { projectId: string; deployments: { value: string }[] }[] }
  lab.bird.decide({ project: templates.find(({ deployments }) => deployments.some(({ value }) => value === 'portero_escalation'))!.projectId, status: 'approved' })
  await later(60 * minute)
}

test('without an approved template the first in line gets a mail, the next at half the time, and whoever opens the link sees the conversation', async () => {
  await call()
  expect(await told()).toEqual([[agents[0]!.name, 'email']])
  const [mail] = inbox()
  const link = `${stage.url}/console/conversations/${open.id}`
  expect(mail).toMatchObject({ from: { name: 'Portero' }, to: agents[0]!.email, subject: 'Te necesitan en WhatsApp: pregunta por el contrato' })
  expect(mail!.text).toMatch(new RegExp(`^Hola, ${agents[0]!.name}:\n\nUna persona te necesita en WhatsApp: pregunta por el contrato. Ábrela antes del lunes 23 nov, 11:15 h; .*\n\nAbrir conversación:\n${link}\n\n`))
  expect(mail!.html).toContain(`<a href="${link}">Abrir conversación</a>`)
  for (const secret of ['Ximena', 'aval', open.number, open.number.slice(-10), open.person]) expect(JSON.stringify(mail)).not.toContain(secret)
  await later(8 * minute)
  expect(await told()).toEqual([[agents[0]!.name, 'email'], [agents[1]!.name, 'email']])
  expect(inbox().map(({ to }) => to)).toEqual([agents[0]!.email, agents[1]!.email])
  await as('staff')(seeEscalation, { conversation: open.id })
  await later(60 * minute)
  expect(inbox()).toHaveLength(2)
  await over()
})

test('the lab shows the mail, and nothing in it is taken for a page', async () => {
  await call()
  const { id } = inbox()[0]!
  const page = async (path: string): Promise<string> => (await fetch(`${stage.lab.url}${path}`, { headers: { 'accept-language': 'es' } })).text()
  expect(await page('/mail')).toContain(`<a href="/mail/${id}">Te necesitan en WhatsApp: pregunta por el contrato</a>`)
  const shown = await page(`/mail/${id}`)
  expect(shown).toContain(`<a href="${stage.url}/console/conversations/${open.id}">`)
  expect(shown).toContain('&lt;!doctype html&gt;')
  expect((await fetch(`${stage.lab.url}/mail/nope`)).status).toBe(404)
  await over()
})

test('who has neither a template nor a mail to be sent is not reached, and that is written down', async () => {
  await run("update connection set vendor = 'smtp-away' where vendor = 'smtp'")
  await later(6_000) // what is known of connections is remembered for five seconds
  await call()
  await run("update connection set vendor = 'smtp' where vendor = 'smtp-away'")
  await later(6_000)
  expect([await told(), inbox()]).toEqual([[[agents[0]!.name, 'none']], []])
  expect((await sql`select 1 from job where name = 'mail.send' and state = 'dead'`.execute(stage.house.db.bare)).rows).toEqual([]) // or every such notice would be one more dead letter
  await over()
})

test('a mail that the server refuses reached nobody', async () => {
  stage.lab.mail.fault({ on: 'POST /mails', fault: 'missing' })
  await call()
  expect([await told(), inbox()]).toEqual([[[agents[0]!.name, 'none']], []])
  await over()
})

test('a mail of which nobody knows whether it arrived is not sent twice', async () => {
  stage.lab.mail.fault({ on: 'POST /mails', fault: 'lost' })
  await call()
  await later(5 * minute)
  expect([await told(), inbox().length]).toEqual([[[agents[0]!.name, 'none']], 1])
  await over()
})

describe('with the template approved', () => {
  beforeAll(approve)

  test('only who has no phone gets a mail', async () => {
    const { rows: [row] } = await sql<{ phone: string }>`select details ->> 'phone' as phone from agent where id = ${agents[0]!.id}`.execute(stage.house.db.bare)
    await run(`update agent set details = details - 'phone' where id = '${agents[0]!.id}'`)
    await call()
    await later(8 * minute)
    await run(`update agent set details = details || '${JSON.stringify(row)}' where id = '${agents[0]!.id}'`)
    expect(await told()).toEqual([[agents[0]!.name, 'email'], [agents[1]!.name, 'whatsapp']])
    expect(inbox().map(({ to }) => to)).toEqual([agents[0]!.email])
    await over()
  })

  test('what WhatsApp refuses goes by mail instead', async () => {
    stage.lab.bird.fault({ on: 'POST /workspaces/:workspace/channels/:channel/messages', fault: 'missing' })
    await call()
    await later(8 * minute)
    expect(await told()).toEqual([[agents[0]!.name, 'email'], [agents[1]!.name, 'whatsapp']])
    expect(inbox().map(({ to }) => to)).toEqual([agents[0]!.email])
    await over()
  })

  test('what WhatsApp refuses after somebody has looked goes nowhere', async () => {
    stage.lab.bird.fault({ on: 'POST /workspaces/:workspace/channels/:channel/messages', fault: 'away', times: 12 })
    await call()
    await as('staff')(seeEscalation, { conversation: open.id })
    await later(60 * minute)
    stage.lab.bird.clearFaults()
    const { rows: [row] } = await sql<{ id: string }>`select id from escalation where conversation_id = ${open.id}`.execute(stage.house.db.bare)
    expect(await as('system')(tellOtherwise, { escalation: row!.id, number: 1, reach: { mail: true, conversations: 'https://portero.example/' } })).toEqual({}) // by a command that had begun before
    await stage.follow()
    expect([await told(), inbox()]).toEqual([[[agents[0]!.name, 'whatsapp']], []])
    await over()
  })
})
