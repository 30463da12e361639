import { z } from 'zod'
import { defineAction } from '../define.ts'
import { followSince } from '../domain/cadence.ts'
import { fitMessage, sms } from '../domain/message-fit.ts'
import { failed } from '../domain/ports/messaging.ts'
import { refusals } from '../domain/send-gate.ts'
import { noteMessage } from '../store/conversations.ts'
import { contactOf } from '../store/people.ts'
import { sentAs } from '../store/sent.ts'
import { standing } from '../store/standing.ts'
import { say, sayingOf } from './say.ts'

// What can't reach somebody on WhatsApp goes out once as an SMS, through the same gate. About an SMS that failed there is nothing more to be done, and nobody is followed up by one.
const args = z.strictObject({ key: z.string() }) // of the command that failed
const result = z.strictObject({ status: z.enum(['said', 'not_possible', ...refusals]) })
export const fallBack = defineAction({ name: 'fall-back', args, result, scopes: [], callers: ['system'] }).decides(async ({ key }, act) => {
  const saying = sayingOf(key)
  const sent = saying && (await sentAs(act, key))
  const known = sent && (await standing(act, saying.conversation))
  if (!known || sent.by === 'sms' || followSince(saying.key) !== undefined) return { status: 'not_possible' }
  act.concerns(known.person)
  if ((await contactOf(act, known.person))?.phone === undefined) return { status: 'not_possible' }
  const { conversation, purpose } = saying
  const told = await say(act, { conversation, purpose, content: sent.content, key: `${saying.key}/sms`, by: 'sms' })
  return { status: told.said ? 'said' : told.because }
})

// The vendor won't ever take it, and so gave it no name. What a person of ours wrote stands in the transcript already.
const unsent = args.extend({ failed })
export const noteUnsent = defineAction({ name: 'note-unsent', args: unsent, result: z.strictObject({}), scopes: [], callers: ['system'] }).decides(async ({ key, failed: { reason, otherwise } }, act) => {
  const saying = sayingOf(key)
  const sent = saying && (await sentAs(act, key))
  const known = sent && (await standing(act, saying.conversation))
  if (!known) return {}
  const { person, connection } = known
  act.concerns(person)
  const text = fitMessage(sent.content, sms).messages.flatMap((part) => (part.type === 'text' ? part.text : [])).join('\n')
  if (saying.purpose !== 'staff' || sent.by === 'sms') {
    await noteMessage(act, { conversation: saying.conversation, person, connection, external: `unsent:${key}`, author: 'portero', body: { kind: 'text', text }, status: 'failed', sentAt: act.now, failure: reason, by: sent.by })
  }
  if (otherwise) await act.act(fallBack, { key })
  return {}
})
