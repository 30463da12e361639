import { readFileSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import * as fc from 'fast-check'
import { privacy, reasons, unanswered } from '@portero/tool-server/actions/escalate.ts'
import { appMeta, hubspotReference, webhooksMeta } from '@portero/tool-server/connectors/hubspot/reference.ts'
import { pathOf } from '@portero/tool-server/connectors/hubspot/paths.ts'
import { fieldOf, fixed, idProperty, kinds, kindsOf, read, rowsOf, tables, write, type Properties } from '@portero/tool-server/connectors/hubspot/mapping.ts'
import { crmFields, ownerOf, theirFields, type Kind } from '@portero/tool-server/domain/ports/crm-fields.ts'
import { leadFacts, stages } from '@portero/tool-server/domain/leads.ts'
import { callReasons } from '@portero/tool-server/domain/ports/crm.ts'
import { tourStatuses } from '@portero/tool-server/domain/tours.ts'

// The table between our fields and HubSpot's properties: whatever is written is read back as it was, and nothing is ever cleared.
const settings = {
  baseUrl: 'https://api.hubapi.com', apiKey: 'pat-na1-of-the-mapping', portal: '4812345', pipeline: '7120001', clientSecrets: [], currency: 'MXN', helpDesk: { pipeline: '0', open: '1', closed: '4' },
  stages: { new: '11', qualified: '12', visit_scheduled: '13', visit_done: '14', application: '15', won: '16', lost: '17' },
}
const ms = fc.integer({ min: Date.UTC(2020, 0, 1), max: Date.UTC(2040, 0, 1) })
const some = fc.integer({ min: 0, max: 100_000 })
const line = fc.string({ minLength: 1, maxLength: 60, unit: 'grapheme' }).filter((text) => text.isWellFormed() && !/[\r\n]/.test(text) && text.trim() !== '')
const texts = fc.array(line, { minLength: 1, maxLength: 5 }).map((lines) => lines.join('\n'))
const name = fc.array(fc.constantFrom('Ana', 'María', 'del', 'Carmen', 'de', 'la', 'Cruz', 'y', 'Vera', 'Íñiguez', "O'Gorman", 'Nuñez'), { minLength: 1, maxLength: 7 }).map((parts) => parts.join(' '))
const day = ms.map((at) => new Date(at).toISOString().slice(0, 10))
const reported = {
  source: fc.constantFrom('whatsapp', 'crm'), firstReplyS: some, answeredBy: fc.constantFrom('bot', 'human', 'both'), escalations: some, escalationReason: fc.constantFrom(...callReasons), visitsBooked: some, visitsDone: some, visitsMissed: some,
}
const samples: { [K in Kind]: Record<keyof (typeof crmFields)[K], fc.Arbitrary<unknown>> } = {
  contact: {
    phone: fc.constantFrom('+525512345678', '+14155550100'), whatsapp: line, name, language: fc.constantFrom('es-MX', 'en'), consent: fc.constantFrom('granted', 'revoked'), marketing: fc.constantFrom('granted', 'revoked'), needsPerson: fc.boolean(),
    lifecycle: fc.constantFrom('lead', 'qualified', 'opportunity', 'customer'), leadStatus: fc.constant('new'), ...reported,
  },
  deal: {
    title: line, stage: fc.constantFrom(...stages), rentMxn: some, owner: fc.emailAddress(), budgetMxn: some, bedrooms: some, occupants: some, pets: fc.boolean(), moveIn: day, months: some,
    guarantee: fc.constantFrom(...leadFacts.shape.guarantee.unwrap().options), home: line, ...reported,
  },
  meeting: { title: line, body: texts, location: line, home: line, agent: line, startsAt: ms, endsAt: ms, status: fc.constantFrom(...tourStatuses), owner: fc.emailAddress() },
  communication: { body: texts, at: ms },
  task: { title: line, body: texts, dueAt: ms, isUrgent: fc.boolean(), isDone: fc.boolean(), owner: fc.emailAddress() },
  note: { body: texts, at: ms, owner: fc.constantFrom('hubspot:9411', 'lucia@casa.example') },
  ticket: { title: line, body: texts, isUrgent: fc.boolean(), stage: fc.constantFrom('open', 'closed'), owner: fc.emailAddress() },
}
const fieldsIn = (kind: Kind): string[] => Object.keys(crmFields[kind])
const written = (kind: Kind, values: object): Properties => write(tables[kind] as never, values, settings)
const readBack = (kind: Kind, given: Properties): Record<string, unknown> => read(tables[kind] as never, given, settings)

describe.each(kinds)('a %s', (kind) => {
  const record = fc.record(Object.fromEntries(Object.entries<fc.Arbitrary<unknown>>(samples[kind])), { requiredKeys: [] })
  // An owner goes by HubSpot's own id, which only HubSpot knows; a hold is a visit like any other there.
  const asThere = ({ owner: _owner, ...values }: Record<string, unknown>): object => ({ ...values, ...(values['status'] === 'held' && { status: 'confirmed' }) })

  test('is read as it was written, whatever of it is known', () => {
    fc.assert(fc.property(record, (values) => expect(readBack(kind, written(kind, values))).toEqual(asThere(values))), { numRuns: 500 })
  })
  test('clears nothing and holds texts only', () => {
    fc.assert(fc.property(record, (values) => {
      for (const [property, value] of Object.entries(written(kind, values))) expect([property, typeof value, value === '']).toEqual([property, 'string', false])
    }), { numRuns: 200 })
    expect(written(kind, Object.fromEntries(fieldsIn(kind).map((field) => [field, undefined])))).toEqual({})
  })
  test('that HubSpot says nothing of is nothing', () => {
    expect(readBack(kind, {})).toEqual({})
    expect(readBack(kind, Object.fromEntries(rowsOf(kind).flatMap(({ properties }) => properties.map((property) => [property.name, '']))))).toEqual({})
  })
  test('has each property in one field only, and every choice it writes among those it declares', () => {
    const names = rowsOf(kind).flatMap(({ properties }) => properties.map((property) => property.name))
    expect(names.filter((one, at) => names.indexOf(one) !== at)).toEqual([])
    expect(names.filter((one) => one in fixed[kind] || one === idProperty)).toEqual([])
    fc.assert(fc.property(record, (values) => {
      for (const [property, value] of Object.entries(written(kind, values))) {
        const { options } = rowsOf(kind).flatMap(({ properties }) => properties).find((each) => each.name === property)!
        if (options) expect(Object.keys(options)).toContain(value)
      }
    }), { numRuns: 200 })
  })
  test('knows of each field whose word holds, and of no other', () => {
    expect(rowsOf(kind).map(({ field }) => field).toSorted()).toEqual(fieldsIn(kind).toSorted())
    for (const { field, properties } of rowsOf(kind)) {
      expect(['portero', 'latest', 'crm']).toContain(ownerOf(kind, field))
      for (const property of properties) expect(fieldOf(kind, property.name)).toBe(field)
    }
    expect(theirFields[kind]).toEqual(fieldsIn(kind).filter((field) => ownerOf(kind, field) === 'crm'))
    expect([ownerOf(kind, 'constructor'), fieldOf(kind, 'annualrevenue')]).toEqual([undefined, undefined])
  })
})

describe('what people write at HubSpot', () => {
  test.each<[Kind, Properties, object]>([
    ['contact', { hs_language: 'es', firstname: ' Ana ', lastname: 'Pérez' }, { language: 'es-MX', name: 'Ana Pérez' }],
    ['contact', { hs_language: 'fr', lastname: 'Pérez' }, { name: 'Pérez' }],
    ['deal', { pipeline: '7120001', dealstage: '14', amount: '18500.4', portero_move_in: String(Date.UTC(2026, 11, 15)) }, { stage: 'visit_done', rentMxn: 18_500, moveIn: '2026-12-15' }],
    ['deal', { pipeline: '999', dealstage: '14', amount: 'mucho', portero_pets: 'quizá' }, {}],
    ['deal', { dealstage: '4711' }, {}],
    ['meeting', { hs_meeting_outcome: 'RESCHEDULED', hs_meeting_start_time: '1795453200000', hs_meeting_body: '<p>Trae a su <b>perro</b><br/>&#38; a su hermana</p>' }, { status: 'confirmed', startsAt: 1_795_453_200_000, body: 'Trae a su perro\n& a su hermana' }],
    ['ticket', { hs_pipeline: '0', hs_pipeline_stage: '4', hs_ticket_priority: 'URGENT' }, { stage: 'closed', isUrgent: false }],
    ['ticket', { hs_pipeline: '0', hs_pipeline_stage: '3', subject: 'Llamar hoy' }, { title: 'Llamar hoy' }],
    ['note', { hs_note_body: '<div>Llamó su <b>aval</b></div>', hs_timestamp: '2026-11-23T17:00:00Z' }, { body: 'Llamó su aval', at: Date.UTC(2026, 10, 23, 17) }],
    ['task', { hs_task_status: 'IN_PROGRESS', hs_task_priority: 'LOW' }, { isDone: false, isUrgent: false }],
  ])('of a %s, %j is %j', (kind, given, expected) => {
    expect(readBack(kind, given)).toEqual(expected)
  })
})

test('every reason to call a person has its word at HubSpot', () => {
  expect([...reasons, unanswered, privacy].filter((reason) => !callReasons.some((known) => known === reason))).toEqual([])
})
test('an account with one currency is told none', () => {
  const { currency: _currency, ...plain } = settings
  expect(write(tables.deal, { rentMxn: 18_500 }, plain)).toEqual({ amount: '18500' })
})
test('an account without a help desk is told of no stage of a ticket', () => {
  const { helpDesk: _helpDesk, ...plain } = settings
  expect([write(tables.ticket, { stage: 'open', title: 'Ana' }, plain), read(tables.ticket, { hs_pipeline_stage: '1' }, plain), kindsOf({}).includes('ticket'), kindsOf(settings)]).toEqual([{ subject: 'Ana' }, {}, false, kinds])
})
test('one constant says which version of HubSpot is called', () => {
  const dated = ([method, path]: [string, string]): string => `${method} ${pathOf(path, '2026-09')}`
  const calls: [string, string][] = [
    ['POST', '/crm/v3/objects/contacts/batch/upsert'], ['POST', '/crm/v3/objects/tickets/search'], ['PUT', '/crm/v4/objects/deals/1/associations/default/contacts/2'], ['GET', '/crm/v4/objects/tickets/9/associations/contacts?limit=100'],
    ['POST', '/crm/v4/associations/deals/contacts/batch/associate/default'], ['GET', '/crm/associations/v4/notes/deals/labels'], ['GET', '/crm/v3/properties/notes'], ['POST', '/crm/v3/properties/deals/batch/create'],
    ['GET', '/crm/v3/pipelines/tickets'], ['GET', '/crm/v3/owners/?email=a%40casa.example&limit=1'], ['GET', '/crm/v3/owners/9411?idProperty=userId'],
  ]
  expect(calls.map(dated)).toEqual([
    'POST /crm/objects/2026-09/contacts/batch/upsert', 'POST /crm/objects/2026-09/tickets/search', 'PUT /crm/objects/2026-09/deals/1/associations/default/contacts/2', 'GET /crm/objects/2026-09/tickets/9/associations/contacts?limit=100',
    'POST /crm/associations/2026-09/deals/contacts/batch/associate/default', 'GET /crm/associations/2026-09/notes/deals/labels', 'GET /crm/properties/2026-09/notes', 'POST /crm/properties/2026-09/deals/batch/create',
    'GET /crm/pipelines/2026-09/tickets', 'GET /crm/owners/2026-09?email=a%40casa.example&limit=1', 'GET /crm/owners/2026-09/9411?idProperty=userId',
  ])
  expect([calls.map(([, path]) => path), pathOf('/account-info/v3/details', '2026-09')]).toEqual([calls.map(([, path]) => pathOf(path, '')), '/account-info/v3/details'])
})
test('docs/hubspot.md says what is there (npx portero docs hubspot > docs/hubspot.md)', () => {
  const file = (path: string): string => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8')
  const meta = (path: string): unknown => JSON.parse(file(`hubspot-project/src/app/${path}`))
  const page = hubspotReference({ app: appMeta.parse(meta('app-hsmeta.json')), webhooks: webhooksMeta.parse(meta('webhooks/webhooks-hsmeta.json')) })
  expect(file('docs/hubspot.md')).toBe(page)
  expect(page.match(/^\| `[\w.]+` \|  \|$/gm)).toBeNull() // each scope says what it is for
})
