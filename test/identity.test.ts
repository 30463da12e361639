import { describe, expect, test } from '@jest/globals'
import * as fc from 'fast-check'
import { emailHint, emailOf, phoneOf, type Claim } from '@portero/tool-server/domain/identity.ts'
import { compare, match, recycledAfterMs, type Known, type Sighting } from '@portero/tool-server/domain/identity-match.ts'
import { compareNames } from '@portero/tool-server/domain/identity-names.ts'
import { settle, type Holder } from '@portero/tool-server/domain/identity-settle.ts'
import { resolve, score, sightingOf } from './bench/identity.ts'
import { invent } from './bench/identity-people.ts'

// Who is who, as it is reckoned without any database. How well it does with many people is measured by the bench of the same name.
const day = 86_400_000

describe('a phone number', () => {
  test.each([
    ['ten digits', '5512345678', '+525512345678'],
    ['spaces, dashes, parentheses', '(55) 1234-56 78', '+525512345678'],
    ['WhatsApp\'s 521', '5215512345678', '+525512345678'],
    ['521 with a plus', '+52 1 55 1234 5678', '+525512345678'],
    ['52', '525512345678', '+525512345678'],
    ['044', '044 55 1234 5678', '+525512345678'],
    ['045', '045 (442) 123 4567', '+524421234567'],
    ['01, of a landline', '01 33 3612 3456', '+523336123456'],
    ['01 after 52', '+52 01 81 8345 6789', '+528183456789'],
    ['00', '0052 55 1234 5678', '+525512345678'],
    ['001', '00 1 (212) 736-5000', '+12127365000'],
    ['a US number as WhatsApp writes it', '12127365000', '+12127365000'],
    ['a US number with a plus', '+1 212 736 5000', '+12127365000'],
    ['a Colombian number without its plus', '573001234567', '+573001234567'],
    ['a word before it', 'tel. 55 1234 5678', '+525512345678'],
    ['a word after it', '5512345678 (casa)', '+525512345678'],
    ['a link', 'tel:+52-55-1234-5678', '+525512345678'],
    ['an extension', '55 1234 5678 ext. 120', '+525512345678'],
    ['an extension close by', '55 1234 5678x120', '+525512345678'],
    ['two numbers', '55 1234 5678 / 55 8765 4321', '+525512345678'],
    ['a second number, where the first is none', 'no tiene / 55 8765 4321', '+525587654321'],
    ['wide digits', '５５１２３４５６７８', '+525512345678'],
    ['too short', '1234 5678', undefined],
    ['too long', '+52 55 1234 5678 99', undefined],
    ['beginning with 1', '1512345678', undefined],
    ['the same digit ten times', '5555555555', undefined],
    ['words', 'no tiene', undefined],
    ['words within', '55 CASA 1234 5678', undefined],
    ['an address', 'Calle 5 núm. 12, 06700', undefined],
    ['nothing', '', undefined],
  ])('with %s', (_title, text, number) => expect(phoneOf(text)).toBe(number))
  test('of another country is read in it', () => expect([phoneOf('212 736 5000', 'US'), phoneOf('+52 1 55 1234 5678', 'US')]).toEqual(['+12127365000', '+525512345678']))

  const area = fc.constantFrom('55', '56', '33', '81', '442', '664', '999')
  const number = area.chain((area) => fc.stringMatching(new RegExp(`^[2-8]\\d{${8 - area.length}}[19]$`)).map((rest) => ({ area, rest }))).filter(({ area, rest }) => !/^(\d)\1*$/.test(area + rest))
  const prefix = fc.constantFrom('', '52', '+52', '521', '+521', '+52 1 ', '0052', '00521', '01', '044', '045', '01 ', '044-', 'Tel. ')
  const mark = fc.constantFrom('', ' ', '-', '.', ') ')
  test('is one number in all its spellings', () => fc.assert(fc.property(number, prefix, mark, mark, ({ area, rest }, before, one, two) => {
    expect(phoneOf(`${before}${area}${one}${rest.slice(0, -4)}${two}${rest.slice(-4)}`)).toBe(`+52${area}${rest}`)
  })))
  test('stays as it is, once it is canonical', () => fc.assert(fc.property(fc.oneof(fc.stringMatching(/^[+()\d -]{6,20}$/), fc.stringMatching(/^\+?\d{8,15}$/), fc.string()), (text) => {
    const once = phoneOf(text)
    if (once !== undefined) expect(phoneOf(once)).toBe(once)
  }), { numRuns: 2_000 }))
})

