import { z } from 'zod'
import { defineAction } from '../define.ts'
import { failureReason } from '../domain/ports/messaging.ts'
import { refusals } from '../domain/send-gate.ts'
import { addNote } from '../store/notes.ts'
import { noteReply, replyLeft } from '../store/replies.ts'
import { seeEscalation } from './escalate.ts'
import { noteInInbox } from './inbox.ts'
import { refreshCrm } from './refresh-crm.ts'
import { say } from './say.ts'
import { takeOver } from './take-over.ts'

// A person of ours writes to the prospect, who is in their hands from then on. It stands in the transcript at once, and what becomes of it is learnt later.
const text = z.string().min(1).max(4_000)
const reply = z.strictObject({ conversation: z.uuid(), text, key: z.string() })
export const replyAsPerson = defineAction({ name: 'reply', args: reply, result: z.strictObject({ status: z.enum(['said', ...refusals]) }), scopes: ['conversations:write'], callers: ['staff'] }).decides(async ({ conversation, text, key }, act) => {
  const told = await say(act, { conversation, purpose: 'staff', content: { type: 'text', text }, key, then: 'conversations.replied' })
  if (!told.said) return { status: told.because }
  const person = await noteReply(act, { conversation, text, key })
  act.concerns(person)
  await act.act(takeOver, { conversation })
  await act.act(seeEscalation, { conversation })
  await refreshCrm(act, person)
  return { status: 'said' }
})

// message: what the vendor calls it; without, it never left. failure: why, where that is known.
const left = z.strictObject({ conversation: z.uuid(), key: z.string(), message: z.string().optional(), failure: failureReason.optional() })
export const noteReplyLeft = defineAction({ name: 'note-reply-left', args: left, result: z.strictObject({}), scopes: [], callers: ['system'] }).decides(async (what, act) => {
  await replyLeft(act, what)
  return {}
})

// For our own people only: in the vendor's inbox, and at the CRM.
const note = z.strictObject({ conversation: z.uuid(), text, key: z.string() })
export const writeNote = defineAction({ name: 'write-note', args: note, result: z.strictObject({ status: z.enum(['noted', 'nameless']), text: z.string().optional() }), scopes: ['conversations:write'], callers: ['staff'] }).decides(async ({ conversation, text, key }, act) => {
  const isNoted = await noteInInbox(act, conversation, text, key)
  await act.act(seeEscalation, { conversation })
  if (!isNoted) return { status: 'nameless' }
  const person = await addNote(act, { conversation, text })
  act.concerns(person)
  await refreshCrm(act, person)
  return { status: 'noted', text }
})
