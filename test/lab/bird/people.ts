import { ringsAt, type Contact, type Identifier } from './wire.ts'

// Whom the workspace knows, by the phones that ring and by what else they are called.
export type People = {
  all(): Contact[]
  byId(id: string | undefined): Contact | undefined
  byName(key: string, value: string): Contact | undefined // 'phonenumber', 'emailaddress', 'whatsappbsuid', 'whatsappusername'
  at(number: string, name?: string): Contact // whoever has that phone, known from now on
  twin(number: string): Contact // the same phone once more, under the other form of its number: +52… beside +521…
  renumber(from: string, to: string): { old: Contact; fresh: Contact }
  forget(contact: Contact): void
}

export const makePeople = ({ newId, now }: { newId(): string; now(): number }): People => {
  const contacts: Contact[] = []

  const exactly = (number: string): Contact | undefined => contacts.findLast((each) => each.number === wholeNumber(number))
  const ringing = (number: string): Contact | undefined => contacts.find((each) => ringsAt(each.number) === ringsAt(number))
  const put = (number: string, more: Partial<Contact> = {}): Contact => {
    const id = newId()
    const digits = BigInt(`0x${id.replaceAll('-', '').slice(0, 14)}`)
    const contact: Contact = { id, number, bsuid: `MX.${digits}`, madeAt: now(), changedAt: now(), attributes: {}, identifiers: [{ key: 'phonenumber', value: number, attributes: {} }], ...more }
    contacts.push(contact)
    return contact
  }

  return {
    all: () => [...contacts],
    byId: (id) => contacts.find((each) => each.id === id),
    byName: (key, value) => contacts.find((each) => namesOf(each).some((known) => known.key === key && (key === 'phonenumber' ? wholeNumber(known.value) === wholeNumber(value) : known.value === value))),
    at(number, name) {
      const contact = exactly(number) ?? ringing(number) ?? put(wholeNumber(number))
      return Object.assign(contact, name !== undefined && { name })
    },
    twin(number) {
      const first = ringing(number) ?? put(wholeNumber(number))
      const other = first.number.startsWith('+521') ? ringsAt(first.number) : first.number.replace(/^\+52/, '+521')
      return exactly(other) ?? put(other, { bsuid: first.bsuid, ...(first.name !== undefined && { name: first.name }), ...(first.heardAt !== undefined && { heardAt: first.heardAt }) })
    },
    forget: (contact) => void contacts.splice(contacts.indexOf(contact), 1),
    // Who changes their number gets another id within the business, and whoever has the old number later is somebody else.
    renumber(from, to) {
      const old = ringing(from) ?? put(wholeNumber(from))
      return { old, fresh: ringing(to) ?? put(wholeNumber(to), { ...(old.name !== undefined && { name: old.name }) }) }
    },
  }
}

// All that names a contact, its WhatsApp ids included; who hides their number is not to be found by it.
export const namesOf = ({ identifiers, bsuid, username, hides }: Contact): Identifier[] => [
  ...identifiers.filter(({ key }) => key !== 'phonenumber' || !hides),
  { key: 'whatsappbsuid', value: bsuid, attributes: {} },
  ...(username === undefined ? [] : [{ key: 'whatsappusername', value: username, attributes: {} }]),
]

const wholeNumber = (number: string): string => `+${number.replace(/\D/g, '')}`.replace(/^\+(\d{10})$/, '+52$1')
