import { sql } from 'kysely'
import type { Act, Millis } from '../define.ts'
import type { Texts } from '../domain/ports/crm-seen.ts'
import { lineOf } from '../domain/crm-record.ts'
import { at } from '../spine/db.ts'
import type { CounterpartKind } from './counterparts.ts'

// What we last wrote at the CRM, or took from there, field by field; blind, since it is only compared.
type Thing = { kind: CounterpartKind; ours: string }
export const veil = async ({ sealing }: Act, { kind }: { kind: CounterpartKind }, field: string, value: string): Promise<string> => (await sealing.blind(`crm:${kind}.${field}`, value)).toString('hex')

export const writtenAt = async ({ tx, subject }: Act, { kind, ours }: Thing): Promise<ReadonlyMap<string, string>> => {
  const { rows } = await sql<{ field: string; value_bidx: Buffer }>`select field, value_bidx from crm_written where tenant_id = ${subject.tenant} and kind = ${kind} and our_id = ${ours}`.execute(tx)
  return new Map(rows.map(({ field, value_bidx }) => [field, value_bidx.toString('hex')]))
}

export const noteWritten = async (act: Act, { kind, ours }: Thing, texts: Texts): Promise<void> => {
  const { tx, subject: { tenant } } = act
  const rows = await Promise.all(Object.entries(texts).map(async ([field, value]) => sql`(${tenant}, ${kind}, ${ours}, ${field}, ${Buffer.from(await veil(act, { kind }, field, value), 'hex')}::bytea)`))
  if (rows.length === 0) return
  await sql`insert into crm_written (tenant_id, kind, our_id, field, value_bidx) values ${sql.join(rows)} on conflict (tenant_id, kind, our_id, field) do update set value_bidx = excluded.value_bidx`.execute(tx)
}

// Whether all of it is what stands there as far as we know.
export const isWritten = async (act: Act, thing: Thing, texts: Texts): Promise<boolean> => {
  const written = await writtenAt(act, thing)
  for (const [field, value] of Object.entries(texts)) if (written.get(field) !== (await veil(act, thing, field, value))) return false
  return true
}

// As if we had never told these: they are told again whatever stands there.
export const forgetWritten = async ({ tx, subject }: Act, { kind, ours }: Thing, fields: readonly string[]): Promise<void> => {
  if (fields.length === 0) return
  await sql`delete from crm_written where tenant_id = ${subject.tenant} and kind = ${kind} and our_id = ${ours} and field in (${sql.join(fields)})`.execute(tx)
}

// Whether something of ours is on its way there: what was read may then be from before it. What has waited for long waits for an outage, and is no reason.
export const isSettling = async ({ tx, subject: { tenant }, now }: Act, thing: Thing): Promise<boolean> => {
  const { rows } = await sql`select 1 from job where tenant_id = ${tenant} and kind in ('command', 'turn') and serial = ${lineOf(thing)} and state in ('ready', 'running') and created_at > ${at(now - patienceMs)} limit 1`.execute(tx)
  return rows.length > 0
}
const patienceMs: Millis = 60_000

// A command is due since the change that it tells of; one that was put off, at least since it was given.
export const waitedSince = async ({ tx, subject: { tenant } }: Act, command: string): Promise<Millis | undefined> => {
  const { rows: [row] } = await sql<{ since: Millis }>`select least(run_at, created_at) as since from job where tenant_id = ${tenant} and kind = 'command' and key = ${command}`.execute(tx)
  return row?.since
}

// Whether it has been refused for good, and waits for people: what would hang on it doesn't wait for that. By its key, since what is dead stands in no line.
export const isRefused = async ({ tx, subject: { tenant } }: Act, thing: Thing): Promise<boolean> => {
  const { rows } = await sql`select 1 from job where tenant_id = ${tenant} and kind = 'command' and key >= ${`${lineOf(thing)}:`} and key < ${`${lineOf(thing)}:\u{10ffff}`} and state = 'dead' limit 1`.execute(tx)
  return rows.length > 0
}

// What is on its way to a record: whether some of it has begun, or was answered and that isn't noted yet; and since when the rest waits.
export const onItsWay = async ({ tx, subject: { tenant } }: Act, thing: Thing): Promise<{ hasBegun: boolean; since: Millis | undefined }> => {
  const { rows: [row] } = await sql<{ begun: boolean | null; since: Millis | null }>`select bool_or(begun or kind = 'turn') as begun, min(least(run_at, created_at)) filter (where not begun and kind = 'command') as since from job
    where tenant_id = ${tenant} and kind in ('command', 'turn') and serial = ${lineOf(thing)} and state in ('ready', 'running')`.execute(tx)
  return { hasBegun: row?.begun ?? false, since: row?.since ?? undefined }
}
