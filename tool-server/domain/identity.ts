import { parsePhoneNumberFromString, type CountryCode } from 'libphonenumber-js/max' // the set of metadata that the cards load as well: a second one would only cost memory

// What somebody can be known by, each in one spelling. Only what its own system vouches for is a claim; what people typed, a name or a username is a hint (identity-match.ts).
export const claimKinds = ['phone', 'whatsapp', 'bird-contact', 'crm-contact', 'email'] as const
export type ClaimKind = (typeof claimKinds)[number]
export type Claim = { kind: ClaimKind; value: string }

// Several numbers in one field are told apart by these; an extension is the office's, not the person's.
const between = /[/;,|]|(?<=\d[\s)]*)(?:ext(?:ensi[oó]n)?|x|#)\.?\s*\d.*$/iu
const lettersWithin = /\d\D*\p{L}\D*\d/u

// E.164. Of a Mexican number people and systems write 52, 521 (WhatsApp), 044 and 045 (until 2019), 01, or nothing before the ten digits: it is one number.
export const phoneOf = (text: string, country: CountryCode = 'MX'): string | undefined => {
  for (const part of text.normalize('NFKC').split(between)) {
    const number = lettersWithin.test(part) ? undefined : numberOf(part.replace(/[^\d+]/g, ''), country)
    if (number) return number
  }
  return undefined
}

const national = /^(?:52(?:1|01|044|045)?|01|044|045)?([2-9]\d{9})$/
const international = /^52(?:1|01|044|045)?([2-9]\d{9})$/
const numberOf = (text: string, country: CountryCode): string | undefined => {
  const digits = text.replace(/^\+*(?:00)?|\+/g, '')
  const isMarked = /^(\+|00)/.test(text)
  if (/^(?:52)?(\d)\1*$/.test(digits)) return undefined // 5555555555: typed to fill the field
  const mexican = (country === 'MX' && !isMarked ? national : international).exec(digits)?.[1]
  if (mexican) return `+52${mexican}`
  if (isMarked || digits.length > 10) {
    const foreign = digits.startsWith('52') ? undefined : parsePhoneNumberFromString(`+${digits}`)
    if (foreign?.isValid()) return foreign.number
    return isMarked && foreign?.isPossible() ? `+${digits}` : undefined // a range newer than our metadata; without its plus it would only be a guess
  }
  const local = country === 'MX' ? undefined : parsePhoneNumberFromString(digits, country)
  return local?.isValid() ? local.number : undefined
}

const filler = /^(no|na|x+|sin|ninguno|test|prueba|(no|sin)[._-]?(tiene|e?mail|correo))@/ // typed to fill the field
// Dots and plus tags stay: most mail servers tell them apart.
export const emailOf = (text: string): string | undefined => {
  const trimmed = text.normalize('NFKC').replace(/^.*<([^<>]*)>\s*$/u, '$1').trim().replace(/^mailto:/i, '').toLowerCase()
  return trimmed.length <= 254 && !filler.test(trimmed) && /^[^\s@<>,;:]+@[^\s@<>,;:.]+(\.[^\s@<>,;:.]+)+$/u.test(trimmed) ? trimmed : undefined
}

// Google's mail does not tell them apart, so two such addresses hint at one person.
export const emailHint = (email: string): string => {
  const [, local, host] = /^([^@+]+)(?:\+[^@]*)?@(.*)$/.exec(email) ?? []
  return local && (host === 'gmail.com' || host === 'googlemail.com') ? `${local.replaceAll('.', '')}@gmail.com` : email
}
