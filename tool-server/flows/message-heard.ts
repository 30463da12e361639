import { awaitAnswer } from '../actions/agent-wait.ts'
import { hearMessage } from '../actions/hear-message.ts'
import { mindSilence } from '../actions/mind-silence.ts'
import { heard } from '../domain/ports/messaging.ts'
import { defineFlow } from '../domain/reads.ts'

// A transcript doesn't wait for a vendor that doesn't answer: then the conversation gets its name later, by its own webhook or by a tool call.
export const messageHeard = defineFlow({
  name: 'messaging.heard',
  payload: heard,
  serial: ({ connection, contact }) => `messaging:${connection}:${contact.id}`,
  gather: async ({ connection, conversation, message }, reads) => ({
    agent: await reads.channels.agentOf(connection),
    conversation: conversation ?? (await reads.messaging.conversationOf(message).catch(() => undefined)),
  }),
  async decide(payload, { agent, conversation }, act) {
    const { waits } = await act.act(hearMessage, { ...payload, ...(conversation !== undefined && { conversation }) })
    if (agent === 'portero' && waits !== undefined) await awaitAnswer(act, waits)
    await mindSilence(act, payload)
  },
})
