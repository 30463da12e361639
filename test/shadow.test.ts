import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { shadowCsv, shadowOf, type Shadow } from '@portero/tool-server/domain/shadow.ts'
import type { ShadowReport } from '@portero/tool-server/actions/shadow-report.ts'
import type { Kept } from '@portero/tool-server/domain/ports/crm-kept.ts'
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

describe('a week in the shadow', () => {
  let stage: VisitStage
  let report: ShadowReport
  const number = '+525512360001'
  const reading = /\/(search|batch\/read)$/
  const writes = (vendor: 'hubspot' | 'bird') => stage.lab[vendor].requests().filter(({ method, path }) => method !== 'GET' && !reading.test(path)).map(({ method, path }) => `${method} ${path}`)
  beforeAll(async () => {
    stage = await openVisit(undefined, { shadow: true })
    stage.lab.hubspot.controls.create({ type: 'contacts', properties: { firstname: 'Ana', phone: '55 1236 0001', hs_language: 'es-mx' } })
    for (const text of ['Hola', 'Busco depa de 2 recámaras en la Narvarte, presupuesto 30000', 'la 1', 'el 1', 'Quiero hablar con una persona']) await heard(text)
    for (let day = 0; day < 7; day++) {
      stage.clock.advance(86_400_000)
      await stage.follow(3_000)
    }
    report = await stage.house.crm.shadow({ wait: async (ms) => stage.clock.advance(ms) })
  }, 120_000)
  afterAll(() => stage.end())
  const heard = async (text: string): Promise<void> => {
    stage.lab.bird.phone.write(number, { text })
    await stage.follow()
  }

  test('leaves no trace at any vendor', () => expect({ hubspot: writes('hubspot'), bird: writes('bird'), mail: stage.lab.mail.requests() }).toEqual({ hubspot: [], bird: [], mail: [] }))
  test('is told afterwards, beside what people wrote meanwhile', () => {
    const { rows, commands } = report
    const verdict = (field: string): string[] => [...new Set(rows.filter((row) => row.field === field).map((row) => `${row.kind} ${row.verdict}`))]
    expect(commands.map(({ name }) => name)).toContain('crm.put-contact')
    expect([verdict('phone'), verdict('language'), verdict('stage')]).toEqual([['contact equal'], ['contact equal'], ['deal nobody', 'ticket nobody']])
  })
})
