import { sql } from 'kysely'
import { searchable } from '../domain/card-views.ts'
import { emailOf, phoneOf } from '../domain/identity.ts'
import { at, type Db } from '../spine/db.ts'
import type { Vault } from '../spine/vault.ts'
import { isSeen } from './blocked.ts'
import { claimValue, personEmail, personName } from './places.ts'
import type { Sought } from './sought.ts'
import { opener, type Shown } from './transcripts.ts'

// Whom these words may mean. A number or an address is found by its index, whenever they wrote; what else is typed is compared with what the latest are called, which only their keys can open.
export type Whom = { by: 'phone' | 'email' | 'ending' | 'name'; people: string[] }
export const mostOpened = 2_000
type Row = { person: string; name_sealed: Buffer | null; email_sealed: Buffer | null; phone_sealed: Buffer | null }
export const whoIs = async (on: { db: Db; vault: Vault; tenant: string }, words: string, to: Sought['to']): Promise<Whom> => {
  const phone = phoneOf(words)
  if (phone !== undefined) return { by: 'phone', people: await holdersOf(on, 'phone', phone) }
  const email = emailOf(words)
  if (email !== undefined) return { by: 'email', people: [...new Set([...(await holdersOf(on, 'email', email)), ...(await latest(on, to, ({ mail }) => mail !== undefined && emailOf(mail) === email))])] }
  const digits = words.replace(/\D/g, '')
  if (digits.length >= 4 && !/\p{L}/u.test(words)) return { by: 'ending', people: await latest(on, to, ({ phone: theirs }) => theirs?.endsWith(digits) === true) }
  const wanted = wordsOf(words)
  return { by: 'name', people: await latest(on, to, ({ name }) => name !== undefined && wanted.length > 0 && wanted.every((word) => wordsOf(name).some((each) => each.startsWith(word)))) }
}

const wordsOf = (text: string): string[] => searchable(text).split(/[^\p{L}\p{N}]+/u).filter((word) => word !== '')

const holdersOf = async ({ db, vault, tenant }: { db: Db; vault: Vault; tenant: string }, kind: 'phone' | 'email', value: string): Promise<string[]> => {
  const { rows } = await sql<{ person: string }>`select person_id as person from claim where tenant_id = ${tenant} and kind = ${kind} and value_bidx = ${await vault.blindIndex(db.bare, tenant, `claim:${kind}`, value)}`.execute(db.bare)
  return rows.map(({ person }) => person)
}

type Named = { name: string | undefined; mail: string | undefined; phone: string | undefined }
const latest = async ({ db, vault, tenant }: { db: Db; vault: Vault; tenant: string }, to: Sought['to'], isMeant: (named: Named) => boolean): Promise<string[]> => {
  const { rows } = await sql<Row>`select p.id as person, p.name_sealed, p.email_sealed, (select value_sealed from claim k where k.tenant_id = p.tenant_id and k.person_id = p.id and kind = 'phone' order by claimed_at limit 1) as phone_sealed
    from (select c.person_id, max(coalesce(c.heard_at, c.opened_at)) as at from conversation c where c.tenant_id = ${tenant} and ${isSeen(tenant, sql`c.person_id`)} ${to === undefined ? sql`` : sql`and coalesce(c.heard_at, c.opened_at) < ${at(to)}`}
      group by c.person_id order by at desc limit ${mostOpened}) talked join person p on p.tenant_id = ${tenant} and p.id = talked.person_id`.execute(db.bare)
  await vault.ready(db.bare, tenant, rows.flatMap(({ name_sealed, email_sealed, phone_sealed }) => [name_sealed, email_sealed, phone_sealed]))
  const open = opener(db, vault, tenant)
  const plain = async (place: string, sealed: Buffer | null): Promise<string | undefined> => known(await open(place, sealed))
  const found = await Promise.all(rows.map(async ({ person, name_sealed, email_sealed, phone_sealed }) => {
    const [name, mail, phone] = await Promise.all([plain(personName(person), name_sealed), plain(personEmail(person), email_sealed), plain(claimValue('phone', person), phone_sealed)])
    return isMeant({ name, mail, phone }) ? [person] : []
  }))
  return found.flat()
}
const known = (shown: Shown): string | undefined => (typeof shown === 'object' ? shown.known : undefined)
