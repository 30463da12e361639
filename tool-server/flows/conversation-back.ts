import { reactivate } from '../actions/reactivate.ts'
import { backTimer } from '../actions/take-over.ts'
import { defineFlow } from '../domain/reads.ts'

export const conversationBack = defineFlow({
  ...backTimer,
  name: 'conversations.back',
  async decide(payload, _facts, { act }) {
    await act(reactivate, payload)
  },
})
