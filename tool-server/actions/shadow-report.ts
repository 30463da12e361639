import { entriesOf } from '../domain/crm-record.ts'
import { phoneOf } from '../domain/identity.ts'
import type { Kept } from '../domain/ports/crm-kept.ts'
import type { Own, Reads } from '../domain/reads.ts'
import { shadowOf, type Shadow } from '../domain/shadow.ts'
import type { Db } from '../spine/db.ts'
import { shadowedCommands, shadowedPeople, type Shadowed } from '../store/shadow.ts'

// What we would have done while nothing left the house. Of the first record of somebody all others wait for the CRM's answer, so the outbox alone knows less than what we hold: of whomever it would have told, everything is compared.
export type ShadowReport = { rows: Shadow[]; commands: Shadowed[] }
type Needs = { db: Db; tenant: string; own: Own; crm: Pick<Reads['crm'], 'hasHelpDesk' | 'numbered' | 'hungOn' | 'kept'> }

export const shadowReport = async ({ db, tenant, own, crm }: Needs): Promise<ShadowReport> => {
  const [catalogue, hasHelpDesk] = [await own.homes.catalogue(), await crm.hasHelpDesk()]
  const rows: Shadow[] = []
  for (const person of await shadowedPeople(db.bare, tenant)) {
    const record = await own.people.record(person)
    if (!record) continue
    const { known: { phone } } = record
    const found = phone === undefined ? [] : (await crm.numbered([phone], undefined)).records.filter(({ phones }) => phones.some((each) => phoneOf(each) === phone))
    const contact = found[0] && (await crm.kept('contact', [found[0].id]))[0]
    const hung = async (kind: 'deal' | 'meeting'): Promise<Kept[]> => (contact === undefined ? [] : crm.kept(kind, (await crm.hungOn('contact', [contact.id], kind)).flatMap(({ others }) => others).slice(0, most)))
    rows.push(...shadowOf(entriesOf(record, catalogue, hasHelpDesk), { contact, deals: await hung('deal'), meetings: await hung('meeting') }))
  }
  return { rows, commands: await shadowedCommands(db.bare, tenant) }
}
const most = 100
