import { z } from 'zod'
import { takeoverWords } from '@portero/shared'
import { defineAction, type Act, type Millis } from '../define.ts'
import { byTemplate } from '../domain/message-templates.ts'
import { sendMessage } from '../domain/ports/messaging.ts'
import { label } from '../domain/spanish-times.ts'
import { cardZone } from '../store/card-transcript.ts'
import { lockUnseen, nextInLine, noteTold, type Called, type Unseen } from '../store/escalations.ts'
import { templateFor } from '../store/templates.ts'
import { assign } from './inbox.ts'

// As long as nobody has looked at an escalation, the next in line is told: at once, when half of the time is over, and when all of it is.
export const unseenTimer = { name: 'escalations.unseen', payload: z.strictObject({ escalation: z.uuid() }) }
export const unseenTimers = (escalation: string): string => `escalation:${escalation}:`
const template = 'portero_escalation'
// Who wants somebody else gets nothing more from the vendor's bot, once it has said that somebody is coming; with everybody else it goes on until a person takes over.
const atOnce: ReadonlySet<string> = new Set(['asked_for_person', 'complaint', 'emergency'])
const lastWordsMs: Millis = 20_000

const result = z.strictObject({ told: z.string().optional(), how: z.enum(['whatsapp', 'none']).optional() })
export const callPerson = defineAction({ name: 'call-person', args: unseenTimer.payload, result, scopes: [], callers: ['system'] }).decides(async ({ escalation }, act) => {
  const unseen = await lockUnseen(act, escalation)
  if (!unseen) return {}
  act.concerns(unseen.person)
  const called = await nextInLine(act, unseen)
  if (!called) return {}
  const next = nextLook(unseen)
  if (next !== undefined) await act.later(unseenTimer, { escalation }, { key: `${unseenTimers(escalation)}${unseen.told + 1}`, at: next, person: unseen.person })
  if (unseen.told === 0 && atOnce.has(unseen.reason)) await assign(act, unseen.conversation, { agent: called.name, ...(called.email !== undefined && { email: called.email }) }, act.now + lastWordsMs)
  const how = await tell(act, unseen, called)
  await noteTold(act, unseen, called.id, how)
  return { told: called.id, how }
})

const nextLook = ({ told, openedAt, dueAt }: Unseen): Millis | undefined => (told === 0 ? openedAt + Math.floor((dueAt - openedAt) / 2) : told === 1 ? dueAt : undefined)

// By an approved template only: they may never have written to us.
const tell = async (act: Act, { id, conversation, connection, reason, dueAt, told }: Unseen, { id: agent, name, phone }: Called): Promise<'whatsapp' | 'none'> => {
  const language = 'es-MX'
  const known = phone === undefined ? undefined : await templateFor(act, { connection, name: template, language })
  if (phone === undefined || known?.status !== 'approved') return 'none'
  const { project, version } = known
  const said = byTemplate(template, language, { name, reason: takeoverWords[language].reason(reason), until: label(cardZone, dueAt), conversation })
  await act.send(sendMessage, { to: { id: agent, phone }, content: { type: 'template', ...said, project, version, language } }, { key: `${unseenTimers(id)}tell:${told + 1}`, to: connection, serial: `staff:${agent}` })
  return 'whatsapp'
}
