import type { Acting } from '../spine/act.ts'
import type { Db } from '../spine/db.ts'
import type { Metrics } from '../spine/metrics.ts'
import { isUnseen } from '../store/escalations.ts'
import type { Subject } from '../define.ts'
import { seeEscalation } from './escalate.ts'

// A person of ours has the conversation before their eyes: measured, and the first look ends the calling.
export type See = (subject: Subject, conversation: string) => Promise<void>
export const makeSee = ({ db, acting, metrics }: { db: Db; acting: Acting; metrics: Metrics }): See => async (subject, conversation) => {
  if (!(await isUnseen(db.bare, subject.tenant, conversation))) return // the usual case, and it is asked every few seconds
  const { waitedMs } = await acting.as(subject, 'all')(seeEscalation, { conversation })
  if (waitedMs !== undefined) metrics.escalationSeen.observe(waitedMs / 1_000)
}
