import { z } from 'zod'
import { mailWords, takeoverWords } from '@portero/shared'
import { defineAction, type Act, type Millis } from '../define.ts'
import { byTemplate } from '../domain/message-templates.ts'
import { sendMail } from '../domain/ports/mail.ts'
import { sendMessage } from '../domain/ports/messaging.ts'
import { label } from '../domain/spanish-times.ts'
import { cardZone } from '../store/card-transcript.ts'
import { lockUnseen, nextInLine, noteTold, type Called, type How, type Unseen } from '../store/escalations.ts'
import { templateFor } from '../store/templates.ts'
import { assign } from './inbox.ts'
import { letter } from './letter.ts'

// As long as nobody has looked at an escalation, the next in line is told: at once, when half of the time is over, and when all of it is.
export const unseenTimer = { name: 'escalations.unseen', payload: z.strictObject({ escalation: z.uuid() }) }
export const unseenTimers = (escalation: string): string => `escalation:${escalation}:`
export const noticeSent = { name: 'escalations.notice-sent' } // the flow that hears whether a notice has left
export const noticeOf = (key: string): { escalation: string; number: number } | undefined => {
  const [, escalation, number] = /^escalation:([0-9a-f-]{36}):(?:tell|mail):(\d+)$/.exec(key) ?? []
  return escalation === undefined ? undefined : { escalation, number: Number(number) }
}
// mail: whether there is anything to send it by. conversations: the console's pages of them, each by its id.
export const reach = z.strictObject({ mail: z.boolean(), conversations: z.string() })
type Reach = z.infer<typeof reach>
const template = 'portero_escalation'
const language = 'es-MX'
// Who wants somebody else gets nothing more from a bot, the vendor's or ours, once it has said that somebody is coming; with everybody else it goes on until a person takes over.
export const atOnce: ReadonlySet<string> = new Set(['asked_for_person', 'complaint', 'emergency'])
const lastWordsMs: Millis = 20_000

const result = z.strictObject({ told: z.string().optional(), how: z.enum(['whatsapp', 'email', 'none']).optional() })
export const callPerson = defineAction({ name: 'call-person', args: unseenTimer.payload.extend({ reach }), result, scopes: [], callers: ['system'] }).decides(async ({ escalation, reach }, act) => {
  const unseen = await lockUnseen(act, escalation)
  if (!unseen) return {}
  act.concerns(unseen.person)
  const called = await nextInLine(act, unseen)
  if (!called) return {}
  const next = nextLook(unseen)
  if (next !== undefined) await act.later(unseenTimer, { escalation }, { key: `${unseenTimers(escalation)}${unseen.told + 1}`, at: next, person: unseen.person })
  if (unseen.told === 0 && atOnce.has(unseen.reason)) await assign(act, unseen.conversation, { agent: called.name, ...(called.email !== undefined && { email: called.email }) }, act.now + lastWordsMs)
  const how = await tell(act, unseen, called, reach)
  await noteTold(act, unseen, called.id, how)
  return { told: called.id, how }
})

const nextLook = ({ told, openedAt, dueAt }: Unseen): Millis | undefined => (told === 0 ? openedAt + Math.floor((dueAt - openedAt) / 2) : told === 1 ? dueAt : undefined)

// On WhatsApp by an approved template only, since they may never have written to us; else by e-mail.
const tell = async (act: Act, { id, conversation, connection, reason, dueAt, told }: Unseen, called: Called, reach: Reach): Promise<How> => {
  const { name, phone } = called
  const known = phone === undefined ? undefined : await templateFor(act, { connection, name: template, language })
  if (phone === undefined || known?.status !== 'approved') return (await tellByMail(act, { id, conversation, reason, dueAt, called, number: told + 1 }, reach)) ? 'email' : 'none'
  const { project, version } = known
  const said = byTemplate(template, language, { name, reason: takeoverWords[language].reason(reason), until: label(cardZone, dueAt), conversation })
  await act.send(sendMessage, { to: { id: called.id, phone }, content: { type: 'template', ...said, project, version, language } }, { key: `${unseenTimers(id)}tell:${told + 1}`, to: connection, serial: `staff:${called.id}`, then: noticeSent.name })
  return 'whatsapp'
}

type Notice = Pick<Unseen, 'id' | 'conversation' | 'reason' | 'dueAt'> & { called: Called; number: number }
export const tellByMail = async (act: Act, { id, conversation, reason, dueAt, called: { name, email }, number }: Notice, { mail, conversations }: Reach): Promise<boolean> => {
  if (!mail || email === undefined) return false
  const { escalation: words } = mailWords[language]
  const why = takeoverWords[language].reason(reason)
  const link = { label: words.open, url: `${conversations}${conversation}` }
  await act.send(sendMail, { to: email, subject: words.subject(why), ...letter({ greeting: words.greeting(name), paragraphs: [words.text(why, label(cardZone, dueAt))], link, language }) }, { key: `${unseenTimers(id)}mail:${number}`, then: noticeSent.name })
  return true
}
