import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { sql } from 'kysely'
import { escalate } from '@portero/tool-server/actions/escalate.ts'
import { mergePeople } from '@portero/tool-server/actions/merge-people.ts'
import { takeOver } from '@portero/tool-server/actions/take-over.ts'
import { unmergePeople } from '@portero/tool-server/actions/unmerge-people.ts'
import { qualifying } from '@portero/tool-server/domain/leads.ts'
import { escalationSummary, privacyDetails } from '@portero/tool-server/store/places.ts'
import { sideEffects } from '../support/side-effects.ts'
import { openVisit, type VisitStage } from '../support/visit-stage.ts'

// What a prospect asks for besides a visit: pictures, their rights over their data, and what we want to know of them first.
let stage: VisitStage
let made = 0
beforeAll(async () => void (stage = await openVisit()))
afterAll(() => stage.end())

type Said = { ok: boolean; say: string; data?: any; next?: string; error?: { code: string } }
type Talk = { number: string; person: string; conversationId: string; call(tool: string, input: object): Promise<Said>; heard(): ReturnType<VisitStage['lab']['bird']['phone']['messages']> }
const talk = async (): Promise<Talk> => {
  const number = `+52551230${String(++made).padStart(4, '0')}`
  const { conversationId } = stage.lab.bird.phone.write(number, { text: 'hola' })
  await stage.follow()
  const { rows: [row] } = await sql<{ person: string }>`select person_id as person from conversation where external_id = ${conversationId}`.execute(stage.house.db.bare)
  const before = stage.lab.bird.phone.messages(number).length
  return {
    number, person: row!.person, conversationId,
    async call(tool, input) {
      const headers = { authorization: `Bearer ${stage.lab.toolKey}`, 'x-bird-conversation-id': conversationId, 'content-type': 'application/json' }
      const said = (await (await fetch(`${stage.url}/tools/${tool}`, { method: 'POST', headers, body: JSON.stringify(input) })).json()) as Said
      await stage.follow()
      return said
    },
    heard: () => stage.lab.bird.phone.messages(number).slice(before).filter(({ from }) => from === 'them'),
  }
}
const rows = async (statement: ReturnType<typeof sql>): Promise<any[]> => (await statement.execute(stage.house.db.bare)).rows
const opened = async (place: string, sealed: Buffer): Promise<string> => (await stage.house.vault.open(stage.house.db.bare, stage.house.tenant, place, sealed)).toString()

describe('send_home_media', () => {
  test('sends the photos of a home, in order, each with what it shows, and says so', async () => {
    const { call, heard } = await talk()
    expect(await call('send_home_media', { home: 'roma-norte-302', kind: 'photos' })).toMatchObject({ ok: true, say: 'Te mandé 4 fotos de Dos recámaras en esquina.', data: { kind: 'photos', sent: 4, available: ['photos', 'video', 'plan', 'location'] } })
    expect(heard().map(({ media, caption }) => [media?.kind, media?.url?.split('/').at(-1), caption])).toEqual([
      ['image', 'sala.jpg', 'Sala en esquina'], ['image', 'cocina.jpg', 'Cocina'], ['image', 'recamara.jpg', 'Recámara principal'], ['image', 'balcon.jpg', 'Balcón'],
    ])
  })
  test('asked again in the same words sends nothing more, and answers the same', async () => {
    const { call, heard } = await talk()
    const first = await call('send_home_media', { home: 'roma-norte-101' })
    expect([first.data.kind, await call('send_home_media', { home: 'roma-norte-101' }), heard().length]).toEqual(['photos', first, 2])
  })
  test.each([
    ['video', 'roma-norte-302', { media: { kind: 'video', url: expect.stringMatching(/recorrido\.mp4$/) } }],
    ['plan', 'roma-norte-302', { media: { kind: 'file', name: 'roma-norte-302.pdf' } }],
    ['plan', 'condesa-104', { media: { kind: 'image' } }],
    ['location', 'condesa-104', { place: { latitude: 19.4121, longitude: -99.1699, label: expect.stringContaining('Parque Ámsterdam') } }],
    ['location', 'polanco-803', { text: expect.stringContaining('https://maps.urbanhub.example/torre-homero') }],
  ])('sends the %s of %s', async (kind, home, shown) => {
    const { call, heard } = await talk()
    expect(await call('send_home_media', { home, kind })).toMatchObject({ ok: true, data: { sent: 1 } })
    expect(heard()).toMatchObject([shown])
  })
  test('says what else there is where there is nothing of the kind, and sends nothing', async () => {
    const { call, heard } = await talk()
    expect(await call('send_home_media', { home: 'narvarte-2b', kind: 'video' })).toMatchObject({ ok: false, error: { code: 'nothing_there' }, data: { available: ['photos', 'location'], sent: 0 }, next: expect.stringContaining('get_home') })
    expect(await call('send_home_media', { home: 'del-valle-302' })).toMatchObject({ ok: false, error: { code: 'nothing_there' }, data: { available: [] } })
    expect(heard()).toEqual([])
  })
  test('is refused, with its reason, to whoever wants no messages, and once the day is over', async () => {
    const [stopped, late] = [await talk(), await talk()]
    await stopped.call('privacy_request', { kind: 'stop' })
    expect(await stopped.call('send_home_media', { home: 'condesa-104' })).toMatchObject({ ok: false, error: { code: 'opted_out' } })
    stage.clock.advance(24 * 3_600_000)
    expect(await late.call('send_home_media', { home: 'condesa-104' })).toMatchObject({ ok: false, error: { code: 'window_closed' } })
    expect([stopped.heard().length, late.heard()]).toEqual([1, []])
  })
})

