import { z } from 'zod'
import { AppError } from '@portero/shared'
import type { Delivery, Reply } from '@portero/tool-server/define.ts'
import type { Thing } from './port.ts'

// Between eco's words and ours. Unknown fields are fine; a missing one is a bad response.
const wireThing = z.object({ thing_id: z.string().min(1), text: z.string(), revision: z.int(), changed_at: z.iso.datetime() })
export const wireThings = z.object({ things: z.array(wireThing) })
const wireGone = z.object({ thing_id: z.string().min(1), revision: z.int(), gone: z.literal(true) })
export const wirePage = z.object({ things: z.array(z.union([wireGone, wireThing])), next: z.string(), more: z.boolean() })
export const wireOne = wireThing
export const wireId = z.object({ id: z.string().min(1) })
export const wireSubscription = z.object({ expires_at: z.iso.datetime() })

export const thingOf = ({ thing_id, text, revision, changed_at }: z.infer<typeof wireThing>): Thing => ({ id: thing_id, text, version: revision, changedAt: Date.parse(changed_at) })

// Push and pull tell the same change by the same id, so whichever comes second does nothing.
export const changed = ({ thing_id, revision }: { thing_id: string; revision: number }): Delivery => ({
  id: `changed:${thing_id}:${revision}`, flow: 'eco.changed', serial: serialOf(thing_id), lane: 'sync', payload: { thing: thing_id, version: revision }, item: thing_id,
})
export const gone = (thing: string, revision?: number): Delivery => ({
  id: revision === undefined ? `gone:${thing}` : `gone:${thing}:${revision}`, flow: 'eco.gone', serial: serialOf(thing), lane: 'sync', payload: { thing }, item: thing,
})
export const serialOf = (thing: string): string => `eco:${thing}`

// An answer came, so the call arrived, whatever we make of the answer: only that keeps a write from being repeated blindly.
export const read = <S extends z.ZodType>(schema: S, { status, body }: Reply): z.infer<S> => {
  const parsed = schema.safeParse(body)
  if (parsed.success) return parsed.data
  throw new AppError('bad_response', `eco answered ${status} with something else: ${parsed.error.issues.map(({ path, code }) => `${path.join('.')} ${code}`).join(', ')}`, { arrived: 'unknown' })
}
