import { sql } from 'kysely'
import type { Act, Millis } from '../define.ts'
import type { Texts } from '../domain/ports/crm-seen.ts'
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

// As if we had never told these: they are told again whatever stands there.
export const forgetWritten = async ({ tx, subject }: Act, { kind, ours }: Thing, fields: readonly string[]): Promise<void> => {
  if (fields.length === 0) return
  await sql`delete from crm_written where tenant_id = ${subject.tenant} and kind = ${kind} and our_id = ${ours} and field in (${sql.join(fields)})`.execute(tx)
}

// Whether something of ours is on its way there: what was read may then be from before it. What has waited for long waits for an outage, and is no reason.
export const isSettling = async ({ tx, subject: { tenant }, now }: Act, person: string): Promise<boolean> => {
  const { rows } = await sql`select 1 from job where tenant_id = ${tenant} and kind = 'command' and serial = ${`crm:${person}`} and state in ('ready', 'running') and created_at > ${at(now - patienceMs)}
    union all select 1 from job where tenant_id = ${tenant} and kind = 'turn' and name = 'crm.told' and person_id = ${person} and state in ('ready', 'running') and created_at > ${at(now - patienceMs)} limit 1`.execute(tx)
  return rows.length > 0
}
const patienceMs: Millis = 60_000

// A command is due since the change that it tells of; one that was put off, at least since it was given.
export const waitedSince = async ({ tx, subject: { tenant } }: Act, command: string): Promise<Millis | undefined> => {
  const { rows: [row] } = await sql<{ since: Millis }>`select least(run_at, created_at) as since from job where tenant_id = ${tenant} and kind = 'command' and key = ${command}`.execute(tx)
  return row?.since
}

export const isOnItsWay = async ({ tx, subject: { tenant } }: Act, keyPrefix: string): Promise<boolean> => {
  const { rows } = await sql`select 1 from job where tenant_id = ${tenant} and kind = 'command' and key >= ${keyPrefix} and key < ${`${keyPrefix}\u{10ffff}`} and state in ('scheduled', 'ready', 'running') limit 1`.execute(tx)
  return rows.length > 0
}
