import { archiveWords, type Language } from '@portero/shared'
import type { Db } from '../spine/db.ts'
import type { Clock } from '../spine/clock.ts'
import type { Vault } from '../spine/vault.ts'
import { zip } from '../spine/zip.ts'
import { allOf, fileName, type Kept, type Told } from '../store/person-archive.ts'
import { processorsOf } from '../store/registers.ts'
import type { HeldThere, There } from './held-there.ts'

// What somebody is handed who asks for their data: one archive of all that is kept of them, for people to read and for programs, with the files that they sent.
type Needs = { db: Db; vault: Vault; clock: Clock; company?: string | undefined }
export const archiveOf = async ({ db, vault, clock, company }: Needs, { tenant, person, there, language = 'es-MX' }: { tenant: string; person: string; there: HeldThere; language?: Language }): Promise<{ name: string; bytes: Buffer }> => {
  const now = clock.now()
  const kept = await allOf({ db, vault }, { tenant, person })
  const processors = (await processorsOf(db.bare, tenant)).map((each): Told => ({ ...each }))
  const data = { madeAt: new Date(now).toISOString(), person, tables: kept.tables, there: there.records, processors, notHere: { ...kept.left, ...silentOf(there, language) }, files: kept.files.map(({ name }) => name) }
  const files = [{ name: 'data.json', bytes: Buffer.from(JSON.stringify(data, null, 2)) }, { name: 'index.html', bytes: Buffer.from(pageOf(kept, { processors, there, language, company, day: data.madeAt.slice(0, 10) })) }, ...kept.files]
  return { name: `datos-${person.slice(-12)}.zip`, bytes: zip(files, now) }
}

const escaped = (text: string): string => text.replace(/[&<>"']/g, (sign) => `&#${sign.codePointAt(0)};`)
const style = 'body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}table{border-collapse:collapse;width:100%;margin:.5rem 0 2rem;display:block;overflow-x:auto}th,td{border:1px solid #999;padding:.25rem .5rem;text-align:left;vertical-align:top}td{overflow-wrap:anywhere;white-space:pre-wrap}'
type About = { processors: readonly Told[]; there: HeldThere; language: Language; company: string | undefined; day: string }
const pageOf = (kept: Kept, { processors, there, language, company, day }: About): string => {
  const words = archiveWords[language]
  const titles: Record<string, string> = words.tables
  const order = Object.keys(titles)
  const tables = Object.entries(kept.tables).toSorted(([a], [b]) => order.indexOf(a) - order.indexOf(b))
  const body = [...tables.map(([table, rows]) => sectionOf(titles[table] ?? table, table === 'media' ? rows.map(withFile) : rows, language)), ...there.records.map((record) => recordOf(record, language)), sectionOf(words.processors, processors, language)]
  const left = Object.entries({ ...kept.left, ...silentOf(there, language) }).map(([table, why]) => `<li>${escaped(table)}: ${escaped(why)}</li>`)
  return `<!doctype html><html lang="${language}"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escaped(words.title)}</title><style>${style}</style><h1>${escaped(words.title)}</h1><p>${escaped(words.lead(company ?? words.us, day))}</p>${body.join('\n')}<h2>${escaped(words.notHere)}</h2><ul>${left.join('')}</ul></html>\n`
}
// Whoever could not say what they keep is named, so that nobody takes this for all.
const silentOf = ({ silent }: HeldThere, language: Language): Record<string, string> => Object.fromEntries(silent.map(({ where }) => [archiveWords[language].vendors[where], archiveWords[language].silent]))
const recordOf = ({ where, what, id, fields }: There, language: Language): string => {
  const { vendors, records } = archiveWords[language]
  return `<h2>${escaped(`${vendors[where]}: ${records[what]} ${id}`)}</h2><table>${Object.entries(fields).map(([name, value]) => `<tr><th>${escaped(name)}</th><td>${escaped(value)}</td></tr>`).join('\n')}</table>`
}
// Only of what was kept there is a file.
const withFile = (row: Told): Told => (row['state'] === 'kept' ? { ...row, link: fileName(String(row['message_id']), Number(row['place']), String(row['type'])) } : row)

// Only what says something to whoever reads it: our names for rows are in data.json.
const sectionOf = (title: string, rows: readonly Told[], language: Language): string => {
  const words = archiveWords[language]
  const labels: Record<string, string> = words.columns
  const columns = Object.keys(labels).filter((column) => rows.some((row) => row[column] !== null && row[column] !== undefined))
  const cell = (column: string, value: unknown): string => (column === 'link' && typeof value === 'string' ? `<a href="${escaped(value)}">${escaped(words.file)}</a>` : escaped(textOf(column, value, language)))
  const body = rows.map((row) => `<tr>${columns.map((column) => `<td>${cell(column, row[column])}</td>`).join('')}</tr>`)
  const table = columns.length === 0 ? `<p>${escaped(words.nothing)}</p>` : `<table><tr>${columns.map((column) => `<th>${escaped(labels[column] ?? column)}</th>`).join('')}</tr>${body.join('\n')}</table>`
  return `<h2>${escaped(title)}</h2>${table}`
}
const textOf = (column: string, value: unknown, language: Language): string => {
  const { authors, yes, no } = archiveWords[language]
  const known: Record<string, string> = authors
  if (value === null || value === undefined) return ''
  if (typeof value === 'boolean') return value ? yes : no
  if (typeof value === 'object') return column === 'body' && 'text' in value && typeof value.text === 'string' ? value.text : JSON.stringify(value, null, 1)
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return column === 'author' ? (known[text] ?? text) : text
}
