import { sql, type Kysely } from 'kysely'
import { z } from 'zod'
import type { Act, DB, Millis, Sealing } from '../define.ts'
import { windowMs } from '../domain/send-gate.ts'
import { mostTold, senseOf, type Sensed } from '../domain/sense-media.ts'
import { at } from '../spine/db.ts'
import type { Vault } from '../spine/vault.ts'
import { keptMedia, type MediaPlace } from './media.ts'
import { openJson } from './open-json.ts'
import { mediaTold, messageBody } from './places.ts'
import { standingNow } from './standing.ts'

// What a voice note says, or a picture shows, sealed beside it. Once for each; told: undefined where nothing came of it. Answers whose it is, where this is the once.
export const noteTold = async ({ tx, subject: { tenant }, sealing, now }: Act, { message, place }: MediaPlace, told: string | undefined): Promise<string | undefined> => {
  const which = sql`tenant_id = ${tenant} and message_id = ${message} and place = ${place}`
  const { rows: [row] } = await sql<{ person: string }>`select person_id as person from media where ${which} and told_at is null
    and exists (select 1 from data_key k where k.tenant_id = media.tenant_id and k.person_id = media.person_id) for no key update`.execute(tx)
  if (!row) return undefined
  const sealed = told === undefined ? null : await sealing.seal(mediaTold(message, place), told, row.person)
  await sql`update media set told_sealed = ${sealed}, told_at = ${at(now)} where ${which}`.execute(tx)
  return row.person
}

// open: undefined where it was erased.
export type Told = { place: number; text: string | undefined; at: Millis }
export const toldOf = async (on: Kysely<DB>, tenant: string, messages: readonly string[], open: (place: string, sealed: Buffer) => Promise<string | undefined>): Promise<ReadonlyMap<string, Told[]>> => {
  if (messages.length === 0) return new Map()
  const { rows } = await sql<MediaPlace & { sealed: Buffer | null; at: Millis }>`select message_id as message, place, told_sealed as sealed, told_at as at from media where tenant_id = ${tenant} and message_id in (${sql.join(messages)}) and told_at is not null order by message_id, place`.execute(on)
  const told = await Promise.all(rows.map(async ({ message, place, sealed, at }) => ({ message, place, at, text: sealed ? await open(mediaTold(message, place), sealed) : undefined })))
  return Map.groupBy(told, ({ message }) => message)
}

// What a model may hear or see of what came with a message, looked at when it is about to: while it is the bot's to answer, of the last day, and no more than so many. Undefined where it may not, or it is told already.
const body = z.looseObject({ kind: z.string(), text: z.string(), media: z.array(z.looseObject({ name: z.string().optional() })).default([]) })
type Needs = { on: Kysely<DB>; vault: Vault; tenant: string; now: Millis }
export const toTell = async ({ on, vault, tenant, now }: Needs, which: MediaPlace): Promise<Sensed | undefined> => {
  const sealing = { open: async (place: string, sealed: Buffer): Promise<string> => (await vault.open(on, tenant, place, sealed)).toString() }
  const since = at(now - windowMs)
  const { rows: [row] } = await sql<{ conversation: string; sealed: Buffer }>`select m.conversation_id as conversation, m.body_sealed as sealed from media d join message m on m.tenant_id = d.tenant_id and m.id = d.message_id
    where d.tenant_id = ${tenant} and d.message_id = ${which.message} and d.place = ${which.place} and d.told_at is null and m.sent_at > ${since} and m.body_sealed is not null
    and (select count(*) from media o where o.tenant_id = d.tenant_id and o.person_id = d.person_id and o.told_at > ${since}) < ${mostTold}`.execute(on)
  const known = row && (await standingNow(on, tenant, row.conversation))
  const kept = row && known?.mode === 'bot' && !known.isOptedOut ? await keptMedia({ on, vault, tenant }, which) : undefined
  const { data: said } = body.safeParse(row && kept && (await openJson({ sealing }, messageBody(which.message), row.sealed)))
  if (!row || !kept || !said) return undefined
  const { kind, text: caption, media } = said
  const around = kind === 'image' ? await saidAround({ on, tenant, sealing }, { conversation: row.conversation, message: which.message }) : []
  const sense = senseOf({ kind, caption, names: media.flatMap(({ name }) => name ?? []), around })
  return sense && { sense, bytes: kept.bytes, type: kept.type }
}

// What either side said last, the newest first.
const lookBack = 8
const worded = z.looseObject({ text: z.string() })
type Reading = { on: Kysely<DB>; tenant: string; sealing: Pick<Sealing, 'open'> }
const saidAround = async ({ on, tenant, sealing }: Reading, { conversation, message }: { conversation: string; message: string }): Promise<string[]> => {
  const { rows } = await sql<{ id: string; sealed: Buffer }>`select id, body_sealed as sealed from message where tenant_id = ${tenant} and conversation_id = ${conversation} and id <> ${message} and body_sealed is not null
    order by sent_at desc, id desc limit ${lookBack}`.execute(on)
  const told = await toldOf(on, tenant, rows.map(({ id }) => id), sealing.open)
  const texts = [...told.values()].flat().flatMap(({ text }) => text ?? [])
  for (const { id, sealed } of rows) {
    const { data } = worded.safeParse(await openJson({ sealing }, messageBody(id), sealed))
    if (data) texts.push(data.text)
  }
  return texts
}
