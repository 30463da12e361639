import { z } from 'zod'
import { takeoverWords, type Language } from '@portero/shared'
import type { Millis } from '../define.ts'
import { refusals } from '../domain/send-gate.ts'
import type { Acting } from '../spine/act.ts'
import type { Clock } from '../spine/clock.ts'
import type { Db } from '../spine/db.ts'
import type { BoundSubject } from '../spine/tool-bind.ts'
import type { Vault } from '../spine/vault.ts'
import { makeOnce } from './card-once.ts'
import { escalate, type reasons } from './escalate.ts'
import { replyAsPerson, writeNote } from './reply.ts'
import { handBack, takeOver, whenQuiet } from './take-over.ts'

// What a person of ours does in a conversation, from a card or from the console: each wish once for its key.
export type Wish =
  | { do: 'take-over' }
  | { do: 'hand-back' }
  | { do: 'reply'; text: string }
  | { do: 'note'; text: string }
  | { do: 'escalate'; reason: (typeof reasons)[number]; summary: string }
export type Came = { ok: boolean; say: string; code: string }
export type Hands = (subject: BoundSubject, wish: Wish, how: { key: string; language: Language }) => Promise<Came>

const withinMs: Millis = 15 * 60_000
const longest = 4_000

export const makeHands = ({ db, clock, vault, acting }: { db: Db; clock: Clock; vault: Vault; acting: Acting }): Hands => {
  const { settledBy, settle } = makeOnce({ db, clock, vault, acting })
  return async (subject, wish, { key, language }) => {
    const words = takeoverWords[language]
    const { tenant, conversation } = subject
    const text = 'text' in wish ? wish.text.trim() : 'summary' in wish ? wish.summary.trim() : undefined
    if (text === '') return { ok: false, say: words.empty, code: 'empty' }
    if (text !== undefined && text.length > longest) return { ok: false, say: words.tooLong, code: 'too_long' }
    const writing = { subject, door: wish.do, ask: { key, ...wish } }
    const first = await settledBy(writing)
    const { status } = first ?? (await settle(writing, async (act) => {
      if (wish.do === 'take-over') return { status: (await act(takeOver, { conversation })).isNew ? 'taken' : 'alreadyTaken' }
      if (wish.do === 'hand-back') return { status: (await act(handBack, { conversation })).isNew ? 'givenBack' : 'alreadyBack' }
      const written = { conversation, text: text ?? '', key: `${subject.user}:${key}` }
      if (wish.do === 'reply') return act(replyAsPerson, written)
      if (wish.do === 'note') return { status: (await act(writeNote, written)).status }
      return { status: (await act(escalate, { reason: wish.reason, summary: written.text.slice(0, 1_000), withinMs })).isNew ? 'escalated' : 'alreadyEscalated' }
    }))
    const came = z.enum([...good, ...bad]).parse(status)
    if (came === 'taken' && !(await whenQuiet({ db, clock }, { tenant, conversation }))) return { ok: true, say: words.takenStillLeaving, code: 'takenStillLeaving' }
    return { ok: good.some((each) => each === came), say: words[came], code: came }
  }
}
const good = ['taken', 'alreadyTaken', 'givenBack', 'alreadyBack', 'said', 'noted', 'escalated', 'alreadyEscalated'] as const
const bad = [...refusals, 'nameless'] as const
