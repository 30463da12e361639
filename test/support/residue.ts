import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { sql } from 'kysely'
import { replyPlace } from '@portero/tool-server/spine/tool-bind.ts'
import { Erased } from '@portero/tool-server/spine/vault.ts'
import { personal, type Row } from '@portero/tool-server/store/personal.ts'
import { breachNotice, breachWhat, tombstoneName } from '@portero/tool-server/store/places.ts'
import type { TestHouse } from './house.ts'

// Looks for marked words wherever they may have been left: in every column of every table, as it stands and opened with every key that is left, and in whatever else is given by name.
type Marks = readonly (string | Buffer)[]
type Found = { where: string; what: string }

const others: Record<string, Record<string, (row: Row) => string>> = {
  job: { args_sealed: (row) => `job.args:${String(row['id'])}`, result_sealed: (row) => `job.result:${String(row['id'])}`, error_sealed: (row) => `job.error:${String(row['id'])}` },
  inbox: { raw_sealed: (row) => `inbox.raw:${String(row['id'])}`, mend_sealed: (row) => `inbox.mend:${String(row['id'])}` },
  mend: { was_sealed: (row) => `mend.was:${String(row['id'])}` },
  tombstone: { value_sealed: (row) => tombstoneName(String(row['person_id']), String(row['kind'])) },
  breach: { what_sealed: (row) => breachWhat(String(row['id'])), notice_sealed: (row) => breachNotice(String(row['id'])) },
  tool_reply: { reply_sealed: (row) => replyPlace({ conversation: String(row['conversation_id']) }, String(row['key'])) },
}
const placesOf: Record<string, Record<string, (row: Row) => string>> = { ...Object.fromEntries(personal.flatMap(({ table, sealed }) => (sealed ? [[table, sealed]] : []))), ...others }
const ofTheHouse = new Set(['connection.settings_sealed', 'access_token.access_sealed', 'access_token.refresh_sealed', 'access_asked.asked_sealed']) // our own secrets, which no person gave us

export const residueIn = async (house: TestHouse, marks: Marks, elsewhere: Record<string, string> = {}): Promise<{ found: Found[]; opened: number; closed: number; tables: number }> => {
  const holds = marks.flatMap((mark) => disguises(mark).map((bytes) => ({ what: typeof mark === 'string' ? mark : 'the file', bytes })))
  const found: Found[] = []
  const look = (where: string, value: Buffer): void => {
    for (const { what, bytes } of holds) if (value.includes(bytes)) found.push({ where, what })
  }
  let [opened, closed] = [0, 0]
  const { rows: tables } = await sql<{ name: string }>`select table_name as name from information_schema.tables where table_schema = 'public'`.execute(house.db.bare)
  for (const { name } of tables) {
    const { rows } = await sql<Row>`select * from ${sql.table(name)}`.execute(house.db.bare)
    for (const row of rows) {
      for (const [column, value] of Object.entries(row)) {
        const where = `${name}.${column}`
        look(where, value instanceof Uint8Array ? Buffer.from(value) : Buffer.from(typeof value === 'string' ? value : JSON.stringify(value ?? '')))
        if (!(value instanceof Uint8Array) || !column.endsWith('_sealed') || ofTheHouse.has(where)) continue
        const place = placesOf[name]?.[column]
        if (!place) throw new Error(`nobody says where ${where} is sealed for`)
        try {
          look(`${where}, opened`, await house.vault.open(house.db.bare, house.tenant, place(row), Buffer.from(value)))
          opened++
        } catch (thrown) {
          if (!(thrown instanceof Erased)) throw thrown
          closed++
        }
      }
    }
  }
  for (const [where, text] of Object.entries(elsewhere)) look(where, Buffer.from(text))
  return { found, opened, closed, tables: tables.length }
}

// As it is, and as hexadecimal or base64, in which it may begin at any of three places.
export const disguises = (mark: string | Buffer): Buffer[] => {
  const bytes = Buffer.from(mark as string)
  const base64 = [0, 1, 2].map((shift) => Buffer.concat([Buffer.alloc(shift), bytes]).toString('base64').slice(4, -4)).filter((text) => text.length > 7)
  return [bytes, Buffer.from(bytes.toString('hex')), ...base64.map((text) => Buffer.from(text))]
}

export const filesIn = (folder: string): string =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name)).filter((file) => statSync(file).isFile()).map((file) => readFileSync(file, 'latin1')).join('\n')
