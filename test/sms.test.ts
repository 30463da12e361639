import { describe, expect, test } from '@jest/globals'
import { array, assert, constantFrom, oneof, property, string } from 'fast-check'
import { segmentsOf, thrifty } from '@portero/tool-server/domain/sms.ts'

// The table of 3GPP TS 23.038, 6.2.1.1, as the standard prints it: sixteen rows of eight columns. The sign at row r of column c has the code 16 c + r.
const table = [
  '@Δ 0¡P¿p', '£_!1AQaq', '$Φ"2BRbr', '¥Γ#3CScs', 'èΛ¤4DTdt', 'éΩ%5EUeu', 'ùΠ&6FVfv', 'ìΨ\'7GWgw', 'òΣ(8HXhx', 'ÇΘ)9IYiy', '\nΞ*:JZjz', 'Ø\x1b+;KÄkä', 'øÆ,<LÖlö', '\ræ-=MÑmñ', 'Åß.>NÜnü', 'åÉ/?O§oà',
]
const inTable = Array.from(table.join('')).filter((sign) => sign !== '\x1b')
const extended = Array.from('\f^{}\\[~]|€')

// The slow way: each way of filling parts, sign by sign, as a phone would.
const slowSegments = (text: string): { encoding: string; segments: number } => {
  const isGsm = Array.from(text).every((sign) => inTable.includes(sign) || extended.includes(sign))
  const cells = Array.from(text).map((sign) => (isGsm ? (extended.includes(sign) ? 'ES' : 'S') : 'U'.repeat(sign.length)))
  const whole = cells.join('').length
  if (whole <= (isGsm ? 160 : 70)) return { encoding: isGsm ? 'gsm7' : 'ucs2', segments: 1 }
  const parts: string[] = ['']
  for (const cell of cells) {
    if (parts.at(-1)!.length + cell.length > (isGsm ? 153 : 67)) parts.push('')
    parts[parts.length - 1] += cell
  }
  return { encoding: isGsm ? 'gsm7' : 'ucs2', segments: parts.length }
}

describe('an SMS', () => {
  test.each(Array.from({ length: 128 }, (_, code) => [code, Array.from(table[code % 16]!)[Math.floor(code / 16)]!] as const).filter(([, sign]) => sign !== '\x1b'))('knows sign %i of the default alphabet: %j', (_, sign) => {
    expect(segmentsOf(sign)).toEqual({ encoding: 'gsm7', units: 1, segments: 1 })
  })
  test.each(extended)('counts %j twice', (sign) => {
    expect(segmentsOf(sign)).toEqual({ encoding: 'gsm7', units: 2, segments: 1 })
  })
  test('takes everything else for UCS-2', () => {
    for (let code = 0; code < 0x3000; code++) {
      const sign = String.fromCodePoint(code)
      expect([code, segmentsOf(sign).encoding]).toEqual([code, inTable.includes(sign) || extended.includes(sign) ? 'gsm7' : 'ucs2'])
    }
  })
  test.each([
    ['', 'gsm7', 0, 1],
    ['a'.repeat(160), 'gsm7', 160, 1],
    ['a'.repeat(161), 'gsm7', 161, 2],
    ['a'.repeat(306), 'gsm7', 306, 2],
    ['a'.repeat(307), 'gsm7', 307, 3],
    ['ñ¿¡éÉü'.repeat(20), 'gsm7', 120, 1],
    ['€'.repeat(80), 'gsm7', 160, 1],
    ['€'.repeat(81), 'gsm7', 162, 2],
    [`${'a'.repeat(152)}€${'a'.repeat(151)}`, 'gsm7', 305, 2],
    [`${'a'.repeat(152)}€${'a'.repeat(152)}`, 'gsm7', 306, 3], // the euro doesn't fit whole at the end of the first part
    ['á'.repeat(70), 'ucs2', 70, 1],
    ['á'.repeat(71), 'ucs2', 71, 2],
    ['á'.repeat(134), 'ucs2', 134, 2],
    [`${'á'.repeat(66)}😀${'á'.repeat(66)}`, 'ucs2', 134, 3], // nor does the smile
    ['ç', 'ucs2', 1, 1],
  ])('%j', (text, encoding, units, segments) => {
    expect(segmentsOf(text)).toEqual({ encoding, units, segments })
  })
  test('is counted as the slow way counts', () => {
    const sign = oneof(constantFrom(...inTable), constantFrom(...extended), constantFrom('á', 'í', '😀', 'e\u0301', '…'))
    const gsm = array(oneof({ weight: 5, arbitrary: constantFrom(...inTable) }, { weight: 1, arbitrary: constantFrom(...extended) }), { maxLength: 700 })
    assert(property(oneof(gsm, array(sign, { maxLength: 400 })), (signs) => {
      const text = signs.join('')
      const { encoding, segments } = segmentsOf(text)
      expect({ encoding, segments }).toEqual(slowSegments(text))
    }))
  })
})

describe('a thrifty text', () => {
  test.each([
    ['¡Listo! Tu visita está confirmada', '¡Listo! Tu visita esta confirmada'],
    ['Ñandú, pingüino, café, ÁRBOL', 'Ñandu, pingüino, café, ARBOL'],
    ['“Así”, dijo… —y se fue', '"Asi", dijo... -y se fue'],
    ['l’été n\u00a0° 5', 'l\'été n o 5'],
    ['60 m², 3º piso, 1½ baños', '60 m2, 3o piso, 1 1/2 baños'.replace('1 1/2', '11/2')],
    ['cafe\u0301 an\u0303o', 'café año'], // put together they are in the table
    ['• uno\n• dos', '- uno\n- dos'],
    ['Ação', 'Acao'],
    ['plain [text] {€}', 'plain [text] {€}'],
  ])('%s', (text, spelt) => {
    expect(thrifty(text)).toBe(spelt)
    expect(segmentsOf(spelt).encoding).toBe('gsm7')
  })
  test.each(['Tu visita está confirmada 🏠', 'Квартира está libre', '日本'])('leaves alone what stays UCS-2 all the same: %s', (text) => {
    expect(thrifty(text)).toBe(text)
  })
  test('keeps what would cost more in other signs', () => {
    expect(thrifty('…'.repeat(60))).toBe('…'.repeat(60))
  })
  test('never costs more, and is as thrifty the second time', () => {
    const text = oneof(string({ unit: 'grapheme', maxLength: 200 }), array(constantFrom('á', 'Í', '…', '€', '½', '“', 'ñ', 'a', ' ', '😀', '\u200b'), { maxLength: 400 }).map((signs) => signs.join('')))
    assert(property(text, (text) => segmentsOf(thrifty(text)).segments <= segmentsOf(text).segments && thrifty(thrifty(text)) === thrifty(text)))
  })
})