describe('privacy_request', () => {
  const casesOf = (person: string): Promise<any[]> => rows(sql`select id, kind, details_sealed as sealed, opened_at as "openedAt", due_at as "dueAt", acknowledged_at as "acknowledgedAt" from privacy_case where person_id = ${person} order by opened_at, id`)
  const detailsIn = async (row: any): Promise<string[]> => JSON.parse(await opened(privacyDetails(row.id), row.sealed))

  test('is on record with a number and a day, and a person of ours is called', async () => {
    const { call, person } = await talk()
    const said = await call('privacy_request', { kind: 'access', details: 'Quiere saber qué tenemos de él.' })
    expect(said).toMatchObject({ ok: true, data: { folio: expect.stringMatching(/^P-[0-9A-F]{8}$/), due: '2026-12-22' }, say: expect.stringMatching(/acceso a tus datos, con folio P-.*martes 22 de diciembre/) })
    const [row, ...others] = await casesOf(person)
    expect([others, row.kind, await detailsIn(row), row.acknowledgedAt === row.openedAt]).toEqual([[], 'access', ['Quiere saber qué tenemos de él.'], true])
    const [escalation] = await rows(sql`select id, reason, summary_sealed as sealed from escalation where person_id = ${person}`)
    expect(escalation.reason).toBe('privacy')
    expect(await opened(escalationSummary(escalation.id), escalation.sealed)).toContain(said.data.folio)
  })
  test('asked again finds the first, and adds what was not said before; another right is another request', async () => {
    const { call, person } = await talk()
    const first = await call('privacy_request', { kind: 'rectify', details: 'Mi nombre lleva acento.' })
    const again = await Promise.all([call('privacy_request', { kind: 'rectify', details: 'Mi nombre lleva acento.' }), call('privacy_request', { kind: 'rectify', details: 'Y cambié de correo.' }), call('privacy_request', { kind: 'rectify' })])
    expect(again.map(({ data }) => data)).toEqual([first.data, first.data, first.data])
    expect(again[0].say).toMatch(/ya está en trámite/)
    const other = await call('privacy_request', { kind: 'oppose' })
    expect(other.data.folio).not.toBe(first.data.folio)
    const kept = await casesOf(person)
    expect(await Promise.all(kept.map(async (row) => [row.kind, await detailsIn(row)]))).toEqual([['rectify', ['Mi nombre lleva acento.', 'Y cambié de correo.']], ['oppose', []]])
  })
  test('is taken also while a person of ours is in charge, who reads of it in the inbox', async () => {
    const { call, heard, person, conversationId } = await talk()
    const { tenant, acting } = stage.house
    const [{ id: conversation }] = await rows(sql`select id from conversation where person_id = ${person}`)
    await acting.as({ tenant, by: 'system', person, conversation }, 'all')(escalate, { reason: 'payment', summary: 'Pide su recibo.', withinMs: 60_000 })
    await acting.as({ tenant, by: 'staff', user: 'sofia' }, 'all')(takeOver, { conversation })
    const said = await call('privacy_request', { kind: 'cancel' })
    expect(said).toMatchObject({ ok: true, data: { folio: expect.stringMatching(/^P-/) } })
    expect((await casesOf(person)).map(({ kind }) => kind)).toEqual(['cancel'])
    expect(await rows(sql`select reason from escalation where person_id = ${person}`)).toEqual([{ reason: 'payment' }])
    const notes = stage.lab.desk('bird').requests('POST /workspaces/:workspace/conversations/:conversation/messages').filter(({ path }) => path.includes(conversationId)).map(({ body }) => JSON.stringify(body))
    expect(notes).toEqual([expect.stringContaining(said.data.folio)])
    expect(await call('qualify_lead', { budget_max: 20_000 })).toMatchObject({ ok: false, error: { code: 'human_in_charge' } })
    expect(await call('privacy_request', { kind: 'stop' })).toMatchObject({ ok: true })
    expect(heard().map(({ text }) => text)).toEqual([expect.stringMatching(/ya no te vamos a escribir/)])
  })
  test('a wish to be left alone holds at once, as often as it is made, and opens nothing', async () => {
    const { call, heard, number, person } = await talk()
    expect(await call('privacy_request', { kind: 'stop' })).toMatchObject({ ok: true, say: 'Listo, ya no te vamos a escribir.' })
    stage.lab.bird.phone.write(number, { text: 'ALTA' })
    await stage.follow()
    await call('privacy_request', { kind: 'stop' })
    expect(heard().filter(({ text }) => /ya no te vamos a escribir/.test(text))).toHaveLength(2)
    expect(await casesOf(person)).toEqual([])
    expect(await rows(sql`select status from consent where person_id = ${person} and purpose = 'messages' order by at, id`)).toMatchObject([{ status: 'revoked' }, { status: 'granted' }, { status: 'revoked' }])
  })
  test('follows people who turn out to be one, and goes back with whom it came', async () => {
    const [one, other] = [await talk(), await talk()]
    for (const { call } of [one, other]) await call('privacy_request', { kind: 'access' })
    await other.call('privacy_request', { kind: 'cancel', details: 'Ya no me interesa.' })
    const act = stage.house.acting.as({ tenant: stage.house.tenant, by: 'system' }, 'all')
    const { merge } = await act(mergePeople, { people: [one.person, other.person] })
    expect((await casesOf(one.person)).map(({ kind }) => kind)).toEqual(['access', 'cancel'])
    await act(unmergePeople, { merge })
    const back = await casesOf(other.person)
    expect([back.map(({ kind }) => kind), await detailsIn(back[1])]).toEqual([['access', 'cancel'], ['Ya no me interesa.']])
  })
})

