import { createHash } from 'node:crypto'
import { sql, type Kysely, type RawBuilder } from 'kysely'
import { AppError } from '@portero/shared'
import type { Act, DB, Millis } from '../define.ts'
import type { MediaState } from '../domain/media.ts'
import { at } from '../spine/db.ts'
import type { Vault } from '../spine/vault.ts'
import { mediaBytes, mediaTold } from './places.ts'

// What came with messages, by message and place.
export type MediaPlace = { message: string; place: number }
export type ShownMedia = MediaPlace & { state: MediaState; type: string | undefined; told?: string | undefined } // told: what it says or shows, by a model

export const wantPlaces = async ({ tx, subject, now }: Act, { message, person, count }: { message: string; person: string; count: number }): Promise<void> => {
  const rows = Array.from({ length: count }, (_, place) => sql`(${subject.tenant}, ${message}, ${place}, ${person}, 'wanted', ${at(now)})`)
  await sql`insert into media (tenant_id, message_id, place, person_id, state, wanted_at) values ${sql.join(rows)} on conflict do nothing`.execute(tx)
}

// Whose it is, while it is wanted: afterwards there is nothing more to do for it. Of somebody who was erased, nothing is.
export const wantedMedia = async ({ tx, subject }: Act, { message, place }: MediaPlace): Promise<{ person: string; since: Millis } | undefined> => {
  const { rows: [row] } = await sql<{ person: string; since: Millis }>`select person_id as person, wanted_at as since from media
    where tenant_id = ${subject.tenant} and message_id = ${message} and place = ${place} and state = 'wanted'
    and exists (select 1 from data_key k where k.tenant_id = media.tenant_id and k.person_id = media.person_id) for no key update`.execute(tx)
  return row
}

// The same bytes of the same person are there once. Of a digest without a key, anybody could tell whether somebody sent a file that they know.
export const putBytes = async (act: Act, person: string, bytes: Buffer): Promise<Buffer> => {
  const { tx, subject, sealing, now } = act
  const digest = await sealing.blind('media', createHash('sha256').update(bytes).digest('hex'))
  const { rows } = await sql`select 1 from media_bytes where tenant_id = ${subject.tenant} and person_id = ${person} and digest_bidx = ${digest} for key share`.execute(tx)
  if (rows.length > 0) return digest
  await sql`insert into media_bytes (tenant_id, person_id, digest_bidx, bytes_sealed, kept_at)
    values (${subject.tenant}, ${person}, ${digest}, ${await sealing.seal(mediaBytes(person, digest), bytes, person)}, ${at(now)}) on conflict do nothing`.execute(tx)
  return digest
}

export const settleMedia = async ({ tx, subject, now }: Act, { message, place }: MediaPlace, as: 'refused' | 'gone' | { type: string; size: number; digest: string }): Promise<void> => {
  const [state, file] = typeof as === 'string' ? [as, undefined] : (['kept', as] as const)
  await sql`update media set state = ${state}, type = ${file?.type ?? null}, size = ${file?.size ?? null}, digest_bidx = ${file ? Buffer.from(file.digest, 'hex') : null}, settled_at = ${at(now)}
    where tenant_id = ${subject.tenant} and message_id = ${message} and place = ${place}`.execute(tx)
}

// With a message that was taken back goes what came with it, unless they sent it another time too.
export const dropMedia = async ({ tx, subject: { tenant } }: Act, message: string): Promise<void> => {
  const { rows } = await sql<{ person: string; digest: Buffer | null }>`delete from media where tenant_id = ${tenant} and message_id = ${message} returning person_id as person, digest_bidx as digest`.execute(tx)
  for (const { person, digest } of rows) if (digest) await dropUnused(tx, tenant, person, digest)
}
const dropUnused = async (on: Kysely<DB>, tenant: string, person: string, digest: Buffer): Promise<void> => {
  await sql`delete from media_bytes where tenant_id = ${tenant} and person_id = ${person} and digest_bidx = ${digest}
    and not exists (select 1 from media where tenant_id = ${tenant} and person_id = ${person} and digest_bidx = ${digest})`.execute(on)
}

