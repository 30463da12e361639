import type { Millis } from '../define.ts'
import { withoutThanks } from './opt-out.ts'
import { nextAllowed, type QuietHours } from './quiet-hours.ts'
import { plainWords } from './search-homes.ts'
import type { ConversationMode } from './send-gate.ts'

// Who is waiting for a word from us. A person's text may be unknown (a voice note, a picture); hasFailed: it never reached them.
export type Line = { author: 'prospect' | 'bot' | 'human' | 'portero'; at: Millis; text?: string; hasFailed?: boolean }
// answers: whose words count; a reminder that goes out by itself answers nobody. patienceMs: how long nobody calls it silence.
export type SilenceRules = { now: Millis; patienceMs: Millis; answers: readonly Line['author'][] }

// From the first thing they said that wants an answer, since the last one they got.
export const silenceIn = (lines: readonly Line[], { now, patienceMs, answers }: SilenceRules): { waitingSince: Millis; by: 'prospect' } | undefined => {
  const inOrder = lines.filter(({ at }) => at <= now).toSorted((a, b) => a.at - b.at)
  const answered = inOrder.findLastIndex(({ author, hasFailed }) => author !== 'prospect' && answers.includes(author) && hasFailed !== true)
  const asked = inOrder.slice(answered + 1).find(({ author, text }) => author === 'prospect' && !isClosing(text))
  return asked && now - asked.at >= patienceMs ? { waitingSince: asked.at, by: 'prospect' } : undefined
}

// "gracias", "ok 👍", a heart: nobody waits for an answer to that.
export const isClosing = (text: string | undefined): boolean =>
  text !== undefined && text.trim() !== '' && text.length <= 200 && !/[?¿❓❔⁉🤔]/u.test(text) && withoutThanks(plainWords(text)) === ''

// Whose answer somebody waits for: the bot's will do, unless a person of ours has it in hand, or was called and hasn't come. personSince: until then the bot's did.
export type Charge = { answers: SilenceRules['answers']; personSince?: Millis }
export const chargeOf = ({ mode, takenAt, calledAt }: { mode: ConversationMode; takenAt: Millis | undefined; calledAt: Millis | undefined }, now: Millis): Charge => {
  if (mode === 'bot' && calledAt === undefined) return { answers: ['bot', 'human'] }
  return { answers: ['human'], personSince: Math.min(...[calledAt, takenAt, now].filter((at) => at !== undefined)) }
}

// A person gets as long as for a call; the bot answers at once, or something is wrong with it. Outside of office hours there is nobody to tell.
const minute: Millis = 60_000
export const patienceMs = { bot: 5 * minute, human: 15 * minute } as const
const quiet: QuietHours = { zone: 'America/Mexico_City', from: '20:00', to: '09:00' }
export const silentAt = (since: Millis, { answers }: Charge): Millis => nextAllowed(since + (answers.includes('bot') ? patienceMs.bot : patienceMs.human), quiet)
