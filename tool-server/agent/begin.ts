import type { z } from 'zod'
import { agentKey, endAgentRun, stopAgent } from '../actions/agent-end.ts'
import { beginAt, unbegunKey, type agentBegin } from '../actions/agent-wait.ts'
import { atOnce } from '../actions/call-person.ts'
import type { Act, Millis } from '../define.ts'
import type { Catalogue } from '../domain/homes.ts'
import { dayOf, dayStart } from '../domain/zones.ts'
import { isBeingHeard, unansweredSince } from '../store/agent-lines.ts'
import { addItems, beginRun, isToldSpent, openRun, spentSince, waitSince } from '../store/agent-runs.ts'
import { cardZone } from '../store/card-transcript.ts'
import { draftsCost } from '../store/drafts.ts'
import { calledFor } from '../store/guards.ts'
import { standing } from '../store/standing.ts'
import { askModel, promptOf } from './ask.ts'
import { about, placed, type Agent } from './at.ts'
import { bounds, type Spending } from './bounds.ts'
import { fallBack } from './fall-back.ts'
import { openingOf } from './opening.ts'
import { wallTimer } from './wall.ts'

// Nobody writes any more for the moment: it reads all that was said, and asks the model.
const lookAgainMs: Millis = 2_000
export const begin = async (act: Act, agent: Agent, { conversation, connection, since }: z.infer<typeof agentBegin.payload>, catalogue: Catalogue): Promise<void> => {
  const known = await standing(act, conversation)
  if (!known) return
  const { person } = known
  about(act, { conversation, person })
  if (known.isOptedOut || known.isPeopleOnly || known.mode !== 'bot') return stopAgent(act, conversation, known.isOptedOut ? 'opted-out' : 'taken')
  if (atOnce.has((await calledFor(act, conversation)) ?? '')) return stopAgent(act, conversation, 'answered') // by whoever was called
  if (since !== undefined) await waitSince(act, { conversation, person, since })
  const run = await openRun(act, conversation, 'waiting')
  const active = await openRun(act, conversation, 'active')
  if (!run) return
  const givenUpAt = active ? (active.begunAt ?? 0) + 2 * bounds.wallMs : act.now
  if (act.now < givenUpAt) return beginAt(act, { conversation, connection, person }, givenUpAt) // unless the one that is under way begins the next, as it does when it ends
  if (active) await act.act(endAgentRun, { run: active.id, conversation, outcome: 'lost' })
  if ((await unansweredSince(act, conversation, ['human'])) === undefined) return void (await act.act(endAgentRun, { run: run.id, conversation, outcome: 'answered' }))
  if (await isBeingHeard(act, conversation)) return beginAt(act, { conversation, connection, person }, act.now + lookAgainMs)
  const isOver = await isSpent(act, person, agent.spends)
  if (isOver && (await isToldSpent(act, person, today(act)))) return void (await act.act(endAgentRun, { run: run.id, conversation, outcome: 'answered' })) // two machines would go on for ever
  await act.drop(unbegunKey(conversation))
  const at = await placed(act, agent, { conversation, run, known, catalogue })
  await beginRun(act, run.id, promptOf(at, act.now).version)
  await addItems(act, run, await openingOf(act, at))
  if (isOver) return fallBack(act, at, 'budget')
  await act.later(wallTimer, { conversation, run: run.id }, { key: agentKey(conversation, 'wall'), at: act.now + bounds.wallMs, person })
  await askModel(act, at)
}

const isSpent = async (act: Act, person: string, { perPersonAndDay, perDay }: Spending): Promise<boolean> => {
  const spent = await spentSince(act, person, today(act))
  return spent.person >= perPersonAndDay || spent.tenant + (await draftsCost(act.tx, act.subject.tenant, dayOf(cardZone, act.now))) >= perDay
}
const today = ({ now }: Act): Millis => dayStart(cardZone, dayOf(cardZone, now))

// It should have begun and has not, whatever keeps it from that: nobody is left without a word.
export const unbegun = async (act: Act, agent: Agent, conversation: string, catalogue: Catalogue): Promise<void> => {
  const known = await standing(act, conversation)
  const run = known && (await openRun(act, conversation, 'waiting'))
  if (!known || !run || known.mode !== 'bot' || known.isOptedOut || known.isPeopleOnly || (await openRun(act, conversation, 'active'))) return
  about(act, { conversation, person: known.person })
  const at = await placed(act, agent, { conversation, run, known, catalogue })
  await beginRun(act, run.id, promptOf(at, act.now).version)
  await fallBack(act, at, 'slow')
}
