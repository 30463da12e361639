import { replayDue, replayPage } from '../actions/replay-page.ts'
import { defineFlow } from '../domain/reads.ts'

export const reviewReplay = defineFlow({
  ...replayDue,
  name: 'review.replay',
  async decide(payload, _facts, { act }) {
    await act(replayPage, payload)
  },
})
