import { createHash } from 'node:crypto'
import type { Millis } from '../define.ts'

// The chain of the audit, in pure form: every row's seal is a hash over the seal before it and what the row says. Ids and hashes only, so no key and no database is needed to check it.
export type Link = {
  link: number; seal: string; id: string; at: Millis; by: string; user: string | null; person: string | null; conversation: string | null
  what: string; object: string; before: string | null; after: string | null; trace: string // before, after: hashes of what is sealed
}
export type End = { link: number; seal: string } // the last row that was chained, and its seal
export type Anchor = End & { at: Millis } // such an end, as it was noted outside of the chain

// edited: a row says something else than when it was sealed. cut: the end is gone. outside: a row that no sealer chained. head: the noted end is not the last row's.
// rewritten: the chain fits in itself, and not what was noted outside of it; link and until: it happened between these two. held: the last link that an anchor vouches for.
export type Breach = { is: 'edited' | 'missing' | 'inserted' | 'reordered' | 'cut' | 'outside' | 'head' | 'rewritten'; link: number; until?: number; held: number }
type Found = Omit<Breach, 'held'>
export type ChainCheck = { take(row: Link): void; end(): { sealed: number; breach: Breach | undefined } }

export const origin = '00'.repeat(32)

export const sealOf = (previous: string, { id, at, by, user, person, conversation, what, object, before, after, trace }: Omit<Link, 'link' | 'seal'>): string =>
  createHash('sha256').update(Buffer.from(previous, 'hex')).update(JSON.stringify([id, at, by, user, person, conversation, what, object, before, after, trace])).digest('hex')

// Rows are taken in their order, those outside of the chain last. It remembers a few numbers, however long the chain is.
export const checkChain = (head: End, anchors: readonly Anchor[]): ChainCheck => {
  const notedAt = Map.groupBy(anchors, ({ link }) => link)
  const stoodAt = new Map([...anchors, head].map(({ link, seal }) => [seal, link]))
  let sealed = 0
  let previous = origin
  let held = 0
  let rewritten: Found | undefined
  let odd: Link | undefined // the first row that doesn't fit
  let isElsewhere = false // the row that belongs in its place stands in another
  let shift = 0 // how far the rows behind it were moved from where the head or an anchor knows them

  const fits = (row: Link): boolean => sealOf(previous, row) === row.seal
  const hold = (): void => {
    for (const { link, seal } of notedAt.get(sealed) ?? []) {
      if (seal === previous && !rewritten) held = link
      else if (seal !== previous) rewritten ??= { is: 'rewritten', link: held + 1, until: link }
    }
  }
  const foundAt = ({ link }: Link): Found => {
    const at = sealed + 1
    if (isElsewhere) return { is: shift > 0 && link === at ? 'inserted' : 'reordered', link: at }
    if (link < 1 || link > head.link) return { is: sealed < head.link ? 'cut' : 'outside', link: at }
    if (link !== at) return { is: link > at ? 'missing' : 'inserted', link: at }
    return { is: shift < 0 ? 'missing' : shift > 0 ? 'inserted' : 'edited', link: at }
  }
  const foundAtEnd = (): Found | undefined => {
    if (sealed < head.link) return { is: 'cut', link: sealed + 1 }
    if (previous !== head.seal) return { is: 'head', link: sealed + 1 }
    const beyond = anchors.find(({ link }) => link > sealed)
    return beyond && { is: 'cut', link: sealed + 1, until: beyond.link }
  }

  return {
    take(row) {
      if (!odd && row.link === sealed + 1 && row.link <= head.link && fits(row)) {
        previous = row.seal
        sealed++
        return hold()
      }
      odd ??= row
      isElsewhere ||= (row !== odd || row.link !== sealed + 1) && fits(row)
      shift = row.link - (stoodAt.get(row.seal) ?? row.link - shift)
    },
    end() {
      const found = rewritten ?? (odd ? foundAt(odd) : foundAtEnd())
      return { sealed, breach: found && { ...found, held } }
    },
  }
}
