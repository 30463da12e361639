import { arrangeVisit } from '../actions/arrange-visit.ts'
import { followTour } from '../actions/follow-tour.ts'
import { tourChanged as timer } from '../actions/tour-change.ts'
import { defineFlow } from '../domain/reads.ts'
import { visitFacts } from '../domain/visit-facts.ts'

export const tourChanged = defineFlow({
  ...timer,
  name: 'tours.changed',
  gather: visitFacts,
  async decide(payload, facts, act) {
    await act.act(followTour, payload)
    await arrangeVisit(act, payload, facts)
  },
})
