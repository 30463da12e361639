import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import type { Entry } from '@portero/tool-server/domain/crm-record.ts'
import { textsOf } from '@portero/tool-server/domain/ports/crm-seen.ts'
import type { Kept } from '@portero/tool-server/domain/ports/crm-kept.ts'
import { compare, nameOf, strange, twins, type Finding, type Held } from '@portero/tool-server/domain/reconcile.ts'
import { examine } from '@portero/tool-server/spine/doctor.ts'
import { openCrm, type CrmStage } from './support/crm-stage.ts'

// Everything that we keep at the CRM, compared with what stands there, and put right.
const person = '0199b1de-0000-7000-8000-00000000c001'
const tour = '0199b1de-0000-7000-8000-00000000e001'
const word = fc.stringMatching(/^[a-zñ]{1,8}$/)
const contact: fc.Arbitrary<Entry> = fc.record({ phone: fc.constantFrom('+525512345678', '+525587654321'), name: word, language: fc.constantFrom('es-MX' as const, 'en' as const), visitsBooked: fc.nat(9) }, { requiredKeys: ['language'] })
  .map((args) => ({ kind: 'contact', args: { ours: person, ...args }, theirs: { leadStatus: 'new' } }))
const meeting: fc.Arbitrary<Entry> = fc.record({ title: word, body: word, location: word, startsAt: fc.nat(), endsAt: fc.nat(), status: fc.constantFrom('confirmed' as const, 'completed' as const, 'cancelled' as const) })
  .map((args) => ({ kind: 'meeting', args: { ours: tour, ...args }, theirs: {} }))
const entry = fc.oneof(contact, meeting)
const heldOf = (one: Entry, told = '1:x'): Held => ({ person, entries: [one], counterparts: [{ kind: one.kind, ours: one.args.ours, external: '7', told }] })
const keptOf = ({ kind, args }: Entry, more: Record<string, string> = {}): Kept => ({ kind, id: '7', ours: args.ours, fields: { ...textsOf(args), ...more }, phones: [] })
const by = (...kept: Kept[]): ReadonlyMap<string, Kept> => new Map(kept.map((each) => [nameOf(each), each]))
const holds = <T>(arbitrary: fc.Arbitrary<T>, check: (given: T) => void): void => fc.assert(fc.property(arbitrary, check), { numRuns: 300 })