describe('qualify_lead', () => {
  const dealOf = ({ number }: Talk): Record<string, unknown> | undefined => {
    const { contacts, deals } = stage.lab.hubspot.state()
    const contact = contacts.find(({ properties }) => properties['phone'] === number)
    return deals.find(({ associations }) => contact && associations.contacts.includes(contact.id))?.properties
  }
  test('asks for one thing after another, keeps what it hears, and qualifies when nothing is missing', async () => {
    const visitor = await talk()
    const wire = ['move_in', 'occupants', 'pets', 'budget_max', 'guarantee']
    const told = [{ move_in: '2027-01-15' }, { occupants: 2 }, { pets: false }, { budget_max: 25_000.4 }, { guarantee: 'policy' }]
    expect(told.length).toBe(qualifying.length)
    let answer = await visitor.call('qualify_lead', {})
    const asked = [answer.say]
    for (const [place, fact] of told.entries()) {
      expect(answer).toMatchObject({ ok: true, data: { qualified: false, stage: 'new', missing: wire.slice(place) } })
      answer = await visitor.call('qualify_lead', fact)
      asked.push(answer.say)
    }
    expect(new Set(asked).size).toBe(asked.length)
    expect(answer).toMatchObject({ data: { qualified: true, stage: 'qualified', saved: ['guarantee'], missing: [] }, next: expect.stringContaining('check_availability') })
    expect(dealOf(visitor)).toMatchObject({ dealstage: '1002', portero_move_in: '2027-01-15', portero_occupants: '2', portero_pets: 'false', portero_budget: '25000', portero_guarantee: 'policy' })
  })
  test('knows what was said before, whichever tool heard it, and moves no deal that is further', async () => {
    const visitor = await talk()
    await visitor.call('update_deal', { move_in: '2027-01-15', occupants: 2, pets: false, budget_max: 25_000 })
    expect(await visitor.call('qualify_lead', {})).toMatchObject({ data: { qualified: false, missing: ['guarantee'] } })
    const { data: { slots } } = await visitor.call('check_availability', { home: 'condesa-104' })
    expect(await visitor.call('book_tour', { slot_id: slots[0].slot_id })).toMatchObject({ ok: true })
    expect(await visitor.call('qualify_lead', { guarantee: 'deposit' })).toMatchObject({ data: { qualified: true, stage: 'visit_scheduled' } })
  })
  test('keeps what somebody earns to ourselves, and understands no nonsense', async () => {
    const visitor = await talk()
    expect(await visitor.call('qualify_lead', { income_range: '40k_to_80k' })).toMatchObject({ ok: true, data: { saved: ['income_range'] } })
    expect(JSON.stringify([dealOf(visitor), stage.lab.hubspot.state().communications])).not.toContain('40k')
    expect(await visitor.call('qualify_lead', { occupants: 900 })).toMatchObject({ ok: false, error: { code: 'invalid_input' }, say: expect.stringContaining('occupants') })
  })
})

test('what happened at the vendors is what the audit says', async () => {
  await stage.follow()
  expect(await sideEffects(stage.lab, stage.house)).toEqual({ unaudited: [], unseen: [], count: expect.any(Number) })
})
