import { z } from 'zod'
import { noteUnsent } from '../actions/fall-back.ts'
import { noteReplyLeft } from '../actions/reply.ts'
import { sendMessage } from '../domain/ports/messaging.ts'
import { defineFlow } from '../domain/reads.ts'

// The vendor has taken what a person of ours wrote, or never will.
export const replied = defineFlow({
  name: 'conversations.replied',
  payload: z.strictObject({ command: z.string(), key: z.string(), args: z.unknown(), done: sendMessage.result.optional(), dead: z.strictObject({ code: z.string(), uncertain: z.boolean() }).optional() }),
  async decide({ key, done }, _facts, { act }) {
    const [, conversation, of] = /^say:([0-9a-f-]{36}):staff:(.+)\/0$/.exec(key) ?? []
    if (conversation !== undefined && of !== undefined) await act(noteReplyLeft, { conversation, key: of, ...(done?.message !== undefined && { message: done.message }), ...(done?.failed && { failure: done.failed.reason }) })
    if (done?.failed) await act(noteUnsent, { key, failed: done.failed })
  },
})
