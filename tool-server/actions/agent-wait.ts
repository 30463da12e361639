import { z } from 'zod'
import type { Act, Millis } from '../define.ts'
import { nextAllowed, night } from '../domain/quiet-hours.ts'
import { openRun, waitSince } from '../store/agent-runs.ts'
import { unansweredSince } from '../store/agent-lines.ts'
import { cardZone } from '../store/card-transcript.ts'
import { zoneOfLead } from '../store/leads.ts'
import { standing } from '../store/standing.ts'
import { agentKey, endAgentRun } from './agent-end.ts'

// Somebody wrote where our own agent answers. It waits for whether they go on, but not for ever.
export const quietMs: Millis = 3_500
const longestMs: Millis = 12_000
const stillYoungMs: Millis = 30_000 // who never stops writing is answered all the same

export const agentBegin = { name: 'agent.begin', payload: z.strictObject({ conversation: z.uuid(), connection: z.string(), since: z.int().optional() }) } // since: where nobody waits for it yet
// A while after it should have begun.
export const agentUnbegun = { name: 'agent.unbegun', payload: z.strictObject({ conversation: z.uuid(), connection: z.string() }) }
const unbegunMs: Millis = 60_000
export const unbegunKey = (conversation: string): string => `${agentKey(conversation, 'begin')}unbegun`

export const awaitAnswer = async (act: Act, conversation: string): Promise<void> => {
  const known = await standing(act, conversation)
  if (!known || known.mode !== 'bot' || known.isOptedOut || known.isPeopleOnly) return
  const { person, connection } = known
  const active = await openRun(act, conversation, 'active')
  // Nothing has happened yet, so it begins again with all of it.
  const isSuperseded = active !== undefined && !active.hasEffect && act.now < active.since + stillYoungMs
  if (isSuperseded) await act.act(endAgentRun, { run: active.id, conversation, outcome: 'superseded' })
  const since = await waitSince(act, { conversation, person, since: isSuperseded ? active.since : act.now })
  await beginAt(act, { conversation, connection, person }, Math.max(act.now, Math.min(act.now + quietMs, since + longestMs)))
}

type Whose = { conversation: string; connection: string; person: string }
export const beginAt = async (act: Act, { conversation, connection, person }: Whose, at: Millis, since?: Millis): Promise<void> => {
  await act.later(agentBegin, { conversation, connection, ...(since !== undefined && { since }) }, { key: agentKey(conversation, 'begin'), at, person })
  await act.later(agentUnbegun, { conversation, connection }, { key: unbegunKey(conversation), at: at + unbegunMs, person })
}

// What was written while a run could not be stopped any more has its own.
export const beginNext = async (act: Act, whose: Whose): Promise<void> => {
  if (await openRun(act, whose.conversation, 'waiting')) await beginAt(act, whose, act.now)
}

// The conversation is the bot's again, and somebody may still wait for an answer. Whose channel it is, is found out when it begins.
export const resumeAgent = async (act: Act, conversation: string): Promise<void> => {
  const known = await standing(act, conversation)
  const since = known && (await unansweredSince(act, conversation, ['bot', 'human'], true))
  if (!known || since === undefined) return
  const { person, connection } = known
  // Where a person of ours gave it back, somebody is awake; by itself it comes back at any hour.
  const at = act.subject.by === 'system' ? nextAllowed(act.now, { zone: (await zoneOfLead(act, person)) ?? cardZone, ...night }) : act.now
  await beginAt(act, { conversation, connection, person }, at, since)
}
