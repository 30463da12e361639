import { changeNumber } from '../actions/claim-identity.ts'
import { renumbered as payload } from '../domain/ports/messaging.ts'
import { defineFlow } from '../domain/reads.ts'

export const renumbered = defineFlow({
  name: 'messaging.renumbered',
  payload,
  serial: ({ connection, contact }) => `messaging:${connection}:${contact.id}`,
  async decide(told, _facts, { act }) {
    await act(changeNumber, told)
  },
})
