import { z } from 'zod'
import { AppError } from '@portero/shared'
import type { Millis } from '../define.ts'
import { checkChain, type Anchor, type Breach, type ChainCheck } from './audit-chain.ts'
import { hex, jsonIn } from './audit-anchors.ts'
import { headOf, linksOf } from './audit-rows.ts'
import type { Db } from './db.ts'

// The chain as JSON lines, a head and its rows: ids and hashes, nothing of what was said. Whoever has it and an anchor can check it by themselves.
// at: when it was exported; anchors noted later say nothing of it.
const headLine = z.strictObject({ tenant: z.uuid(), at: z.int(), head: z.strictObject({ link: z.int().min(0), seal: hex }) })
const word = z.string().nullable()
const linkLine = z.strictObject({
  link: z.int(), seal: hex, id: z.string(), at: z.number(), by: z.string(), user: word, person: word, conversation: word,
  what: z.string(), object: z.string(), before: word, after: word, trace: z.string(),
})

export async function* exportAudit(db: Db, tenant: string, now: Millis): AsyncGenerator<string> {
  const head = await headOf(db.bare, tenant)
  yield JSON.stringify({ tenant, at: now, head })
  for await (const links of linksOf(db.bare, tenant, head)) for (const link of links) yield JSON.stringify(link)
}

export const checkExport = async (lines: AsyncIterable<string>, anchors: readonly (Anchor & { tenant: string })[]): Promise<{ tenant: string; at: Millis; sealed: number; breach: Breach | undefined; anchors: number }> => {
  let begun: { tenant: string; at: Millis; check: ChainCheck; compared: number } | undefined
  let number = 0
  for await (const line of lines) {
    number++
    if (begun === undefined) {
      const first = headLine.safeParse(jsonIn(line))
      if (!first.success) break
      const { tenant, at, head } = first.data
      const own = anchors.filter((anchor) => anchor.tenant === tenant && anchor.at <= at).toSorted((a, b) => a.link - b.link)
      begun = { tenant, at, check: checkChain(head, own), compared: own.length }
      continue
    }
    const row = linkLine.safeParse(jsonIn(line))
    if (!row.success) throw new AppError('invalid_input', `line ${number} is no row of the audit: the export was changed there`)
    begun.check.take(row.data)
  }
  if (begun === undefined) throw new AppError('invalid_input', 'no export of the audit: its first line says whose it is and where it ends')
  const { tenant, at, check, compared } = begun
  return { tenant, at, ...check.end(), anchors: compared }
}
