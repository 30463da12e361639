import { createHash } from 'node:crypto'
import { z } from 'zod'
import { AppError } from '@portero/shared'
import type { Do } from '../define.ts'
import type { Acting } from '../spine/act.ts'
import type { Clock } from '../spine/clock.ts'
import type { Db } from '../spine/db.ts'
import { makeBinding, type BoundSubject } from '../spine/tool-bind.ts'
import type { Vault } from '../spine/vault.ts'

// What a person of ours does in a card or the console, once: whoever isn't sure asks again, so what a key came to is kept with it, in the same transaction.
export const outcome = z.strictObject({ status: z.string(), tour: z.uuid().optional() })
export type Outcome = z.infer<typeof outcome>
export type Writing = { subject: BoundSubject; door: string; ask: { key: string; language?: unknown } }
export type Once = {
  settledBy(writing: Writing): Promise<Outcome | undefined> // how a key was settled; the same key for something else is a mistake of whoever asks
  settle(writing: Writing, decide: (act: Do) => Promise<Outcome>): Promise<Outcome>
}
const kept = outcome.extend({ asked: z.string() })

export const makeOnce = ({ db, clock, vault, acting }: { db: Db; clock: Clock; vault: Vault; acting: Acting }): Once => {
  const binding = makeBinding({ db, clock, vault })
  const settledBy = async (writing: Writing): Promise<Outcome | undefined> => {
    const { subject } = writing
    const { once, asked } = named(writing)
    const sealed = await binding.replyTo(db.bare, subject, { key: once, stale: undefined })
    if (!sealed) return undefined
    const { asked: first, ...came } = kept.parse(JSON.parse(await binding.open(subject, once, sealed)))
    if (first !== asked) throw new AppError('conflict', 'one key for two writes')
    return came
  }
  return {
    settledBy,
    async settle(writing, decide) {
      const { subject, door } = writing
      const { once, asked } = named(writing)
      try {
        return await db.tx(async (tx) => {
          const came = await decide(acting.within(tx, subject).act)
          const isFirst = await binding.keep(tx, subject, { once: { key: once, stale: undefined }, tool: `card:${door}`, text: JSON.stringify({ asked, ...came }) })
          if (!isFirst) throw new AppError('conflict', 'the same write is done already')
          return came
        })
      } catch (thrown) {
        // It may have failed because the same write, at the same time, is done.
        const first = await settledBy(writing)
        if (!first) throw thrown
        return first
      }
    },
  }
}

const named = ({ subject, door, ask: { language: _language, ...ask } }: Writing): { once: string; asked: string } => ({
  once: `card:${subject.user}:${ask.key}`, asked: createHash('sha256').update(JSON.stringify([door, ask])).digest('base64url'),
})
