import { sql } from 'kysely'
import { z } from 'zod'
import { AppError } from '@portero/shared'
import type { Connection, Delivery, Inbound, Millis } from '../define.ts'
import { at, type Db } from '../spine/db.ts'
import { fingerprint, place, unpack } from '../spine/inbox.ts'
import type { Registry } from '../spine/registry.ts'
import type { Vault } from '../spine/vault.ts'

// Deliveries as they came in, for whoever looks into one, and what has become of one that was sent again.
export type Came = { id: string; connection: string; vendor: string; receivedAt: Millis; state: 'new' | 'parsed' | 'dead'; inbound: Inbound }
export type Which = { id?: string | undefined; connection?: string | undefined; since: Millis; until: Millis }
export const mostRecorded = 1_000

// gone: how many there were whose bytes are not kept any more.
type Row = { id: string; connection: string; vendor: string; receivedAt: Millis; state: Came['state']; raw: Buffer | null }
export const deliveriesIn = async ({ db, vault, tenant }: { db: Db; vault: Vault; tenant: string }, { id, connection, since, until }: Which): Promise<{ came: Came[]; gone: number }> => {
  const which = id === undefined ? sql`received_at >= ${at(since)} and received_at < ${at(until)} ${connection === undefined ? sql`` : sql`and connection_id = ${connection}`}` : sql`i.id = ${id}`
  const { rows } = await sql<Row>`select i.id, connection_id as connection, vendor, received_at as "receivedAt", state, raw_sealed as raw from inbox i join connection c on c.tenant_id = i.tenant_id and c.id = i.connection_id
    where i.tenant_id = ${tenant} and ${which} order by received_at, seq limit ${mostRecorded + 1}`.execute(db.bare)
  if (rows.length > mostRecorded) throw new AppError('too_large', `there are more than ${mostRecorded} in that time: choose a shorter one with --since and --until`)
  const came: Came[] = []
  for (const { raw, ...row } of rows) if (raw) came.push({ ...row, inbound: unpack(await vault.open(db.bare, tenant, place(row.id), raw)) })
  return { came, gone: rows.length - came.length }
}

// How it stands with what was sent: its row, and a turn for each thing that it told. Without a row it was not taken, or it was long ago.
const state = z.enum(['new', 'parsed', 'dead'])
export type Fate = { row?: { state: z.infer<typeof state>; error: string | null }; turns: ReadonlyMap<string, string> } // by the delivery's id
export const fateOf = async (db: Db, registry: Registry, { connection, inbound, told }: { connection: Connection; inbound: Inbound; told: readonly Delivery[] }): Promise<Fate> => {
  const sha256 = fingerprint(inbound, registry.connectors.get(connection.vendor)?.webhook?.identity ?? [])
  const { rows: [row] } = await sql<{ state: z.infer<typeof state>; error: string | null }>`select state, error from inbox where tenant_id = ${connection.tenant} and connection_id = ${connection.id} and sha256 = ${sha256}`.execute(db.bare)
  const keyOf = (id: string): string => `delivery:${connection.id}:${id}`
  const keys = new Map(told.map(({ id }) => [keyOf(id), id]))
  const turns = new Map<string, string>()
  if (keys.size > 0) {
    const { rows } = await sql<{ key: string; state: string }>`select key, state from job where tenant_id = ${connection.tenant} and kind = 'turn' and key in (${sql.join([...keys.keys()])})`.execute(db.bare)
    for (const { key, state } of rows) turns.set(keys.get(key) ?? key, state)
  }
  return { ...(row && { row }), turns }
}
