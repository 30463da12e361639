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
  ])('%s', (text, masked) => {
    expect(maskSecrets(text)).toBe(masked)
  })
  test('every card, however it is written', () => {
    assert(property(constantFrom('4', '51', '55', '2221', '62', '5062'), digits(15), constantFrom('', ' ', '-', '.'), (start, rest, gap) => {
      const card = withLuhn(`${start}${rest}`.slice(0, 15))
      expect(maskSecrets(`es ${card.match(/.{4}/g)!.join(gap)} ok`)).toBe('es [tarjeta] ok')
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
    'Mi cel es 55 1234 5678', '+52 1 55 1234 5678', '5215512345678', '55 1234 5678 o 81 8765 4321', '5512345678 5587654321', '664-123-4567 y 664-765-4321', '$18,500.00 al mes', '18500 pesos', 'de 10:00 a 14:30', '26/11/2026 16:00', 'CP 06700', 'Calle Tabasco 1180, 06700', '4111 1111 1111 1112', '032180000118359718',
    'HEGG560427MVZRRL05', 'folio P-3F9A12BC', 'roma-norte-302', 'depa 302, 78 m2, 2 recámaras', 'DEPA801399AB1',
  ])('%s', (text) => {
    expect(maskSecrets(text)).toBe(text)
  })
  test('whatever is a phone, a price, a time or a zip code', () => {
    const phone = tuple(constantFrom('55', '81', '33'), digits(8), constantFrom('', '+52 ', '52', '+521', '521')).map(([area, rest, country]) => `${country}${area}${rest}`)
    const spaced = digits(8).map((rest) => `55 ${rest.slice(0, 4)} ${rest.slice(4)}`)
    const price = integer({ min: 1_000, max: 999_999 }).map((amount) => `$${amount.toLocaleString('en-US')}`)
    const time = tuple(integer({ min: 0, max: 23 }), integer({ min: 0, max: 59 })).map(([hour, minute]) => `${hour}:${String(minute).padStart(2, '0')}`)
    assert(property(phone, spaced, price, time, digits(5), (...said) => {
      const text = said.join(', ')
      expect(maskSecrets(text)).toBe(text)
    }))
  })
})
