import type { Millis } from '../define.ts'
import { isEnd } from './crm-record.ts'
import type { Owner } from './ports/crm-fields.ts'

// Whose word holds where we and the CRM differ about one field. Values are compared only, so their blind indexes do.
// told: what we last wrote there, or took from there. oursAt, theirsAt: when each was last changed.
export type Field = { owner: Owner; ours: string | undefined; theirs: string | undefined; told: string | undefined; oursAt: Millis; theirsAt: Millis }
// same: both say it. echo: they say what we told, and what ours has become since is on its way. adopt: theirs becomes ours. rewrite: ours is told again. isConflict: somebody's change is lost, and is kept for people to see.
export type Verdict = { is: 'same' | 'echo' } | { is: 'adopt' | 'rewrite'; isConflict: boolean }

export const settleField = ({ owner, ours, theirs, told, oursAt, theirsAt }: Field): Verdict => {
  if (theirs === ours) return { is: 'same' }
  if (theirs === told) return { is: 'echo' }
  if (owner === 'portero') return told === undefined ? { is: 'echo' } : { is: 'rewrite', isConflict: true }
  // Where nothing was told yet, as of a record that somebody else made, theirs is the only change there is.
  const haveBothChanged = told !== undefined && ours !== told
  if (owner === 'latest' && haveBothChanged && oursAt > theirsAt) return { is: 'rewrite', isConflict: true }
  return { is: 'adopt', isConflict: haveBothChanged }
}

// Whether people may still choose between the two: where either can hold, and what won then is what holds now.
const choosable: Readonly<Record<string, readonly string[]>> = { contact: ['name', 'language'], deal: ['stage', 'budgetMxn', 'bedrooms', 'occupants', 'pets', 'moveIn', 'months', 'guarantee', 'home'] }
type Lost = { kind: string; field: string; won: 'ours' | 'theirs'; values: { ours?: string | undefined; theirs?: string | undefined }; now: string | undefined }
export const mayChoose = ({ kind, field, won, values, now }: Lost): boolean =>
  isEnd(field) || (choosable[kind]?.includes(field) === true && values.ours !== undefined && values.theirs !== undefined && now === values[won])
