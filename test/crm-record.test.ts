import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { dueOf, entriesOf, keyOf, newsIn, toldBy, type Due } from '@portero/tool-server/domain/crm-record.ts'
import type { Catalogue } from '@portero/tool-server/domain/homes.ts'
import { stages, type Stage } from '@portero/tool-server/domain/leads.ts'
import type { Counterpart, Own } from '@portero/tool-server/domain/reads.ts'
import type { HubspotState } from './lab/hubspot/simulator.ts'
import { openVisit, type VisitStage } from './support/visit-stage.ts'

// What the CRM is told of a person: what managers count, who owns what, and nothing of what is people's twice.
jest.setTimeout(120_000)
type Record = NonNullable<Awaited<ReturnType<Own['people']['record']>>>
const now = Date.UTC(2026, 10, 23, 17)
const id = (last: number): string => `0199b1de-0000-7000-8000-${String(last).padStart(12, '0')}`
const catalogue: Catalogue = { homes: [], agents: [{ id: id(90), slug: 'lucia', name: 'Lucía', email: 'lucia@casas.example', weight: 1, hours: [], isActive: true, buildings: new Set() }, { id: id(91), slug: 'beto', name: 'Beto', weight: 1, hours: [], isActive: true, buildings: new Set() }] as never, blackouts: [] }
const person: Record = {
  known: { id: id(1), name: 'Ana', phone: '+525512345678', whatsapp: undefined, language: 'es-MX', consent: undefined },
  leads: [{ id: id(2), person: id(1), stage: 'qualified', facts: {} }], tours: [], meetings: [], conversations: [], calls: [], notes: [], counterparts: [],
  attended: { firstReplyS: undefined, byBot: false, byHuman: false, calls: 0, lastReason: undefined },
}
const tour = (last: number, status: Record['tours'][number]['status'], agent = id(90)): Record['tours'][number] => ({ id: id(last), person: id(1), conversation: undefined, home: id(70), building: id(71), agent, startsAt: now, endsAt: now + 1_800_000, status, version: 1, party: 1 })
const due = (record: Record, told: readonly Counterpart[] = []): Due[] => dueOf(entriesOf(record, catalogue), told)
const of = <K extends Due['kind']>(record: Record, kind: K, told: readonly Counterpart[] = []): Extract<Due, { kind: K }> | undefined => due(record, told).find((each): each is Extract<Due, { kind: K }> => each.kind === kind)
const toldOf = (record: Record): Counterpart[] => due(record).map((each) => ({ kind: each.kind, ours: each.args.ours, external: '1', told: toldBy(keyOf(each))!.told }))

describe('what managers see', () => {
  test.each<[string, Partial<Record>, object]>([
    ['nothing happened yet', {}, { source: 'crm' }],
    ['the bot answered', { conversations: [{ id: id(3), lines: [], openedAt: now }], attended: { ...person.attended, firstReplyS: 3, byBot: true } }, { source: 'whatsapp', firstReplyS: 3, answeredBy: 'bot' }],
    ['a person answered', { attended: { ...person.attended, byHuman: true } }, { source: 'crm', answeredBy: 'human' }],
    ['both answered, and somebody was called for a reason of before', { attended: { firstReplyS: 0, byBot: true, byHuman: true, calls: 2, lastReason: 'of_before' } }, { source: 'crm', firstReplyS: 0, answeredBy: 'both', escalations: 2, escalationReason: 'other' }],
    ['visits of every kind', { tours: [tour(10, 'held'), tour(11, 'confirmed'), tour(12, 'completed'), tour(13, 'no_show'), tour(14, 'cancelled')] }, { source: 'crm', visitsBooked: 3, visitsDone: 1, visitsMissed: 1 }],
  ])('when %s', (_title, change, expected) => {
    const { ours: _ours, language: _language, phone: _phone, name: _name, ...rest } = of({ ...person, ...change }, 'contact')!.args
    expect(rest).toEqual(expected)
  })
  test('stands on the deal that is open, or on the last, and on no other', () => {
    const lead = (last: number, stage: Stage) => ({ id: id(last), person: id(1), stage, facts: {} })
    const countedOn = (...leads: Record['leads']): string[] => entriesOf({ ...person, tours: [tour(10, 'no_show')], leads }, catalogue).flatMap((each) => (each.kind === 'deal' && each.args.visitsMissed === 1 && each.args.source === 'crm' ? [each.args.ours] : []))
    expect([countedOn(lead(20, 'lost'), lead(21, 'new')), countedOn(lead(20, 'new'), lead(21, 'won')), countedOn(lead(20, 'lost'), lead(21, 'won'))]).toEqual([[id(21)], [id(20)], [id(21)]])
  })
  test.each<[Stage[], string | undefined]>([[['new'], 'lead'], [['visit_scheduled'], 'qualified'], [['qualified'], 'qualified'], [['application'], 'opportunity'], [['won', 'new'], 'customer'], [['lost'], undefined], [[], undefined]])('leads at %j have come as far as %s', (at, expected) => {
    const leads = at.map((stage, place) => ({ id: id(20 + place), person: id(1), stage, facts: {} }))
    expect(of({ ...person, leads }, 'contact')!.theirs).toEqual({ leadStatus: 'new', ...(expected && { lifecycle: expected }) })
  })
  test('no move of ours that a visit takes back takes the person back', () => {
    const farOf = (stage: Stage): unknown => of({ ...person, leads: [{ id: id(2), person: id(1), stage, facts: {} }] }, 'contact')!.theirs.lifecycle
    expect(farOf('visit_scheduled')).toBe(farOf('qualified'))
    expect(stages.filter((stage) => farOf(stage) === undefined)).toEqual(['lost'])
  })
})

