import { parsePhoneNumberFromString } from 'libphonenumber-js/max'

// WhatsApp writes Mexican mobiles as 521 and ten digits, everybody else as 52 and ten: it is the same person.
export const canonicalPhone = (text: string): string | undefined => {
  const digits = text.replace(/[^\d+]/g, '')
  const international = digits.startsWith('+') ? digits : `+${digits}`
  const plain = /^\+521(\d{10})$/.exec(international)?.[1]
  const parsed = parsePhoneNumberFromString(plain ? `+52${plain}` : international)
  return parsed?.isPossible() ? parsed.number : undefined
}

export const claimKinds = ['phone', 'whatsapp', 'bird-contact', 'crm-contact', 'email'] as const
export type Claim = { kind: (typeof claimKinds)[number]; value: string }