// Two people who were taken for one are two again: what came meanwhile in a conversation that is the other's is sealed with the other's key.
export const handMediaBack = async (act: Act, from: string, to: string): Promise<void> => {
  const { tx, sealing, subject: { tenant } } = act
  const theirs = sql`tenant_id = ${tenant} and person_id = ${from} and message_id in (select m.id from message m join conversation c on c.tenant_id = m.tenant_id and c.id = m.conversation_id where m.tenant_id = ${tenant} and c.person_id = ${to})`
  const { rows } = await sql<{ digest: Buffer; sealed: Buffer }>`select digest_bidx as digest, bytes_sealed as sealed from media_bytes b where tenant_id = ${tenant} and person_id = ${from}
    and exists (select 1 from media where ${theirs} and digest_bidx = b.digest_bidx)`.execute(tx)
  for (const { digest, sealed } of rows) await putBytes(act, to, await sealing.openBytes(mediaBytes(from, digest), sealed))
  await handToldBack(act, theirs, to)
  await sql`update media set person_id = ${to} where ${theirs}`.execute(tx)
  for (const { digest } of rows) await dropUnused(tx, tenant, from, digest)
}

const handToldBack = async ({ tx, sealing, subject: { tenant } }: Act, theirs: RawBuilder<unknown>, to: string): Promise<void> => {
  const { rows } = await sql<MediaPlace & { sealed: Buffer }>`select message_id as message, place, told_sealed as sealed from media where ${theirs} and told_sealed is not null`.execute(tx)
  for (const { message, place, sealed } of rows) {
    const told = await sealing.seal(mediaTold(message, place), await sealing.open(mediaTold(message, place), sealed), to)
    await sql`update media set told_sealed = ${told} where tenant_id = ${tenant} and message_id = ${message} and place = ${place}`.execute(tx)
  }
}

export const mediaOf = async (on: Kysely<DB>, tenant: string, messages: readonly string[]): Promise<ReadonlyMap<string, ShownMedia[]>> => {
  if (messages.length === 0) return new Map()
  const { rows } = await sql<ShownMedia>`select message_id as message, place, state, type from media where tenant_id = ${tenant} and message_id in (${sql.join(messages)}) order by message_id, place`.execute(on)
  return Map.groupBy(rows, ({ message }) => message)
}

export type KeptMedia = { person: string; conversation: string; type: string; bytes: Buffer }
export const keptMedia = async ({ on, vault, tenant }: { on: Kysely<DB>; vault: Vault; tenant: string }, { message, place }: MediaPlace): Promise<KeptMedia | undefined> => {
  const { rows: [row] } = await sql<Omit<KeptMedia, 'bytes'> & { owner: string; digest: Buffer; sealed: Buffer }>`select c.person_id as person, c.id as conversation, d.person_id as owner, d.type, d.digest_bidx as digest, b.bytes_sealed as sealed
    from media d join media_bytes b on b.tenant_id = d.tenant_id and b.person_id = d.person_id and b.digest_bidx = d.digest_bidx
    join message m on m.tenant_id = d.tenant_id and m.id = d.message_id join conversation c on c.tenant_id = m.tenant_id and c.id = m.conversation_id
    where d.tenant_id = ${tenant} and d.message_id = ${message} and d.place = ${place} and d.state = 'kept'`.execute(on)
  if (!row) return undefined
  const { person, conversation, owner, type, digest, sealed } = row
  try {
    return { person, conversation, type, bytes: await vault.open(on, tenant, mediaBytes(owner, digest), sealed) }
  } catch (thrown) {
    if (thrown instanceof AppError && thrown.code === 'not_found') return undefined // erased
    throw thrown
  }
}
