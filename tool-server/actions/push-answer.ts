import { z } from 'zod'
import { AppError } from '@portero/shared'
import { defineAction } from '../define.ts'
import { sendText } from '../domain/ports/messaging.ts'
import { externalOf } from '../store/conversations.ts'
import { contactOf } from '../store/people.ts'

// What a tool found out after its caller had stopped waiting is said as a message.
const args = z.strictObject({ text: z.string().min(1).max(4_096), key: z.string() })
export const pushAnswer = defineAction({ name: 'push-answer', args, result: z.strictObject({}), scopes: [], callers: ['prospect', 'system'] }).decides(async ({ text, key }, act) => {
  const { person, conversation } = act.subject
  const to = person && (await contactOf(act, person))
  const where = conversation && (await externalOf(act, conversation))
  if (!to || !where) throw new AppError('bug', 'an answer is pushed into a conversation')
  await act.send(sendText, { to, text, ...(where.external !== undefined && { conversation: where.external }) }, { key: `push:${key}`, to: where.connection, serial: `say:${conversation}` })
  return {}
})
