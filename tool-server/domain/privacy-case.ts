import type { Millis } from '../define.ts'
import { businessDaysLeft, dueAfter, workingHourBefore } from './privacy.ts'

// What may become of a request about somebody's data, and by when. LFPDPPP, arts. 28 to 34; what is missing is asked for by art. 96 of its Reglamento. Pure.
// received: nobody knows yet whether it is them. asked: something is missing, and it is their turn. lapsed: they never said it, so they count as not having asked.
export const caseStates = ['received', 'asked', 'identified', 'accepted', 'refused', 'done', 'lapsed', 'withdrawn'] as const
export type CaseState = (typeof caseStates)[number]
export const caseMoves = ['ask', 'complete', 'identify', 'extend', 'accept', 'refuse', 'do', 'withdraw', 'lapse'] as const
export type CaseMove = (typeof caseMoves)[number]
export const waysToIdentify = ['whatsapp', 'code', 'hand'] as const
export type IdentifiedBy = (typeof waysToIdentify)[number]

// In business days; more: by how many it may be made longer, once, and with a reason.
export const terms = { ask: { days: 5, more: 0 }, complete: { days: 10, more: 0 }, answer: { days: 20, more: 20 }, effect: { days: 15, more: 15 } } as const
export type Term = keyof typeof terms

export type CaseClock = {
  state: CaseState; openedAt: Millis
  askedAt: Millis | undefined; completedAt: Millis | undefined; identifiedAt: Millis | undefined; answeredAt: Millis | undefined
  answerExtended: boolean; effectExtended: boolean
}
export const newClock = (now: Millis, identifiedAt?: Millis): CaseClock => ({ state: identifiedAt === undefined ? 'received' : 'identified', openedAt: now, askedAt: undefined, completedAt: undefined, identifiedAt, answeredAt: undefined, answerExtended: false, effectExtended: false })
export type CaseRefusal = 'not_now' | 'again' | 'late' | 'unidentified'

const longer = (term: Term, isExtended: boolean): number => terms[term].days + (isExtended ? terms[term].more : 0)
export const dueOf = (clock: CaseClock, term: Term): Millis => {
  const { openedAt, askedAt = openedAt, completedAt = openedAt, answeredAt = openedAt, answerExtended, effectExtended } = clock
  switch (term) {
    case 'ask':
      return dueAfter(openedAt, terms.ask.days)
    case 'complete':
      return dueAfter(askedAt, terms.complete.days)
    case 'answer':
      return dueAfter(completedAt, longer('answer', answerExtended)) // it begins anew once they have said what was missing
    default:
      return dueAfter(answeredAt, longer('effect', effectExtended))
  }
}
// What is being waited for: ours, but for `complete`.
export const waitsFor = ({ state, askedAt }: CaseClock): Term[] => {
  if (state === 'received') return askedAt === undefined ? ['ask', 'answer'] : ['answer']
  if (state === 'identified') return ['answer']
  if (state === 'asked') return ['complete']
  return state === 'accepted' ? ['effect'] : []
}
export const isOver = (state: CaseState): boolean => ['refused', 'done', 'lapsed', 'withdrawn'].includes(state)
// The one that the list of cases goes by.
export const dueNext = (clock: CaseClock): Millis | undefined => {
  const term = waitsFor(clock).at(-1)
  return term && dueOf(clock, term)
}

export const moveCase = (clock: CaseClock, move: CaseMove, now: Millis): CaseClock | CaseRefusal => {
  const { state, askedAt, identifiedAt, answerExtended, effectExtended } = clock
  const isOpen = state === 'received' || state === 'identified'
  const isLate = (term: Term): boolean => now > dueOf(clock, term)
  switch (move) {
    case 'ask':
      if (!isOpen) return 'not_now'
      if (askedAt !== undefined) return 'again'
      return isLate('ask') ? 'late' : { ...clock, state: 'asked', askedAt: now }
    case 'complete':
      if (state !== 'asked') return 'not_now'
      return isLate('complete') ? 'late' : { ...clock, state: identifiedAt === undefined ? 'received' : 'identified', completedAt: now }
    case 'identify':
      if (!isOpen && state !== 'asked') return 'not_now'
      if (identifiedAt !== undefined) return 'again'
      return { ...clock, state: state === 'asked' ? 'asked' : 'identified', identifiedAt: now }
    case 'extend':
      if (!isOpen && state !== 'accepted') return 'not_now'
      if (isOpen ? answerExtended : effectExtended) return 'again'
      if (isLate(isOpen ? 'answer' : 'effect')) return 'late' // the law wants it said before the time is over
      return { ...clock, ...(isOpen ? { answerExtended: true } : { effectExtended: true }) }
    case 'accept':
      if (state === 'received') return 'unidentified'
      return state === 'identified' ? { ...clock, state: 'accepted', answeredAt: now } : 'not_now'
    case 'refuse':
      return isOpen ? { ...clock, state: 'refused', answeredAt: now } : 'not_now'
    case 'do':
      return state === 'accepted' ? { ...clock, state: 'done' } : 'not_now'
    case 'withdraw':
      return isOpen || state === 'asked' ? { ...clock, state: 'withdrawn' } : 'not_now'
    default:
      return state === 'asked' && isLate('complete') ? { ...clock, state: 'lapsed' } : 'not_now'
  }
}

// Whoever answers for privacy is told so many business days before something of ours is due.
export const remindBefore = [5, 2, 0] as const
export const remindersOf = (clock: CaseClock, now: Millis): { term: Term; left: number; at: Millis }[] =>
  waitsFor(clock).filter((term) => term !== 'complete').flatMap((term) => remindBefore.map((left) => ({ term, left, at: workingHourBefore(dueOf(clock, term), left) }))).filter(({ at }) => at > now)

// Of requests whose maker isn't proven yet anybody can make many, so what is due of them soon, or was, is told in one letter a day.
export const dueSoon = (clock: CaseClock, now: Millis): { term: Term; left: number; dueAt: Millis; isLate: boolean } | undefined => {
  for (const [term, days] of [['ask', 2], ['answer', 5]] as const) {
    const dueAt = dueOf(clock, term)
    const [left, isLate] = [businessDaysLeft(now, dueAt), now > dueAt]
    if (clock.state === 'received' && waitsFor(clock).includes(term) && left <= days && !(term === 'ask' && isLate)) return { term, left, dueAt, isLate }
  }
  return undefined
}

// On what grounds a request may be refused: LFPDPPP, art. 33; and where it wasn't them.
export const grounds = ['not_them', 'no_data', 'others_rights', 'legal_duty', 'done_before', 'contract'] as const
export type Ground = (typeof grounds)[number]
