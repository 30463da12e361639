import { refill, timeFreed as timer } from '../actions/waitlist.ts'
import { defineFlow } from '../domain/reads.ts'

export const timeFreed = defineFlow({
  ...timer,
  name: 'waitlist.freed',
  serial: ({ building }) => `waitlist:${building}`,
  gather: (_payload, { homes }) => homes.catalogue(),
  decide: (payload, catalogue, act) => refill(act, payload, catalogue),
})
