import { closeSync, createReadStream, fstatSync, fsyncSync, openSync, readSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { sql } from 'kysely'
import { z } from 'zod'
import { AppError } from '@portero/shared'
import type { Anchor } from './audit-chain.ts'
import { headOf, keptAnchors } from './audit-rows.ts'
import type { Audit } from './audit.ts'
import type { Chore } from './chores.ts'
import type { Clock } from './clock.ts'
import { at, type Db } from './db.ts'
import { faultCode } from './fault.ts'
import type { Log } from './log.ts'

// Once a day the end of the chain is noted in the database and, what counts, outside of it: whoever takes away rows together with the head can't take away these.
const day = 86_400_000
const atMs = 6 * 3_600_000 + 5 * 60_000 // after midnight in Mexico
export const anchorsIn = (dataDir: string): string => join(dataDir, 'audit-anchors.jsonl')
const event = 'audit.anchored'

type Needs = { db: Db; clock: Clock; log: Log; audit: Audit; dataDir: string }
export const anchorAudit = ({ db, clock, log, audit, dataDir }: Needs): Chore => ({
  everyMs: day, atMs,
  async run() {
    await audit.seal()
    let anchored = 0
    for (const { tenant_id: tenant } of await db.bare.selectFrom('audit_head').select('tenant_id').execute()) {
      const { link, seal } = await headOf(db.bare, tenant)
      const known = (await keptAnchors(db.bare, tenant)).at(-1)
      if (link === (known?.link ?? 0)) continue
      const anchor = { tenant, link, seal, at: clock.now() }
      append(anchorsIn(dataDir), JSON.stringify({ event, ...anchor })) // outside first: what breaks off is noted twice rather than only inside
      log.info(event, anchor)
      await sql`insert into audit_anchor (tenant_id, link, seal, at) values (${tenant}, ${link}, ${Buffer.from(seal, 'hex')}, ${at(anchor.at)}) on conflict do nothing`.execute(db.bare)
      anchored++
    }
    return { anchored }
  },
})
// What a crash cut off stays a line of its own.
const append = (path: string, line: string): void => {
  const file = openSync(path, 'a+', 0o600)
  try {
    const { size } = fstatSync(file)
    const last = Buffer.alloc(1)
    if (size > 0) readSync(file, last, 0, 1, size - 1)
    writeSync(file, `${size > 0 && last.toString() !== '\n' ? '\n' : ''}${line}\n`)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}

export const hex = z.string().regex(/^[0-9a-f]{64}$/)
const noted = z.looseObject({ event: z.literal(event), tenant: z.uuid(), link: z.int().min(1), seal: hex, at: z.int() })

// The file, or lines of the log: they say the same. torn: by number, the lines that a crash cut off; no other line is passed over.
export type Anchors = { anchors: (Anchor & { tenant: string })[]; torn: number[] }
export const readAnchors = async (path: string): Promise<Anchors> => {
  const read: Anchors = { anchors: [], torn: [] }
  let number = 0
  for await (const line of linesIn(path)) {
    number++
    const json = jsonIn(line)
    const parsed = noted.safeParse(json)
    if (parsed.success) {
      const { tenant, link, seal, at: when } = parsed.data
      read.anchors.push({ tenant, link, seal, at: when })
    } else if (json === undefined && (line.startsWith('{') || line.startsWith('\0'))) read.torn.push(number) // of a file that power was taken from, the end may be zeros
    else throw new AppError('invalid_input', `line ${number} of ${path} is no anchor: grep ${event} takes them out of a log`)
  }
  return read
}

// One after another, so that a file may be of any size.
const longestLine = 65_536
export async function* linesIn(path: string): AsyncGenerator<string> {
  let rest = ''
  try {
    for await (const chunk of createReadStream(path, 'utf8')) {
      const [first = '', ...more] = String(chunk).split('\n')
      rest += first
      for (const next of more) {
        if (rest.trim() !== '') yield rest
        rest = next
      }
      if (rest.length > longestLine) throw new AppError('invalid_input', `${path} has a line of more than ${longestLine} signs`)
    }
  } catch (cause) {
    if (cause instanceof AppError) throw cause
    throw new AppError('not_found', `${path} can't be read (${faultCode(cause)})`, { cause })
  }
  if (rest.trim() !== '') yield rest
}
export const jsonIn = (line: string): unknown => {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}
