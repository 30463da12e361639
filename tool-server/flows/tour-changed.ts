import { arrangeVisit } from '../actions/arrange-visit.ts'
import { followTour } from '../actions/follow-tour.ts'
import { inviteByMail } from '../actions/invite-by-mail.ts'
import { projectVisit } from '../actions/project-visit.ts'
import { watchOverlaps } from '../actions/watch-overlaps.ts'
import { tourChanged as timer } from '../actions/tour-change.ts'
import { eventFacts } from '../domain/event-facts.ts'
import { defineFlow } from '../domain/reads.ts'
import { visitFacts } from '../domain/visit-facts.ts'

export const tourChanged = defineFlow({
  ...timer,
  name: 'tours.changed',
  gather: async (payload, reads) => ({ ...(await visitFacts(payload, reads)), ...(await eventFacts(reads)) }),
  async decide(payload, facts, act) {
    await act.act(followTour, payload)
    await arrangeVisit(act, payload, facts)
    await inviteByMail(act, payload, facts)
    if (facts.calendars.length === 0) return
    await projectVisit(act, payload, facts)
    await watchOverlaps(act, payload)
  },
})