describe('an e-mail', () => {
  test.each([
    ['  Ana.Lopez@Gmail.COM ', 'ana.lopez@gmail.com'], ['Ana López <ana@correo.mx>', 'ana@correo.mx'], ['mailto:ana@correo.mx', 'ana@correo.mx'], ['ana+depas@correo.mx', 'ana+depas@correo.mx'],
    ['no@tiene.com', undefined], ['sincorreo@correo.com', undefined], ['ana', undefined], ['ana@correo', undefined], ['ana@correo.mx, luis@correo.mx', undefined],
  ])('%s', (text, email) => expect(emailOf(text)).toBe(email))
  test("of Google's hints at one person, whatever its dots and tags; of others not", () => {
    expect(['a.na+x@gmail.com', 'ana@googlemail.com', 'a.na+x@correo.mx'].map(emailHint)).toEqual(['ana@gmail.com', 'ana@gmail.com', 'a.na+x@correo.mx'])
  })
  test('stays as it is, once it is canonical', () => fc.assert(fc.property(fc.oneof(fc.emailAddress(), fc.string()), (text) => {
    const once = emailOf(text)
    if (once !== undefined) expect([emailOf(once), emailHint(emailHint(once))]).toEqual([once, emailHint(once)])
  })))
})

describe('two names', () => {
  test.each([
    ['María José García López', 'Ma. José García', 'whole'],
    ['María José García López', 'Garcia Lopez Maria Jose', 'whole'],
    ['José Hernández', 'PEPE HDZ', 'full'],
    ['Ana García', 'ana garcia lópez', 'full'],
    ['Ana Sofía García', 'Ana García López', 'part'],
    ['Guadalupe', 'Lupita Flores', 'part'],
    ['Fer', 'Fernanda Ruiz', 'part'],
    ['Juan Peres', 'Juan Pérez', 'full'],
    ['Alejandro Gonzalez', 'Alejandro Gonzlaez', 'full'],
    ['María de la Cruz', 'Maria Cruz', 'full'],
    ['Lic. Raúl Ávila', 'raul avila', 'full'],
    ['Ana', 'Luis García', 'doubt'],
    ['María García López', 'José García López', 'kin'],
    ['Mario García López', 'María García López', 'kin'],
    ['José Hernández Pérez', 'José Hernández Vargas', 'kin'],
    ['Ana Ruiz', 'Luis García', 'conflict'],
    ['Luis Constructor', 'LUIS CONSTRUCTOR', 'full'],
    ['🌸', 'Luis García', 'unknown'],
    [undefined, 'Luis García', 'unknown'],
  ] as const)('%s, %s: %s', (one, other, agreement) => expect([compareNames(one, other), compareNames(other, one)]).toEqual([agreement, agreement]))
})

const claim = (kind: Claim['kind'], value: string): Claim => ({ kind, value })
const phone = '+525512345678'
const wa = (more: Partial<Sighting> = {}, account?: string): Sighting => ({ vouched: [claim('phone', phone), ...(account ? [claim('whatsapp', account)] : [])], seenAt: 0, ...more })
const crm = (more: Partial<Sighting> = {}): Sighting => ({ vouched: [], typed: { phone }, seenAt: 0, ...more })
const desk = (more: Partial<Sighting> = {}): Sighting => ({ vouched: [claim('crm-contact', '7')], kept: [claim('phone', phone)], seenAt: 0, ...more })
const known = (id: string, ...sightings: Sighting[]): Known => ({ id, sightings })

