import { z } from 'zod'
import { noteReplyLeft } from '../actions/reply.ts'
import { defineFlow } from '../domain/reads.ts'

// The vendor has taken what a person of ours wrote, or never will.
export const replied = defineFlow({
  name: 'conversations.replied',
  payload: z.strictObject({ command: z.string(), key: z.string(), args: z.unknown(), done: z.strictObject({ message: z.string() }).optional(), dead: z.strictObject({ code: z.string(), uncertain: z.boolean() }).optional() }),
  async decide({ key, done }, _facts, { act }) {
    const [, conversation, of] = /^say:([0-9a-f-]{36}):staff:(.+)\/0$/.exec(key) ?? []
    if (conversation !== undefined && of !== undefined) await act(noteReplyLeft, { conversation, key: of, ...(done && { message: done.message }) })
  },
})
