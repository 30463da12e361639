import type { Millis } from '../define.ts'
import { emailHint, type Claim } from './identity.ts'
import { compareNames, type Agreement } from './identity-names.ts'

// Whether a record of one system and what is known from others are one person. vouched: what the record's own system guarantees. kept: what our own people reach them by. typed: what somebody entered into it. All in one spelling.
export type Sighting = { vouched: readonly Claim[]; kept?: readonly Claim[]; typed?: { phone?: string; email?: string }; name?: string; seenAt: Millis } // seenAt: when they last did something there
export type Known = { id: string; sightings: readonly Sighting[] }
export type Match = { is: 'same'; people: string[] } | { is: 'new' } | { is: 'ambiguous'; people: string[] } // same with several: this record shows that they are one. ambiguous: for people to decide; nothing is merged

const day: Millis = 86_400_000
// WhatsApp itself takes a number that was silent this long, and then comes with another account, for somebody else's.
export const recycledAfterMs: Millis = 45 * day
// Given up, rested and sold anew: what number and mailbox say fades after this long without a name beside them.
const restsMs: Millis = 90 * day
const longAgoMs: Millis = 180 * day

export const match = (candidate: Sighting, known: readonly Known[]): Match => {
  const found = known.map((each) => ({ each, verdict: compare([candidate], each.sightings) }))
  const those = (...verdicts: Verdict[]): Known[] => found.filter(({ verdict }) => verdicts.includes(verdict)).map(({ each }) => each)
  const isAtOdds = ({ sightings }: Known, others: readonly Known[], more: Sightings = []): boolean => others.some((other) => other.sightings !== sightings && areAtOdds(sightings, [...more, ...other.sightings]))
  const nameOf = ({ sightings }: Known): Agreement => namesOf([candidate], sightings)
  const [vouched, apart] = [those('vouched'), those('apart')]
  const kin = apart.filter((one) => nameOf(one) === 'kin')
  // Where others share it as well, a first name tells nobody by; nor do given name and surname, where the others are namesakes.
  const likely = [...those('weighed'), ...those('leaning').filter((one) => (nameOf(one) === 'full' ? kin : apart).length === 0)]
  if (vouched.length > 0) {
    if (vouched.some(({ sightings }) => vouched.some((other) => haveOtherAccounts(sightings, other.sightings)))) return { is: 'ambiguous', people: idsOf(vouched) }
    return { is: 'same', people: idsOf([...vouched, ...likely.filter((one) => !isAtOdds(one, vouched, [candidate]) && !isAtOdds(one, likely))]) }
  }
  if (likely.length > 0 && !likely.some((one) => isAtOdds(one, likely))) return { is: 'same', people: idsOf(likely) }
  const maybe = those('weighed', 'leaning', 'unsure')
  return maybe.length > 0 ? { is: 'ambiguous', people: idsOf(maybe) } : { is: 'new' }
}
const idsOf = (people: readonly Known[]): string[] => people.map(({ id }) => id).toSorted()

// The same by a system's word, by what several hints come to, or by hints that lean on little of a name. apart: they share something, and are two. none: they share nothing.
export type Verdict = 'vouched' | 'weighed' | 'leaning' | 'unsure' | 'apart' | 'none'
type Sightings = readonly Sighting[]