describe('two records', () => {
  test.each<[string, Sighting, Sighting, ReturnType<typeof compare>]>([
    ['of one account are one, a year later and under another name', wa({ name: 'Ana' }, 'MX.1'), wa({ name: 'Luis Ruiz', seenAt: 400 * day }, 'MX.1'), 'vouched'],
    ['of one number, days apart, are one', wa(), wa({ name: 'VENTAS', seenAt: 5 * day }), 'vouched'],
    ['of one number and two accounts, months apart, are two', wa({}, 'MX.1'), wa({ seenAt: recycledAfterMs + 1 }, 'MX.2'), 'apart'],
    ['of one number and two accounts, days apart, are for people to decide', wa({}, 'MX.1'), wa({ seenAt: day }, 'MX.2'), 'unsure'],
    ['of one number, long apart and without a name, are for people to decide', wa(), wa({ seenAt: 200 * day }), 'unsure'],
    ['of one number, long apart, under other names are two', wa({ name: 'Ana Ruiz' }), wa({ name: 'Luis García', seenAt: 200 * day }), 'apart'],
    ['with a typed number and the whole name are one', wa({ name: 'Ana María Ruiz' }), crm({ name: 'RUIZ ANA MARIA' }), 'weighed'],
    ['with a typed number and no name are for people to decide', wa(), crm({ name: 'Ana Ruiz' }), 'unsure'],
    ['with a number by which our people reach them are one, where they have no name', wa(), desk({ name: 'Ana Ruiz' }), 'vouched'],
    ['with such a number are one where a nickname doesn\'t fit', wa({ name: 'Gabi' }), desk({ name: 'Ana Ruiz' }), 'vouched'],
    ['with such a number are for people to decide where the names are others\'', wa({ name: 'Luis García' }), desk({ name: 'Ana Ruiz' }), 'unsure'],
    ['of a couple with one number are two', wa({ name: 'Ana Ruiz' }), crm({ name: 'Luis García' }), 'apart'],
    ['of a couple with one number and one mailbox are never one', crm({ name: 'Ana Ruiz', typed: { phone, email: 'casa@correo.mx' } }), crm({ name: 'Luis García', typed: { phone, email: 'casa@correo.mx' } }), 'unsure'],
    ['of one name share nothing', crm({ name: 'José Hernández Hernández', typed: {} }), crm({ name: 'José Hernández Hernández', typed: {} }), 'none'],
  ])('%s', (_title, one, other, verdict) => expect([compare([one], [other]), compare([other], [one])]).toEqual([verdict, verdict]))
})

describe('a record among known people', () => {
  test('of an office whose number many have goes to nobody where namesakes are', () => {
    const office = [known('a', crm({ name: 'Ana Ruiz Paz' })), known('b', crm({ name: 'Ana Ruiz Soto' })), known('c', crm({ name: 'Luis García' }))]
    expect(['Ana', 'Ana Ruiz', 'Ana Ruiz Lara', 'Luis', 'Eva Sol'].map((name) => match(crm({ name }), office))).toEqual([
      { is: 'ambiguous', people: ['a', 'b', 'c'] }, { is: 'ambiguous', people: ['a', 'b'] }, { is: 'new' }, { is: 'same', people: ['c'] }, { is: 'new' },
    ])
    expect(match(crm({ name: 'Ana Ruiz Lara' }), [known('a', crm({ name: 'Ana Ruiz' })), known('b', crm({ name: 'Ana Ruiz Soto' }))])).toEqual({ is: 'ambiguous', people: ['a'] })
  })
  test('shows two to be one, unless their names are at odds', () => {
    const [byPhone, byMail] = [known('a', crm({ name: 'Ana Ruiz' })), known('b', crm({ name: 'Ana Ruiz Lara', typed: { email: 'ana@correo.mx' } }))]
    const both = crm({ name: 'Ana Ruiz', typed: { phone, email: 'ana@correo.mx' } })
    expect(match(both, [byPhone, byMail])).toEqual({ is: 'same', people: ['a', 'b'] })
    expect(match(both, [known('a', crm({ name: 'Ana Ruiz Soto' })), byMail])).toEqual({ is: 'ambiguous', people: ['a', 'b'] })
  })

  const name = fc.option(fc.constantFrom('Ana', 'Ana Ruiz', 'Ana Ruiz Soto', 'Ana Ruiz Lara', 'Luis', 'Luis García', 'Anita Ruiz', '🌸', 'Soy yo', 'Ma. Ruiz', 'María Ruiz'), { nil: undefined })
  const few = (prefix: string): fc.Arbitrary<string> => fc.constantFrom(`${prefix}1`, `${prefix}2`)
  const sighting = fc.record({
    vouched: fc.subarray(['phone', 'whatsapp', 'bird-contact', 'email'] as const).chain((kinds) => fc.tuple(...kinds.map((kind) => few(kind).map((value) => claim(kind, value))))),
    kept: fc.subarray(['phone', 'email'] as const).chain((kinds) => fc.tuple(...kinds.map((kind) => few(kind).map((value) => claim(kind, value))))),
    typed: fc.record({ phone: few('phone'), email: few('email') }, { requiredKeys: [] }), name, seenAt: fc.constantFrom(0, 30, 60, 120, 200, 400).map((days) => days * day),
  }).map(({ name: given, ...rest }): Sighting => ({ ...rest, ...(given !== undefined && { name: given }) }))
  test('is told the same whichever of the two is asked about the other', () => fc.assert(fc.property(fc.array(sighting, { minLength: 1, maxLength: 3 }), fc.array(sighting, { minLength: 1, maxLength: 3 }), (some, others) => {
    expect(compare(some, others)).toBe(compare(others, some))
  }), { numRuns: 1_000 }))
  test('is told the same in whatever order the others come', () => fc.assert(fc.property(sighting, fc.array(fc.array(sighting, { minLength: 1, maxLength: 2 }), { maxLength: 4 }).chain((each) => {
    const people = each.map((sightings, at) => known(String(at), ...sightings))
    return fc.tuple(fc.constant(people), fc.shuffledSubarray(people, { minLength: people.length }))
  }), (candidate, [people, shuffled]) => {
    expect(match(candidate, shuffled)).toEqual(match(candidate, people))
  }), { numRuns: 1_000 }))
  test('is never one of those with whom it shares but a name', () => fc.assert(fc.property(name, name, (one, other) => {
    const named = (given: string | undefined): Sighting => ({ vouched: [], seenAt: 0, ...(given !== undefined && { name: given }) })
    expect(match(named(one), [known('a', named(other))])).toEqual({ is: 'new' })
  })))
})

