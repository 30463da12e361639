import { meetDue, visitDue } from '../actions/tour-due.ts'
import { defineFlow } from '../domain/reads.ts'
import { visitFacts } from '../domain/visit-facts.ts'

export const tourDue = defineFlow({
  ...visitDue,
  name: 'tours.due',
  gather: visitFacts,
  decide: (payload, facts, act) => meetDue(act, payload, facts),
})
