import { serialOf } from '../actions/crm-look.ts'
import { noteCut } from '../actions/note-cut.ts'
import { linkCut as payload } from '../domain/ports/crm-seen.ts'
import { defineFlow } from '../domain/reads.ts'

// Somebody at the CRM cut a record off the contact or the deal that it hung on, if that is so by now. What hung on a record that is gone, or was merged, goes the way of that one.
export const crmCut = defineFlow({
  name: 'crm.cut',
  payload,
  serial: serialOf,
  async gather({ kind, id, end, other }, { crm }) {
    for (const [each, its] of [[kind, id], [end, other]] as const) if ((await crm.kept(each, [its]))[0]?.id !== its) return false
    const [found] = await crm.hungOn(kind, [id], end)
    return found?.others.includes(other) !== true
  },
  async decide(cut, isCut, act) {
    if (isCut) await act.act(noteCut, cut)
  },
})