describe('names that a system vouches for together', () => {
  const holder = (id: string, claims: Claim[], seenAt = 0): Holder => ({ id, claims, seenAt })
  const offered = [claim('phone', 'p'), claim('whatsapp', 'w')]
  const now = recycledAfterMs + 1
  test.each<[string, Holder[], Partial<ReturnType<typeof settle>>]>([
    ['and nobody has are of somebody new', [], { person: undefined, merge: [], propose: [], retire: [] }],
    ['bring two together', [holder('1', [claim('phone', 'p')]), holder('2', [claim('whatsapp', 'w')])], { person: '2', merge: ['1'], propose: [] }],
    ['leave two with other numbers to people', [holder('1', [claim('phone', 'p')]), holder('2', [claim('whatsapp', 'w'), claim('phone', 'q')])], { person: '2', merge: [], propose: ['1'] }],
    ['take a number from whom it was silent with, and who has another account', [holder('1', [claim('phone', 'p'), claim('whatsapp', 'v')])], { person: undefined, retire: [{ person: '1', claims: [claim('phone', 'p')] }] }],
    ['take no number from the lively', [holder('1', [claim('phone', 'p'), claim('whatsapp', 'v')], now)], { person: '1', retire: [] }],
  ])('%s', (_title, holders, settled) => expect(settle({ offered, holders, now })).toMatchObject(settled))
  test('are theirs of whom it is said', () => expect(settle({ offered, holders: [holder('1', [claim('phone', 'p')], now)], now, as: '9' })).toMatchObject({ person: '9', merge: ['1'] }))
})

describe('invented people', () => {
  const population = invent({ people: 2_000, seed: 5_000 })
  test('are told apart by their records alone, hardly ever wrongly', () => {
    const { precision, recall } = score(resolve(population.records).groups, population.truths)
    expect([precision > 0.999, recall > 0.985]).toEqual([true, true])
  })
  test('have no truth in their records that the matcher could see', () => {
    expect(population.records.flatMap((record) => Object.keys(record)).filter((key) => ['person', 'number', 'mailbox', 'isTelling'].includes(key))).toEqual([])
    expect(population.records.map(sightingOf)).toHaveLength(population.truths.length)
  })
})
