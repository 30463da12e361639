import type { Millis } from '../define.ts'
import type { Claim } from './identity.ts'
import { recycledAfterMs } from './identity-match.ts'

// Names that a system vouches for together, and who has them so far: whose they are from now on. Values are compared only, so blind indexes do.
export type Holder = { id: string; claims: readonly Claim[]; seenAt: Millis }
// retire: what somebody had and gave up. merge: they are the person as well. propose: they may be; for people to decide.
export type Settled = { person: string | undefined; merge: string[]; propose: string[]; retire: { person: string; claims: Claim[] }[] }

const strongest = ['whatsapp', 'phone', 'bird-contact', 'crm-contact', 'email']

// as: the person they are known to be, where a system says so.
type Question = { offered: readonly Claim[]; holders: readonly Holder[]; now: Millis; as?: string }
export const settle = ({ offered, holders: known, now, as }: Question): Settled => {
  const holders = as === undefined || known.some(({ id }) => id === as) ? known : [{ id: as, claims: [], seenAt: now }, ...known]
  const offeredOf = ({ claims }: Holder): Claim[] => claims.filter((claim) => offered.some((each) => isSame(each, claim)))
  const rankOf = (holder: Holder): number => (holder.id === as ? -1 : Math.min(...offeredOf(holder).map(({ kind }) => strongest.indexOf(kind))))
  // A number, and Bird's contact with it, goes from hand to hand; who had it was silent since and has another account.
  const isFormer = (holder: Holder): boolean => holder.id !== as && now - holder.seenAt > recycledAfterMs && (as !== undefined || haveOther('whatsapp', holder.claims, offered)) && !offeredOf(holder).some(({ kind }) => kind === 'whatsapp')
  const former = holders.filter(isFormer)
  const [main, ...others] = holders.filter((holder) => !former.includes(holder)).toSorted((a, b) => rankOf(a) - rankOf(b) || (a.id < b.id ? -1 : 1))
  const isOdd = ({ claims }: Holder): boolean => (['whatsapp', 'phone'] as const).some((kind) => haveOther(kind, claims, main?.claims ?? []))
  return {
    person: main?.id,
    merge: others.filter((other) => !isOdd(other)).map(({ id }) => id),
    propose: others.filter(isOdd).map(({ id }) => id),
    retire: former.map((holder) => ({ person: holder.id, claims: offeredOf(holder) })),
  }
}

const isSame = (a: Claim, b: Claim): boolean => a.kind === b.kind && a.value === b.value
const haveOther = (kind: Claim['kind'], some: readonly Claim[], others: readonly Claim[]): boolean => {
  const [ours, theirs] = [some, others].map((claims) => claims.filter((claim) => claim.kind === kind))
  return !!ours?.length && !!theirs?.length && !ours.some((claim) => theirs.some((each) => isSame(each, claim)))
}
