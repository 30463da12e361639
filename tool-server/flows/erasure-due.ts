import { erasureDueAt } from '../actions/block-person.ts'
import { erasePerson } from '../actions/erase-person.ts'
import { defineFlow } from '../domain/reads.ts'

// The date has come at which whoever was blocked is deleted.
export const erasureDue = defineFlow({
  ...erasureDueAt,
  async decide(which, _facts, act) {
    await act.act(erasePerson, which)
  },
})
