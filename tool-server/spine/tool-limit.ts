import { AppError } from '@portero/shared'
import type { Millis } from '../define.ts'
import type { Clock } from './clock.ts'

// A conversation calls at most 60 tools in any minute: a model that runs in circles is stopped before it costs anything.
const most = 60
const minuteMs: Millis = 60_000
const rememberMost = 10_000

export const makeToolLimit = ({ clock }: { clock: Clock }): ((conversation: string) => void) => {
  const calls = new Map<string, Millis[]>()
  return (conversation) => {
    const now = clock.now()
    const recent = (calls.get(conversation) ?? []).filter((at) => at > now - minuteMs)
    calls.delete(conversation) // and back in at the end: who hasn't called for longest stands first
    calls.set(conversation, recent)
    if (calls.size > rememberMost) calls.delete(calls.keys().next().value ?? '')
    const [first = now] = recent
    if (recent.length >= most) throw new AppError('throttled', `over ${most} tool calls in a minute`, { retryAfterMs: first + minuteMs - now })
    recent.push(now)
  }
}
