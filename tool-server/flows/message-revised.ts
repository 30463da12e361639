import { awaitAnswer } from '../actions/agent-wait.ts'
import { reviseSaid } from '../actions/revise-message.ts'
import { revised } from '../domain/ports/messaging.ts'
import { defineFlow } from '../domain/reads.ts'

export const messageRevised = defineFlow({
  name: 'messaging.revised',
  payload: revised,
  serial: ({ connection, contact, message }) => `messaging:${connection}:${contact?.id ?? message}`,
  gather: async ({ connection }, { channels }) => channels.agentOf(connection),
  async decide(payload, agent, act) {
    const { waits } = await act.act(reviseSaid, payload)
    if (agent === 'portero' && waits !== undefined) await awaitAnswer(act, waits)
  },
})
