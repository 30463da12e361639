import { z } from 'zod'
import { AppError } from '@portero/shared'
import { defineAction } from '../define.ts'
import { messageContent } from '../domain/message-fit.ts'
import { gate, refusals } from '../domain/send-gate.ts'
import { standing } from '../store/standing.ts'
import { say } from './say.ts'

// Shows a home in the conversation it was asked for in: all of it, or nothing and why. Who asked isn't kept waiting while it is sent.
const contents = z.array(messageContent).min(1)
const shown = z.strictObject({ conversation: z.uuid(), contents, key: z.string() })
export const homeMedia = { name: 'homes.media', payload: shown }

export const sendHomeMedia = defineAction({ name: 'send-home-media', args: z.strictObject({ contents }), result: z.strictObject({ because: z.enum(refusals).optional() }), scopes: ['messages:write'], callers: ['prospect'] }).decides(async ({ contents }, act) => {
  const { conversation } = act.subject
  const known = conversation === undefined ? undefined : await standing(act, conversation)
  if (!known || conversation === undefined) throw new AppError('bug', 'a home is shown in a conversation')
  const verdict = gate('answer', { ...known, windowed: true, template: 'none', now: act.now })
  if (verdict.may === 'no') return { because: verdict.because }
  const key = `home-media:${act.newId()}`
  await act.later(homeMedia, { conversation, contents, key }, { key, at: act.now })
  return {}
})

export const showHome = defineAction({ name: 'show-home', args: shown, result: z.strictObject({ said: z.boolean() }), scopes: [], callers: ['system'] }).decides(async ({ conversation, contents, key }, act) => {
  const { said } = await say(act, { conversation, purpose: 'answer', content: contents, key })
  return { said }
})
