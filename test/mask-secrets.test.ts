import { describe, expect, test } from '@jest/globals'
import { array, assert, constantFrom, integer, property, tuple } from 'fast-check'
import { maskSecrets } from '@portero/tool-server/domain/mask-secrets.ts'

const digit = integer({ min: 0, max: 9 })
const digits = (length: number) => array(digit, { minLength: length, maxLength: length }).map((some) => some.join(''))
// The check digits by their definitions, in other words than the code's.
const withLuhn = (body: string): string => Array.from({ length: 10 }, (_, last) => `${body}${last}`).find((number) => {
  const twice = Array.from(number).map(Number).map((each, at) => ((number.length - at) % 2 === 0 ? [0, 2, 4, 6, 8, 1, 3, 5, 7, 9][each]! : each))
  return twice.reduce((sum, each) => sum + each, 0) % 10 === 0
})!
const withControl = (body: string): string => `${body}${(1000 - Array.from(body).map((each, at) => (Number(each) * [3, 7, 1][at % 3]!) % 10).reduce((sum, each) => sum + each, 0)) % 10}`
const withCheck = (body: string): string => `${body}${(100_000 - Array.from(body).map((each, at) => '0123456789ABCDEFGHIJKLMNÑOPQRSTUVWXYZ'.indexOf(each) * (18 - at)).reduce((sum, each) => sum + each, 0)) % 10}`

describe('is masked', () => {
  test.each([
    ['Pago con 4111 1111 1111 1111 vence 12/28', 'Pago con [tarjeta] vence 12/28'],
    ['4111111111111111', '[tarjeta]'],
    ['5555-5555-5555-4444', '[tarjeta]'],
    ['3782 822463 10005', '[tarjeta]'],
    ['3056 930902 5904', '[tarjeta]'],
    ['mi clabe es 032180000118359719.', 'mi clabe es [CLABE].'],
    ['032 180 00011835971 9', '[CLABE]'],
    ['CURP HEGG560427MVZRRL04', 'CURP [CURP]'],
    ['curp: hegg560427mvzrrl04', 'curp: [CURP]'],
    ['RFC GODE561231GR8, gracias', 'RFC [RFC], gracias'],
    ['XAXX-010101-000', '[RFC]'],
    ['empresa ABC680524P76', 'empresa [RFC]'],
    ['4111  1111  1111  1111', '[tarjeta]'], ['4111/1111/1111/1111', '[tarjeta]'], ['4111_1111_1111_1111', '[tarjeta]'], ['4111\n1111\n1111\n1111', '[tarjeta]'], ['4111,1111,1111,1111', '[tarjeta]'], ['4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1', '[tarjeta]'], ['４１１１１１１１１１１１１１１１', '[tarjeta]'], ['4111\u200b1111\u200b1111\u200b1111', '[tarjeta]'], ['4222222222222', '[tarjeta]'], ['tarjeta:5555555555554444.', 'tarjeta:[tarjeta].'],
    ['mi clave de elector es GMVLMR80070501M100', 'mi clave de elector es [INE]'], ['OCR 1234567890123', 'OCR [documento]'], ['INE: 123456789', 'INE: [documento]'], ['IDMEX1234567890', 'IDMEX[documento]'], ['pasaporte G12345678', 'pasaporte [documento]'], ['mi NSS es 12345678901', 'mi NSS es [documento]'],
    ['Mi cel es 55 1234 5678', 'Mi cel es [teléfono]'], ['+52 1 55 1234 5678', '[teléfono]'], ['5215512345678', '[teléfono]'], ['55 1234 5678 o 81 8765 4321', '[teléfono] o [teléfono]'], ['5512345678 5587654321', '[teléfono] [teléfono]'], ['664-123-4567 y 664-765-4321', '[teléfono] y [teléfono]'], ['(55) 1234-5678', '[teléfono]'], ['+1 415 555 0132', '[teléfono]'], ['52 55 1234 5678', '[teléfono]'],
    ['escríbeme a ana.lopez@example.com.', 'escríbeme a [correo].'], ['ana punto lopez arroba gmail punto com', '[correo]'], ['ana@example.com.mx y beto@example.org', '[correo] y [correo]'],
  ])('%s', (text, masked) => {
    expect(maskSecrets(text)).toBe(masked)
  })
  test('every card, however it is written', () => {
    assert(property(constantFrom('4', '51', '55', '2221', '62', '5062'), digits(15), constantFrom('', ' ', '-', '.'), (start, rest, gap) => {
      const card = withLuhn(`${start}${rest}`.slice(0, 15))
      expect(maskSecrets(`es ${card.match(/.{4}/g)!.join(gap)} ok`)).toBe('es [tarjeta] ok')
    }))
  })
  test('every card, with anything between its groups', () => {
    const gap = array(constantFrom(' ', '-', '.', '/', '_', '*', '|', ',', '·', '\n'), { minLength: 0, maxLength: 3 }).map((signs) => signs.join(''))
    assert(property(constantFrom<[string, number]>(['4', 16], ['51', 16], ['2221', 16], ['34', 15], ['36', 14], ['4', 13], ['62', 19], ['6011', 16]), digits(19), gap, ([start, length], rest, between) => {
      const card = withLuhn(`${start}${rest}`.slice(0, length - 1))
      const shape = card.length === 15 ? /^(.{4})(.{6})(.{5})$/ : card.length === 14 ? /^(.{4})(.{6})(.{4})$/ : card.length === 13 ? /^(.{13})$/ : card.length === 19 ? /^(.{4})(.{4})(.{4})(.{4})(.{3})$/ : /^(.{4})(.{4})(.{4})(.{4})$/
      const left = maskSecrets(`es ${shape.exec(card)!.slice(1).join(between)} ok`)
      expect(left).toBe('es [tarjeta] ok')
    }))
  })
  test('every card, digit by digit or in pairs', () => {
    assert(property(digits(15), constantFrom(' ', '-', '.', '  ', ' - '), (rest, between) => {
      expect(maskSecrets(Array.from(withLuhn(`4${rest}`.slice(0, 15))).join(between))).toBe('[tarjeta]')
    }))
  })
  test('every phone and e-mail', () => {
    const phone = tuple(constantFrom('55', '81', '33'), digits(8), constantFrom('', '+52 ', '52', '+521', '521', '+52 1 '), constantFrom('', ' ', '-')).map(([area, rest, country, gap]) => `${country}${area}${gap}${rest.slice(0, 4)}${gap}${rest.slice(4)}`)
    assert(property(phone, (written) => {
      expect(maskSecrets(`llámame al ${written} porfa`)).toMatch(/^llámame al \[(?:teléfono|tarjeta|CLABE)\] porfa$/)
    }))
    assert(property(array(constantFrom(...Array.from('abz09._-')), { minLength: 1, maxLength: 12 }), constantFrom('example.com', 'mail.example.com.mx', 'uni-x.edu'), (name, host) => {
      expect(maskSecrets(`a ${name.join('')}@${host} va`)).toBe('a [correo] va')
    }))
  })
  test('every CLABE', () => {
    assert(property(integer({ min: 2, max: 999 }), digits(14), constantFrom('', ' ', '-'), (bank, rest, gap) => {
      const clabe = withControl(`${String(bank).padStart(3, '0')}${rest}`)
      expect(maskSecrets(clabe.match(/^(.{3})(.{3})(.{11})(.)$/)!.slice(1).join(gap))).toBe('[CLABE]')
    }))
  })
  test('every CURP', () => {
    const letter = constantFrom(...Array.from('BCDFGHJKLMNPQRSTVWXYZ'))
    assert(property(tuple(letter, constantFrom(...Array.from('AEIOUX')), letter, letter), integer({ min: 1, max: 12 }), integer({ min: 1, max: 28 }), constantFrom('H', 'M', 'X'), tuple(letter, letter, letter, letter, letter), (name, month, day, sex, rest) => {
      expect(maskSecrets(withCheck(`${name.join('')}80${String(month).padStart(2, '0')}${String(day).padStart(2, '0')}${sex}${rest.join('')}0`))).toBe('[CURP]')
    }))
  })
})

