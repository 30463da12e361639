import { z } from 'zod'
import { defineAction } from '../define.ts'
import { claimRecord, recordGone } from '../domain/ports/crm.ts'
import { findCounterpart, followCounterpart, forgetCounterpart } from '../store/counterparts.ts'

// A record of ours is gone from the CRM. Nothing more is written to it: the next telling makes it anew, and hangs on it what hung on the other. One that was merged is followed to where it went.
export const forgetRecord = defineAction({ name: 'forget-record', args: recordGone, result: z.strictObject({ status: z.enum(['unknown', 'forgotten', 'followed']) }), scopes: [], callers: ['system'] }).decides(
  async ({ kind, id, into }, act) => {
    const lost = await findCounterpart(act, kind, id)
    if (!lost) return { status: 'unknown' }
    const { ours, person } = lost
    act.concerns(person)
    if (into !== undefined && (await followCounterpart(act, { kind, ours, external: into }))) {
      await act.send(claimRecord, { kind, ours, id: into }, { key: `crm:claim:${kind}:${ours}:${into}`, serial: `crm:${person}`, lane: 'sync', person })
      return { status: 'followed' }
    }
    for (const row of await forgetCounterpart(act, { kind, ours, person })) await act.drop(`crm:${row.kind}:${row.ours}:`)
    return { status: 'forgotten' }
  },
)
