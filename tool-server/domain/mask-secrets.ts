// What no model needs to see of what people write: card numbers, CLABE, CURP and RFC, each told from other numbers by its shape and its check digit.
// Whatever else is digits stays as it is: phones, prices, times, zip codes.
export const maskSecrets = (text: string): string => maskNumbers(text.normalize('NFC').replace(curp, (found) => (isCurp(bare(found)) ? '[CURP]' : found)).replace(rfc, (found) => (isRfc(bare(found)) ? '[RFC]' : found)))

const bare = (found: string): string => found.replace(/[^\p{L}\d&]/gu, '').toUpperCase()
const edge = String.raw`(?![\p{L}\d])`
const curp = new RegExp(String.raw`(?<![\p{L}\d])[a-z][aeioux][a-z]{2}[ -]?\d{6}[ -]?[hmx][a-z]{5}[ -]?[a-z\d]\d${edge}`, 'giu')
const rfc = new RegExp(String.raw`(?<![\p{L}\d&])[a-zñ&]{3,4}[ -]?\d{6}[ -]?[a-z\d]{2}[a\d]${edge}`, 'giu')

// Each character by its place in this row, weighed from 18 down to 2 (RENAPO, Instructivo Normativo para la asignación de la CURP, annex on the verifying digit).
const row = '0123456789ABCDEFGHIJKLMNÑOPQRSTUVWXYZ'
const isCurp = (said: string): boolean => isDate(said.slice(4, 10)) && Number(said[17]) === (10 - (Array.from(said.slice(0, 17)).reduce((sum, char, at) => sum + row.indexOf(char) * (18 - at), 0) % 10)) % 10
const isRfc = (said: string): boolean => isDate(said.slice(-9, -3))
const isDate = (digits: string): boolean => {
  const [month, date] = [Number(digits.slice(2, 4)), Number(digits.slice(4, 6))]
  return month >= 1 && month <= 12 && date >= 1 && date <= (month === 2 ? 29 : [4, 6, 9, 11].includes(month) ? 30 : 31)
}

// Groups of digits with one space, dash or dot between them; a window of whole groups is a number where it is grouped as such numbers are.
const groups = /(?<![\p{L}\d+])\d+(?:[ .-]\d+)*(?!\p{L})/gu
const cardGroups = /^(?:4,4,4,4|4,4,4,4,[1-3]|4,6,5|4,6,4|8,8|4,12|6,10)$/
const clabeGroups = /^(?:18|3,3,11,1|4,4,4,4,2|6,6,6|3,3,12|3,15|3,3,3,3,3,3|10,8|9,9|17,1|6,11,1|6,12)$/

const maskNumbers = (text: string): string =>
  text.replace(groups, (found) => {
    const parts = [...found.matchAll(/\d+/g)].map(({ 0: digits, index }) => ({ digits, from: index, to: index + digits.length }))
    let masked = ''
    let written = 0
    for (let first = 0; first < parts.length; first++) {
      for (let last = parts.length; last > first; last--) {
        const some = parts.slice(first, last)
        const name = secretIn(some.map(({ digits }) => digits))
        const [start, end] = [some[0], some.at(-1)]
        if (!name || !start || !end) continue
        masked += `${found.slice(written, start.from)}[${name}]`
        written = end.to
        first = last - 1
        break
      }
    }
    return masked + found.slice(written)
  })

const secretIn = (parts: readonly string[]): string | undefined => {
  const digits = parts.join('')
  const shape = parts.map(({ length }) => length).join(',')
  if (digits.length === 18 && clabeGroups.test(shape) && isClabe(digits)) return 'CLABE'
  return (parts.length === 1 ? digits.length >= 13 && digits.length <= 19 : cardGroups.test(shape)) && isCard(digits) ? 'tarjeta' : undefined
}

// Weights 3, 7, 1 over the first 17 digits, each product modulo 10 (Banxico, CLABE; the first three are the bank).
const isClabe = (digits: string): boolean => !digits.startsWith('000') && Number(digits[17]) === (10 - (Array.from(digits.slice(0, 17)).reduce((sum, digit, at) => sum + ((Number(digit) * (weights[at % 3] ?? 0)) % 10), 0) % 10)) % 10
const weights = [3, 7, 1]

// Lengths by who issues (ISO/IEC 7812): 13 is Visa's only, 14 Diners', 15 American Express'.
const issued = /^(?:4\d{12}|3(?:0[0-5]|[689]\d)\d{11}|3[47]\d{13}|[2-6]\d{15,18})$/
const isCard = (digits: string): boolean => issued.test(digits) && Array.from(digits).toReversed().reduce((sum, digit, at) => sum + luhn(Number(digit), at), 0) % 10 === 0
const luhn = (digit: number, at: number): number => (at % 2 === 0 ? digit : digit > 4 ? digit * 2 - 9 : digit * 2)
