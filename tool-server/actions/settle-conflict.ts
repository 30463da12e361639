import { z } from 'zod'
import { defineAction, type Act } from '../define.ts'
import { cutAt, endOf, isEnd, type End } from '../domain/crm-record.ts'
import { stage } from '../domain/leads.ts'
import { mayChoose } from '../domain/sync.ts'
import { hangAs, hungAt, retell } from '../store/counterparts.ts'
import { oursNow } from '../store/crm-ours.ts'
import { closeConflict, conflictToSettle, type Lost } from '../store/crm-reviews.ts'
import { adoptContact } from './adopt-contact.ts'
import { adoptDeal } from './adopt-deal.ts'
import { refreshCrm } from './refresh-crm.ts'

// Somebody of ours has looked at a change that lost; the next one of its field is told of anew. keep: whose word is to hold; without it, it stays as it is.
// before: it was settled so already. changed: what holds now is neither, or somebody settled it otherwise. taken: they have another lead that is open.
const args = z.strictObject({ conflict: z.uuid(), keep: z.enum(['ours', 'theirs']).optional() })
const result = z.strictObject({ status: z.enum(['settled', 'before', 'changed', 'taken', 'missing']) })
export const settleConflict = defineAction({ name: 'settle-crm-conflict', args, result, scopes: ['people:write'], callers: ['staff', 'system'] }).decides(async ({ conflict, keep }, act) => {
  const lost = await conflictToSettle(act, conflict)
  if (!lost) return { status: 'missing' }
  const { person, kind, ours, won } = lost
  act.concerns(person)
  if (!lost.isOpen) return { status: keep === undefined || keep === won ? 'before' : 'changed' }
  if (isEnd(lost.field)) {
    await settleCut(act, { ...lost, field: lost.field }, keep)
    await closeConflict(act, conflict, keep ?? won)
    return { status: 'settled' }
  }
  if (keep !== undefined) {
    if (kind !== 'contact' && kind !== 'deal') return { status: 'changed' }
    if (!mayChoose({ ...lost, now: (await oursNow(act, kind, ours))?.texts[lost.field] })) return { status: 'changed' }
    if (keep !== won && !(await take(act, lost, lost.values[keep] ?? ''))) return { status: 'taken' }
  }
  // Ours may have been written there once only, and people again after it.
  if (won === 'ours' && keep !== 'theirs' && kind !== 'meeting') {
    await retell(act, kind, ours)
    await refreshCrm(act, person)
  }
  await closeConflict(act, conflict, keep ?? won)
  return { status: 'settled' }
})

// What was cut is hung there again, or stays as people left it.
const settleCut = async (act: Act, { person, kind, ours, field: end }: Lost & { field: End }, keep: Lost['won'] = 'theirs'): Promise<void> => {
  const hung = await hungAt(act, kind, ours)
  if (hung === undefined || endOf(hung, end)?.cut !== 'asked') return
  await hangAs(act, { kind, ours }, keep === 'ours' ? undefined : cutAt(hung, end, 'meant'))
  if (keep === 'theirs') return
  await retell(act, kind, ours)
  await refreshCrm(act, person)
}

const take = async (act: Act, { person, kind, ours, field }: Lost, value: string): Promise<boolean> => {
  if (kind === 'contact') await act.act(adoptContact, { person, ...(field === 'name' ? { name: value } : { language: value === 'en' ? 'en' : 'es-MX' }) })
  else return (await act.act(adoptDeal, { person, lead: ours, ...(field === 'stage' ? { stage: stage.parse(value), texts: {} } : { texts: { [field]: value } }) })).isPlaced
  return true
}
