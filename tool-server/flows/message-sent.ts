import { z } from 'zod'
import { noteUnsent } from '../actions/fall-back.ts'
import { sendMessage } from '../domain/ports/messaging.ts'
import { defineFlow } from '../domain/reads.ts'

// The vendor has answered to what we said. That it will never take it for this person is the one thing that its webhooks don't tell.
export const messageSent = defineFlow({
  name: 'messaging.sent',
  payload: z.strictObject({ command: z.string(), key: z.string(), args: z.unknown(), done: sendMessage.result.optional(), dead: z.strictObject({ code: z.string(), uncertain: z.boolean() }).optional() }),
  async decide({ key, done }, _facts, { act }) {
    if (done?.failed) await act(noteUnsent, { key, failed: done.failed })
  },
})
