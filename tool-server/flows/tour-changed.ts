import { arrangeVisit } from '../actions/arrange-visit.ts'
import { followTour } from '../actions/follow-tour.ts'
import { inviteByMail } from '../actions/invite-by-mail.ts'
import { tourChanged as timer } from '../actions/tour-change.ts'
import { senderOf } from '../domain/ports/mail.ts'
import { defineFlow } from '../domain/reads.ts'
import { visitFacts } from '../domain/visit-facts.ts'

export const tourChanged = defineFlow({
  ...timer,
  name: 'tours.changed',
  gather: async (payload, reads) => ({ ...(await visitFacts(payload, reads)), sender: await senderOf(reads.mail), conversations: await reads.handles.conversationsUrl() }),
  async decide(payload, facts, act) {
    await act.act(followTour, payload)
    await arrangeVisit(act, payload, facts)
    await inviteByMail(act, payload, facts)
  },
})
