import { holdOver as timer } from '../actions/hold-tour.ts'
import { releaseHold } from '../actions/release-hold.ts'
import { defineFlow } from '../domain/reads.ts'

export const holdOver = defineFlow({
  ...timer,
  name: 'tours.hold-over',
  async decide(payload, _facts, { act }) {
    await act(releaseHold, payload)
  },
})
