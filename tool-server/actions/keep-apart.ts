import type { Act } from '../define.ts'
import { lineOf } from '../domain/crm-record.ts'
import { claimRecord } from '../domain/ports/crm.ts'
import { recordKind } from '../domain/ports/crm-seen.ts'
import { externalAt, findCounterpart, keepTold, personAt, retell, type CounterpartKind } from '../store/counterparts.ts'
import { noteConflict } from '../store/crm-reviews.ts'
import { forgetWritten } from '../store/crm-written.ts'
import { refreshCrm } from './refresh-crm.ts'

// What was told of one was written to the CRM's record of another of ours, which carries its id since somebody gave it that by hand. A record is of one only: it stays with whom it was of, the other gets its own, and people see it.
// false: it is nobody else's.
type Told = { kind: CounterpartKind; ours: string; external: string; told: string }
export const keepApart = async (act: Act, { kind, ours, external, told }: Told, fields: readonly string[]): Promise<boolean> => {
  const other = await findCounterpart(act, kind, external)
  if (!other || other.ours === ours) return false
  const person = await personAt(act, kind, ours)
  if (person === undefined) return true
  const own = await externalAt(act, kind, ours)
  // In the lines of both, since neither is told right before that is done.
  const claim = (line: string, of: { ours: string; person: string }, id: string): Promise<void> =>
    act.send(claimRecord, { kind, ours: of.ours, id }, { key: `crm:claim:${kind}:${of.ours}:${id}:${act.now}:${line}`, serial: lineOf({ kind, ours: line }), lane: 'sync', person: of.person })
  for (const line of [ours, other.ours]) await claim(line, other, external)
  if (own !== undefined) await claim(ours, { ours, person }, own)
  await keepTold(act, { kind, ours, told })
  await forgetWritten(act, { kind, ours: other.ours }, fields)
  for (const each of [ours, other.ours]) await retell(act, kind, each)
  if (recordKind.safeParse(kind).success) await noteConflict(act, { person, kind, ours, field: 'record', won: 'ours', values: { theirs: external, ours: own } })
  for (const each of [person, other.person]) await refreshCrm(act, each)
  return true
}
