import { noteUnsubscribed } from '../actions/unsubscribe.ts'
import { unsubscribed as payload } from '../domain/ports/messaging.ts'
import { defineFlow } from '../domain/reads.ts'

export const unsubscribed = defineFlow({
  name: 'messaging.unsubscribed',
  payload,
  serial: ({ connection, contact }) => `messaging:${connection}:${contact.id}`,
  async decide(told, _facts, { act }) {
    await act(noteUnsubscribed, told)
  },
})
