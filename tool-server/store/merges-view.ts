import { sql } from 'kysely'
import type { Millis } from '../define.ts'
import type { ClaimKind } from '../domain/identity.ts'
import type { Stage } from '../domain/leads.ts'
import type { Db } from '../spine/db.ts'
import type { Vault } from '../spine/vault.ts'
import type { MergeReason } from './merges.ts'
import { isSeen } from './blocked.ts'
import { claimValue, personName } from './places.ts'
import { opener, type Shown } from './transcripts.ts'

// People who may be one, and people who were made one, side by side as people see them.
export type MergeShown = { id: string; state: 'proposed' | 'merged'; reason: MergeReason; at: Millis; isUndoable: boolean; sides: readonly [PersonShown, PersonShown] } // at: since when it is in this state
export type PersonShown = { person: string; name: Shown; names: readonly { kind: ClaimKind; value: Shown }[]; since: Millis; heardAt: Millis | undefined; conversations: number; latest: string | undefined; tours: number; stage: Stage | undefined } // person: who they are by now
export type MergesAsk = { state: 'proposed' | 'merged'; most: number; person?: string | undefined; merge?: string | undefined } // person, merge: only theirs, only that one
type Reads = { db: Db; vault: Vault; tenant: string }

type Row = {
  id: string; state: 'proposed' | 'merged'; reason: MergeReason; at: Millis; undoable: boolean; kept: boolean; own: string; root: string; name_sealed: Buffer | null; since: Millis; heardAt: Millis | null
  conversations: number; latest: string | null; tours: number; stage: Stage | null; names: { kind: ClaimKind; person: string; sealed: string }[]; total: number
}

const about = (person: string) => sql`and exists (select 1 from person p where p.tenant_id = m.tenant_id and p.id in (m.kept_id, m.merged_id) and ${person}::uuid in (p.id, p.merged_into))`

