// What no model needs to see of what people write, told from other numbers by its shape and its check digit: cards, CLABE, CURP, RFC and what stands on an INE; and phones and e-mails, which no tool asks for.
// Whatever else is digits stays as it is: prices, years, times, addresses, zip codes.
export const maskSecrets = (text: string): string => maskPhones(maskNumbers(maskNames(inPlainDigits(text))))

const inPlainDigits = (text: string): string => text.normalize('NFC').replace(/[\uff10-\uff19]/g, (digit) => String.fromCharCode(digit.charCodeAt(0) - 0xfee0)).replace(/(?<=\d)[\u00ad\u200b-\u200f\u2060\ufeff]+(?=\d)/g, '')
const maskNames = (text: string): string =>
  text
    .replace(mail, '[correo]')
    .replace(spelledMail, '[correo]')
    .replace(curp, (found) => (isCurp(bare(found)) ? '[CURP]' : found))
    .replace(elector, (found) => (isDate(bare(found).slice(6, 12)) ? '[INE]' : found))
    .replace(rfc, (found) => (isRfc(bare(found)) ? '[RFC]' : found))
    .replace(named, (_found, name: string, between: string) => `${name}${between}[documento]`)

const bare = (found: string): string => found.replace(/[^\p{L}\d&]/gu, '').toUpperCase()
const edge = String.raw`(?![\p{L}\d])`
const curp = new RegExp(String.raw`(?<![\p{L}\d])[a-z][aeioux][a-z]{2}[ -]?\d{6}[ -]?[hmx][a-z]{5}[ -]?[a-z\d]\d${edge}`, 'giu')
const rfc = new RegExp(String.raw`(?<![\p{L}\d&])[a-zñ&]{3,4}[ -]?\d{6}[ -]?[a-z\d]{2}[a\d]${edge}`, 'giu')
// Six letters of the name, when and where they were born, and a control number (INE, clave de elector).
const elector = new RegExp(String.raw`(?<![\p{L}\d])[a-zñ]{6}[ -]?\d{8}[ -]?[hm][ -]?\d{3}${edge}`, 'giu')
// No check digit tells these from other numbers: only what is said before them does.
const named = /(?<![\p{L}])(ocr|cic|ine|ife|idmex|credencial|clave de elector|nss|imss|seguro social|pasaporte|passport)([^\p{L}\d]{0,4}(?:(?:n[uú]mero|num|no|es|is|number|de|folio|mi|el|la)[^\p{L}\d]{1,3}){0,3})(?:[a-z]{1,2} ?)?\d(?:[ -]?\d){7,12}(?![\p{L}\d])/giu
// Each begins where a word does, and takes few words: else a long text without any would be looked through again from each of its letters.
const mail = /(?<![\p{L}\d._%+-])[\p{L}\d._%+-]+@[\p{L}\d-]+(?:\.[\p{L}\d-]+)+/gu
const spelledMail = /(?<![\p{L}\d._-])[\p{L}\d._-]+(?: (?:punto|gui[oó]n) [\p{L}\d_-]+){0,9} (?:arroba|at) [\p{L}\d-]+(?: ?(?:\.|punto|dot) ?(?:com|mx|org|net|edu|gob)(?![\p{L}\d]))+/giu

// Each character by its place in this row, weighed from 18 down to 2 (RENAPO, Instructivo Normativo para la asignación de la CURP, annex on the verifying digit).
const row = '0123456789ABCDEFGHIJKLMNÑOPQRSTUVWXYZ'
const isCurp = (said: string): boolean => isDate(said.slice(4, 10)) && Number(said[17]) === (10 - (Array.from(said.slice(0, 17)).reduce((sum, char, at) => sum + row.indexOf(char) * (18 - at), 0) % 10)) % 10
const isRfc = (said: string): boolean => isDate(said.slice(-9, -3))
const isDate = (digits: string): boolean => {
  const [month, date] = [Number(digits.slice(2, 4)), Number(digits.slice(4, 6))]
  return month >= 1 && month <= 12 && date >= 1 && date <= (month === 2 ? 29 : [4, 6, 9, 11].includes(month) ? 30 : 31)
}

// Groups of digits with little between them; a window of whole groups is a number where it is grouped as such numbers are, or as nothing else would be.
const groups = /(?<![\p{L}\d+_])\d+(?:[^\p{L}\d$%:()+]{1,3}\d+)*(?![\p{L}_])/gu
const cardGroups = /^(?:4,4,4,4|4,4,4,4,[1-3]|4,6,5|4,6,4|8,8|4,12|6,10)$/
const clabeGroups = /^(?:18|3,3,11,1|4,4,4,4,2|6,6,6|3,3,12|3,15|3,3,3,3,3,3|10,8|9,9|17,1|6,11,1|6,12)$/
const mostParts = 19

