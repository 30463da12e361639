import { sql } from 'kysely'
import { AppError } from '@portero/shared'
import type { Millis } from '../define.ts'
import { erasedThere } from '../domain/crm-record.ts'
import { mayChoose } from '../domain/sync.ts'
import type { Db } from '../spine/db.ts'
import type { Vault } from '../spine/vault.ts'
import type { CounterpartKind } from './counterparts.ts'
import { findBackfill, type Backfill } from './crm-backfill.ts'
import { oursNow, type Look } from './crm-ours.ts'
import { lostValues, type ReviewReason } from './crm-reviews.ts'
import { claimValue, conflictValues, personName } from './places.ts'
import { opener, type Shown } from './transcripts.ts'

// What the sync with the CRM leaves to people, as they see it. Records are named by the CRM's ids.
export type Somebody = { person: string; name: Shown; phone: Shown; since: Millis; latest: string | undefined; contact: string | undefined } // latest: their conversation; contact: theirs at the CRM
export type ReviewShown = { id: string; external: string; reason: ReviewReason | 'erased'; at: Millis; people: readonly Somebody[] } // erased: one of them had their contact there erased
type Values = { ours?: string | undefined; theirs?: string | undefined }
export type ConflictShown = { id: string; kind: CounterpartKind; field: string; won: 'ours' | 'theirs'; at: Millis; who: Somebody; values: Values | 'erased'; isChoice: boolean; deal: string | undefined }
export type ToReview = { reviews: readonly ReviewShown[]; conflicts: readonly ConflictShown[]; total: number; account: string | undefined; backfill: Backfill | undefined }
type Reads = { db: Db; vault: Vault; tenant: string }

const most = 50
export const toReview = async (reads: Reads): Promise<ToReview> => {
  const [reviews, conflicts, total, crm] = await Promise.all([reviewsOf(reads), conflictsOf(reads), countToReview(reads), crmOf(reads)])
  return { reviews, conflicts, total, account: crm?.account, backfill: crm && (await findBackfill(reads.db.bare, { tenant: reads.tenant, connection: crm.connection })) }
}

export const countToReview = async ({ db, tenant }: Pick<Reads, 'db' | 'tenant'>): Promise<number> => {
  const { rows: [row] } = await sql<{ count: number }>`select (select count(*) from crm_review where tenant_id = ${tenant} and state = 'open') + (select count(*) from crm_conflict where tenant_id = ${tenant} and state = 'open') as count`.execute(db.bare)
  return row?.count ?? 0
}

export const crmOf = async ({ db, tenant }: Pick<Reads, 'db' | 'tenant'>): Promise<{ connection: string; account: string } | undefined> => {
  const { rows: [row] } = await sql<{ connection: string; account: string }>`select id as connection, account from connection where tenant_id = ${tenant} and vendor = 'hubspot' order by id limit 1`.execute(db.bare)
  return row
}

type PersonRow = { person: string; name_sealed: Buffer | null; phone_sealed: Buffer | null; since: Millis; latest: string | null; contact: string | null }
const personColumns = sql`p.id as person, p.name_sealed, p.created_at as since,
  (select value_sealed from claim k where k.tenant_id = p.tenant_id and k.person_id = p.id and k.kind = 'phone' order by k.claimed_at limit 1) as phone_sealed,
  (select c.id from conversation c where c.tenant_id = p.tenant_id and c.person_id = p.id order by c.heard_at desc nulls last, c.id desc limit 1) as latest,
  (select t.external_id from counterpart t where t.tenant_id = p.tenant_id and t.person_id = p.id and t.kind = 'contact' and t.external_id is not null limit 1) as contact`
const somebody = async ({ db, vault, tenant }: Reads, { person, name_sealed, phone_sealed, since, latest, contact }: PersonRow): Promise<Somebody> => {
  const open = opener(db, vault, tenant)
  return { person, since, name: await open(personName(person), name_sealed), phone: await open(claimValue('phone', person), phone_sealed), latest: latest ?? undefined, contact: contact ?? undefined }
}

