import { z } from 'zod'
import type { Route } from '../simulator.ts'
import { created, found, gone, invalid, ok, page, parsed, Refusal } from './answers.ts'
import { namesOf, type People } from './people.ts'
import { iso, type Contact } from './wire.ts'

// Whom the workspace knows: https://docs.bird.com/api/contacts-api/api-reference/manage-contacts
const searching = z.object({ identifier: z.object({ key: z.string(), value: z.string() }) })
const changing = z.object({ attributes: z.record(z.string(), z.unknown()) })
const identifying = z.object({ key: z.enum(['phonenumber', 'emailaddress']), value: z.string().min(3) })
const readOnly = ['phonenumber', 'emailaddress', 'whatsappbsuid', 'whatsappusername'] // they are identifiers

export const contactRoutes = ({ people, now }: { people: People; now(): number }): Record<string, Route> => {
  const one = (id: string | undefined): Contact => found(people.byId(id), 'contact')
  const write = (contact: Contact, attributes: Record<string, unknown>): Contact => {
    for (const name of Object.keys(attributes)) if (readOnly.includes(name)) throw invalid(`attributes.${name}`, `cannot edit read-only attribute ${name}`)
    return Object.assign(contact, { attributes: { ...contact.attributes, ...attributes }, changedAt: now() })
  }

  const path = '/workspaces/:workspace/contacts'
  return {
    [`GET ${path}`]: ({ query }) => page(people.all().map(shownContact), query),
    [`GET ${path}/:contact`]: ({ parts }) => ok(shownContact(one(parts['contact']))),
    [`POST ${path}/search`]: ({ body, query }) => {
      const { key, value } = parsed(searching, body).identifier
      const contact = people.byName(key, value)
      return page(contact ? [shownContact(contact)] : [], query)
    },
    [`PATCH ${path}/:contact`]: ({ parts, body }) => ok(shownContact(write(one(parts['contact']), parsed(changing, body).attributes))),
    [`DELETE ${path}/:contact`]: ({ parts }) => (people.forget(one(parts['contact'])), gone),
    [`POST ${path}/:contact/identifiers`]: ({ parts, body }) => {
      const contact = one(parts['contact'])
      const { key, value } = parsed(identifying, body)
      if (key === 'emailaddress' && !z.email().safeParse(value).success) throw invalid('value')
      const owner = people.byName(key, value)
      if (owner && owner !== contact) throw new Refusal(409, 'ContactIdentifierAlreadyExists', 'the identifier belongs to another contact', { contactId: owner.id })
      if (!owner) contact.identifiers.push({ key, value, attributes: {} })
      return created(shownContact(contact))
    },
    [`PATCH ${path}/identifiers/:key/:value`]: ({ parts: { key = '', value = '' }, body }) => ok(shownContact(write(found(people.byName(key, value), 'identifier'), parsed(changing, body).attributes))),
  }
}

export const shownContact = (contact: Contact): object => {
  const names = namesOf(contact)
  const values = (key: string): string[] => names.filter((each) => each.key === key).map(({ value }) => value)
  const [phones, emails] = [values('phonenumber'), values('emailaddress')]
  return {
    id: contact.id, computedDisplayName: contact.name ?? contact.username ?? phones[0] ?? contact.bsuid,
    attributes: { ...contact.attributes, ...(phones.length > 0 && { phonenumber: phones }), ...(emails.length > 0 && { emailaddress: emails }) },
    featuredIdentifiers: names.map(({ key, value }) => ({ key, value })), createdAt: iso(contact.madeAt), updatedAt: iso(contact.changedAt),
  }
}