const maskNumbers = (text: string): string =>
  text.replace(groups, (found) => {
    const parts = [...found.matchAll(/\d+/g)].map(({ 0: digits, index }) => ({ digits, from: index, to: index + digits.length }))
    let masked = ''
    let written = 0
    for (let first = 0; first < parts.length; first++) {
      for (let last = Math.min(parts.length, first + mostParts); last > first; last--) {
        const some = parts.slice(first, last)
        const [start, end] = [some[0], some.at(-1)]
        const name = start && end && secretIn(some.map(({ digits }) => digits), found.slice(start.from, end.to))
        if (!name) continue
        masked += `${found.slice(written, start.from)}[${name}]`
        written = end.to
        first = last - 1
        break
      }
    }
    return masked + found.slice(written)
  })

const secretIn = (parts: readonly string[], written: string): string | undefined => {
  const digits = parts.join('')
  if (digits.length > 19 || (parts.length > 1 && parts.every((part) => amountOrYear.test(part)))) return undefined
  const shape = parts.map(({ length }) => length).join(',')
  if (digits.length === 18 && isClabe(digits) && (clabeGroups.test(shape) || isOdd(parts, written))) return 'CLABE'
  return isCard(digits) && (parts.length === 1 || cardGroups.test(shape) || isOdd(parts, written)) ? 'tarjeta' : undefined
}
const amountOrYear = /00$|^(?:19|20)\d\d$/
// Neither amounts nor years nor phones nor days stand in it, so that nobody lists such numbers.
const isOdd = (parts: readonly string[], written: string): boolean => !/[,;\n]/.test(written) && !parts.some((part) => amountOrYear.test(part) || /^(?:[2-9]\d{9}|\d{5})$/.test(part)) && !phoneInside.test(parts.map(({ length }) => length).join(','))
const phoneInside = /(?:^|,)(?:2,4,4|3,3,4|2,8|3,7)(?:,|$)/

// Weights 3, 7, 1 over the first 17 digits, each product modulo 10 (Banxico, CLABE; the first three are the bank).
const isClabe = (digits: string): boolean => !digits.startsWith('000') && Number(digits[17]) === (10 - (Array.from(digits.slice(0, 17)).reduce((sum, digit, at) => sum + ((Number(digit) * (weights[at % 3] ?? 0)) % 10), 0) % 10)) % 10
const weights = [3, 7, 1]

// Lengths by who issues (ISO/IEC 7812): 13 is Visa's only, 14 Diners', 15 American Express'.
const issued = /^(?:4\d{12}|3(?:0[0-5]|[689]\d)\d{11}|3[47]\d{13}|[2-6]\d{15,18})$/
const isCard = (digits: string): boolean => issued.test(digits) && Array.from(digits).toReversed().reduce((sum, digit, at) => sum + luhn(Number(digit), at), 0) % 10 === 0
const luhn = (digit: number, at: number): number => (at % 2 === 0 ? digit : digit > 4 ? digit * 2 - 9 : digit * 2)

// Ten digits as Mexico writes them, with or without the country before; or any number of the world after a plus sign.
const phones = /(?<![\p{L}\d_$.,-])\+?\(?\d(?:[ ().-]{0,3}\d){9,14}(?![\p{L}\d_])/gu
const phoneGroups = /^(?:10|2,8|2,4,4|3,3,4|3,7|4,6|2,2,2,2,2|2,4,2,2|3,3,2,2|3,2,2,3)$/
const shortAreas = new Set(['55', '56', '33', '81'])
const maskPhones = (text: string): string => text.replace(phones, (found) => (found.startsWith('+') || isPhone(found) ? '[teléfono]' : found))
const isPhone = (found: string): boolean => {
  const written = found.trim().replace(/^\(?(?:521|52[ ().-]+1[ ().-]+|52)(?=[ ().-]*\d(?:[ ().-]*\d){9}$)[ ().-]*/, '')
  const parts = written.match(/\d+/g) ?? []
  const [area = ''] = parts
  if (parts.join('').length !== 10 || !/^[2-9]/.test(area) || !phoneGroups.test(parts.map(({ length }) => length).join(','))) return false
  return area.length !== 2 || shortAreas.has(area)
}
