// What a text costs as an SMS. GSM 03.38 (3GPP TS 23.038, 6.2.1): seven bits a sign while all signs are in its two tables, else 16 bits a unit for the whole message.
// A message in parts loses seven bytes of each to its header.
const basic = new Set('@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà')
const extension = new Set('\f^{}\\[~]|€')
const room = { gsm7: { alone: 160, part: 153 }, ucs2: { alone: 70, part: 67 } }

export type Segments = { encoding: 'gsm7' | 'ucs2'; units: number; segments: number }

export const segmentsOf = (text: string): Segments => {
  const signs = Array.from(text)
  const encoding = signs.every(isGsm) ? 'gsm7' : 'ucs2'
  const widths = signs.map((sign) => (encoding === 'ucs2' ? sign.length : extension.has(sign) ? 2 : 1))
  const units = widths.reduce((sum, width) => sum + width, 0)
  return { encoding, units, segments: units <= room[encoding].alone ? 1 : partsOf(widths, room[encoding].part) }
}

// In look-alikes, where that brings the whole text into GSM-7 and spares something or costs nothing more: an accent that is free stays lost, an emoji keeps its accents company.
export const thrifty = (text: string): string => {
  const spelt = Array.from(text.normalize('NFC'), lookAlike).join('')
  const { encoding, segments } = segmentsOf(spelt)
  return encoding === 'gsm7' && segments <= segmentsOf(text).segments ? spelt : text
}

const isGsm = (sign: string): boolean => basic.has(sign) || extension.has(sign)

// A sign of two units is never cut apart, so a part may end one short.
const partsOf = (widths: readonly number[], most: number): number => {
  let parts = 1
  let used = 0
  for (const width of widths) {
    const isFull = used + width > most
    if (isFull) parts += 1
    used = isFull ? width : used + width
  }
  return parts
}

const spellings = new Map(
  [
    ['“”„«»″', '"'], ['‘’‚′`´', '\''], ['‐‑‒–—―−', '-'], ['•·', '-'], ['…', '...'], ['ªᵃ', 'a'], ['º°', 'o'], ['¹', '1'], ['²', '2'], ['³', '3'], ['½', '1/2'], ['¼', '1/4'], ['¾', '3/4'], ['×', 'x'],
    ['\t\u00a0\u2002\u2003\u2009\u200a\u202f', ' '], ['\u200b\u2060\ufeff', ''],
  ].flatMap(([signs = '', spelling = '']) => Array.from(signs, (sign): [string, string] => [sign, spelling])),
)
const lookAlike = (sign: string): string => {
  if (isGsm(sign)) return sign
  const bare = sign.normalize('NFD').replace(/\p{M}/gu, '')
  return spellings.get(sign) ?? (/^[a-z]$/i.test(bare) ? bare : sign)
}
