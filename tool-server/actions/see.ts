import type { Acting } from '../spine/act.ts'
import type { Db } from '../spine/db.ts'
import type { Metrics } from '../spine/metrics.ts'
import { isUnseen } from '../store/escalations.ts'
import type { Subject } from '../define.ts'
import { seeEscalation } from './escalate.ts'

// A person of ours has the conversation before their eyes: the first look ends the calling.
export type See = (subject: Subject, conversation: string) => Promise<void>
export const makeSee = ({ db, acting }: { db: Db; acting: Acting }): See => async (subject, conversation) => {
  if (!(await isUnseen(db.bare, subject.tenant, conversation))) return // the usual case, and it is asked every few seconds
  await acting.as(subject, 'all')(seeEscalation, { conversation })
}

// How long it took until somebody looked, wherever they did: in a card, in the console, or by answering in the vendor's inbox.
export const measureSeen = ({ escalationSeen }: Pick<Metrics, 'escalationSeen'>) => (action: string, result: unknown): void => {
  if (action !== seeEscalation.name) return
  const { waitedMs } = seeEscalation.result.parse(result)
  if (waitedMs !== undefined) escalationSeen.observe(waitedMs / 1_000)
}
