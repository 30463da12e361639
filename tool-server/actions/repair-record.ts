import { z } from 'zod'
import { defineAction } from '../define.ts'
import { isEnd, lineOf } from '../domain/crm-record.ts'
import { claimRecord } from '../domain/ports/crm.ts'
import { ownerOf, type Kind } from '../domain/ports/crm-fields.ts'
import { recordKind } from '../domain/ports/crm-seen.ts'
import { idField, outcomes } from '../domain/reconcile.ts'
import { hangAs, retell } from '../store/counterparts.ts'
import { closeConflictsOf } from '../store/crm-reviews.ts'
import { forgetRecord } from './crm-changed.ts'
import { lookAt } from './crm-look.ts'
import { refreshCrm } from './refresh-crm.ts'

// One thing that isn't at the CRM as it should be is put right by the usual ways: what is ours is told again, what people may change is looked at first. What only people can settle is put before them; nothing is taken away.
const kind = z.enum(['contact', 'deal', 'meeting', 'communication', 'task', 'note', 'ticket'] as const satisfies readonly Kind[])
const finding = z.strictObject({ is: z.enum(outcomes), kind, ours: z.uuid().optional(), external: z.string().optional(), person: z.uuid().optional(), fields: z.array(z.string()) })
export const repairRecord = defineAction({ name: 'repair-record', args: z.strictObject({ finding }), result: z.strictObject({}), scopes: ['people:write'], callers: ['staff', 'system'] }).decides(async ({ finding: { is, fields, ...which } }, act) => {
  const { ours, external, person } = which
  if (person !== undefined) act.concerns(person)
  const seen = recordKind.safeParse(which.kind).data
  // Whoever else has the number is put to people by the usual look.
  if (is === 'duplicate' && external !== undefined && seen === 'contact') await lookAt(act, { kind: seen, id: external }, { lane: 'bulk' })
  if (ours === undefined || person === undefined || (is !== 'drifted' && is !== 'missing')) return {}
  if (is === 'missing' && seen && external !== undefined) await act.act(forgetRecord, { kind: seen, id: external, how: 'deleted', at: act.now })
  else if (is === 'missing') await retell(act, which.kind, ours)
  if (is === 'drifted') {
    if (fields.includes(idField) && external !== undefined) await act.send(claimRecord, { kind: which.kind, id: external, ours }, { key: `crm:claim:${which.kind}:${ours}:${external}:${act.now}`, serial: lineOf({ kind: which.kind, ours }), lane: 'bulk', person })
    for (const end of fields.filter(isEnd)) {
      await hangAs(act, { kind: which.kind, ours }, undefined)
      await closeConflictsOf(act, { kind: which.kind, ours, field: end }, 'ours')
    }
    const isPeoples = fields.some((field) => ownerOf(which.kind, field) === 'latest')
    if (isPeoples && seen && external !== undefined) await lookAt(act, { kind: seen, id: external }, { lane: 'bulk' })
    else await retell(act, which.kind, ours) // of a meeting that is everything, so not before people's change was looked at
  }
  await refreshCrm(act, person)
  return {}
})