export const compare = (some: Sightings, others: Sightings): Verdict => {
  const names = namesOf(some, others)
  const shared = some.flatMap((a) => others.map((b) => ({ ...sharedBy(a, b), gapMs: Math.abs(a.seenAt - b.seenAt) })))
  const gapBy = (how: (each: (typeof shared)[number]) => boolean): Millis => Math.min(...shared.filter(how).map(({ gapMs }) => gapMs))
  if (shared.some(({ vouched }) => vouched.includes('whatsapp') || vouched.includes('crm-contact'))) return 'vouched'
  // A number goes from hand to hand, and Bird's contact with it; WhatsApp's own id does not.
  if (shared.some(({ vouched }) => vouched.includes('phone') || vouched.includes('bird-contact'))) {
    const gapMs = gapBy(({ phone, vouched }) => phone || vouched.includes('bird-contact'))
    if (haveOtherAccounts(some, others)) return gapMs > recycledAfterMs ? 'apart' : 'unsure'
    if (gapMs <= restsMs) return 'vouched'
    const said = againstAll(some, others) ?? names
    if (said === 'whole' || said === 'full' || (said === 'part' && gapMs <= longAgoMs)) return 'vouched'
    return said === 'kin' || said === 'conflict' ? 'apart' : 'unsure'
  }
  if (shared.some(({ vouched }) => vouched.includes('email'))) return isAgainst(names) ? 'unsure' : 'vouched'
  // Couples share a number; a single word that doesn't fit is a nickname as often.
  if (shared.some(({ kept }) => kept)) return names === 'kin' || names === 'conflict' ? 'unsure' : 'vouched'
  const [phone, email] = [shared.some((each) => each.phone), shared.some((each) => each.email)]
  return phone || email ? weigh({ both: phone && email, names, gapMs: gapBy((each) => each.phone || each.email) }) : 'none'
}

// Couples and offices share numbers and mailboxes, so neither is enough; who has no name, or too little of one, needs both, or nearness in time.
const weigh = ({ both, names, gapMs }: { both: boolean; names: Agreement; gapMs: Millis }): Verdict => {
  if (names === 'whole') return 'weighed'
  if (names === 'full') return both ? 'weighed' : 'leaning'
  if (names === 'part') return both ? 'weighed' : gapMs <= longAgoMs ? 'leaning' : 'unsure'
  if (names === 'unknown') return both ? 'leaning' : 'unsure'
  return names === 'doubt' || both ? 'unsure' : 'apart'
}

// People are called several things, and some of them are no names: the first of these that any two of their names come to is what counts.
const weightiest: readonly Agreement[] = ['whole', 'kin', 'full', 'conflict', 'part', 'doubt', 'unknown']
const isAgainst = (names: Agreement): boolean => names === 'kin' || names === 'conflict' || names === 'doubt'
const agreements = (some: Sightings, others: Sightings): Agreement[] => some.flatMap((a) => others.map((b) => compareNames(a.name, b.name)))
const namesOf = (some: Sightings, others: Sightings): Agreement => {
  const found = agreements(some, others)
  return weightiest.find((each) => found.includes(each)) ?? 'unknown'
}
const againstAll = (some: Sightings, others: Sightings): Agreement | undefined => agreements(some, others).find((each) => each === 'kin' || each === 'conflict')

const sharedBy = (a: Sighting, b: Sighting): { vouched: Claim['kind'][]; kept: boolean; phone: boolean; email: boolean } => ({
  vouched: common(a.vouched, b.vouched),
  kept: common(a.kept, [...b.vouched, ...(b.kept ?? [])]).length > 0 || common(b.kept, a.vouched).length > 0,
  phone: phonesOf(a).some((phone) => phonesOf(b).includes(phone)),
  email: emailsOf(a).some((email) => emailsOf(b).includes(email)),
})
const common = (some: readonly Claim[] = [], others: readonly Claim[]): Claim['kind'][] => some.filter((one) => others.some((other) => other.kind === one.kind && other.value === one.value)).map(({ kind }) => kind)
const areAtOdds = (some: Sightings, others: Sightings): boolean => ['kin', 'conflict'].includes(namesOf(some, others)) || haveOtherAccounts(some, others)
const haveOtherAccounts = (some: Sightings, others: Sightings): boolean => {
  const [ours, theirs] = [some, others].map((each) => each.flatMap((sighting) => valuesOf(sighting, 'whatsapp')))
  return !!ours?.length && !!theirs?.length && !ours.some((id) => theirs.includes(id))
}
const valuesOf = ({ vouched }: Sighting, kind: Claim['kind']): string[] => vouched.filter((claim) => claim.kind === kind).map(({ value }) => value)
const phonesOf = (sighting: Sighting): string[] => [...valuesOf(sighting, 'phone'), ...(sighting.typed?.phone ? [sighting.typed.phone] : [])]
const emailsOf = (sighting: Sighting): string[] => [...valuesOf(sighting, 'email'), ...(sighting.typed?.email ? [sighting.typed.email] : [])].map(emailHint)
