import type { z } from 'zod'
import { AppError } from '@portero/shared'
import { endAgentRun } from '../actions/agent-end.ts'
import type { Act, Tool } from '../define.ts'
import type { Catalogue } from '../domain/homes.ts'
import type { modelTool } from '../domain/ports/model.ts'
import { cardZone } from '../store/card-transcript.ts'
import { openRun, versionBegun, type Run } from '../store/agent-runs.ts'
import { zoneOfLead } from '../store/leads.ts'
import { standing, type ConversationStanding } from '../store/standing.ts'
import type { Spending } from './bounds.ts'
import type { Personas } from './persona-files.ts'
import { personaOf, type Persona } from './persona.ts'

// A run at one of its moments, and whether it still is one: somebody may have taken the conversation, or wants no more messages, or has gone on writing.
// door: where whoever serves the model may call the tools itself, with a token that is good for one conversation.
export type Door = { url: string; tokenFor(which: { tenant: string; conversation: string }): Promise<string> }
export type Agent = { tools: readonly Tool[]; door?: Door; definitions: readonly z.infer<typeof modelTool>[]; personas: Personas; company: string; spends: Spending }
export type At = Omit<Agent, 'personas'> & { persona: Persona; conversation: string; run: Run; known: ConversationStanding; catalogue: Catalogue; zone: string }

type Whose = { conversation: string; run: string }
export const current = async (act: Act, agent: Agent, { conversation, run: id }: Whose, catalogue: Catalogue): Promise<At | undefined> => {
  const known = await standing(act, conversation) // locked first, as whoever takes it over does
  const run = known && (await openRun(act, conversation, 'active'))
  if (!known || run?.id !== id) return undefined
  about(act, { conversation, person: run.person })
  if (known.mode !== 'bot' || known.isOptedOut || known.isPeopleOnly) {
    await act.act(endAgentRun, { run: id, conversation, outcome: known.isOptedOut ? 'opted-out' : 'taken' })
    return undefined
  }
  return placed(act, agent, { conversation, run, known, catalogue })
}
// Where there need not be a run.
export type Here<R = Pick<Run, 'person'>> = Omit<At, 'run'> & { run: R }
export const placed = async <R extends Pick<Run, 'person'>>(act: Act, { personas: { all, share }, ...agent }: Agent, now: Pick<Here<R>, 'conversation' | 'run' | 'known' | 'catalogue'>): Promise<Here<R>> => {
  const began = await versionBegun(act, now.conversation)
  const persona = personaOf({ conversation: now.conversation, ...(began !== undefined && { began }) }, all, share)
  if (!persona) throw new AppError('bug', 'the agent has no persona')
  return { ...now, ...agent, persona, zone: (await zoneOfLead(act, now.run.person)) ?? cardZone }
}
export const about = (act: Act, { conversation, person }: { conversation: string; person: string }): void => {
  act.subject = { ...act.subject, conversation, person }
}
