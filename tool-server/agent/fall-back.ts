import { agentWords, type AgentTrouble } from '@portero/shared'
import { endAgentRun } from '../actions/agent-end.ts'
import { beginNext } from '../actions/agent-wait.ts'
import { escalate } from '../actions/escalate.ts'
import { showNotice } from '../actions/late-notice.ts'
import { agentSaid, say } from '../actions/say.ts'
import type { Act, Millis } from '../define.ts'
import type { Content } from '../domain/message-fit.ts'
import { addItems } from '../store/agent-runs.ts'
import type { At } from './at.ts'

// The last thing that a run does: it says something, once, through the gate and after the notice.
const withinMs: Millis = 15 * 60_000

export const speak = async (act: Act, { conversation, run, known }: At, content: Content, { outcome, reason }: { outcome: 'said' | 'fell-back'; reason?: string }): Promise<void> => {
  await showNotice(act, { conversation, person: run.person })
  const told = await say(act, { conversation, purpose: 'agent', content, key: `${agentSaid}${run.id}` })
  await act.act(endAgentRun, { run: run.id, conversation, ...(told.said ? { outcome, ...(reason !== undefined && { reason }) } : { outcome: 'unsaid', reason: told.because }) })
  await beginNext(act, { conversation, connection: known.connection, person: run.person })
}

// Nothing good can be said, so a person of ours is called, and that is said.
export const fallBack = async (act: Act, at: At, why: AgentTrouble): Promise<void> => {
  const words = agentWords[at.known.language]
  const { isNew } = await act.act(escalate, { reason: why === 'away' || why === 'slow' || why === 'budget' ? 'other' : 'not_understood', summary: agentWords['es-MX'].why[why], withinMs })
  const text = isNew ? words.called : words.calledBefore
  await addItems(act, at.run, [{ kind: 'said', text }])
  await speak(act, at, { type: 'text', text }, { outcome: 'fell-back', reason: why })
}
