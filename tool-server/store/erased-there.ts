import { sql, type Kysely } from 'kysely'
import { z } from 'zod'
import type { Act, DB } from '../define.ts'
import { at } from '../spine/db.ts'
import { enqueue } from '../spine/jobs.ts'

// What is to be deleted at vendors of whoever is erased: each is asked for by a command, and done once the vendor has answered it.
export type ThereState = 'asked' | 'done' | 'left'
export const goneOn = 'gone_on' // somebody new goes on with it
export type There = { vendor: string; what: string; state: ThereState; code: string | undefined; count: number }

// As the command of that key was sent: its job knows to whom.
export const noteAsked = async ({ tx, now, subject: { tenant } }: Act, { key, privacyCase, what }: { key: string; privacyCase: string; what: string }): Promise<void> => {
  await sql`insert into erasure_there (tenant_id, key, case_id, vendor, what, state, changed_at) select ${tenant}::uuid, ${key}, ${privacyCase}::uuid, coalesce(n.vendor, split_part(j.name, '.', 1)), ${what}, 'asked', ${at(now)} from job j
    left join connection n on n.tenant_id = j.tenant_id and n.id = j.connection_id where j.tenant_id = ${tenant} and j.kind = 'command' and j.key = ${key} on conflict do nothing`.execute(tx)
}
// What nobody is asked for. vendor: where it isn't known at which connection it is.
type Left = { key: string; privacyCase: string; connection: string | undefined; vendor: string; what: string; code: string }
export const noteLeft = async ({ tx, now, subject: { tenant } }: Act, { key, privacyCase, connection, vendor, what, code }: Left): Promise<void> => {
  await sql`insert into erasure_there (tenant_id, key, case_id, vendor, what, state, code, changed_at)
    values (${tenant}, ${key}, ${privacyCase}, coalesce((select vendor from connection where tenant_id = ${tenant} and id = ${connection ?? null}::uuid), ${vendor}), ${what}, 'left', ${code}, ${at(now)}) on conflict do nothing`.execute(tx)
}
// What would have been asked at a connection that was ended: it rests with what gave up, and may be tried again once that is connected anew.
export type KeptThere = { key: string; connection: string; name: string; args: object; serial: string | undefined; then: string }
export const keepForLater = async ({ tx, now, sealing, newId, subject: { tenant } }: Act, { args, ...kept }: KeptThere): Promise<void> => {
  const id = newId()
  const sealed = await sealing.seal(`job.args:${id}`, JSON.stringify(args))
  await enqueue(tx, [{ tenant, id, kind: 'command', ...kept, lane: 'sync', runAt: now, args: sealed, trace: newId().replaceAll('-', ''), now }])
  await sql`update job set state = 'dead', finished_at = ${at(now)}, error_code = 'disconnected', error = 'its connection was ended' where tenant_id = ${tenant} and id = ${id}`.execute(tx)
}
export const isConnected = async ({ tx, subject: { tenant } }: Act, connection: string): Promise<boolean> => (await sql`select 1 from connection where tenant_id = ${tenant} and id = ${connection} and ended_at is null`.execute(tx)).rows.length > 0

export const caseOfKey = async ({ tx, subject: { tenant } }: Act, key: string): Promise<string | undefined> =>
  (await sql<{ id: string }>`select case_id as id from erasure_there where tenant_id = ${tenant} and key = ${key}`.execute(tx)).rows[0]?.id
// code: why it is left there; without one it is done. false: that was known.
export const noteAnswer = async ({ tx, now, subject: { tenant } }: Act, { key, code }: { key: string; code: string | undefined }): Promise<boolean> => {
  const state: ThereState = code === undefined ? 'done' : 'left'
  const { numAffectedRows } = await sql`update erasure_there set state = ${state}, code = ${code ?? null}, changed_at = ${at(now)} where tenant_id = ${tenant} and key = ${key} and (state, code) is distinct from (${state}::text, ${code ?? null}::text)`.execute(tx)
  return numAffectedRows === 1n
}

type Row = Omit<There, 'code'> & { code: string | null }
export const thereOf = async (on: Kysely<DB>, tenant: string, privacyCase: string): Promise<There[]> => {
  const { rows } = await sql<Row>`select vendor, what, state, code, count(*) as count from erasure_there where tenant_id = ${tenant} and case_id = ${privacyCase} group by vendor, what, state, code order by vendor, what, state, code`.execute(on)
  return rows.map(({ code, ...row }) => ({ ...row, code: code ?? undefined }))
}
export const waitsThere = async ({ tx, subject: { tenant } }: Act, privacyCase: string): Promise<boolean> => (await thereOf(tx, tenant, privacyCase)).some(({ state }) => state === 'asked')
const counts = z.record(z.string(), z.int())
export const erasedHere = async ({ tx, subject: { tenant } }: Act, privacyCase: string): Promise<Record<string, number>> => {
  const { rows: [row] } = await sql<{ counts: unknown }>`select counts from erasure where tenant_id = ${tenant} and case_id = ${privacyCase}`.execute(tx)
  return row ? counts.parse(row.counts) : {}
}