// Each proposal is about whom its two people have become meanwhile, and over where that is one person. What was merged is shown as whose it was.
export const mergesOf = async ({ db, vault, tenant }: Reads, { state, most, person, merge }: MergesAsk): Promise<{ merges: MergeShown[]; total: number }> => {
  const theirs = person === undefined ? sql`` : about(person)
  // A second open deal of theirs has stayed where it was.
  const isOwn = (table: 'conversation' | 'tour' | 'lead') => sql`${sql.ref(`${table}.tenant_id`)} = ${tenant} and (${sql.ref(`${table}.person_id`)} = side.own and side.own <> side.root
    or ${sql.ref(`${table}.person_id`)} = side.root and (shown.state = 'proposed' or (coalesce(shown.moved -> 'rows' -> ${sql.lit(table)}, '[]') ? ${sql.ref(`${table}.id`)}::text) <> side.kept))`
  const latest = sql`order by at desc, id desc limit ${most}`
  const { rows } = await sql<Row>`with recursive picked as (
      select m.*, coalesce(m.decided_at, m.made_at) as at, count(*) over () as whole from merge m
      where m.tenant_id = ${tenant} and m.state = ${state} and ${isSeen(tenant, sql`m.kept_id`)} and ${isSeen(tenant, sql`m.merged_id`)} ${merge === undefined ? sql`` : sql`and m.id = ${merge}`} ${theirs} ${state === 'merged' ? latest : sql``}),
    climb as (
      select m.id as merge, each.kept, each.own, each.own as root from picked m cross join lateral (values (true, m.kept_id), (false, m.merged_id)) each(kept, own)
      union all select c.merge, c.kept, c.own, p.merged_into from climb c join person p on p.tenant_id = ${tenant} and p.id = c.root where p.merged_into is not null),
    side as (select c.* from climb c join person p on p.tenant_id = ${tenant} and p.id = c.root where p.merged_into is null),
    shown as (select m.*, ${state === 'merged' ? sql`whole` : sql`count(*) over ()`} as total from picked m where ${state === 'merged' ? sql`true` : sql`m.id in (select merge from side group by merge having count(distinct root) = 2)`} ${latest})
    select shown.id, shown.state, shown.reason, shown.at, shown.total, side.kept, side.own, side.root, p.name_sealed, p.created_at as since,
      shown.state = 'merged' and side.root = shown.kept_id and exists (select 1 from person gone where gone.tenant_id = ${tenant} and gone.id = shown.merged_id and gone.merged_into = shown.kept_id) as undoable,
      talk.*, (select count(*) from tour where ${isOwn('tour')} and tour.status <> 'cancelled') as tours,
      (select lead.stage from lead where ${isOwn('lead')} and lead.stage not in ('won', 'lost') order by lead.person_id = side.root desc limit 1) as stage,
      (select coalesce(json_agg(json_build_object('kind', k.kind, 'person', k.person_id, 'sealed', encode(k.value_sealed, 'base64')) order by k.claimed_at, k.kind), '[]') from claim k where k.tenant_id = ${tenant} and k.person_id = side.root
        and (shown.state = 'proposed' or coalesce(shown.moved -> 'claims', '[]') @> jsonb_build_array(jsonb_build_object('kind', k.kind, 'bidx', encode(k.value_bidx, 'hex'))) <> side.kept)) as names
    from shown join side on side.merge = shown.id join person p on p.tenant_id = ${tenant} and p.id = case when shown.state = 'proposed' then side.root else side.own end
    cross join lateral (select count(*) as conversations, max(heard_at) as "heardAt", (array_agg(conversation.id order by conversation.heard_at desc nulls last, conversation.id desc))[1] as latest from conversation where ${isOwn('conversation')}) talk
    order by shown.at desc, shown.id desc, side.kept desc`.execute(db.bare)
  const open = opener(db, vault, tenant)
  const sideOf = async ({ own, root, name_sealed, names, since, heardAt, conversations, latest, tours, stage, state }: Row): Promise<PersonShown> => ({
    person: root, name: await open(personName(state === 'proposed' ? root : own), name_sealed), since, heardAt: heardAt ?? undefined, conversations, latest: latest ?? undefined, tours, stage: stage ?? undefined,
    names: await Promise.all(names.map(async ({ kind, person, sealed }) => ({ kind, value: await open(claimValue(kind, person), Buffer.from(sealed, 'base64')) }))),
  })
  const merges = [...Map.groupBy(rows, ({ id }) => id).values()].map(async ([kept, merged]): Promise<MergeShown[]> => {
    if (!kept || !merged) return []
    const { id, reason, at, undoable } = kept
    return [{ id, state, reason, at, isUndoable: undoable, sides: [await sideOf(kept), await sideOf(merged)] }]
  })
  return { merges: (await Promise.all(merges)).flat(), total: rows[0]?.total ?? 0 }
}

export const countMerges = async ({ db, tenant }: Pick<Reads, 'db' | 'tenant'>, person: string): Promise<number> => {
  const { rows: [row] } = await sql<{ count: number }>`select count(*) as count from merge m where m.tenant_id = ${tenant} and m.state in ('proposed', 'merged') and ${isSeen(tenant, sql`${person}::uuid`)} ${about(person)}`.execute(db.bare)
  return row?.count ?? 0
}

// What became of one, and since when it is so; to tell a form that was sent twice from one that is out of date.
export const mergeState = async ({ db, tenant }: Pick<Reads, 'db' | 'tenant'>, id: string): Promise<{ state: 'proposed' | 'merged' | 'undone' | 'refused'; at: Millis } | undefined> => {
  const { rows: [row] } = await sql<{ state: 'proposed' | 'merged' | 'undone' | 'refused'; at: Millis }>`select state, coalesce(decided_at, made_at) as at from merge where tenant_id = ${tenant} and id = ${id}`.execute(db.bare)
  return row
}

// Whose number that is.
export const holderOf = async ({ db, vault, tenant }: Reads, phone: string): Promise<string | undefined> => {
  const { rows: [row] } = await sql<{ person: string }>`select person_id as person from claim where tenant_id = ${tenant} and kind = 'phone' and value_bidx = ${await vault.blindIndex(db.bare, tenant, 'claim:phone', phone)}`.execute(db.bare)
  return row?.person
}
