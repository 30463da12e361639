import { reviseSaid } from '../actions/revise-message.ts'
import { revised } from '../domain/ports/messaging.ts'
import { defineFlow } from '../domain/reads.ts'

export const messageRevised = defineFlow({
  name: 'messaging.revised',
  payload: revised,
  serial: ({ connection, contact, message }) => `messaging:${connection}:${contact?.id ?? message}`,
  async decide(payload, _facts, { act }) {
    await act(reviseSaid, payload)
  },
})