describe('whose it is', () => {
  test('goes by the e-mail of the agent who shows it, or who is called; without one it is nobody\'s', () => {
    const calls = [{ id: id(30), reason: 'complaint', summary: 's', owner: 'Lucía', agent: id(90), dueAt: now, isOpen: true }]
    expect(due({ ...person, tours: [tour(10, 'confirmed')], calls }).map(({ kind, theirs }) => [kind, 'owner' in theirs ? theirs.owner : undefined])).toEqual([['contact', undefined], ['deal', 'lucia@casas.example'], ['meeting', 'lucia@casas.example'], ['task', 'lucia@casas.example']])
    expect(of({ ...person, tours: [tour(10, 'confirmed', id(91))] }, 'meeting')!.theirs).toEqual({})
    expect(of({ ...person, tours: [tour(10, 'cancelled')] }, 'deal')!.theirs).toEqual({ stage: 'qualified' })
  })
})

test('the visit of several who come together says how many they are', () => {
  const bodyOf = (party: number) => of({ ...person, tours: [{ ...tour(10, 'confirmed'), party }] }, 'meeting')!.args.body
  expect([bodyOf(1), bodyOf(3)]).toEqual(['Ana visita con Lucía.', 'Ana visita con Lucía. Van 3 personas.'])
})

describe('a ticket', () => {
  const call = { id: id(30), reason: 'complaint', summary: 'Se queja de Lola Mento', owner: 'Lucía', agent: id(90), dueAt: now, isOpen: true }
  const ticketsOf = (record: Partial<Record>, hasHelpDesk = true): unknown[] => entriesOf({ ...person, ...record }, catalogue, hasHelpDesk).flatMap((each) => (each.kind === 'ticket' ? [{ ...each.args, ...each.theirs }] : []))
  test('says who waits, why and who is in charge, and nothing of what they said', () => {
    expect(ticketsOf({ calls: [call] })).toEqual([{ ours: id(30), title: 'Ana: tiene una queja', body: 'A cargo de Lucía. La conversación y lo que pide están en la tarjeta de Portero.', isUrgent: true, stage: 'open', owner: 'lucia@casas.example' }])
    expect(ticketsOf({ calls: [{ ...call, reason: 'contract', owner: undefined, agent: undefined }] })).toEqual([{ ours: id(30), title: 'Ana: pregunta por el contrato', body: 'La conversación y lo que pide están en la tarjeta de Portero.', isUrgent: false, stage: 'open' }])
  })
  test('is nobody\'s without a help desk, nor of a call that was over before one could be made', () => {
    const over = { ...call, isOpen: false }
    const known: Counterpart = { kind: 'ticket', ours: id(30), external: undefined, told: undefined, hung: undefined }
    expect([ticketsOf({ calls: [call] }, false), ticketsOf({ calls: [over] }), ticketsOf({ calls: [over], counterparts: [{ ...known, kind: 'task' }] })]).toEqual([[], [], []])
    expect(ticketsOf({ calls: [over], counterparts: [known] })).toMatchObject([{ stage: 'closed' }])
  })
  test('that was told is told again only when it is closed, and a note never', () => {
    const notes = [{ id: id(40), text: 'Trae gatos', author: 'hubspot:9411', at: now }]
    const dues = (record: Record, told: readonly Counterpart[] = []): Due[] => dueOf(entriesOf(record, catalogue, true), told)
    const open = { ...person, calls: [call], notes }
    const told = dues(open).map((each): Counterpart => ({ kind: each.kind, ours: each.args.ours, external: '1', told: toldBy(keyOf(each))!.told, hung: undefined }))
    const closed = dues({ ...open, calls: [{ ...call, isOpen: false }], counterparts: told }, told)
    expect([dues(open, told), closed.filter(({ kind }) => kind === 'note' || kind === 'ticket').map((due) => [due.kind, due.number, newsIn(due.theirs, due)])]).toEqual([[], [['ticket', 2, { stage: 'closed' }]]])
    expect(dues({ ...open, known: { ...open.known, name: 'Ana Pérez' } }, told).some(({ kind }) => kind === 'note')).toBe(false)
  })
})

