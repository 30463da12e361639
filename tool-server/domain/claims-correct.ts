import { claimWords, type Language } from '@portero/shared'
import type { Facts, KnownHome, KnownTime } from './claims-facts.ts'
import type { Claim } from './claims.ts'
import { pesos } from './offers.ts'
import { label } from './spanish-times.ts'
import { dayMs, minuteMs } from './zones.ts'

// One message that puts right what nothing backs: with the true value where the tools know it for that very home, else that it isn't sure yet and what comes next. At most two things, so that it is read.
export const correction = (claims: readonly Claim[], facts: Facts, language: Language): string => {
  const words = claimWords[language]
  const parts = new Set(claims.toSorted((a, b) => rank(a) - rank(b)).map((claim) => truthOf(claim, facts, language)))
  const [one = words.unsure, other] = parts
  return words.sorry(other === undefined ? one : words.also(one, other))
}
// What they may already rely on comes first.
const order: readonly Claim['kind'][] = ['deed', 'time', 'day', 'availability', 'address', 'money', 'home']
const rank = ({ kind }: Claim): number => (order.includes(kind) ? order.indexOf(kind) : order.length)

const truthOf = (claim: Claim, facts: Facts, language: Language): string => {
  const words = claimWords[language]
  const known = claim.home === undefined ? undefined : facts.homes.get(claim.home)
  const title = known?.title ?? known?.home ?? ''
  switch (claim.kind) {
    case 'deed': return deedOf(claim, facts, language)
    case 'time': case 'day': case 'availability': return timesOf(claim, facts, language)
    case 'home': return words.home
    case 'feature': return featureOf(claim, facts, language)
    case 'address': {
      const [address] = known?.addresses ?? []
      return address === undefined ? words.unsure : words.address(title, address.replace(/, $/, ''))
    }
    case 'money': {
      const [[rent], [deposit]] = [[...(known?.rents ?? [])], [...(known?.deposits ?? [])]]
      if (claim.of === 'deposit') return deposit === undefined ? words.unsure : words.deposit(title, pesos(deposit))
      return rent === undefined ? words.unsure : words.rent(title, pesos(rent))
    }
    default: {
      const value = known?.[claim.kind]
      return value === undefined ? words.unsure : words[claim.kind](title, value)
    }
  }
}

const deedOf = ({ deeds = [] }: Claim, facts: Facts, language: Language): string => {
  const words = claimWords[language]
  const [first, second] = deeds
  if (first === undefined || deeds.length > 3) return words.notDone.other
  if (first !== 'booked' && first !== 'held' && first !== 'moved' && first !== 'cancelled') return words.notDone[first]
  const tour = visitIn(facts)
  if (tour && second === undefined && first === 'moved') return words.notMoved(said(tour, language))
  if (tour && first === 'cancelled') return words.notCancelled(said(tour, language))
  return standingOf(facts, language)
}

// The home itself where one is meant, else the one that is spoken of.
const homeOf = ({ home }: Claim, { homes, at }: Facts): KnownHome | undefined => {
  const [one] = at?.size === 1 ? at : []
  return homes.get(home ?? one ?? '')
}
const featureOf = (claim: Claim, facts: Facts, language: Language): string => {
  const words = claimWords[language]
  const known = homeOf(claim, facts)
  if (!known) return words.unknown
  const { home, title = home, pets, parking, furnished, months, group, asked } = known
  switch (claim.trait) {
    case 'pets': return pets === undefined ? words.unknown : words.pets[pets](title)
    case 'parking': return parking === undefined ? words.unknown : words.parking(title, parking)
    case 'furnished': return furnished === undefined ? words.unknown : words.furnished(title, furnished)
    case 'term': return months === undefined ? words.unknown : words.months(title, months)
    case 'asked': return asked.size === 0 ? words.unknown : words.asked(title, [...asked].join(', '))
    case 'group': return group === undefined ? words.unknown : words.group(title, group)
    default: return words.unknown
  }
}

const timesOf = (claim: Claim, facts: Facts, language: Language): string => {
  const words = claimWords[language]
  if (claim.of === 'visit') return standingOf(facts, language)
  if (claim.of === 'answer') return facts.within === undefined ? words.notDone.escalated : words.within(facts.within)
  if (claim.of === 'home') {
    const known = homeOf(claim, facts)
    return known?.isOpen ? words.open(known.title ?? known.home) : facts.seen.closed ? words.closed : words.home
  }
  const free = facts.times.filter((at) => at.of === 'slot' && (claim.home === undefined || at.home === undefined || at.home === claim.home)).toSorted((a, b) => instantOf(a) - instantOf(b))
  return free.length === 0 ? words.noTimes : words.times([...new Set(free.map((at) => said(at, language)))].slice(0, mostTimes))
}
const mostTimes = 3

// What they have: a visit, or a time that is kept for a while.
const visitIn = ({ times }: Facts): KnownTime | undefined => times.findLast(({ of }) => of === 'tour')
const standingOf = (facts: Facts, language: Language): string => {
  const words = claimWords[language]
  const tour = visitIn(facts)
  if (tour) return words.visit(said(tour, language))
  const held = facts.times.findLast(({ of }) => of === 'held')
  return held ? words.held(said(held, language)) : words.noVisit
}

// By the clock of the property, which is how it is known.
const instantOf = ({ day, minute = 0 }: KnownTime): number => day * dayMs + minute * minuteMs
const english = new Intl.DateTimeFormat('en', { timeZone: 'UTC', weekday: 'long', day: 'numeric', month: 'long', hour: 'numeric', minute: '2-digit' })
const said = (at: KnownTime, language: Language): string => (language === 'en' ? english.format(instantOf(at)) : label('UTC', instantOf(at)))
