import { z } from 'zod'
import { erasureDueAt, vendorErased as told } from '../actions/block-person.ts'
import { eraseCase, noteVendorErased } from '../actions/erase-case.ts'
import { defineFlow } from '../domain/reads.ts'

// The date has come at which whoever was blocked is deleted.
export const erasureDue = defineFlow({
  ...erasureDueAt,
  gather: (_which, { house }) => house.isShadow(),
  async decide(which, isShadow, act) {
    await act.act(eraseCase, { ...which, isShadow })
  },
})
// A vendor has answered what it was asked to delete of them, or will not. Whether it has, where nobody knows it, counts as not.
export const vendorErased = defineFlow({
  ...told,
  payload: z.strictObject({ command: z.string(), key: z.string(), args: z.unknown(), done: z.unknown().optional(), dead: z.strictObject({ code: z.string(), uncertain: z.boolean() }).optional() }),
  async decide({ key, dead }, _facts, act) {
    await act.act(noteVendorErased, { key, ...(dead && { code: dead.code }) })
  },
})