describe('a record', () => {
  test('that says what we say is matched, whatever else stands in it and whatever people have made of what is theirs', () =>
    holds(fc.tuple(entry, word), ([one, theirs]) => expect(compare(heldOf(one), by(keptOf(one, one.kind === 'contact' ? { leadStatus: theirs, lifecycle: theirs } : { owner: theirs })))).toMatchObject([{ is: 'matched', fields: [] }])))
  test('that says something else is drifted, in just that field', () =>
    holds(entry.chain((one) => fc.tuple(fc.constant(one), fc.constantFrom(...Object.keys(textsOf(one.args))))), ([one, field]) => {
      expect(compare(heldOf(one), by(keptOf(one, { [field]: 'something else' })))).toMatchObject([{ is: 'drifted', fields: [field], external: '7', person }])
    }))
  test('that lacks something of ours is drifted', () =>
    holds(entry.chain((one) => fc.tuple(fc.constant(one), fc.constantFrom(...Object.keys(textsOf(one.args))))), ([one, field]) => {
      const { [field]: _gone, ...fields } = textsOf(one.args)
      expect(compare(heldOf(one), by({ ...keptOf(one), fields }))).toMatchObject([{ is: 'drifted', fields: [field] }])
    }))
  test('that has lost our id, or has another one, is drifted', () => holds(entry, (one) => expect(compare(heldOf(one), by({ ...keptOf(one), ours: tour.replace('e001', 'e002') }))).toMatchObject([{ is: 'drifted', fields: ['ours'] }])))
  test('that is not there is missing, and so is one that was never told', () =>
    holds(entry, (one) => {
      expect(compare(heldOf(one), by())).toMatchObject([{ is: 'missing' }])
      expect(compare({ ...heldOf(one), counterparts: [] }, by(keptOf(one)))).toMatchObject([{ is: 'missing' }])
    }))
  test('of a visit that is off, and that people took away, is not missed', () => holds(meeting, (one) => expect(compare(heldOf(one, '1:off'), by())).toHaveLength(one.kind === 'meeting' && one.args.status === 'confirmed' ? 1 : 0)))
  test('knows its number however it is written, and its text though it was cut', () => {
    expect(compare(heldOf({ kind: 'contact', args: { ours: person, language: 'en', phone: '+525512345678' }, theirs: {} }), by({ kind: 'contact', id: '7', ours: person, fields: { language: 'en', phone: '044 55 1234 5678' }, phones: [] }))).toMatchObject([{ is: 'matched' }])
    const said: Entry = { kind: 'communication', args: { ours: tour, body: 'uno\ndos\ntres', at: 7 }, theirs: {} }
    expect(compare(heldOf(said), by({ kind: 'communication', id: '7', ours: tour, fields: { at: '7', body: '… dos tres' }, phones: [] }))).toMatchObject([{ is: 'matched' }])
    expect(compare(heldOf(said), by({ kind: 'communication', id: '7', ours: tour, fields: { at: '7', body: '… dos' }, phones: [] }))).toMatchObject([{ is: 'drifted', fields: ['body'] }])
  })
  test('of somebody who was two people before is a duplicate beside their own', () => {
    const two: Held = { person, entries: [], counterparts: [{ kind: 'contact', ours: tour, external: '8', told: undefined }] }
    expect(compare(two, by({ kind: 'contact', id: '8', ours: tour, fields: {}, phones: [] }))).toMatchObject([{ is: 'duplicate', external: '8' }])
  })
  test('with an id of ours is foreign where we know nothing of it, and a duplicate where what it is of has another one', () => {
    const record = (id: string): Kept => ({ kind: 'deal', id, ours: tour, fields: {}, phones: [] })
    const found = (external: string[], ours: [string, string | undefined][]): Finding[] => strange([record('9')], { external: new Set(external), ours: new Map(ours) })
    expect([found(['9'], []), found([], []), found([], [[tour, '8']]), found([], [[tour, undefined]])]).toMatchObject([[], [{ is: 'foreign' }], [{ is: 'duplicate' }], []])
  })
  test('with the number of somebody of ours is a duplicate, unless it is theirs or people have decided about it', () => {
    const other = (id: string): Kept => ({ kind: 'contact', id, fields: {}, phones: ['55 1234 5678'] })
    const found = (apart: string[]): string[] => twins([{ person, phone: '+525512345678', external: '7' }], [other('7'), other('8'), other('9')], new Set(apart)).map(({ external }) => external!)
    expect([found([]), found(['8'])]).toEqual([['8', '9'], ['9']])
  })
})

