import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { escalate } from '@portero/tool-server/actions/escalate.ts'
import { writeNote } from '@portero/tool-server/actions/reply.ts'
import { handBack, takeOver } from '@portero/tool-server/actions/take-over.ts'
import { replayDead } from '@portero/tool-server/spine/dead.ts'
import type { HubspotRecord } from './lab/hubspot/simulator.ts'
import { openCrm, type CrmStage } from './support/crm-stage.ts'

// What our people write down about a conversation, and whoever waits for one of them, at HubSpot's record and help desk; and what its account's own rules refuse.
jest.setTimeout(240_000)
let stage: CrmStage
beforeAll(async () => void (stage = await openCrm()))
afterAll(() => stage.end())
const controls = () => stage.lab.hubspot.controls
const dead = () => stage.rows<{ name: string; error: string }>(`select name, error from job where state = 'dead' order by seq`)

type Met = { person: string; id: string; number: string }
const met = async (number: string): Promise<Met> => {
  await stage.say(number, 'Hola')
  await stage.follow()
  const [row] = await stage.rows<{ id: string; person: string }>(`select our_id as person, v.id from counterpart c join conversation v on v.tenant_id = c.tenant_id and v.person_id = c.our_id where c.kind = 'contact' and c.external_id = '${stage.contactOf(number).id}'`)
  return { ...row!, number }
}
const as = (user: string, { id, person }: Met) => stage.house.acting.as({ tenant: stage.house.tenant, by: 'staff', user, person, conversation: id }, 'all')
const hung = (kind: 'notes' | 'tickets' | 'tasks', { number }: Met): HubspotRecord[] => stage.hungOn(kind, stage.contactOf(number).id)
const deal = ({ number }: Met): HubspotRecord => stage.hungOn('deals', stage.contactOf(number).id)[0]!

describe('a note of one of our people', () => {
  let open: Met
  beforeAll(async () => void (open = await met('+525530000001')))

  test('stands on the contact and the deal, under our id, and is whose it is', async () => {
    await as('hubspot:9411', open)(writeNote, { conversation: open.id, text: 'Trae <dos> gatos;\nquiere elevador.', key: 'k1' })
    await stage.follow()
    const [row] = await stage.rows<{ id: string; written: number; author: string }>(`select id, written_at as written, author from note`)
    expect(hung('notes', open)).toMatchObject([{
      properties: { portero_id: row!.id, hs_note_body: 'Trae &#60;dos&#62; gatos;<br>quiere elevador.', hs_timestamp: new Date(row!.written).toISOString(), hubspot_owner_id: '80411' },
      associations: { contacts: [stage.contactOf(open.number).id], deals: [deal(open).id] },
    }])
    expect(row!.author).toBe('hubspot:9411')
  })
  test('is nobody\'s where HubSpot does not know who wrote it, and goes by the e-mail of an operator who has one', async () => {
    const operator = '0199b1de-0000-7000-8000-0000000000aa'
    await stage.rows(`insert into operator (tenant_id, id, name, role, password_hash, made_at) select tenant_id, '${operator}', 'elena@urbanhub.mx', 'agent', 'x', written_at from note limit 1`)
    for (const [place, user] of ['hubspot:777', operator, '0199b1de-0000-7000-8000-0000000000bb'].entries()) await as(user, open)(writeNote, { conversation: open.id, text: `Nota ${place}`, key: `k2-${place}` })
    await stage.follow()
    const owners = Object.fromEntries(hung('notes', open).map(({ properties }) => [properties['hs_note_body'], properties['hubspot_owner_id']]))
    expect(owners).toMatchObject({ 'Nota 0': undefined, 'Nota 1': '80433', 'Nota 2': undefined })
    expect(await dead()).toEqual([])
  })
  test('that somebody mends there stays as they mended it, whatever else is told', async () => {
    const note = hung('notes', open).find(({ properties }) => properties['hs_note_body'] === 'Nota 1')!
    controls().change({ type: 'notes', id: note.id, properties: { hs_note_body: 'Nota uno' } })
    await stage.say(open.number, 'Busco depa de 2 recámaras en la Narvarte, presupuesto 30000')
    await stage.follow()
    expect([hung('notes', open).length, hung('notes', open).find(({ id }) => id === note.id)!.properties['hs_note_body']]).toEqual([4, 'Nota uno'])
  })
  test('is kept sealed', async () => {
    const kept = await stage.rows<{ text_sealed: Buffer }>('select text_sealed from note')
    expect(kept.map(({ text_sealed: sealed }) => Buffer.from(sealed).includes('gatos'))).toEqual([false, false, false, false])
  })
})

