import { hearMessage } from '../actions/hear-message.ts'
import { mindSilence } from '../actions/mind-silence.ts'
import { heard } from '../domain/ports/messaging.ts'
import { defineFlow } from '../domain/reads.ts'

// A transcript doesn't wait for a vendor that doesn't answer: then the conversation gets its name later, by its own webhook or by a tool call.
export const messageHeard = defineFlow({
  name: 'messaging.heard',
  payload: heard,
  serial: ({ connection, contact }) => `messaging:${connection}:${contact.id}`,
  gather: async ({ conversation, message }, reads) => conversation ?? reads.messaging.conversationOf(message).catch(() => undefined),
  async decide(payload, conversation, act) {
    await act.act(hearMessage, { ...payload, ...(conversation !== undefined && { conversation }) })
    await mindSilence(act, payload)
  },
})