describe('is left as it is', () => {
  test.each([
    '$18,500.00 al mes', '18500 pesos', 'de 10:00 a 14:30', '26/11/2026 16:00', 'CP 06700', 'Calle Tabasco 1180, 06700', '4111 1111 1111 1112', '032180000118359718',
    'HEGG560427MVZRRL05', 'folio P-3F9A12BC', 'roma-norte-302', 'depa 302, 78 m2, 2 recámaras', 'DEPA801399AB1', 'entre 15000 18000 y 20000', '15000, 18000, 20000, 22000', '15 000 - 18 000 - 20 000', '2024 2025 2026 2027', 'Insurgentes Sur 1235, int. 302, 03900', 's_9f2d5512345678aa', 's_5512345678', '2026-11-23T17:15:00.000Z', '10:30 11:30 12:30 13:30', 'mide 120.50 x 80.25', '$1234567890', 'torre 4, piso 12, depa 1204', 'mi INE está vigente', 'traigo INE y pasaporte', '26/11/2026 a 26/11/2027', 'https://example.com/a?x=1', 'a las 5, 6 o 7', 'at noon dot', 'reserva 123456789', '12,345,678.00', '19.4126,-99.1719',
  ])('%s', (text) => {
    expect(maskSecrets(text)).toBe(text)
  })
  test('amounts and years in a row, also where they would pass for a card', () => {
    const amount = integer({ min: 100, max: 999 }).map((hundreds) => `${hundreds}00`)
    const short = integer({ min: 40, max: 69 }).map((hundreds) => `${hundreds}00`)
    const year = integer({ min: 2_000, max: 2_099 }).map(String)
    const rows = [array(amount, { minLength: 3, maxLength: 3 }), array(short, { minLength: 4, maxLength: 4 }), array(year, { minLength: 4, maxLength: 4 }), tuple(short, short, amount, integer({ min: 10, max: 99 }).map(String)).map((some) => [...some])]
    for (const row of rows) assert(property(row, constantFrom(' ', ' - ', ' / '), (some, gap) => expect(maskSecrets(some.join(gap))).toBe(some.join(gap))), { numRuns: 300 })
  })
  test('whatever is a price, a time, a year or a zip code', () => {
    const year = integer({ min: 1_950, max: 2_099 })
    const plainPrice = integer({ min: 10, max: 999 }).map((hundreds) => `${hundreds}00`)
    const price = integer({ min: 1_000, max: 999_999 }).map((amount) => `$${amount.toLocaleString('en-US')}`)
    const time = tuple(integer({ min: 0, max: 23 }), integer({ min: 0, max: 59 })).map(([hour, minute]) => `${hour}:${String(minute).padStart(2, '0')}`)
    assert(property(array(plainPrice, { minLength: 1, maxLength: 5 }), price, time, year, digits(5), constantFrom(', ', ' y ', '; '), (prices, price, time, year, zip, gap) => {
      const text = [prices.join(' '), price, time, `CP ${zip}`, `en ${year}`].join(gap)
      expect(maskSecrets(text)).toBe(text)
    }))
  })
})
