import { z } from 'zod'
import { AppError } from '@portero/shared'
import { defineAction } from '../define.ts'
import { say } from './say.ts'

// What a tool found out after its caller had stopped waiting is said as a message.
const args = z.strictObject({ text: z.string().min(1).max(4_096), key: z.string() })
export const pushAnswer = defineAction({ name: 'push-answer', args, result: z.strictObject({ said: z.boolean() }), scopes: [], callers: ['prospect', 'system'] }).decides(async ({ text, key }, act) => {
  const { conversation } = act.subject
  if (!conversation) throw new AppError('bug', 'an answer is pushed into a conversation')
  const { said } = await say(act, { conversation, purpose: 'answer', content: { type: 'text', text }, key: `push:${key}` })
  return { said }
})
