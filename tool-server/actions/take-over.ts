import { z } from 'zod'
import { defineAction, type Act, type Millis } from '../define.ts'
import { pause, type Clock } from '../spine/clock.ts'
import type { Db } from '../spine/db.ts'
import { isUnderWay } from '../spine/jobs.ts'
import { handTo } from '../store/conversations.ts'
import { backAt, ownerOf } from '../store/hands.ts'
import { stopAgent } from './agent-end.ts'
import { resumeAgent } from './agent-wait.ts'
import { endEscalation, inbox, seeEscalation } from './escalate.ts'
import { stopFollowing } from './follow-lead.ts'
import { assign } from './inbox.ts'
import { refreshCrm } from './refresh-crm.ts'
import { serialOf, unattended } from './say.ts'

// A person of ours takes the conversation in hand, or gives it back. From the moment it is taken the bot is silent: what it still meant to say is taken back.
const args = z.strictObject({ conversation: z.uuid() })
const result = z.strictObject({ isNew: z.boolean() }) // false: it was so already

export const takeOver = defineAction({ name: 'take-over', args, result, scopes: ['conversations:write'], callers: ['staff'] }).decides(async ({ conversation }, act) => {
  const isNew = await take(act, conversation, act.subject.user ?? act.subject.by)
  if (isNew) await assign(act, conversation, (await ownerOf(act, conversation)) ?? 'team')
  return { isNew }
})

// Somebody of ours has answered in the vendor's own inbox, so they have looked. saidAt: a message from before it was last given back takes nothing over.
export const noteTaken = defineAction({ name: 'note-taken', args: args.extend({ saidAt: z.int() }), result, scopes: [], callers: ['system'] }).decides(async ({ conversation, saidAt }, act) => {
  await act.act(seeEscalation, { conversation, saidAt })
  return { isNew: await take(act, conversation, inbox, saidAt) }
})

const take = async (act: Act, conversation: string, by: string, since?: Millis): Promise<boolean> => {
  const person = await handTo(act, conversation, { mode: 'human', by, since })
  if (person === undefined) return false
  act.concerns(person)
  await stopAgent(act, conversation, 'taken')
  await act.drop(unattended(conversation))
  await stopFollowing(act, person)
  await act.act(seeEscalation, { conversation })
  await waitForBack(act, { conversation, person })
  await refreshCrm(act, person)
  return true
}

// Whoever was called has come, so what they were called for is over too, also where they never took it in hand.
export const handBack = defineAction({ name: 'hand-back', args, result, scopes: ['conversations:write'], callers: ['staff', 'system'] }).decides(async ({ conversation }, act) => {
  const ended = await act.act(endEscalation, { conversation })
  const person = await handTo(act, conversation, { mode: 'bot' })
  if (person === undefined && !ended.isNew) return { isNew: false }
  if (person !== undefined) act.concerns(person)
  await act.drop(backTimers(conversation))
  await assign(act, conversation, 'nobody')
  if (person !== undefined) await refreshCrm(act, person)
  await resumeAgent(act, conversation)
  return { isNew: true }
})

// So that a conversation that a person forgets isn't left without anybody.
export const backTimer = { name: 'conversations.back', payload: z.strictObject({ conversation: z.uuid() }) }
const backTimers = (conversation: string): string => `back:${conversation}:`
export const waitForBack = async (act: Act, { conversation, person }: { conversation: string; person: string }): Promise<Millis | undefined> => {
  const at = await backAt(act, conversation)
  if (at !== undefined && at > act.now) await act.later(backTimer, { conversation }, { key: backTimers(conversation) + at, at, person })
  return at
}

// What had left the house when it was taken can't be called back, only waited for: whoever took over hears so when nothing is on its way any more.
const lookEveryMs: Millis = 25
const mostMs: Millis = 10_000
export const whenQuiet = async ({ db, clock }: { db: Db; clock: Clock }, { tenant, conversation }: { tenant: string; conversation: string }): Promise<boolean> => {
  for (const end = clock.now() + mostMs; clock.now() < end; await pause(clock, lookEveryMs)) if (!(await isUnderWay(db.bare, { tenant, serial: serialOf(conversation) }))) return true
  return false
}
