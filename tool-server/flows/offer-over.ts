import { lapse, offerOver as timer } from '../actions/waitlist.ts'
import { defineFlow } from '../domain/reads.ts'

export const offerOver = defineFlow({
  ...timer,
  name: 'waitlist.over',
  gather: (_payload, { homes }) => homes.catalogue(),
  decide: (payload, catalogue, act) => lapse(act, payload, catalogue),
})