describe('whoever waits for a person', () => {
  let open: Met
  beforeAll(async () => void (open = await met('+525530000002')))
  const call = async (reason: 'complaint' | 'contract'): Promise<void> => {
    await stage.house.acting.as({ tenant: stage.house.tenant, by: 'system', person: open.person, conversation: open.id }, 'all')(escalate, { reason, summary: 'Se queja de Lola Mento, del 5512345678.', withinMs: 900_000 })
    await stage.follow()
  }
  const tickets = () => hung('tickets', open).map(({ properties }) => properties)
  const giveBack = async (): Promise<void> => {
    await as('sofia', open)(takeOver, { conversation: open.id })
    await as('sofia', open)(handBack, { conversation: open.id })
    await stage.follow()
  }

  test('has a ticket at the help desk beside the task, which says who, why and whose it is, and nothing of what they said', async () => {
    await call('complaint')
    expect(hung('tickets', open)).toMatchObject([{
      properties: { subject: expect.stringMatching(/: tiene una queja$/), content: expect.stringMatching(/^A cargo de .+\. La conversación y lo que pide están en la tarjeta de Portero\.$/), hs_pipeline: '0', hs_pipeline_stage: '1', hs_ticket_priority: 'HIGH' },
      associations: { contacts: [stage.contactOf(open.number).id], deals: [deal(open).id] },
    }])
    expect([tickets()[0]!['portero_id'], JSON.stringify(tickets()).includes('Mento')]).toEqual([hung('tasks', open)[0]!.properties['portero_id'], false])
  })
  test('until the conversation is given back: then it is closed', async () => {
    await giveBack()
    expect(tickets()).toMatchObject([{ hs_pipeline_stage: '4' }])
  })
  test('and has another one the next time; one that somebody closes there stays closed, and nobody here is forgotten for it', async () => {
    await call('contract')
    const [, second] = hung('tickets', open)
    expect(second!.properties).toMatchObject({ hs_pipeline_stage: '1', hs_ticket_priority: 'MEDIUM' })
    controls().change({ type: 'tickets', id: second!.id, properties: { hs_pipeline_stage: '4', hs_ticket_priority: 'LOW' } })
    await stage.say(open.number, '¿Sigue libre?')
    await stage.follow(20_000)
    expect(tickets()[1]).toMatchObject({ hs_pipeline_stage: '4', hs_ticket_priority: 'LOW' })
    expect(await stage.rows('select 1 from escalation where closed_at is null')).toHaveLength(1)
    await giveBack()
    expect([tickets().length, tickets()[1]!['hs_pipeline_stage'], await dead()]).toEqual([2, '4', []])
  })
})

describe('what managers count', () => {
  test('stands on the deal as on the contact', async () => {
    const number = '+525530000003'
    await stage.visit(number)
    await stage.follow(20_000)
    const contact = stage.contactOf(number)
    const [told] = stage.hungOn('deals', contact.id)
    const counted = (properties: Record<string, string>): object => Object.fromEntries(Object.entries(properties).filter(([name]) => /^portero_(source|first|answered|escalation_r|escalations|visits)/.test(name)))
    expect(counted(told!.properties)).toEqual(counted(contact.properties))
    expect(told!.properties).toMatchObject({ portero_visits_booked: '1', portero_visits_done: '0', portero_visits_missed: '0', portero_answered_by: 'bot', portero_first_reply_s: expect.stringMatching(/^\d+$/) })
  })
})

describe('what a rule of the account refuses', () => {
  test('ends in a sentence that names the property and where the rule stands; what hangs on it and the next one go on', async () => {
    const number = '+525530000004'
    controls().require({ type: 'deals', property: 'closedate' })
    await stage.visit(number)
    await stage.follow(20_000)
    const contact = stage.contactOf(number)
    expect((await dead()).map(({ name, error }) => `${name}: ${error}`)).toEqual(expect.arrayContaining([expect.stringMatching(/^crm\.put-deal: .*a rule of this account at hubspot refuses it: whoever makes one must give closedate\. Settings > Objects > Create record/)]))
    expect([stage.hungOn('deals', contact.id), stage.hungOn('meetings', contact.id).length, stage.hungOn('communications', contact.id).length]).toEqual([[], 1, 1])
    expect((await dead()).length).toBeGreaterThan(1) // each was tried
    controls().require({ type: 'deals', property: 'closedate', off: true })
    const { db, clock } = stage.house
    await replayDead({ db, clock }, { sure: false })
    await stage.follow(20_000)
    expect([stage.hungOn('deals', contact.id).map(({ properties }) => [properties['dealstage'], properties['portero_visits_booked']]), await dead()]).toEqual([[['1003', '1']], []])
  })
  test('is told of a stage with the property whose value it was', async () => {
    controls().require({ type: 'contacts', property: 'company', when: { property: 'portero_escalation', value: 'true' } })
    const open = await met('+525530000005')
    await stage.say(open.number, 'quiero hablar con una persona')
    await stage.follow(20_000)
    expect((await dead()).map(({ name, error }) => `${name}: ${error}`)).toEqual([expect.stringMatching(/^crm\.put-contact: .*with this portero_escalation it must have company\. Settings > Properties > portero_escalation > Conditional logic/)])
    expect([hung('tasks', open).length, hung('tickets', open).length]).toEqual([1, 1])
  })
})
