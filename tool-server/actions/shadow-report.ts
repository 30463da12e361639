import type { Millis } from '../define.ts'
import { entriesOf } from '../domain/crm-record.ts'
import type { Catalogue } from '../domain/homes.ts'
import { phoneOf } from '../domain/identity.ts'
import type { Kept } from '../domain/ports/crm-kept.ts'
import type { Own, Reads } from '../domain/reads.ts'
import { besideOf, type Beside } from '../domain/shadow-compare.ts'
import { shadowOf, type Shadow } from '../domain/shadow.ts'
import type { Chore } from '../spine/chores.ts'
import type { Clock } from '../spine/clock.ts'
import type { Db } from '../spine/db.ts'
import type { Vault } from '../spine/vault.ts'
import { peopleToCompare, putBeside, shadowedCommands, shadowedPeople, type Shadowed, type ShadowedPerson } from '../store/shadow.ts'

// What we would have done while nothing left the house. Of the first record of somebody all others wait for the CRM's answer, so the outbox alone knows less than what we hold: of whomever it would have told, everything is compared.
export type ShadowReport = { rows: Shadow[]; commands: Shadowed[] }
type Crm = Pick<Reads['crm'], 'hasHelpDesk' | 'numbered' | 'hungOn' | 'kept'>
type Needs = { db: Db; vault: Vault; clock: Clock; tenant: string; own: Own; crm: Crm }

// What Valor shows is of the same look.
export const shadowReport = async (needs: Needs): Promise<ShadowReport> => {
  const { db, tenant } = needs
  const known = await knownOf(needs)
  const rows: Shadow[] = []
  for (const person of await shadowedPeople(db.bare, tenant)) {
    const found = await compare(needs, known, person)
    if (!found) continue
    await keep(needs, person, found.beside)
    rows.push(...found.rows)
  }
  return { rows, commands: await shadowedCommands(db.bare, tenant) }
}

// By night those who were not compared today; where the budget of calls is spent, the rest of them when there is room again.
const freshMs: Millis = 20 * 3_600_000
export const compareShadow = (needs: Needs, hasCrm: () => Promise<boolean>): Chore => ({
  everyMs: 86_400_000, atMs: 10 * 3_600_000, lane: 'bulk', // four in the morning in most of Mexico
  async run(until) {
    const { db, clock, tenant } = needs
    const people = await peopleToCompare(db.bare, tenant, clock.now() - freshMs)
    if (people.length === 0 || !(await hasCrm())) return {}
    const known = await knownOf(needs)
    for (const person of people) {
      until.throwIfAborted()
      await keep(needs, person, (await compare(needs, known, person))?.beside ?? [])
    }
    return { compared: people.length }
  },
})

type Known = { catalogue: Catalogue; hasHelpDesk: boolean }
const knownOf = async ({ own, crm }: Needs): Promise<Known> => ({ catalogue: await own.homes.catalogue(), hasHelpDesk: await crm.hasHelpDesk() })
const keep = ({ db, vault, clock, tenant }: Needs, person: ShadowedPerson, beside: readonly Beside[]): Promise<void> => db.tx((tx) => putBeside({ tx, vault, clock, tenant }, person, beside))

const compare = async ({ own, crm }: Needs, { catalogue, hasHelpDesk }: Known, { id, since }: ShadowedPerson): Promise<{ rows: Shadow[]; beside: Beside[] } | undefined> => {
  const record = await own.people.record(id)
  if (!record) return undefined
  const { known: { phone } } = record
  const found = phone === undefined ? [] : (await crm.numbered([phone], undefined)).records.filter(({ phones }) => phones.some((each) => phoneOf(each) === phone))
  const contact = found[0] && (await crm.kept('contact', [found[0].id]))[0]
  const hung = async (kind: 'deal' | 'meeting'): Promise<Kept[]> => (contact === undefined ? [] : crm.kept(kind, (await crm.hungOn('contact', [contact.id], kind)).flatMap(({ others }) => others).slice(0, most)))
  const theirs = { contact, deals: await hung('deal'), meetings: await hung('meeting') }
  const rows = shadowOf(entriesOf(record, catalogue, hasHelpDesk), theirs)
  return { rows, beside: besideOf({ rows, theirs, tours: record.tours, meetings: record.meetings, counterparts: record.counterparts, since }) }
}
const most = 100
