import type { z } from 'zod'
import type { Act, Lane, Millis } from '../define.ts'
import { recordSeen } from '../domain/ports/crm-seen.ts'

// A record at the CRM may have changed. However often that is told within a moment, it is looked at once; and of one, one look at a time.
export const crmLook = { name: 'crm.look', payload: recordSeen }
type Which = z.infer<typeof recordSeen>
export const serialOf = ({ kind, id }: Which): string => `crm-changed:${kind}:${id}`
const gatherMs: Millis = 250
export const againMs: Millis = 1_000

export const lookAt = (act: Act, which: Which, { waitMs = gatherMs, lane = 'sync' }: { waitMs?: Millis; lane?: Lane } = {}): Promise<void> =>
  act.later(crmLook, which, { key: `crm-look:${which.kind}:${which.id}`, at: act.now + waitMs, serial: serialOf(which), lane, stays: true })
