import { followTour } from '../actions/follow-tour.ts'
import { tourChanged as timer } from '../actions/tour-change.ts'
import { defineFlow } from '../domain/reads.ts'

export const tourChanged = defineFlow({
  ...timer,
  name: 'tours.changed',
  async decide(payload, _facts, { act }) {
    await act(followTour, payload)
  },
})