describe('what was told', () => {
  const shown = { ...person, tours: [tour(10, 'confirmed')] }
  test('is not told again', () => {
    expect(due(shown, toldOf(shown))).toEqual([])
    expect(due(shown).every(({ number }) => number === 1)).toBe(true)
  })
  test('of what is people\'s, is left out when something else has changed', () => {
    const renamed = { ...shown, known: { ...shown.known, name: 'Ana Pérez' } }
    const deal = of(renamed, 'deal', toldOf(shown))!
    expect([deal.number, newsIn(deal.theirs, deal)]).toEqual([2, {}])
    const contact = of(renamed, 'contact', toldOf(shown))!
    expect(newsIn(contact.theirs, contact)).toEqual({})
  })
  test('of what is people\'s, is told alone when it changes on our side', () => {
    const moved = { ...shown, leads: [{ id: id(2), person: id(1), stage: 'visit_done' as const, facts: {} }] }
    const deal = of(moved, 'deal', toldOf(shown))!
    expect(newsIn(deal.theirs, deal)).toEqual({ stage: 'visit_done' })
    const other = { ...shown, tours: [tour(10, 'confirmed', id(91))] }
    const meeting = of(other, 'meeting', toldOf(shown))!
    expect(newsIn(meeting.theirs, meeting)).toEqual({}) // Beto has no e-mail: nobody is put in Lucía's place
  })
  test('is all told again to a record that is made anew', () => {
    const gone = toldOf(shown).map((each) => ({ ...each, told: '1:gone' }))
    for (const each of due(shown, gone)) expect([each.number, newsIn(each.theirs, each)]).toEqual([2, each.theirs])
  })
  test('is named by what it was', () => {
    for (const each of due(shown)) expect(toldBy(keyOf(each))).toEqual({ kind: each.kind, ours: each.args.ours, told: `1:${each.digest}` })
    expect(toldBy('crm:deal:nobody:1:x')).toBeUndefined()
  })
})

describe('with the HubSpot of the lab', () => {
  let stage: VisitStage
  beforeAll(async () => void (stage = await openVisit()))
  afterAll(() => stage.end())
  const state = (): HubspotState => stage.lab.hubspot.state()
  const contact = () => state().contacts.find(({ properties }) => properties['phone'] === '+525512348888')!.properties
  const control = (name: string, wanted: object): Promise<Response> => fetch(`${stage.lab.url}/_lab/hubspot/${name}`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(wanted) })

  test('a visit is counted, owned by who shows it, and what people change there stays', async () => {
    const agents = ['mariana.solis', 'diego.arriaga', 'lucia.becerril', 'emilio.robledo', 'renata.ochoa', 'julian.cota'].map((name, place) => ({ id: String(91_000 + place), email: `${name}@casas.example` }))
    for (const agent of agents) await control('owner', agent)
    for (const text of ['Hola', 'Busco depa de 2 recámaras en la Narvarte, presupuesto 30000', 'la 1', 'el 2']) await stage.say('+525512348888', text)
    await stage.follow(20_000)
    expect(contact()).toMatchObject({ hs_lead_status: 'NEW', lifecyclestage: 'salesqualifiedlead', portero_source: 'whatsapp', portero_answered_by: 'bot', portero_first_reply_s: expect.stringMatching(/^\d+$/), portero_visits_booked: '1', portero_visits_done: '0', portero_visits_missed: '0' })
    const [meeting] = state().meetings
    const [deal] = state().deals
    expect(agents.map(({ id: owner }) => owner)).toContain(meeting!.properties['hubspot_owner_id'])
    expect(deal!.properties['hubspot_owner_id']).toBe(meeting!.properties['hubspot_owner_id'])

    await control('change', { type: 'contacts', id: state().contacts[0]!.id, properties: { hs_lead_status: 'CONNECTED' } })
    await control('change', { type: 'deals', id: deal!.id, properties: { amount: '17000', hubspot_owner_id: '91005' } })
    await stage.say('+525512348888', 'quiero hablar con una persona')
    await stage.follow(20_000)
    expect(contact()).toMatchObject({ hs_lead_status: 'CONNECTED', portero_escalations: '1', portero_escalation: 'true' })
    expect(state().tasks).toMatchObject([{ properties: { hubspot_owner_id: expect.stringMatching(/^9100\d$/) } }])
    expect(state().deals[0]!.properties).toMatchObject({ amount: '17000', hubspot_owner_id: '91005' })
  })
})
