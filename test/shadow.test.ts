import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { sql } from 'kysely'
import { z } from 'zod'
import { besideOf } from '@portero/tool-server/domain/shadow-compare.ts'
import { shadowCsv, shadowOf, type Shadow } from '@portero/tool-server/domain/shadow.ts'
import type { ShadowReport } from '@portero/tool-server/actions/shadow-report.ts'
import type { Kept } from '@portero/tool-server/domain/ports/crm-kept.ts'
import { rowsOf } from '@portero/tool-server/store/figures.ts'
import { shadowing, sidesOf } from '@portero/tool-server/store/shadow.ts'
import { openVisit, type VisitStage } from './support/visit-stage.ts'

// Beside the people for a week: everything is heard and decided, nothing leaves the house, and afterwards one sees what would have.
describe('what we would have written', () => {
  const ours = '0199b1de-0000-7000-8000-00000000c001'
  const contact = (fields: Record<string, string>): Kept => ({ kind: 'contact', id: '7', fields, phones: [] })
  const entry = { kind: 'contact' as const, args: { ours, language: 'es-MX' as const, phone: '+525512345678', name: 'Ana Íñiguez' }, theirs: { leadStatus: 'new' as const } }
  const verdicts = (record: Kept | undefined): Record<string, string> => Object.fromEntries(shadowOf([entry], { contact: record, deals: [], meetings: [] }).map(({ field, verdict }) => [field, verdict]))
  test('is what people wrote, or something else, or what nobody wrote', () => {
    expect(verdicts(contact({ language: 'es-MX', phone: '55 1234 5678', name: 'Anita' }))).toEqual({ language: 'equal', phone: 'equal', name: 'else', leadStatus: 'else' })
    expect(verdicts(undefined)).toEqual({ language: 'nobody', phone: 'nobody', name: 'nobody', leadStatus: 'nobody' })
  })
  test('of a visit is compared with the meeting nearest to it, on the same day', () => {
    const at = Date.UTC(2026, 10, 25, 17)
    const meeting = (id: string, startsAt: number): Kept => ({ kind: 'meeting', id, fields: { startsAt: String(startsAt) }, phones: [] })
    const visit = { kind: 'meeting' as const, args: { ours, title: 'Visita', body: 'b', location: 'l', startsAt: at, endsAt: at + 1, status: 'confirmed' as const }, theirs: {} }
    const found = (...meetings: Kept[]): unknown => shadowOf([visit], { contact: undefined, deals: [], meetings })[0]!.external
    expect([found(meeting('1', at + 7_200_000), meeting('2', at + 3_600_000)), found(meeting('1', at + 86_400_000)), found()]).toEqual(['2', undefined, undefined])
  })
  test('is no formula to any spreadsheet', () => {
    const cell = fc.tuple(fc.constantFrom('=', '+', '-', '@', '\t', '\r', ' =', '"', 'a'), fc.string()).map(([first, rest]) => first + rest)
    fc.assert(fc.property(cell, (wouldWrite) => {
      const row: Shadow = { kind: 'contact', ours, field: 'name', wouldWrite, verdict: 'nobody' }
      const [, line = ''] = shadowCsv([row]).split(/\r\n(?="contact")/)
      const written = /^"contact","[^"]*","","name","((?:[^"]|"")*)","","nobody"$/.exec(line)?.[1]?.replaceAll('""', '"')
      expect([wouldWrite, `'${wouldWrite}`]).toContain(written)
      expect(written).not.toMatch(/^\s*[=+\-@\t\r]/)
    }), { numRuns: 300 })
  })
})

describe('what we would have done', () => {
  const at = Date.UTC(2026, 10, 25, 17)
  const hour = 3_600_000
  const tour = (startsAt: number, more: object = {}) => ({ id: `t${startsAt}`, startsAt, status: 'confirmed' as const, ...more })
  const inCrm = (startsAt: number, more: Partial<Kept> = {}): Kept => ({ kind: 'meeting', id: `m${startsAt}`, fields: { startsAt: String(startsAt) }, phones: [], ...more })
  const visits = (of: Partial<Parameters<typeof besideOf>[0]>, meetings: Kept[] = []): string[] => besideOf({ rows: [], theirs: { contact: undefined, deals: [], meetings }, tours: [], meetings: [], counterparts: [], since: at - 72 * hour, ...of }).filter(({ kind }) => kind === 'visit').map(({ outcome }) => outcome)
  test('is a visit at the same time, at another time of the day, or one that only one side had', () => {
    expect(visits({ tours: [tour(at)] }, [inCrm(at + 14 * 60_000)])).toEqual(['equal'])
    expect(visits({ tours: [tour(at)] }, [inCrm(at + 15 * 60_000)])).toEqual(['else'])
    expect(visits({ tours: [tour(at)] }, [inCrm(at + 13 * hour)])).toEqual(['ours', 'theirs'])
    expect(visits({ tours: [tour(at), tour(at + hour)] }, [inCrm(at + hour)])).toEqual(['ours', 'equal']) // one of theirs is one of ours only, the nearest
  })
  test('counts nothing twice, and nothing that was before or that is off', () => {
    const calendar = { startsAt: at, status: 'confirmed' }
    expect(visits({ tours: [tour(at)], meetings: [calendar] }, [inCrm(at)])).toEqual(['equal'])
    expect(visits({ tours: [tour(at, { status: 'cancelled' }), tour(at + 1, { status: 'held' })] })).toEqual([])
    expect(visits({ meetings: [{ startsAt: at, status: 'cancelled' }, { startsAt: at - 73 * hour, status: 'confirmed' }] }, [inCrm(at, { fields: { startsAt: String(at), status: 'cancelled' } }), inCrm(at, { ours: 't1' })])).toEqual([])
    expect(visits({ tours: [tour(at)], counterparts: [{ kind: 'meeting', ours: `t${at}`, external: '9', told: undefined }] })).toEqual([])
  })
  test('of a record is what stands there, else, or nothing', () => {
    const row = (stands?: string): Shadow => ({ kind: 'deal', ours: 'd', field: 'stage', wouldWrite: 'qualified', ...(stands !== undefined && { stands }), verdict: stands === undefined ? 'nobody' : stands === 'qualified' ? 'equal' : 'else' })
    const stageOf = (rows: Shadow[], stands?: string): unknown => besideOf({ rows, theirs: { contact: undefined, deals: stands === undefined ? [] : [{ kind: 'deal', id: '1', fields: { stage: stands }, phones: [] }], meetings: [] }, tours: [], meetings: [], counterparts: [], since: 0 })
    expect([stageOf([row('qualified')]), stageOf([row('won')]), stageOf([row()]), stageOf([], 'won'), stageOf([])]).toEqual([
      [{ kind: 'stage', outcome: 'equal', ours: 'qualified', theirs: 'qualified' }], [{ kind: 'stage', outcome: 'else', ours: 'qualified', theirs: 'won' }], [{ kind: 'stage', outcome: 'ours', ours: 'qualified' }], [{ kind: 'stage', outcome: 'theirs', theirs: 'won' }], [],
    ])
  })
})

describe('a week in the shadow', () => {
  let stage: VisitStage
  let report: ShadowReport
  let visitAt = 0
  let byNight: unknown
  const made = (record: unknown): string => z.looseObject({ id: z.string() }).parse(record).id
  const iso = (ms: number): string => new Date(ms).toISOString()
  const span = () => ({ from: 0, to: stage.clock.now() + 1, now: stage.clock.now() })
  const seen = async () => (await shadowing(stage.house.db.bare, stage.house.tenant, span()))?.kinds.map(({ kind, counts: { equal, else: other, ours, theirs } }) => [kind, equal, other, ours, theirs])
  const number = '+525512360001'
  const reading = /\/(search|batch\/read)$/
  const writes = (vendor: 'hubspot' | 'bird') => stage.lab[vendor].requests().filter(({ method, path }) => method !== 'GET' && !reading.test(path)).map(({ method, path }) => `${method} ${path}`)
  beforeAll(async () => {
    stage = await openVisit(undefined, { shadow: true })
    const { controls } = stage.lab.hubspot
    const contact = made(controls.create({ type: 'contacts', properties: { firstname: 'Ana', phone: '55 1236 0001', hs_language: 'es-mx' } }))
    for (const text of ['Hola', 'Busco depa de 2 recámaras en la Narvarte, presupuesto 30000', 'la 1', 'el 1', 'Quiero hablar con una persona']) await heard(text)
    // What people do about her meanwhile: they see her an hour later than Portero would have, and once more the day after.
    const { rows: [tour] } = await sql<{ startsAt: number }>`select starts_at as "startsAt" from tour`.execute(stage.house.db.bare)
    visitAt = tour!.startsAt
    for (const startsAt of [visitAt + 3_600_000, visitAt + 26 * 3_600_000]) {
      const meeting = made(controls.create({ type: 'meetings', properties: { hs_timestamp: iso(startsAt), hs_meeting_title: 'Ver depa', hs_meeting_start_time: iso(startsAt), hs_meeting_end_time: iso(startsAt + 1_800_000), hs_meeting_outcome: 'SCHEDULED' } }))
      controls.link({ from: 'contacts', id: contact, to: 'meetings', toId: meeting })
    }
    for (let day = 0; day < 7; day++) {
      stage.clock.advance(86_400_000)
      await stage.follow(3_000)
    }
    byNight = await seen()
    report = await stage.house.crm.shadow({ wait: async (ms) => stage.clock.advance(ms) })
  }, 120_000)
  afterAll(() => stage.end())
  const heard = async (text: string): Promise<void> => {
    stage.lab.bird.phone.write(number, { text })
    await stage.follow()
  }

  test('leaves no trace at any vendor', () => expect({ hubspot: writes('hubspot'), bird: writes('bird'), mail: stage.lab.mail.requests() }).toEqual({ hubspot: [], bird: [], mail: [] }))
  test('is compared by night with what people did, and again when somebody asks', async () => {
    expect(byNight).toEqual([['visit', 0, 1, 0, 1], ['stage', 0, 0, 1, 0], ['name', 1, 0, 0, 0], ['language', 1, 0, 0, 0]])
    expect(await seen()).toEqual(byNight)
    const { db, vault, tenant } = stage.house
    const { rows: [visit] } = await rowsOf({ db, vault, tenant }, 'shadow', { ...span(), which: 'visit.else' }, 10)
    expect((await sidesOf({ db, vault, tenant }, [visit!.id])).get(visit!.id)).toEqual({ ours: String(visitAt), theirs: String(visitAt + 3_600_000) })
  })
  test('is told afterwards, beside what people wrote meanwhile', () => {
    const { rows, commands } = report
    const verdict = (field: string): string[] => [...new Set(rows.filter((row) => row.field === field).map((row) => `${row.kind} ${row.verdict}`))]
    expect(commands.map(({ name }) => name)).toContain('crm.put-contact')
    expect([verdict('phone'), verdict('language'), verdict('stage')]).toEqual([['contact equal'], ['contact equal'], ['deal nobody', 'ticket nobody']])
  })
})
