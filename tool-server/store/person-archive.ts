import { sql } from 'kysely'
import type { Db } from '../spine/db.ts'
import { Erased, type Vault } from '../spine/vault.ts'
import { selvesOf } from './blocked.ts'
import { personal, rowsOf, type Personal, type Row } from './personal.ts'

// All that is kept of somebody, table by table, opened. Also of whoever is blocked: it is read by whoever answers for privacy.
export type Told = Record<string, unknown>
export type Kept = { tables: Record<string, Told[]>; files: { name: string; bytes: Buffer }[]; left: Record<string, string> }
type Reads = { db: Db; vault: Vault }

export const allOf = async ({ db, vault }: Reads, { tenant, person }: { tenant: string; person: string }): Promise<Kept> => {
  const selves = await selvesOf(db.bare, tenant, person)
  const kept: Kept = { tables: {}, files: [], left: {} }
  const raw = new Map<string, Row[]>()
  for (const each of personal) {
    if (each.archive !== undefined) {
      kept.left[each.table] = each.archive
      continue
    }
    const { rows } = await sql<Row>`select * from ${sql.table(each.table)} where ${rowsOf(each, tenant, selves)}`.execute(db.bare)
    raw.set(each.table, rows)
    if (each.table !== 'media_bytes') kept.tables[each.table] = (await Promise.all(rows.map((row) => toldOf({ db, vault }, tenant, each, row)))).toSorted((a, b) => String(timeOf(a)).localeCompare(String(timeOf(b))))
  }
  const ofBytes = personal.find(({ table }) => table === 'media_bytes')
  for (const row of raw.get('media_bytes') ?? []) {
    const place = ofBytes?.sealed?.['bytes_sealed']?.(row)
    const bytes = place === undefined ? undefined : await opened({ db, vault }, tenant, place, row['bytes_sealed'])
    const uses = (raw.get('media') ?? []).filter(({ digest_bidx: digest }) => digest instanceof Buffer && row['digest_bidx'] instanceof Buffer && digest.equals(row['digest_bidx']))
    if (bytes) for (const { message_id: message, place: number, type } of uses) kept.files.push({ name: fileName(String(message), Number(number), String(type)), bytes })
  }
  return kept
}

// As the archive calls what came with a message.
export const fileName = (message: string, place: number, type: string): string => `archivos/${message}-${place}.${extensions[type] ?? 'bin'}`
const extensions: Record<string, string> = { 'image/jpeg': 'jpg', 'image/png': 'png', 'image/webp': 'webp', 'audio/ogg': 'ogg', 'audio/mpeg': 'mp3', 'audio/mp4': 'm4a', 'video/mp4': 'mp4', 'application/pdf': 'pdf' }

const timeOf = (row: Told): unknown => times.map((name) => row[name]).find((value) => value !== undefined && value !== null) ?? ''
const times = ['sent_at', 'at', 'opened_at', 'made_at', 'starts_at', 'written_at', 'shown_at', 'joined_at', 'claimed_at', 'created_at', 'since', 'decided_at', 'answered_at']

// Hashes say nothing to anybody, and our name for the tenant isn't theirs. Times as everybody reads them.
const toldOf = async (reads: Reads, tenant: string, { sealed = {} }: Personal, row: Row): Promise<Told> => {
  const told: Told = {}
  for (const [column, value] of Object.entries(row)) {
    const place = sealed[column]
    if (place) {
      const bytes = await opened(reads, tenant, place(row), value)
      told[column.replace(/_sealed$/, '')] = bytes && asJson(bytes.toString())
    } else if (column !== 'tenant_id' && !(value instanceof Uint8Array)) told[column] = isTime(column, value) ? new Date(value).toISOString() : value
  }
  return told
}
const opened = async ({ db, vault }: Reads, tenant: string, place: string, sealed: unknown): Promise<Buffer | null> => {
  if (!(sealed instanceof Buffer)) return null
  try {
    return await vault.open(db.bare, tenant, place, sealed, { despiteBlock: true })
  } catch (thrown) {
    if (thrown instanceof Erased) return null
    throw thrown
  }
}
const isTime = (column: string, value: unknown): value is number => typeof value === 'number' && value > 100_000_000_000 && /(_at|^at|since|until)$/.test(column)
const asJson = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
