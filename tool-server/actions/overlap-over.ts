import type { Act } from '../define.ts'
import { conversationOfUnseen, type Overlap } from '../store/overlaps.ts'
import { endEscalation } from './escalate.ts'

// What was in a visit's way is there no more: whoever was asked to look and has not yet need not.
export const overlapsOver = async (act: Act, over: readonly Overlap[]): Promise<number> => {
  const asked = new Set(over.flatMap(({ escalation }) => escalation ?? []))
  for (const escalation of asked) {
    const conversation = await conversationOfUnseen(act, escalation)
    if (conversation !== undefined) await act.act(endEscalation, { conversation })
  }
  return over.length
}
