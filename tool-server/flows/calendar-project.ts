import { projectTours } from '../actions/calendar-turns.ts'
import { projectVisit } from '../actions/project-visit.ts'
import { eventFacts } from '../domain/event-facts.ts'
import { defineFlow } from '../domain/reads.ts'

// Visits that do not stand in a calendar as they are to.
export const calendarProject = defineFlow({
  ...projectTours,
  name: 'calendar.project',
  gather: (_payload, reads) => eventFacts(reads),
  async decide({ tours }, facts, act) {
    for (const tour of tours) await projectVisit(act, { tour }, facts)
  },
})
