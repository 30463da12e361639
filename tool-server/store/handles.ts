import { timingSafeEqual } from 'node:crypto'
import { sql, type Kysely } from 'kysely'
import { languages } from '@portero/shared'
import type { DB, Millis } from '../define.ts'
import type { NamedSlot } from '../domain/reads.ts'
import type { Vault } from '../spine/vault.ts'

// Names for a slot and a tour that only the person they were given to can use, for as long as they hold. A forged, foreign or old one says nothing, and all alike.
// Whoever turned out to be one with somebody else uses what was given to either, and so they do if they are two again: whose the tour itself is, is asked where it is used.
const minute = 60_000
const slotMs: Millis = 24 * 60 * minute
const tourMs: Millis = 60 * 24 * 60 * minute
const macLength = 10

export const makeHandles = ({ on, vault, tenant, now }: { on: Kysely<DB>; vault: Vault; tenant: string; now: () => Millis }) => {
  const seal = async (kind: string, person: string, body: Buffer): Promise<string> => `${kind}_${Buffer.concat([body, await macOf(kind, person, body)]).toString('base64url')}`
  const macOf = async (kind: string, person: string, body: Buffer): Promise<Buffer> => (await vault.blindIndex(on, tenant, `handle:${kind}:${person}`, body.toString('hex'))).subarray(0, macLength)
  const open = async (kind: string, person: string, handle: string, ...lengths: readonly number[]): Promise<Buffer | undefined> => {
    const bytes = handle.startsWith(`${kind}_`) ? Buffer.from(handle.slice(kind.length + 1), 'base64url') : Buffer.alloc(0)
    const length = bytes.length - macLength
    if (!lengths.includes(length)) return undefined
    const body = bytes.subarray(0, length)
    if (body.readUInt32BE(0) * minute <= now()) return undefined
    const isOf = async (whose: string): Promise<boolean> => isSame(bytes.subarray(length), await macOf(kind, whose, body))
    if (await isOf(person)) return body
    for (const other of await alsoKnownAs(person)) if (await isOf(other)) return body
    return undefined
  }
  const alsoKnownAs = async (person: string): Promise<string[]> => {
    const { rows } = await sql<{ id: string }>`with recursive one as (select ${person}::uuid as id union select case when m.kept_id = one.id then m.merged_id else m.kept_id end
      from merge m join one on one.id in (m.kept_id, m.merged_id) where m.tenant_id = ${tenant} and m.state in ('merged', 'undone')) select id from one where id <> ${person}::uuid`.execute(on)
    return rows.map(({ id }) => id)
  }
  const ending = (ms: Millis): Buffer => uint32(Math.ceil((now() + ms) / minute))

  return {
    slot: (person: string, { home, startsAt, language }: NamedSlot): Promise<string> => seal('s', person, Buffer.concat([ending(slotMs), uint32(home), uint32(startsAt / minute), ...(language ? [Buffer.of(languages.indexOf(language))] : [])])),
    async slotOf(person: string, handle: string): Promise<NamedSlot | undefined> {
      const body = await open('s', person, handle, 12, 13)
      return body && { home: body.readUInt32BE(4), startsAt: body.readUInt32BE(8) * minute, language: languages[body[12] ?? -1] }
    },
    tour: (person: string, tour: string): Promise<string> => seal('t', person, Buffer.concat([ending(tourMs), Buffer.from(tour.replaceAll('-', ''), 'hex')])),
    async tourOf(person: string, handle: string): Promise<string | undefined> {
      const body = await open('t', person, handle, 20)
      return body?.subarray(4).toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
    },
  }
}

const uint32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}
const isSame = (a: Buffer, b: Buffer): boolean => a.length === b.length && timingSafeEqual(a, b)
