import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { sql } from 'kysely'
import { adoptDeal } from '@portero/tool-server/actions/adopt-deal.ts'
import { printAudit } from '@portero/tool-server/actions/audit-printed.ts'
import { escalate } from '@portero/tool-server/actions/escalate.ts'
import { fieldOf } from '@portero/tool-server/app.ts'
import { explained } from '@portero/tool-server/domain/field-why.ts'
import { crmFields, type Kind } from '@portero/tool-server/domain/ports/crm-fields.ts'
import { openVisit, type VisitStage } from './support/visit-stage.ts'

// "Why does this field say that?", asked by what HubSpot calls it: who set it, from what, when, and what it said before.
jest.setTimeout(120_000)
const phone = '+525511118877'
let stage: VisitStage
const ids: Partial<Record<Kind | 'person' | 'lead' | 'tour', string>> = {}
beforeAll(async () => {
  stage = await openVisit()
  const { house, lab } = stage
  lab.bird.phone.write(phone, { text: 'Hola', name: 'Berta Solano' })
  await stage.follow()
  for (const text of ['Busco depa de 2 recámaras en la Narvarte, presupuesto 30000', 'la 1', 'el 2']) await stage.say(phone, text)
  const headers = { authorization: `Bearer ${lab.toolKey}`, 'x-bird-conversation-id': lab.bird.conversationFor(phone), 'content-type': 'application/json' }
  await fetch(`${stage.url}/tools/qualify_lead`, { method: 'POST', headers, body: JSON.stringify({ budget_max: 31_000, occupants: 2 }) })
  await stage.follow()
  const { rows } = await sql<{ kind: Kind; id: string; ours: string; person: string }>`select kind, external_id as id, our_id as ours, person_id as person from counterpart where external_id is not null`.execute(house.db.bare)
  for (const { kind, id, ours, person } of rows) Object.assign(ids, { [kind]: id, person, ...(kind === 'deal' && { lead: ours }), ...(kind === 'meeting' && { tour: ours }) })
  await house.acting.as({ tenant: house.tenant, by: 'system' }, 'all')(adoptDeal, { person: ids.person!, lead: ids.lead!, texts: { budgetMxn: '33000' } })
  await stage.follow()
})
afterAll(() => stage.end())

const why = async (kind: keyof typeof ids, field: string): Promise<string[]> => {
  const said: string[] = []
  await printAudit(['why', kind, ids[kind] ?? '0', field], { say: (line) => void said.push(line), now: stage.clock.now, dataDir: () => '', withHouse: (work) => work(stage.house), fieldOf })
  return said
}

test('a fact: people in HubSpot, after what a tool noted from a message, each with what it said before', async () => {
  const said = await why('deal', 'portero_budget')
  expect(said[0]).toMatch(/^budgetMxn of deal /)
  const changes = said.filter((line) => line.includes(' -> '))
  expect(changes.map((line) => line.replace(/^\s*\S+\s+/, ''))).toEqual(['31000 -> 33000', expect.stringMatching(/-> 31000$/), ...(changes.length > 2 ? [expect.any(String)] : [])])
  expect(said.filter((line) => line.includes('by ')).map((line) => line.trim())).toEqual(expect.arrayContaining([expect.stringMatching(/^by people in HubSpot, adopt-deal, trace [0-9a-f]{32}$/), expect.stringMatching(/^by prospect, update-lead, trace /)]))
  expect(said.join('\n')).toMatch(/after the message of .*: el 2/)
  expect(said.join('\n')).toMatch(/HubSpot: done /)
})
test('a visit, by HubSpot’s names or ours', async () => {
  expect((await why('meeting', 'hs_meeting_outcome')).join('\n')).toMatch(/nothing -> confirmed\n.*by prospect, book-tour/)
  expect((await why('tour', 'startsAt')).slice(1)).toEqual((await why('meeting', 'hs_meeting_start_time')).slice(1))
  expect((await why('deal', 'dealstage')).join('\n')).toMatch(/-> visit_scheduled\n.*follow-tour/)
})
test('a person', async () => {
  expect((await why('contact', 'phone')).join('\n')).toContain(`nothing -> ${phone}`)
  expect((await why('person', 'name')).join('\n')).toMatch(/nothing -> Berta Solano\n.*by system, hear-message/)
  const { house } = stage
  const { rows: [conversation] } = await sql<{ id: string }>`select id from conversation`.execute(house.db.bare)
  await house.acting.as({ tenant: house.tenant, by: 'staff', user: 'hubspot:22', person: ids.person!, conversation: conversation!.id }, 'all')(escalate, { reason: 'other', summary: 'x', withinMs: 900_000 })
  expect((await why('contact', 'portero_escalation')).join('\n')).toMatch(/nothing -> true\n.*by staff hubspot:22, escalate/)
})
test('that somebody asked is in the audit', async () => {
  const count = async (): Promise<number> => (await sql<{ count: number }>`select count(*) as count from audit where what = 'read:why' and person_id = ${ids.person}`.execute(stage.house.db.bare)).rows[0]!.count
  const before = await count()
  await why('deal', 'bedrooms' === fieldOf('deal', 'portero_bedrooms') ? 'portero_bedrooms' : '')
  expect(await count()).toBe(before + 1)
})
test.each([['deal', 'nonsense'], ['deal', 'lifecyclestage'], ['nobody', 'name']])('of %s, %s is refused in one sentence', async (kind, field) => {
  await expect(why(kind as 'deal', field)).rejects.toMatchObject({ code: expect.stringMatching(/invalid_input|not_found/) })
})

describe('every field that is kept at the CRM can be explained:', () => {
  test.each(Object.entries(crmFields).map(([kind, fields]) => [kind, Object.keys(fields)] as const))('%s', (kind, fields) => {
    expect(fields.filter((field) => !explained(kind as Kind).includes(field))).toEqual([])
  })
})
