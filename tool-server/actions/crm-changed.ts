import { z } from 'zod'
import { defineAction } from '../define.ts'
import { lineOf } from '../domain/crm-record.ts'
import { claimRecord, recordGone } from '../domain/ports/crm.ts'
import { recordKind } from '../domain/ports/crm-seen.ts'
import { findCounterpart, findGone, followCounterpart, forgetCounterpart, linkCounterpart, noteErased, personAt, retell, whoseContact } from '../store/counterparts.ts'
import { withdrawReview } from '../store/crm-reviews.ts'
import { lockPerson } from '../store/people.ts'
import { refreshCrm } from './refresh-crm.ts'
import { openErasure } from './request-privacy.ts'

// A record of ours is gone from the CRM. Nothing more is written to it: the next telling makes it anew, and hangs on it what hung on the other. One that was merged is followed to where it went. One whose person had it erased is not made anew: that is a request, which people answer.
export const forgetRecord = defineAction({ name: 'forget-record', args: recordGone, result: z.strictObject({ status: z.enum(['unknown', 'forgotten', 'followed']), ours: z.uuid().optional() }), scopes: [], callers: ['system'] }).decides(
  async ({ kind, id, how, into }, act) => {
    const isErased = kind === 'contact' && how === 'erased'
    if (kind === 'contact') for (const each of [id, into]) if (each !== undefined) await withdrawReview(act, each)
    const whose = isErased ? await whoseContact(act, id) : undefined
    if (whose !== undefined) await lockPerson(act, whose) // their request is opened, and people come before what we keep of them there
    const lost = (await findCounterpart(act, kind, id)) ?? (isErased ? await findGone(act, id) : undefined)
    if (!lost) return { status: 'unknown' }
    const { ours, person } = lost
    act.concerns(person)
    if (into !== undefined && kind !== 'meeting' && (await followCounterpart(act, { kind, ours, external: into }))) {
      await act.send(claimRecord, { kind, ours, id: into }, { key: `crm:claim:${kind}:${ours}:${into}`, serial: lineOf({ kind, ours }), lane: 'sync', person })
      return { status: 'followed' }
    }
    for (const row of await forgetCounterpart(act, { kind, ours, person })) {
      await act.drop(`crm:${row.kind}:${row.ours}:`)
      if (isErased) await act.drop(`crm:claim:${row.kind}:${row.ours}:`)
    }
    if (isErased) {
      await noteErased(act, person)
      await openErasure(act, person)
    }
    return { status: 'forgotten', ours }
  },
)

// One of ours that was taken away is there again. Whatever we made in its place meanwhile stays ours.
const again = z.strictObject({ kind: recordKind, id: z.string(), ours: z.uuid() })
export const takeUpRecord = defineAction({ name: 'take-up-record', args: again, result: z.strictObject({ status: z.enum(['stranger', 'linked']) }), scopes: [], callers: ['system'] }).decides(async ({ kind, id, ours }, act) => {
  const person = await personAt(act, kind, ours)
  if (person === undefined) return { status: 'stranger' }
  act.concerns(person)
  if (!(await linkCounterpart(act, { kind, ours, external: id, person }))) return { status: 'stranger' }
  await retell(act, kind, ours)
  await refreshCrm(act, person)
  return { status: 'linked' }
})