// Each is about whom its people have become by now.
const reviewsOf = async (reads: Reads): Promise<ReviewShown[]> => {
  const { db, tenant } = reads
  const { rows } = await sql<PersonRow & { id: string; external: string; reason: ReviewReason; at: Millis; erased: boolean }>`with recursive asked as (select * from crm_review where tenant_id = ${tenant} and state = 'open' order by made_at, id limit ${most}),
    climb as (select r.id as review, p.id, p.merged_into from asked r join person p on p.tenant_id = r.tenant_id and p.id = any(r.people) union select c.review, p.id, p.merged_into from climb c join person p on p.tenant_id = ${tenant} and p.id = c.merged_into)
    select r.id, r.external_id as external, r.reason, r.made_at as at, exists (select 1 from counterpart e where e.tenant_id = p.tenant_id and e.person_id = p.id and e.kind = 'contact' and e.hung = ${erasedThere}) as erased, ${personColumns} from asked r join climb c on c.review = r.id join person p on p.tenant_id = ${tenant} and p.id = c.id where c.merged_into is null order by r.made_at, r.id, p.created_at, p.id`.execute(db.bare)
  return Promise.all([...Map.groupBy(rows, ({ id }) => id).values()].map(async (people) => {
    const [first] = people
    if (!first) throw new AppError('bug', 'a group of nobody')
    const { id, external, reason, at } = first
    return { id, external, reason: people.some(({ erased }) => erased) ? 'erased' : reason, at, people: await Promise.all(people.map((each) => somebody(reads, each))) }
  }))
}

type ConflictRow = PersonRow & { id: string; kind: CounterpartKind; ours: string; field: string; won: 'ours' | 'theirs'; at: Millis; values_sealed: Buffer; deal: string | null }
const conflictsOf = async (reads: Reads): Promise<ConflictShown[]> => {
  const { db, vault, tenant } = reads
  const { rows } = await sql<ConflictRow>`select x.id, x.kind, x.our_id as ours, x.field, x.won, x.made_at as at, x.values_sealed, ${personColumns},
    (select external_id from counterpart d where d.tenant_id = x.tenant_id and d.kind = 'deal' and d.our_id = x.our_id) as deal
    from crm_conflict x join person p on p.tenant_id = x.tenant_id and p.id = x.person_id where x.tenant_id = ${tenant} and x.state = 'open' order by x.made_at, x.id limit ${most}`.execute(db.bare)
  const open = opener(db, vault, tenant)
  const look: Look = { tx: db.bare, subject: { tenant }, sealing: { open: async (place, sealed) => (await vault.open(db.bare, tenant, place, sealed)).toString() } }
  return Promise.all(rows.map(async (row) => {
    const { id, kind, ours, field, won, at, values_sealed, deal } = row
    const shown = await open(conflictValues(id), values_sealed)
    const values = typeof shown === 'object' ? lostValues.parse(JSON.parse(shown.known)) : ('erased' as const)
    const now = values === 'erased' || (kind !== 'contact' && kind !== 'deal') ? undefined : (await oursNow(look, kind, ours))?.texts[field]
    return { id, kind, field, won, at, who: await somebody(reads, row), values, isChoice: values !== 'erased' && mayChoose({ kind, field, won, values, now }), deal: deal ?? undefined }
  }))
}

// What became of one, and since when it waits; to tell a form that was sent twice from one that is out of date.
export type ReviewState = { state: 'open' | 'linked' | 'apart'; at: Millis; person: string | undefined } // person: whose contact it is by now
export const reviewState = async ({ db, tenant }: Pick<Reads, 'db' | 'tenant'>, id: string): Promise<ReviewState | undefined> => {
  const { rows: [row] } = await sql<Omit<ReviewState, 'person'> & { person: string | null }>`select state, made_at as at, (select person_id from counterpart c where c.tenant_id = r.tenant_id and c.kind = 'contact' and c.external_id = r.external_id) as person from crm_review r where tenant_id = ${tenant} and id = ${id}`.execute(db.bare)
  return row && { ...row, person: row.person ?? undefined }
}
export type ConflictState = { state: 'open' | 'settled'; at: Millis; won: 'ours' | 'theirs' }
export const conflictState = async ({ db, tenant }: Pick<Reads, 'db' | 'tenant'>, id: string): Promise<ConflictState | undefined> => {
  const { rows: [row] } = await sql<ConflictState>`select state, made_at as at, won from crm_conflict where tenant_id = ${tenant} and id = ${id}`.execute(db.bare)
  return row
}
