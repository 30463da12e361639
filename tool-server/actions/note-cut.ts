import { z } from 'zod'
import { defineAction } from '../define.ts'
import { cutAt, endOf } from '../domain/crm-record.ts'
import { linkCut } from '../domain/ports/crm-seen.ts'
import { findCounterpart, hangAs } from '../store/counterparts.ts'
import { noteConflict } from '../store/crm-reviews.ts'

// People cut what we had hung together, on purpose or by mistake: it is put before them, and nothing is hung there again until they say so.
export const noteCut = defineAction({ name: 'note-cut', args: linkCut, result: z.strictObject({ status: z.enum(['noted', 'unknown']) }), scopes: [], callers: ['system'] }).decides(async ({ kind, id, end, other }, act) => {
  const record = await findCounterpart(act, kind, id)
  if (record?.hung === undefined) return { status: 'unknown' }
  const { ours, person, hung } = record
  const told = endOf(hung, end)
  if (told?.id !== other || told.cut !== undefined) return { status: 'unknown' } // we hung it elsewhere, or know
  act.concerns(person)
  await hangAs(act, { kind, ours }, cutAt(hung, end, 'asked'))
  await noteConflict(act, { person, kind, ours, field: end, won: 'theirs', values: { ours: other } })
  return { status: 'noted' }
})
