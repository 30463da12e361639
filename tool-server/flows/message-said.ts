import { noteSaid } from '../actions/note-said.ts'
import { said } from '../domain/ports/messaging.ts'
import { defineFlow } from '../domain/reads.ts'

export const messageSaid = defineFlow({
  name: 'messaging.said',
  payload: said,
  serial: ({ connection, contact, message }) => `messaging:${connection}:${contact?.id ?? message}`,
  async decide(payload, _facts, { act }) {
    await act(noteSaid, payload)
  },
})
