import { showersToTell } from '../actions/block-person.ts'
import { tellShower } from '../actions/invite-by-mail.ts'
import { eventFacts } from '../domain/event-facts.ts'
import { defineFlow } from '../domain/reads.ts'

// Visits that are off because whoever was to come is blocked.
export const visitsOff = defineFlow({
  ...showersToTell,
  gather: (_payload, reads) => eventFacts(reads),
  async decide({ visits }, facts, act) {
    for (const visit of visits) await tellShower(act, visit, facts)
  },
})
