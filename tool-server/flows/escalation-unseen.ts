import { callPerson, unseenTimer } from '../actions/call-person.ts'
import { defineFlow } from '../domain/reads.ts'

export const escalationUnseen = defineFlow({
  ...unseenTimer,
  name: 'escalations.unseen',
  async decide(payload, _facts, { act }) {
    await act(callPerson, payload)
  },
})