describe('portero reconcile', () => {
  let stage: CrmStage
  const numbers = ['+525512390001', '+525512390002', '+525512390003']
  beforeAll(async () => {
    stage = await openCrm()
    for (const number of numbers) await stage.visit(number)
    await stage.follow(5_000)
    stage.webhooks(false) // what people do from here on nobody tells us
  }, 120_000)
  afterAll(() => stage.end())
  const look = async (repair = false): Promise<{ odd: Finding[]; tally: object }> => {
    const odd: Finding[] = []
    stage.clock.advance(60_000) // our budget of calls is full again
    const tally = await stage.house.crm.reconcile({ repair, wait: async (ms) => stage.clock.advance(ms), see: (_walked, page) => void odd.push(...page) })
    await stage.follow(4_000)
    return { odd, tally }
  }
  const change = (type: string, id: string, properties: Record<string, string>): void => void stage.lab.hubspot.controls.change({ type, id, properties })
  const whole = { drifted: 0, missing: 0, duplicate: 0, foreign: 0, settling: 0 }
  const contactId = (at: number): string => stage.contactOf(numbers[at]!).id

  test('finds everything as it should be, and writes nothing', async () => {
    const before = stage.writes()
    expect(await look()).toEqual({ odd: [], tally: { ...whole, matched: numbers.length * 4 } }) // a contact, a deal, a meeting and what was said
    expect(stage.writes()).toBe(before)
  })
  test('what people own is no drift', async () => {
    change('deals', stage.hungOn('deals', contactId(0))[0]!.id, { amount: '99', dealstage: '1005' })
    change('contacts', contactId(0), { hs_lead_status: 'IN_PROGRESS' })
    expect(await look()).toMatchObject({ odd: [], tally: whole })
  })
  test('what drifted is named field by field, put right once, and then all is well', async () => {
    change('meetings', stage.hungOn('meetings', contactId(0))[0]!.id, { hs_meeting_title: 'Otra cosa', hs_meeting_location: 'Otra parte' })
    change('contacts', contactId(1), { portero_visits_booked: '7' })
    const { odd, tally } = await look()
    expect([odd.map(({ is, kind, fields }) => [is, kind, fields]), tally]).toEqual([expect.arrayContaining([['drifted', 'meeting', ['title', 'location']], ['drifted', 'contact', ['visitsBooked']]]), { ...whole, drifted: 2, matched: 10 }])
    const before = stage.writes()
    await look(true)
    expect(stage.writes() - before).toBe(2)
    expect(await look(true)).toMatchObject({ odd: [], tally: whole })
    expect(stage.writes() - before).toBe(2)
  })
  test('what people may change becomes ours instead of being put back', async () => {
    const meeting = stage.hungOn('meetings', contactId(2))[0]!
    const later = Date.parse(meeting.properties['hs_meeting_start_time']!) + 3_600_000
    change('meetings', meeting.id, { hs_meeting_start_time: new Date(later).toISOString(), hs_meeting_end_time: new Date(later + 1_800_000).toISOString(), hs_timestamp: new Date(later).toISOString() })
    expect((await look(true)).odd).toMatchObject([{ is: 'drifted', kind: 'meeting', fields: ['startsAt', 'endsAt'] }])
    expect(await stage.rows(`select 1 from tour t join counterpart c on c.our_id = t.id where c.external_id = '${meeting.id}' and t.starts_at = to_timestamp(${later / 1_000})`)).toHaveLength(1)
    expect(await look()).toMatchObject({ odd: [], tally: whole })
  })
  test('our id that somebody emptied, or gave to another record, is put back where it belongs', async () => {
    const kinds = ['meetings', 'communications'] as const
    const [meeting, said] = [stage.hungOn('meetings', contactId(0))[0]!, stage.hungOn('communications', contactId(1))[0]!]
    const [visit, talk] = [meeting, said].map(({ properties }) => properties['portero_id']!)
    change('meetings', meeting.id, { portero_id: '' })
    change('communications', said.id, { portero_id: '' })
    stage.lab.hubspot.controls.create({ type: 'meetings', properties: { portero_id: visit!, hs_timestamp: meeting.properties['hs_timestamp']!, hs_meeting_title: 'Una copia' } })
    const count = kinds.map((kind) => stage.all(kind).length)
    expect((await look(true)).odd.map(({ is, kind, fields }) => [is, kind, fields])).toEqual(expect.arrayContaining([['drifted', 'meeting', ['ours']], ['drifted', 'communication', ['ours']], ['duplicate', 'meeting', []]]))
    const carrying = (kind: 'meetings' | 'communications', id = ''): string[] => stage.all(kind).filter(({ properties }) => properties['portero_id'] === id).map((each) => each.id)
    expect([carrying('meetings', visit), carrying('communications', talk), kinds.map((kind) => stage.all(kind).length)]).toEqual([[meeting.id], [said.id], count])
    expect(await look()).toMatchObject({ odd: [], tally: whole })
  })
  test('what is missing is made again, with what hangs on it', async () => {
    const deal = stage.hungOn('deals', contactId(1))[0]!.id
    stage.lab.hubspot.controls.archive({ type: 'deals', id: deal })
    stage.lab.hubspot.controls.archive({ type: 'communications', id: stage.hungOn('communications', contactId(2))[0]!.id })
    expect((await look(true)).odd.map(({ is, kind }) => [is, kind])).toEqual(expect.arrayContaining([['missing', 'deal'], ['missing', 'communication']]))
    expect(await look()).toMatchObject({ odd: [], tally: { ...whole, matched: 12 } })
    expect(stage.hungOn('meetings', contactId(1))[0]!.associations.deals).toEqual([stage.hungOn('deals', contactId(1))[0]!.id])
  })
  test('what hangs on its contact or its deal no more is drift, and is hung there again; what it hangs on besides stays', async () => {
    const [deal, meeting, said] = (['deals', 'meetings', 'communications'] as const).map((kind) => stage.hungOn(kind, contactId(2))[0]!)
    const { controls } = stage.lab.hubspot
    controls.unlink({ from: 'deals', id: deal!.id, to: 'contacts', toId: contactId(2) })
    controls.unlink({ from: 'meetings', id: meeting!.id, to: 'deals', toId: deal!.id })
    controls.unlink({ from: 'communications', id: said!.id, to: 'contacts', toId: contactId(2) })
    controls.link({ from: 'communications', id: said!.id, to: 'contacts', toId: contactId(1) })
    const before = stage.writes()
    const { odd, tally } = await look()
    expect([odd.map(({ is, kind, fields }) => [is, kind, fields]), tally]).toEqual([expect.arrayContaining([['drifted', 'deal', ['contact']], ['drifted', 'meeting', ['deal']], ['drifted', 'communication', ['contact']]]), { ...whole, drifted: 3, matched: 9 }])
    expect(stage.writes()).toBe(before)
    await look(true)
    expect(await look()).toMatchObject({ odd: [], tally: { ...whole, matched: 12 } })
    const on = (kind: 'deals' | 'meetings' | 'communications', id: string) => stage.all(kind).find((each) => each.id === id)!.associations
    expect([on('deals', deal!.id).contacts, on('meetings', meeting!.id).deals, on('communications', said!.id).contacts.toSorted()]).toEqual([[contactId(2)], [deal!.id], [contactId(1), contactId(2)].toSorted()])
    controls.unlink({ from: 'communications', id: said!.id, to: 'contacts', toId: contactId(1) })
  })
  test('a second contact with the same number, and a stranger with our id, are people\'s to settle', async () => {
    stage.lab.hubspot.controls.create({ type: 'contacts', properties: { firstname: 'Otra', phone: numbers[0]!.slice(3) } })
    stage.lab.hubspot.controls.create({ type: 'deals', properties: { dealname: 'De otra base', portero_id: tour, pipeline: 'rentas', dealstage: '1001' } })
    const before = stage.writes()
    const { odd, tally } = await look(true)
    expect([odd.map(({ is, kind }) => [is, kind]), tally]).toEqual([[['duplicate', 'contact'], ['foreign', 'deal']], { ...whole, duplicate: 1, foreign: 1, matched: 12 }])
    expect([stage.writes() - before, await stage.rows('select reason from crm_review')]).toEqual([0, [{ reason: 'taken' }]])
  })
  test('by night it is done by itself; the figures say so, and the doctor', async () => {
    stage.clock.advance(15 * 3_600_000)
    await stage.follow(20_000) // what has fallen due meanwhile
    stage.clock.advance(3_600_000)
    for (let passed = 0; passed < 20; passed++) await stage.follow(1_000) // a few searches a second are allowed, and pulls have theirs
    const { house } = stage
    const metrics = (await (await fetch(`${stage.url}/metrics`)).text()).split('\n').filter((line) => line.startsWith('portero_crm_'))
    expect(metrics).toContain('portero_crm_drift{kind="duplicate"} 1')
    expect(metrics).toContain('portero_crm_drift{kind="drifted"} 0')
    expect(metrics).toContain('portero_crm_matched 12')
    expect(await (await fetch(`${stage.url}/metrics`)).text()).toMatch(/portero_sync_lag_seconds_count\{kind="meeting"\} [1-9]/)
    const findings = await examine({ ...house, clock: stage.clock, registry: { connectors: new Map() } as never, config: { lab: true, publicBaseUrl: stage.url, dataDir: '.', shadow: false, trustProxy: undefined, legal: undefined }, profiles: [], nodeVersion: '24.0.0', catalogueFile: () => undefined, http: () => () => Promise.reject(new Error('nobody is asked')) })
    expect(findings.find(({ what }) => what === 'crm')).toMatchObject({ told: expect.stringMatching(/^compared on 2026-11-2\dT09:.*: 1 duplicate, 1 foreign/), mend: expect.stringContaining('portero reconcile') })
  })
})
